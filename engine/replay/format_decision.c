/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Weighbridge wrote itself: decision records, and the decisions in the
 * log of `serve`. Where the line has a whole request record ("record"), that
 * is what is replayed; else what is known of the request is little:
 *
 *   {"v":1,"time":..,"request":{"method","host","path","client_ip",
 *    "user_agent"},..}
 *   {"time":..,"event":"decision","client":..,"method":..,"host":..,
 *    "path":..,"agent":..,..}
 *
 * A User-Agent that is not there may have been absent or not been captured:
 * it is unknown. So is a client whose address was truncated.
 */
#include "base/record_time.h"
#include "replay/json_line.h"
#include "replay/log_line.h"

struct decision_line {
    struct log_line *line;
    struct view time, agent;
    bool request; /* there is one */
};

static void value_found(void *user, const struct view *keys, size_t depth,
                        struct view value)
{
    struct decision_line *d = user;
    bool nested = depth == 2 && view_equal(keys[0], VIEW("request"));

    if (depth != 1 && !nested) {
        return;
    }
    struct view key = keys[depth - 1];
    const struct {
        const char *key;
        struct view *at;
    } places[] = {
        {"method", &d->line->method}, {"host", &d->line->host},
        {"path", &d->line->target},   {"client_ip", &d->line->client},
        {"client", &d->line->client}, {"user_agent", &d->agent},
        {"agent", &d->agent},
    };
    if (view_equal(key, VIEW("time"))) {
        d->time = value;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (view_equal(key, view_text(places[i].key))) {
            *places[i].at = value;
            d->request = true;
        }
    }
}

/* The bytes of the object behind `key`: one that json_line_read() took. */
static struct view object_after(struct view line, const char *key)
{
    size_t at = view_search(line, view_text(key));
    unsigned depth = 0;
    bool string = false;

    if (at == SIZE_MAX) {
        return VIEW_NONE;
    }
    at += strlen(key) - 1;
    for (size_t i = at; i < line.size; i++) {
        char c = line.at[i];
        if (string) {
            i += c == '\\';
            string = c != '"';
        } else if (c == '"') {
            string = true;
        } else if (c == '{') {
            depth++;
        } else if (c == '}' && --depth == 0) {
            return view_of(line.at + at, i - at + 1);
        }
    }
    return VIEW_NONE;
}

enum line_fault decision_read(char *line, size_t size, struct log_clock *clock,
                              struct log_line *out)
{
    struct decision_line d = {.line = out};
    struct view text = view_of(line, size);

    (void)clock;
    log_line_clear(out);
    if (!json_line_read(text, value_found, &d)) {
        return LINE_CUT;
    }
    if (json_line_has(text, "\"event\":") &&
        !json_line_has(text, "\"event\":\"decision\"")) {
        return LINE_NOTE; /* a start, a reload */
    }
    if (!d.time.at || !record_time_read(d.time, &out->time)) {
        return LINE_NO_TIME;
    }
    out->record = object_after(text, ",\"record\":{");
    if (out->record.at) {
        return LINE_FINE;
    }
    if (!d.request || !log_line_whole(out)) {
        return LINE_NO_REQUEST;
    }
    if (view_find(out->client, '/') < out->client.size) {
        out->client = VIEW_NONE;
    }
    if (d.agent.at) {
        log_line_knows(out, 0, 1);
        log_line_header(out, VIEW("User-Agent"), d.agent);
    }
    log_line_unescape(out);
    return LINE_FINE;
}

bool decision_looks(struct view line)
{
    return view_starts(line, VIEW("{")) &&
           (json_line_has(line, "\"generation\":") ||
            json_line_has(line, "\"event\":\"decision\"")) &&
           json_line_has(line, "\"class\":") &&
           json_line_has(line, "\"status\":");
}
