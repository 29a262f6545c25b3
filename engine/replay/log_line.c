/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of access logs share; see log_line.h.
 */
#include "replay/log_line.h"

#include "replay/json_line.h"

#define METHOD_SIZE_MAX 32

const struct view log_user_agent = {"User-Agent", 10};
const struct view log_referer = {"Referer", 7};

static const struct wb_text two_headers[] = {
    {"user-agent", 10},
    {"referer", 7},
};

void log_line_clear(struct log_line *line)
{
    line->time = 0;
    line->client = line->method = line->scheme = line->host = VIEW_NONE;
    line->target = line->version = VIEW_NONE;
    line->ja3 = line->ja4 = line->record = VIEW_NONE;
    line->header_count = 0;
    line->all_known = false;
    line->known = two_headers;
    line->known_count = 0;
    line->status = 0;
    line->bytes = 0;
}

void log_line_header(struct log_line *line, struct view name, struct view value)
{
    if (name.size > 0 && value.at && line->header_count < LOG_HEADERS_MAX) {
        line->headers[line->header_count++] = (struct log_header){name, value};
    } else if (line->header_count == LOG_HEADERS_MAX && line->all_known) {
        line->all_known = false; /* one is missing */
        line->known_count = 0;
    }
}

void log_line_knows(struct log_line *line, size_t first, size_t count)
{
    line->known = two_headers + first;
    line->known_count = count;
}

bool log_line_captured(const struct log_line *line, unsigned *captured)
{
    size_t first = (size_t)(line->known - two_headers);

    *captured = line->known_count == 0   ? 0
                : line->known_count == 2 ? WB_USER_AGENT | WB_REFERER
                : first == 0             ? WB_USER_AGENT
                                         : WB_REFERER;
    return !line->all_known && first + line->known_count <= 2;
}

/* Known to be absent where none of them is there. */
#define KNOWN(name)                                                            \
    {                                                                          \
        name, sizeof name - 1                                                  \
    }
static const struct wb_text never_blanked[] = {
    KNOWN("accept"),
    KNOWN("accept-encoding"),
    KNOWN("accept-language"),
    KNOWN("cache-control"),
    KNOWN("from"),
    KNOWN("host"),
    KNOWN("origin"),
    KNOWN("payment-signature"),
    KNOWN("range"),
    KNOWN("referer"),
    KNOWN("sec-ch-ua"),
    KNOWN("sec-ch-ua-mobile"),
    KNOWN("sec-ch-ua-platform"),
    KNOWN("sec-fetch-dest"),
    KNOWN("sec-fetch-mode"),
    KNOWN("sec-fetch-site"),
    KNOWN("sec-fetch-user"),
    KNOWN("signature"),
    KNOWN("signature-agent"),
    KNOWN("signature-input"),
    KNOWN("upgrade-insecure-requests"),
    KNOWN("user-agent"),
    KNOWN("x-payment"),
};

void log_line_knows_common(struct log_line *line)
{
    if (line->all_known) {
        line->all_known = false;
        line->known = never_blanked;
        line->known_count = sizeof never_blanked / sizeof *never_blanked;
    }
}

void log_line_unescape(struct log_line *line)
{
    json_line_unescape(&line->client);
    json_line_unescape(&line->method);
    json_line_unescape(&line->host);
    json_line_unescape(&line->target);
    for (size_t i = 0; i < line->header_count; i++) {
        json_line_unescape(&line->headers[i].name);
        json_line_unescape(&line->headers[i].value);
    }
}

static int hex_digit(char c)
{
    c = ascii_lower(c);
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

void log_line_unescape_bytes(struct view *v, char sign)
{
    size_t to = view_find(*v, sign);
    char *bytes = (char *)(uintptr_t)v->at; /* the line may be written */

    for (size_t from = to; from < v->size; from++) {
        char c = bytes[from];
        if (c == sign && v->size - from > 2) {
            int high = hex_digit(bytes[from + 1]);
            int low = hex_digit(bytes[from + 2]);
            if (high >= 0 && low >= 0) {
                c = (char)(high * 16 + low);
                from += 2;
            }
        }
        bytes[to++] = c;
    }
    v->size = to < v->size ? to : v->size;
}

/* ---- joining ---- */

static void reverse(char *at, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        char c = at[i];
        at[i] = at[size - 1 - i];
        at[size - 1 - i] = c;
    }
}

/* What lies within [from, to) moved. */
static void follow(struct view *v, const char *from, const char *to,
                   ptrdiff_t by)
{
    if (v->at && v->at >= from && v->at < to) {
        v->at += by;
    }
}

static void all_follow(struct log_line *line, const char *from, const char *to,
                       ptrdiff_t by)
{
    struct view *const views[] = {&line->client, &line->method,  &line->scheme,
                                  &line->host,   &line->version, &line->ja3,
                                  &line->ja4};

    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        follow(views[i], from, to, by);
    }
    for (size_t i = 0; i < line->header_count; i++) {
        follow(&line->headers[i].name, from, to, by);
        follow(&line->headers[i].value, from, to, by);
    }
}

/* QUERY between TARGET becomes TARGET between QUERY. */
static void swap(struct log_line *line, struct view *query)
{
    char *at = (char *)(uintptr_t)query->at;
    const char *between = query->at + query->size;
    size_t gap = (size_t)(line->target.at - between);
    size_t target = line->target.size;
    ptrdiff_t by = (ptrdiff_t)target - (ptrdiff_t)query->size;

    all_follow(line, between, between + gap, by);
    reverse(at, query->size + gap + target);
    reverse(at, target);
    reverse(at + target, gap);
    reverse(at + target + gap, query->size);
    line->target.at = at;
    query->at = at + target + gap;
}

/*   TARGET between" QUERY   the byte before the query becomes its '?'
 *   TARGET ?QUERY between                                            */
void log_line_join(struct log_line *line, struct view query)
{
    if (query.at < line->target.at) {
        swap(line, &query);
    }
    struct view *target = &line->target;
    char *at = (char *)(uintptr_t)target->at + target->size;
    size_t moved = query.size + 1;
    size_t size = (size_t)(query.at + query.size - at);

    all_follow(line, at, at + (size - moved), (ptrdiff_t)moved);
    reverse(at, size - moved);
    reverse(at + size - moved, moved);
    reverse(at, size);
    *at = '?';
    target->size += moved;
}

struct view log_line_word(struct view v)
{
    bool none = v.size == 0 || (v.size == 1 && v.at[0] == '-');

    return none ? VIEW_NONE : v;
}

struct view log_line_cut(struct view *rest, char end)
{
    const char *at = rest->size ? memchr(rest->at, end, rest->size) : NULL;
    struct view part = *rest;

    if (!at) {
        *rest = view_of(rest->at + rest->size, 0);
        return part;
    }
    part.size = (size_t)(at - part.at);
    *rest = view_of(at + 1, rest->size - part.size - 1);
    return part;
}

void log_line_version(struct log_line *line, struct view protocol)
{
    static const struct {
        const char *as_logged, *version;
    } names[] = {
        {"HTTP/1.1", "1.1"}, {"HTTP/1.0", "1.0"}, {"HTTP/2.0", "2"},
        {"HTTP/2", "2"},     {"HTTP/3.0", "3"},   {"HTTP/3", "3"},
        {"h2", "2"},         {"h3", "3"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (view_equal(protocol, view_text(names[i].as_logged))) {
            line->version = view_text(names[i].version);
        }
    }
}

bool log_line_request(struct log_line *line, struct view request)
{
    struct view method = log_line_cut(&request, ' ');
    const char *space =
        request.size ? memrchr(request.at, ' ', request.size) : NULL;

    line->method = method;
    if (space) {
        const char *end = request.at + request.size;
        struct view last = view_of(space + 1, (size_t)(end - space - 1));
        if (view_starts(last, VIEW("HTTP/"))) {
            log_line_version(line, last);
            request.size = (size_t)(space - request.at);
            line->target = request;
            return true;
        }
    }
    line->target = request;
    return view_equal(method, VIEW("GET")); /* HTTP/0.9 */
}

/* "http://host/x": what HTTP/1 sends to a proxy, and how some servers log
 * HTTP/2. The host in the target counts. */
static void split_target(struct log_line *line)
{
    static const char *const schemes[] = {"http", "https"};
    struct view target = line->target;

    for (size_t i = 0; i < 2; i++) {
        struct view scheme = view_text(schemes[i]);
        if (!view_starts_fold(target, scheme) ||
            !view_starts(
                view_of(target.at + scheme.size, target.size - scheme.size),
                VIEW("://"))) {
            continue;
        }
        size_t skip = scheme.size + 3;
        struct view rest = view_of(target.at + skip, target.size - skip);
        size_t host = 0;
        while (host < rest.size && rest.at[host] != '/' &&
               rest.at[host] != '?') {
            host++;
        }
        if (host == 0 || host == rest.size || rest.at[host] != '/') {
            return; /* left to the engine */
        }
        line->host = view_of(rest.at, host);
        line->target = view_of(rest.at + host, rest.size - host);
        return;
    }
}

bool log_line_whole(struct log_line *line)
{
    struct view method = line->method;

    if (!log_line_word(method).at || method.size > METHOD_SIZE_MAX ||
        line->target.size == 0) {
        return false;
    }
    for (size_t i = 0; i < method.size; i++) {
        char c = method.at[i];
        if (!ascii_is_alnum(c) && c != '-' && c != '_') {
            return false;
        }
    }
    split_target(line);
    return true;
}

uint64_t log_line_number(struct view digits)
{
    unsigned long long n;

    return view_to_u64(digits, &n) ? n : 0;
}

unsigned log_line_status(struct view digits)
{
    uint64_t n = log_line_number(digits);

    return n < 1000 ? (unsigned)n : 0;
}
