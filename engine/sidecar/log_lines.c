/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of the log: which facts of a request and of its decision are
 * written, and how much of the client's address and query.
 *
 *   {"time":"...","event":"decision","id":"...","listener":0,
 *    "client":"192.0.2.0/24","method":"GET","host":"...","path":"/a?page",
 *    "agent":"...","status":200,"class":"agent",...}
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sidecar/log.h"

#define LINE_MAX_BYTES 4096
#define FOREIGN_MAX 512 /* bytes of one foreign text that are written */

struct line {
    char text[LINE_MAX_BYTES];
    size_t size;
    bool over; /* it did not fit: nothing is written then */
};

void log_time(int64_t now, char out[LOG_TIME_MAX])
{
    time_t seconds = (time_t)(now / 1000000);
    struct tm tm;
    size_t size = 0;

    if (gmtime_r(&seconds, &tm) != NULL) {
        size = strftime(out, LOG_TIME_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
    }
    snprintf(out + size, LOG_TIME_MAX - size, ".%03uZ",
             (unsigned)(now / 1000 % 1000));
}

static void put(struct line *line, const char *data, size_t size)
{
    if (line->over || sizeof line->text - line->size < size) {
        line->over = true;
        return;
    }
    memcpy(line->text + line->size, data, size);
    line->size += size;
}

static void put_key(struct line *line, const char *key)
{
    put(line, line->size == 0 ? "{\"" : ",\"", 2);
    put(line, key, strlen(key));
    put(line, "\":", 2);
}

static void put_text(struct line *line, const char *key, struct wb_text value)
{
    size_t room, size;

    put_key(line, key);
    if (line->over) {
        return;
    }
    if (value.size > FOREIGN_MAX) {
        value.size = FOREIGN_MAX;
    }
    room = sizeof line->text - line->size;
    size = wb_json_quote(value.data ? value.data : "", value.size,
                         line->text + line->size, room);
    line->over = size > room;
    line->size += line->over ? 0 : size;
}

static void put_number(struct line *line, const char *key, unsigned long value)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%lu", value);

    put_key(line, key);
    put(line, digits, (size_t)size);
}

static void put_start(struct line *line, int64_t now, const char *event)
{
    char time[LOG_TIME_MAX];

    log_time(now, time);
    put_text(line, "time", text_of(time));
    put_text(line, "event", text_of(event));
}

/* ---- the request ---- */

static void put_client(struct line *line, const struct setup *setup,
                       const struct seen *seen)
{
    char text[IP_TEXT_MAX + 4];
    size_t size;

    if (!seen->client_known || setup->log_client == LOG_CLIENT_OFF) {
        return;
    }
    size = setup->log_client == LOG_CLIENT_FULL
               ? ip_format(&seen->client, text)
               : ip_format_truncated(&seen->client, text);
    put_text(line, "client", (struct wb_text){text, size});
}

/* "/a?page=2&q=x" -> "/a?page&q" */
static size_t query_names(struct wb_text target, char *out, size_t room)
{
    size_t size = 0;
    bool in_query = false, in_value = false;

    for (size_t i = 0; i < target.size && size < room; i++) {
        char c = target.data[i];

        if (in_query && c == '&') {
            in_value = false;
        } else if (in_query && c == '=') {
            in_value = true;
        }
        if (!in_value) {
            out[size++] = c;
        }
        in_query = in_query || c == '?';
    }
    return size;
}

static void put_target(struct line *line, const struct setup *setup,
                       struct wb_text target)
{
    const char *query = memchr(target.data, '?', target.size);
    char names[FOREIGN_MAX];

    if (query != NULL && setup->log_query == LOG_QUERY_OFF) {
        target.size = (size_t)(query - target.data);
    } else if (query != NULL && setup->log_query == LOG_QUERY_NAMES) {
        target.size = query_names(target, names, sizeof names);
        target.data = names;
    }
    put_text(line, "path", target);
}

static void put_request(struct line *line, const struct setup *setup,
                        const struct seen *seen)
{
    if (seen->target.data == NULL) {
        return; /* a record: its sender knows what it asked */
    }
    put_client(line, setup, seen);
    put_text(line, "method", seen->method);
    if (seen->host.data != NULL) {
        put_text(line, "host", seen->host);
    }
    put_target(line, setup, seen->target);
    if (seen->agent.data != NULL) {
        put_text(line, "agent", seen->agent);
    }
}

/* ---- the decision ---- */

static void put_answers(struct line *line, const struct wb_request *request)
{
    static const struct {
        enum wb_answer answer;
        const char *key;
    } rows[] = {{WB_ANSWER_REASON, "reason"},
                {WB_ANSWER_CLASS, "class"},
                {WB_ANSWER_SCORE, "score"},
                {WB_ANSWER_AGENT_NAME, "agent_name"},
                {WB_ANSWER_SITE, "site"},
                {WB_ANSWER_ROUTE, "route"},
                {WB_ANSWER_PRICE_ACTION, "price_action"},
                {WB_ANSWER_PRICE, "price"},
                {WB_ANSWER_PAYMENT_STATE, "payment"},
                {WB_ANSWER_MODE, "mode"}};

    put_number(line, "status", wb_decision_status(request));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wb_text value = wb_decision_answer(request, rows[i].answer);

        if (value.size != 0 && !text_is(value, "-")) {
            put_text(line, rows[i].key, value);
        }
    }
}

void log_decision(struct log *log, const struct setup *setup, unsigned listener,
                  const struct slot *slot)
{
    struct line line;

    if (log == NULL) {
        return;
    }
    line.size = 0;
    line.over = false;
    put_start(&line, wb_request_time(slot->request), "decision");
    put_text(&line, "id", wb_decision_answer(slot->request, WB_ANSWER_ID));
    put_number(&line, "listener", listener);
    put_request(&line, setup, &slot->seen);
    put_answers(&line, slot->request);
    put(&line, "}\n", 2);
    if (line.over) {
        log_line(log, "", SIZE_MAX); /* counted as lost */
    } else {
        log_line(log, line.text, line.size);
    }
}

void log_shadow(struct log *log, const struct wb_request *request)
{
    static atomic_int_least64_t next; /* time of the next line */
    int64_t now = wb_request_time(request);
    int_least64_t due = atomic_load_explicit(&next, memory_order_relaxed);
    struct line line;

    if (log == NULL || now < due ||
        !atomic_compare_exchange_strong(&next, &due, now + 1000000)) {
        return;
    }
    line.size = wb_shadow_write(request, line.text, sizeof line.text - 1);
    if (line.size > 0 && line.size < sizeof line.text) {
        line.text[line.size++] = '\n';
        log_line(log, line.text, line.size);
    }
}

void log_event(int64_t now, const char *event, ...)
{
    struct line line;
    va_list list;
    const char *key;
    ssize_t written;

    line.size = 0;
    line.over = false;
    put_start(&line, now, event);
    va_start(list, event);
    while ((key = va_arg(list, const char *)) != NULL) {
        put_text(&line, key, text_of(va_arg(list, const char *)));
    }
    va_end(list);
    put(&line, "}\n", 2);
    if (!line.over) {
        written = write(STDERR_FILENO, line.text, line.size);
        (void)written;
    }
}
