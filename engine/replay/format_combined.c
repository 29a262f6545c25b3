/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The common and the combined format, which combined.h reads, as lines of an
 * access log; and request records, which the library reads itself.
 */
#include "replay/combined.h"

#include "replay/log_line.h"

static enum line_fault line_read(char *line, size_t size, bool vhost,
                                 struct log_clock *clock, struct log_line *out)
{
    struct combined parts;
    enum line_fault fault = combined_read(line, size, vhost, clock, &parts);

    if (fault != LINE_FINE) {
        return fault;
    }
    log_line_clear(out);
    out->time = parts.time;
    out->host = parts.vhost;
    out->client = parts.client;
    out->method = parts.method;
    out->target = parts.target;
    out->version = parts.version;
    out->status = parts.status;
    out->bytes = parts.bytes;
    log_line_knows(out, 0, parts.has_headers ? 2 : 0);
    log_line_header(out, log_user_agent, parts.user_agent);
    log_line_header(out, log_referer, parts.referer);
    return LINE_FINE;
}

enum line_fault combined_line_read(char *line, size_t size,
                                   struct log_clock *clock,
                                   struct log_line *out)
{
    return line_read(line, size, false, clock, out);
}

enum line_fault vhost_line_read(char *line, size_t size,
                                struct log_clock *clock, struct log_line *out)
{
    return line_read(line, size, true, clock, out);
}

/* A record without a time has the time 0, TIME_UNKNOWN: what the clock says
 * now would make two runs differ. */
enum line_fault record_line_read(char *line, size_t size,
                                 struct log_clock *clock, struct log_line *out)
{
    (void)clock;
    log_line_clear(out);
    out->record = view_of(line, size);
    return LINE_FINE;
}

bool record_looks(struct view line)
{
    return view_starts(line, VIEW("{"));
}
