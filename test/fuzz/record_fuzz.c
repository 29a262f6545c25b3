/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a request record. What can be read is prepared, and the slots
 * of a plan with every kind of field are filled from it, in workspaces of
 * several sizes; the values must agree with a plain look at the request.
 */
#include "base/hash.h"
#include "request/facts.h"
#include "request/record.h"

#include "fuzz.h"

#define SLOTS_MAX 256
#define ROOM 500000 /* bytes of a workspace that is large enough for any */

static struct plan *plan;
static struct request request;
static struct value values[SLOTS_MAX];

static void add(enum field field, struct view parameter, unsigned transform)
{
    unsigned char transforms[TRANSFORMS_MAX] = {(unsigned char)transform};

    must(plan_slot(plan, field, parameter, transforms) != SIZE_MAX);
}

static void start(struct arena *arena)
{
    static const char *const names[] = {"a", "Accept", "b-c", "cookie"};

    must(hash_start());
    plan = plan_new(arena);
    must(plan);
    for (size_t f = 0; f < FIELD_COUNT; f++) {
        if (!field_rows[f].takes_parameter) {
            add((enum field)f, VIEW(""), TRANSFORM_NONE);
            continue;
        }
        for (size_t i = 0; i < 4; i++) {
            for (unsigned t = 0; t <= TRANSFORM_LENGTH; t++) {
                add((enum field)f, view_text(names[i]), t);
            }
        }
    }
    must(plan_close(plan) && plan_slots(plan) <= SLOTS_MAX);
}

/* One header by walking the lines. */
static void check_header(const struct slot *slot, const struct value *value,
                         bool cut)
{
    size_t lines = request_header_lines(&request, slot->parameter);
    const struct header *first = request_header(&request, slot->parameter);

    if (value->state == VALUE_ABSENT) {
        must(lines == 0 && request_header_known(&request, slot->parameter));
    } else if (value->state == VALUE_UNKNOWN) {
        must(cut ||
             (lines == 0 && !request_header_known(&request, slot->parameter)));
    } else {
        must(lines > 0);
        if (slot->transforms[0] == TRANSFORM_NONE && lines == 1) {
            must(view_equal(value->text, first->value));
        }
    }
}

static void check_values(bool cut)
{
    for (size_t i = 0; i < plan_slots(plan); i++) {
        const struct slot *slot = plan_slot_at(plan, i);

        must(values[i].state <= VALUE_PRESENT);
        must(values[i].state != VALUE_PRESENT ||
             slot->type != FIELD_TYPE_TEXT || values[i].text.at);
        if (slot->field == FIELD_HEADER) {
            check_header(slot, &values[i], cut);
        } else if (slot->field == FIELD_QUERY_NAME &&
                   slot->transforms[0] == TRANSFORM_NONE) {
            struct view field =
                query_field(request.path.query, slot->parameter);

            must(cut || values[i].state != VALUE_UNKNOWN ||
                 !request.path.raw.at);
            must(values[i].state == VALUE_UNKNOWN ||
                 (values[i].state == VALUE_PRESENT) == (field.at != NULL));
            must(values[i].state != VALUE_PRESENT ||
                 view_equal(values[i].text, field));
        }
    }
}

static void run(struct view line, struct arena *workspace, size_t room)
{
    struct record record = {.request = &request};
    bool cut = false;

    if (!record_read(&record, line, workspace)) {
        must(record.error && record.error_at <= line.size);
    } else if (request_prepare(&request, workspace)) {
        must(!record.error);
        facts_fill(plan, &request, values, workspace, &cut);
        check_values(cut);
        must(room < ROOM || !cut);
    } else {
        must(room < ROOM);
    }
}

static void run_in(struct view line, size_t room)
{
    struct arena *workspace = arena_new_fixed(room);

    must(workspace);
    run(line, workspace, room);
    arena_free(workspace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *arena, *workspace;
    struct view line = view_of((const char *)data, size);

    if (!arena) {
        arena = arena_new();
        workspace = arena_new_fixed(ROOM);
        must(workspace);
        start(arena);
    }
    if (size > 16 * 1024) {
        return 0;
    }
    arena_reset(workspace);
    run(line, workspace, ROOM);
    run_in(line, 2 * size);
    run_in(line, 512);
    return 0;
}
