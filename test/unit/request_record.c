/* SPDX-License-Identifier: Apache-2.0 */
/* Records: every key, every form of a value, and what is refused where. */
#include "request/record.h"

#include <stdlib.h>

#include "base/record_time.h"
#include "guard.h"
#include "tap.h"

static struct request request;
static struct record record = {.request = &request};
static struct arena *workspace;
static struct guard page;

static bool reads(const char *line)
{
    arena_reset(workspace);
    return record_read(&record, guard_view(&page, view_text(line)), workspace);
}

static void whole(void)
{
    ok(reads("{\"id\":\"r1\",\"time\":\"2026-11-21T07:10:30.5Z\","
             "\"client_ip\":\"192.0.2.1\",\"method\":\"GET\","
             "\"scheme\":\"https\",\"http_version\":\"HTTP/2.0\","
             "\"host\":\"example.com\",\"path\":\"/a?b\",\"ja3\":\"3\","
             "\"ja4\":\"4\",\"country\":\"QM\",\"asn\":64496,"
             "\"as_org\":\"Example\",\"transport\":\"nginx\","
             "\"label\":\"bot\",\"more\":{\"a\":[1,{}]},"
             "\"headers\":[[\"Host\",\"example.com\"],[\"A\",\"\"]]}\n"),
       "a whole record");
    is_view(request.id, "r1", "id");
    ok(record.has_time && request.time == INT64_C(1795245030500000), "time");
    is_view(request.client_ip, "192.0.2.1", "client_ip");
    is_view(request.method, "GET", "method");
    is_view(request.scheme, "https", "scheme");
    is_view(request.http_version, "2", "http_version");
    is_view(request.host, "example.com", "host");
    is_view(request.target, "/a?b", "path");
    is_view(request.ja3, "3", "ja3");
    is_view(request.ja4, "4", "ja4");
    is_view(request.country, "QM", "country");
    ok(request.has_asn && request.asn == 64496, "asn");
    is_view(request.as_org, "Example", "as_org");
    is_view(request.transport, "nginx", "transport");
    is_view(record.label, "bot", "label");
    is_number(request.header_count, 2, "headers");
    ok(request.headers[1].value.at, "an empty value is a value");
    ok(request.order_kept && !request.headers_limited, "a list keeps order");
}

static void unknowns(void)
{
    ok(reads("{}"), "an empty record");
    ok(!request.method.at && !request.target.at && !request.client_ip.at &&
           !request.http_version.at && !record.has_time && !record.label.at &&
           !request.order_kept,
       "all is unknown");
    ok(reads("{\"method\":null,\"headers\":null,\"headers_known\":null}"),
       "null");
    ok(!request.method.at && !request.headers_limited, "is unknown too");
    ok(reads("{\"http_version\":\"SPDY\"}") && !request.http_version.at,
       "an unheard-of version is unknown");
    ok(reads("{\"http_version\":\"HTTP/1\"}") && !request.http_version.at,
       "HTTP/1 may be 1.0 or 1.1");
    ok(reads("{\"label\":\"likely-bot\"}"), "a label of another data set");
    is_view(record.label, "likely-bot", "is kept");
    ok(reads("{\"label\":{\"a\":[1]},\"id\":\"r2\"}") && !record.label.at,
       "a label that is no text is none");
    is_view(request.id, "r2", "and what follows is read");
}

static void headers(void)
{
    ok(reads("{\"headers\":{\"A\":\"1\",\"B\":[\"2\",\"3\"],\"C\":[]}}"),
       "an object of headers");
    is_number(request.header_count, 3, "three lines");
    is_view(request.headers[2].name, "B", "both lines of B");
    is_view(request.headers[2].value, "3", "in their order");
    ok(!request.order_kept, "an object keeps no order");
    ok(reads("{\"headers\":{\"A\":\"1\"},\"order_kept\":true}") &&
           request.order_kept,
       "unless it says so");
    ok(reads("{\"order_kept\":false,\"headers\":[[\"A\",\"1\"]]}") &&
           !request.order_kept,
       "and a list may lose it");
    ok(reads("{\"headers\":[[\"A\",{\"b64\":\"/wA=\"}],[{\"b64\":\"Qg==\"},"
             "\"x\"]],\"path\":{\"b64\":\"L/8=\"}}"),
       "bytes in base64");
    ok(view_equal(request.headers[0].value, VIEW("\xff\0")), "a value");
    is_view(request.headers[1].name, "B", "a name");
    ok(view_equal(request.target, VIEW("/\xff")), "a path");
    ok(reads("{\"headers\":[[\"\\u0041\",\"\\u00e9\\n\"]]}"), "escapes");
    is_view(request.headers[0].name, "A", "in a name");
    is_view(request.headers[0].value, "\xc3\xa9\n", "in a value");
    ok(reads("{\"headers_known\":[\"user-agent\",\"DNT\"]}"), "known");
    ok(request.headers_limited && request.headers_known_count == 2 &&
           request_header_known(&request, VIEW("dnt")) &&
           !request_header_known(&request, VIEW("accept")),
       "and nothing else is");
    ok(reads("{\"headers_known\":[]}") && request.headers_limited,
       "nothing is known");
}

static void many_headers(void)
{
    char line[8192];
    struct text text = text_in(line, sizeof(line) - 1);

    text_add(&text, VIEW("{\"headers\":[[\"a\",\"\"]"));
    for (unsigned i = 0; i < REQUEST_HEADERS_MAX; i++) {
        text_addf(&text, ",[\"a%u\",\"\"]", i);
    }
    text_add(&text, VIEW("]}"));
    line[text.size] = 0;
    ok(reads(line) && request.overflow, "too many headers overflow");
}

static void words(const char *key, struct view *got)
{
    static const char *const rows[][3] = {
        {"scheme", "\"ws\"", "http"},
        {"scheme", "\"WSS\"", "https"},
        {"scheme", "\"HTTPS\"", "HTTPS"},
        {"http_version", "1.1", "1.1"},
        {"http_version", "2", "2"},
        {"http_version", "\"h2\"", "2"},
        {"http_version", "\"HTTP/1.0\"", "1.0"},
        {"http_version", "\"http/3\"", "3"},
        {"http_version", "\"HTTP/2\"", "2"},
        {"http_version", "\"h3\"", "3"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[64];

        if (strcmp(rows[i][0], key) != 0) {
            continue;
        }
        snprintf(line, sizeof(line), "{\"%s\":%s}", key, rows[i][1]);
        ok(reads(line), "%s", line);
        is_view(*got, rows[i][2], "is %s", rows[i][2]);
    }
}

static void bad(const char *line, size_t at, const char *error)
{
    if (ok(!reads(line), "refused: %s", line)) {
        is_text(record.error, error, "why");
        is_number(record.error_at, at, "where");
    }
}

static void mistakes(void)
{
    bad("[]", 1, "expected an object");
    bad("{\"method\":1}", 11, "expected a string or {\"b64\": text}");
    bad("{\"path\":{}}", 10, "expected {\"b64\": text}");
    bad("{\"path\":{\"b64\":\"*\"}}", 18, "not base64");
    bad("{\"path\":{\"b64\":\"\",\"x\":1}}", 22,
        "expected only \"b64\" in the object");
    bad("{\"headers\":1}", 12, "expected a list or an object of headers");
    bad("{\"headers\":[1]}", 13, "expected [name, value]");
    bad("{\"headers\":[[\"a\"]]}", 17, "expected a string or {\"b64\": text}");
    bad("{\"headers\":[[\"a\",\"b\",\"c\"]]}", 24, "expected [name, value]");
    bad("{\"headers\":{\"a\":1}}", 17, "expected a string or {\"b64\": text}");
    bad("{\"headers_known\":{}}", 18, "expected a list of header names");
    bad("{\"order_kept\":1}", 15, "expected true or false");
    bad("{\"asn\":-1}", 9, "expected an autonomous system's number");
    bad("{\"time\":true}", 12,
        "expected a time: RFC 3339 text or epoch seconds");
    bad("{\"time\":\"now\"}", 13, "not a time: RFC 3339 text or epoch seconds");
    ok(!reads("{\"a\":1,\"a\":2}") && record.error, "a key twice");
    ok(!reads("{\"method\":\"GET\"") && record.error, "cut short");
    ok(!reads("{} {}") && record.error, "two values");
    ok(!reads("{\"x\":[[[[[[[[[]]]]]]]]]}") && record.error, "too deep");
    ok(!reads("") && record.error, "nothing");
}

static void times(void)
{
    static const struct {
        const char *text;
        int64_t time; /* -1: none */
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-21T07:10:30Z", INT64_C(1795245030000000)},
        {"2026-11-21t07:10:30.123456789z", INT64_C(1795245030123456)},
        {"2026-11-21 08:40:30.1+01:30", INT64_C(1795245030100000)},
        {"2026-11-20T23:10:30-08:00", INT64_C(1795245030000000)},
        {"2024-02-29T00:00:00Z", INT64_C(1709164800000000)},
        {"2000-03-01T00:00:00Z", INT64_C(951868800000000)},
        {"2100-03-01T00:00:00Z", INT64_C(4107542400000000)},
        {"2016-12-31T23:59:60Z", INT64_C(1483228800000000)},
        {"9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999)},
        {"0", 0},
        {"1795245030", INT64_C(1795245030000000)},
        {"1795245030.25", INT64_C(1795245030250000)},
        {"1795245030.1234567", INT64_C(1795245030123456)},
        {"2023-02-29T00:00:00Z", -1},
        {"2100-02-29T00:00:00Z", -1},
        {"2026-13-01T00:00:00Z", -1},
        {"2026-00-01T00:00:00Z", -1},
        {"2026-04-31T00:00:00Z", -1},
        {"2026-04-00T00:00:00Z", -1},
        {"2026-04-01T24:00:00Z", -1},
        {"2026-04-01T00:60:00Z", -1},
        {"2026-04-01T00:00:61Z", -1},
        {"2026-04-01T00:00:00", -1},
        {"2026-04-01T00:00:00.Z", -1},
        {"2026-04-01T00:00:00+1:00", -1},
        {"2026-04-01T00:00:00+24:00", -1},
        {"2026-04-01T00:00:00Zx", -1},
        {"2026-04-01", -1},
        {"1969-12-31T23:59:59Z", -1},
        {"1970-01-01T00:00:00+00:01", -1},
        {"-1", -1},
        {"1e9", -1},
        {"1.", -1},
        {".5", -1},
        {"253402300800", -1},
        {"99999999999999999999999", -1},
        {"", -1},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t time = -1;
        bool read = record_time_read(view_text(rows[i].text), &time);

        is_number(time, rows[i].time, "time '%s'", rows[i].text);
        ok(read == (rows[i].time >= 0), "and it says so");
    }
}

static void full_workspace(void)
{
    static const char line[] =
        "{\"path\":\"/\\u0061\",\"headers\":[[\"a\",{\"b64\":\"YQ==\"}]],"
        "\"headers_known\":[\"a\"]}";
    bool read = false;
    unsigned refused = 0;

    for (size_t size = 0; !read && size < 8192; size += 16) {
        struct arena *small = arena_new_fixed(size);

        read = record_read(&record, view_text(line), small);
        refused += !read && record.error &&
                   !strcmp(record.error, "record does not fit the workspace");
        arena_free(small);
    }
    ok(read && refused > 10, "a workspace too small is told %u times", refused);
}

int main(void)
{
    workspace = arena_new_fixed(64 * 1024);
    page = guard_new(16 * 1024);
    whole();
    unknowns();
    headers();
    many_headers();
    words("scheme", &request.scheme);
    words("http_version", &request.http_version);
    mistakes();
    times();
    full_workspace();
    guard_free(&page);
    arena_free(workspace);
    return tap_end();
}
