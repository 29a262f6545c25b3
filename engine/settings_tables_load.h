/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: the tables of weighbridge.yaml, one per section, and the
 * structs that they fill. What the engine itself uses is in struct settings;
 * the rest is the sidecar's, checked here and handed over as text.
 */
#ifndef WB_SETTINGS_TABLES_LOAD_H
#define WB_SETTINGS_TABLES_LOAD_H

#include "aws_routes_load.h"
#include "settings_load.h"

struct header_settings {
    int profile;
};

struct network_settings {
    struct schema_texts country, asn;
    const struct node *sets;
};

/* One of rules. */
struct pack_settings {
    struct view pack, pin;
    int mode; /* 0 enforce, 1 count */
    struct place place;
};

/* One of networks.sets. */
struct set_settings {
    struct schema_texts file;
    struct view source, date;
    int64_t max_age;
};

struct web_bot_auth_settings {
    int64_t lifetime, skew;
    const struct node *keys;
};

/* One of web-bot-auth.keys. */
struct signer_settings {
    struct set_settings set;
    struct view org, category;
};

struct limit_settings {
    int64_t automata, rates, signatures;
    int64_t connections, in_flight, threads, header_bytes, record_bytes, idle;
};

struct admin_settings {
    struct view address, tokens, outcomes;
    int64_t generations;
};

struct log_settings {
    struct view decisions, audit;
    int client_ip, query;
};

struct listen_settings {
    struct view address;
    int dialect, order;
    bool can_strip;
    struct schema_texts trust_forwarded, headers_known;
    struct view request_id, socket_mode, socket_owner;
    const struct node *take;
};

struct take_settings {
    struct view ja3, ja4, load;
};

extern const struct schema_key top_keys[];
extern const struct schema_key claim_keys[];
extern const struct schema_key pack_keys[];
extern const struct schema_key band_keys[];
extern const struct schema_key network_keys[];
extern const struct schema_key set_keys[];
extern const struct schema_key web_bot_auth_keys[];
extern const struct schema_key signer_keys[];
extern const struct schema_key header_keys[];
extern const struct schema_key aws_routes_keys[];
extern const struct schema_key limit_keys[];
extern const struct schema_key admin_keys[];
extern const struct schema_key log_keys[];
extern const struct schema_key listen_keys[];
extern const struct schema_key take_keys[];
extern const struct schema_key site_keys[];

/* settings_shape_load.c: the whole file. */
extern const struct shape settings_shape;

/* Reads a section by its table; one that is not written (NULL) has its
 * defaults. */
bool settings_section(const struct schema_key *keys, const struct node *node,
                      const char *what, void *out, struct arena *arena,
                      struct problems *problems);
/* Item of `listen:`, with the section `take` in it. */
bool settings_listener(const struct node *node, struct arena *arena,
                       struct listen_settings *out, struct take_settings *take,
                       struct problems *problems);

#endif
