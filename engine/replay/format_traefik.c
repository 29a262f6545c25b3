/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traefik's access log (format: json): client, time, method, target,
 * protocol, scheme, host; User-Agent, Referer and other headers where
 * accessLog.fields.headers keeps them. A header that is not there may have
 * been dropped: it is unknown.
 *
 *   {"ClientHost":"192.0.2.1","StartUTC":"2026-11-21T07:10:30.1Z",
 *    "RequestMethod":"GET","RequestPath":"/","RequestProtocol":"HTTP/1.1",
 *    "RequestHost":"example.com","RequestScheme":"https",
 *    "DownstreamStatus":200,"request_User-Agent":"x",...}
 */
#include "base/record_time.h"
#include "replay/json_line.h"
#include "replay/log_line.h"

struct traefik {
    struct log_line *line;
    struct view start, time, protocol, status, size;
};

static void value_found(void *user, const struct view *keys, size_t depth,
                        struct view value)
{
    struct traefik *t = user;
    const struct {
        const char *key;
        struct view *at;
    } places[] = {
        {"ClientHost", &t->line->client},  {"RequestMethod", &t->line->method},
        {"RequestPath", &t->line->target}, {"RequestScheme", &t->line->scheme},
        {"RequestHost", &t->line->host},   {"RequestProtocol", &t->protocol},
        {"StartUTC", &t->start},           {"time", &t->time},
        {"DownstreamStatus", &t->status},  {"DownstreamContentSize", &t->size},
    };

    if (depth != 1) {
        return;
    }
    if (view_starts(keys[0], VIEW("request_"))) {
        struct view name = view_of(keys[0].at + 8, keys[0].size - 8);
        if (!view_equal(value, VIEW("REDACTED"))) {
            log_line_header(t->line, name, value);
        }
        return;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (view_equal(keys[0], view_text(places[i].key))) {
            *places[i].at = log_line_word(value);
        }
    }
}

static void unescape(struct log_line *line)
{
    json_line_unescape(&line->client);
    json_line_unescape(&line->method);
    json_line_unescape(&line->host);
    json_line_unescape(&line->target);
    for (size_t i = 0; i < line->header_count; i++) {
        json_line_unescape(&line->headers[i].value);
    }
}

enum line_fault traefik_read(char *line, size_t size, struct log_clock *clock,
                             struct log_line *out)
{
    struct traefik t = {.line = out};

    (void)clock;
    log_line_clear(out);
    if (!json_line_read(view_of(line, size), value_found, &t)) {
        return LINE_CUT;
    }
    struct view time = t.start.at ? t.start : t.time;
    if (!time.at || !record_time_read(time, &out->time)) {
        return LINE_NO_TIME;
    }
    if (!log_line_whole(out)) {
        return LINE_NO_REQUEST;
    }
    log_line_version(out, t.protocol);
    out->status = log_line_status(t.status);
    out->bytes = log_line_number(t.size);
    unescape(out);
    return LINE_FINE;
}

bool traefik_looks(struct view line)
{
    return view_starts(line, VIEW("{")) &&
           json_line_has(line, "\"RequestMethod\":") &&
           json_line_has(line, "\"RequestPath\":");
}
