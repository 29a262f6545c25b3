/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the combined format, each read at a guard page, against what they
 * hold, written as
 *
 *   vhost|client|time|method|target|version|referer|agent|status|bytes
 *
 * ("~": none); "!N" is a fault. The parser is part of the program, not of
 * the library, so its source is included.
 */
#include "base/text.h"
#include "replay/combined.c"
#include "replay/log_time.c"

#include <time.h>

#include "guard.h"
#include "tap.h"

#define AT "[21/Nov/2026:07:10:30 +0000] "
#define TIME "1795245030"

struct expectation {
    const char *line, *wanted;
};

static const struct expectation plain[] = {
    {"192.0.2.1 - - " AT "\"GET /a?b=c HTTP/1.1\" 200 12 "
     "\"https://example.com/\" \"curl/8.0\"",
     "~|192.0.2.1|" TIME "|GET|/a?b=c|1.1|https://example.com/|curl/8.0|200|"
     "12"},
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.0\" 200 12",
     "~|192.0.2.1|" TIME "|GET|/|1.0|unknown|unknown|200|12"},
    {"192.0.2.1 - - " AT "\"GET / HTTP/2.0\" 304 - \"-\" \"-\"",
     "~|192.0.2.1|" TIME "|GET|/|2|~|~|304|0"},
    {"2001:db8::1 - - " AT "\"GET / HTTP/3.0\" 200 1 \"\" \"\"",
     "~|2001:db8::1|" TIME "|GET|/|3|||200|1"},
    {"- - - " AT "\"GET /x\" 200 1 \"-\" \"a\"",
     "~|~|" TIME "|GET|/x|~|~|a|200|1"},
    /* A server that answered 400 may not have read the headers. */
    {"192.0.2.1 - - " AT "\"GET /a b HTTP/1.1\" 400 1 \"-\" \"-\"",
     "~|192.0.2.1|" TIME "|GET|/a b|1.1|unknown|unknown|400|1"},
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 400 1 \"-\" \"a\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|a|400|1"},
    /* What follows is skipped: a third text, a number. */
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 200 1 \"-\" \"a\" \"b\" rt=0.1",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|a|200|1"},
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 200 1 0.003 \"-\" \"a\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|a|200|1"},
    /* One text alone may be anything. */
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 200 1 \"0.003\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|unknown|unknown|200|1"},
    /* Users may hold spaces, brackets and times. */
    {"192.0.2.1 - a [b] c " AT "\"GET / HTTP/1.1\" 200 1 \"-\" \"a\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|a|200|1"},
    {"192.0.2.1 - [01/Jan/1999:00:00:00 +0000] " AT
     "\"GET / HTTP/1.1\" 200 1 \"-\" \"a\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|a|200|1"},
    /* Apache: a quote in the user's name. */
    {"192.0.2.1 - a\\\"b " AT "\"GET / HTTP/1.1\" 200 1 \"-\" \"a\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|a|200|1"},
    /* Apache logs spaces in targets. */
    {"192.0.2.1 - - " AT "\"GET /a b c HTTP/1.1\" 200 1 \"-\" \"a\"",
     "~|192.0.2.1|" TIME "|GET|/a b c|1.1|~|a|200|1"},
    /* Escapes of both servers. */
    {"192.0.2.1 - - " AT "\"GET /\\x22\\x5C HTTP/1.1\" 200 1 \"-\" "
     "\"\\xC3\\xa9 \\\"q\\\" \\\\\"",
     "~|192.0.2.1|" TIME "|GET|/\"\\|1.1|~|\xc3\xa9 \"q\" \\|200|1"},
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 200 1 \"-\" "
     "\"a\\tb\\n\\r\\v\\f\\b\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|a\tb\n\r\v\f\b|200|1"},
    /* What is no escape stays. */
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 200 1 \"-\" \"\\q\\xZ0\\x4\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|\\q\\xZ0\\x4|200|1"},
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 200 "
     "99999999999999999999999 \"-\" \"a\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|a|200|18446744073709551615"},
    {"192.0.2.1 - - " AT "\"M-SEARCH * HTTP/1.1\" 200 1 \"-\" \"a\"",
     "~|192.0.2.1|" TIME "|M-SEARCH|*|1.1|~|a|200|1"},
    {"192.0.2.1 - - " AT "\"GET https://example.com/ HTTP/1.1\" 200 1 \"-\" "
     "\"a\"",
     "~|192.0.2.1|" TIME "|GET|https://example.com/|1.1|~|a|200|1"},
    /* Faults. */
    {"", "!2"},
    {"x", "!2"},
    {"\"", "!2"},
    {"192.0.2.1 - - [21/Nov/2026:07:10:30] \"GET / HTTP/1.1\" 200 1", "!2"},
    {"192.0.2.1 - - [31/Nov/2026:07:10:30 +0000] \"GET / HTTP/1.1\" 200 1",
     "!2"},
    {"192.0.2.1 - - [21/Nov/2026:24:10:30 +0000] \"GET / HTTP/1.1\" 200 1",
     "!2"},
    {"192.0.2.1 - - [21/nov/2026:07:10:30 +0000] \"GET / HTTP/1.1\" 200 1",
     "!2"},
    {"192.0.2.1 - - " AT "\"-\" 408 0 \"-\" \"-\"", "!3"},
    {"192.0.2.1 - - " AT "\"\" 400 0 \"-\" \"-\"", "!3"},
    {"192.0.2.1 - - " AT "\"\\x16\\x03\\x01 \\x02\" 400 0 \"-\" \"-\"", "!3"},
    {"192.0.2.1 - - " AT "\"GET \" 400 0 \"-\" \"-\"", "!3"},
    {"192.0.2.1 - - " AT "\"garbage here\" 400 0 \"-\" \"-\"", "!3"},
    {"192.0.2.1 - - " AT "\"GET HTTP/1.1", "!4"},
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 200 1 \"-\" \"cut", "!4"},
    {"192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 200 1 \"-\" \"cut\\\"", "!4"},
    {"192.0.2.1 - - " AT "\"", "!4"},
};

static const struct expectation with_vhost[] = {
    {"www.example.com:80 192.0.2.1 - - " AT
     "\"GET / HTTP/1.1\" 200 1 \"-\" \"a\"",
     "www.example.com:80|192.0.2.1|" TIME "|GET|/|1.1|~|a|200|1"},
    {"- 192.0.2.1 - - " AT "\"GET / HTTP/1.1\" 200 1 \"-\" \"a\"",
     "~|192.0.2.1|" TIME "|GET|/|1.1|~|a|200|1"},
    {AT "\"GET / HTTP/1.1\" 200 1 \"-\" \"a\"",
     "~|~|" TIME "|GET|/|1.1|~|a|200|1"},
};

static void add(struct text *t, struct view v)
{
    text_add(t, v.at ? v : VIEW("~"));
    text_add_char(t, '|');
}

static void show(struct text *t, const struct combined *c)
{
    add(t, c->vhost);
    add(t, c->client);
    text_addf(t, "%lld|", (long long)(c->time / 1000000));
    add(t, c->method);
    add(t, c->target);
    add(t, c->version);
    add(t, c->has_headers ? c->referer : VIEW("unknown"));
    add(t, c->has_headers ? c->user_agent : VIEW("unknown"));
    text_addf(t, "%u|%llu", c->status, (unsigned long long)c->bytes);
}

static void check(struct guard *guard, const struct expectation *e, bool vhost)
{
    size_t size = strlen(e->line);
    char *line = guard_end(guard, size);
    char room[1024];
    struct text got = text_in(room, sizeof room - 1);
    struct log_clock clock = {.midnight = 0};
    struct combined combined;

    memcpy(line, e->line, size);
    enum line_fault fault = combined_read(line, size, vhost, &clock, &combined);
    if (fault == LINE_FINE) {
        show(&got, &combined);
    } else {
        text_addf(&got, "!%d", (int)fault);
        ok(!memcmp(line, e->line, size), "a faulty line stays as it was");
    }
    room[got.size] = '\0';
    is_text(room, e->wanted, "%.60s", e->line);
}

static void check_layout(void)
{
    ok(!combined_has_vhost(VIEW("192.0.2.1 - - [")), "no host");
    ok(!combined_has_vhost(VIEW("192.0.2.1 - a b [")), "user with a space");
    ok(!combined_has_vhost(VIEW("")), "nothing");
    ok(!combined_has_vhost(VIEW("a")), "a word");
    ok(combined_has_vhost(VIEW("example.com 192.0.2.1 - - [")), "host");
    ok(combined_has_vhost(VIEW("192.0.2.9:80 192.0.2.1 - - [")),
       "host that is an address");
    ok(combined_has_vhost(VIEW("example.com:443 2001:db8::1 - - [")),
       "IPv6 client");
}

/* Every day of three leap cycles, in any zone, against the C library. */
static void check_times(void)
{
    struct log_clock clock = {.midnight = 0};
    size_t wrong = 0;

    for (int64_t t = 0; t < INT64_C(40000) * 86400; t += 86400 - 7) {
        char text[64];
        int64_t got;
        int zone = (int)(t % 29 - 14) * 30;
        time_t local = (time_t)t + zone * 60;
        struct tm tm;
        gmtime_r(&local, &tm);
        size_t n = strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S ", &tm);
        snprintf(text + n, sizeof text - n, "%c%02d%02d", zone < 0 ? '-' : '+',
                 abs(zone) / 60, abs(zone) % 60);
        wrong += !log_time_read(&clock, text, &got) || got != t * 1000000;
    }
    is_number(wrong, 0, "times of 110 years");
}

static void check_no_times(void)
{
    static const char good[] = "21/Nov/2026:07:10:30 +0000";
    struct log_clock clock = {.midnight = 0};
    int64_t got;
    size_t taken = 0;

    ok(log_time_read(&clock, good, &got), "a time");
    for (size_t i = 0; i < LOG_TIME_SIZE; i++) {
        char bad[LOG_TIME_SIZE];
        memcpy(bad, good, sizeof bad);
        bad[i] = '?';
        taken += log_time_read(&clock, bad, &got);
    }
    is_number(taken, 0, "no time with a wrong byte, after a right one");
    ok(log_time_read(&clock, "29/Feb/2024:00:00:00 +0000", &got), "leap day");
    ok(!log_time_read(&clock, "29/Feb/2100:00:00:00 +0000", &got),
       "none in 2100");
    ok(log_time_read(&clock, "31/Dec/2016:23:59:60 +0000", &got) &&
           got == INT64_C(1483228800) * 1000000,
       "leap second");
}

int main(void)
{
    struct guard guard = guard_new(4096);

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        check(&guard, &plain[i], false);
    }
    for (size_t i = 0; i < sizeof with_vhost / sizeof *with_vhost; i++) {
        check(&guard, &with_vhost[i], true);
    }
    check_layout();
    check_times();
    check_no_times();
    guard_free(&guard);
    return tap_end();
}
