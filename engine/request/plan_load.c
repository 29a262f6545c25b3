/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loading half of facts: a plan collects slots while rules and tiers are
 * read; closing it groups the slots by the source that they are made of and
 * makes the look-up table.
 */
#include <limits.h>

#include "request/plan.h"

const char *const transform_names[] = {"lower", "url-decode", "trim", "length",
                                       NULL};

struct plan *plan_new(struct arena *arena)
{
    struct plan *plan = arena_alloc(arena, sizeof(*plan));

    if (plan) {
        plan->arena = arena;
    }
    return plan;
}

static bool same_slot(const struct slot *slot, enum field field,
                      struct view parameter,
                      const unsigned char transforms[TRANSFORMS_MAX])
{
    return slot->field == field &&
           !memcmp(slot->transforms, transforms, TRANSFORMS_MAX) &&
           (field == FIELD_HEADER ? view_equal_fold(slot->parameter, parameter)
                                  : view_equal(slot->parameter, parameter));
}

static bool make_room(struct plan *plan)
{
    size_t room = plan->room ? 2 * plan->room : 32;
    struct slot *slots;

    if (plan->count < plan->room) {
        return true;
    }
    slots = plan->count < UINT_MAX / 4
                ? arena_array(plan->arena, room, sizeof(*slots))
                : NULL;
    if (!slots) {
        return false;
    }
    if (plan->count > 0) {
        memcpy(slots, plan->slots, plan->count * sizeof(*slots));
    }
    plan->slots = slots;
    plan->room = room;
    return true;
}

/* A copy in the arena; header names in lower case. */
static struct view copy_parameter(struct plan *plan, enum field field,
                                  struct view parameter)
{
    struct view copy = arena_copy(plan->arena, parameter);

    if (field == FIELD_HEADER && copy.at) {
        char *at = arena_alloc(plan->arena, copy.size);

        for (size_t i = 0; at && i < copy.size; i++) {
            at[i] = ascii_lower(copy.at[i]);
        }
        copy.at = at;
    }
    return copy;
}

static enum field_type
type_after(enum field field, const unsigned char transforms[TRANSFORMS_MAX])
{
    for (unsigned i = 0; i < TRANSFORMS_MAX; i++) {
        if (transforms[i] == TRANSFORM_LENGTH) {
            return FIELD_TYPE_NUMBER;
        }
    }
    return field_rows[field].type;
}

size_t plan_slot(struct plan *plan, enum field field, struct view parameter,
                 const unsigned char transforms[TRANSFORMS_MAX])
{
    struct slot *slot;

    for (size_t i = 0; i < plan->count; i++) {
        if (same_slot(&plan->slots[i], field, parameter, transforms)) {
            return i;
        }
    }
    parameter = copy_parameter(plan, field, parameter);
    if (!parameter.at || !make_room(plan)) {
        return SIZE_MAX;
    }
    slot = &plan->slots[plan->count];
    slot->field = field;
    slot->type = type_after(field, transforms);
    slot->parameter = parameter;
    memcpy(slot->transforms, transforms, TRANSFORMS_MAX);
    return plan->count++;
}

void plan_slot_index(struct plan *plan, size_t i, unsigned index)
{
    plan->slots[i].index = index;
}

/* The source that a slot is made of; false: of none. */
static bool source_of_slot(const struct slot *slot, enum source_kind *kind,
                           struct view *name)
{
    *kind = SOURCE_HEADER;
    switch (slot->field) {
    case FIELD_HEADER:
        *name = slot->parameter;
        return true;
    case FIELD_HEADER_ORDER:
    case FIELD_HEADER_SHAPE:
        *kind = SOURCE_ORDER;
        *name = VIEW("");
        return true;
    case FIELD_COOKIE:
        *kind = SOURCE_COOKIE;
        *name = slot->parameter;
        return true;
    case FIELD_QUERY_NAME:
        *kind = SOURCE_QUERY;
        *name = slot->parameter;
        return true;
    case FIELD_USER_AGENT:
    case FIELD_UA_FAMILY:
    case FIELD_UA_MAJOR:
    case FIELD_UA_PLATFORM:
    case FIELD_UA_MOBILE:
    case FIELD_UA_ENGINE:
    case FIELD_UA_ENGINE_MAJOR:
        *name = VIEW("user-agent");
        return true;
    case FIELD_CH_BRANDS:
    case FIELD_CH_MAJOR:
    case FIELD_CH_GREASE:
    case FIELD_CH_SAME_MAJOR:
        *name = VIEW("sec-ch-ua");
        return true;
    case FIELD_CH_PLATFORM:
    case FIELD_CH_SAME_PLATFORM:
        *name = VIEW("sec-ch-ua-platform");
        return true;
    case FIELD_CH_MOBILE:
        *name = VIEW("sec-ch-ua-mobile");
        return true;
    case FIELD_ACCEPT_KIND:
        *name = VIEW("accept");
        return true;
    case FIELD_ENCODING_KIND:
        *name = VIEW("accept-encoding");
        return true;
    default:
        return false;
    }
}

/* The source's number, a new one if it is not there. */
static unsigned intern(struct plan *plan, enum source_kind kind,
                       struct view name)
{
    unsigned found = plan_find(plan, kind, name);
    struct plan_source *source = &plan->sources[plan->source_count];
    size_t i = plan_hash(kind, name) & plan->mask;

    if (found) {
        return found - 1;
    }
    source->kind = kind;
    source->name = name;
    while (plan->table[i] != 0) {
        i = (i + 1) & plan->mask;
    }
    plan->table[i] = (unsigned)++plan->source_count;
    if (name.size > plan->name_max) {
        plan->name_max = name.size;
    }
    return (unsigned)plan->source_count - 1;
}

/* Every slot may have a source of its own, and "cookie" and the user agent may
 * be two more. */
static bool make_tables(struct plan *plan)
{
    size_t sources = plan->count + 2;
    size_t size = 16;

    while (size < 2 * sources) {
        size *= 2;
    }
    plan->mask = size - 1;
    plan->table = arena_array(plan->arena, size, sizeof(*plan->table));
    plan->sources = arena_array(plan->arena, sources, sizeof(*plan->sources));
    plan->source_of = arena_array(plan->arena, plan->count, sizeof(unsigned));
    plan->plain = arena_array(plan->arena, plan->count, sizeof(*plan->plain));
    for (size_t kind = 0; kind < SOURCE_KINDS; kind++) {
        plan->of_kind[kind].slots =
            arena_array(plan->arena, plan->count, sizeof(unsigned));
        if (!plan->of_kind[kind].slots) {
            return false;
        }
    }
    return plan->table && plan->sources && plan->source_of && plan->plain;
}

static void list_add(struct slot_list *list, size_t slot)
{
    list->slots[list->count++] = (unsigned)slot;
}

/* Is its text made in the workspace? */
static bool is_written(const struct slot *slot)
{
    return slot->transforms[0] != TRANSFORM_NONE ||
           slot->field == FIELD_CH_BRANDS ||
           slot->field == FIELD_HEADER_ORDER ||
           slot->field == FIELD_HEADER_SHAPE;
}

/* Gives each source its slots: a run of one array, in the slots' order. */
static bool give_slots(struct plan *plan)
{
    unsigned *runs = arena_array(plan->arena, plan->count, sizeof(unsigned));
    unsigned *next = runs;

    if (!runs) {
        return false;
    }
    for (size_t s = 0; s < plan->source_count; s++) {
        struct plan_source *source = &plan->sources[s];

        source->slots = next;
        for (size_t i = 0; i < plan->count; i++) {
            if (plan->source_of[i] == s) {
                *next++ = (unsigned)i;
            }
        }
        source->slot_count = (size_t)(next - source->slots);
        source->bare = source->slot_count == 1 &&
                       slot_is_bare(&plan->slots[source->slots[0]]);
    }
    return true;
}

/* From now on only of slots that wait until they are asked for. */
static void close_sources(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        unsigned source = plan->source_of[i];

        if (source < plan->source_count &&
            plan->sources[source].kind <= SOURCE_ORDER) {
            plan->written += is_written(&plan->slots[i]);
        } else {
            plan->source_of[i] = (unsigned)plan->source_count;
        }
    }
}

/* The number of a source that may not be there. */
static unsigned number_of(const struct plan *plan, enum source_kind kind,
                          struct view name)
{
    unsigned found = plan_find(plan, kind, name);

    return found ? found - 1 : (unsigned)plan->source_count;
}

bool plan_close(struct plan *plan)
{
    if (!make_tables(plan)) {
        return false;
    }
    for (size_t i = 0; i < plan->count; i++) {
        enum source_kind kind;
        struct view name;

        plan->source_of[i] = UINT_MAX;
        if (source_of_slot(&plan->slots[i], &kind, &name)) {
            plan->source_of[i] = intern(plan, kind, name);
            list_add(&plan->of_kind[kind], i);
        } else {
            plan->plain[plan->plain_count++] =
                (struct plain_slot){(unsigned)i, plan->slots[i].field};
        }
        if (field_is_joint(plan->slots[i].field)) {
            intern(plan, SOURCE_HEADER, VIEW("user-agent"));
        }
    }
    plan->cookie_header = plan->of_kind[SOURCE_COOKIE].count > 0
                              ? intern(plan, SOURCE_HEADER, VIEW("cookie"))
                              : (unsigned)plan->source_count;
    plan->agent = number_of(plan, SOURCE_HEADER, VIEW("user-agent"));
    plan->order = number_of(plan, SOURCE_ORDER, VIEW(""));
    if (!give_slots(plan)) {
        return false;
    }
    close_sources(plan);
    return true;
}

bool plan_add_names(const struct plan *plan, struct known_names *names)
{
    for (size_t i = 0; i < plan->source_count; i++) {
        if (plan->sources[i].kind == SOURCE_HEADER &&
            !known_names_add(names, plan->sources[i].name)) {
            return false;
        }
    }
    return true;
}

bool plan_know(struct plan *plan, const struct known_names *names)
{
    plan->of_name =
        arena_array(plan->arena, names->count, sizeof(*plan->of_name));
    if (!plan->of_name) {
        return false;
    }
    for (unsigned i = 0; i < names->count; i++) {
        plan->of_name[i] =
            plan_find(plan, SOURCE_HEADER, names->known[i]->name);
    }
    plan->names = names;
    return true;
}

size_t plan_slots(const struct plan *plan)
{
    return plan->count;
}

const struct slot *plan_slot_at(const struct plan *plan, size_t i)
{
    return &plan->slots[i];
}
