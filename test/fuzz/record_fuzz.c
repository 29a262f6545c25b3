/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a request record. What can be read is prepared, and the slots
 * of a plan with every kind of field are filled from it, in workspaces of
 * several sizes; the values must agree with a plain look at the request.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"
#include "request/facts.h"
#include "request/record.h"

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            abort();                                                           \
        }                                                                      \
    } while (0)
#define SLOTS_MAX 256
#define ROOM 500000 /* bytes of a workspace that is large enough for any */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct plan *plan;
static struct request request;
static struct value values[SLOTS_MAX];

static void add(enum field field, struct view parameter, unsigned transform)
{
    unsigned char transforms[TRANSFORMS_MAX] = {(unsigned char)transform};

    CHECK(plan_slot(plan, field, parameter, transforms) != SIZE_MAX);
}

static void start(struct arena *arena)
{
    static const char *const names[] = {"a", "Accept", "b-c", "cookie"};

    CHECK(hash_start());
    plan = plan_new(arena);
    CHECK(plan);
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
    CHECK(plan_close(plan) && plan_slots(plan) <= SLOTS_MAX);
}

/* One header by walking the lines. */
static void check_header(const struct slot *slot, const struct value *value,
                         bool cut)
{
    size_t lines = request_header_lines(&request, slot->parameter);
    const struct header *first = request_header(&request, slot->parameter);

    if (value->state == VALUE_ABSENT) {
        CHECK(lines == 0 && request_header_known(&request, slot->parameter));
    } else if (value->state == VALUE_UNKNOWN) {
        CHECK(cut ||
              (lines == 0 && !request_header_known(&request, slot->parameter)));
    } else {
        CHECK(lines > 0);
        if (slot->transforms[0] == TRANSFORM_NONE && lines == 1) {
            CHECK(view_equal(value->text, first->value));
        }
    }
}

static void check_values(bool cut)
{
    for (size_t i = 0; i < plan_slots(plan); i++) {
        const struct slot *slot = plan_slot_at(plan, i);

        CHECK(values[i].state <= VALUE_PRESENT);
        CHECK(values[i].state != VALUE_PRESENT ||
              slot->type != FIELD_TYPE_TEXT || values[i].text.at);
        if (slot->field == FIELD_HEADER) {
            check_header(slot, &values[i], cut);
        } else if (slot->field == FIELD_QUERY_NAME &&
                   slot->transforms[0] == TRANSFORM_NONE) {
            struct view field =
                query_field(request.path.query, slot->parameter);

            CHECK(cut || values[i].state != VALUE_UNKNOWN ||
                  !request.path.raw.at);
            CHECK(values[i].state == VALUE_UNKNOWN ||
                  (values[i].state == VALUE_PRESENT) == (field.at != NULL));
            CHECK(values[i].state != VALUE_PRESENT ||
                  view_equal(values[i].text, field));
        }
    }
}

static void run(struct view line, struct arena *workspace, size_t room)
{
    struct record record = {.request = &request};
    bool cut = false;

    if (!record_read(&record, line, workspace)) {
        CHECK(record.error && record.error_at <= line.size);
    } else if (request_prepare(&request, workspace)) {
        CHECK(!record.error);
        facts_fill(plan, &request, values, workspace, &cut);
        check_values(cut);
        CHECK(room < ROOM || !cut);
    } else {
        CHECK(room < ROOM);
    }
}

static void run_in(struct view line, size_t room)
{
    struct arena *workspace = arena_new_fixed(room);

    CHECK(workspace);
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
        CHECK(workspace);
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
