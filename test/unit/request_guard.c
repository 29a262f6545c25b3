/* SPDX-License-Identifier: Apache-2.0 */
/* The guard: spelled, folded and prefixed names, Connection, bad bytes and
 * limits. */
#include "request/guard.h"

#include <stdlib.h>

#include "tap.h"

static struct request request;
static struct guard *guard;

static const char *const verdicts[] = {
    "pass", "limit", "target", "bad header", "spoofed header", "connection"};

static void header(struct view name, struct view value,
                   enum guard_verdict verdict)
{
    const struct header *culprit = NULL;

    request_clear(&request);
    request_add_header(&request, VIEW("Host"), VIEW("example.com"));
    request_add_header(&request, name, value);
    is_text(verdicts[guard_check(guard, &request, &culprit)], verdicts[verdict],
            "%.*s: %.*s", VIEW_ARG(name), VIEW_ARG(value));
    ok((culprit == &request.headers[1]) == (verdict != GUARD_PASS),
       "and whose fault it is");
}

static void name(const char *text, enum guard_verdict verdict)
{
    header(view_text(text), VIEW("x"), verdict);
}

static void value(struct view v, enum guard_verdict verdict)
{
    header(VIEW("Accept"), v, verdict);
}

static void list(const char *text, enum guard_verdict verdict)
{
    header(VIEW("Connection"), view_text(text), verdict);
}

static void names(void)
{
    name("Accept", GUARD_PASS);
    name("X-Price", GUARD_SPOOFED_HEADER);
    name("x-price", GUARD_SPOOFED_HEADER);
    name("X_PRICE", GUARD_SPOOFED_HEADER);
    name("x.Price", GUARD_SPOOFED_HEADER);
    name("x!price", GUARD_SPOOFED_HEADER);
    name("xprice", GUARD_PASS);
    name("x-pric", GUARD_PASS);
    name("x-price-", GUARD_PASS);
    name("x-prices", GUARD_PASS);
    name("PAYMENT-SIGNATURE", GUARD_PASS);
    name("payment-signature", GUARD_PASS);
    name("Payment_Signature", GUARD_SPOOFED_HEADER);
    name("payment.signature", GUARD_SPOOFED_HEADER);
    name("x-amzn-waf-label", GUARD_SPOOFED_HEADER);
    name("X_AMZN.WAF_label", GUARD_SPOOFED_HEADER);
    name("x-amzn-waf-", GUARD_SPOOFED_HEADER);
    name("x-amzn-waf", GUARD_PASS);
    name("x-amzn-trace-id", GUARD_PASS);
    name("both-spellings", GUARD_PASS);
    name("both_spellings", GUARD_PASS);
    name("both.spellings", GUARD_SPOOFED_HEADER);
    name("stricter", GUARD_SPOOFED_HEADER);
    name("q", GUARD_SPOOFED_HEADER);
    name("r", GUARD_PASS);
}

static void bytes(void)
{
    name("", GUARD_BAD_HEADER);
    name("a b", GUARD_BAD_HEADER);
    name("X-Price ", GUARD_BAD_HEADER);
    name("X-Price:", GUARD_BAD_HEADER);
    name(":method", GUARD_BAD_HEADER);
    name("a\x80", GUARD_BAD_HEADER);
    header(VIEW("a\0b"), VIEW("x"), GUARD_BAD_HEADER);
    name("!#$%&'*+-.^_`|~09azAZ", GUARD_PASS);
    value(VIEW(""), GUARD_PASS);
    value(VIEW("\t text \t"), GUARD_PASS);
    value(VIEW("a value of more than eight \xc3\xa4 bytes\xff"), GUARD_PASS);
    value(VIEW("a\0"), GUARD_BAD_HEADER);
    value(VIEW("a\r\nX-Price: 0"), GUARD_BAD_HEADER);
    value(VIEW("1234567\n"), GUARD_BAD_HEADER);
    value(VIEW("\0"
               "1234567"),
          GUARD_BAD_HEADER);
    value(VIEW("12345678\x7f"), GUARD_BAD_HEADER);
    value(VIEW("1234\x7f"
               "678"),
          GUARD_BAD_HEADER);
    value(VIEW("\t2345678\x1f"), GUARD_BAD_HEADER);
    value(VIEW("\t234567\x01"), GUARD_BAD_HEADER);
}

static void every_byte(void)
{
    unsigned wrong = 0;

    for (unsigned c = 0; c < 256; c++) {
        for (size_t at = 0; at < 19; at++) {
            char text[20] = "abcdefghijklmnopqrs";
            bool bad = (c < 0x20 && c != '\t') || c == 0x7f;

            text[at] = (char)c;
            request_clear(&request);
            request_add_header(&request, VIEW("a"), view_of(text, 19));
            wrong += guard_check(guard, &request, NULL) !=
                     (bad ? GUARD_BAD_HEADER : GUARD_PASS);
        }
    }
    is_number(wrong, 0, "every byte at every place of a value");
}

static void lists(void)
{
    list("close", GUARD_PASS);
    list("close, X-Price, te", GUARD_CONNECTION);
    list("x_price", GUARD_CONNECTION);
    list("\tPAYMENT-SIGNATURE ", GUARD_CONNECTION);
    list("payment.signature", GUARD_CONNECTION);
    list("x-amzn-waf-a", GUARD_CONNECTION);
    list("upgrade, http2-settings", GUARD_PASS);
    list(",, ,", GUARD_PASS);
    list("", GUARD_PASS);
    header(VIEW("connection"), VIEW("x-price"), GUARD_CONNECTION);
    header(VIEW("TRAILER"), VIEW("X-Price"), GUARD_CONNECTION);
    header(VIEW("Vary"), VIEW("X-Price"), GUARD_PASS);
}

static void limits(void)
{
    static char path[REQUEST_TARGET_MAX + 1];

    request_clear(&request);
    request.overflow = true;
    is_number(guard_check(guard, &request, NULL), GUARD_LIMIT, "overflow");
    request_clear(&request);
    request.target = view_of(path, REQUEST_TARGET_MAX);
    is_number(guard_check(guard, &request, NULL), GUARD_PASS,
              "the longest target");
    request.target = view_of(path, REQUEST_TARGET_MAX + 1);
    is_number(guard_check(guard, &request, NULL), GUARD_TARGET,
              "one byte more");
}

static void loading(struct arena *arena)
{
    struct guard *none = guard_new(arena);

    ok(!guard_add(none, "no token", GUARD_NEVER), "a name must be a token");
    ok(!guard_add(none, "", GUARD_NEVER), "and not empty");
    ok(guard_close(none), "a guard of no names");
    request_clear(&request);
    request_add_header(&request, VIEW("X-Price"), VIEW("0"));
    is_number(guard_check(none, &request, NULL), GUARD_PASS, "lets all pass");
}

int main(void)
{
    static const struct {
        const char *name;
        enum guard_kind kind;
    } list_of[] = {
        {"X-Price", GUARD_NEVER},
        {"X-Agent-Class", GUARD_NEVER},
        {"x-amzn-waf-", GUARD_NEVER_PREFIX},
        {"PAYMENT-SIGNATURE", GUARD_SPELLED},
        {"X-PAYMENT", GUARD_SPELLED},
        {"both-spellings", GUARD_SPELLED},
        {"both_spellings", GUARD_SPELLED},
        {"stricter", GUARD_SPELLED},
        {"stricter", GUARD_NEVER},
        {"q", GUARD_NEVER},
    };
    struct arena *arena = arena_new();

    guard = guard_new(arena);
    for (size_t i = 0; i < sizeof(list_of) / sizeof(list_of[0]); i++) {
        if (!guard_add(guard, list_of[i].name, list_of[i].kind)) {
            abort();
        }
    }
    ok(guard_close(guard), "closed");
    names();
    bytes();
    every_byte();
    lists();
    limits();
    loading(arena);
    arena_free(arena);
    return tap_end();
}
