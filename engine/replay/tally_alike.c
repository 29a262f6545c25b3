/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that the library decides alike, by the number that it gives them:
 * what one of them was is what all of them are, so that of the others nothing
 * is asked. The tables are told of all at once, as of kinds.
 */
#include <stdlib.h>

#include "replay/tally.h"

static bool make_room(struct tally *tally, unsigned number)
{
    size_t room = tally->alike_room ? tally->alike_room * 2 : 256;

    while (room <= number) {
        room *= 2;
    }
    if (number < tally->alike_room) {
        return true;
    }
    struct tally_alike *alike = realloc(tally->alike, room * sizeof *alike);
    if (!alike) {
        tally->failed = true;
        return false;
    }
    memset(alike + tally->alike_room, 0,
           (room - tally->alike_room) * sizeof *alike);
    tally->alike = alike;
    tally->alike_room = room;
    return true;
}

bool tally_knows(const struct tally *tally, unsigned number)
{
    return number < tally->alike_room && tally->alike[number].kind;
}

/* What it is charged. */
static bool learn_price(struct tally *tally, struct tally_alike *alike,
                        const struct wb_request *request)
{
    const struct tally_asset *asset = tally_asset_of(tally, request);

    if (!asset ||
        !amount_from_digits(tally_answer(request, WB_ANSWER_PRICE_AMOUNT),
                            &alike->amount)) {
        return false;
    }
    alike->asset = (size_t)(asset - tally->assets);
    return true;
}

/* One of more rules than a kind has is not learned. */
void tally_learn(struct tally *tally, unsigned number,
                 const struct wb_request *request)
{
    struct kind kind;

    if (tally_knows(tally, number) || !kind_read(&kind, request) ||
        !make_room(tally, number)) {
        return;
    }
    struct tally_alike *alike = &tally->alike[number];
    tally_start_kind(&kind);
    alike->browser_charged =
        tally_answer(request, WB_ANSWER_BROWSER_CHARGED).at[0] == '1';
    if (kind.charged && !learn_price(tally, alike, request)) {
        return;
    }
    alike->kind = malloc(sizeof kind);
    if (!alike->kind) {
        tally->failed = true;
        return;
    }
    *alike->kind = kind;
}

void tally_known(struct tally *tally, unsigned number, int64_t time,
                 const struct line_extra *extra)
{
    struct tally_alike *alike = &tally->alike[number];

    alike->requests++;
    tally_line(tally, alike->kind, alike->browser_charged, time, extra);
    if (alike->kind->charged && time != TIME_UNKNOWN) {
        tally_charge(tally, &tally->assets[alike->asset], time, &alike->amount);
    }
}

void tally_settle_alike(struct tally *tally)
{
    for (size_t i = 0; i < tally->alike_room; i++) {
        struct tally_alike *alike = &tally->alike[i];
        struct kind *kind = alike->kind;
        if (alike->requests > 0) {
            kind->requests = alike->requests;
            kind->amount = alike->amount;
            kind->overflow = !amount_mul_u64(&kind->amount, alike->requests);
            tally_tell_kind(tally, kind);
            alike->requests = 0;
        }
    }
}

void tally_end_alike(struct tally *tally)
{
    for (size_t i = 0; i < tally->alike_room; i++) {
        free(tally->alike[i].kind);
    }
    free(tally->alike);
}
