/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted of every line: by class, by time, and, of one that costs
 * something, by asset. The tables are told later, of whole kinds.
 */
#include "replay/tally.h"

#include <stdlib.h>

const char *const tally_classes[TALLY_CLASSES] = {"human", "suspect", "agent",
                                                  "unknown"};

void tally_span(struct tally *tally, int64_t first, int64_t last)
{
    if (!tally->timed || first < tally->first) {
        tally->first = first;
    }
    if (!tally->timed || last > tally->last) {
        tally->last = last;
    }
    tally->timed = true;
}

/* 1970 began on a Thursday; times of requests are not before it. */
static void count_time(struct tally *tally, int64_t time, size_t class)
{
    int64_t hour = time / 3600000000;
    struct bucket *bucket = timeline_at(&tally->line, time / 1000000);

    tally_span(tally, time, time);
    if (!bucket || hour < 0) {
        tally->failed |= !bucket;
        return;
    }
    bucket->classes[class]++;
    tally->hours[(hour / 24 + 3) % 7][hour % 24][class]++;
}

void tally_line(struct tally *tally, const struct kind *kind,
                bool browser_charged, int64_t time,
                const struct line_extra *extra)
{
    if (time != TIME_UNKNOWN) {
        count_time(tally, time, kind->class);
    }
    tally->read++;
    tally->classes[kind->class]++;
    tally->bytes[kind->class] += extra->bytes;
    tally->allowed += kind->allowed;
    tally->rejected += !kind->allowed;
    tally->browsers_charged += browser_charged;
}

/* ---- assets ---- */

const struct tally_asset *tally_asset_find(const struct tally *tally,
                                           struct view address)
{
    for (size_t i = 0; i < tally->asset_count; i++) {
        if (view_equal(tally->assets[i].address, address)) {
            return &tally->assets[i];
        }
    }
    return NULL;
}

struct tally_asset *tally_asset(struct tally *tally, struct view address)
{
    const struct tally_asset *found = tally_asset_find(tally, address);

    if (found) {
        return &tally->assets[found - tally->assets];
    }
    struct tally_asset *assets =
        realloc(tally->assets, (tally->asset_count + 1) * sizeof *assets);
    if (!assets) {
        return NULL;
    }
    tally->assets = assets;
    struct tally_asset *asset = &assets[tally->asset_count];
    memset(asset, 0, sizeof *asset);
    asset->address = arena_copy(tally->names, address);
    if (!asset->address.at) {
        return NULL;
    }
    tally->asset_count++;
    return asset;
}

struct tally_asset *tally_asset_of(struct tally *tally,
                                   const struct wb_request *request)
{
    struct tally_asset *asset =
        tally_asset(tally, tally_answer(request, WB_ANSWER_PRICE_ASSET));
    unsigned long long decimals;

    if (asset && !asset->symbol.at) {
        asset->symbol = arena_copy(
            tally->names, tally_answer(request, WB_ANSWER_PRICE_SYMBOL));
        asset->network = arena_copy(
            tally->names, tally_answer(request, WB_ANSWER_PRICE_NETWORK));
        if (view_to_u64(tally_answer(request, WB_ANSWER_PRICE_DECIMALS),
                        &decimals)) {
            asset->decimals = (unsigned)decimals;
        }
    }
    return asset;
}

void tally_asset_sum(const struct tally *tally, const struct tally_asset *asset,
                     struct row *sum)
{
    const struct table *charges = &tally->tables[TALLY_CHARGES];

    memset(sum, 0, sizeof *sum);
    sum->asset = asset->address;
    for (size_t i = 0; i < charges->count; i++) {
        if (view_equal(charges->rows[i].asset, asset->address)) {
            row_add(sum, &charges->rows[i]);
        }
    }
}

struct bucket *tally_charge(struct tally *tally, struct tally_asset *asset,
                            int64_t time, const struct amount *amount)
{
    struct bucket *bucket =
        asset ? timeline_at(&asset->line, time / 1000000) : NULL;

    if (!bucket) {
        tally->failed = true;
        return NULL;
    }
    bucket->charged++;
    amount_add(&bucket->amount, amount);
    return bucket;
}
