/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sites: whose hosts, which ruleset, which policy, enforced or counted. The
 * first is the default site.
 *
 *   C010 no such shipped policy            C014 a host of two sites
 *   C011 a site without hosts              C015 a host that is no name
 *   C013 two sites with one id             C016 an id that is no id
 *   C017 too many sites                    C023 a robots.txt
 */
#include <stdlib.h>

#include "base/file_load.h"
#include "base/hash.h"
#include "config/schema.h"
#include "config/tree.h"
#include "loading_load.h"
#include "pricing/policy_load.h"
#include "request/robots_load.h"

#define ID_MAX 64

static struct place place_of(const struct node *node)
{
    return node ? node->place : (struct place){0};
}

static const struct node *read_policy(struct loading *l, struct view name,
                                      struct place place)
{
    struct view text;
    if (!shipped_name(name)) {
        struct view path = settings_path(l->folder, name, l->arena);
        return path.at ? tree_read_file(l->arena, path.at, l->problems) : NULL;
    }
    struct view path = shipped_path(l, "policy", name, &text);
    if (!path.at) {
        loading_complain(l, place, "C010",
                         "policy: no shipped policy is named '%.*s'; a file is "
                         "written with its path or with .yaml",
                         name);
        return NULL;
    }
    return tree_read_text(l->arena, path, text, l->problems);
}

static bool knows(void *context, struct view label)
{
    return rules_gives(context, label);
}

/* The policy's own form, from AWS' where it has that. */
static const struct node *in_own_form(struct loading *l, struct site *site,
                                      const struct node *tree)
{
    if (!aws_routes_are(tree) || site->ruleset == SIZE_MAX) {
        return tree;
    }
    struct view text = aws_routes_write(l->arena, tree, &l->settings.aws, knows,
                                        l->rules[site->ruleset], l->problems);
    char room[512];
    struct text name = text_in(room, sizeof room);
    text_add(&name, tree->place.source->name);
    text_add(&name, VIEW(" as a policy"));
    struct view copy = arena_copy(l->arena, text_view(&name));
    return text.at && copy.at
               ? tree_read_text(l->arena, copy, text, l->problems)
               : NULL;
}

/* Their gate takes a price as US dollars, whatever the asset. */
static void check_dollars(struct loading *l, const struct site *site,
                          struct place place)
{
    const struct asset *asset = policy_asset_but(site->policy, VIEW("USDC"));
    if (l->engine->profile == PROFILE_AWS_WAF && asset) {
        loading_complain(l, place, "C021",
                         "under the profile aws-waf prices are US dollars, "
                         "and '%.*s' is no USDC",
                         asset->name);
    }
}

static void load_policy(struct loading *l, struct site *site, struct view name,
                        struct place place, struct view pay_to)
{
    const struct node *tree = in_own_form(l, site, read_policy(l, name, place));
    if (tree && site->ruleset != SIZE_MAX) {
        site->policy = policy_read(l->arena, tree, site->id, pay_to,
                                   l->rules[site->ruleset], l->problems);
    }
    if (!site->policy) {
        l->failed = true;
    } else {
        check_dollars(l, site, place);
        market_review(l, site->policy, tree);
    }
}

/* The robots.txt of a site; NULL when none is named, or after an error. */
static const struct robots *load_robots(struct loading *l, struct view name,
                                        struct place place)
{
    struct view path =
        name.at ? settings_path(l->folder, name, l->arena) : VIEW_NONE;
    const struct robots *robots = NULL;
    struct file_text file = {.error = "out of memory"};
    if (!name.at) {
        return NULL;
    }
    if (path.at) {
        file_read(path.at, ROBOTS_BYTES_MAX, &file);
    }
    struct view copy = file.text
                           ? arena_copy(l->arena, view_of(file.text, file.size))
                           : VIEW_NONE;
    if (copy.at) {
        robots = robots_read(l->arena, copy);
    }
    if (!robots) {
        problems_add(l->problems, PROBLEM_ERROR, place, "C023", NULL,
                     "robots: '%.*s' cannot be read: %s", VIEW_ARG(name),
                     file.error ? file.error : "out of memory");
        l->failed = true;
    }
    free(file.text);
    return robots;
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
        loading_complain(
            l, place, "C015",
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
        loading_complain(
            l, place, "C016",
            "id '%.*s': expected 1 to 64 letters, digits, '-', '_', '.'", id);
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
        loading_complain(l, settings->place, "C011", "site '%.*s' has no hosts",
                         settings->id);
    }
    for (size_t i = 0; i < settings->hosts.count; i++) {
        hosts[i] = lower_host(l, settings->hosts.nodes[i]->text);
        check_host(l, settings->hosts.nodes[i]->place, hosts[i]);
        for (const struct site *other = l->engine->sites; other < site;
             other++) {
            for (size_t k = 0; k < other->host_count; k++) {
                if (view_equal(other->hosts[k], hosts[i])) {
                    loading_complain(
                        l, settings->hosts.nodes[i]->place, "C014",
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
            loading_complain(l, node->place, "C013",
                             "two sites have the id '%.*s'", settings.id);
        }
    }
    check_id(l, node->place, settings.id);
    name_site(site, settings.id);
    site->count =
        settings.mode == 2 ? engine->sites[0].count : settings.mode == 1;
    load_hosts(l, site, &settings);
    site->ruleset = settings.rules ? rulesets_find(l, settings.rules)
                                   : engine->sites[0].ruleset;
    if (settings.policy.at) {
        load_policy(l, site, settings.policy, settings.place, settings.pay_to);
    } else {
        load_policy(l, site, l->settings.policy,
                    place_of(l->settings.policy_node), settings.pay_to);
    }
    site->robots = settings.robots.at
                       ? load_robots(l, settings.robots, settings.place)
                       : engine->sites[0].robots;
    engine->site_count++;
}

void sites_load(struct loading *l)
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
    site->ruleset = rulesets_find(l, l->settings.rules);
    site->robots = load_robots(l, l->settings.robots, (struct place){0});
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
            loading_complain(l, node->place, "C017", "sites: more than 256%.*s",
                             VIEW(""));
            return;
        }
        load_site(l, node);
    }
}
