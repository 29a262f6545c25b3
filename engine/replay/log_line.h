/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of an access log, whatever its format: what it says of a request,
 * as views into the line. What a format does not carry stays NONE, which is
 * unknown: nobody can tell whether the client sent it.
 */
#ifndef WB_REPLAY_LOG_LINE_H
#define WB_REPLAY_LOG_LINE_H

#include "replay/combined.h"
#include "weighbridge.h"

/* Further headers of a line are unknown. */
#define LOG_HEADERS_MAX 100

struct log_header {
    struct view name, value;
};

struct log_line {
    int64_t time;
    struct view client;
    struct view method;
    struct view scheme;
    struct view host;
    struct view target;  /* path and query as sent */
    struct view version; /* "1.1", "2" */
    struct log_header headers[LOG_HEADERS_MAX];
    size_t header_count;
    bool all_known;              /* every header was logged */
    const struct wb_text *known; /* else: these were; static */
    size_t known_count;
    struct view ja3, ja4;
    struct view record; /* a request record, in place of all above but the
                         * time; NONE: there is none */
    unsigned status;    /* 0: unknown */
    uint64_t bytes;
};

/* Each reads one line of its format, without its newline. The bytes of the
 * line change where escapes are taken back, but only when LINE_FINE is
 * returned. */
typedef enum line_fault log_line_read(char *line, size_t size,
                                      struct log_clock *clock,
                                      struct log_line *out);
/* Does a line look as if it had this format? */
typedef bool log_line_looks(struct view line);

log_line_read combined_line_read, vhost_line_read, record_line_read, caddy_read,
    nginx_json_read, traefik_read, haproxy_read, envoy_read, cloudfront_read,
    waf_read, har_read, decision_read;
log_line_looks combined_has_vhost, record_looks, caddy_looks, nginx_json_looks,
    traefik_looks, haproxy_looks, envoy_looks, cloudfront_looks, waf_looks,
    har_entry_looks, decision_looks;

/* ---- for those readers ---- */

/* Names of two headers. */
extern const struct view log_user_agent, log_referer;
/* Everything NONE, unknown, 0. */
void log_line_clear(struct log_line *line);
/* One more header; an empty name is none. */
void log_line_header(struct log_line *line, struct view name,
                     struct view value);
/* User-Agent and Referer were logged, and no others: of the two, `first`
 * (0: User-Agent) and as many as `count`. */
void log_line_knows(struct log_line *line, size_t first, size_t count);
/* Which of the two were; bits of enum wb_captured. False: others were, too. */
bool log_line_captured(const struct log_line *line, unsigned *captured);
/* All headers were logged but those that are left out for what they hold,
 * credentials: what is known is a list of names that never are. Nothing if
 * a header of the line had no room. */
void log_line_knows_common(struct log_line *line);
/* Takes JSON escapes back in all that came from the line. */
void log_line_unescape(struct log_line *line);
/* Takes bytes written as two hexadecimal digits behind `sign` back, in place:
 * the bytes of the view are the line's. */
void log_line_unescape_bytes(struct view *v, char sign);
/* Brings the query, which stands elsewhere in the line, behind the target.
 * Bytes between them move; all views follow. */
void log_line_join(struct log_line *line, struct view query);
/* "GET /x HTTP/1.1" into method, target and version; false: it is none. */
bool log_line_request(struct log_line *line, struct view request);
/* "HTTP/2.0" or "h2" into the version. */
void log_line_version(struct log_line *line, struct view protocol);
/* Is there a method of few letters and a target? Splits a target that is a
 * URL ("GET http://host/x"). */
bool log_line_whole(struct log_line *line);
/* "-" and "" are NONE. */
struct view log_line_word(struct view v);
/* What ends at the next `end`; *rest begins behind it. */
struct view log_line_cut(struct view *rest, char end);
unsigned log_line_status(struct view digits);
uint64_t log_line_number(struct view digits);

#endif
