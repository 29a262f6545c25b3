/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file set -> one snapshot: weighbridge.yaml, the packs and policies that
 * it names, checked together, so that all problems show in one run. Nothing
 * half-made leaves here: a snapshot is whole or is not.
 */
#include "load.h"

#include "base/hash.h"
#include "config/tree.h"
#include "headers.h"
#include "loading_load.h"
#include "payment/settings_load.h"
#include "pricing/policy_load.h"
#include "tokens_load.h"

static enum wb_status load_file(const char *path, bool is_shadow,
                                struct problems *problems,
                                struct wb_engine **out);

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
                (l->engine->profile != PROFILE_AWS_WAF ||
                 guard_add_all(guard, aws_guarded_headers)) &&
                guard_add(guard, "X-Weighbridge-Proof", GUARD_NEVER) &&
                guard_add(guard, "x-x402-", GUARD_NEVER_PREFIX) &&
                guard_add(guard, "x-amzn-waf-", GUARD_NEVER_PREFIX);
    for (size_t i = 0; good && i < payments->header_count; i++) {
        good = guard_add(guard, payments->headers[i].name.at, GUARD_SPELLED);
    }
    l->engine->guard = guard;
    l->failed = l->failed || !good || !guard_close(guard);
}

/* One table of header names for the guard and the plans of all rulesets. */
static void make_names(struct loading *l)
{
    struct wb_engine *engine = l->engine;
    struct known_names *names = known_names_new(l->arena);
    bool good = names != NULL;
    for (size_t i = 0; good && i < engine->ruleset_count; i++) {
        good = plan_add_names(engine->rulesets[i].plan, names);
    }
    for (size_t i = 0; good && i < engine->payments.header_count; i++) {
        good = known_names_retry(names, engine->payments.headers[i].name);
    }
    for (size_t i = 0; good && i < engine->ruleset_count; i++) {
        good = plan_know(rules_plan(l->rules[i]), names);
    }
    if (good) {
        guard_names(engine->guard, names);
        engine->names = names;
    }
    l->failed = l->failed || !good;
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
 * prices and settings, as the dumps write them, and the lists of others. Its
 * configuration is the same without these lists. */
struct hashes {
    struct sha256 all, configured;
};

static void hash_view(void *context, struct view text)
{
    struct hashes *hashes = context;
    sha256_add(&hashes->all, text);
    sha256_add(&hashes->configured, text);
}

/* A program's dump says of each set, in a line, how large it is. */
static void hash_program(void *context, struct view text)
{
    if (!view_starts(text, VIEW("set "))) {
        hash_view(context, text);
    }
}

static void hash_digest(struct hashes *hashes, const unsigned char digest[32])
{
    sha256_add(&hashes->all, view_of((const char *)digest, 32));
}

static void make_generation(struct loading *l)
{
    struct wb_engine *engine = l->engine;
    unsigned char digest[32];
    struct hashes hashes;
    sha256_start(&hashes.all);
    sha256_start(&hashes.configured);
    hash_view(&hashes, VIEW(WB_VERSION));
    for (size_t i = 0; i < engine->ruleset_count; i++) {
        program_dump(engine->rulesets[i].program, hash_program, &hashes);
    }
    for (size_t i = 0; i < engine->site_count; i++) {
        const struct site *site = &engine->sites[i];
        hash_view(&hashes, site->id);
        for (size_t k = 0; k < site->host_count; k++) {
            hash_view(&hashes, site->hosts[k]);
        }
        policy_dump(site->policy, engine->rulesets[site->ruleset].program,
                    hash_view, &hashes);
    }
    for (size_t i = 0; i < engine->setting_count; i++) {
        hash_view(&hashes, view_text(engine->settings[i].path));
        hash_view(&hashes, view_text(engine->settings[i].text));
    }
    if (engine->shadow) {
        hash_view(&hashes, view_text(engine->shadow->generation));
    }
    hash_digest(&hashes, l->networks.digest);
    hash_digest(&hashes, l->signers.digest);
    sha256_end(&hashes.configured, engine->configuration);
    sha256_end(&hashes.all, digest);
    struct text text = text_in(engine->generation, sizeof engine->generation);
    text_add_hex(&text, digest, 8);
}

static void fill_settings(struct loading *l)
{
    struct wb_engine *engine = l->engine;
    engine->reject_unknown_host = l->settings.unknown_host == 1;
    engine->enforce_share = (uint32_t)l->settings.enforce_share;
    if (!claims_load(&l->settings, l->folder, l->arena, &engine->claims,
                     l->problems)) {
        l->failed = true;
    }
    engine->rate_entries = (size_t)l->settings.rate_entries;
    engine->nonce_entries = (size_t)l->settings.nonce_entries;
    if (!settings_flatten(&l->settings, &engine->payments, l->folder, l->arena,
                          &engine->settings, &engine->setting_count)) {
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

static void load_tokens(struct loading *l)
{
    const struct node *node =
        l->settings.admin ? node_get(l->settings.admin, "tokens") : NULL;
    if (!node || node->kind != NODE_SCALAR) {
        return; /* what else it is was reported */
    }
    struct view path = settings_path(l->folder, node->text, l->arena);
    if (!path.at || !tokens_load(path, node->place, l->arena,
                                 &l->engine->tokens, l->problems)) {
        l->failed = true;
    }
}

/* A shadow's own shadow would never be asked. */
static void load_shadow(struct loading *l, bool is_shadow)
{
    if (!l->settings.shadow.at) {
        return;
    }
    if (is_shadow) {
        loading_complain(l, (struct place){0}, "C041",
                         "shadow: found '%.*s' in a file that is a shadow "
                         "itself",
                         l->settings.shadow);
        return;
    }
    struct view path = settings_path(l->folder, l->settings.shadow, l->arena);
    if (!path.at ||
        load_file(path.at, true, l->problems, &l->engine->shadow) != WB_OK) {
        l->failed = true;
    }
}

static void load_all(struct loading *l, const char *path, bool is_shadow)
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
                       &l->engine->databases, &l->engine->lists, l->problems)) {
        l->failed = true;
    }
    if (!signers_load(l->settings.web_bot_auth, l->folder, l->arena,
                      &l->signers, &l->engine->keyring, &l->engine->lists,
                      l->problems)) {
        l->failed = true;
    }
    l->engine->profile = (enum header_profile)l->settings.profile;
    load_tokens(l);
    sites_load(l);
    rulesets_compile(l);
    load_shadow(l, is_shadow);
    make_guard(l);
    if (!l->failed) {
        make_names(l);
    }
    if (!l->failed) {
        networks_warn_idle(&l->networks, l->engine, l->problems);
        fill_settings(l);
        make_notice(l, path == NULL);
    }
    if (!l->failed) {
        make_generation(l);
    }
}

static enum wb_status load_file(const char *path, bool is_shadow,
                                struct problems *problems,
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
    engine->lists.arena = arena;
    engine->serial = atomic_fetch_add(&serial, 1) + 1;
    atomic_init(&engine->references, 1);
    l->arena = arena;
    l->problems = problems;
    l->engine = engine;
    load_all(l, path, is_shadow);
    if (l->failed) {
        bool found = problems_errors(problems) > 0;
        wb_engine_unref(engine);
        return found ? WB_ERROR_CONFIG : WB_ERROR_MEMORY;
    }
    *out = engine;
    return WB_OK;
}

enum wb_status engine_load(const char *path, struct problems *problems,
                           struct wb_engine **out)
{
    return load_file(path, false, problems, out);
}
