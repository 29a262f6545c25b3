/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a result; see result.h.
 */
#include "replay/result.h"

bool result_start(struct result *result)
{
    memset(result, 0, sizeof *result);
    bool fine = tally_start(&result->tallies[0]);
    fine = tally_start(&result->tallies[1]) && fine;
    fine = samples_start(&result->fired, 0, false) && fine;
    fine = samples_start(&result->examples, 0, false) && fine;
    table_start(&result->moves, result->tallies[0].names);
    result->sides = 1;
    return fine;
}

void result_end(struct result *result)
{
    table_end(&result->moves);
    samples_end(&result->fired);
    samples_end(&result->examples);
    tally_end(&result->tallies[0]);
    tally_end(&result->tallies[1]);
}

void result_finish(struct result *result)
{
    tally_finish(&result->tallies[0]);
    tally_finish(&result->tallies[1]);
    table_sort(&result->moves);
}

static bool saw_payments(const struct result *result)
{
    const struct table *table = &result->tallies[0].tables[TALLY_PAYMENTS];

    for (size_t i = 0; i < table->count; i++) {
        if (!view_equal(table->rows[i].name, VIEW("none")) &&
            !view_equal(table->rows[i].name, VIEW("malformed"))) {
            return true;
        }
    }
    return false;
}

const char *result_stateful(const struct result *result, size_t i)
{
    const char *names[3] = {NULL, NULL, NULL}; /* one of each below */
    size_t count = 0;

    if (result->counts & 1) {
        names[count++] = "rates";
    }
    if (result->counts & 2) {
        names[count++] = "volume and demand";
    }
    if (saw_payments(result)) {
        names[count++] = "claims";
    }
    return i < count ? names[i] : NULL;
}

const struct tally_asset *result_asset(const struct result *result, size_t i)
{
    const struct tally *before = &result->tallies[0];
    const struct tally *after = &result->tallies[1];

    if (i < before->asset_count) {
        return &before->assets[i];
    }
    i -= before->asset_count;
    for (size_t k = 0; k < after->asset_count; k++) {
        if (!tally_asset_find(before, after->assets[k].address) && i-- == 0) {
            return &after->assets[k];
        }
    }
    return NULL;
}
