/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that make a snapshot share: load.c has the order,
 * rulesets_load.c the rules, sites_load.c the sites and their policies.
 * Each sets `failed` when it reported an error or ran out of memory.
 */
#ifndef WB_LOADING_LOAD_H
#define WB_LOADING_LOAD_H

#include "classify/rules_load.h"
#include "networks_load.h"
#include "settings_load.h"
#include "signers_load.h"
#include "snapshot.h"

#define SITES_MAX 256
#define RULESETS_MAX 64

/* What is known while a snapshot is made. */
struct loading {
    struct arena *arena;
    struct problems *problems;
    struct wb_engine *engine;
    struct settings settings;
    struct view folder; /* of weighbridge.yaml */
    struct rules *rules[RULESETS_MAX];
    struct view rules_names[RULESETS_MAX]; /* names joined: one program each */
    size_t ruleset_count;
    struct networks networks;
    struct signers signers;
    bool failed;
};

/* An error about `found`, which `what` prints with %.*s. */
static inline void loading_complain(struct loading *l, struct place place,
                                    const char *code, const char *what,
                                    struct view found)
{
    problems_add(l->problems, PROBLEM_ERROR, place, code, NULL, what,
                 VIEW_ARG(found));
    l->failed = true;
}

/* rulesets_load.c */
/* A name without '/' and '.' is that of a shipped file. */
bool shipped_name(struct view name);
/* "FOLDER/NAME.yaml" and its text; VIEW_NONE when nothing such is shipped. */
struct view shipped_path(struct loading *l, const char *folder,
                         struct view name, struct view *text);
/* Reads the shipped pack of that name; false when there is none or there was
 * an error. */
bool shipped_rules(struct rules *rules, struct view name, struct arena *arena);
/* The ruleset of these packs, made if no site had them before; SIZE_MAX
 * after an error. */
size_t rulesets_find(struct loading *l, const struct node *packs);
/* All rulesets as programs. */
void rulesets_compile(struct loading *l);

/* market_load.c: warns where demand is known to one node only. */
void market_review(struct loading *l, const struct policy *policy,
                   const struct node *tree);

/* sites_load.c: the default site and those of `sites:`. */
void sites_load(struct loading *l);

#endif
