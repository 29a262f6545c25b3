/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands under a key of the memo: either what the stateless half came
 * to, which is what weighing_reset() would undo,
 *
 *   struct kept | slots scanned, each with the atoms found in it
 *               | ranks to look at | labels, both planes | ranks, truths
 *
 * or the atoms that were asked for besides what is in the key. Atoms of such
 * are worked out for each request, and are not kept.
 */
#include "classify/memo.h"

struct entry {
    uint64_t hash;
    uint64_t used;   /* the memo's clock; 0: free */
    uint64_t serial; /* the same when it was made */
    uint32_t key_size;
    uint32_t more; /* atoms that are to be asked; 0: it is kept */
    uint32_t words[];
};
#define ENTRY_WORDS ((MEMO_PLACE - sizeof(struct entry)) / sizeof(uint32_t))
_Static_assert(ENTRY_WORDS <= FOUND_MAX, "what was found fits");

struct kept {
    unsigned regex_runs;
    uint32_t found, look, labels, ranks; /* how many words */
};
#define KEPT_WORDS (sizeof(struct kept) / sizeof(uint32_t))

/* ---- finding ---- */

static struct entry *place(const struct memo *memo, uint32_t way)
{
    size_t at = ((memo->hash >> 32) & (memo->sets - 1)) * MEMO_WAYS + way;

    return (struct entry *)(void *)(memo->places + at * MEMO_PLACE);
}

static bool holds(const struct memo *memo, const struct entry *entry)
{
    return entry->used && entry->hash == memo->hash &&
           entry->key_size == memo->key_size &&
           !memcmp(entry->words, memo->key,
                   memo->key_size * sizeof(*memo->key));
}

static struct entry *find(struct memo *memo)
{
    for (uint32_t way = 0; way < MEMO_WAYS; way++) {
        struct entry *entry = place(memo, way);

        if (holds(memo, entry)) {
            entry->used = ++memo->clock;
            return entry;
        }
    }
    return NULL;
}

/* A place for the key, written down; what stands there is gone. */
static struct entry *take_place(struct memo *memo)
{
    struct entry *entry = place(memo, 0);

    for (uint32_t way = 1; way < MEMO_WAYS && !holds(memo, entry); way++) {
        struct entry *other = place(memo, way);

        if (holds(memo, other) || other->used < entry->used) {
            entry = other;
        }
    }
    entry->hash = memo->hash;
    entry->used = entry->serial = ++memo->clock;
    entry->key_size = memo->key_size;
    memcpy(entry->words, memo->key, memo->key_size * sizeof(*memo->key));
    return entry;
}

/* ---- recalling ---- */

static const uint32_t *take(const uint32_t **at, uint32_t count)
{
    const uint32_t *items = *at;

    *at += count;
    return items;
}

static void recall_labels(struct evaluation *e, const uint32_t *items,
                          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t label = items[i] >> LABEL_BITS;

        e->labels[label] = items[i] & ((1u << LABEL_BITS) - 1);
        e->touched_labels.items[i] = label;
    }
    e->touched_labels.count = count;
}

static void recall_ranks(struct evaluation *e, const uint32_t *items,
                         uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t rank = items[i] >> TRUTH_BITS;

        e->truths[rank] = items[i] & ((1u << TRUTH_BITS) - 1);
        e->touched_ranks.items[i] = rank;
    }
    e->touched_ranks.count = count;
}

/* Labels and ranks are put off: the stateful half, if it is known as well, has
 * others. */
static void recall(struct evaluation *e, const struct entry *entry)
{
    const uint32_t *at = entry->words + entry->key_size;
    struct kept kept;

    memcpy(&kept, take(&at, KEPT_WORDS), sizeof(kept));
    e->memo->met++;
    e->memo->serial = entry->serial;
    e->regex_runs = kept.regex_runs;
    e->found.count = kept.found;
    if (e->asked_before > 0) {
        rank_set_empty(&e->look); /* what that woke is among them, or done */
    }
    memcpy(e->found.items, take(&at, kept.found), kept.found * sizeof(*at));
    e->put_off.items = at;
    e->put_off.look = kept.look;
    e->put_off.labels = kept.labels;
    e->put_off.ranks = kept.ranks;
}

void memo_recall_rest(struct evaluation *e)
{
    const struct put_off *rest = &e->put_off;
    const uint32_t *at = rest->items, *look;

    if (!at) {
        return;
    }
    look = take(&at, rest->look);
    for (uint32_t i = 0; i < rest->look; i++) {
        rank_set_add(&e->look, look[i]);
    }
    recall_labels(e, take(&at, rest->labels), rest->labels);
    recall_ranks(e, at, rest->ranks);
    e->put_off.items = NULL;
}

/* Asks for the atoms, and makes the key longer by their truths. */
static bool ask_more(struct evaluation *e, const struct entry *entry)
{
    struct memo *memo = e->memo;
    const uint32_t *atoms = entry->words + entry->key_size;
    uint32_t count = entry->more;

    if (count > MEMO_WORDS - memo->key_size ||
        count > ASKED_MAX - e->asked_before) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        e->asked[e->asked_before++] = atoms[i];
        memo_put_word(memo, memo->key_size++, weigh_atom(e, atoms[i]));
    }
    return !e->verdict.limited;
}

bool memo_recall(struct evaluation *e)
{
    const struct entry *entry;

    e->asked_before = 0;
    e->memo->serial = 0;
    if (!memo_make_key(e)) {
        memset(e->effects, 0, e->program->slot_count * sizeof(*e->effects));
        return false;
    }
    entry = find(e->memo);
    if (!entry || entry->more > 0) {
        memo_take_effects(e);
    }
    for (; entry; entry = find(e->memo)) {
        if (entry->more == 0) {
            recall(e, entry);
            return true;
        }
        if (!ask_more(e, entry)) {
            weighing_reset(e);
            return false;
        }
    }
    if (e->asked_before > 0) {
        weighing_reset(e); /* what was asked has a part in its limits */
    }
    e->asked_count = e->asked_before;
    e->recording = true;
    return false;
}

/* ---- keeping ---- */

uint32_t memo_label_item(const struct evaluation *e, uint32_t i)
{
    uint32_t label = e->touched_labels.items[i];

    return label << LABEL_BITS | e->labels[label];
}

uint32_t memo_rank_item(const struct evaluation *e, uint32_t i)
{
    uint32_t rank = e->touched_ranks.items[i];

    return rank << TRUTH_BITS | e->truths[rank];
}

/* Words that are written, or not if there is no room. */
struct list {
    uint32_t *at;
    uint32_t count;
    size_t room;
};

static void put(struct list *list, uint32_t word)
{
    if (list->count < list->room) {
        list->at[list->count] = word;
    }
    list->count++;
}

static void put_look(struct list *list, const struct rank_set *set)
{
    for (uint32_t w = 0; w < set->group_count * 64; w++) {
        for (uint64_t word = set->words[w]; word; word &= word - 1) {
            put(list, w * 64 + (uint32_t)__builtin_ctzll(word));
        }
    }
}

/* What a text of the key makes true is its effect, and globs among it. */
static void put_found(struct list *list, const struct evaluation *e,
                      uint32_t slot)
{
    const struct memo *memo = e->memo;
    const struct numbered_list *effect = &memo->lists[e->effects[slot]];

    put(list, slot);
    put(list, effect->count);
    for (uint32_t i = 0; i < effect->count; i++) {
        put(list, memo->items[effect->first + i]);
    }
}

static void put_kept(struct list *list, const struct evaluation *e,
                     struct kept *kept)
{
    const struct program *p = e->program;
    uint32_t before = list->count;

    for (uint32_t slot = 0; slot < p->slot_count; slot++) {
        if (e->effects[slot] && e->scanned[slot] == e->turn) {
            put_found(list, e, slot);
        }
    }
    kept->found = list->count - before;
    before = list->count;
    put_look(list, &e->look);
    kept->look = list->count - before;
    kept->labels = e->touched_labels.count;
    for (uint32_t i = 0; i < kept->labels; i++) {
        put(list, memo_label_item(e, i));
    }
    kept->ranks = e->touched_ranks.count;
    for (uint32_t i = 0; i < kept->ranks; i++) {
        put(list, memo_rank_item(e, i));
    }
}

static void keep(struct evaluation *e)
{
    struct entry *entry = take_place(e->memo);
    struct list list = {entry->words + entry->key_size, 0,
                        ENTRY_WORDS - entry->key_size};
    struct kept kept = {.regex_runs = e->regex_runs};

    for (uint32_t i = 0; i < KEPT_WORDS; i++) {
        put(&list, 0);
    }
    put_kept(&list, e, &kept);
    entry->more = 0;
    if (list.count > list.room) {
        entry->used = 0;
        return;
    }
    e->memo->serial = entry->serial;
    memcpy(entry->words + entry->key_size, &kept, sizeof(kept));
}

/* What was asked and is not in the key yet: first to be asked next time. */
static bool keep_more(struct evaluation *e, const uint32_t *more,
                      uint32_t count)
{
    struct memo *memo = e->memo;
    struct entry *entry;

    if (count > MEMO_WORDS - memo->key_size) {
        return false;
    }
    entry = take_place(memo);
    entry->more = count;
    memcpy(entry->words + entry->key_size, more, count * sizeof(*more));
    for (uint32_t i = 0; i < count; i++) {
        memo_put_word(memo, memo->key_size++, weigh_atom(e, more[i]));
    }
    return true;
}

void memo_keep(struct evaluation *e)
{
    const uint32_t *more = e->asked + e->asked_before;
    uint32_t count = e->asked_count - e->asked_before;

    if (!e->recording) {
        return; /* there is no memo, or more was asked than is kept */
    }
    e->recording = false;
    if (e->verdict.limited) {
        return;
    }
    if (count == 0 || keep_more(e, more, count)) {
        keep(e);
    }
}
