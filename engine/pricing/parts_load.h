/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts that a policy is read by, each from its own node. Every reader
 * reports what is wrong and goes on; the loader remembers that it was.
 *
 *   P001 version               P016 amount too large     P031 host
 *   P002 unknown preset        P017 finer than the asset P032 query
 *   P003 asset's name          P018 above 1 USD          P033 free pattern
 *   P004 network               P019 refusal's status     P034 not supported
 *   P005 address               P020 refusal's reason     P035 unreachable
 *   P006 checksum              P021 license                   route
 *   P007 contradicts what      P022 contact              P036 unreachable
 *        is known              P023 route id                  tier
 *   P008 text of an asset      P024 id taken             P037 class unnamed
 *   P009 eip712 missing        P025 empty list           P038 reject below a
 *   P010 pay-to missing        P026 path without '/'          cheaper tier
 *   P011 pay-to                P027 path not canonical   P039 burn or zero
 *   P012 price                 P028 '**' in a segment         payee
 *   P013 price of 0            P029 path too long        P040 tier on a path
 *   P014 unknown asset         P030 method               P041 out of memory
 *   P015 not a plain decimal
 *
 *   P042 rate of exchange      P045 units                P048 factor, steps
 *   P043 currency without      P046 window of time       P049 volume, demand
 *        a rate                P047 zone              P051 quotes
 *   P044 prices side by side                          P052 their keys
 */
#ifndef WB_PRICING_PARTS_LOAD_H
#define WB_PRICING_PARTS_LOAD_H

#include "classify/rules_load.h"
#include "config/shape.h"
#include "config/tree.h"
#include "pricing/policy.h"

struct loader {
    struct arena *arena;
    struct policy *policy;
    struct rules *rules;
    struct view site; /* id */
    struct problems *problems;
    bool failed;
    struct shared_condition *conditions; /* a power of two, by hash */
    size_t condition_count, condition_room;
};

/* The number of a tier's condition; equal ones, written alike, are one.
 * SIZE_MAX after an error. */
size_t condition_share(struct loader *loader, const struct node *when);

/* For messages: at most 80 bytes of a text. */
struct view load_shown(struct view v);
/* Reports an error at the node and returns false; a warning returns true. */
bool load_error(struct loader *loader, const struct node *node,
                const char *code, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
bool load_warn(struct loader *loader, const struct node *node, const char *code,
               const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
bool load_memory(struct loader *loader, const struct node *node);
/* Zeroed memory; reports when there is none. n may be 0. */
void *load_array(struct loader *loader, const struct node *node, size_t n,
                 size_t size);
/* The same, from the start of a cache line. */
void *load_lines(struct loader *loader, const struct node *node, size_t n,
                 size_t size);
/* schema_read, remembering a failure. */
bool load_map(struct loader *loader, const struct schema_key *keys,
              const struct node *map, const char *what, void *out);

/* What the parts look like, each said beside its reader. */
extern const struct shape assets_shape, payee_shape, exchange_shape,
    routes_shape, price_shape, refusal_shape, quotes_shape, window_shape,
    units_shape, steps_shape, volumes_shape, volume_shape, demands_shape,
    demand_shape;

/* assets: { NAME: PRESET or a map }. */
bool assets_read(struct loader *loader, const struct node *assets);
/* The payee of all assets, or a map of one for each. `of_site` (or NONE) wins
 * over the node, which may be NULL then; `map` gives the place. */
bool payee_read(struct loader *loader, const struct node *map,
                const struct node *node, struct view of_site);
/* The address of that payee on the network; *out is spelled with its
 * checksum. */
bool asset_address_read(struct loader *loader, const struct node *node,
                        struct view text, struct view network, const char *what,
                        const char *code, struct view *out);
/* exchange: { ASSET: 1 USD }. */
bool exchange_read(struct loader *loader, const struct node *map);
/* Three capital letters. */
bool is_currency(struct view name);
/* A payee that nobody can spend from. */
bool payee_is_burned(struct view payee);

/* free, reject, { reject: {...} } or "0.03 usdc". */
bool outcome_read(struct loader *loader, const struct node *node,
                  struct outcome *out);
/* The map { reject: {...} }. */
bool refusal_read(struct loader *loader, const struct node *node,
                  struct outcome *out);

/* A path pattern; `strict` says that it will make something free. */
bool pattern_read(struct loader *loader, const struct node *node, bool strict,
                  struct pattern *out);

/* 0.8 or 0.8x, above 0 and at most `most`, in parts per million. */
bool factor_read(struct loader *loader, const struct node *node, uint64_t most,
                 uint64_t *out);
/* [{ from: N, factor: F }, ...], rising and falling. */
bool steps_read(struct loader *loader, const struct node *list,
                struct rebate **out, size_t *count);
/* The name of a header that prices may hang on: not of one that payments
 * bring. The view is kept. */
bool header_name_read(struct loader *loader, const struct node *node,
                      struct view *out);
/* units: {...}; NULL after an error. */
const struct units *units_read(struct loader *loader, const struct node *map);
/* volume: { NAME: {...} } and demand: { NAME: {...} } of the policy; NULL is
 * fine. */
bool volumes_read(struct loader *loader, const struct node *groups);
bool demands_read(struct loader *loader, const struct node *groups);
/* A route's own, or the name of a group; NULL after an error. */
const struct volume *volume_read(struct loader *loader, const struct node *node,
                                 struct view route);
const struct demand *demand_read(struct loader *loader, const struct node *node,
                                 struct view route);
/* quotes: {...}, or NULL for its defaults. */
bool quotes_read(struct loader *loader, const struct node *map);
/* valid: {...}; NULL after an error. */
const struct window *window_read(struct loader *loader, const struct node *map);
/* "UTC", "+01:00", "Europe/Berlin" or the path of a TZif file. */
bool zone_read(struct loader *loader, const struct node *node,
               struct zone *out);
/* A TZif file's bytes; false if they are not one. `changes` has room for
 * ZONE_CHANGES_MAX. */
#define ZONE_CHANGES_MAX 4096
bool zone_parse(struct view bytes, struct zone *out,
                struct zone_change *changes);

/* What a tier's condition says of class and labels, as far as that is plain
 * to see: used for warnings only. */
struct glance {
    unsigned classes;      /* bits of enum class that it may hold for */
    bool only_class;       /* and it holds for all of those */
    struct view labels[8]; /* that it needs */
    size_t label_count;
    bool reads_path;
};
#define GLANCE_ALL_CLASSES 15u
void glance_read(const struct node *when, struct glance *out);
/* Can both conditions hold at once, for all that is plain to see? */
bool glance_may_overlap(const struct glance *a, const struct glance *b);

/* What may multiply a route's prices at most. `rebated`: with rebates of next
 * to nothing, on the way to which the numbers are largest. */
struct factors route_most(const struct route *route, bool rebated);
/* Gives all outcomes their order of dearness. */
bool outcomes_rank(struct loader *loader, const struct node *tree);

/* routes: [...]; then the warnings about what cannot be reached. */
bool routes_read(struct loader *loader, const struct node *routes);
bool route_index_make(struct loader *loader, const struct node *node);
void routes_review(struct loader *loader, const struct node *routes);

#endif
