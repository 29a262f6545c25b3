/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry of a HAR document, as har.h cuts it: what a browser or a proxy
 * recorded of one request.
 *
 *   {"startedDateTime":"2026-11-21T09:10:32.123Z",
 *    "request":{"method":"GET","url":"https://example.com/a?b",
 *     "httpVersion":"h2","headers":[{"name":"accept","value":"x"},..]},
 *    "response":{"status":200,"bodySize":78}}
 *
 * Browsers leave credentials out when they export; so of headers that are
 * not there only those which nobody leaves out are absent. The client is not
 * known.
 */
#include "base/record_time.h"
#include "replay/json_line.h"
#include "replay/log_line.h"

struct har_entry {
    struct log_line *line;
    struct view time, url, version, name, value;
};

/* A pair of a list is told a member at a time, in either order. */
static void pair_found(struct har_entry *h, struct view key, struct view value)
{
    if (view_equal(key, VIEW("name"))) {
        h->name = value;
    } else if (view_equal(key, VIEW("value"))) {
        h->value = value;
    }
    if (h->name.at && h->value.at) {
        if (h->name.size > 0 && h->name.at[0] != ':') { /* of HTTP/2 */
            log_line_header(h->line, h->name, h->value);
        }
        h->name = h->value = VIEW_NONE;
    }
}

static void request_found(struct har_entry *h, const struct view *keys,
                          size_t depth, struct view value)
{
    if (depth == 3 && view_equal(keys[1], VIEW("headers"))) {
        pair_found(h, keys[2], value);
    } else if (depth != 2) {
        return;
    } else if (view_equal(keys[1], VIEW("method"))) {
        h->line->method = value;
    } else if (view_equal(keys[1], VIEW("url"))) {
        h->url = value;
    } else if (view_equal(keys[1], VIEW("httpVersion"))) {
        h->version = value;
    }
}

static void value_found(void *user, const struct view *keys, size_t depth,
                        struct view value)
{
    struct har_entry *h = user;

    if (depth == 1 && view_equal(keys[0], VIEW("startedDateTime"))) {
        h->time = value;
    } else if (depth >= 2 && view_equal(keys[0], VIEW("request"))) {
        request_found(h, keys, depth, value);
    } else if (depth == 2 && view_equal(keys[0], VIEW("response"))) {
        if (view_equal(keys[1], VIEW("status"))) {
            h->line->status = log_line_status(value);
        } else if (view_equal(keys[1], VIEW("bodySize"))) {
            h->line->bytes = log_line_number(value);
        }
    }
}

static bool url_read(struct har_entry *h)
{
    struct log_line *line = h->line;

    line->target = h->url;
    line->target.size = view_find(h->url, '#');
    line->scheme = view_starts_fold(h->url, VIEW("https:")) ||
                           view_starts_fold(h->url, VIEW("wss:"))
                       ? VIEW("https")
                   : view_starts_fold(h->url, VIEW("http:")) ||
                           view_starts_fold(h->url, VIEW("ws:"))
                       ? VIEW("http")
                       : VIEW_NONE;
    return line->scheme.at && log_line_whole(line);
}

enum line_fault har_read(char *line, size_t size, struct log_clock *clock,
                         struct log_line *out)
{
    struct har_entry h = {.line = out};

    (void)clock;
    log_line_clear(out);
    out->all_known = true;
    if (!json_line_read(view_of(line, size), value_found, &h)) {
        return LINE_CUT;
    }
    if (!h.time.at || !record_time_read(h.time, &out->time)) {
        return LINE_NO_TIME;
    }
    if (!h.url.at || !url_read(&h)) {
        return LINE_NO_REQUEST;
    }
    log_line_version(out, h.version);
    log_line_knows_common(out);
    log_line_unescape(out);
    return LINE_FINE;
}

bool har_entry_looks(struct view line)
{
    return view_starts(line, VIEW("{\"log\":{")) &&
           json_line_has(line, "\"entries\"");
}
