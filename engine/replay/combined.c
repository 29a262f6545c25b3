/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits a line of the common or combined log format; see combined.h.
 *
 * A user's name may hold spaces and brackets, but never a bare quote: so the
 * time is what stands before the first quote that follows "[time] ", and
 * nobody can put a second time into a line.
 */
#include "replay/combined.h"

#include "base/sixteen.h"

/* `[17/May/2015:10:05:03 +0000] ` before the request's quote. */
#define TIME_FIELD (LOG_TIME_SIZE + 3)
#define METHOD_MAX 32

/* ---- escapes ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that the escape at `at` (a backslash; `size` bytes are there)
 * stands for, and the escape's size; 0 when it is none. */
static size_t escape_read(const char *at, size_t size, char *out)
{
    static const char letters[] = "\"\\ntrbvf";
    static const char bytes[] = "\"\\\n\t\r\b\v\f";

    if (size >= 4 && at[1] == 'x') {
        int high = hex_digit(at[2]);
        int low = hex_digit(at[3]);
        if (high >= 0 && low >= 0) {
            *out = (char)(high * 16 + low);
            return 4;
        }
    }
    if (size >= 2 && at[1] != '\0') {
        const char *found = strchr(letters, at[1]);
        if (found) {
            *out = bytes[found - letters];
            return 2;
        }
    }
    return 0;
}

/* Takes escapes back in place: the result is never longer. What is no escape
 * stays. `line` owns the bytes of the view. */
static void unescape(char *line, const char *start, struct view *v)
{
    const char *first = v->size ? memchr(v->at, '\\', v->size) : NULL;

    if (!first) {
        return;
    }
    const char *from = first;
    const char *end = v->at + v->size;
    char *begin = line + (v->at - start);
    char *to = line + (first - start);
    while (from < end) {
        size_t used =
            *from == '\\' ? escape_read(from, (size_t)(end - from), to) : 0;
        if (used == 0) {
            *to = *from;
            used = 1;
        }
        from += used;
        to++;
    }
    v->size = (size_t)(to - begin);
}

/* ---- quotes ---- */

/* All quotes of a line, found in one pass. Most lines have six and no
 * backslash: then each second one ends a text. */
#define QUOTES 16

struct quotes {
    const char *at[QUOTES];
    size_t count, next;
    bool plain; /* no backslash, and these are all */
};

static void add_quotes(struct quotes *q, const char *from, uint64_t bits)
{
    for (; bits != 0; bits &= bits - 1) {
        if (q->count == QUOTES) {
            q->plain = false;
            return;
        }
        q->at[q->count++] = from + __builtin_ctzll(bits);
    }
}

/* A bit for each quote of sixteen bytes. */
static inline uint64_t quotes_in(const char *at, sixteen *escapes)
{
    sixteen all = sixteen_at(at);

    *escapes |= sixteen_is(all, '\\');
    return sixteen_bits(sixteen_is(all, '"'));
}

/* What a whole number of sixteens leaves over: the last sixteen once more,
 * without what was seen of them. */
static void find_last_quotes(struct quotes *q, const char *line, size_t size,
                             size_t seen, sixteen *escapes)
{
    if (size >= 16) {
        uint64_t bits = quotes_in(line + size - 16, escapes);
        add_quotes(q, line + seen, bits >> (16 - (size - seen)));
        return;
    }
    for (size_t i = 0; i < size; i++) {
        q->plain &= line[i] != '\\';
        add_quotes(q, line + i, line[i] == '"');
    }
}

static void find_quotes(struct quotes *q, const char *line, size_t size)
{
    sixteen escapes = sixteen_of(0);
    size_t i = 0;

    q->count = q->next = 0;
    q->plain = true;
    for (; i + 64 <= size; i += 64) {
        uint64_t bits = quotes_in(line + i, &escapes);
        bits |= quotes_in(line + i + 16, &escapes) << 16;
        bits |= quotes_in(line + i + 32, &escapes) << 32;
        bits |= quotes_in(line + i + 48, &escapes) << 48;
        add_quotes(q, line + i, bits);
    }
    for (; i + 16 <= size; i += 16) {
        add_quotes(q, line + i, quotes_in(line + i, &escapes));
    }
    if (i < size) {
        find_last_quotes(q, line, size, i, &escapes);
    }
    q->plain &= !sixteen_any(escapes);
}

/* ---- fields ---- */

/* The quote that ends the text which begins at `at`, or NULL: one that an
 * odd number of backslashes precedes is part of it. */
static const char *quote_end(const char *at, const char *end)
{
    const char *start = at;

    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        if (!quote) {
            return NULL;
        }
        const char *back = quote;
        while (back > start && back[-1] == '\\') {
            back--;
        }
        if ((quote - back) % 2 == 0) {
            return quote;
        }
        at = quote + 1;
    }
    return NULL;
}

/* quoted() where every second quote ends a text. */
static enum line_fault quoted_plain(struct quotes *q, const char **at,
                                    const char *end, struct view *out)
{
    while (q->next < q->count && q->at[q->next] < *at) {
        q->next++;
    }
    *out = VIEW_NONE;
    if (q->next == q->count) {
        *at = end;
        return LINE_FINE;
    }
    const char *open = q->at[q->next++];
    if (q->next == q->count) {
        return LINE_CUT;
    }
    const char *close = q->at[q->next++];
    *out = view_of(open + 1, (size_t)(close - open - 1));
    *at = close + 1;
    return LINE_FINE;
}

/* The next text in quotes; *at moves behind it. LINE_FINE with *out NONE:
 * there is none before the end. */
static enum line_fault quoted(struct quotes *q, const char **at,
                              const char *end, struct view *out)
{
    if (q->plain) {
        return quoted_plain(q, at, end, out);
    }
    const char *open = *at < end ? memchr(*at, '"', (size_t)(end - *at)) : NULL;

    *out = VIEW_NONE;
    if (!open) {
        *at = end;
        return LINE_FINE;
    }
    const char *close = quote_end(open + 1, end);
    if (!close) {
        return LINE_CUT;
    }
    *out = view_of(open + 1, (size_t)(close - open - 1));
    *at = close + 1;
    return LINE_FINE;
}

/* The three texts from the quote `at` on, of a line whose quotes pair up. */
static bool quoted_thrice(const struct quotes *q, const char *at,
                          struct view texts[3])
{
    size_t i = 0;

    while (q->plain && i < q->count && q->at[i] != at) {
        i++;
    }
    if (!q->plain || q->count - i < 6) {
        return false;
    }
    for (size_t k = 0; k < 3; k++) {
        const char *open = q->at[i + 2 * k] + 1;
        texts[k] = view_of(open, (size_t)(q->at[i + 2 * k + 1] - open));
    }
    return true;
}

/* Does "[time] " stand before this quote? */
static bool opens_request(const char *line, const char *at)
{
    return at - line >= TIME_FIELD && at[-1] == ' ' && at[-2] == ']' &&
           at[-TIME_FIELD] == '[';
}

/* The quote that opens the request, or NULL. */
static const char *request_quote(const struct quotes *q, const char *line,
                                 const char *end)
{
    for (size_t i = 0; i < q->count; i++) {
        if (opens_request(line, q->at[i])) {
            return q->at[i];
        }
    }
    for (const char *at = line; !q->plain && at < end; at++) {
        at = memchr(at, '"', (size_t)(end - at));
        if (!at || opens_request(line, at)) {
            return at;
        }
    }
    return NULL;
}

static struct view dash_is_none(struct view v)
{
    return v.size == 1 && v.at[0] == '-' ? VIEW_NONE : v;
}

/* What ends at the next space; *rest begins behind it. */
static struct view word(struct view *rest)
{
    struct view part = *rest;
    const char *space = rest->size ? memchr(rest->at, ' ', rest->size) : NULL;

    if (!space) {
        *rest = view_of(rest->at + rest->size, 0);
        return part;
    }
    part.size = (size_t)(space - part.at);
    *rest = view_of(space + 1, rest->size - part.size - 1);
    return part;
}

/* HTTP/2.0 is called 2; a version that there is not is unknown. */
static struct view version_read(struct view v)
{
    if (view_equal(v, VIEW("1.1")) || view_equal(v, VIEW("1.0"))) {
        return v;
    }
    if (view_ends(v, VIEW(".0"))) {
        v.size -= 2;
    }
    return view_equal(v, VIEW("2")) || view_equal(v, VIEW("3")) ? v : VIEW_NONE;
}

/* What stands before the first space, of the letters of a method; false: it
 * is none, or nothing follows. */
static bool method_read(struct view request, struct view *out)
{
    size_t i = 0;

    for (; i < request.size && request.at[i] != ' '; i++) {
        char c = request.at[i];
        if (!ascii_is_alnum(c) && c != '-' && c != '_') {
            return false;
        }
    }
    *out = view_of(request.at, i);
    return i > 0 && i <= METHOD_MAX && i + 1 < request.size;
}

/* Does it end as most requests do, in " HTTP/1.1"? */
static bool ends_usual(struct view target)
{
    const char *end = target.at + target.size;
    uint64_t last, usual;

    memcpy(&last, end - 8, sizeof last);
    memcpy(&usual, "HTTP/1.1", sizeof usual);
    return last == usual && end[-9] == ' ';
}

/* "GET /x HTTP/1.1"; a target may hold spaces (Apache logs them), HTTP/0.9
 * knows GET only and has no version. */
static bool request_read(struct view request, struct combined *out)
{
    struct view target;
    bool versioned = false;

    if (!method_read(request, &out->method)) {
        return false;
    }
    target = view_of(request.at + out->method.size + 1,
                     request.size - out->method.size - 1);
    if (target.size > 9 && ends_usual(target)) {
        out->version = view_of(target.at + target.size - 3, 3);
        out->target = view_of(target.at, target.size - 9);
        return true;
    }
    const char *space = memrchr(target.at, ' ', target.size);
    out->version = VIEW_NONE;
    if (space) {
        const char *end = target.at + target.size;
        struct view last = view_of(space + 1, (size_t)(end - space - 1));
        if (view_starts(last, VIEW("HTTP/"))) {
            versioned = true;
            out->version = version_read(view_of(last.at + 5, last.size - 5));
            target.size = (size_t)(space - target.at);
        }
    }
    out->target = target;
    return target.size > 0 &&
           (versioned || view_equal(out->method, VIEW("GET")));
}

/* Digits up to something else, held at the greatest number. */
static uint64_t digits(const char **from, const char *end)
{
    const char *at = *from;
    const char *sure = end - at > 19 ? at + 19 : end; /* so many always fit */
    uint64_t n = 0;

    for (; at < sure && (unsigned)(*at - '0') < 10; at++) {
        n = n * 10 + (unsigned)(*at - '0');
    }
    for (; at < end && (unsigned)(*at - '0') < 10; at++) {
        unsigned digit = (unsigned)(*at - '0');
        n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
    }
    *from = at;
    return n;
}

/* ` 200 1234` behind the request. */
static void numbers_read(const char **at, const char *end, struct combined *out)
{
    out->status = 0;
    out->bytes = 0;
    if (end - *at > 4 && **at == ' ') {
        ++*at;
        uint64_t status = digits(at, end);
        out->status = status < 1000 ? (unsigned)status : 0;
        if (end - *at > 1 && **at == ' ') {
            ++*at;
            out->bytes = digits(at, end);
        }
    }
}

static void head_read(struct view head, bool vhost, struct combined *out)
{
    struct view host = vhost ? word(&head) : VIEW_NONE;
    struct view client = word(&head);

    out->vhost = host.size ? dash_is_none(host) : VIEW_NONE;
    out->client = client.size ? dash_is_none(client) : VIEW_NONE;
}

/* "-" is absent, "" is empty. But a server that answered 400 may have given
 * up before it read them: then "-" tells nothing. */
static void headers_read(struct combined *out)
{
    bool logged = out->user_agent.at != NULL;

    out->referer = logged ? dash_is_none(out->referer) : VIEW_NONE;
    out->user_agent = dash_is_none(out->user_agent);
    out->has_headers =
        logged && (out->status != 400 || out->referer.at || out->user_agent.at);
}

static void unescape_all(char *line, struct combined *out)
{
    unescape(line, line, &out->target);
    unescape(line, line, &out->referer);
    unescape(line, line, &out->user_agent);
}

/* The texts one by one, of a line that has escapes, or fewer texts. */
static enum line_fault texts_read(struct quotes *q, const char *at,
                                  const char *end, struct view texts[3])
{
    enum line_fault fault = LINE_FINE;

    for (size_t i = 0; i < 3 && fault == LINE_FINE; i++) {
        fault = quoted(q, &at, end, &texts[i]);
    }
    return fault;
}

enum line_fault combined_read(char *line, size_t size, bool vhost,
                              struct log_clock *clock, struct combined *out)
{
    const char *end = line + size;
    enum line_fault fault = LINE_FINE;
    struct view texts[3];
    struct quotes q;

    find_quotes(&q, line, size);
    const char *at = request_quote(&q, line, end);

    if (!at || !log_time_read(clock, at - TIME_FIELD + 1, &out->time)) {
        return LINE_NO_TIME;
    }
    head_read(view_of(line, (size_t)(at - line) - TIME_FIELD), vhost, out);
    if (!quoted_thrice(&q, at, texts)) {
        fault = texts_read(&q, at, end, texts);
    }
    if (fault != LINE_FINE) {
        return fault;
    }
    at = texts[0].at + texts[0].size + 1;
    numbers_read(&at, end, out);
    out->referer = texts[1];
    out->user_agent = texts[2];
    if (!request_read(texts[0], out)) {
        return LINE_NO_REQUEST;
    }
    headers_read(out);
    if (!q.plain) {
        unescape_all(line, out);
    }
    return LINE_FINE;
}

/* ---- the layout ---- */

/* Only what an address is written with, and enough of it. */
static bool looks_like_address(struct view v)
{
    size_t marks = 0;

    for (size_t i = 0; i < v.size; i++) {
        char c = ascii_lower(v.at[i]);
        if (c == '.' || c == ':') {
            marks++;
        } else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return marks >= 2;
}

bool combined_has_vhost(struct view line)
{
    /* Without a host the second field is the ident: a name, mostly "-". */
    (void)word(&line);
    return looks_like_address(word(&line));
}
