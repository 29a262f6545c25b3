/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading weighbridge.yaml by its tables.
 *
 *   C001 unsupported version      C003 a listener's address
 *   C002 too many listeners       C004 a band above the next
 */
#include "settings_load.h"

#include <arpa/inet.h>

#include "settings_tables_load.h"

#define LISTENERS_MAX 16

bool settings_section(const struct schema_key *keys, const struct node *node,
                      const char *what, void *out, struct arena *arena,
                      struct problems *problems)
{
    static const struct node empty = {.kind = NODE_MAP};
    return schema_read(keys, node ? node : &empty, what, out, arena, problems);
}

static bool digits_between(struct view text, unsigned long long max)
{
    unsigned long long n;
    return view_to_u64(text, &n) && n <= max;
}

/* "IP:PORT", "[IPv6]:PORT" or "unix:PATH". */
static bool is_address(struct view text)
{
    char host[64];
    unsigned char bytes[16];
    size_t colon = text.size;
    if (view_starts(text, VIEW("unix:"))) {
        return text.size > 5 && text.size < 108;
    }
    while (colon > 0 && text.at[colon - 1] != ':') {
        colon--;
    }
    if (colon < 2 || colon > sizeof host ||
        !digits_between(view_of(text.at + colon, text.size - colon), 65535)) {
        return false;
    }
    bool v6 = text.at[0] == '[' && text.at[colon - 2] == ']';
    size_t n = v6 ? colon - 3 : colon - 1;
    memcpy(host, text.at + (v6 ? 1 : 0), n);
    host[n] = '\0';
    return inet_pton(v6 ? AF_INET6 : AF_INET, host, bytes) == 1;
}

static bool check_address(const struct node *map, const char *key,
                          struct view address, struct problems *problems)
{
    const struct node *node = map ? node_get(map, key) : NULL;
    if (is_address(address)) {
        return true;
    }
    problems_add(problems, PROBLEM_ERROR,
                 node ? node->place : (struct place){0}, "C003", NULL,
                 "%s: found '%.*s', expected IP:PORT, [IPv6]:PORT or "
                 "unix:PATH",
                 key, VIEW_ARG(address));
    return false;
}

bool settings_listener(const struct node *node, struct arena *arena,
                       struct listen_settings *out, struct take_settings *take,
                       struct problems *problems)
{
    memset(out, 0, sizeof *out);
    memset(take, 0, sizeof *take);
    bool good =
        schema_read(listen_keys, node, "a listener", out, arena, problems);
    good =
        settings_section(take_keys, out->take, "take", take, arena, problems) &&
        good;
    return good && check_address(node, "address", out->address, problems);
}

static bool read_listeners(const struct node *list, struct arena *arena,
                           struct problems *problems)
{
    bool good = true;
    if (!list) {
        return true;
    }
    if (!schema_expect(list, NODE_LIST, problems)) {
        return false;
    }
    if (list->count > LISTENERS_MAX || list->count == 0) {
        problems_add(problems, PROBLEM_ERROR, list->place, "C002", NULL,
                     "listen: found %zu listeners, expected 1 to %d",
                     list->count, LISTENERS_MAX);
        return false;
    }
    for (const struct node *node = list->first; node; node = node->next) {
        struct listen_settings listener;
        struct take_settings take;
        good =
            settings_listener(node, arena, &listener, &take, problems) && good;
    }
    return good;
}

/* Sections whose values only the sidecar uses: checked, kept as text. */
static bool read_door(struct settings *s, struct arena *arena,
                      struct problems *problems)
{
    struct admin_settings admin = {0};
    struct log_settings log = {0};
    struct header_settings headers = {0};
    bool good = read_listeners(s->listen, arena, problems);
    good = settings_section(log_keys, s->log, "log", &log, arena, problems) &&
           good;
    good = settings_section(header_keys, s->headers, "headers", &headers, arena,
                            problems) &&
           good;
    s->profile = headers.profile;
    if (!settings_section(admin_keys, s->admin, "admin", &admin, arena,
                          problems)) {
        return false;
    }
    if (!view_equal(admin.address, VIEW("off"))) {
        good =
            check_address(s->admin, "address", admin.address, problems) && good;
    }
    if (!view_equal(admin.outcomes, VIEW("off"))) {
        good = check_address(s->admin, "outcomes", admin.outcomes, problems) &&
               good;
    }
    return good;
}

static bool check_bands(const struct settings *s, struct problems *problems)
{
    if (s->band.suspect <= s->band.agent) {
        return true;
    }
    problems_add(problems, PROBLEM_ERROR, s->bands->place, "C004", NULL,
                 "bands: suspect begins at %d, above agent at %d",
                 (int)s->band.suspect, (int)s->band.agent);
    return false;
}

bool settings_read(const struct node *tree, struct view folder,
                   struct arena *arena, struct settings *s,
                   struct problems *problems)
{
    struct limit_settings limits = {0};
    (void)folder;
    memset(s, 0, sizeof *s);
    bool good =
        schema_read(top_keys, tree, "the configuration", s, arena, problems);
    const struct node *version = node_get(tree, "version");
    if (version && good && s->version != 1) {
        problems_add(problems, PROBLEM_ERROR, version->place, "C001", NULL,
                     "version: found %d, expected 1", (int)s->version);
        good = false;
    }
    s->policy_node = node_get(tree, "policy");
    good =
        settings_section(claim_keys, s->claims, "claims", s, arena, problems) &&
        good;
    good = settings_section(band_keys, s->bands, "bands", s, arena, problems) &&
           check_bands(s, problems) && good;
    good = settings_section(limit_keys, s->limits, "limits", &limits, arena,
                            problems) &&
           good;
    good = settings_section(aws_routes_keys, s->aws_routes, "aws-routes",
                            &s->aws, arena, problems) &&
           good;
    s->automata_bytes = limits.automata;
    s->rate_entries = limits.rates;
    s->nonce_entries = limits.signatures;
    return read_door(s, arena, problems) && good;
}

bool settings_site(const struct node *node, struct arena *arena,
                   struct site_settings *out, struct problems *problems)
{
    memset(out, 0, sizeof *out);
    out->place = node->place;
    return schema_read(site_keys, node, "a site", out, arena, problems);
}

struct view settings_path(struct view folder, struct view path,
                          struct arena *arena)
{
    if (path.size == 0 || path.at[0] == '/' || folder.size == 0) {
        return arena_copy(arena, path);
    }
    char *room = arena_alloc(arena, folder.size + path.size + 2);
    if (!room) {
        return VIEW_NONE;
    }
    memcpy(room, folder.at, folder.size);
    room[folder.size] = '/';
    memcpy(room + folder.size + 1, path.at, path.size);
    return view_of(room, folder.size + path.size + 1);
}
