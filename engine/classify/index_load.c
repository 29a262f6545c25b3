/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What automata are for text: which of many numbers or networks a value is,
 * found by one search, so that a rule on one of them is looked at only when
 * it is that one.
 *
 *   numbers    sorted; equal ones side by side; of those that all numbers
 *              above or below satisfy, the ones that hold come first
 *   networks   they nest or are apart, so that they cut the line of addresses
 *              into segments, each with the innermost network around it, which
 *              knows the one around itself:
 *
 *              |------ a ------|
 *                  |-- b --|        segments: a, b in a, a, none, c
 *                                |- c -|
 */
#include "classify/draft_load.h"

#include <stdlib.h>

bool atom_is_indexed(const struct draft_atom *atom)
{
    if (atom->atom.kind == OP_ADDRESS) {
        return true;
    }
    return atom->atom.kind == OP_NUMBER && atom->range_count > 0;
}

/* ---- numbers ---- */

struct point {
    uint32_t slot;
    enum number_wait wait;
    struct image_point point;
};

/* Ranges come from `is`, at-least and less-than: a test has but one kind. */
static struct point point_of(const struct draft_atom *atom, size_t range,
                             uint32_t number)
{
    const struct number_range *r = &atom->numbers[range];
    struct point point = {atom->atom.slot, NUMBER_IS, {r->low, number}};

    if (r->low < r->high) {
        point.wait = r->high == UINT64_MAX ? NUMBER_FROM : NUMBER_TO;
        point.point.number = point.wait == NUMBER_FROM ? r->low : r->high;
    }
    return point;
}

static int compare_points(const void *left, const void *right)
{
    const struct point *a = left, *b = right;

    if (a->slot != b->slot) {
        return a->slot < b->slot ? -1 : 1;
    }
    if (a->wait != b->wait) {
        return a->wait < b->wait ? -1 : 1;
    }
    if (a->point.number != b->point.number) {
        return (a->point.number < b->point.number) == (a->wait != NUMBER_TO)
                   ? -1
                   : 1;
    }
    return a->point.atom < b->point.atom ? -1 : a->point.atom > b->point.atom;
}

/* An atom that is indexed and wakes a rule. */
static const struct draft_atom *indexed(const struct rules *rules,
                                        const struct program *program, size_t i,
                                        enum opcode kind)
{
    const struct draft_atom *atom = &rules->atoms[i];

    return atom->atom.kind == kind && program->atom_wakes[i].count > 0 &&
                   atom_is_indexed(atom)
               ? atom
               : NULL;
}

static bool make_points(struct rules *rules, struct program *program,
                        struct image_slot *slots)
{
    size_t room = program->number_range_count, count = 0;
    struct point *all = arena_array(rules->arena, room + 1, sizeof(*all));
    struct image_point *points =
        arena_array(rules->arena, room + 1, sizeof(*points));

    if (!all || !points) {
        return false;
    }
    for (size_t i = 0; i < program->atom_count; i++) {
        const struct draft_atom *atom = indexed(rules, program, i, OP_NUMBER);

        for (size_t j = 0; atom && j < atom->range_count; j++) {
            all[count++] = point_of(atom, j, (uint32_t)i);
        }
    }
    qsort(all, count, sizeof(*all), compare_points);
    for (size_t i = 0; i < count; i++) {
        struct span *span = &slots[all[i].slot].points[all[i].wait];

        slots[all[i].slot].indexed = true;
        points[i] = all[i].point;
        span->first = span->count++ ? span->first : (uint32_t)i;
    }
    program->points = points;
    program->point_count = (uint32_t)count;
    return true;
}

/* ---- networks ---- */

struct stretch {
    uint32_t slot, atom;
    struct address low, high;
};

static int compare_stretches(const void *left, const void *right)
{
    const struct stretch *a = left, *b = right;
    int order;

    if (a->slot != b->slot) {
        return a->slot < b->slot ? -1 : 1;
    }
    order = memcmp(&a->low, &b->low, sizeof(a->low));
    /* The wider one first: it is around the other. */
    return order ? order : memcmp(&b->high, &a->high, sizeof(a->high));
}

static struct stretch stretch_of(const struct network *network, uint32_t slot,
                                 uint32_t atom)
{
    struct stretch s = {slot, atom, network->address, network->address};

    for (unsigned bit = network->bits; bit < 128; bit++) {
        s.high.bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
    }
    return s;
}

/* The address after it; false if it is the last. */
static bool next_address(struct address *a)
{
    for (int i = 15; i >= 0; i--) {
        if (++a->bytes[i]) {
            return true;
        }
    }
    return false;
}

struct sweep {
    struct stretch *all; /* sorted */
    size_t count;
    struct image_segment *segments; /* at most twice as many as stretches */
    struct image_nest *nests;
    struct address *highs; /* of nests */
    uint32_t *atoms;
    uint32_t segment_count, nest_count, atom_count;
    uint32_t first;     /* segment of the slot */
    uint32_t innermost; /* nest around the place, or IMAGE_NONE */
};

static void put_segment(struct sweep *s, const struct address *low)
{
    struct image_segment *last = &s->segments[s->segment_count];

    if (s->segment_count > s->first &&
        !memcmp(&last[-1].low, low, sizeof(*low))) {
        last--; /* nothing lies between: the later one counts */
    } else {
        s->segment_count++;
    }
    *last = (struct image_segment){*low, s->innermost};
}

/* Leaves the networks that end before `low`; NULL: all. */
static void leave_before(struct sweep *s, const struct address *low)
{
    while (s->innermost != IMAGE_NONE) {
        struct address after = s->highs[s->innermost];

        if (low && memcmp(&after, low, sizeof(after)) >= 0) {
            return;
        }
        s->innermost = s->nests[s->innermost].parent;
        if (next_address(&after)) {
            put_segment(s, &after);
        }
    }
}

static bool same_network(const struct stretch *a, const struct stretch *b)
{
    return a->slot == b->slot && !memcmp(&a->low, &b->low, sizeof(a->low)) &&
           !memcmp(&a->high, &b->high, sizeof(a->high));
}

/* All atoms of one network; returns the next stretch. */
static size_t enter(struct sweep *s, size_t at)
{
    const struct stretch *network = &s->all[at];
    struct image_nest *nest = &s->nests[s->nest_count];

    leave_before(s, &network->low);
    *nest = (struct image_nest){{s->atom_count, 0}, s->innermost};
    s->highs[s->nest_count] = network->high;
    s->innermost = s->nest_count++;
    put_segment(s, &network->low);
    for (; at < s->count && same_network(network, &s->all[at]); at++) {
        s->atoms[s->atom_count++] = s->all[at].atom;
        nest->atoms.count++;
    }
    return at;
}

static void sweep_all(struct sweep *s, struct image_slot *slots)
{
    size_t at = 0;

    while (at < s->count) {
        uint32_t slot = s->all[at].slot;

        s->first = s->segment_count;
        s->innermost = IMAGE_NONE;
        while (at < s->count && s->all[at].slot == slot) {
            at = enter(s, at);
        }
        leave_before(s, NULL);
        slots[slot].indexed = true;
        slots[slot].segments =
            (struct span){s->first, s->segment_count - s->first};
    }
}

static void gather(const struct rules *rules, const struct program *program,
                   struct sweep *s)
{
    for (size_t i = 0; i < program->atom_count; i++) {
        const struct draft_atom *atom = indexed(rules, program, i, OP_ADDRESS);

        for (size_t j = 0; atom && j < atom->cidr_count; j++) {
            s->all[s->count++] =
                stretch_of(&atom->cidrs[j], atom->atom.slot, (uint32_t)i);
        }
    }
    qsort(s->all, s->count, sizeof(*s->all), compare_stretches);
}

static bool make_segments(struct rules *rules, struct program *program,
                          struct image_slot *slots)
{
    struct arena *arena = rules->arena;
    struct sweep s = {0};
    size_t room = 1;

    for (size_t i = 0; i < program->atom_count; i++) {
        room += rules->atoms[i].cidr_count;
    }
    s.all = arena_array(arena, room, sizeof(*s.all));
    s.segments = arena_array(arena, 2 * room, sizeof(*s.segments));
    s.nests = arena_array(arena, room, sizeof(*s.nests));
    s.highs = arena_array(arena, room, sizeof(*s.highs));
    s.atoms = arena_array(arena, room, sizeof(*s.atoms));
    if (!s.all || !s.segments || !s.nests || !s.highs || !s.atoms ||
        room > UINT32_MAX / 4) {
        return false;
    }
    gather(rules, program, &s);
    sweep_all(&s, slots);
    program->segments = s.segments;
    program->segment_count = s.segment_count;
    program->nests = s.nests;
    program->nest_count = s.nest_count;
    program->nest_atoms = s.atoms;
    program->nest_atom_count = s.atom_count;
    return true;
}

bool indexes_make(struct rules *rules, struct program *program,
                  struct image_slot *slots)
{
    return make_points(rules, program, slots) &&
           make_segments(rules, program, slots);
}
