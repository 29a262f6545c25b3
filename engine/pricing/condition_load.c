/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of tiers: those that are written alike are one in the program,
 * so that a thousand routes with the same tiers do not ask a thousand times.
 */
#include "base/hash.h"
#include "pricing/parts_load.h"

#define ROOM_LEAST 64

struct shared_condition {
    unsigned char hash[32];
    size_t number; /* plus 1; 0: empty */
};

static void add_node(struct sha256 *hash, const struct node *node)
{
    unsigned char kind[2] = {(unsigned char)node->kind, node->quoted};
    uint64_t sizes[3] = {node->key.size, node->text.size, node->count};

    sha256_add(hash, view_of((const char *)kind, sizeof kind));
    sha256_add(hash, view_of((const char *)sizes, sizeof sizes));
    sha256_add(hash, node->key);
    if (node->kind == NODE_SCALAR) {
        sha256_add(hash, node->text);
    }
    for (const struct node *item = node->first; item; item = item->next) {
        add_node(hash, item);
    }
}

static struct shared_condition *find(const struct loader *loader,
                                     const unsigned char hash[32])
{
    uint64_t start;
    size_t i;

    memcpy(&start, hash, sizeof start);
    i = (size_t)start & (loader->condition_room - 1);
    while (loader->conditions[i].number &&
           memcmp(loader->conditions[i].hash, hash, 32) != 0) {
        i = (i + 1) & (loader->condition_room - 1);
    }
    return &loader->conditions[i];
}

static bool grow(struct loader *loader, const struct node *node)
{
    struct shared_condition *old = loader->conditions;
    size_t before = loader->condition_room;

    if (2 * loader->condition_count < before) {
        return true;
    }
    loader->condition_room = before ? 2 * before : ROOM_LEAST;
    loader->conditions = load_array(loader, node, loader->condition_room,
                                    sizeof *loader->conditions);
    for (size_t i = 0; loader->conditions && i < before; i++) {
        if (old[i].number) {
            *find(loader, old[i].hash) = old[i];
        }
    }
    return loader->conditions != NULL;
}

size_t condition_share(struct loader *loader, const struct node *when)
{
    struct shared_condition *found;
    struct shared_condition made;
    struct sha256 hash;
    size_t number;

    sha256_start(&hash);
    add_node(&hash, when);
    sha256_end(&hash, made.hash);
    if (!grow(loader, when)) {
        return SIZE_MAX;
    }
    found = find(loader, made.hash);
    if (found->number) {
        return found->number - 1;
    }
    number = rules_condition(loader->rules, when, true);
    if (number != SIZE_MAX) {
        made.number = number + 1;
        *found = made;
        loader->condition_count++;
    }
    return number;
}
