/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of a policy's parts have in common: reporting, memory, maps
 * by a table of keys. It knows none of them.
 */
#include <stdarg.h>
#include <stdio.h>

#include "pricing/parts_load.h"

#define SHOWN_MAX 80
#define LINE ((size_t)64) /* bytes of a cache line */
#define MESSAGE_ROOM 800

struct view load_shown(struct view v)
{
    return view_of(v.at, v.size < SHOWN_MAX ? v.size : SHOWN_MAX);
}

bool load_error(struct loader *loader, const struct node *node,
                const char *code, const char *hint, const char *format, ...)
{
    char message[MESSAGE_ROOM];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    problems_add(loader->problems, PROBLEM_ERROR, node->place, code, hint, "%s",
                 message);
    loader->failed = true;
    return false;
}

bool load_warn(struct loader *loader, const struct node *node, const char *code,
               const char *hint, const char *format, ...)
{
    char message[MESSAGE_ROOM];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    problems_add(loader->problems, PROBLEM_WARNING, node->place, code, hint,
                 "%s", message);
    return true;
}

bool load_memory(struct loader *loader, const struct node *node)
{
    return load_error(loader, node, "P041", NULL, "out of memory");
}

void *load_array(struct loader *loader, const struct node *node, size_t n,
                 size_t size)
{
    void *memory = arena_array(loader->arena, n ? n : 1, size);
    if (!memory) {
        load_memory(loader, node);
    }
    return memory;
}

void *load_lines(struct loader *loader, const struct node *node, size_t n,
                 size_t size)
{
    size_t more = (LINE - 1) / size + 1;
    char *memory = load_array(loader, node, n + more, size);

    return memory ? memory + (LINE - (uintptr_t)memory % LINE) % LINE : NULL;
}

bool load_map(struct loader *loader, const struct schema_key *keys,
              const struct node *map, const char *what, void *out)
{
    bool fine =
        schema_read(keys, map, what, out, loader->arena, loader->problems);
    loader->failed |= !fine;
    return fine;
}
