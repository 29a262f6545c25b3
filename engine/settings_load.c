/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of weighbridge.yaml, and the settings as text by path.
 *
 *   C001 unsupported version      C003 a listener's address
 *   C002 too many listeners       C004 a band above the next
 */
#include "settings_load.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define SETTINGS_MAX 1024
#define LISTENERS_MAX 16

static const char *const modes[] = {"enforce", "count", NULL};
static const char *const site_modes[] = {"enforce", "count", "inherit", NULL};
static const char *const unknown_hosts[] = {"default", "reject", NULL};
static const char *const stores[] = {"memory", NULL};
static const char *const dialects[] = {"json",    "nginx",   "forward-auth",
                                       "envoy",   "haproxy", NULL};
static const char *const orders[] = {"dialect", "kept", "lost", NULL};
static const char *const client_ips[] = {"truncated", "full", "off", NULL};
static const char *const queries[] = {"names", "full", "off", NULL};
static const char *const profiles[] = {"weighbridge", NULL};

#define AT(type, member) offsetof(struct type, member)

static const struct schema_key top_keys[] = {
    {"version", SCHEMA_INTEGER, AT(settings, version), true, NULL, NULL, 0, 0,
     "version of this file's form: 1"},
    {"mode", SCHEMA_CHOICE, AT(settings, mode), false, "enforce", modes, 0, 0,
     "count: every answer is 200, prices are free, nothing is claimed"},
    {"enforce-share", SCHEMA_PERCENT, AT(settings, enforce_share), false,
     "100%", NULL, 0, 1000000, "share of clients for which mode is enforce"},
    {"rules", SCHEMA_TEXTS, AT(settings, rules), false, "default", NULL, 0, 0,
     "packs: names of shipped ones, or files"},
    {"policy", SCHEMA_TEXT, AT(settings, policy), false, "default", NULL, 0,
     0, "price policy: name of a shipped one, or a file"},
    {"unknown-host", SCHEMA_CHOICE, AT(settings, unknown_host), false,
     "default", unknown_hosts, 0, 0, "hosts that no site names"},
    {"payments", SCHEMA_NODE, AT(settings, payments), false, NULL, NULL, 0, 0,
     "what is done with payments in each state"},
    {"claims", SCHEMA_NODE, AT(settings, claims), false, NULL, NULL, 0, 0,
     "where claimed payments are kept"},
    {"headers", SCHEMA_NODE, AT(settings, headers), false, NULL, NULL, 0, 0,
     "how the decision is told to the gate"},
    {"sites", SCHEMA_NODE, AT(settings, sites), false, NULL, NULL, 0, 0,
     "hosts with rules or a policy of their own"},
    {"overrides", SCHEMA_NODE, AT(settings, overrides), false, NULL, NULL, 0,
     0, "rules turned off or to count mode, by pack/id"},
    {"bands", SCHEMA_NODE, AT(settings, bands), false, NULL, NULL, 0, 0,
     "scores at which classes begin"},
    {"listen", SCHEMA_NODE, AT(settings, listen), false, NULL, NULL, 0, 0,
     "where the sidecar is asked"},
    {"admin", SCHEMA_NODE, AT(settings, admin), false, NULL, NULL, 0, 0,
     "health and metrics"},
    {"log", SCHEMA_NODE, AT(settings, log), false, NULL, NULL, 0, 0,
     "what is written of each decision"},
    {"limits", SCHEMA_NODE, AT(settings, limits), false, NULL, NULL, 0, 0,
     "bounds on memory and load"},
    {"drain", SCHEMA_DURATION, AT(settings, drain), false, "10s", NULL, 0,
     INT64_C(600000000), "grace for requests under way at SIGTERM"},
    {0},
};

static const struct schema_key claim_keys[] = {
    {"store", SCHEMA_CHOICE, AT(settings, claim.store), false, "memory",
     stores, 0, 0, "memory: claims are lost at a restart"},
    {"capacity", SCHEMA_INTEGER, AT(settings, claim.capacity), false,
     "100000", NULL, 1000, 100000000, "proven claims held at most"},
    {"capacity-unproven", SCHEMA_INTEGER, AT(settings, claim.capacity_unproven),
     false, "100000", NULL, 1000, 100000000, "unproven claims held at most"},
    {0},
};

static const struct schema_key band_keys[] = {
    {"suspect", SCHEMA_INTEGER, AT(settings, band.suspect), false, "30", NULL,
     1, 100, "score from which a request is suspect"},
    {"agent", SCHEMA_INTEGER, AT(settings, band.agent), false, "60", NULL, 1,
     100, "score from which a request is an agent"},
    {0},
};

struct header_settings {
    int profile;
};

static const struct schema_key header_keys[] = {
    {"profile", SCHEMA_CHOICE, AT(header_settings, profile), false,
     "weighbridge", profiles, 0, 0, "names of the headers"},
    {0},
};

struct limit_settings {
    int64_t automata, rates;
    int64_t connections, in_flight, threads, header_bytes, record_bytes, idle;
};

static const struct schema_key limit_keys[] = {
    {"automata", SCHEMA_SIZE, AT(limit_settings, automata), false, "64MiB",
     NULL, 1 << 16, INT64_C(1) << 32, "memory of the rules' automata"},
    {"rates", SCHEMA_INTEGER, AT(limit_settings, rates), false, "65536", NULL,
     64, 16777216, "clients whose rates are remembered"},
    {"connections", SCHEMA_INTEGER, AT(limit_settings, connections), false,
     "1024", NULL, 1, 1000000, "connections of one listener"},
    {"in-flight", SCHEMA_INTEGER, AT(limit_settings, in_flight), false, "256",
     NULL, 1, 1000000, "requests under way; beyond: 429"},
    {"threads", SCHEMA_INTEGER, AT(limit_settings, threads), false, "0", NULL,
     0, 256, "threads of one listener; 0: as many as processors"},
    {"header-bytes", SCHEMA_SIZE, AT(limit_settings, header_bytes), false,
     "64KiB", NULL, 4096, 1 << 20, "memory of one connection"},
    {"record-bytes", SCHEMA_SIZE, AT(limit_settings, record_bytes), false,
     "128KiB", NULL, 1024, 4 << 20, "longest request record"},
    {"idle", SCHEMA_DURATION, AT(limit_settings, idle), false, "75s", NULL,
     1000000, INT64_C(3600000000), "a connection that says nothing is closed"},
    {0},
};

struct admin_settings {
    struct view address;
};

static const struct schema_key admin_keys[] = {
    {"address", SCHEMA_TEXT, AT(admin_settings, address), false,
     "127.0.0.1:8403", NULL, 0, 0, "IP:PORT, unix:PATH or off"},
    {0},
};

struct log_settings {
    struct view decisions;
    int client_ip, query;
};

static const struct schema_key log_keys[] = {
    {"decisions", SCHEMA_TEXT, AT(log_settings, decisions), false, "stderr",
     NULL, 0, 0, "stderr, off or a file; reopened on SIGHUP"},
    {"client-ip", SCHEMA_CHOICE, AT(log_settings, client_ip), false,
     "truncated", client_ips, 0, 0, "client addresses in the log"},
    {"query", SCHEMA_CHOICE, AT(log_settings, query), false, "names", queries,
     0, 0, "query strings in the log"},
    {0},
};

struct listen_settings {
    struct view address;
    int dialect, order;
    struct schema_texts trust_forwarded, headers_known;
    struct view request_id, socket_mode;
    const struct node *take;
};

static const struct schema_key listen_keys[] = {
    {"address", SCHEMA_TEXT, AT(listen_settings, address), false,
     "127.0.0.1:8402", NULL, 0, 0, "IP:PORT or unix:PATH"},
    {"dialect", SCHEMA_CHOICE, AT(listen_settings, dialect), false, "json",
     dialects, 0, 0, "the form in which the proxy asks"},
    {"trust-forwarded", SCHEMA_TEXTS, AT(listen_settings, trust_forwarded),
     false, NULL, NULL, 0, 0, "networks of proxies that are believed"},
    {"headers-known", SCHEMA_TEXTS, AT(listen_settings, headers_known), false,
     NULL, NULL, 0, 0, "headers that the proxy forwards; all if not given"},
    {"order", SCHEMA_CHOICE, AT(listen_settings, order), false, "dialect",
     orders, 0, 0, "does the proxy keep order and case of headers?"},
    {"request-id", SCHEMA_TEXT, AT(listen_settings, request_id), false, NULL,
     NULL, 0, 0, "header with an id that the proxy made itself"},
    {"socket-mode", SCHEMA_TEXT, AT(listen_settings, socket_mode), false,
     "0660", NULL, 0, 0, "permissions of a unix socket, octal"},
    {"take", SCHEMA_NODE, AT(listen_settings, take), false, NULL, NULL, 0, 0,
     "facts that the proxy tells in headers"},
    {0},
};

struct take_settings {
    struct view ja3, ja4;
};

static const struct schema_key take_keys[] = {
    {"ja3", SCHEMA_TEXT, AT(take_settings, ja3), false, NULL, NULL, 0, 0,
     "header with the JA3 fingerprint"},
    {"ja4", SCHEMA_TEXT, AT(take_settings, ja4), false, NULL, NULL, 0, 0,
     "header with the JA4 fingerprint"},
    {0},
};

static const struct schema_key site_keys[] = {
    {"id", SCHEMA_TEXT, AT(site_settings, id), true, NULL, NULL, 0, 0,
     "name of the site"},
    {"hosts", SCHEMA_TEXTS, AT(site_settings, hosts), true, NULL, NULL, 0, 0,
     "host names; *.x is any name below x"},
    {"rules", SCHEMA_TEXTS, AT(site_settings, rules), false, NULL, NULL, 0, 0,
     "packs; the top level's if not given"},
    {"policy", SCHEMA_TEXT, AT(site_settings, policy), false, NULL, NULL, 0,
     0, "policy; the top level's if not given"},
    {"pay-to", SCHEMA_TEXT, AT(site_settings, pay_to), false, NULL, NULL, 0,
     0, "payee; the policy's if not given"},
    {"mode", SCHEMA_CHOICE, AT(site_settings, mode), false, "inherit",
     site_modes, 0, 0, "enforce or count; the top level's if not given"},
    {0},
};

/* ---- reading ---- */

/* A section that is not written has its defaults. */
static bool read_section(const struct schema_key *keys,
                         const struct node *node, const char *what, void *out,
                         struct arena *arena, struct problems *problems)
{
    static const struct node empty = {.kind = NODE_MAP};
    return schema_read(keys, node ? node : &empty, what, out, arena,
                       problems);
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

static bool check_address(const struct node *map, struct view address,
                          struct problems *problems)
{
    const struct node *node = map ? node_get(map, "address") : NULL;
    if (is_address(address)) {
        return true;
    }
    problems_add(problems, PROBLEM_ERROR,
                 node ? node->place : (struct place){0}, "C003", NULL,
                 "address: found '%.*s', expected IP:PORT, [IPv6]:PORT or "
                 "unix:PATH",
                 VIEW_ARG(address));
    return false;
}

static bool read_listener(const struct node *node, struct arena *arena,
                          struct listen_settings *out,
                          struct take_settings *take,
                          struct problems *problems)
{
    memset(out, 0, sizeof *out);
    memset(take, 0, sizeof *take);
    bool good = schema_read(listen_keys, node, "a listener", out, arena,
                            problems);
    good = read_section(take_keys, out->take, "take", take, arena,
                        problems) &&
           good;
    return good && check_address(node, out->address, problems);
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
        good = read_listener(node, arena, &listener, &take, problems) && good;
    }
    return good;
}

/* Sections whose values only the sidecar uses: checked, kept as text. */
static bool read_door(const struct settings *s, struct arena *arena,
                      struct problems *problems)
{
    struct admin_settings admin = {0};
    struct log_settings log = {0};
    struct header_settings headers = {0};
    bool good = read_listeners(s->listen, arena, problems);
    good = read_section(log_keys, s->log, "log", &log, arena, problems) &&
           good;
    good = read_section(header_keys, s->headers, "headers", &headers, arena,
                        problems) &&
           good;
    if (!read_section(admin_keys, s->admin, "admin", &admin, arena,
                      problems)) {
        return false;
    }
    if (!view_equal(admin.address, VIEW("off"))) {
        good = check_address(s->admin, admin.address, problems) && good;
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
    bool good = schema_read(top_keys, tree, "the configuration", s, arena,
                            problems);
    const struct node *version = node_get(tree, "version");
    if (version && good && s->version != 1) {
        problems_add(problems, PROBLEM_ERROR, version->place, "C001", NULL,
                     "version: found %d, expected 1", (int)s->version);
        good = false;
    }
    s->policy_node = node_get(tree, "policy");
    good = read_section(claim_keys, s->claims, "claims", s, arena,
                        problems) &&
           good;
    good = read_section(band_keys, s->bands, "bands", s, arena, problems) &&
           check_bands(s, problems) && good;
    good = read_section(limit_keys, s->limits, "limits", &limits, arena,
                        problems) &&
           good;
    s->automata_bytes = limits.automata;
    s->rate_entries = limits.rates;
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

/* ---- as text by path ---- */

struct flat {
    struct arena *arena;
    struct setting *rows;
    size_t count;
    bool failed;
};

static void flat_add(struct flat *flat, const char *prefix, const char *name,
                     struct view text)
{
    size_t size = strlen(prefix) + strlen(name) + 1;
    char *path = arena_alloc(flat->arena, size);
    struct view copy = arena_copy(flat->arena, text);
    if (!path || !copy.at || flat->count == SETTINGS_MAX) {
        flat->failed = true;
        return;
    }
    snprintf(path, size, "%s%s", prefix, name);
    flat->rows[flat->count++] = (struct setting){path, copy.at};
}

static void flat_number(struct flat *flat, const char *prefix,
                        const char *name, int64_t n)
{
    char room[24];
    struct text text = text_in(room, sizeof room);
    text_add_i64(&text, n);
    flat_add(flat, prefix, name, text_view(&text));
}

static void flat_texts(struct flat *flat, const char *prefix,
                       const char *name, const struct schema_texts *texts)
{
    char item[96];
    snprintf(item, sizeof item, "%s.#", name);
    flat_number(flat, prefix, item, (int64_t)texts->count);
    for (size_t i = 0; i < texts->count; i++) {
        snprintf(item, sizeof item, "%s.%zu", name, i);
        flat_add(flat, prefix, item, texts->nodes[i]->text);
    }
}

/* One row per key of the table; sections (nodes) are left to their own. */
static void flat_table(struct flat *flat, const char *prefix,
                       const struct schema_key *keys, const void *values)
{
    for (; keys->name; keys++) {
        const void *at = (const char *)values + keys->offset;
        switch (keys->type) {
        case SCHEMA_TEXT:
            if (((const struct view *)at)->at) {
                flat_add(flat, prefix, keys->name, *(const struct view *)at);
            }
            break;
        case SCHEMA_CHOICE:
            flat_add(flat, prefix, keys->name,
                     view_text(keys->choices[*(const int *)at]));
            break;
        case SCHEMA_BOOL:
            flat_add(flat, prefix, keys->name,
                     *(const bool *)at ? VIEW("true") : VIEW("false"));
            break;
        case SCHEMA_TEXTS:
            flat_texts(flat, prefix, keys->name, at);
            break;
        case SCHEMA_NODE:
            break;
        default:
            flat_number(flat, prefix, keys->name, *(const int64_t *)at);
        }
    }
}

static void flat_section(struct flat *flat, const char *prefix,
                         const struct schema_key *keys,
                         const struct node *node, void *values)
{
    if (read_section(keys, node, prefix, values, flat->arena, NULL)) {
        flat_table(flat, prefix, keys, values);
    }
}

/* Files and sockets that the sidecar opens count from the folder of the
 * configuration, not from where the process happens to stand. */
static struct view absolute(const struct flat *flat, struct view folder,
                            struct view text)
{
    struct view path = text;
    bool socket = view_starts(text, VIEW("unix:"));
    if (socket) {
        path = view_of(text.at + 5, text.size - 5);
    }
    path = settings_path(folder, path, flat->arena);
    if (!socket || !path.at) {
        return path;
    }
    char *room = arena_alloc(flat->arena, path.size + 6);
    if (!room) {
        return VIEW_NONE;
    }
    memcpy(room, "unix:", 5);
    memcpy(room + 5, path.at, path.size);
    return view_of(room, path.size + 5);
}

static void flat_listener(struct flat *flat, struct view folder, size_t i,
                          const struct node *node)
{
    char prefix[40];
    struct listen_settings listener;
    struct take_settings take;
    snprintf(prefix, sizeof prefix, "listen.%zu.", i);
    if (!read_listener(node, flat->arena, &listener, &take, NULL)) {
        return;
    }
    if (view_starts(listener.address, VIEW("unix:"))) {
        listener.address = absolute(flat, folder, listener.address);
    }
    flat_table(flat, prefix, listen_keys, &listener);
    snprintf(prefix, sizeof prefix, "listen.%zu.take.", i);
    flat_table(flat, prefix, take_keys, &take);
}

static void flat_door(struct flat *flat, const struct settings *s,
                      struct view folder)
{
    static const struct node none = {.kind = NODE_MAP};
    struct admin_settings admin = {0};
    struct log_settings log = {0};
    size_t n = 0;
    for (const struct node *node = s->listen ? s->listen->first : &none; node;
         node = node->next) {
        flat_listener(flat, folder, n++, node);
    }
    flat_number(flat, "listen.", "#", (int64_t)n);
    if (read_section(admin_keys, s->admin, "admin", &admin, flat->arena,
                     NULL)) {
        if (view_starts(admin.address, VIEW("unix:"))) {
            admin.address = absolute(flat, folder, admin.address);
        }
        flat_table(flat, "admin.", admin_keys, &admin);
    }
    if (read_section(log_keys, s->log, "log", &log, flat->arena, NULL)) {
        if (!view_equal(log.decisions, VIEW("stderr")) &&
            !view_equal(log.decisions, VIEW("off"))) {
            log.decisions = absolute(flat, folder, log.decisions);
        }
        flat_table(flat, "log.", log_keys, &log);
    }
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct setting *)a)->path,
                  ((const struct setting *)b)->path);
}

bool settings_flatten(const struct settings *s, struct view folder,
                      struct arena *arena, const struct setting **out,
                      size_t *count)
{
    struct limit_settings limits = {0};
    struct header_settings headers = {0};
    struct flat flat = {.arena = arena};
    flat.rows = arena_array(arena, SETTINGS_MAX, sizeof *flat.rows);
    if (!flat.rows) {
        return false;
    }
    flat_table(&flat, "", top_keys, s);
    flat_table(&flat, "claims.", claim_keys, s);
    flat_table(&flat, "bands.", band_keys, s);
    flat_section(&flat, "limits.", limit_keys, s->limits, &limits);
    flat_section(&flat, "headers.", header_keys, s->headers, &headers);
    flat_door(&flat, s, folder);
    qsort(flat.rows, flat.count, sizeof *flat.rows, compare_paths);
    *out = flat.rows;
    *count = flat.count;
    return !flat.failed;
}
