/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: lists of packs -> rulesets -> programs. Sites with the same list
 * share a ruleset. A pack is a shipped file by its name, or a file by its
 * path.
 *
 *   C010 no such shipped pack    C017 too many lists of packs
 *   C040 a pin that is no release
 */
#include <stdio.h>

#include "base/shipped.h"
#include "config/schema.h"
#include "loading_load.h"
#include "settings_tables_load.h"

/* ---- shipped files ---- */

bool shipped_name(struct view name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.at[i] == '/' || name.at[i] == '.') {
            return false;
        }
    }
    return true;
}

static bool shipped_find(void *context, struct view name, struct view *text)
{
    (void)context;
    for (const struct shipped_file *file = shipped_files; file->name; file++) {
        if (view_equal(view_text(file->name), name)) {
            *text = view_of(file->start, (size_t)(file->end - file->start));
            return true;
        }
    }
    return false;
}

struct view shipped_path(struct loading *l, const char *folder,
                         struct view name, struct view *text)
{
    char path[128];
    int n = snprintf(path, sizeof path, "%s/%.*s.yaml", folder, VIEW_ARG(name));
    if (n < 0 || (size_t)n >= sizeof path ||
        !shipped_find(NULL, view_of(path, (size_t)n), text)) {
        return VIEW_NONE;
    }
    return arena_copy(l->arena, view_of(path, (size_t)n));
}

/* ---- rules ---- */

/* A list of packs as the configuration has it. */
struct packs {
    struct pack_settings *all;
    size_t count;
};

bool shipped_rules(struct rules *rules, struct view name, struct arena *arena)
{
    struct view text;
    char path[128];
    int n = snprintf(path, sizeof path, "rules/%.*s.yaml", VIEW_ARG(name));
    struct view copy = n > 0 && (size_t)n < sizeof path
                           ? arena_copy(arena, view_of(path, (size_t)n))
                           : VIEW_NONE;
    return copy.at && shipped_find(NULL, copy, &text) &&
           rules_pack_text(rules, copy, text, shipped_find, NULL);
}

static void load_pack(struct loading *l, struct rules *rules,
                      const struct pack_settings *pack)
{
    struct view name = pack->pack;
    struct view text;
    const struct pack_terms terms = {pack->pin, pack->mode == 1, pack->place};
    if (!rules_terms(rules, &terms)) {
        loading_complain(l, pack->place, "C040",
                         "pin: found '%.*s', expected a release such as "
                         "2026.11",
                         pack->pin);
    }
    if (!shipped_name(name)) {
        struct view path = settings_path(l->folder, name, l->arena);
        if (!path.at || !rules_pack(rules, path.at, VIEW_NONE)) {
            l->failed = true;
        }
        return;
    }
    struct view path = shipped_path(l, "rules", name, &text);
    if (!path.at) {
        loading_complain(
            l, pack->place, "C010",
            "rules: no shipped pack is named '%.*s'; a file is written "
            "with its path or with .yaml",
            name);
        rules_miss(rules);
    } else if (!rules_pack_text(rules, path, text, shipped_find, NULL)) {
        l->failed = true;
    }
}

/* ---- the list of packs ---- */

/* `default`, or { pack: default, pin: 2026.11, mode: count }. */
static bool read_pack(struct loading *l, const struct node *node,
                      struct pack_settings *out)
{
    *out = (struct pack_settings){.place = node->place};
    if (node->kind == NODE_SCALAR && !node_is_null(node)) {
        out->pack = node->text;
        return true;
    }
    return schema_read(pack_keys, node, "a pack", out, l->arena, l->problems);
}

static bool read_packs(struct loading *l, const struct node *list,
                       struct packs *packs)
{
    static const struct node shipped = {.kind = NODE_SCALAR,
                                        .text = {"default", 7}};
    const struct node *first = list ? list : &shipped;
    bool many = first->kind == NODE_LIST;
    bool good = true;
    packs->all = arena_array(l->arena, (many ? first->count : 1) + 1,
                             sizeof *packs->all);
    if (!packs->all) {
        return false;
    }
    if (!many) {
        packs->count = 1;
        return read_pack(l, first, packs->all);
    }
    for (const struct node *n = first->first; n; n = n->next) {
        good = read_pack(l, n, &packs->all[packs->count++]) && good;
    }
    return good;
}

/* The packs as one key, so that sites with the same rules share a program. */
static struct view joined(struct loading *l, const struct packs *packs)
{
    size_t size = 1;
    for (size_t i = 0; i < packs->count; i++) {
        size += packs->all[i].pack.size + packs->all[i].pin.size + 4;
    }
    char *room = arena_alloc(l->arena, size);
    if (!room) {
        l->failed = true;
        return VIEW("");
    }
    struct text text = text_in(room, size);
    for (size_t i = 0; i < packs->count; i++) {
        text_add(&text, packs->all[i].pack);
        text_add_char(&text, '\n');
        text_add(&text, packs->all[i].pin);
        text_add(&text, packs->all[i].mode == 1 ? VIEW("*\n") : VIEW("\n"));
    }
    return text_view(&text);
}

static size_t new_ruleset(struct loading *l, const struct packs *packs,
                          struct view key)
{
    struct rules_options options = {
        .band_suspect = (unsigned)l->settings.band.suspect,
        .band_agent = (unsigned)l->settings.band.agent,
        .automata_bytes = (size_t)l->settings.automata_bytes,
        .sets = l->networks.sets,
        .set_count = l->networks.set_count,
        .retry_names = &l->engine->payments.mapped,
        .jit = true,
    };
    if (l->ruleset_count == RULESETS_MAX) {
        loading_complain(
            l, packs->count ? packs->all[0].place : (struct place){0}, "C017",
            "rules: more than 64 different lists of packs%.*s", VIEW(""));
        return 0;
    }
    struct rules *rules = rules_new(l->arena, &options, l->problems);
    if (!rules) {
        l->failed = true;
        return 0;
    }
    size_t i = l->ruleset_count++;
    l->rules[i] = rules;
    l->rules_names[i] = key;
    bool named = signers_name(&l->signers, l->arena, rules);
    for (size_t k = 0; k < packs->count; k++) {
        load_pack(l, rules, &packs->all[k]);
    }
    rules_terms(rules, &(struct pack_terms){0});
    if (!named || !signers_verify(&l->signers, l->arena, rules)) {
        l->failed = true;
    }
    return i;
}

size_t rulesets_find(struct loading *l, const struct node *list)
{
    struct packs packs = {0};
    if (!read_packs(l, list, &packs)) {
        l->failed = true;
        return SIZE_MAX;
    }
    struct view key = joined(l, &packs);
    for (size_t i = 0; i < l->ruleset_count; i++) {
        if (view_equal(l->rules_names[i], key)) {
            return i;
        }
    }
    size_t before = l->ruleset_count;
    size_t i = new_ruleset(l, &packs, key);
    return l->ruleset_count > before ? i : SIZE_MAX;
}

/* ---- compiling ---- */

void rulesets_compile(struct loading *l)
{
    struct wb_engine *engine = l->engine;
    engine->rulesets =
        arena_array(l->arena, l->ruleset_count + 1, sizeof(struct ruleset));
    if (!engine->rulesets) {
        l->failed = true;
        return;
    }
    if (l->settings.overrides &&
        !rules_override(l->rules, l->ruleset_count, l->settings.overrides,
                        l->problems)) {
        l->failed = true;
    }
    for (size_t i = 0; i < l->ruleset_count; i++) {
        struct ruleset *set = &engine->rulesets[i];
        set->program = rules_compile(l->rules[i]);
        if (!set->program) {
            l->failed = true;
            continue;
        }
        engine->ruleset_count = i + 1;
        set->plan = rules_plan(l->rules[i]);
        engine->rule_count += program_rules(set->program);
        engine->example_count += rules_examples(l->rules[i]);
        set->fired = arena_array(l->arena, program_rules(set->program) + 1,
                                 sizeof *set->fired);
        set->memos = arena_alloc(l->arena, sizeof *set->memos);
        if (!set->fired || !set->memos) {
            l->failed = true;
        }
    }
}
