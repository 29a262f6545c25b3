/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log_format of nginx with escape=json: one flat object a line. Its keys
 * are the operator's; these are known, by the variable's name or another
 * that is in use:
 *
 *   time    time_iso8601 time timestamp @timestamp msec time_local
 *   client  remote_addr client_ip client
 *   request request, or: request_method method; request_uri uri
 *   host    http_host host      scheme  scheme
 *   version server_protocol protocol
 *   status  status              bytes   body_bytes_sent bytes_sent
 *   headers http_user_agent user_agent agent; http_referer referer; any
 *           other http_NAME
 *
 * nginx writes a header that is absent as "". User-Agent and Referer are
 * known where their keys are there; of other headers only what was sent is.
 */
#include "base/record_time.h"
#include "replay/json_line.h"
#include "replay/log_line.h"

enum slot {
    TIME,
    TIME_LOCAL,
    CLIENT,
    REQUEST,
    METHOD,
    TARGET,
    PATH,
    HOST,
    SCHEME,
    VERSION,
    STATUS,
    BYTES,
    AGENT,
    REFERER,
    SLOTS
};

/* Where a line has several of one slot, the first row counts. */
static const struct {
    const char *key;
    enum slot slot;
} keys_known[] = {
    {"time_iso8601", TIME},
    {"msec", TIME},
    {"timestamp", TIME},
    {"@timestamp", TIME},
    {"time", TIME},
    {"time_local", TIME_LOCAL},
    {"remote_addr", CLIENT},
    {"client_ip", CLIENT},
    {"client", CLIENT},
    {"request", REQUEST},
    {"request_method", METHOD},
    {"method", METHOD},
    {"request_uri", TARGET},
    {"uri", PATH},
    {"http_host", HOST},
    {"host", HOST},
    {"scheme", SCHEME},
    {"server_protocol", VERSION},
    {"protocol", VERSION},
    {"status", STATUS},
    {"body_bytes_sent", BYTES},
    {"bytes_sent", BYTES},
    {"http_user_agent", AGENT},
    {"user_agent", AGENT},
    {"agent", AGENT},
    {"http_referer", REFERER},
    {"referer", REFERER},
};
#define KEYS (sizeof keys_known / sizeof *keys_known)

struct nginx {
    struct log_line *line;
    struct view slots[SLOTS];
    size_t rows[SLOTS]; /* that the slot's value came from */
};

static void value_found(void *user, const struct view *keys, size_t depth,
                        struct view value)
{
    struct nginx *n = user;

    if (depth != 1) {
        return;
    }
    for (size_t i = 0; i < KEYS; i++) {
        enum slot slot = keys_known[i].slot;
        if (view_equal(keys[0], view_text(keys_known[i].key))) {
            if (!n->slots[slot].at || i < n->rows[slot]) {
                n->slots[slot] = value;
                n->rows[slot] = i;
            }
            return;
        }
    }
    if (view_starts(keys[0], VIEW("http_")) && value.size > 0) {
        log_line_header(n->line, view_of(keys[0].at + 5, keys[0].size - 5),
                        value);
    }
}

static bool time_read(struct nginx *n, struct log_clock *clock, int64_t *out)
{
    struct view local = n->slots[TIME_LOCAL];

    if (n->slots[TIME].at) {
        return record_time_read(n->slots[TIME], out) ||
               (n->slots[TIME].size == LOG_TIME_SIZE &&
                log_time_read(clock, n->slots[TIME].at, out));
    }
    return local.size == LOG_TIME_SIZE && log_time_read(clock, local.at, out);
}

static bool request_read(struct nginx *n)
{
    struct log_line *line = n->line;

    line->target = n->slots[TARGET].at ? n->slots[TARGET] : n->slots[PATH];
    line->method = n->slots[METHOD];
    log_line_version(line, n->slots[VERSION]);
    if (line->method.size == 0 || line->target.size == 0) {
        struct view version = line->version;
        if (!n->slots[REQUEST].at ||
            !log_line_request(line, n->slots[REQUEST])) {
            return false;
        }
        line->version = line->version.at ? line->version : version;
    }
    return log_line_whole(line);
}

/* "_" of a variable's name stands for "-". */
static void unescape(struct log_line *line)
{
    for (size_t i = 0; i < line->header_count; i++) {
        char *name = (char *)(uintptr_t)line->headers[i].name.at;
        for (size_t k = 0; k < line->headers[i].name.size; k++) {
            name[k] = name[k] == '_' ? '-' : name[k];
        }
    }
    log_line_unescape(line);
}

/* A server that answered 400 may have given up before it read them. */
static void headers_read(struct nginx *n, struct log_line *line)
{
    struct view agent = n->slots[AGENT];
    struct view referer = n->slots[REFERER];

    json_line_unescape(&agent);
    json_line_unescape(&referer);
    if (line->status != 400 || agent.size > 0 || referer.size > 0) {
        log_line_knows(line, agent.at ? 0 : 1,
                       (agent.at != NULL) + (size_t)(referer.at != NULL));
    }
    if (log_line_word(agent).at) {
        log_line_header(line, VIEW("User-Agent"), agent);
    }
    if (log_line_word(referer).at) {
        log_line_header(line, VIEW("Referer"), referer);
    }
}

enum line_fault nginx_json_read(char *line, size_t size,
                                struct log_clock *clock, struct log_line *out)
{
    struct nginx n = {.line = out};

    log_line_clear(out);
    if (!json_line_read(view_of(line, size), value_found, &n)) {
        return LINE_CUT;
    }
    if (!time_read(&n, clock, &out->time)) {
        return LINE_NO_TIME;
    }
    out->client = log_line_word(n.slots[CLIENT]);
    out->host = log_line_word(n.slots[HOST]);
    if (!request_read(&n)) {
        return LINE_NO_REQUEST;
    }
    out->scheme = log_line_word(n.slots[SCHEME]);
    out->status = log_line_status(n.slots[STATUS]);
    out->bytes = log_line_number(n.slots[BYTES]);
    unescape(out);
    headers_read(&n, out);
    return LINE_FINE;
}

bool nginx_json_looks(struct view line)
{
    return view_starts(line, VIEW("{")) &&
           (json_line_has(line, "\"remote_addr\":") ||
            json_line_has(line, "\"http_user_agent\":") ||
            json_line_has(line, "\"request_uri\":"));
}
