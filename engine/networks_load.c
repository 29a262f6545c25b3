/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Databases and address sets. A set that is missing is as one too old: a
 * warning, and unknown. A set or database that is there and damaged is an
 * error, as all that is written wrong.
 *
 *   N001 a database that cannot serve   N003 a date that is none
 *   N002 a set's name                   N004 .. N009 the lists themselves
 *   N010 a list that is missing         N011 a set that nothing asks for
 */
#include "networks_load.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/record_time.h"
#include "classify/evaluation.h"
#include "request/network_list_load.h"
#include "settings_tables_load.h"

#define SETS_MAX 256
#define NEAREST_MAX 128

struct networks_reading {
    struct arena *arena;
    struct view folder;
    struct problems *problems;
    struct networks *out;
    struct dated_lists *lists;
    struct sha256 hash;
};

static bool no_memory(struct networks_reading *r, struct place place)
{
    problems_add(r->problems, PROBLEM_ERROR, place, "C012", NULL,
                 "out of memory");
    return false;
}

/* ---- databases ---- */

static const char *mmdb_kind(enum mmdb_fact fact)
{
    return fact == MMDB_COUNTRY ? "country" : "asn";
}

static bool open_one(struct networks_reading *r, const struct node *node,
                     enum mmdb_fact fact, struct mmdb_list *list)
{
    struct view path = settings_path(r->folder, node->text, r->arena);
    const char *error = NULL;
    if (!path.at || !dated_lists_file(r->lists, path.at)) {
        return no_memory(r, node->place);
    }
    struct mmdb *mmdb = mmdb_open(path.at, fact, &error);
    if (!mmdb) {
        problems_add(r->problems, PROBLEM_ERROR, node->place, "N001", NULL,
                     "the database '%.*s' cannot serve: %s",
                     VIEW_ARG(node->text), error);
        return false;
    }
    list->items[list->count++] = mmdb;
    char room[256];
    struct text edition = text_in(room, sizeof room);
    mmdb_write_edition(mmdb, &edition);
    sha256_add(&r->hash, text_view(&edition));
    size_t nodes;
    int64_t built = mmdb_built(mmdb, &nodes);
    return dated_lists_add(r->lists, mmdb_kind(fact), node->text, built,
                           nodes) ||
           no_memory(r, node->place);
}

static bool open_all(struct networks_reading *r,
                     const struct schema_texts *files, enum mmdb_fact fact,
                     struct mmdb_list *list)
{
    bool good = true;
    list->items =
        arena_array(r->arena, files->count + 1, sizeof(struct mmdb *));
    if (!list->items) {
        return no_memory(r, (struct place){0});
    }
    for (size_t i = 0; i < files->count; i++) {
        good = open_one(r, files->nodes[i], fact, list) && good;
    }
    return good;
}

/* ---- sets ---- */

bool networks_name_is_good(struct view name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.at[i];
        bool inner = c == '-' && i > 0;
        if (!inner && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
            return false;
        }
    }
    return name.size > 0 && name.size <= 64;
}

bool networks_date(const struct node *map, struct view date, int64_t *out,
                   struct problems *problems)
{
    char room[48];
    struct text whole = text_in(room, sizeof room);
    text_add(&whole, date);
    if (date.size == 10) {
        text_add(&whole, VIEW("T00:00:00Z"));
    }
    if (view_find(date, '-') == 4 && !whole.cut &&
        record_time_read(text_view(&whole), out)) {
        return true;
    }
    problems_add(problems, PROBLEM_ERROR, node_get(map, "date")->place, "N003",
                 NULL,
                 "found '%.*s', expected a day such as "
                 "2026-11-01",
                 VIEW_ARG(date));
    return false;
}

int64_t networks_fresh_until(int64_t date, int64_t max_age)
{
    return date < INT64_MAX - max_age ? date + max_age : INT64_MAX;
}

/* All files of a set into one list. *date is the oldest file's. */
static enum network_list_result read_files(struct networks_reading *r,
                                           const struct schema_texts *files,
                                           struct network_list *list,
                                           int64_t *date)
{
    enum network_list_result result = NETWORK_LIST_READ;
    *date = files->count ? INT64_MAX : 0;
    for (size_t i = 0; i < files->count; i++) {
        const struct node *node = files->nodes[i];
        struct view path = settings_path(r->folder, node->text, r->arena);
        int64_t modified = INT64_MAX;
        if (!path.at || !dated_lists_file(r->lists, path.at)) {
            no_memory(r, node->place);
            return NETWORK_LIST_REFUSED;
        }
        enum network_list_result one =
            network_list_file(list, path.at, &modified, r->problems);
        if (one == NETWORK_LIST_MISSING) {
            problems_add(r->problems, PROBLEM_WARNING, node->place, "N010",
                         "it is unknown whether an address is in the set",
                         "there is no file '%.*s'", VIEW_ARG(node->text));
        }
        if (one != NETWORK_LIST_READ && result != NETWORK_LIST_REFUSED) {
            result = one;
        }
        *date = modified < *date ? modified : *date;
    }
    return result;
}

static void hash_set(struct networks_reading *r, struct view name,
                     const struct set_settings *settings,
                     const struct network_list *list)
{
    int64_t ages = settings->max_age;
    sha256_add(&r->hash, name);
    sha256_add(&r->hash, view_of((const char *)&ages, sizeof ages));
    if (settings->date.at) {
        sha256_add(&r->hash, settings->date);
    }
    if (list->count) {
        sha256_add(&r->hash, view_of((const char *)list->items,
                                     list->count * sizeof *list->items));
    }
}

static bool read_lists(struct networks_reading *r, const struct node *node,
                       const struct set_settings *settings,
                       struct named_set *set)
{
    struct network_list list = {0};
    int64_t date = 0;
    bool good = true;
    enum network_list_result result =
        read_files(r, &settings->file, &list, &date);
    if (settings->date.at) {
        good = networks_date(node, settings->date, &date, r->problems);
    }
    if (settings->file.count == 0) {
        problems_add(r->problems, PROBLEM_ERROR, node->place, "N007", NULL,
                     "the address set '%.*s' has no file", VIEW_ARG(set->name));
        good = false;
    } else if (result == NETWORK_LIST_REFUSED) {
        good = false;
    } else if (result == NETWORK_LIST_READ && good) {
        set->set = address_set_new(r->arena, list.items, list.count);
        set->fresh_until = networks_fresh_until(date, settings->max_age);
        good = set->set || no_memory(r, node->place);
    }
    if (result == NETWORK_LIST_MISSING) {
        date = INT64_MIN;
    }
    good =
        dated_lists_add(r->lists, "set", set->name, date, list.count) && good;
    hash_set(r, set->name, settings, &list);
    network_list_free(&list);
    return good;
}

static bool read_set(struct networks_reading *r, const struct node *node,
                     struct named_set *set)
{
    struct set_settings settings = {0};
    set->name = node->key;
    if (!networks_name_is_good(node->key)) {
        problems_add(r->problems, PROBLEM_ERROR, node->key_place, "N002", NULL,
                     "an address set's name, found '%.*s', expected small "
                     "letters, digits and '-'",
                     VIEW_ARG(node->key));
        return false;
    }
    return schema_read(set_keys, node, "an address set", &settings, r->arena,
                       r->problems) &&
           read_lists(r, node, &settings, set);
}

static bool read_sets(struct networks_reading *r, const struct node *map)
{
    bool good = true;
    if (!schema_expect(map, NODE_MAP, r->problems)) {
        return false;
    }
    if (map->count > SETS_MAX) {
        problems_add(r->problems, PROBLEM_ERROR, map->place, "N002", NULL,
                     "found %zu address sets, expected at most %d", map->count,
                     SETS_MAX);
        return false;
    }
    struct named_set *sets =
        arena_array(r->arena, map->count + 1, sizeof *sets);
    struct place *places =
        arena_array(r->arena, map->count + 1, sizeof *places);
    if (!sets || !places) {
        return no_memory(r, map->place);
    }
    r->out->sets = sets;
    r->out->set_places = places;
    for (const struct node *node = map->first; node; node = node->next) {
        size_t i = r->out->set_count++;
        places[i] = node->key_place;
        good = read_set(r, node, &sets[i]) && good;
    }
    return good;
}

/* Says which of the sets that a pack lists may be meant. */
static void warn_idle(const struct networks *networks, size_t i,
                      const struct program *program, struct problems *problems)
{
    const char *names[NEAREST_MAX];
    size_t count = 0;
    for (size_t k = networks->set_count;
         k < program_sets(program) && count < NEAREST_MAX; k++) {
        names[count++] = program_set(program, k).at;
    }
    char hint[120];
    const char *nearest =
        problems_nearest(networks->sets[i].name, names, count);
    snprintf(hint, sizeof hint, "did you mean '%s'?", nearest ? nearest : "");
    problems_add(problems, PROBLEM_WARNING, networks->set_places[i], "N011",
                 nearest ? hint : NULL,
                 "no rule and no tier asks for the address set '%.*s'",
                 VIEW_ARG(networks->sets[i].name));
}

/* A set whose name no rule asks for is most often a name misspelt, and
 * leaves the set that was meant unknown without a word. */
void networks_warn_idle(const struct networks *networks,
                        const struct wb_engine *engine,
                        struct problems *problems)
{
    for (size_t i = 0; i < networks->set_count; i++) {
        bool asked = false;
        for (size_t k = 0; k < engine->ruleset_count; k++) {
            asked = asked || program_set_asked(engine->rulesets[k].program, i);
        }
        if (!asked) {
            warn_idle(networks, i, engine->rulesets[0].program, problems);
        }
    }
}

bool networks_load(const struct node *section, struct view folder,
                   struct arena *arena, struct networks *out,
                   struct databases *databases, struct dated_lists *lists,
                   struct problems *problems)
{
    struct network_settings settings = {0};
    struct networks_reading r = {arena, folder, problems, out, lists, {{0}}};
    sha256_start(&r.hash);
    bool good = settings_section(network_keys, section, "networks", &settings,
                                 arena, problems);
    good = open_all(&r, &settings.country, MMDB_COUNTRY, &databases->country) &&
           good;
    good = open_all(&r, &settings.asn, MMDB_AS_NUMBER, &databases->as) && good;
    if (settings.sets) {
        good = read_sets(&r, settings.sets) && good;
    }
    sha256_end(&r.hash, out->digest);
    return good;
}
