/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounded table of claims. The index is half empty at most and deletes
 * by moving later entries of a run back, so that it never needs rebuilding.
 * Numbers of entries are kept plus 1, so that 0 means none and zeroed memory
 * is an empty table: pages that are never used are never touched.
 */
#include "state/claim_table.h"

#include <stdlib.h>
#include <string.h>

static uint32_t power_of_two(uint32_t at_least)
{
    uint32_t n = 1;

    while (n < at_least) {
        n *= 2;
    }
    return n;
}

bool claim_table_open(struct claim_table *table, uint32_t capacity,
                      uint32_t quota)
{
    uint32_t size = power_of_two(2 * capacity);

    *table = (struct claim_table){.capacity = capacity,
                                  .quota = quota,
                                  .index_mask = size - 1,
                                  .neighbourhood_mask = size / 2 - 1};
    table->entries = calloc(capacity, sizeof(*table->entries));
    table->index = calloc(size, sizeof(*table->index));
    table->heap = calloc(capacity, sizeof(*table->heap));
    if (quota > 0) {
        table->neighbourhoods =
            calloc(size / 2 + 1, sizeof(*table->neighbourhoods));
    }
    return table->entries && table->index && table->heap &&
           (quota == 0 || table->neighbourhoods);
}

bool claim_table_index_decisions(struct claim_table *table)
{
    table->decisions =
        calloc((size_t)table->index_mask + 1, sizeof(*table->decisions));
    return table->decisions != NULL;
}

void claim_table_close(struct claim_table *table)
{
    free(table->entries);
    free(table->index);
    free(table->decisions);
    free(table->heap);
    free(table->neighbourhoods);
    *table = (struct claim_table){0};
}

/* ---- the index ---- */

/* The place in the index that holds `key`, or the empty one where it would
 * go. */
static uint32_t find_place(const struct claim_table *table, uint32_t hash,
                           const unsigned char key[CLAIM_KEY])
{
    uint32_t at = hash & table->index_mask;

    while (table->index[at] != 0) {
        const struct claim_entry *entry = &table->entries[table->index[at] - 1];

        if (entry->hash == hash && !memcmp(entry->key, key, CLAIM_KEY)) {
            break;
        }
        at = (at + 1) & table->index_mask;
    }
    return at;
}

static uint32_t key_home(const struct claim_entry *entry)
{
    return entry->hash;
}

/* Decision ids are random as they come. */
static uint32_t decision_home(const struct claim_entry *entry)
{
    uint32_t home;

    memcpy(&home, entry->decision, sizeof(home));
    return home;
}

/* Empties a place of an index; entries behind it that belong at or before it
 * move up. */
static void empty_place(const struct claim_table *table, uint32_t *index,
                        uint32_t (*home_of)(const struct claim_entry *entry),
                        uint32_t hole)
{
    uint32_t mask = table->index_mask;
    uint32_t at = hole;

    for (;;) {
        uint32_t home;

        at = (at + 1) & mask;
        if (index[at] == 0) {
            break;
        }
        home = home_of(&table->entries[index[at] - 1]) & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            index[hole] = index[at];
            hole = at;
        }
    }
    index[hole] = 0;
}

/* ---- the index of decisions ---- */

void claim_table_name(struct claim_table *table, struct claim_entry *entry,
                      const unsigned char decision[CLAIM_DECISION])
{
    memcpy(entry->decision, decision, CLAIM_DECISION);
    if (table->decisions) {
        uint32_t at = decision_home(entry) & table->index_mask;

        while (table->decisions[at] != 0) {
            at = (at + 1) & table->index_mask;
        }
        table->decisions[at] = (uint32_t)(entry - table->entries) + 1;
        entry->named = true;
    }
}

static void forget_name(const struct claim_table *table, uint32_t number)
{
    const struct claim_entry *entry = &table->entries[number - 1];
    uint32_t at = decision_home(entry) & table->index_mask;

    if (entry->named) {
        while (table->decisions[at] != number) {
            at = (at + 1) & table->index_mask;
        }
        empty_place(table, table->decisions, decision_home, at);
    }
}

/* ---- the heap: soonest expiry at 0 ---- */

static int64_t expiry_at(const struct claim_table *table, uint32_t at)
{
    return table->entries[table->heap[at]].expires;
}

static void heap_put(struct claim_table *table, uint32_t at, uint32_t entry)
{
    table->heap[at] = entry;
    table->entries[entry].heap_at = at;
}

static void sift_up(struct claim_table *table, uint32_t at)
{
    uint32_t entry = table->heap[at];
    int64_t expires = table->entries[entry].expires;

    while (at > 0 && expiry_at(table, (at - 1) / 2) > expires) {
        heap_put(table, at, table->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_put(table, at, entry);
}

static void sift_down(struct claim_table *table, uint32_t at, uint32_t count)
{
    uint32_t entry = table->heap[at];
    int64_t expires = table->entries[entry].expires;

    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= count) {
            break;
        }
        if (child + 1 < count &&
            expiry_at(table, child + 1) < expiry_at(table, child)) {
            child++;
        }
        if (expiry_at(table, child) >= expires) {
            break;
        }
        heap_put(table, at, table->heap[child]);
        at = child;
    }
    heap_put(table, at, entry);
}

/* `used` counts the entry still. */
static void heap_remove(struct claim_table *table, uint32_t at)
{
    uint32_t last = table->used - 1;
    uint32_t moved = table->heap[last];

    if (at == last) {
        return;
    }
    heap_put(table, at, moved);
    sift_down(table, at, last);
    sift_up(table, table->entries[moved].heap_at);
}

/* ---- the lists by age ---- */

static struct claim_link *link_of(struct claim_table *table, uint32_t number,
                                  bool near)
{
    struct claim_entry *entry = &table->entries[number - 1];

    return near ? &entry->near : &entry->all;
}

static void list_append(struct claim_table *table, struct claim_list *list,
                        uint32_t number, bool near)
{
    struct claim_link *link = link_of(table, number, near);

    *link = (struct claim_link){list->newest, 0};
    if (list->newest) {
        link_of(table, list->newest, near)->newer = number;
    } else {
        list->oldest = number;
    }
    list->newest = number;
    list->count++;
}

static void list_remove(struct claim_table *table, struct claim_list *list,
                        uint32_t number, bool near)
{
    struct claim_link link = *link_of(table, number, near);

    if (link.older) {
        link_of(table, link.older, near)->newer = link.newer;
    } else {
        list->oldest = link.newer;
    }
    if (link.newer) {
        link_of(table, link.newer, near)->older = link.older;
    } else {
        list->newest = link.older;
    }
    list->count--;
}

/* ---- entries ---- */

static void remove_entry(struct claim_table *table, uint32_t number)
{
    struct claim_entry *entry = &table->entries[number - 1];

    empty_place(table, table->index, key_home,
                find_place(table, entry->hash, entry->key));
    forget_name(table, number);
    heap_remove(table, entry->heap_at);
    if (table->quota > 0) {
        list_remove(table, &table->all, number, false);
        list_remove(table, &table->neighbourhoods[entry->neighbourhood], number,
                    true);
    }
    entry->all.newer = table->first_free;
    table->first_free = number;
    table->used--;
}

void claim_table_remove(struct claim_table *table, struct claim_entry *entry)
{
    remove_entry(table, (uint32_t)(entry - table->entries) + 1);
}

static uint32_t take_free(struct claim_table *table)
{
    uint32_t number = table->first_free;

    if (number) {
        table->first_free = table->entries[number - 1].all.newer;
        return number;
    }
    return ++table->fresh;
}

static void expire_entry(struct claim_table *table, uint32_t number)
{
    int64_t expires = table->entries[number - 1].expires;

    if (expires > table->forgotten) {
        table->forgotten = expires;
    }
    remove_entry(table, number);
}

void claim_table_expire(struct claim_table *table, int64_t now, unsigned most)
{
    while (most-- > 0 && table->used > 0 && expiry_at(table, 0) <= now) {
        expire_entry(table, table->heap[0] + 1);
    }
}

struct claim_entry *claim_table_find(struct claim_table *table, uint64_t hash,
                                     const unsigned char key[CLAIM_KEY],
                                     int64_t now)
{
    uint32_t at = find_place(table, (uint32_t)hash, key);
    uint32_t number = table->index[at];

    if (number == 0) {
        return NULL;
    }
    if (table->entries[number - 1].expires <= now) {
        expire_entry(table, number);
        return NULL;
    }
    return &table->entries[number - 1];
}

struct claim_entry *
claim_table_of_decision(struct claim_table *table,
                        const unsigned char decision[CLAIM_DECISION],
                        int64_t now)
{
    uint32_t at;

    memcpy(&at, decision, sizeof(at));
    for (at &= table->index_mask; table->decisions[at] != 0;
         at = (at + 1) & table->index_mask) {
        struct claim_entry *entry = &table->entries[table->decisions[at] - 1];

        if (!memcmp(entry->decision, decision, CLAIM_DECISION)) {
            return entry->expires > now ? entry : NULL;
        }
    }
    return NULL;
}

/* The list of a network; the last one is that of clients who are not known,
 * who have no quota. */
static uint32_t list_number(const struct claim_table *table,
                            const uint64_t *neighbourhood)
{
    return neighbourhood ? (uint32_t)*neighbourhood & table->neighbourhood_mask
                         : table->neighbourhood_mask + 1;
}

static bool has_quota(const struct claim_table *table,
                      const uint64_t *neighbourhood)
{
    return neighbourhood && table->quota > 0 &&
           table->neighbourhoods[list_number(table, neighbourhood)].count >=
               table->quota;
}

bool claim_table_has_room(struct claim_table *table, int64_t now,
                          const uint64_t *neighbourhood)
{
    if (has_quota(table, neighbourhood)) {
        claim_table_expire(table, now, UINT32_MAX);
        if (has_quota(table, neighbourhood)) {
            return false;
        }
    }
    return table->quota > 0 || table->used < table->capacity ||
           expiry_at(table, 0) <= now;
}

static void evict_oldest(struct claim_table *table)
{
    table->latest_evicted = table->entries[table->all.oldest - 1];
    table->evicted++;
    remove_entry(table, table->all.oldest);
}

/* Puts out what must go before an entry comes. */
static bool make_room(struct claim_table *table, int64_t now)
{
    if (table->used == table->capacity) {
        claim_table_expire(table, now, 1);
    }
    if (table->used == table->capacity && table->quota > 0) {
        evict_oldest(table);
    }
    return table->used < table->capacity;
}

struct claim_entry *claim_table_insert(struct claim_table *table, uint64_t hash,
                                       const unsigned char key[CLAIM_KEY],
                                       int64_t now, int64_t expires,
                                       const uint64_t *neighbourhood)
{
    uint32_t near = list_number(table, neighbourhood);
    struct claim_entry *entry;
    uint32_t number;

    if (has_quota(table, neighbourhood) || !make_room(table, now)) {
        return NULL;
    }
    number = take_free(table);
    entry = &table->entries[number - 1];
    *entry = (struct claim_entry){.hash = (uint32_t)hash,
                                  .claimed_at = now,
                                  .expires = expires,
                                  .neighbourhood = near};
    memcpy(entry->key, key, CLAIM_KEY);
    table->index[find_place(table, entry->hash, key)] = number;
    table->heap[table->used] = number - 1;
    sift_up(table, table->used);
    table->used++;
    if (table->quota > 0) {
        list_append(table, &table->all, number, false);
        list_append(table, &table->neighbourhoods[near], number, true);
    }
    return entry;
}
