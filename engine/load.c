/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file set -> one snapshot: weighbridge.yaml, the packs and policies that
 * it names, checked together, so that all problems show in one run. Nothing
 * half-made leaves here: a snapshot is whole or is not.
 *
 *   C010 no such shipped pack or policy    C013 two sites with one id
 *   C011 a site without hosts              C014 a host of two sites
 *   C012 out of memory                     C015 a host that is no name
 *   C016 an id that is no id               C017 too many sites or packs
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "classify/rules_load.h"
#include "config/schema.h"
#include "config/tree.h"
#include "decision.h"
#include "networks_load.h"
#include "payment/settings_load.h"
#include "pricing/policy_load.h"
#include "settings_load.h"
#include "shipped.h"

#define SITES_MAX 256
#define RULESETS_MAX 64
#define ID_MAX 64

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
    struct sha256 hash; /* of all that was read */
    bool failed;
};

static void complain(struct loading *l, struct place place, const char *code,
                     const char *what, struct view found)
{
    problems_add(l->problems, PROBLEM_ERROR, place, code, NULL, what,
                 VIEW_ARG(found));
    l->failed = true;
}

/* ---- shipped files ---- */

/* A name without '/' and '.' is that of a shipped file. */
static bool is_shipped_name(struct view name)
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

/* "rules/NAME.yaml"; VIEW_NONE when there is none. */
static struct view shipped_path(struct loading *l, const char *folder,
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

static struct place place_of(const struct node *node)
{
    return node ? node->place : (struct place){0};
}

static void load_pack(struct loading *l, struct rules *rules, struct view name,
                      struct place place)
{
    struct view text;
    if (!is_shipped_name(name)) {
        struct view path = settings_path(l->folder, name, l->arena);
        if (!path.at || !rules_pack(rules, path.at, VIEW_NONE)) {
            l->failed = true;
        }
        return;
    }
    struct view path = shipped_path(l, "rules", name, &text);
    if (!path.at) {
        complain(l, place, "C010",
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
        .retry_names = &l->engine->payments.mapped,
        .jit = true,
    };
    if (l->ruleset_count == RULESETS_MAX) {
        complain(l, packs->count ? packs->nodes[0]->place : (struct place){0},
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
    for (size_t k = 0; k < packs->count; k++) {
        load_pack(l, rules, packs->nodes[k]->text, packs->nodes[k]->place);
    }
    if (l->settings.overrides &&
        !rules_override(rules, l->settings.overrides)) {
        l->failed = true;
    }
    return i;
}

/* The ruleset of these packs; SIZE_MAX after an error. */
static size_t find_ruleset(struct loading *l, const struct schema_texts *packs)
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

/* ---- policies and sites ---- */

static const struct node *read_policy(struct loading *l, struct view name,
                                      struct place place)
{
    struct view text;
    if (!is_shipped_name(name)) {
        struct view path = settings_path(l->folder, name, l->arena);
        return path.at ? tree_read_file(l->arena, path.at, l->problems) : NULL;
    }
    struct view path = shipped_path(l, "policy", name, &text);
    if (!path.at) {
        complain(l, place, "C010",
                 "policy: no shipped policy is named '%.*s'; a file is "
                 "written with its path or with .yaml",
                 name);
        return NULL;
    }
    return tree_read_text(l->arena, path, text, l->problems);
}

static void load_policy(struct loading *l, struct site *site, struct view name,
                        struct place place, struct view pay_to)
{
    const struct node *tree = read_policy(l, name, place);
    if (tree && site->ruleset != SIZE_MAX) {
        site->policy = policy_read(l->arena, tree, pay_to,
                                   l->rules[site->ruleset], l->problems);
    }
    if (!site->policy) {
        l->failed = true;
    }
}

static struct view lower_host(struct loading *l, struct view host)
{
    struct view copy = arena_copy(l->arena, host);
    if (!copy.at) {
        l->failed = true;
        return VIEW("");
    }
    char *at = (char *)copy.at;
    for (size_t i = 0; i < copy.size; i++) {
        at[i] = ascii_lower(at[i]);
    }
    if (copy.size && at[copy.size - 1] == '.') {
        copy.size--;
    }
    return copy;
}

/* A host that no request can have would leave its site's prices unused. */
static void check_host(struct loading *l, struct place place, struct view host)
{
    struct view name = host;
    if (view_starts(name, VIEW("*."))) {
        name = view_of(name.at + 2, name.size - 2);
    }
    if (!host_is_plain(name)) {
        complain(l, place, "C015",
                 "host '%.*s': expected a name such as news.example, or "
                 "*.news.example, without port",
                 host);
    }
}

/* Ids stand in metrics and logs. */
static void check_id(struct loading *l, struct place place, struct view id)
{
    bool fine = id.size > 0 && id.size <= ID_MAX;
    for (size_t i = 0; i < id.size; i++) {
        fine &= ascii_is_alnum(id.at[i]) || id.at[i] == '-' ||
                id.at[i] == '_' || id.at[i] == '.';
    }
    if (!fine) {
        complain(l, place, "C016",
                 "id '%.*s': expected 1 to 64 letters, digits, '-', '_', '.'",
                 id);
    }
}

static void load_hosts(struct loading *l, struct site *site,
                       const struct site_settings *settings)
{
    struct view *hosts =
        arena_array(l->arena, settings->hosts.count + 1, sizeof *hosts);
    if (!hosts) {
        l->failed = true;
        return;
    }
    if (settings->hosts.count == 0) {
        complain(l, settings->place, "C011", "site '%.*s' has no hosts",
                 settings->id);
    }
    for (size_t i = 0; i < settings->hosts.count; i++) {
        hosts[i] = lower_host(l, settings->hosts.nodes[i]->text);
        check_host(l, settings->hosts.nodes[i]->place, hosts[i]);
        for (const struct site *other = l->engine->sites; other < site;
             other++) {
            for (size_t k = 0; k < other->host_count; k++) {
                if (view_equal(other->hosts[k], hosts[i])) {
                    complain(l, settings->hosts.nodes[i]->place, "C014",
                             "host '%.*s' belongs to another site already",
                             hosts[i]);
                }
            }
        }
    }
    site->hosts = hosts;
    site->host_count = settings->hosts.count;
}

static void name_site(struct site *site, struct view id)
{
    static const unsigned char key[16] = {0};
    site->id = id;
    site->id_hash = hash_sip(key, id);
    site->id_hash += site->id_hash == 0;
}

static void load_site(struct loading *l, const struct node *node)
{
    struct wb_engine *engine = l->engine;
    struct site_settings settings;
    if (!settings_site(node, l->arena, &settings, l->problems)) {
        l->failed = true;
        return;
    }
    struct site *site = &engine->sites[engine->site_count];
    for (size_t i = 0; i < engine->site_count; i++) {
        if (view_equal(engine->sites[i].id, settings.id)) {
            complain(l, node->place, "C013", "two sites have the id '%.*s'",
                     settings.id);
        }
    }
    check_id(l, node->place, settings.id);
    name_site(site, settings.id);
    site->count =
        settings.mode == 2 ? engine->sites[0].count : settings.mode == 1;
    load_hosts(l, site, &settings);
    site->ruleset = settings.rules.count ? find_ruleset(l, &settings.rules)
                                         : engine->sites[0].ruleset;
    if (settings.policy.at) {
        load_policy(l, site, settings.policy, settings.place, settings.pay_to);
    } else {
        load_policy(l, site, l->settings.policy,
                    place_of(l->settings.policy_node), settings.pay_to);
    }
    engine->site_count++;
}

static void load_sites(struct loading *l)
{
    const struct node *list = l->settings.sites;
    struct wb_engine *engine = l->engine;
    engine->sites = arena_array(l->arena, SITES_MAX + 1, sizeof(struct site));
    if (!engine->sites) {
        l->failed = true;
        return;
    }
    struct site *site = &engine->sites[0];
    name_site(site, VIEW("default"));
    site->count = l->settings.mode == 1;
    site->ruleset = find_ruleset(l, &l->settings.rules);
    engine->site_count = 1;
    load_policy(l, site, l->settings.policy, place_of(l->settings.policy_node),
                VIEW_NONE);
    if (!list) {
        return;
    }
    if (!schema_expect(list, NODE_LIST, l->problems)) {
        l->failed = true;
        return;
    }
    for (const struct node *node = list->first; node; node = node->next) {
        if (engine->site_count > SITES_MAX) {
            complain(l, node->place, "C017", "sites: more than 256%.*s",
                     VIEW(""));
            return;
        }
        load_site(l, node);
    }
}

/* ---- freezing ---- */

static void compile(struct loading *l)
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
        set->fired = arena_array(l->arena, program_rules(set->program) + 1,
                                 sizeof *set->fired);
        if (!set->fired) {
            l->failed = true;
        }
    }
}

static bool guard_add_all(struct guard *guard, const char *const *names)
{
    while (*names && guard_add(guard, *names, GUARD_NEVER)) {
        names++;
    }
    return *names == NULL;
}

static void make_guard(struct loading *l)
{
    const struct payment_settings *payments = &l->engine->payments;
    struct guard *guard = guard_new(l->arena);
    bool good = guard && guard_add_all(guard, injected_headers) &&
                guard_add_all(guard, payment_guarded_headers) &&
                guard_add(guard, "X-Weighbridge-Proof", GUARD_NEVER) &&
                guard_add(guard, "x-x402-", GUARD_NEVER_PREFIX) &&
                guard_add(guard, "x-amzn-waf-", GUARD_NEVER_PREFIX);
    for (size_t i = 0; good && i < payments->header_count; i++) {
        good = guard_add(guard, payments->headers[i].name.at, GUARD_SPELLED);
    }
    l->engine->guard = guard;
    l->failed = l->failed || !good || !guard_close(guard);
}

/* What must be said loudly: of every site's policy, or of the demo. */
static void make_notice(struct loading *l, bool demo)
{
    char room[1024];
    struct text text = text_in(room, sizeof room);
    if (demo) {
        text_add(&text, VIEW("DEMO: shipped rules and policy"));
    }
    for (size_t i = 0; i < l->engine->site_count; i++) {
        const struct site *site = &l->engine->sites[i];
        struct view notice =
            site->policy ? policy_notice(site->policy) : VIEW_NONE;
        if (!notice.size) {
            continue;
        }
        if (text.size) {
            text_add(&text, VIEW("; "));
        }
        if (l->engine->site_count > 1) {
            text_addf(&text, "site %.*s: ", VIEW_ARG(site->id));
        }
        text_add(&text, notice);
    }
    if (text.size) {
        struct view copy = arena_copy(l->arena, text_view(&text));
        l->engine->notice = copy.at;
        l->failed = l->failed || !copy.at;
    }
}

/* The generation is a hash of what the snapshot does: rules, conditions,
 * prices and settings, as the dumps write them. */
static void hash_view(void *context, struct view text)
{
    sha256_add(context, text);
}

static void make_generation(struct loading *l)
{
    struct wb_engine *engine = l->engine;
    unsigned char digest[32];
    sha256_start(&l->hash);
    sha256_add(&l->hash, VIEW(WB_VERSION));
    for (size_t i = 0; i < engine->ruleset_count; i++) {
        program_dump(engine->rulesets[i].program, hash_view, &l->hash);
    }
    for (size_t i = 0; i < engine->site_count; i++) {
        const struct site *site = &engine->sites[i];
        sha256_add(&l->hash, site->id);
        for (size_t k = 0; k < site->host_count; k++) {
            sha256_add(&l->hash, site->hosts[k]);
        }
        policy_dump(site->policy, engine->rulesets[site->ruleset].program,
                    hash_view, &l->hash);
    }
    for (size_t i = 0; i < engine->setting_count; i++) {
        sha256_add(&l->hash, view_text(engine->settings[i].path));
        sha256_add(&l->hash, view_text(engine->settings[i].text));
    }
    sha256_add(&l->hash, view_of((const char *)l->networks.digest,
                                 sizeof l->networks.digest));
    sha256_end(&l->hash, digest);
    struct text text = text_in(engine->generation, sizeof engine->generation);
    text_add_hex(&text, digest, 8);
}

static void fill_settings(struct loading *l)
{
    struct wb_engine *engine = l->engine;
    engine->reject_unknown_host = l->settings.unknown_host == 1;
    engine->enforce_share = (uint32_t)l->settings.enforce_share;
    engine->claims_proven = (size_t)l->settings.claim.capacity;
    engine->claims_unproven = (size_t)l->settings.claim.capacity_unproven;
    if (l->settings.claim.store != 0) {
        engine->claims_path =
            settings_path(l->folder, l->settings.claim.path, l->arena).at;
        engine->claims_power = l->settings.claim.durability == 1;
        l->failed = l->failed || !engine->claims_path;
    }
    engine->rate_entries = (size_t)l->settings.rate_entries;
    if (!settings_flatten(&l->settings, l->folder, l->arena, &engine->settings,
                          &engine->setting_count)) {
        l->failed = true;
    }
}

static const struct node *read_main(struct loading *l, const char *path)
{
    if (!path) {
        return tree_read_text(l->arena, VIEW("built-in demo"),
                              VIEW("version: 1\n"), l->problems);
    }
    struct view whole = view_text(path);
    size_t end = whole.size;
    while (end > 0 && path[end - 1] != '/') {
        end--;
    }
    l->folder = view_of(path, end > 1 ? end - 1 : end);
    return tree_read_file(l->arena, path, l->problems);
}

static void load_all(struct loading *l, const char *path)
{
    const struct node *tree = read_main(l, path);
    if (!tree ||
        !settings_read(tree, l->folder, l->arena, &l->settings, l->problems)) {
        l->failed = true;
    }
    if (!tree) {
        return;
    }
    if (!payment_settings_read(l->settings.payments, &l->engine->payments,
                               l->arena, l->problems)) {
        l->failed = true;
    }
    if (!networks_load(l->settings.networks, l->folder, l->arena, &l->networks,
                       &l->engine->databases, l->problems)) {
        l->failed = true;
    }
    load_sites(l);
    compile(l);
    make_guard(l);
    if (!l->failed) {
        networks_warn_idle(&l->networks, l->engine, l->problems);
        fill_settings(l);
        make_notice(l, path == NULL);
    }
    if (!l->failed) {
        make_generation(l);
    }
}

enum wb_status engine_load(const char *path, struct problems *problems,
                           struct wb_engine **out)
{
    static atomic_uint_least64_t serial;
    struct arena *arena = arena_new();
    if (!arena) {
        return WB_ERROR_MEMORY;
    }
    struct wb_engine *engine = arena_alloc(arena, sizeof *engine);
    struct loading *l = arena_alloc(arena, sizeof *l);
    if (!engine || !l) {
        arena_free(arena);
        return WB_ERROR_MEMORY;
    }
    engine->arena = arena;
    engine->serial = atomic_fetch_add(&serial, 1) + 1;
    atomic_init(&engine->references, 1);
    l->arena = arena;
    l->problems = problems;
    l->engine = engine;
    load_all(l, path);
    if (l->failed) {
        bool found = problems_errors(problems) > 0;
        engine_free(engine);
        return found ? WB_ERROR_CONFIG : WB_ERROR_MEMORY;
    }
    *out = engine;
    return WB_OK;
}

void engine_free(struct wb_engine *engine)
{
    for (size_t i = 0; i < engine->ruleset_count; i++) {
        program_free(engine->rulesets[i].program);
    }
    databases_close(&engine->databases);
    arena_free(engine->arena);
}
