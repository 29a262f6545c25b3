/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a memo, and numbering lists. memo_key.c makes keys; what stands under
 * one is memo_entry.c's.
 */
#include "classify/memo.h"

#include <stdlib.h>

#include "base/hash.h"

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

/* Does any test read more of it than whether it is there? */
static bool is_read(const struct program *p, uint32_t slot)
{
    for (uint32_t i = 0; i < p->atom_count; i++) {
        if (p->atoms[i].slot == slot) {
            return true;
        }
    }
    return false;
}

static enum keyed keyed_by(const struct program *p, uint32_t number)
{
    const struct image_slot *slot = &p->slots[number];

    switch (plan_slot_at(p->plan, number)->type) {
    case FIELD_TYPE_TEXT:
        return is_read(p, number) ? KEYED_TEXT : KEYED_STATE;
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

/* Bytes of a value, and entries of its table. */
#define VALUE_MAX 160
#define AGENTS 1024
#define VALUES 64
#define FEW 16

/* Texts of few values, whatever they are made of. */
static bool has_few_values(const struct slot *slot)
{
    switch (slot->field) {
    case FIELD_METHOD:
    case FIELD_SCHEME:
    case FIELD_HTTP_VERSION:
    case FIELD_TRANSPORT:
    case FIELD_ROBOTS:
    case FIELD_SITE:
    case FIELD_UA_FAMILY:
    case FIELD_UA_PLATFORM:
    case FIELD_UA_ENGINE:
    case FIELD_CH_PLATFORM:
    case FIELD_ACCEPT_KIND:
    case FIELD_ENCODING_KIND:
        return slot->type == FIELD_TYPE_TEXT;
    default:
        return false;
    }
}

static size_t share_of(size_t entries, size_t shares)
{
    while (shares > 1 && entries > FEW) {
        shares /= 2;
        entries /= 2;
    }
    return entries;
}

static bool make_slot(struct memo *memo, uint32_t slot)
{
    const struct program *p = memo->program;
    struct keyed_slot *keyed = &memo->slots[memo->slot_count++];

    keyed->slot = slot;
    keyed->by = keyed_by(p, slot);
    keyed->joint = field_is_joint(plan_slot_at(p->plan, slot)->field);
    switch (keyed->by) {
    case KEYED_NUMBER:
        return make_bounds(memo, keyed);
    case KEYED_TEXT:
        return make_globs(memo, keyed) &&
               (!has_few_values(plan_slot_at(p->plan, slot)) ||
                value_table_make(&keyed->few, FEW, VALUE_MAX, false));
    default:
        return true;
    }
}

/* A part is worth remembering unless its state tells all. */
static bool make_part(struct memo *memo, uint32_t source, const bool *asked,
                      size_t shares)
{
    const struct plan *plan = memo->program->plan;
    const struct plan_source *from = &plan->sources[source];
    struct part *part = &memo->parts[source];
    bool agent = source == plan->agent, tells = agent;

    part->first = memo->slot_count;
    for (size_t i = 0; i < from->slot_count; i++) {
        uint32_t slot = from->slots[i];

        if (from->kind > SOURCE_ORDER) {
            continue;
        }
        if (field_is_joint(plan->slots[slot].field)) {
            tells = true;
        } else if (asked[slot] && !make_slot(memo, slot)) {
            return false;
        }
    }
    part->count = memo->slot_count - part->first;
    part->plain = part->count == 0 ||
                  (from->bare && memo->slots[part->first].by == KEYED_STATE);
    return part->plain ||
           value_table_make(&part->table,
                            share_of(agent ? AGENTS : VALUES, shares),
                            agent ? MEMO_AGENT_MAX : VALUE_MAX, tells);
}

/* Of no part are those of no header, and those of two. */
static bool make_slots(struct memo *memo, bool *asked, size_t shares)
{
    const struct program *p = memo->program;
    const struct plan *plan = p->plan;

    mark_asked(p, asked);
    for (uint32_t i = 0; i < p->slot_count; i++) {
        asked[i] &= p->slots[i].time == SLOT_EARLY;
    }
    for (uint32_t i = 0; i < memo->part_count; i++) {
        memo->absent[i] = i == plan->order ? VALUE_UNKNOWN : VALUE_ABSENT;
        if (!make_part(memo, i, asked, shares)) {
            return false;
        }
    }
    memo->first_single = memo->slot_count;
    for (uint32_t i = 0; i < p->slot_count; i++) {
        if (asked[i] &&
            (plan->source_of[i] == plan->source_count ||
             field_is_joint(plan->slots[i].field)) &&
            !make_slot(memo, i)) {
            return false;
        }
    }
    return true;
}

static bool make_room(struct memo *memo)
{
    size_t slots = memo->program->slot_count, parts = memo->part_count;

    memo->slots = arena_array(memo->arena, slots + 1, sizeof(*memo->slots));
    memo->words = arena_array(memo->arena, slots + 1, sizeof(*memo->words));
    memo->parts = arena_array(memo->arena, parts + 1, sizeof(*memo->parts));
    memo->absent = arena_array(memo->arena, parts + 1, sizeof(*memo->absent));
    memo->lists = calloc(MEMO_LISTS, sizeof(*memo->lists));
    memo->items = calloc(MEMO_ITEMS, sizeof(*memo->items));
    memo->table = calloc(2 * MEMO_LISTS, sizeof(*memo->table));
    memo->places = calloc((size_t)memo->sets * MEMO_WAYS, MEMO_PLACE);
    return memo->slots && memo->words && memo->parts && memo->absent &&
           memo->lists && memo->items && memo->table && memo->places;
}

static bool make_late(struct memo *memo)
{
    const struct program *p = memo->program;
    struct span span = p->timed[SLOT_RATE];

    memo->late =
        arena_array(memo->arena, (size_t)span.count + 1, sizeof(*memo->late));
    for (uint32_t i = 0; memo->late && i < span.count; i++) {
        memo->late[i].slot = p->slot_order[span.first + i];
        if (!make_bounds(memo, &memo->late[i])) {
            return false;
        }
    }
    return memo->late != NULL;
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
    memo->part_count = (uint32_t)program->plan->source_count;
    memo->list_count = 1;
    hash_random(memo->factors, sizeof(memo->factors));
    memo->sets = (uint32_t)share_of(MEMO_PLACES, shares) / MEMO_WAYS;
    asked = arena_array(arena, (size_t)program->slot_count + 1, sizeof(*asked));
    if (!asked || !make_room(memo) || !make_slots(memo, asked, shares) ||
        !make_late(memo) ||
        !memo_make_matches(memo, share_of(MEMO_MATCHES, shares)) ||
        !memo_make_builds(memo) ||
        !memo_make_stems(memo, share_of(MEMO_STEMS, shares)) ||
        !memo_make_ends(memo, share_of(MEMO_ENDS, shares))) {
        memo_free(memo);
        return NULL;
    }
    return memo;
}

static void free_tables(struct memo *memo)
{
    for (uint32_t i = 0; memo->parts && i < memo->part_count; i++) {
        value_table_free(&memo->parts[i].table);
    }
    for (uint32_t i = 0; memo->slots && i < memo->slot_count; i++) {
        value_table_free(&memo->slots[i].few);
    }
}

void memo_free(struct memo *memo)
{
    if (memo) {
        free_tables(memo);
        free(memo->lists);
        free(memo->items);
        free(memo->table);
        free(memo->places);
        free(memo->matches);
        free(memo->stems);
        free(memo->ends);
        arena_free(memo->arena);
    }
}

/* ---- lists ---- */

void memo_forget(struct memo *memo)
{
    memo->full = false;
    memo->list_count = 1;
    memo->item_count = 0;
    memset(memo->table, 0, 2 * MEMO_LISTS * sizeof(*memo->table));
    memset(memo->places, 0, (size_t)memo->sets * MEMO_WAYS * MEMO_PLACE);
    for (uint32_t i = 0; i < memo->part_count; i++) {
        value_table_forget_notes(&memo->parts[i].table);
    }
    for (uint32_t i = 0; i < memo->slot_count; i++) {
        value_table_forget_notes(&memo->slots[i].few);
    }
}

#define MIX UINT64_C(0x9e3779b97f4a7c15)

static uint32_t hash_list(const uint32_t *items, uint32_t count)
{
    uint64_t hash = count;

    for (uint32_t i = 0; i < count; i++) {
        hash = (hash ^ items[i]) * MIX;
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}

/* The same in any order. */
static uint32_t hash_set(const uint32_t *items, uint32_t count)
{
    uint64_t hash = count;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t item = (items[i] + 1) * MIX;

        hash += item ^ item >> 32;
    }
    return (uint32_t)hash;
}

/* Are all items of a list atoms that are marked? */
static bool all_marked(const struct memo *memo,
                       const struct numbered_list *list,
                       const unsigned char *marks)
{
    const uint32_t *items = memo->items + list->first;

    for (uint32_t i = 0; i < list->count; i++) {
        if (items[i] >= memo->program->atom_count || !marks[items[i]]) {
            return false;
        }
    }
    return true;
}

static bool is_list(const struct memo *memo, const struct numbered_list *list,
                    const uint32_t *items, const unsigned char *marks)
{
    return marks ? all_marked(memo, list, marks)
                 : !memcmp(memo->items + list->first, items,
                           list->count * sizeof(*items));
}

static inline uint32_t number_of(struct memo *memo, uint32_t hash,
                                 const uint32_t *items, uint32_t count,
                                 const unsigned char *marks)
{
    const uint32_t mask = 2 * MEMO_LISTS - 1;
    uint32_t at;

    for (at = hash & mask; memo->table[at]; at = (at + 1) & mask) {
        const struct numbered_list *list = &memo->lists[memo->table[at]];

        if (list->hash == hash && list->count == count &&
            is_list(memo, list, items, marks)) {
            return memo->table[at];
        }
    }
    if (memo->list_count == MEMO_LISTS ||
        count > MEMO_ITEMS - memo->item_count) {
        memo->full = true;
        return 0;
    }
    memo->lists[memo->list_count] =
        (struct numbered_list){hash, memo->item_count, count};
    memcpy(memo->items + memo->item_count, items, count * sizeof(*items));
    memo->item_count += count;
    memo->table[at] = memo->list_count;
    return memo->list_count++;
}

uint32_t memo_number(struct memo *memo, const uint32_t *items, uint32_t count)
{
    return number_of(memo, hash_list(items, count), items, count, NULL);
}

uint32_t memo_number_set(struct memo *memo, const uint32_t *atoms,
                         uint32_t count, const unsigned char *marks)
{
    return number_of(memo, hash_set(atoms, count), atoms, count, marks);
}
