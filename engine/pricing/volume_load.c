/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volume steps as they are written, of one route or of a group that several
 * routes name.
 *
 *   volume: { per: client-ip, window: 24h, steps: [...] }
 *   volume: { per: header, header: X-Customer, window: 30d, steps: [...] }
 *   volume: { per: payer, payer-hint: X-Payer, window: 24h, steps: [...] }
 */
#include "base/hash.h"
#include "pricing/parts_load.h"

#define WINDOW_LEAST INT64_C(60000000)
#define WINDOW_MOST INT64_C(8640000000000) /* 100 days */

static const char *const pers[] = {"client-ip", "agent", "wba-key",
                                   "header",    "payer", NULL};

struct volume_keys {
    int per;
    const struct node *header, *hint, *steps;
    int64_t window;
};
static const struct schema_key volume_schema[] = {
    {"per", SCHEMA_CHOICE, offsetof(struct volume_keys, per), true, NULL, pers,
     0, 0, "whose payments are counted together"},
    {"header", SCHEMA_NODE, offsetof(struct volume_keys, header), false, NULL,
     NULL, 0, 0, "the header that names the customer, for 'per: header'"},
    {"payer-hint", SCHEMA_NODE, offsetof(struct volume_keys, hint), false, NULL,
     NULL, 0, 0,
     "the header in which the unpaid ask says who will pay, for 'per: payer'"},
    {"window", SCHEMA_DURATION, offsetof(struct volume_keys, window), false,
     "24h", NULL, WINDOW_LEAST, WINDOW_MOST, "how long a payment counts"},
    {"steps", SCHEMA_NODE, offsetof(struct volume_keys, steps), true, NULL,
     NULL, 0, 0, "cheaper from so many on: [{ from: 1000, factor: 0.8 }]"},
    {0}};

static const struct shape_part volume_parts[] = {{"header", &shape_scalar},
                                                 {"payer-hint", &shape_scalar},
                                                 {"steps", &steps_shape},
                                                 {0}};
static const struct shape own_shape = {.kind = SHAPE_KEYS,
                                       .name = "volume",
                                       .keys = volume_schema,
                                       .parts = volume_parts};
const struct shape volumes_shape = {.kind = SHAPE_MAP, .of = &own_shape};
static const struct shape *const volume_any[] = {&shape_scalar, &own_shape,
                                                 NULL};
const struct shape volume_shape = {.kind = SHAPE_EITHER, .either = volume_any};

/* The header that `per` wants, and no other. */
static bool read_header(struct loader *loader, const struct node *map,
                        const struct volume_keys *keys, struct volume *out)
{
    const struct node *wanted = out->per == VOLUME_HEADER  ? keys->header
                                : out->per == VOLUME_PAYER ? keys->hint
                                                           : NULL;
    bool wants = out->per == VOLUME_HEADER || out->per == VOLUME_PAYER;

    if (out->per == VOLUME_PAYER && !keys->hint) {
        return load_error(loader, map, "P049",
                          "payer-hint: X-Payer, a header that clients send "
                          "with the unpaid ask too",
                          "'per: payer' needs 'payer-hint': who will pay is "
                          "not known when the price is told");
    }
    if ((wants && !wanted) || (!wants && (keys->header || keys->hint)) ||
        (keys->header && keys->hint)) {
        return load_error(loader, map, "P049", NULL,
                          "'header' is for 'per: header', 'payer-hint' for "
                          "'per: payer'");
    }
    return !wants || header_name_read(loader, wanted, &out->header);
}

/* What makes another definition starts counting anew. */
static void make_key(struct loader *loader, struct volume *volume)
{
    struct sha256 hash;
    const struct view parts[] = {VIEW("volume"), loader->site, volume->name,
                                 volume->header};

    sha256_start(&hash);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        sha256_add(&hash, parts[i]);
        sha256_add(&hash, view_of("", 1));
    }
    sha256_add(&hash, view_of((const char *)&volume->per, sizeof volume->per));
    sha256_add(&hash,
               view_of((const char *)&volume->window, sizeof volume->window));
    sha256_end(&hash, volume->key);
}

static const struct volume *
read_volume(struct loader *loader, const struct node *map, struct view name)
{
    struct volume_keys keys = {0};
    struct volume *volume = load_array(loader, map, 1, sizeof *volume);

    if (!volume || !load_map(loader, volume_schema, map, "volume", &keys)) {
        return NULL;
    }
    volume->name = name;
    volume->per = (enum volume_per)keys.per;
    volume->window = keys.window;
    if (!read_header(loader, map, &keys, volume) ||
        !steps_read(loader, keys.steps, &volume->steps, &volume->step_count)) {
        return NULL;
    }
    make_key(loader, volume);
    loader->policy->moves = true;
    return volume;
}

bool volumes_read(struct loader *loader, const struct node *groups)
{
    struct policy *policy = loader->policy;

    if (!groups) {
        return true;
    }
    if (!schema_expect(groups, NODE_MAP, loader->problems)) {
        loader->failed = true;
        return false;
    }
    policy->volumes =
        load_array(loader, groups, groups->count, sizeof *policy->volumes);
    for (const struct node *node = groups->first; policy->volumes && node;
         node = node->next) {
        const struct volume *volume = read_volume(loader, node, node->key);
        if (volume) {
            policy->volumes[policy->volume_count++] = volume;
        }
    }
    return !loader->failed;
}

const struct volume *volume_read(struct loader *loader, const struct node *node,
                                 struct view route)
{
    const struct policy *policy = loader->policy;

    if (node->kind != NODE_SCALAR) {
        return read_volume(loader, node, route);
    }
    for (size_t i = 0; i < policy->volume_count; i++) {
        if (view_equal(policy->volumes[i]->name, node->text)) {
            return policy->volumes[i];
        }
    }
    load_error(loader, node, "P049", "name one under the policy's 'volume:'",
               "no volume is called '%.*s'", VIEW_ARG(load_shown(node->text)));
    return NULL;
}
