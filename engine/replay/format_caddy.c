/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Caddy's access log (format json): client, time, method, target, protocol,
 * host, whether by TLS, and all headers.
 *
 *   {"ts":1646861401.52,"logger":"http.log.access","request":{
 *    "remote_ip":"192.0.2.1","proto":"HTTP/2.0","method":"GET",
 *    "host":"example.com","uri":"/","headers":{"User-Agent":["x"]},
 *    "tls":{...}},"size":10,"status":200,...}
 *
 * Caddy blanks credentials: a line that has some tells of other headers only
 * whether they are among those that nobody leaves out.
 */
#include "base/record_time.h"
#include "replay/json_line.h"
#include "replay/log_line.h"

struct caddy {
    struct log_line *line;
    struct view ts, proto;
    bool access; /* there is a request */
    bool tls;
};

/* Blanked headers have no value ([], which is not told), or this one. */
static bool is_blanked(struct view name, struct view value)
{
    static const char *const names[] = {"Cookie", "Authorization",
                                        "Proxy-Authorization", "Set-Cookie"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (view_equal_fold(name, view_text(names[i]))) {
            return value.size == 0 || view_equal(value, VIEW("REDACTED"));
        }
    }
    return false;
}

static void request_value(struct caddy *c, struct view key, struct view value)
{
    const struct {
        const char *key;
        struct view *at;
    } places[] = {
        {"client_ip", &c->line->client}, /* behind trusted proxies */
        {"method", &c->line->method},    {"host", &c->line->host},
        {"uri", &c->line->target},       {"proto", &c->proto},
    };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (view_equal(key, view_text(places[i].key))) {
            *places[i].at = value;
        }
    }
    if (view_equal(key, VIEW("remote_ip")) && !c->line->client.at) {
        c->line->client = value;
    }
}

static void value_found(void *user, const struct view *keys, size_t depth,
                        struct view value)
{
    struct caddy *c = user;

    if (depth == 1) {
        if (view_equal(keys[0], VIEW("ts"))) {
            c->ts = value;
        } else if (view_equal(keys[0], VIEW("status"))) {
            c->line->status = log_line_status(value);
        } else if (view_equal(keys[0], VIEW("size"))) {
            c->line->bytes = log_line_number(value);
        }
    }
    if (depth < 2 || !view_equal(keys[0], VIEW("request"))) {
        return;
    }
    c->access = true;
    if (depth == 2) {
        request_value(c, keys[1], value);
    } else if (view_equal(keys[1], VIEW("tls"))) {
        c->tls = true;
    } else if (depth == 3 && view_equal(keys[1], VIEW("headers")) &&
               !is_blanked(keys[2], value)) {
        log_line_header(c->line, keys[2], value);
    }
}

/* Seconds with more digits than record_time_read() takes: Go writes floats
 * as short as they can be read back. */
static bool time_read(struct view ts, int64_t *out)
{
    size_t point = view_find(ts, '.');

    if (ts.size > point + 10) {
        ts.size = point + 10;
    }
    return record_time_read(ts, out);
}

enum line_fault caddy_read(char *line, size_t size, struct log_clock *clock,
                           struct log_line *out)
{
    struct caddy c = {.line = out};
    struct view text = view_of(line, size);

    (void)clock;
    log_line_clear(out);
    out->all_known = true;
    if (!json_line_read(text, value_found, &c)) {
        return LINE_CUT;
    }
    if (!c.access) {
        return LINE_NO_REQUEST; /* what Caddy says of itself */
    }
    if (!c.ts.at || !time_read(c.ts, &out->time)) {
        return LINE_NO_TIME;
    }
    if (!log_line_whole(out)) {
        return LINE_NO_REQUEST;
    }
    out->scheme = c.tls ? VIEW("https") : VIEW_NONE;
    log_line_version(out, c.proto);
    bool blanked = json_line_has(text, "\"Cookie\"") ||
                   json_line_has(text, "Authorization\"");
    if (blanked) {
        log_line_knows_common(out);
    }
    log_line_unescape(out);
    log_line_header(out, VIEW("Host"), out->host); /* Go moved it there */
    return LINE_FINE;
}

bool caddy_looks(struct view line)
{
    return view_starts(line, VIEW("{")) &&
           (json_line_has(line, "\"logger\":\"http.log.access") ||
            (json_line_has(line, "\"request\":{\"remote_") &&
             json_line_has(line, "\"uri\":")));
}
