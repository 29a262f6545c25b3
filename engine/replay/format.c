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

/* ---- what log_line.h reads ---- */

static void fill_line(struct wb_request *request, const struct log_line *line)
{
    fact(request, WB_TRANSPORT, VIEW("log"));
    fact(request, WB_HOST, line->host);
    fact(request, WB_CLIENT_IP, line->client);
    fact(request, WB_METHOD, line->method);
    fact(request, WB_SCHEME, line->scheme);
    fact(request, WB_TARGET, line->target);
    fact(request, WB_HTTP_VERSION, line->version);
    if (!line->all_known) {
        wb_request_headers_known(request, line->known, line->known_count);
    }
    for (size_t i = 0; i < line->header_count; i++) {
        const struct log_header *header = &line->headers[i];
        wb_request_header(request, header->name.at, header->name.size,
                          header->value.at, header->value.size);
    }
}

static enum wb_status read_log_line(log_line_read *read,
                                    struct wb_request *request,
                                    struct wb_engine *engine,
                                    struct log_clock *clock, char *line,
                                    size_t size, enum line_fault *fault,
                                    struct line_extra *extra)
{
    struct log_line parts;

    *fault = read(line, size, clock, &parts);
    if (*fault != LINE_FINE) {
        return WB_OK;
    }
    enum wb_status status = wb_request_begin(request, engine, parts.time);
    if (status == WB_OK) {
        fill_line(request, &parts);
        extra->status = parts.status;
        extra->bytes = parts.bytes;
    }
    return status;
}

enum wb_status format_read_line(const struct format *format,
                                struct wb_request *request,
                                struct wb_engine *engine,
                                struct log_clock *clock, char *line,
                                size_t size, enum line_fault *fault,
                                struct line_extra *extra)
{
    if (format->line) {
        return read_log_line(format->line, request, engine, clock, line, size,
                             fault, extra);
    }
    return format->read(request, engine, clock, line, size, fault, extra);
}

/* ---- the table ---- */

static bool record_looks(struct view line)
{
    return view_starts(line, VIEW("{"));
}

/* A line is of the last row that it looks like. */
static const struct format formats[] = {
    {"combined",
     "nginx, Apache: client, time, method, target, version, Referer, "
     "User-Agent",
     read_combined, NULL, NULL},
    {"common", "the same without Referer and User-Agent", read_combined, NULL,
     NULL},
    {"vhost", "combined with the host before the client", read_vhost, NULL,
     combined_has_vhost},
    {"record", "request records, one JSON object a line: what they hold",
     read_record, NULL, record_looks},
    {"nginx-json",
     "nginx with escape=json, usual keys: as combined; host, scheme",
     NULL, nginx_json_read, nginx_json_looks},
    {"caddy", "Caddy, JSON: as combined; host, https, and all headers", NULL,
     caddy_read, caddy_looks},
    {"traefik",
     "Traefik, JSON: as combined; host, scheme, headers where kept", NULL,
     traefik_read, traefik_looks},
    {"haproxy", "HAProxy, httplog: client, time, method, target, version", NULL,
     haproxy_read, haproxy_looks},
    {"envoy", "Envoy, the default text: as combined without Referer; host",
     NULL, envoy_read, envoy_looks},
    {"cloudfront", "CloudFront, standard log: as combined; host, scheme", NULL,
     cloudfront_read, cloudfront_looks},
};
#define FORMATS (sizeof formats / sizeof *formats)

const struct format *format_row(size_t i)
{
    return i < FORMATS ? &formats[i] : NULL;
}

const struct format *format_find(const char *name)
{
    for (size_t i = 0; i < FORMATS; i++) {
        if (!strcmp(formats[i].name, name)) {
            return &formats[i];
        }
    }
    return NULL;
}

/* Lines that are looked at. */
#define LINES_TOLD_BY 100

/* The row that a line looks like; combined when it is like none. */
static size_t row_of(struct view line)
{
    for (size_t i = FORMATS; i-- > 0;) {
        if (formats[i].looks && formats[i].looks(line)) {
            return i;
        }
    }
    return 0;
}

const struct format *format_guess(struct view window)
{
    size_t votes[FORMATS] = {0};
    size_t best = 0;

    for (size_t n = 0; n < LINES_TOLD_BY && window.size > 0; n++) {
        struct view line = view_trim(view_cut(&window, '\n'));
        if (line.size > 0) {
            votes[row_of(line)]++;
        }
    }
    for (size_t i = 1; i < FORMATS; i++) {
        best = votes[i] > votes[best] ? i : best;
    }
    return &formats[best];
}
