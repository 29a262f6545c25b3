/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a result where it was asked for; see telling.h.
 */
#include "replay/telling.h"

#include <errno.h>
#include <stdlib.h>

#include "replay/condition.h"

unsigned telling_on_stdout(const struct telling *telling)
{
    return (unsigned)is_stdout(telling->summary) +
           (unsigned)is_stdout(telling->report) +
           (unsigned)is_stdout(telling->partial);
}

bool telling_open(const struct telling *telling, struct telling_outlets *out)
{
    memset(out, 0, sizeof *out);
    return outlet_open(&out->summary, telling->summary) &&
           outlet_open(&out->report, telling->report) &&
           outlet_open(&out->partial, telling->partial);
}

bool telling_close(struct telling_outlets *out)
{
    bool summary = outlet_close(&out->summary);
    bool report = outlet_close(&out->report);
    bool partial = outlet_close(&out->partial);

    return summary && report && partial;
}

/* 1 when one holds, 2 when one is of no key, or out of memory. */
static int check_conditions(const struct telling *telling,
                            const struct result *result)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    bool written = file && summary_write(result, file);
    int code = 0;

    if (!file || fclose(file) != 0 || !written) {
        free(text);
        complain("replay", "out of memory");
        return 2;
    }
    for (size_t i = 0; i < telling->condition_count; i++) {
        struct view summary = view_of(text, size);
        double left = 0;
        if (!condition_is_known(telling->conditions[i], summary)) {
            complain(telling->conditions[i], "the summary has no such key");
            code = 2;
            break;
        }
        if (condition_holds(telling->conditions[i], summary, &left)) {
            fprintf(stderr, "weighbridge: fails: %s (it is %g)\n",
                    telling->conditions[i], left);
            code = 1;
        }
    }
    free(text);
    return code;
}

static void write_to(struct outlet *outlet, const struct result *result,
                     bool (*write)(const struct result *result, FILE *out))
{
    if (outlet->file) {
        errno = 0;
        if (!write(result, outlet->file)) {
            outlet->error = errno ? errno : ENOMEM; /* closing it tells */
        }
    }
}

int telling_tell(const struct telling *telling, struct telling_outlets *out,
                 struct result *result, bool stdout_taken)
{
    /* A partial summary is of what was counted, not of what is shown. */
    write_to(&out->partial, result, partial_write);
    result->forecast = telling->forecast;
    result_finish(result);
    write_to(&out->summary, result, summary_write);
    write_to(&out->report, result, page_write);
    bool asked = telling->summary || telling->report || telling->partial;
    if (!stdout_taken && !asked && !report_write(result, stdout)) {
        complain("stdout", "could not be written");
        return 2;
    }
    return telling->condition_count > 0 ? check_conditions(telling, result) : 0;
}
