/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stateful half makes of what the stateless one came to. It reads
 * rates, and besides them what the request's key tells; so under the same key
 * and with the same rates, by the bounds of the rules, it ends in the same:
 *
 *   entry of the stateless half, words of the late slots
 *       -> verdict | labels, both planes | ranks, truths | rules that fired
 *
 * Where it asked for more nothing is kept, nor where a signature has a say.
 */
#include <stdlib.h>

#include "classify/memo.h"

#define LATE_MAX 8

struct end {
    uint64_t serial; /* of the entry; 0: free */
    uint64_t used;   /* the memo's clock */
    uint32_t late[LATE_MAX];
    struct verdict verdict;
    uint32_t labels, ranks, fired; /* how many items */
    uint32_t items[ENDED_MAX];
};

bool memo_make_ends(struct memo *memo, size_t count)
{
    memo->ends = calloc(count, sizeof(*memo->ends));
    memo->end_count = count;
    return memo->ends != NULL;
}

/* The first place of the request's end, if it may have one, and the words of
 * its late slots. */
static struct end *place(const struct evaluation *e, uint32_t late[LATE_MAX])
{
    const struct program *p = e->program;
    const struct memo *memo = e->memo;
    struct span span = p->timed[SLOT_RATE];
    uint64_t hash = memo->serial;

    if (hash == 0 || span.count >= LATE_MAX) {
        return NULL;
    }
    memset(late, 0, LATE_MAX * sizeof(*late));
    late[span.count] = verdict_agent_unknown(e);
    for (uint32_t i = 0; i < span.count; i++) {
        uint32_t slot = p->slot_order[span.first + i];
        const struct value *value = &e->values[slot];

        late[i] = value->state;
        if (value->state == VALUE_PRESENT) {
            if (p->rate_of_slot[slot] == IMAGE_NONE) {
                return NULL;
            }
            late[i] = MEMO_WORD(memo_stretch(&memo->late[i], value->number));
        }
        hash = (hash + late[i]) * UINT64_C(0x9e3779b97f4a7c15);
    }
    return &memo->ends[((hash >> 32) & (memo->end_count / MEMO_WAYS - 1)) *
                       MEMO_WAYS];
}

/* NULL: it is not there. */
static struct end *find(const struct memo *memo, struct end *first,
                        const uint32_t late[LATE_MAX])
{
    for (struct end *end = first; end < first + MEMO_WAYS; end++) {
        if (end->serial == memo->serial &&
            !memcmp(end->late, late, LATE_MAX * sizeof(*late))) {
            return end;
        }
    }
    return NULL;
}

static struct end *least_used(struct end *first)
{
    struct end *least = first;

    for (struct end *end = first; end < first + MEMO_WAYS; end++) {
        least = end->used < least->used ? end : least;
    }
    return least;
}

bool memo_recall_end(struct evaluation *e)
{
    uint32_t late[LATE_MAX];
    struct end *end = place(e, late);
    uint32_t rest;

    if (!end) {
        memo_recall_rest(e);
        e->memo = NULL; /* whose effects may be another request's */
        return false;
    }
    end = find(e->memo, end, late);
    if (!end) {
        memo_recall_rest(e);
        memo_take_effects(e);
        e->recording = true;
        e->asked_count = 0;
        return false;
    }
    e->memo->ended++;
    end->used = e->memo->clock;
    e->verdict = end->verdict;
    e->put_off.look = 0;
    e->put_off.labels = end->labels;
    e->put_off.ranks = end->ranks;
    rest = end->labels + end->ranks;
    e->put_off.items =
        memcpy(e->put_off.ended, end->items, rest * sizeof(*end->items));
    e->fired_count = end->fired;
    for (uint32_t i = 0; i < end->fired; i++) {
        e->fired[i] = end->items[rest + i];
    }
    return true;
}

void memo_keep_end(struct evaluation *e)
{
    bool told = e->recording && e->asked_count == 0;
    size_t count =
        e->fired_count + e->touched_labels.count + e->touched_ranks.count;
    struct end *end;
    uint32_t *items;

    e->recording = false;
    if (!told || e->verdict.limited || count > ENDED_MAX) {
        return;
    }
    struct end made = {.serial = e->memo->serial, .used = e->memo->clock};
    end = least_used(place(e, made.late));
    made.verdict = e->verdict;
    made.fired = (uint32_t)e->fired_count;
    made.labels = e->touched_labels.count;
    made.ranks = e->touched_ranks.count;
    items = made.items;
    for (uint32_t i = 0; i < made.labels; i++) {
        *items++ = memo_label_item(e, i);
    }
    for (uint32_t i = 0; i < made.ranks; i++) {
        *items++ = memo_rank_item(e, i);
    }
    for (size_t i = 0; i < e->fired_count; i++) {
        *items++ = (uint32_t)e->fired[i];
    }
    *end = made;
}
