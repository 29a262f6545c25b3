/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Atoms: each (slot, test, operands) once, whoever asks it. The key that
 * tells them apart is a row of bytes:
 *
 *   kind test folds | slot | size operand | size operand ...
 */
#include "classify/draft_load.h"

#include <stdlib.h>

#define HEAD 8

static size_t key_size(const struct view *operands, size_t count)
{
    size_t size = HEAD;

    for (size_t i = 0; i < count; i++) {
        size += 4 + operands[i].size;
    }
    return size;
}

static void put_u32(unsigned char *out, size_t n)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (unsigned char)(n >> 8 * i);
    }
}

static struct view make_key(struct arena *arena, enum opcode kind,
                            enum literal_test test, bool folds, size_t slot,
                            const struct view *operands, size_t count)
{
    size_t size = key_size(operands, count), at = HEAD;
    unsigned char *key = arena_alloc(arena, size);

    if (!key) {
        return VIEW_NONE;
    }
    key[0] = (unsigned char)kind;
    key[1] = (unsigned char)test;
    key[2] = folds;
    put_u32(key + 4, slot);
    for (size_t i = 0; i < count; i++) {
        put_u32(key + at, operands[i].size);
        if (operands[i].size) {
            memcpy(key + at + 4, operands[i].at, operands[i].size);
        }
        at += 4 + operands[i].size;
    }
    return view_of((const char *)key, size);
}

uint32_t atom_add(struct rules *rules, enum opcode kind, size_t slot,
                  bool folds, enum literal_test test,
                  const struct view *operands, size_t count, bool *added)
{
    struct view key =
        make_key(rules->arena, kind, test, folds, slot, operands, count);
    size_t before = rules->atom_keys.count, number;
    struct draft_atom *atoms;

    *added = false;
    if (!key.at) {
        return IMAGE_NONE;
    }
    /* Room first: a key without its atom would be found again. */
    atoms = list_room(rules->arena, rules->atoms, &rules->atom_room, before,
                      sizeof(*atoms));
    if (!atoms) {
        return IMAGE_NONE;
    }
    rules->atoms = atoms;
    number = names_add(&rules->atom_keys, key);
    if (number >= IMAGE_NONE || rules->atom_keys.count == before) {
        return number >= IMAGE_NONE ? IMAGE_NONE : (uint32_t)number;
    }
    atoms[number] = (struct draft_atom){.atom = {.kind = kind,
                                                 .test = test,
                                                 .folds = folds,
                                                 .slot = (uint32_t)slot,
                                                 .index = IMAGE_NONE,
                                                 .needs = IMAGE_NONE},
                                        .operands = operands,
                                        .operand_count = count};
    *added = true;
    return (uint32_t)number;
}

static int compare_views(const void *a, const void *b)
{
    return view_compare(*(const struct view *)a, *(const struct view *)b);
}

/* Lower case where folded, in order, each once: equal tests look equal. */
uint32_t atom_literal(struct rules *rules, size_t slot, bool folds,
                      enum literal_test test, const struct view *literals,
                      size_t count)
{
    struct view *sorted = arena_array(rules->arena, count, sizeof(*sorted));
    size_t kept = 0;
    bool added;

    if (!sorted) {
        return IMAGE_NONE;
    }
    for (size_t i = 0; i < count; i++) {
        char *copy = arena_alloc(rules->arena, literals[i].size + 1);

        if (!copy) {
            return IMAGE_NONE;
        }
        for (size_t j = 0; j < literals[i].size; j++) {
            copy[j] =
                folds ? ascii_lower(literals[i].at[j]) : literals[i].at[j];
        }
        sorted[i] = view_of(copy, literals[i].size);
    }
    qsort(sorted, count, sizeof(*sorted), compare_views);
    for (size_t i = 0; i < count; i++) {
        if (!kept || !view_equal(sorted[kept - 1], sorted[i])) {
            sorted[kept++] = sorted[i];
        }
    }
    return atom_add(rules, OP_LITERAL, slot, folds, test, sorted, kept, &added);
}
