/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a memo, numbering effects, making keys. What stands under a key is
 * memo_entry.c's.
 */
#include "classify/memo.h"

#include <stdlib.h>

/* ---- making one ---- */

/* Marks the slots that ranks ask for: by themselves, or for an atom. */
static void mark_asked(const struct program *p, bool *asked)
{
    for (uint32_t r = 0; r < p->rank_count; r++) {
        const uint32_t *code = p->code + p->ranks[r].code;

        for (; opcode_of(*code) != OP_END; code++) {
            enum operand operand = opcode_rows[opcode_of(*code)].operand;

            if (operand == OPERAND_SLOT) {
                asked[operand_of(*code)] = true;
            } else if (operand == OPERAND_ATOM) {
                asked[p->atoms[operand_of(*code)].slot] = true;
            }
        }
    }
}

static enum keyed keyed_by(const struct program *p, uint32_t number)
{
    const struct image_slot *slot = &p->slots[number];

    switch (plan_slot_at(p->plan, number)->type) {
    case FIELD_TYPE_TEXT:
        return KEYED_TEXT;
    case FIELD_TYPE_NUMBER:
    case FIELD_TYPE_BOOL:
        return KEYED_NUMBER;
    case FIELD_TYPE_ADDRESS:
        return slot->segments.count > 0 ? KEYED_ADDRESS : KEYED_STATE;
    default:
        return KEYED_STATE;
    }
}

static int compare_bounds(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;

    return *a < *b ? -1 : *a > *b;
}

/* The numbers at which some atom of the slot turns. */
static bool make_bounds(struct memo *memo, struct keyed_slot *keyed)
{
    const struct program *p = memo->program;
    uint64_t *bounds;
    uint32_t room = 0, count = 0;

    for (uint32_t i = 0; i < p->atom_count; i++) {
        if (p->atoms[i].slot == keyed->slot) {
            room += 2 * p->atoms[i].ranges.count;
        }
    }
    bounds = arena_array(memo->arena, (size_t)room + 1, sizeof(*bounds));
    for (uint32_t i = 0; bounds && i < p->atom_count; i++) {
        struct span ranges = p->atoms[i].ranges;

        if (p->atoms[i].slot != keyed->slot) {
            continue;
        }
        for (uint32_t k = 0; k < ranges.count; k++) {
            const struct number_range *range =
                &p->number_ranges[ranges.first + k];

            bounds[count++] = range->low;
            if (range->high < UINT64_MAX) {
                bounds[count++] = range->high + 1;
            }
        }
    }
    if (count > 0) {
        qsort(bounds, count, sizeof(*bounds), compare_bounds);
    }
    keyed->bounds = bounds;
    keyed->bound_count = count;
    return bounds != NULL;
}

static bool make_globs(struct memo *memo, struct keyed_slot *keyed)
{
    const struct program *p = memo->program;
    uint32_t *globs =
        arena_array(memo->arena, (size_t)p->glob_count + 1, sizeof(*globs));

    for (uint32_t i = 0; globs && i < p->atom_count; i++) {
        if (p->atoms[i].slot == keyed->slot && p->atoms[i].kind == OP_GLOB) {
            globs[keyed->glob_count++] = i;
        }
    }
    keyed->globs = globs;
    return globs != NULL;
}

static bool make_slots(struct memo *memo, bool *asked)
{
    const struct program *p = memo->program;

    mark_asked(p, asked);
    memo->slots = arena_array(memo->arena, (size_t)p->slot_count + 1,
                              sizeof(*memo->slots));
    memo->numbers = arena_array(memo->arena, (size_t)p->slot_count + 1,
                                sizeof(*memo->numbers));
    for (uint32_t i = 0; memo->slots && memo->numbers && i < p->slot_count;
         i++) {
        struct keyed_slot *keyed = &memo->slots[memo->slot_count];

        asked[i] &= p->slots[i].time == SLOT_EARLY;
        if (!asked[i]) {
            continue;
        }
        keyed->slot = memo->numbers[memo->slot_count] = i;
        keyed->by = keyed_by(p, i);
        if ((keyed->by == KEYED_NUMBER && !make_bounds(memo, keyed)) ||
            (keyed->by == KEYED_TEXT && !make_globs(memo, keyed))) {
            return false;
        }
        memo->slot_count++;
    }
    return memo->slots && memo->numbers;
}

struct memo *memo_new(const struct program *program, size_t shares)
{
    struct arena *arena = arena_new();
    struct memo *memo = arena ? arena_alloc(arena, sizeof(*memo)) : NULL;
    bool *asked;

    if (!memo) {
        arena_free(arena);
        return NULL;
    }
    memo->arena = arena;
    memo->program = program;
    memo->effect_count = 1;
    memo->sets = MEMO_PLACES / 2;
    while (shares > 1 && memo->sets > 8) {
        shares /= 2;
        memo->sets /= 2;
    }
    asked = arena_array(arena, (size_t)program->slot_count + 1, sizeof(*asked));
    memo->effects = calloc(MEMO_EFFECTS, sizeof(*memo->effects));
    memo->atoms = calloc(MEMO_ATOMS, sizeof(*memo->atoms));
    memo->table = calloc(2 * MEMO_EFFECTS, sizeof(*memo->table));
    memo->places = calloc((size_t)memo->sets * 2, MEMO_PLACE);
    if (asked && make_slots(memo, asked)) {
        memo->values = value_memory_new(program->plan, asked, shares);
    }
    if (!memo->values || !memo->effects || !memo->atoms || !memo->table ||
        !memo->places) {
        memo_free(memo);
        return NULL;
    }
    return memo;
}

void memo_free(struct memo *memo)
{
    if (memo) {
        value_memory_free(memo->values);
        free(memo->effects);
        free(memo->atoms);
        free(memo->table);
        free(memo->places);
        arena_free(memo->arena);
    }
}

struct value_memory *memo_values(struct memo *memo)
{
    return memo->values;
}

void evaluation_use(struct evaluation *evaluation, struct memo *memo)
{
    evaluation->memo = memo;
}

/* ---- effects ---- */

static void forget_all(struct memo *memo)
{
    memo->full = false;
    memo->effect_count = 1;
    memo->atom_count = 0;
    memset(memo->table, 0, 2 * MEMO_EFFECTS * sizeof(*memo->table));
    memset(memo->places, 0, (size_t)memo->sets * 2 * MEMO_PLACE);
    value_memory_forget_notes(memo->values);
}

/* Found in different order, they are the same. */
static void sort_atoms(uint32_t *atoms, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t atom = atoms[i], k = i;

        for (; k > 0 && atoms[k - 1] > atom; k--) {
            atoms[k] = atoms[k - 1];
        }
        atoms[k] = atom;
    }
}

static uint32_t hash_atoms(const uint32_t *atoms, uint32_t count)
{
    uint64_t hash = count;

    for (uint32_t i = 0; i < count; i++) {
        hash = (hash ^ atoms[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}

/* The number of this set of atoms; 0: there is no room for a new one. */
static uint32_t effect_of(struct memo *memo, uint32_t *atoms, uint32_t count)
{
    const uint32_t mask = 2 * MEMO_EFFECTS - 1;
    uint32_t hash, at;

    sort_atoms(atoms, count);
    hash = hash_atoms(atoms, count);
    for (at = hash & mask; memo->table[at]; at = (at + 1) & mask) {
        const struct effect *effect = &memo->effects[memo->table[at]];

        if (effect->hash == hash && effect->count == count &&
            !memcmp(memo->atoms + effect->first, atoms,
                    count * sizeof(*atoms))) {
            return memo->table[at];
        }
    }
    if (memo->effect_count == MEMO_EFFECTS ||
        count > MEMO_ATOMS - memo->atom_count) {
        memo->full = true;
        return 0;
    }
    memo->effects[memo->effect_count] =
        (struct effect){hash, memo->atom_count, count};
    memcpy(memo->atoms + memo->atom_count, atoms, count * sizeof(*atoms));
    memo->atom_count += count;
    memo->table[at] = memo->effect_count;
    return memo->effect_count++;
}

/* A glob fits only where its literal, if it has one, was found. */
static void look_for_globs(struct evaluation *e, const struct keyed_slot *keyed)
{
    const struct program *p = e->program;

    for (uint32_t i = 0; i < keyed->glob_count; i++) {
        const struct atom *atom = &p->atoms[keyed->globs[i]];

        if ((atom->needs == IMAGE_NONE || e->atoms[atom->needs] != ATOM_OPEN) &&
            glob_fits(&p->globs[atom->index], e->values[keyed->slot].text)) {
            weighing_set_atom(e, keyed->globs[i], TRUTH_TRUE);
        }
    }
}

/* The effect of a text that is there; 0: there is no room for a new one. */
static uint32_t effect_of_text(struct evaluation *e,
                               const struct keyed_slot *keyed)
{
    uint32_t before = e->touched_atoms.count, effect;
    uint32_t *found = e->touched_atoms.items + before;

    weighing_look_through(e, keyed->slot);
    look_for_globs(e, keyed);
    effect = effect_of(e->memo, found, e->touched_atoms.count - before);
    for (uint32_t i = before; i < e->touched_atoms.count; i++) {
        e->atoms[e->touched_atoms.items[i]] = ATOM_OPEN;
    }
    e->touched_atoms.count = before;
    return effect;
}

/* ---- keys ---- */

static uint32_t stretch_of(const struct keyed_slot *keyed, uint64_t number)
{
    uint32_t low = 0, high = keyed->bound_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (keyed->bounds[middle] <= number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The word of a value that is there and has no note yet; 0: it has none. What
 * is asked seldom and never met before waits until it is asked. */
static uint32_t find_word(struct evaluation *e, const struct keyed_slot *keyed)
{
    const struct value *value = &e->values[keyed->slot];
    uint32_t number;

    switch (keyed->by) {
    case KEYED_TEXT:
        if (!value->note && e->program->slots[keyed->slot].lazy) {
            return VALUE_PRESENT;
        }
        number = effect_of_text(e, keyed);
        return number ? MEMO_WORD(number) : 0;
    case KEYED_NUMBER:
        return MEMO_WORD(stretch_of(keyed, value->number));
    case KEYED_ADDRESS:
        number = weighing_nest(e, keyed->slot);
        return number == IMAGE_NONE ? VALUE_PRESENT : MEMO_WORD(number);
    default:
        return VALUE_PRESENT;
    }
}

static bool note_word(struct evaluation *e, uint32_t i)
{
    struct memo *memo = e->memo;
    const struct keyed_slot *keyed = &memo->slots[i];
    uint32_t word = find_word(e, keyed);

    if (word && e->values[keyed->slot].note) {
        *e->values[keyed->slot].note = word;
    }
    memo->key[i] = word;
    return word != 0;
}

bool memo_make_key(struct evaluation *e)
{
    struct memo *memo = e->memo;
    const struct value *values = e->values;
    const uint32_t *numbers = memo->numbers;
    uint32_t count = memo->slot_count;

    if (memo->full) {
        forget_all(memo);
    }
    memo->key_size = count;
    if (count > MEMO_WORDS) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct value *value = &values[numbers[i]];

        if (value->state != VALUE_PRESENT) {
            memo->key[i] = value->state;
        } else if (value->note && *value->note) {
            memo->key[i] = *value->note;
        } else if (!note_word(e, i)) {
            return false;
        }
    }
    return true;
}

void memo_take_effects(struct evaluation *e)
{
    const struct memo *memo = e->memo;

    memset(e->effects, 0, e->program->slot_count * sizeof(*e->effects));
    for (uint32_t i = 0; i < memo->slot_count; i++) {
        if (memo->slots[i].by == KEYED_TEXT && memo->key[i] > VALUE_PRESENT) {
            e->effects[memo->slots[i].slot] = memo->key[i] - MEMO_WORD(0);
        }
    }
}

void memo_apply(struct evaluation *e, uint32_t number)
{
    const struct effect *effect = &e->memo->effects[number];

    for (uint32_t i = 0; i < effect->count; i++) {
        weighing_set_atom(e, e->memo->atoms[effect->first + i], TRUTH_TRUE);
    }
}
