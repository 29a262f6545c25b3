/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a list of networks. What is read must be written so that it
 * is read the same again, and the set of it must hold each network's first
 * address; what is refused must say why.
 */
#include <stdlib.h>

#include "request/network_list_load.h"

#include "fuzz.h"

#define LINE_ROOM 64

/* As a plain list, one network a line. */
static struct text written(const struct network_list *list)
{
    size_t room = list->count * LINE_ROOM;
    struct text text = text_in(malloc(room + 1), room);

    must(text.at);
    for (size_t i = 0; i < list->count; i++) {
        const struct network *n = &list->items[i];
        bool v4 = address_is_v4(&n->address) && n->bits >= 96;

        address_write(&text, &n->address);
        text_addf(&text, "/%u\n", v4 ? n->bits - 96u : n->bits);
    }
    must(!text.cut);
    return text;
}

static void check_read(const struct network_list *list)
{
    struct network_list again = {0};
    struct arena *arena = arena_new();
    struct problems *problems = problems_new();
    struct text text = written(list);
    struct address_set *set;

    must(arena && problems);
    must(network_list_text(&again, VIEW("again"), text_view(&text), problems));
    must(again.count == list->count);
    must(!memcmp(again.items, list->items, list->count * sizeof(*list->items)));
    set = address_set_new(arena, list->items, list->count);
    must(set && address_set_size(set) <= 2 * list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct network *n = &list->items[i];

        must(!network_holds(n, &n->address) ||
             address_set_holds(set, &n->address));
    }
    free(text.at);
    network_list_free(&again);
    problems_free(problems);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct network_list list = {0};
    struct problems *problems = problems_new();

    must(problems);
    if (network_list_text(&list, VIEW("fuzz"),
                          view_of((const char *)data, size), problems)) {
        must(list.count > 0 && problems_errors(problems) == 0);
        check_read(&list);
    } else {
        must(problems_errors(problems) > 0);
    }
    network_list_free(&list);
    problems_free(problems);
    return 0;
}
