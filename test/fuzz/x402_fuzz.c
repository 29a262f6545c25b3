/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payment headers from arbitrary bytes: parsed, judged, and what was taken
 * must not depend on its spelling.
 *
 *   byte 0   1 the header of version 1        4 in both headers
 *            2 the bytes are the value itself  8 little workspace
 *   the rest JSON text (put into base64 here), or the value
 */
#include "base/hash.h"
#include "payment/canonical.h"
#include "payment/payment.h"

#include "fuzz.h"

#define VALUE_MAX ((size_t)32 << 10)
#define WORKSPACE ((size_t)512 << 10)
#define NOW INT64_C(1767225600000000)

enum { V1 = 1, RAW = 2, BOTH = 4, LITTLE = 8 };

static struct view encode(struct view text, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = (const unsigned char *)text.at;
    size_t n = 0;

    for (size_t i = 0; i < text.size; i += 3) {
        size_t left = text.size - i;
        unsigned bits = (unsigned)in[i] << 16 |
                        (left > 1 ? (unsigned)in[i + 1] << 8 : 0) |
                        (left > 2 ? in[i + 2] : 0);

        out[n++] = digits[bits >> 18];
        out[n++] = digits[bits >> 12 & 63];
        out[n++] = left > 1 ? digits[bits >> 6 & 63] : '=';
        out[n++] = left > 2 ? digits[bits & 63] : '=';
    }
    return view_of(out, n);
}

static void parse(struct view value, unsigned flags, struct arena *workspace,
                  struct payment *out)
{
    static struct request request;
    struct payment_settings settings;
    size_t first = flags & V1 ? 1 : 0;

    payment_settings_default(&settings);
    settings.max_header_bytes = VALUE_MAX;
    request_clear(&request);
    must(request_add_header(&request, payment_headers[first].name, value));
    if (flags & BOTH) {
        must(request_add_header(&request, payment_headers[1 - first].name,
                                value));
    }
    payment_parse(&request, &settings, workspace, out);
}

static void judge(const struct payment *payment)
{
    struct payment_settings settings;
    struct payment_slots slots;
    struct offer offer = {VIEW("eip155:84532"),
                          VIEW("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
                          VIEW("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
                          {{10000, 0, 0, 0}},
                          6,
                          NULL};
    struct judgement j;

    payment_settings_default(&settings);
    for (int i = 0; i < 4; i++) {
        size_t offers = i % 2 ? 1 : 0;

        j = payment_judge(payment, &settings, &offer, offers, i > 1, NOW);
        must(payment->malformed == (j.state == PAYMENT_MALFORMED));
        must(payment->malformed == (payment->reason != NULL));
        must(j.state != PAYMENT_NONE && j.offer == 0);
        must(offers > 0 || payment->malformed || j.state == PAYMENT_UNNEEDED);
        must(j.state != PAYMENT_SOUND || payment->known_scheme);
        must(j.state != PAYMENT_REUSABLE || payment->reusable);
    }
    if (j.state == PAYMENT_SOUND) { /* strictly judged */
        must(view_equal(payment->network, offer.network));
        must(view_equal_fold(payment->pay_to, offer.pay_to));
        must(payment->has_window || payment->brief);
        must(amount_compare(&payment->amount, &offer.amount) >= 0);
        must(!payment->exact_amount ||
             view_equal_fold(payment->asset, offer.asset));
    }
    must(payment_claim_expiry(payment, &settings, NOW) > NOW);
    payment_fill_slots(payment, &slots);
    must(slots.filled);
}

/* Canonical JSON is itself canonical, and the same payment. */
static void respell(const struct payment *payment, unsigned flags,
                    struct arena *workspace, struct arena *other)
{
    static char value[VALUE_MAX * 2];
    struct view once, twice;
    struct payment again;

    if (!canonical_json(payment->payload_raw, workspace, &once) ||
        once.size > VALUE_MAX / 4 * 3) {
        return;
    }
    must(canonical_json(once, workspace, &twice));
    must(view_equal(once, twice));
    parse(encode(once, value), flags, other, &again);
    if (again.malformed) { /* a timeout may get an exponent */
        must(!strcmp(again.reason, "max_timeout") ||
             !strcmp(again.reason, "no_room"));
        return;
    }
    must(again.known_scheme == payment->known_scheme);
    must(!memcmp(again.identity, payment->identity, 32));
    must(!memcmp(again.content, payment->content, 32));
    must(again.has_amount == payment->has_amount &&
         amount_compare(&again.amount, &payment->amount) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char value[VALUE_MAX * 2];
    static struct arena *large, *little, *other;
    struct arena *workspace;
    struct payment payment;
    struct view text;
    unsigned flags;

    if (size < 1 || size > VALUE_MAX / 4 * 3 || !hash_start()) {
        return 0;
    }
    if (!large) {
        large = arena_new_fixed(WORKSPACE);
        little = arena_new_fixed(1500);
        other = arena_new_fixed(WORKSPACE);
        must(large && little && other);
    }
    flags = data[0];
    text = view_of((const char *)data + 1, size - 1);
    workspace = flags & LITTLE ? little : large;
    arena_reset(workspace);
    arena_reset(other);
    parse(flags & RAW ? text : encode(text, value), flags, workspace, &payment);
    judge(&payment);
    if (!payment.malformed && workspace == large && !(flags & BOTH)) {
        respell(&payment, flags, workspace, other);
    }
    return 0;
}
