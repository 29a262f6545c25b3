/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of formats, how one is told from another, and how a line gets
 * into a request.
 */
#include "replay/format.h"

#include <stdlib.h>

#include "base/record_time.h"
#include "replay/har.h"
#include "replay/json_line.h"
#include "replay/reader.h"

/* ---- from a line to a request ---- */

static void fact(struct wb_request *request, enum wb_fact which, struct view v)
{
    if (v.at) {
        wb_request_fact(request, which, v.at, v.size);
    }
}

static void fill(struct wb_request *request, const struct log_line *line)
{
    fact(request, WB_TRANSPORT, VIEW("log"));
    fact(request, WB_HOST, line->host);
    fact(request, WB_CLIENT_IP, line->client);
    fact(request, WB_METHOD, line->method);
    fact(request, WB_SCHEME, line->scheme);
    fact(request, WB_TARGET, line->target);
    fact(request, WB_HTTP_VERSION, line->version);
    fact(request, WB_JA3, line->ja3);
    fact(request, WB_JA4, line->ja4);
    if (!line->all_known) {
        wb_request_headers_known(request, line->known, line->known_count);
    }
    for (size_t i = 0; i < line->header_count; i++) {
        const struct log_header *header = &line->headers[i];
        wb_request_header(request, header->name.at, header->name.size,
                          header->value.at, header->value.size);
    }
}

enum wb_status format_fill(struct wb_request *request, struct wb_engine *engine,
                           const struct log_line *line, enum line_fault *fault,
                           const char **why)
{
    enum wb_status status = wb_request_begin(request, engine, line->time);

    if (status != WB_OK) {
        return status;
    }
    *fault = LINE_FINE;
    if (!line->record.at) {
        fill(request, line);
    } else if (wb_request_record(request, line->record.at, line->record.size,
                                 why) != WB_OK) {
        *fault = LINE_NO_RECORD;
    }
    return WB_OK;
}

static struct wb_text text_of(struct view v)
{
    return (struct wb_text){v.at, v.size};
}

static bool is_name(const struct log_header *header, struct view name)
{
    return header->name.at == name.at || view_equal(header->name, name);
}

/* User-Agent and Referer, each at most once. */
static bool sketch_headers(const struct log_line *line,
                           struct wb_sketch *sketch)
{
    sketch->user_agent = sketch->referer = text_of(VIEW_NONE);
    for (size_t i = 0; i < line->header_count; i++) {
        const struct log_header *header = &line->headers[i];
        struct wb_text *place =
            is_name(header, log_user_agent) ? &sketch->user_agent
            : is_name(header, log_referer)  ? &sketch->referer
                                            : NULL;
        if (!place || place->data) {
            return false;
        }
        *place = text_of(header->value);
    }
    return true;
}

bool format_sketch(const struct log_line *line, struct wb_sketch *sketch)
{
    if (line->record.at || line->all_known || line->ja3.at || line->ja4.at ||
        !log_line_captured(line, &sketch->captured) ||
        !sketch_headers(line, sketch)) {
        return false;
    }
    sketch->method = text_of(line->method);
    sketch->scheme = text_of(line->scheme);
    sketch->http_version = text_of(line->version);
    sketch->host = text_of(line->host);
    sketch->target = text_of(line->target);
    sketch->client_ip = text_of(line->client);
    return true;
}

/* ---- the table ---- */

/* A line is of the last row that it looks like. */
static const struct format formats[] = {
    {"combined",
     "nginx, Apache: client, time, method, target, version, Referer, "
     "User-Agent",
     combined_line_read, NULL, false},
    {"common", "the same without Referer and User-Agent", combined_line_read,
     NULL, false},
    {"vhost", "combined with the host before the client", vhost_line_read,
     combined_has_vhost, false},
    {"record", "request records, one JSON object a line: what they hold",
     record_line_read, record_looks, false},
    {"nginx-json",
     "nginx with escape=json, usual keys: as combined; host, scheme",
     nginx_json_read, nginx_json_looks, false},
    {"caddy", "Caddy, JSON: as combined; host, https, and all headers",
     caddy_read, caddy_looks, false},
    {"traefik", "Traefik, JSON: as combined; host, scheme, headers where kept",
     traefik_read, traefik_looks, false},
    {"haproxy", "HAProxy, httplog: client, time, method, target, version",
     haproxy_read, haproxy_looks, false},
    {"envoy", "Envoy, the default text: as combined without Referer; host",
     envoy_read, envoy_looks, false},
    {"cloudfront", "CloudFront, standard log: as combined; host, scheme",
     cloudfront_read, cloudfront_looks, false},
    {"waf", "AWS WAF, JSON: as combined; host, all headers, JA3, JA4", waf_read,
     waf_looks, false},
    {"har", "HAR: time, method, URL, version, headers; no client", har_read,
     har_entry_looks, true},
    {"decision",
     "what Weighbridge wrote: client, time, method, host, path, User-Agent",
     decision_read, decision_looks, false},
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

    if (har_looks(window)) {
        return format_find("har");
    }
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

/* ---- times ---- */

static void record_value(void *user, const struct view *keys, size_t depth,
                         struct view value)
{
    struct view *time = user;

    if (depth == 1 && view_equal(keys[0], VIEW("time"))) {
        *time = value;
    }
}

bool format_time(const struct format *format, struct view line,
                 struct log_clock *clock, char *room, int64_t *out)
{
    struct log_line parts;
    struct view time = VIEW_NONE;

    if (line.size > LINE_SIZE_MAX) {
        return false;
    }
    if (format->read == record_line_read) {
        return json_line_read(line, record_value, &time) && time.at &&
               record_time_read(time, out);
    }
    memcpy(room, line.at, line.size);
    if (format->read(room, line.size, clock, &parts) != LINE_FINE) {
        return false;
    }
    *out = parts.time;
    return true;
}

static bool first_entry_time(const struct format *format, struct view window,
                             char *room, int64_t *out)
{
    struct har har;
    struct log_line parts;
    struct log_clock clock = {.midnight = 0};

    har_start(&har, room, LINE_SIZE_MAX);
    while (har_cut(&har, &window)) {
        if (!har.too_long &&
            format->read(room, har.size, &clock, &parts) == LINE_FINE) {
            *out = parts.time;
            return true;
        }
    }
    return false;
}

bool format_first_time(const struct format *format, struct view window,
                       int64_t *out)
{
    char *room = malloc(LINE_SIZE_MAX);
    struct log_clock clock = {.midnight = 0};
    bool found = false;

    if (room && format->is_har) {
        found = first_entry_time(format, window, room, out);
        window = VIEW_NONE;
    }
    while (room && !found && window.at && window.size > 0) {
        struct view line = view_cut(&window, '\n');
        found = format_time(format, line, &clock, room, out);
    }
    free(room);
    return found;
}
