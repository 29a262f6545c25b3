/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the table of known names. Those that the request floor itself asks
 * for are always in it.
 */
#include "request/known_names.h"
#include "request/retry.h"

static const char *const own_names[] = {
    "connection", "trailer",           "cookie",
    "x-payment",  "payment-signature", "access-control-expose-headers"};

/* What most requests have: their names need no look at each byte. */
static const char *const usual_names[] = {"host",
                                          "user-agent",
                                          "accept",
                                          "accept-language",
                                          "accept-encoding",
                                          "referer",
                                          "origin",
                                          "cache-control",
                                          "pragma",
                                          "dnt",
                                          "priority",
                                          "range",
                                          "te",
                                          "authorization",
                                          "if-none-match",
                                          "if-modified-since",
                                          "upgrade-insecure-requests",
                                          "sec-fetch-dest",
                                          "sec-fetch-mode",
                                          "sec-fetch-site",
                                          "sec-fetch-user",
                                          "sec-ch-ua",
                                          "sec-ch-ua-mobile",
                                          "sec-ch-ua-platform",
                                          "sec-gpc",
                                          "x-forwarded-for",
                                          "via"};

/* Looked for in every request: by what was met, not by looking through. */
static const char *const sought_names[] = {
    "signature-input",        "x-original-url", "x-rewrite-url",
    "x-http-method-override", "x-http-method",  "x-method-override"};

static bool add_all(struct known_names *names, const char *const *list,
                    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!known_names_add(names, view_text(list[i]))) {
            return false;
        }
    }
    return true;
}

struct known_names *known_names_new(struct arena *arena)
{
    struct known_names *names = arena_alloc(arena, sizeof(*names));

    if (!names) {
        return NULL;
    }
    names->arena = arena;
    return add_all(names, own_names, sizeof(own_names) / sizeof(*own_names)) &&
                   add_all(names, usual_names,
                           sizeof(usual_names) / sizeof(*usual_names)) &&
                   add_all(names, sought_names,
                           sizeof(sought_names) / sizeof(*sought_names))
               ? names
               : NULL;
}

static bool make_room(struct known_names *names)
{
    unsigned room = names->room ? 2 * names->room : 64;
    struct known_name **known;

    if (names->count < names->room) {
        return true;
    }
    known = names->count < UINT32_MAX / 4
                ? arena_array(names->arena, room, sizeof(*known))
                : NULL;
    if (!known) {
        return false;
    }
    if (names->count > 0) {
        memcpy(known, names->known, names->count * sizeof(struct known_name *));
    }
    names->known = known;
    names->room = room;
    return true;
}

static void put(struct known_names *names, struct known_name *known)
{
    size_t i = name_hash(known->ends, known->name.size) & names->mask;

    while (names->table[i]) {
        i = (i + 1) & names->mask;
    }
    names->table[i] = known;
}

/* At least three of four places stay free. */
static bool make_table(struct known_names *names)
{
    size_t size = names->table ? names->mask + 1 : 256;

    if (names->table && 4 * (size_t)names->count < size) {
        return true;
    }
    size *= names->table ? 2 : 1;
    names->table = arena_array(names->arena, size, sizeof(struct known_name *));
    if (!names->table) {
        return false;
    }
    names->mask = size - 1;
    for (unsigned i = 0; i < names->count; i++) {
        put(names, names->known[i]);
    }
    return true;
}

static uint64_t kept_of(uint64_t word)
{
    char bytes[8];

    memcpy(bytes, &word, 8);
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (char)(bytes[i] >= 'a' && bytes[i] <= 'z' ? ~0x20 : ~0);
    }
    memcpy(&word, bytes, 8);
    return word;
}

static unsigned char roles_of(struct view lower)
{
    unsigned char roles = 0;

    if (header_is_of_retry(lower, NULL)) {
        roles |= NAME_RETRY;
    }
    for (size_t i = 0; i < sizeof(sought_names) / sizeof(*sought_names); i++) {
        if (view_equal(lower, view_text(sought_names[i]))) {
            roles |= i == 0 ? NAME_SIGNS : NAME_OVERRIDES;
        }
    }
    if (view_find_either(lower, 0, '_', '.') < lower.size) {
        roles |= NAME_OTHER;
    }
    return roles;
}

static struct known_name *make_name(struct known_names *names, struct view name)
{
    struct known_name *known = arena_alloc(names->arena, sizeof(*known));
    char *lower = arena_alloc(names->arena, name.size + KNOWN_NAME_ROOM);

    if (!known || !lower) {
        return NULL;
    }
    for (size_t i = 0; i < name.size; i++) {
        lower[i] = ascii_lower(name.at[i]);
    }
    known->name = view_of(lower, name.size);
    known->number = names->count;
    known->roles = roles_of(known->name);
    known->lists = view_equal(known->name, VIEW("connection")) ||
                   view_equal(known->name, VIEW("trailer"));
    known->ends = name_ends(known->name);
    known->ends_kept = (struct name_ends){kept_of(known->ends.first),
                                          kept_of(known->ends.last)};
    if (name.size > 16) {
        known->middle = name_middle(known->name);
        known->middle_kept = (struct name_middle){kept_of(known->middle.second),
                                                  kept_of(known->middle.third)};
    }
    return known;
}

bool known_names_add(struct known_names *names, struct view name)
{
    struct known_name *known;

    if (!make_table(names) || !make_room(names)) {
        return false;
    }
    if (known_names_find(names, name)) {
        return true;
    }
    known = make_name(names, name);
    if (!known) {
        return false;
    }
    names->known[names->count++] = known;
    put(names, known);
    return true;
}

bool known_names_retry(struct known_names *names, struct view name)
{
    if (!known_names_add(names, name)) {
        return false;
    }
    for (unsigned i = 0; i < names->count; i++) {
        if (view_equal_fold(names->known[i]->name, name)) {
            names->known[i]->roles |= NAME_RETRY;
        }
    }
    return true;
}
