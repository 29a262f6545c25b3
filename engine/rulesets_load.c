/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: lists of packs -> rulesets -> programs. Sites with the same list
 * share a ruleset. A pack is a shipped file by its name, or a file by its
 * path.
 *
 *   C010 no such shipped pack    C017 too many lists of packs
 */
#include <stdio.h>

#include "base/shipped.h"
#include "config/schema.h"
#include "loading_load.h"

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

static void load_pack(struct loading *l, struct rules *rules, struct view name,
                      struct place place)
{
    struct view text;
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
            l, place, "C010",
            "rules: no shipped pack is named '%.*s'; a file is written "
            "with its path or with .yaml",
            name);
        rules_miss(rules);
    } else if (!rules_pack_text(rules, path, text, shipped_find, NULL)) {
        l->failed = true;
    }
}

/* The names as one key, so that sites with the same rules share a program. */
static struct view joined(struct loading *l, const struct schema_texts *texts)
{
    size_t size = 1;
    for (size_t i = 0; i < texts->count; i++) {
        size += texts->nodes[i]->text.size + 1;
    }
    char *room = arena_alloc(l->arena, size);
    if (!room) {
        l->failed = true;
        return VIEW("");
    }
    struct text text = text_in(room, size);
    for (size_t i = 0; i < texts->count; i++) {
        text_add(&text, texts->nodes[i]->text);
        text_add_char(&text, '\n');
    }
    return text_view(&text);
}

static size_t new_ruleset(struct loading *l, const struct schema_texts *packs,
                          struct view key)
{
    struct rules_options options = {
        .band_suspect = (unsigned)l->settings.band.suspect,
        .band_agent = (unsigned)l->settings.band.agent,
        .automata_bytes = (size_t)l->settings.automata_bytes,
        .sets = l->networks.sets,
        .set_count = l->networks.set_count,
        .jit = true,
    };
    if (l->ruleset_count == RULESETS_MAX) {
        loading_complain(
            l, packs->count ? packs->nodes[0]->place : (struct place){0},
            "C017", "rules: more than 64 different lists of packs%.*s",
            VIEW(""));
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
        load_pack(l, rules, packs->nodes[k]->text, packs->nodes[k]->place);
    }
    if (!named || !signers_verify(&l->signers, l->arena, rules)) {
        l->failed = true;
    }
    if (l->settings.overrides &&
        !rules_override(rules, l->settings.overrides)) {
        l->failed = true;
    }
    return i;
}

size_t rulesets_find(struct loading *l, const struct schema_texts *packs)
{
    struct view key = joined(l, packs);
    for (size_t i = 0; i < l->ruleset_count; i++) {
        if (view_equal(l->rules_names[i], key)) {
            return i;
        }
    }
    size_t before = l->ruleset_count;
    size_t i = new_ruleset(l, packs, key);
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
        if (!set->fired) {
            l->failed = true;
        }
    }
}
