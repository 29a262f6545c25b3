/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge outcomes LOG: what a proxy's log says became of payments, told
 * to the sidecar. Lines are JSON objects with the decision's id, the status
 * and PAYMENT-RESPONSE; a line without an outcome is passed over. Fed by a
 * pipe it tells what it has when nothing more comes for a moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/admin_client.h"

#define BATCH_LINES 200
#define BATCH_BYTES ((size_t)256 * 1024)
#define PAUSE_MS 200
#define LINE_MOST ((size_t)64 * 1024)

static bool print_only;

static const struct option options[] = {
    OPTIONS_ADMIN,
    {.name = "--print",
     .about = "print the outcomes instead of telling them",
     .flag = &print_only},
    {.name = NULL},
};

struct batch {
    char data[BATCH_BYTES];
    size_t size;
    unsigned lines;
};

struct run {
    struct wb_outcome *outcome;
    struct batch batch;
    char input[LINE_MOST];
    bool skipping;
    unsigned long lines, unread, told, done, unknown, failed;
};

/* ---- telling ---- */

static unsigned long count(const struct admin_answer *answer, const char *what)
{
    unsigned long n = 0;

    for (const char *at = answer->body; (at = strstr(at, what)) != NULL; at++) {
        n++;
    }
    return n;
}

/* False: it was not taken, and said so. */
static bool tell(struct run *run)
{
    struct batch *batch = &run->batch;
    struct admin_answer answer = {0};
    bool good = true;

    if (batch->size == 0) {
        return true;
    }
    if (print_only) {
        fwrite(batch->data, 1, batch->size, stdout);
        fflush(stdout);
    } else if (!admin_ask("POST", "/v1/outcomes", batch->data, batch->size,
                          &answer)) {
        good = false;
    } else if (answer.status != 200) {
        fprintf(stderr, "weighbridge: outcomes: %u: %.*s", answer.status,
                (int)answer.body_size, answer.body);
        good = false;
    } else {
        run->done += count(&answer, "\"result\":\"done\"");
        run->unknown += count(&answer, "\"result\":\"unknown\"");
    }
    admin_answer_free(&answer);
    run->told += good ? batch->lines : 0;
    run->failed += good ? 0 : batch->lines;
    batch->size = 0;
    batch->lines = 0;
    return good;
}

static bool add(struct run *run)
{
    struct batch *batch = &run->batch;
    size_t room = sizeof batch->data - batch->size - 1;
    size_t size =
        wb_outcome_write(run->outcome, batch->data + batch->size, room);

    if (size > room) { /* one takes less than a batch */
        return tell(run) && add(run);
    }
    batch->size += size;
    batch->data[batch->size++] = '\n';
    batch->lines++;
    return batch->lines < BATCH_LINES || tell(run);
}

/* ---- reading ---- */

static bool read_line(struct run *run, const char *line, size_t size)
{
    const char *error = NULL;
    struct wb_text fate;

    run->lines++;
    if (wb_outcome_read_log(run->outcome, line, size, &error) != WB_OK) {
        run->unread++;
        return true;
    }
    fate = wb_outcome_answer(run->outcome, WB_OUTCOME_FATE);
    return fate.data[0] == '-' || add(run);
}

/* Whole lines of what was read; what follows the last moves to the front. */
static bool read_whole_lines(struct run *run, size_t *used)
{
    char *from = run->input, *end;

    while ((end = memchr(from, '\n', *used - (size_t)(from - run->input))) !=
           NULL) {
        if (!read_line(run, from, (size_t)(end - from))) {
            return false;
        }
        from = end + 1;
    }
    *used -= (size_t)(from - run->input);
    memmove(run->input, from, *used);
    if (*used == sizeof run->input) { /* a line that is too long */
        run->lines++;
        run->unread++;
        *used = 0;
        run->skipping = true;
    }
    return true;
}

/* The rest of a line that was too long. */
static void skip(struct run *run, size_t *used)
{
    char *end = memchr(run->input, '\n', *used);

    run->skipping = end == NULL;
    *used -= end ? (size_t)(end + 1 - run->input) : *used;
    if (end) {
        memmove(run->input, end + 1, *used);
    }
}

static bool read_lines(struct run *run, int fd)
{
    struct pollfd wait = {fd, POLLIN, 0};
    size_t used = 0;

    for (;;) {
        ssize_t got;

        if (run->batch.size > 0 && poll(&wait, 1, PAUSE_MS) == 0 &&
            !tell(run)) {
            return false;
        }
        got = read(fd, run->input + used, sizeof run->input - used);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return (used == 0 || read_line(run, run->input, used)) &&
                   tell(run) && got == 0;
        }
        used += (size_t)got;
        if (run->skipping) {
            skip(run, &used);
        }
        if (!read_whole_lines(run, &used)) {
            return false;
        }
    }
}

static int outcomes(const char *const *operands, size_t operand_count)
{
    bool from_stdin = strcmp(operands[0], "-") == 0;
    int fd = from_stdin ? STDIN_FILENO : open(operands[0], O_RDONLY);
    struct run *run = calloc(1, sizeof *run);
    bool good;

    (void)operand_count;
    if (fd < 0 || !run || !(run->outcome = wb_outcome_new())) {
        fprintf(stderr, "weighbridge: %s: %s\n", operands[0], strerror(errno));
        free(run);
        return EXIT_USAGE;
    }
    good = read_lines(run, fd);
    fprintf(stderr,
            "%lu lines: %lu outcomes told, %lu acted, %lu of no claim, %lu "
            "not taken; %lu lines could not be read\n",
            run->lines, run->told, run->done, run->unknown, run->failed,
            run->unread);
    if (!from_stdin) {
        close(fd);
    }
    int code = !good ? EXIT_USAGE : run->unread ? EXIT_PROBLEMS : EXIT_FINE;
    wb_outcome_free(run->outcome);
    free(run);
    return code;
}

const struct command command_outcomes = {
    .name = "outcomes",
    .operands = "LOG",
    .about = "tell the sidecar what became of payments, from a proxy's log",
    .options = options,
    .operands_least = 1,
    .operands_most = 1,
    .run = outcomes,
};
