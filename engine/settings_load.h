/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: weighbridge.yaml. The keys of the engine are typed here; all
 * keys, the sidecar's too, are checked here and kept as text by path for
 * wb_engine_setting().
 */
#ifndef WB_SETTINGS_LOAD_H
#define WB_SETTINGS_LOAD_H

#include "aws_routes_load.h"
#include "config/schema.h"
#include "snapshot.h"

/* Sections that other floors read are kept as nodes (NULL: not written). */
struct settings {
    int64_t version;
    int mode; /* 0 enforce, 1 count */
    int64_t enforce_share;
    const struct node *rules; /* NULL: the shipped pack */
    struct view shadow;       /* NONE: there is none */
    struct view robots;       /* or NONE */
    struct view policy;
    const struct node *policy_node; /* for its place, or NULL */
    int unknown_host;               /* 0 default, 1 reject */
    int64_t drain, watch;
    const struct node *payments, *claims, *headers, *sites, *overrides;
    const struct node *listen, *admin, *log, *limits, *bands, *networks;
    const struct node *web_bot_auth, *aws_routes;
    int profile; /* enum header_profile */
    struct aws_routes_settings aws;
    struct {
        int store;      /* an enum claims_store */
        int durability; /* 0 process, 1 power */
        struct view path;
        int64_t capacity, capacity_unproven;
        struct view address, username, password, password_file, prefix;
        int64_t database, answer_within;
        int on_store_failure; /* 0 reject, 1 local */
        bool trust_persistence;
    } claim;
    struct {
        int64_t suspect, agent;
    } band;
    int64_t automata_bytes;
    int64_t rate_entries, nonce_entries;
};

struct site_settings {
    struct view id;
    struct schema_texts hosts;
    const struct node *rules; /* NULL: those of the top level */
    struct view policy;
    struct view pay_to, robots;
    int mode; /* 0 enforce, 1 count, 2 as the top level */
    struct place place;
};

/* Reads the tree (an empty map: all defaults). `folder` is where relative
 * paths count from. False when there was an error. */
bool settings_read(const struct node *tree, struct view folder,
                   struct arena *arena, struct settings *out,
                   struct problems *problems);
/* Item i of `sites:`. */
bool settings_site(const struct node *node, struct arena *arena,
                   struct site_settings *out, struct problems *problems);
/* All settings as text, sorted by path; false when out of memory. Call after
 * settings_read succeeded. */
bool settings_flatten(const struct settings *settings,
                      const struct payment_settings *payments,
                      struct view folder, struct arena *arena,
                      const struct setting **out, size_t *count);
/* claims_load.c: the claims of settings that were read, their files too. */
bool claims_load(const struct settings *settings, struct view folder,
                 struct arena *arena, struct claim_settings *out,
                 struct problems *problems);
/* `path` from `folder`, unless it is absolute. NUL-terminated. */
struct view settings_path(struct view folder, struct view path,
                          struct arena *arena);

#endif
