/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot: everything that one load of the configuration made, immutable
 * but for its reference count and counters. Requests hold references, so a
 * reload swaps one pointer and the old snapshot goes when the last request
 * that used it is done.
 *
 *   wb_engine ── sites[] ──► ruleset ── program, plan
 *             │          └─► policy
 *             ├─ guard, payment settings
 *             ├─ databases of addresses; address sets are in the programs
 *             └─ settings: every key of weighbridge.yaml as text, by path
 */
#ifndef WB_SNAPSHOT_H
#define WB_SNAPSHOT_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/arena.h"
#include "classify/program.h"
#include "dated_lists.h"
#include "payment/payment.h"
#include "pricing/price.h"
#include "request/facts.h"
#include "request/guard.h"
#include "request/keyring.h"
#include "request/mmdb.h"
#include "state/state.h"
#include "tokens.h"
#include "weighbridge.h"

/* Lent to who weighs; see memo.c. */
#define MEMOS_MAX 16
struct memos {
    atomic_uint made;
    _Atomic(struct memo *) idle[MEMOS_MAX]; /* owned; NULL: lent, or not made */
};

/* One program, shared by all sites with the same rules. */
struct ruleset {
    struct program *program;
    const struct plan *plan;
    atomic_uint_least64_t *fired; /* per rule */
    struct memos *memos;
};

struct site {
    struct view id;
    uint64_t id_hash; /* not 0: its counters' key, whatever its number */
    const struct view *hosts; /* lower case; "*.x" is any name below x */
    size_t host_count;
    size_t ruleset;
    const struct policy *policy;
    const struct robots *robots; /* NULL: none was given */
    bool count;                  /* mode: count */
};

struct setting {
    const char *path; /* "listen.0.address" */
    const char *text;
};

enum header_profile { PROFILE_WEIGHBRIDGE, PROFILE_AWS_WAF };

/* Where claims are kept. CLAIMS_AUTO: in lmdb where whoever opens the state
 * gives it a folder, else in memory. */
enum claims_store { CLAIMS_AUTO, CLAIMS_MEMORY, CLAIMS_LMDB, CLAIMS_VALKEY };
struct claim_settings {
    enum claims_store store;
    size_t proven, unproven; /* capacities */
    const char *path;        /* of lmdb, or NULL: not written */
    bool power;
    struct store_valkey_settings valkey; /* address NULL: none */
};

struct wb_engine {
    atomic_uint references;
    uint64_t serial; /* unique in this process */
    struct arena *arena;
    char generation[17];
    unsigned char configuration[32]; /* hash of all but the lists */
    struct ruleset *rulesets;
    size_t ruleset_count;
    size_t rule_count, example_count; /* of all rulesets */
    struct wb_engine *shadow;         /* or NULL; one reference */
    struct site *sites;               /* sites[0] is the default site */
    size_t site_count;
    bool reject_unknown_host;
    uint32_t enforce_share; /* parts per million */
    enum header_profile profile;
    struct guard *guard;
    const struct known_names *names; /* of headers: for guard and plans */
    struct databases databases;      /* closed with the snapshot */
    struct keyring keyring;          /* of agents that sign their requests */
    struct dated_lists lists;        /* what these stand on */
    struct payment_settings payments;
    struct claim_settings claims;
    size_t rate_entries, nonce_entries;
    struct tokens tokens;           /* of the admin API */
    const struct setting *settings; /* sorted by path */
    size_t setting_count;
    const char *notice; /* or NULL */
};

/* Is it a host's name that everybody reads alike: letters, digits, '-', '_'
 * and single dots, or an address in brackets? No port, no blank, no '%'. */
bool host_is_plain(struct view host);
/* The site that a host name belongs to; NULL when unknown hosts are
 * rejected. */
const struct site *engine_site(const struct wb_engine *engine,
                               struct view host);
/* The host that a target in absolute form brings, as sent; or NONE. */
struct view target_host(struct view target);
/* Do all servers take it for the same site's? */
bool site_is_certain(const struct wb_engine *engine,
                     const struct request *request);

#endif
