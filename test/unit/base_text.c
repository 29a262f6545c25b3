/* SPDX-License-Identifier: Apache-2.0 */
/* Texts: they end where their room ends, and nothing is written by halves. */
#include "base/text.h"

#include "guard.h"
#include "tap.h"

static void room(void)
{
    struct guard g = guard_new(16);
    struct text t = text_in(guard_end(&g, 5), 5);

    text_add(&t, VIEW("abc"));
    text_add_char(&t, 'd');
    text_add_char(&t, 'e');
    ok(!t.cut, "full is not cut");
    text_add(&t, VIEW(""));
    text_add(&t, VIEW_NONE);
    ok(!t.cut, "nothing always fits");
    text_add_char(&t, 'f');
    ok(t.cut, "one more is cut");
    is_view(text_view(&t), "abcde", "what was there stays");

    t = text_in(guard_end(&g, 5), 5);
    text_add(&t, VIEW("abc"));
    text_add(&t, VIEW("def"));
    text_add_char(&t, 'g');
    is_view(text_view(&t), "abc", "no half, and nothing after a cut");
    t = text_in(guard_end(&g, 5), 5);
    text_add_hex(&t, "\x01\xab\xff", 3);
    ok(t.cut && t.size == 0, "hex by halves");
    t = text_in(NULL, 0);
    text_add_char(&t, 'a');
    ok(t.cut, "no room at all");
    guard_free(&g);
}

static void numbers(void)
{
    char room_of[128];
    struct text t = text_in(room_of, sizeof(room_of));

    text_add_u64(&t, 0);
    text_add_char(&t, ' ');
    text_add_u64(&t, UINT64_MAX);
    text_add_char(&t, ' ');
    text_add_i64(&t, INT64_MIN);
    text_add_char(&t, ' ');
    text_add_i64(&t, INT64_MAX);
    text_add_char(&t, ' ');
    text_add_hex(&t, "\x00\x9f\xff", 3);
    is_view(text_view(&t),
            "0 18446744073709551615 -9223372036854775808 "
            "9223372036854775807 009fff",
            "numbers");
}

static void formatted(void)
{
    static char room_of[4096];
    struct text t = text_in(room_of, sizeof(room_of));

    text_addf(&t, "%s=%d", "a", 1);
    is_view(text_view(&t), "a=1", "printf");
    t = text_in(room_of, 3);
    text_addf(&t, "%s", "abc");
    ok(!t.cut && t.size == 3, "needs no room for a NUL");
    text_addf(&t, "%s", "");
    ok(!t.cut, "nothing fits");
    text_addf(&t, "%d", 1);
    ok(t.cut, "does not fit");
    t = text_in(room_of, sizeof(room_of));
    text_addf(&t, "%*d", 1023, 1);
    ok(!t.cut && t.size == 1023, "1023 bytes");
    text_addf(&t, "%*d", 1024, 1);
    ok(t.cut && t.size == 1023, "1024 bytes are too many");
}

static void is_time(int64_t microseconds, const char *wanted)
{
    char room_of[24];
    struct text t = text_in(room_of, sizeof(room_of));

    text_add_time(&t, microseconds);
    is_view(text_view(&t), wanted, "%lld is %s", (long long)microseconds,
            wanted);
}

static void times(void)
{
    is_time(0, "1970-01-01T00:00:00.000Z");
    is_time(1795245030123456, "2026-11-21T07:10:30.123Z");
    is_time(951782399999999, "2000-02-28T23:59:59.999Z");
    is_time(951782400000000, "2000-02-29T00:00:00.000Z");
    is_time(951868800000000, "2000-03-01T00:00:00.000Z");
    is_time(4107542400000000, "2100-03-01T00:00:00.000Z");
    is_time(1709251199000000, "2024-02-29T23:59:59.000Z");
    is_time(1735689599999000, "2024-12-31T23:59:59.999Z");
    is_time(-1, "1969-12-31T23:59:59.999Z");
    is_time(-86400000000, "1969-12-31T00:00:00.000Z");
    is_time(-62135596800000000, "0001-01-01T00:00:00.000Z");
    is_time(-62167219200000000, "0000-01-01T00:00:00.000Z");
    is_time(INT64_MIN, "0000-01-01T00:00:00.000Z");
    is_time(253402300799999999, "9999-12-31T23:59:59.999Z");
    is_time(INT64_MAX, "9999-12-31T23:59:59.999Z");
}

int main(void)
{
    room();
    numbers();
    formatted();
    times();
    return tap_end();
}
