/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CloudFront's standard log: fields with tabs between, in the order that
 * each file's head names; the first eleven and five of those that follow are
 * read: time, client, method, path and query, host, scheme, version, Referer,
 * User-Agent. Lines that begin with # are no requests and not counted.
 *
 *   date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem
 *    sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie)
 *    x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes
 *    time-taken x-forwarded-for ssl-protocol ssl-cipher
 *    x-edge-response-result-type cs-protocol-version ...
 *
 * Referer and User-Agent come percent-encoded and are taken back; path and
 * query are as the line has them.
 */
#include "base/record_time.h"
#include "replay/log_line.h"

enum field {
    DATE,
    TIME,
    BYTES = 3,
    CLIENT,
    METHOD,
    CS_HOST,
    PATH,
    STATUS,
    REFERER,
    AGENT,
    QUERY,
    HOST = 15,
    PROTOCOL,
    VERSION = 23,
    FIELDS,
    FIELDS_LEAST = HOST /* files of 2013 and before have fewer */
};

static size_t split(struct view line, struct view *fields)
{
    size_t count = 0;

    while (count < FIELDS && line.at) {
        fields[count++] = view_cut(&line, '\t');
    }
    for (size_t i = count; i < FIELDS; i++) {
        fields[i] = VIEW_NONE;
    }
    return count;
}

/* "2026-11-21" and "07:10:30", UTC. */
static bool time_read(const struct view *fields, int64_t *out)
{
    char room[20];

    if (fields[DATE].size != 10 || fields[TIME].size != 8) {
        return false;
    }
    memcpy(room, fields[DATE].at, 10);
    room[10] = 'T';
    memcpy(room + 11, fields[TIME].at, 8);
    room[19] = 'Z';
    return record_time_read(view_of(room, sizeof room), out);
}

static void headers_read(struct view *fields, struct log_line *out)
{
    struct view agent = log_line_word(fields[AGENT]);
    struct view referer = log_line_word(fields[REFERER]);

    log_line_knows(out, 0, 2);
    if (agent.at) {
        log_line_unescape_bytes(&agent, '%');
        log_line_header(out, VIEW("User-Agent"), agent);
    }
    if (referer.at) {
        log_line_unescape_bytes(&referer, '%');
        log_line_header(out, VIEW("Referer"), referer);
    }
}

static void rest_read(const struct view *fields, struct log_line *out)
{
    struct view protocol = fields[PROTOCOL];

    out->client = log_line_word(fields[CLIENT]);
    out->status = log_line_status(fields[STATUS]);
    out->bytes = log_line_number(fields[BYTES]);
    out->host = log_line_word(fields[HOST]);
    out->host = out->host.at ? out->host : log_line_word(fields[CS_HOST]);
    if (view_equal(protocol, VIEW("https")) ||
        view_equal(protocol, VIEW("wss"))) {
        out->scheme = VIEW("https");
    } else if (view_equal(protocol, VIEW("http")) ||
               view_equal(protocol, VIEW("ws"))) {
        out->scheme = VIEW("http");
    }
    log_line_version(out, fields[VERSION]);
}

enum line_fault cloudfront_read(char *line, size_t size,
                                struct log_clock *clock, struct log_line *out)
{
    struct view fields[FIELDS];

    (void)clock;
    log_line_clear(out);
    if (size > 0 && line[0] == '#') {
        return LINE_NOTE;
    }
    size_t count = split(view_of(line, size), fields);
    if (!time_read(fields, &out->time)) {
        return LINE_NO_TIME;
    }
    if (count < FIELDS_LEAST) {
        return LINE_CUT;
    }
    out->method = fields[METHOD];
    out->target = log_line_word(fields[PATH]);
    if (!log_line_whole(out)) {
        return LINE_NO_REQUEST;
    }
    rest_read(fields, out);
    headers_read(fields, out);
    if (log_line_word(fields[QUERY]).at) {
        log_line_join(out, fields[QUERY]);
    }
    return LINE_FINE;
}

bool cloudfront_looks(struct view line)
{
    struct view fields[FIELDS];
    int64_t time;

    return view_starts(line, VIEW("#Version:")) ||
           view_starts(line, VIEW("#Fields:")) ||
           (split(line, fields) >= FIELDS_LEAST && time_read(fields, &time));
}
