/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAProxy's HTTP log (option httplog, option httpslog), with or without
 * syslog's head: client, time, method, target, version, and whether the
 * frontend speaks TLS. No header is known; captured ones are passed over,
 * for the line does not name them.
 *
 *   192.0.2.1:33317 [06/Feb/2009:12:14:14.655] web~ pool/srv 10/0/30/69/109
 *    200 2750 - - ---- 1/1/1/1/0 0/0 "GET /index.html HTTP/1.1"
 *
 * Its time names no zone: it is taken as UTC. Bytes that are not printable
 * are written as #XX.
 */
#include "replay/log_line.h"

/* Bytes of "[06/Feb/2009:12:14:14.655] " and of what in it tells the time. */
#define TIME_FIELD 27
#define TIME_TEXT 20

static bool is_time(const char *at)
{
    return at[0] == '[' && at[3] == '/' && at[7] == '/' && at[12] == ':' &&
           at[21] == '.' && at[25] == ']' && at[26] == ' ';
}

/* Where "[time] " begins, or NULL. Nothing that a client sends stands before
 * it. */
static const char *time_field(struct view line)
{
    for (size_t i = 1; i + TIME_FIELD < line.size; i++) {
        if (is_time(line.at + i) && line.at[i - 1] == ' ') {
            return line.at + i;
        }
    }
    return NULL;
}

static bool time_read(const char *at, struct log_clock *clock, int64_t *out)
{
    char text[LOG_TIME_SIZE];
    struct view fraction = view_of(at + 22, 3);
    unsigned long long ms;

    memcpy(text, at + 1, TIME_TEXT);
    memcpy(text + TIME_TEXT, " +0000", 6);
    if (!view_to_u64(fraction, &ms) || !log_time_read(clock, text, out)) {
        return false;
    }
    *out += (int64_t)ms * 1000;
    return true;
}

/* "192.0.2.1:33317", "2001:db8::1:33317": the port is what follows the last
 * colon. Unix sockets have no address. */
static struct view client_of(struct view head)
{
    const char *space = head.size ? memrchr(head.at, ' ', head.size) : NULL;

    if (space) {
        const char *end = head.at + head.size;
        head = view_of(space + 1, (size_t)(end - space - 1));
    }
    const char *colon = head.size ? memrchr(head.at, ':', head.size) : NULL;
    if (!colon || view_starts(head, VIEW("unix:"))) {
        return VIEW_NONE;
    }
    head.size = (size_t)(colon - head.at);
    if (view_starts(head, VIEW("::ffff:")) &&
        view_find(head, '.') < head.size) {
        head = view_of(head.at + 7, head.size - 7);
    }
    return log_line_word(head);
}

enum line_fault haproxy_read(char *line, size_t size, struct log_clock *clock,
                             struct log_line *out)
{
    struct view text = view_of(line, size);
    const char *time = size ? time_field(text) : NULL;

    log_line_clear(out);
    if (!time || !time_read(time, clock, &out->time)) {
        return LINE_NO_TIME;
    }
    out->client = client_of(view_of(line, (size_t)(time - line) - 1));
    struct view rest =
        view_of(time + TIME_FIELD, size - (size_t)(time - line) - TIME_FIELD);
    struct view numbers = rest;
    struct view frontend = log_line_cut(&numbers, ' ');
    (void)log_line_cut(&numbers, ' '); /* backend and server */
    (void)log_line_cut(&numbers, ' '); /* times */
    out->status = log_line_status(log_line_cut(&numbers, ' '));
    out->bytes = log_line_number(log_line_cut(&numbers, ' '));
    size_t quote = view_find(rest, '"');
    if (quote == rest.size) {
        return LINE_CUT;
    }
    rest = view_of(rest.at + quote + 1, rest.size - quote - 1);
    quote = view_find(rest, '"');
    if (quote == rest.size) {
        return LINE_CUT;
    }
    rest.size = quote;
    if (!log_line_request(out, rest) || !log_line_whole(out)) {
        return LINE_NO_REQUEST; /* <BADREQ> */
    }
    log_line_unescape_bytes(&out->target, '#');
    log_line_unescape_bytes(&out->host, '#');
    out->scheme = view_ends(frontend, VIEW("~")) ? VIEW("https") : VIEW_NONE;
    return LINE_FINE;
}

bool haproxy_looks(struct view line)
{
    return line.size > 0 && time_field(line) != NULL;
}
