/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping evaluations; see keep.h. What is kept is what weighing_reset()
 * would undo, and the verdict:
 *
 *   struct kept | rules fired | labels, both planes
 *               | ranks to look at | slots scanned | atoms, their truths
 *               | ranks, truths
 *
 * The second and third lines only where the stateful half is still to come:
 * who asks afterwards works out an atom again, to the same.
 */
#include "classify/keep.h"

#include <stdlib.h>

#include "classify/weighing.h"

struct kept {
    struct verdict verdict;
    uint32_t look, scanned, fired, atoms, ranks, labels; /* how many */
    unsigned regex_runs;
    bool decided;
};

/* A place that is written to, or not if it is full. */
struct place {
    char *at;
    size_t size, room;
    bool full;
};

static void put(struct place *p, const void *bytes, size_t size)
{
    if (p->full || p->room - p->size < size) {
        p->full = true;
        return;
    }
    if (size == 0) {
        return;
    }
    memcpy(p->at + p->size, bytes, size);
    p->size += size;
}

/* ---- the key ---- */

enum key_part { KEY_TEXT, KEY_NUMBER, KEY_VALUE };

/* Slots whose state is in the key, and of these those whose value is. */
struct keying {
    uint32_t *states;
    uint32_t state_count;
    struct {
        uint32_t slot;
        enum key_part part;
    } * values;
    uint32_t value_count;
    unsigned char *covered; /* by slot: an equal key, an equal value */
    bool decides;           /* the stateful half counts nothing */
};

/* Is its value read by every evaluation that has one? */
static bool is_always_read(const struct image_slot *slot)
{
    bool scanned = slot->automata[0] != IMAGE_NONE ||
                   slot->automata[1] != IMAGE_NONE || slot->empties.count > 0;

    return slot->indexed || (scanned && !slot->lazy);
}

/* Is it a function of the user agent? */
static bool is_of_user_agent(enum field field)
{
    return field == FIELD_UA_FAMILY || field == FIELD_UA_MAJOR ||
           field == FIELD_UA_PLATFORM || field == FIELD_UA_MOBILE;
}

/* Few values, so that they cost the key little. */
static bool is_of_few_kinds(enum field field)
{
    return field == FIELD_METHOD || field == FIELD_SCHEME ||
           field == FIELD_SITE || field == FIELD_HTTP_VERSION ||
           field == FIELD_TRANSPORT || field == FIELD_USER_AGENT ||
           is_of_user_agent(field);
}

static enum key_part part_of(const struct slot *slot)
{
    return slot->type == FIELD_TYPE_TEXT ? KEY_TEXT
           : slot->type == FIELD_TYPE_NUMBER || slot->type == FIELD_TYPE_BOOL
               ? KEY_NUMBER
               : KEY_VALUE;
}

/* What the check of a signature says stands there before rates are counted;
 * whoever has a signature is not kept (see engine/memo.c). */
static bool is_counted(const struct program *program, uint32_t slot)
{
    return program->slots[slot].time == SLOT_RATE &&
           program->rate_of_slot[slot] != IMAGE_NONE;
}

static bool is_early(const struct program *program, uint32_t slot)
{
    enum slot_time time = program->slots[slot].time;

    return time == SLOT_EARLY ||
           (time == SLOT_RATE && !is_counted(program, slot));
}

static void add_slot(struct keying *k, const struct program *program,
                     const struct slot *slot, uint32_t number, bool agent)
{
    bool covered = is_always_read(&program->slots[number]) ||
                   is_of_few_kinds(slot->field) ||
                   program->slots[number].time == SLOT_RATE;

    k->covered[number] = covered;
    if (agent && is_of_user_agent(slot->field) &&
        slot->transforms[0] == TRANSFORM_NONE) {
        return; /* its value and its state go with the user agent's */
    }
    k->states[k->state_count++] = number;
    if (covered) {
        k->values[k->value_count].slot = number;
        k->values[k->value_count++].part = part_of(slot);
    }
}

/* Is the user agent itself in the key, as it is? */
static bool has_user_agent(const struct keying *k, const struct plan *plan)
{
    for (uint32_t i = 0; i < k->state_count; i++) {
        const struct slot *slot = plan_slot_at(plan, k->states[i]);
        if (slot->field == FIELD_USER_AGENT &&
            slot->transforms[0] == TRANSFORM_NONE) {
            return true;
        }
    }
    return false;
}

static void add_slots(struct keying *k, const struct program *program,
                      const struct plan *plan, bool agent)
{
    k->state_count = k->value_count = 0;
    k->decides = true;
    for (uint32_t i = 0; i < program->slot_count; i++) {
        if (is_early(program, i)) {
            add_slot(k, program, plan_slot_at(plan, i), i, agent);
        }
        k->decides = k->decides && !is_counted(program, i);
    }
}

struct keying *keying_new(const struct program *program,
                          const struct plan *plan)
{
    struct keying *k = calloc(1, sizeof *k);
    size_t slots = (size_t)program->slot_count + 1;

    if (!k) {
        return NULL;
    }
    k->states = calloc(slots, sizeof *k->states);
    k->values = calloc(slots, sizeof *k->values);
    k->covered = calloc(slots, 1);
    if (!k->states || !k->values || !k->covered) {
        keying_free(k);
        return NULL;
    }
    add_slots(k, program, plan, false);
    add_slots(k, program, plan, has_user_agent(k, plan));
    return k;
}

void keying_free(struct keying *keying)
{
    if (keying) {
        free(keying->states);
        free(keying->values);
        free(keying->covered);
        free(keying);
    }
}

static void put_value(struct place *p, const struct value *value)
{
    char which = (char)((value->address ? 1 : 0) | (value->amount ? 2 : 0));

    put(p, &which, 1);
    put(p, &value->number, sizeof value->number);
    if (value->address) {
        put(p, value->address, sizeof *value->address);
    }
    if (value->amount) {
        put(p, value->amount, sizeof *value->amount);
    }
}

size_t keying_key(const struct keying *k, const struct value *values,
                  void *room, size_t size)
{
    struct place p = {room, k->state_count, size, k->state_count > size};
    char *states = room;

    for (uint32_t i = 0; !p.full && i < k->state_count; i++) {
        states[i] = (char)values[k->states[i]].state;
    }
    for (uint32_t i = 0; !p.full && i < k->value_count; i++) {
        const struct value *value = &values[k->values[i].slot];
        if (value->state != VALUE_PRESENT) {
            continue;
        }
        if (k->values[i].part == KEY_TEXT) {
            put(&p, &value->text.size, sizeof(uint32_t));
            put(&p, value->text.at, value->text.size);
        } else if (k->values[i].part == KEY_NUMBER) {
            put(&p, &value->number, sizeof value->number);
        } else {
            put_value(&p, value);
        }
    }
    return p.full ? 0 : p.size;
}

/* ---- what was read besides the key ---- */

/* A set that is not to be had is asked for a state alone. */
static bool reads_value(const struct evaluation *e, const struct atom *atom)
{
    return atom->kind != OP_SET || e->assumed_sets ||
           e->program->sets[atom->index].set != NULL;
}

static bool read_more(const struct evaluation *e, const struct keying *k)
{
    const struct program *p = e->program;

    for (uint32_t i = 0; i < e->touched_atoms.count; i++) {
        const struct atom *atom = &p->atoms[e->touched_atoms.items[i]];
        if (p->slots[atom->slot].time == SLOT_EARLY &&
            !k->covered[atom->slot] && reads_value(e, atom)) {
            return true;
        }
    }
    for (uint32_t slot = 0; slot < p->slot_count; slot++) {
        if (e->scanned[slot] == e->turn && p->slots[slot].lazy &&
            e->values[slot].state == VALUE_PRESENT && !k->covered[slot]) {
            return true;
        }
    }
    return false;
}

/* ---- keeping ---- */

static void put_u32(struct place *p, uint32_t n)
{
    put(p, &n, sizeof n);
}

static uint32_t put_look(struct place *p, const struct rank_set *set)
{
    uint32_t count = 0;

    for (uint32_t w = 0; w < set->group_count * 64; w++) {
        for (uint64_t word = set->words[w]; word; word &= word - 1) {
            put_u32(p, w * 64 + (uint32_t)__builtin_ctzll(word));
            count++;
        }
    }
    return count;
}

static uint32_t put_scanned(struct place *p, const struct evaluation *e)
{
    uint32_t count = 0;

    for (uint32_t slot = 0; slot < e->program->slot_count; slot++) {
        if (e->scanned[slot] == e->turn) {
            put_u32(p, slot);
            count++;
        }
    }
    return count;
}

static void put_touched(struct place *p, const struct touched *touched,
                        const unsigned char *one, const unsigned char *other)
{
    put(p, touched->items, touched->count * sizeof *touched->items);
    for (uint32_t i = 0; i < touched->count; i++) {
        put(p, &one[touched->items[i]], 1);
    }
    for (uint32_t i = 0; other && i < touched->count; i++) {
        put(p, &other[touched->items[i]], 1);
    }
    while (p->size % sizeof(uint32_t) != 0 && !p->full) {
        put(p, "", 1);
    }
}

static void put_undecided(struct place *p, const struct evaluation *e,
                          struct kept *kept)
{
    kept->look = put_look(p, &e->look);
    kept->scanned = put_scanned(p, e);
    kept->atoms = e->touched_atoms.count;
    put_touched(p, &e->touched_atoms, e->atoms, NULL);
    kept->ranks = e->touched_ranks.count;
    put_touched(p, &e->touched_ranks, e->truths, NULL);
}

size_t evaluation_keep(struct evaluation *e, const struct keying *keying,
                       void *room, size_t size)
{
    struct place p = {room, 0, size, false};
    struct kept kept = {.decided = keying->decides};

    if (kept.decided) {
        evaluation_stateful(e, NULL);
        weigh_later(e); /* prices may ask for it */
        e->decided = true;
    }
    if (read_more(e, keying)) {
        return 0;
    }
    put(&p, &kept, sizeof kept);
    kept.verdict = e->verdict;
    kept.regex_runs = e->regex_runs;
    kept.fired = (uint32_t)e->fired_count;
    for (size_t i = 0; i < e->fired_count; i++) {
        put_u32(&p, (uint32_t)e->fired[i]);
    }
    kept.labels = e->touched_labels.count;
    put_touched(&p, &e->touched_labels, e->real, e->shadow);
    if (!kept.decided) {
        put_undecided(&p, e, &kept);
    }
    if (p.full) {
        return 0;
    }
    memcpy(room, &kept, sizeof kept);
    return p.size;
}

/* ---- recalling ---- */

static const uint32_t *take(const char **at, uint32_t count)
{
    const uint32_t *items = (const void *)*at;

    *at += count * sizeof *items;
    return items;
}

/* Items, a truth of each in one or two planes, and what pads them. */
static void recall_touched(const char **at, uint32_t count,
                           struct touched *touched, unsigned char *one,
                           unsigned char *other)
{
    const uint32_t *items = take(at, count);
    size_t bytes = (size_t)count * (other ? 2 : 1);

    memcpy(touched->items, items, count * sizeof *items);
    touched->count = count;
    for (uint32_t i = 0; i < count; i++) {
        one[items[i]] = (unsigned char)(*at)[i];
        if (other) {
            other[items[i]] = (unsigned char)(*at)[count + i];
        }
    }
    *at += (bytes + 3) / 4 * 4;
}

void evaluation_recall(struct evaluation *e, struct value *values,
                       const void *room)
{
    const struct kept *kept = room;
    const char *at = (const char *)room + sizeof *kept;

    weighing_reset(e);
    e->values = values;
    e->decided = e->settled = kept->decided;
    e->verdict = kept->verdict;
    e->regex_runs = kept->regex_runs;
    const uint32_t *items = take(&at, kept->fired);
    for (uint32_t i = 0; i < kept->fired; i++) {
        e->fired[i] = items[i];
    }
    e->fired_count = kept->fired;
    recall_touched(&at, kept->labels, &e->touched_labels, e->real, e->shadow);
    if (kept->decided) {
        return;
    }
    items = take(&at, kept->look);
    for (uint32_t i = 0; i < kept->look; i++) {
        rank_set_add(&e->look, items[i]);
    }
    items = take(&at, kept->scanned);
    for (uint32_t i = 0; i < kept->scanned; i++) {
        e->scanned[items[i]] = e->turn;
    }
    recall_touched(&at, kept->atoms, &e->touched_atoms, e->atoms, NULL);
    recall_touched(&at, kept->ranks, &e->touched_ranks, e->truths, NULL);
}
