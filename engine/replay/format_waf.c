/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS WAF's log: client, time, method, target, version, and all headers as
 * they were when the rules looked at them; JA3 and JA4 where AWS has them.
 *
 *   {"timestamp":1576280412771,"webaclId":"..","action":"ALLOW",
 *    "httpRequest":{"clientIp":"192.0.2.1","country":"AU",
 *     "headers":[{"name":"Host","value":"example.com"},..],
 *     "uri":"/a","args":"b=c","httpVersion":"HTTP/1.1","httpMethod":"GET"},
 *    "ja3Fingerprint":"..","ja4Fingerprint":".."}
 *
 * Fields that the operator had redacted are "REDACTED": such a header is
 * unknown, and so are all that are not there.
 */
#include "replay/json_line.h"
#include "replay/log_line.h"

struct waf {
    struct log_line *line;
    struct view time, uri, args, version, name, value;
    bool request, redacted;
};

static bool is_redacted(struct view value)
{
    return view_equal(value, VIEW("REDACTED"));
}

static void pair_found(struct waf *w, struct view key, struct view value)
{
    if (view_equal(key, VIEW("name"))) {
        w->name = value;
    } else if (view_equal(key, VIEW("value"))) {
        w->value = value;
    }
    if (!w->name.at || !w->value.at) {
        return;
    }
    if (is_redacted(w->value)) {
        w->redacted = true;
    } else {
        log_line_header(w->line, w->name, w->value);
        if (view_equal_fold(w->name, VIEW("host"))) {
            w->line->host = w->value;
        }
    }
    w->name = w->value = VIEW_NONE;
}

static void request_found(struct waf *w, struct view key, struct view value)
{
    const struct {
        const char *key;
        struct view *at;
    } places[] = {
        {"clientIp", &w->line->client},
        {"uri", &w->uri},
        {"args", &w->args},
        {"httpVersion", &w->version},
        {"httpMethod", &w->line->method},
    };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (view_equal(key, view_text(places[i].key))) {
            *places[i].at = value;
        }
    }
}

static void value_found(void *user, const struct view *keys, size_t depth,
                        struct view value)
{
    struct waf *w = user;

    if (depth == 1) {
        if (view_equal(keys[0], VIEW("timestamp"))) {
            w->time = value;
        } else if (view_equal(keys[0], VIEW("ja3Fingerprint"))) {
            w->line->ja3 = value;
        } else if (view_equal(keys[0], VIEW("ja4Fingerprint"))) {
            w->line->ja4 = value;
        }
    }
    if (depth < 2 || !view_equal(keys[0], VIEW("httpRequest"))) {
        return;
    }
    w->request = true;
    if (depth == 2) {
        request_found(w, keys[1], value);
    } else if (depth == 3 && view_equal(keys[1], VIEW("headers"))) {
        pair_found(w, keys[2], value);
    }
}

/* Milliseconds since the epoch, of the years that records have. */
static bool time_read(struct view text, int64_t *out)
{
    unsigned long long ms;

    if (!view_to_u64(text, &ms) || ms > 253402300799999ULL) {
        return false;
    }
    *out = (int64_t)ms * 1000;
    return true;
}

enum line_fault waf_read(char *line, size_t size, struct log_clock *clock,
                         struct log_line *out)
{
    struct waf w = {.line = out};

    (void)clock;
    log_line_clear(out);
    out->all_known = true;
    if (!json_line_read(view_of(line, size), value_found, &w)) {
        return LINE_CUT;
    }
    if (!w.request) {
        return LINE_NO_REQUEST;
    }
    if (!time_read(w.time, &out->time)) {
        return LINE_NO_TIME;
    }
    out->target = w.uri;
    if (is_redacted(w.uri) || is_redacted(out->method) ||
        !log_line_whole(out)) {
        return LINE_NO_REQUEST;
    }
    log_line_version(out, w.version);
    if (w.redacted && out->all_known) {
        out->all_known = false; /* and none is known to be absent */
        out->known_count = 0;
    }
    if (w.args.size > 0 && !is_redacted(w.args)) {
        log_line_join(out, w.args);
    }
    log_line_unescape(out);
    return LINE_FINE;
}

bool waf_looks(struct view line)
{
    return view_starts(line, VIEW("{")) &&
           json_line_has(line, "\"httpRequest\":") &&
           json_line_has(line, "\"webaclId\":");
}
