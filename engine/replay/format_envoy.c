/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envoy's default access log: time, method, target, protocol, User-Agent,
 * host, and the client, which is the last address of X-Forwarded-For.
 *
 *   [2026-11-21T07:10:30.310Z] "GET /x HTTP/2" 200 - 0 154 22 21
 *    "192.0.2.1" "agent" "request id" "host" "upstream"
 *
 * Envoy writes values as they are, quotes and all. So the three fields
 * behind the agent are counted from the line's end, and what lies between is
 * the agent's: a client cannot put words into the others with it. A client
 * of which Envoy forwards an X-Forwarded-For unchecked can.
 */
#include "base/record_time.h"
#include "replay/log_line.h"

#define TIME_MAX 40

static const struct view between = {"\" \"", 3};

/* The time, and *rest behind `] "`. */
static bool time_read(struct view *rest, int64_t *out)
{
    if (!view_starts(*rest, VIEW("["))) {
        return false;
    }
    *rest = view_of(rest->at + 1, rest->size - 1);
    size_t end = view_find(*rest, ']');
    if (end > TIME_MAX || rest->size < end + 4 ||
        memcmp(rest->at + end, "] \"", 3) != 0 ||
        !record_time_read(view_of(rest->at, end), out)) {
        return false;
    }
    *rest = view_of(rest->at + end + 3, rest->size - end - 3);
    return true;
}

/* `GET /x HTTP/2" 200 `: the first quote that a status follows. */
static bool request_read(struct view *rest, struct log_line *out)
{
    for (size_t i = 0; i + 6 < rest->size; i++) {
        const char *at = rest->at + i;
        if (at[0] == '"' && at[1] == ' ' && at[5] == ' ' && at[2] >= '0' &&
            at[2] <= '9') {
            struct view request = view_of(rest->at, i);
            out->status = log_line_status(view_of(at + 2, 3));
            *rest = view_of(at + 6, rest->size - i - 6);
            return log_line_request(out, request);
        }
    }
    return false;
}

/* What stands behind the last `" "`, which is cut off; NONE: nothing does. */
static struct view cut_last(struct view *rest)
{
    for (size_t i = rest->size; i >= between.size; i--) {
        const char *at = rest->at + i - between.size;
        if (!memcmp(at, between.at, between.size)) {
            struct view last = view_of(rest->at + i, rest->size - i);
            rest->size = i - between.size;
            return last;
        }
    }
    return VIEW_NONE;
}

static struct view last_address(struct view list)
{
    const char *comma = list.size ? memrchr(list.at, ',', list.size) : NULL;

    if (comma) {
        const char *end = list.at + list.size;
        list = view_of(comma + 1, (size_t)(end - comma - 1));
    }
    return log_line_word(view_trim(list));
}

/* `192.0.2.1" "agent" "id" "host" "upstream"`, its first quote taken. */
static bool quoted_read(struct view rest, struct log_line *out)
{
    if (!view_ends(rest, VIEW("\""))) {
        return false;
    }
    rest.size--;
    struct view upstream = cut_last(&rest);
    struct view host = cut_last(&rest);
    struct view id = cut_last(&rest);
    size_t split = view_search(rest, between);
    if (!upstream.at || !host.at || !id.at || split == SIZE_MAX) {
        return false;
    }
    out->host = log_line_word(host);
    out->client = last_address(view_of(rest.at, split));
    size_t agent = split + between.size;
    log_line_knows(out, 0, 1);
    if (log_line_word(view_of(rest.at + agent, rest.size - agent)).at) {
        log_line_header(out, VIEW("User-Agent"),
                        view_of(rest.at + agent, rest.size - agent));
    }
    return true;
}

enum line_fault envoy_read(char *line, size_t size, struct log_clock *clock,
                           struct log_line *out)
{
    struct view rest = view_of(line, size);

    (void)clock;
    log_line_clear(out);
    if (!time_read(&rest, &out->time)) {
        return LINE_NO_TIME;
    }
    if (!request_read(&rest, out)) {
        return LINE_NO_REQUEST;
    }
    size_t quote = view_find(rest, '"');
    struct view numbers = view_of(rest.at, quote);
    (void)log_line_cut(&numbers, ' '); /* flags */
    (void)log_line_cut(&numbers, ' '); /* bytes of the request */
    out->bytes = log_line_number(log_line_cut(&numbers, ' '));
    if (quote == rest.size ||
        !quoted_read(view_of(rest.at + quote + 1, rest.size - quote - 1),
                     out)) {
        return LINE_CUT;
    }
    return log_line_whole(out) ? LINE_FINE : LINE_NO_REQUEST;
}

bool envoy_looks(struct view line)
{
    int64_t time;

    return time_read(&line, &time);
}
