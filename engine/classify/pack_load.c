/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pack files: from a path or text to draft rules in import order.
 *
 *   file.yaml   pack: { name, release, language: 1 }   absent: the importer's
 *               import: [ other.yaml ]                 first, depth first,
 *               rates: { ... }                         each file once
 *               sets: [ ... ]                          unknown if not declared
 *               mode: count                            for all of its rules
 *               retired: { ... }                       ids of former rules
 *               rules: [ ... ]
 */
#include "classify/draft_load.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/schema.h"

#define IMPORT_DEPTH 16
#define LANGUAGE 1

/* ---- one file ---- */

struct pack_head {
    struct view name;
    struct view release;
    int64_t language;
};

static const struct schema_key head_keys[] = {
    {"name", SCHEMA_TEXT, offsetof(struct pack_head, name), true, NULL, NULL, 0,
     0, "the first half of its rules' ids"},
    {"release", SCHEMA_TEXT, offsetof(struct pack_head, release), true, NULL,
     NULL, 0, 0, "year and month, such as 2026.11"},
    {"language", SCHEMA_INTEGER, offsetof(struct pack_head, language), true,
     NULL, NULL, 0, 0, "version of the rule language: 1"},
    {0}};

struct pack_file {
    const struct node *pack;
    const struct node *imports;
    const struct node *rates;
    struct schema_texts sets;
    const struct node *rules;
    const struct node *retired;
    int mode;
};

static const char *const pack_modes[] = {"count", NULL};

static const struct schema_key file_keys[] = {
    {"pack", SCHEMA_NODE, offsetof(struct pack_file, pack), false, NULL, NULL,
     0, 0, "name, release and language"},
    {"import", SCHEMA_NODE, offsetof(struct pack_file, imports), false, NULL,
     NULL, 0, 0, "files whose rules come first"},
    {"rates", SCHEMA_NODE, offsetof(struct pack_file, rates), false, NULL, NULL,
     0, 0, "what is counted by which key"},
    {"sets", SCHEMA_TEXTS, offsetof(struct pack_file, sets), false, NULL, NULL,
     0, 0, "address sets that the rules ask for where there are any"},
    {"mode", SCHEMA_CHOICE, offsetof(struct pack_file, mode), false, NULL,
     pack_modes, 0, 0, "count: no rule of the file changes anything"},
    {"rules", SCHEMA_NODE, offsetof(struct pack_file, rules), false, NULL, NULL,
     0, 0, "the rules"},
    {"retired", SCHEMA_NODE, offsetof(struct pack_file, retired), false, NULL,
     NULL, 0, 0, "ids that rules had, and what took their place"},
    {0}};

static const struct shape head_shape = {.kind = SHAPE_KEYS, .keys = head_keys};
static const struct shape import_shape = {.kind = SHAPE_LIST,
                                          .of = &shape_scalar};
static const struct shape_part file_parts[] = {
    {"pack", &head_shape},       {"import", &import_shape},
    {"rates", &rates_shape},     {"rules", &rules_shape},
    {"retired", &retired_shape}, {0}};
const struct shape pack_shape = {
    .kind = SHAPE_KEYS, .keys = file_keys, .parts = file_parts};

/* Where a file came from, and what its rules inherit. */
struct origin {
    struct view path; /* or the name of a text */
    struct view pack; /* the importer's, or NONE */
    bool counted;
    bool all_counted; /* by the configuration, imported packs too */
    struct view pin;
    rules_find *find; /* texts in memory */
    void *context;
    bool in_memory;
};

static bool read_head(struct rules *rules, const struct node *node,
                      struct view *name)
{
    struct pack_head head = {0};

    if (!schema_read(head_keys, node, "a pack", &head, rules->arena,
                     rules->problems)) {
        return false;
    }
    *name = head.name;
    if (!id_is_good(head.name)) {
        rules_refuse(rules, node_get(node, "name")->place, RULE_PACK, NULL,
                     "a pack's name, found '%.*s', expected small letters, "
                     "digits and '-'",
                     VIEW_ARG(head.name));
        return false;
    }
    if (!release_read(head.release)) {
        rules_refuse(rules, node_get(node, "release")->place, RULE_RELEASE,
                     NULL, "a release, found '%.*s', expected one like 2026.11",
                     VIEW_ARG(head.release));
        return false;
    }
    if (head.language != LANGUAGE) {
        rules_refuse(rules, node_get(node, "language")->place, RULE_PACK,
                     "this program knows language 1",
                     "the pack's language is %lld, expected 1",
                     (long long)head.language);
        return false;
    }
    return true;
}

static bool read_tree(struct rules *rules, const struct node *tree,
                      const struct origin *origin);

/* "dir/file.yaml" and "other.yaml" make "dir/other.yaml". */
static struct view beside(struct rules *rules, struct view file,
                          struct view name)
{
    size_t folder = file.size;
    char *path;

    while (folder > 0 && file.at[folder - 1] != '/') {
        folder--;
    }
    if (name.size > 0 && name.at[0] == '/') {
        folder = 0;
    }
    path = arena_alloc(rules->arena, folder + name.size + 1);
    if (!path) {
        return VIEW_NONE;
    }
    memcpy(path, file.at, folder);
    memcpy(path + folder, name.at, name.size);
    return view_of(path, folder + name.size);
}

/* True once per file; links and "../" lead to the same one. */
static bool first_time(struct rules *rules, struct view path, bool in_memory)
{
    char *real = in_memory ? NULL : realpath(path.at, NULL);
    struct view name = arena_copy(rules->arena, real ? view_text(real) : path);
    size_t before = rules->files.count;

    free(real);
    if (!name.at || names_add(&rules->files, name) == SIZE_MAX) {
        return rules_no_memory(rules);
    }
    return rules->files.count > before;
}

static struct node *read_origin(struct rules *rules,
                                const struct origin *origin,
                                const struct node *import)
{
    struct view text = VIEW_NONE;
    bool there =
        origin->in_memory
            ? origin->find && origin->find(origin->context, origin->path, &text)
            : access(origin->path.at, R_OK) == 0;

    if (!there) {
        rules_refuse(rules, import->place, RULE_IMPORT, NULL,
                     "no file '%.*s' to import", VIEW_ARG(origin->path));
        return NULL;
    }
    return origin->in_memory
               ? tree_read_text(rules->arena, origin->path, text,
                                rules->problems)
               : tree_read_file(rules->arena, origin->path.at, rules->problems);
}

static void import_one(struct rules *rules, const struct node *item,
                       const struct origin *importer)
{
    struct origin origin = *importer;
    struct node *tree;

    if (!schema_expect(item, NODE_SCALAR, rules->problems)) {
        return;
    }
    origin.path = beside(rules, importer->path, item->text);
    if (!origin.path.at) {
        rules_no_memory(rules);
        return;
    }
    if (rules->depth >= IMPORT_DEPTH) {
        rules_refuse(rules, item->place, RULE_IMPORT, NULL,
                     "imports nest deeper than %d", IMPORT_DEPTH);
        return;
    }
    if (!first_time(rules, origin.path, origin.in_memory)) {
        return;
    }
    rules->depth++;
    tree = read_origin(rules, &origin, item);
    if (tree) {
        read_tree(rules, tree, &origin);
    }
    rules->depth--;
}

static void import_all(struct rules *rules, const struct node *imports,
                       const struct origin *origin)
{
    if (!schema_expect(imports, NODE_LIST, rules->problems)) {
        return;
    }
    for (const struct node *item = imports->first; item; item = item->next) {
        import_one(rules, item, origin);
    }
}

/* A pack that is for everybody names the sets that it can use; those that a
 * configuration does not declare are unknown, and so are tests of them. */
static void list_sets(struct rules *rules, const struct schema_texts *sets)
{
    for (size_t i = 0; i < sets->count; i++) {
        struct view name = sets->nodes[i]->text;

        if (!id_is_good(name)) {
            rules_refuse(rules, sets->nodes[i]->place, RULE_SET, NULL,
                         "an address set's name, found '%.*s', expected small "
                         "letters, digits and '-'",
                         VIEW_ARG(name));
        } else if (names_add(&rules->set_names, name) == SIZE_MAX) {
            rules_no_memory(rules);
        }
    }
}

static bool read_tree(struct rules *rules, const struct node *tree,
                      const struct origin *origin)
{
    size_t before = problems_errors(rules->problems);
    struct origin own = *origin;
    struct pack_file file = {.mode = -1};

    if (!schema_read(file_keys, tree, "a pack file", &file, rules->arena,
                     rules->problems)) {
        return false;
    }
    if (file.pack) {
        own.counted = own.all_counted;
        if (!read_head(rules, file.pack, &own.pack)) {
            return false;
        }
    } else if (!own.pack.at) {
        rules_refuse(rules, tree->place, RULE_PACK,
                     "pack: { name: mine, release: 2026.11, language: 1 }",
                     "the file has no `pack`, and no pack imports it");
        return false;
    }
    own.counted = own.counted || file.mode == 0;
    if (file.imports) {
        import_all(rules, file.imports, &own);
    }
    if (file.rates) {
        rates_read(rules, file.rates);
    }
    list_sets(rules, &file.sets);
    if (file.rules && schema_expect(file.rules, NODE_LIST, rules->problems)) {
        for (const struct node *n = file.rules->first; n; n = n->next) {
            rule_read(rules, n, own.pack, own.counted, own.pin);
        }
    }
    if (file.retired) {
        retired_read(rules, file.retired, own.pack, own.pin);
    }
    return problems_errors(rules->problems) == before;
}

bool rules_terms(struct rules *rules, const struct pack_terms *terms)
{
    rules->terms = *terms;
    return !terms->pin.at || release_read(terms->pin);
}

static struct origin origin_of(const struct rules *rules, struct view path)
{
    return (struct origin){.path = path,
                           .counted = rules->terms.counted,
                           .all_counted = rules->terms.counted,
                           .pin = rules->terms.pin};
}

/* The place that names the file says more than the file that is not there. */
static bool is_there(struct rules *rules, const char *path)
{
    if (access(path, R_OK) == 0 || !rules->terms.place.source) {
        return true; /* or the reader says why not */
    }
    rules_refuse(rules, rules->terms.place, RULE_IMPORT, NULL,
                 "no pack file '%s' can be read: %s", path, strerror(errno));
    return false;
}

bool rules_pack(struct rules *rules, const char *path, struct view pin)
{
    struct origin origin = origin_of(rules, view_text(path));
    struct node *tree;

    if (pin.at) {
        origin.pin = pin;
    }
    if (!first_time(rules, origin.path, false)) {
        return true;
    }
    tree = is_there(rules, path)
               ? tree_read_file(rules->arena, path, rules->problems)
               : NULL;
    if (!tree) {
        rules_miss(rules);
        return false;
    }
    return read_tree(rules, tree, &origin);
}

bool rules_pack_text(struct rules *rules, struct view name, struct view text,
                     rules_find *find, void *context)
{
    struct origin origin = origin_of(rules, name);
    struct node *tree;

    origin.in_memory = true;
    origin.find = find;
    origin.context = context;
    if (!first_time(rules, name, true)) {
        return true;
    }
    tree = tree_read_text(rules->arena, name, text, rules->problems);
    if (!tree) {
        rules_miss(rules);
        return false;
    }
    return read_tree(rules, tree, &origin);
}
