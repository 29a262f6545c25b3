/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds of every format of log lines; each format has its fuzzer, which
 * defines FUZZED as its name and includes this. What is read lies within the
 * line or is a literal; a faulty line keeps its bytes; what the clock
 * remembers of other lines changes nothing; any bytes can be asked what they
 * look like, and when they begin.
 */
#include "replay/format.h"
#include "replay/reader.h"

#include "fuzz.h"

/* Reads all of it, for the sanitizer; false: it lies elsewhere. */
static bool is_within(struct view v, const char *line, size_t size)
{
    volatile char last = 0;

    for (size_t i = 0; v.at && i < v.size; i++) {
        last = v.at[i];
    }
    (void)last;
    return !v.at ||
           (v.at >= line && v.size <= size && v.at + v.size <= line + size);
}

static bool is_name(struct view v)
{
    return view_equal(v, VIEW("User-Agent")) ||
           view_equal(v, VIEW("Referer")) || view_equal(v, VIEW("Host"));
}

static void check_parts(const struct log_line *a, const char *line, size_t size)
{
    must(is_within(a->record, line, size));
    if (a->record.at) {
        return; /* the library reads it */
    }
    must(is_within(a->client, line, size) && is_within(a->host, line, size));
    must(is_within(a->ja3, line, size) && is_within(a->ja4, line, size));
    must(is_within(a->method, line, size) && a->method.size > 0);
    must(is_within(a->target, line, size) && a->target.size > 0);
    must(a->version.size <= 3 && a->scheme.size <= size + 5);
    must(a->header_count <= LOG_HEADERS_MAX && a->status < 1000);
    for (size_t i = 0; i < a->header_count; i++) {
        must(is_within(a->headers[i].name, line, size) ||
             is_name(a->headers[i].name));
        must(a->headers[i].name.size > 0 && a->headers[i].value.at &&
             is_within(a->headers[i].value, line, size));
    }
    for (size_t i = 0; i < a->known_count; i++) {
        must(a->known[i].size == strlen(a->known[i].data));
    }
}

static void check_line(struct view from, log_line_read *read,
                       struct log_clock *warm)
{
    /* Exactly as long as the line, so that a sanitizer sees an overrun. */
    char *line = malloc(from.size ? from.size : 1);
    char *again = malloc(from.size ? from.size : 1);
    struct log_clock cold = {.midnight = 0};
    static struct log_line a, b;

    must(line && again);
    if (from.size) {
        memcpy(line, from.at, from.size);
        memcpy(again, from.at, from.size);
    }
    enum line_fault fault = read(line, from.size, warm, &a);
    must(fault == read(again, from.size, &cold, &b));
    if (fault != LINE_FINE) {
        must(!from.size || !memcmp(line, from.at, from.size));
    } else {
        check_parts(&a, line, from.size);
        must(!memcmp(line, again, from.size) && a.time == b.time);
        must(a.header_count == b.header_count);
    }
    free(line);
    free(again);
}

/* As lines, and all of it as one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log_clock warm = {.midnight = 0};
    struct view rest = view_of((const char *)data, size);
    const struct format *row = format_find(FUZZED);
    int64_t time;

    if (size == 0) {
        return 0;
    }
    must(format_guess(rest) != NULL);
    (void)format_first_time(row, rest, &time);
    check_line(rest, row->read, &warm);
    while (rest.at && rest.size > 0) {
        check_line(view_cut(&rest, '\n'), row->read, &warm);
    }
    return 0;
}
