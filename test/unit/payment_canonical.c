/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical JSON: one spelling for one value. */
#include "payment/canonical.h"

#include "guard.h"
#include "tap.h"

static struct guard in;

static void is_canonical(const char *text, const char *wanted)
{
    struct arena *arena = arena_new_fixed(1 << 16);
    struct view out = VIEW_NONE;

    if (!arena ||
        !canonical_json(guard_view(&in, view_text(text)), arena, &out)) {
        out = VIEW_NONE;
    }
    is_view(out, wanted, "%.60s", text);
    arena_free(arena);
}

static void structure(void)
{
    is_canonical("{}", "{}");
    is_canonical(" [ ] ", "[]");
    is_canonical("{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}");
    is_canonical("{ \"b\" : [ 1 , { \"d\":null,\"c\":true } ] , \"a\" : {} }",
                 "{\"a\":{},\"b\":[1,{\"c\":true,\"d\":null}]}");
    is_canonical("{\"c\":{\"z\":1,\"y\":[{\"b\":1,\"a\":0}]},\"b\":2,\"a\":3}",
                 "{\"a\":3,\"b\":2,\"c\":{\"y\":[{\"a\":0,\"b\":1}],\"z\":1}}");
    is_canonical("{\"aa\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2,\"aa\":1}");
    /* by the key, not by its spelling */
    is_canonical("{\"\\u0062\":1,\"\\u0061\":2}", "{\"a\":2,\"b\":1}");
    is_canonical("[[],[[]],{\"a\":[]},false]", "[[],[[]],{\"a\":[]},false]");
}

static void strings(void)
{
    is_canonical("\"\\u0041\\/\\\"\\\\\"", "\"A/\\\"\\\\\"");
    is_canonical("\"\\u0008\\u0009\\u000a\\u000c\\u000d\\u0000\\u001f\"",
                 "\"\\b\\t\\n\\f\\r\\u0000\\u001f\"");
    is_canonical("\"\\u20ac\\ud83d\\ude00\\u007f\"",
                 "\"\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"");
    is_canonical("\"\xe2\x82\xac\"", "\"\xe2\x82\xac\"");
}

/* As ECMAScript writes them; the last rows keep more than a double could. */
static void numbers(void)
{
    static const char *const rows[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"0.000", "0"},
        {"0e5", "0"},
        {"1.0", "1"},
        {"10", "10"},
        {"1e1", "10"},
        {"1E+1", "10"},
        {"100e-1", "10"},
        {"0.10", "0.1"},
        {"1e-6", "0.000001"},
        {"1e-7", "1e-7"},
        {"0.00000012", "1.2e-7"},
        {"-1.50", "-1.5"},
        {"123.456e1", "1234.56"},
        {"12.5e-1", "1.25"},
        {"1e5", "100000"},
        {"100000000000000000000", "100000000000000000000"},
        {"1000000000000000000000", "1e+21"},
        {"1.5e300", "1.5e+300"},
        {"12345678901234567890", "12345678901234567890"},
        {"1e99999999999999999999", "1e+999999999"},
        {"0.1000000000000000000001", "0.1000000000000000000001"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[80], wanted[80];

        /* with room around it for what is longer than it was */
        snprintf(text, sizeof(text), "[%s,\"................\"]", rows[i][0]);
        snprintf(wanted, sizeof(wanted), "[%s,\"................\"]",
                 rows[i][1]);
        is_canonical(text, wanted);
    }
}

/* Members that move, in an object in an object: as many as may be open. */
static void limits(void)
{
    char text[2048] = "", wanted[2048] = "";
    struct arena *arena = arena_new_fixed(64);
    struct view out;
    size_t at = 0, to = 0;

    text[at++] = wanted[to++] = '{';
    for (int i = 0; i < 64; i++) {
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s\"k%02d\":%d",
                               i ? "," : "", 63 - i, i);
        to += (size_t)snprintf(wanted + to, sizeof(wanted) - to,
                               "%s\"k%02d\":%d", i ? "," : "", i, 63 - i);
    }
    text[at++] = wanted[to++] = '}';
    text[at] = wanted[to] = '\0';
    is_canonical(text, wanted);
    ok(arena && !canonical_json(view_text(text), arena, &out),
       "a full workspace is told");
    arena_free(arena);
    is_canonical("[1e20,1e20,1e20,1e20,1e20,1e20]", NULL);
}

int main(void)
{
    in = guard_new(4096);
    structure();
    strings();
    numbers();
    limits();
    guard_free(&in);
    return tap_end();
}
