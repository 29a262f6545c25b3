/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge explain: the decision on one request and what led to it. The
 * request is a record on stdin, or is written like curl's command line.
 * Without a state: nothing is counted, nothing is claimed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/view.h"
#include "cli/cli.h"
#include "cli/recorded.h"

/* A record's greatest size. */
#define RECORD_SIZE_MAX ((size_t)1 << 20)
#define HEADERS_MAX 256

static const char *config, *method, *ip, *http_version, *at_time;
static const char *old_id;
static bool json;
static bool headers_given; /* -A or -H */
static struct {
    struct view name, value;
} headers[HEADERS_MAX];
static size_t header_count;

static bool add_header(struct view name, struct view value)
{
    if (header_count == HEADERS_MAX) {
        return false;
    }
    headers[header_count].name = name;
    headers[header_count].value = value;
    header_count++;
    headers_given = true;
    return true;
}

static bool take_header(const char *value)
{
    struct view rest = view_text(value);
    struct view name = view_cut(&rest, ':');

    return name.size > 0 && rest.at && add_header(name, view_trim(rest));
}

static bool take_agent(const char *value)
{
    return add_header(VIEW("User-Agent"), view_text(value));
}

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = "-X", .value = "METHOD", .about = "GET", .text = &method},
    {.name = "-A",
     .value = "AGENT",
     .about = "the User-Agent header",
     .take = take_agent},
    {.name = "-H",
     .value = "HEADER",
     .about = "'Name: value'; headers not given are absent",
     .take = take_header},
    {.name = "--ip",
     .value = "ADDRESS",
     .about = "of the client; not given: unknown",
     .text = &ip},
    {.name = "--http-version",
     .value = "V",
     .about = "1.0, 1.1, 2 or 3; 1.1",
     .text = &http_version},
    {.name = "--time",
     .value = "SECONDS",
     .about = "since 1970; not given: now",
     .text = &at_time},
    {.name = "--json", .about = "the decision record", .flag = &json},
    {.name = "--id",
     .value = "ID",
     .about = "an old decision, as the LOGs have it",
     .text = &old_id},
    {.name = NULL},
};

/* ---- the request ---- */

static bool read_time(int64_t *now)
{
    struct timespec t;

    if (at_time) {
        char *end;
        errno = 0;
        long long seconds = strtoll(at_time, &end, 10);
        *now = (int64_t)seconds * 1000000;
        return end != at_time && *end == '\0' && errno == 0 &&
               llabs(seconds) < INT64_C(253402300800);
    }
    clock_gettime(CLOCK_REALTIME, &t);
    *now = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
    return true;
}

static void fact(struct wb_request *request, enum wb_fact which, struct view v)
{
    if (v.at) {
        wb_request_fact(request, which, v.at, v.size);
    }
}

/* "https://example.com/x?y#z" or "/x?y"; false when it is neither. */
static bool split_url(struct view url, struct view *scheme, struct view *host,
                      struct view *target)
{
    bool path = url.size > 0 && url.at[0] == '/';
    size_t colon = path ? SIZE_MAX : view_search(url, VIEW("://"));

    *scheme = *host = VIEW_NONE;
    url.size = view_find(url, '#');
    *target = url;
    if (colon != SIZE_MAX && colon < url.size) {
        *scheme = view_of(url.at, colon);
        struct view rest = view_of(url.at + colon + 3, url.size - colon - 3);
        *host = rest;
        host->size = view_find(rest, '/');
        size_t query = view_find(rest, '?');
        host->size = query < host->size ? query : host->size;
        *target = view_of(rest.at + host->size, rest.size - host->size);
        return scheme->size > 0 && host->size > 0;
    }
    return path;
}

/* A target begins with a slash; curl adds it too. What does not fit is too
 * long for any server, and stays. */
static void with_slash(struct view *target)
{
    static char slashed[64 * 1024];

    if ((target->size > 0 && target->at[0] == '/') ||
        target->size >= sizeof slashed) {
        return;
    }
    slashed[0] = '/';
    if (target->size > 0) {
        memcpy(slashed + 1, target->at, target->size);
    }
    *target = view_of(slashed, target->size + 1);
}

/* HTTP/1 tells the host by a header, unless one was given. */
static void add_host(struct wb_request *request, struct view version,
                     struct view host)
{
    for (size_t i = 0; i < header_count; i++) {
        if (view_equal_fold(headers[i].name, VIEW("Host"))) {
            fact(request, WB_HOST, headers[i].value);
            return;
        }
    }
    fact(request, WB_HOST, host);
    if (host.at && view_starts(version, VIEW("1."))) {
        wb_request_header(request, "Host", 4, host.at, host.size);
    }
}

static bool fill_from_url(struct wb_request *request, const char *url)
{
    struct view scheme, host, target;
    struct view version = view_text(http_version ? http_version : "1.1");

    if (!split_url(view_text(url), &scheme, &host, &target)) {
        return false;
    }
    fact(request, WB_METHOD, view_text(method ? method : "GET"));
    with_slash(&target);
    fact(request, WB_SCHEME, scheme);
    fact(request, WB_TARGET, target);
    fact(request, WB_HTTP_VERSION, version);
    fact(request, WB_CLIENT_IP, view_text(ip));
    add_host(request, version, host);
    for (size_t i = 0; i < header_count; i++) {
        wb_request_header(request, headers[i].name.at, headers[i].name.size,
                          headers[i].value.at, headers[i].value.size);
    }
    return true;
}

/* All of stdin; *size is over RECORD_SIZE_MAX when it is too long. */
static bool read_stdin(char *room, size_t *size)
{
    *size = fread(room, 1, RECORD_SIZE_MAX + 1, stdin);
    return !ferror(stdin);
}

static int fill_from_record(struct wb_request *request, char *room)
{
    size_t size;
    const char *error = "longer than 1 MiB";

    if (!read_stdin(room, &size)) {
        fprintf(stderr, "weighbridge: stdin: %s\n", strerror(errno));
        return EXIT_USAGE;
    }
    if (size > RECORD_SIZE_MAX ||
        wb_request_record(request, room, size, &error) != WB_OK) {
        fprintf(stderr, "weighbridge: stdin: no request record: %s\n", error);
        return EXIT_USAGE;
    }
    return EXIT_FINE;
}

/* ---- the decision ---- */

static int print_decision(const struct wb_request *request)
{
    enum wb_form form = json ? WB_FORM_RECORD : WB_FORM_EXPLAIN;
    size_t room = 0;
    size_t size = 16384;
    char *out = NULL;

    while (size > room) {
        free(out);
        room = size;
        out = malloc(room);
        if (!out) {
            fputs("weighbridge: out of memory\n", stderr);
            return EXIT_USAGE;
        }
        size = wb_decision_write(request, form, out, room);
    }
    fwrite(out, 1, size, stdout);
    if (json) {
        putchar('\n');
    }
    free(out);
    return EXIT_FINE;
}

static int explain_with(struct wb_engine *engine, struct wb_request *request,
                        char *room, const char *url)
{
    int64_t now;
    int code = EXIT_FINE;

    if (!read_time(&now)) {
        return usage_error(&command_explain, "--time: '%s' makes no sense",
                           at_time);
    }
    if (wb_request_begin(request, engine, now) != WB_OK) {
        fputs("weighbridge: out of memory\n", stderr);
        return EXIT_USAGE;
    }
    if (url && !fill_from_url(request, url)) {
        return usage_error(&command_explain, "'%s' is no URL", url);
    }
    if (!url) {
        code = fill_from_record(request, room);
    }
    if (code == EXIT_FINE) {
        wb_decide_blocking(request, NULL);
        code = print_decision(request);
    }
    return code;
}

static int explain(const char *const *operands, size_t count)
{
    struct wb_engine *engine = NULL;

    if (old_id) {
        return count > 0 ? recorded_explain(old_id, operands, count)
                         : usage_error(&command_explain, "LOG is missing");
    }
    if (count > 1) {
        return usage_error(&command_explain, "'%s' is one too many",
                           operands[1]);
    }
    if (count == 0 && (method || ip || http_version || headers_given)) {
        return usage_error(&command_explain, "URL is missing");
    }
    int code = engine_open(config, &engine);
    if (code != EXIT_FINE) {
        return code;
    }
    char *room = malloc(RECORD_SIZE_MAX + 1);
    struct wb_request *request = wb_request_new();
    if (!room || !request) {
        fputs("weighbridge: out of memory\n", stderr);
        code = EXIT_USAGE;
    } else {
        code = explain_with(engine, request, room, count ? *operands : NULL);
    }
    wb_request_free(request);
    free(room);
    wb_engine_unref(engine);
    return code;
}

static void explain_help(void)
{
    puts("\nWithout a URL the request is a record (one JSON object) on "
         "stdin.\nNothing is counted and nothing is claimed.\n"
         "With --id each LOG is a file of decision records or the sidecar's "
         "log.");
}

const struct command command_explain = {
    .name = "explain",
    .operands = "[URL | LOG...]",
    .about = "decide on one request and say why",
    .options = options,
    .operands_most = SIZE_MAX,
    .run = explain,
    .help = explain_help,
};
