/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of formats, and how one is told from another.
 */
#include "replay/format.h"

/* A log of this kind carries two headers; what else the client sent is not
 * known, which is not the same as absent. */
static const struct wb_text headers_logged[] = {
    {"user-agent", 10},
    {"referer", 7},
};

static void fact(struct wb_request *request, enum wb_fact which, struct view v)
{
    if (v.at) {
        wb_request_fact(request, which, v.at, v.size);
    }
}

static void fill(struct wb_request *request, const struct combined *line)
{
    fact(request, WB_TRANSPORT, VIEW("log"));
    fact(request, WB_HOST, line->vhost);
    fact(request, WB_CLIENT_IP, line->client);
    fact(request, WB_METHOD, line->method);
    fact(request, WB_TARGET, line->target);
    fact(request, WB_HTTP_VERSION, line->version);
    wb_request_headers_known(request, headers_logged,
                             line->has_headers ? 2 : 0);
    if (line->user_agent.at) {
        wb_request_header(request, "User-Agent", 10, line->user_agent.at,
                          line->user_agent.size);
    }
    if (line->referer.at) {
        wb_request_header(request, "Referer", 7, line->referer.at,
                          line->referer.size);
    }
}

static enum wb_status read_line(struct wb_request *request,
                                struct wb_engine *engine,
                                struct log_clock *clock, char *line,
                                size_t size, bool vhost, enum line_fault *fault,
                                struct line_extra *extra)
{
    struct combined parts;

    *fault = combined_read(line, size, vhost, clock, &parts);
    if (*fault != LINE_FINE) {
        return WB_OK;
    }
    enum wb_status status = wb_request_begin(request, engine, parts.time);
    if (status == WB_OK) {
        fill(request, &parts);
        extra->status = parts.status;
        extra->bytes = parts.bytes;
    }
    return status;
}

static enum wb_status read_combined(struct wb_request *request,
                                    struct wb_engine *engine,
                                    struct log_clock *clock, char *line,
                                    size_t size, enum line_fault *fault,
                                    struct line_extra *extra)
{
    return read_line(request, engine, clock, line, size, false, fault, extra);
}

static enum wb_status read_vhost(struct wb_request *request,
                                 struct wb_engine *engine,
                                 struct log_clock *clock, char *line,
                                 size_t size, enum line_fault *fault,
                                 struct line_extra *extra)
{
    return read_line(request, engine, clock, line, size, true, fault, extra);
}

/* A record without a time has the time 0, TIME_UNKNOWN: what the clock says
 * now would make two runs differ. */
static enum wb_status read_record(struct wb_request *request,
                                  struct wb_engine *engine,
                                  struct log_clock *clock, char *line,
                                  size_t size, enum line_fault *fault,
                                  struct line_extra *extra)
{
    (void)clock;
    enum wb_status status = wb_request_begin(request, engine, TIME_UNKNOWN);
    if (status != WB_OK) {
        return status;
    }
    *fault = wb_request_record(request, line, size, &extra->why) == WB_OK
                 ? LINE_FINE
                 : LINE_NO_RECORD;
    return WB_OK;
}

static const struct format formats[] = {
    {"combined",
     "nginx, Apache: client, time, method, target, version, Referer, "
     "User-Agent",
     read_combined},
    {"common", "the same without Referer and User-Agent", read_combined},
    {"vhost", "combined with the host before the client", read_vhost},
    {"record", "request records, one JSON object a line: what they hold",
     read_record},
};

const struct format *format_row(size_t i)
{
    return i < sizeof formats / sizeof *formats ? &formats[i] : NULL;
}

const struct format *format_find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (!strcmp(formats[i].name, name)) {
            return &formats[i];
        }
    }
    return NULL;
}

/* Lines that are looked at. */
#define LINES_TOLD_BY 100

const struct format *format_guess(struct view window)
{
    size_t records = 0;
    size_t lines = 0;
    size_t vhosts = 0;

    for (size_t n = 0; n < LINES_TOLD_BY && window.size > 0; n++) {
        struct view line = view_trim(view_cut(&window, '\n'));
        records += line.size > 0 && line.at[0] == '{';
        lines += line.size > 0 && line.at[0] != '{';
        vhosts += combined_has_vhost(line);
    }
    if (records > lines) {
        return format_find("record");
    }
    return format_find(vhosts > lines / 2 ? "vhost" : "combined");
}
