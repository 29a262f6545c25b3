/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of weighbridge.yaml: which table is read where.
 */
#include "classify/rules_load.h"
#include "payment/settings_load.h"
#include "settings_tables_load.h"

#define KEYS(its_keys)                                                         \
    {                                                                          \
        .kind = SHAPE_KEYS, .keys = its_keys                                   \
    }
static const struct shape claims = KEYS(claim_keys);
static const struct shape bands = KEYS(band_keys);
static const struct shape headers = KEYS(header_keys);
static const struct shape aws_routes = KEYS(aws_routes_keys);
static const struct shape limits = KEYS(limit_keys);
static const struct shape admin = KEYS(admin_keys);
static const struct shape decisions = KEYS(log_keys);
static const struct shape take = KEYS(take_keys);
static const struct shape set = KEYS(set_keys);
static const struct shape signer = KEYS(signer_keys);
static const struct shape pack = KEYS(pack_keys);
#undef KEYS

/* `default`, { pack: default, pin: 2026.11 }, or a list of such */
static const struct shape *const pack_any[] = {&shape_scalar, &pack, NULL};
static const struct shape one_pack = {.kind = SHAPE_EITHER, .either = pack_any};
static const struct shape pack_list = {.kind = SHAPE_LIST, .of = &one_pack};
static const struct shape *const packs_any[] = {&shape_scalar, &pack,
                                                &pack_list, NULL};
static const struct shape packs = {
    .kind = SHAPE_EITHER, .name = "packs", .either = packs_any};

static const struct shape sets = {.kind = SHAPE_MAP, .of = &set};
static const struct shape_part network_parts[] = {{"sets", &sets}, {0}};
static const struct shape networks = {
    .kind = SHAPE_KEYS, .keys = network_keys, .parts = network_parts};

static const struct shape signers = {.kind = SHAPE_MAP, .of = &signer};
static const struct shape_part signed_parts[] = {{"keys", &signers}, {0}};
static const struct shape web_bot_auth = {
    .kind = SHAPE_KEYS, .keys = web_bot_auth_keys, .parts = signed_parts};

static const struct shape_part listen_parts[] = {{"take", &take}, {0}};
static const struct shape listener = {
    .kind = SHAPE_KEYS, .keys = listen_keys, .parts = listen_parts};
static const struct shape listeners = {
    .kind = SHAPE_LIST, .of = &listener, .least = 1};

static const struct shape_part site_parts[] = {{"rules", &packs}, {0}};
static const struct shape site = {
    .kind = SHAPE_KEYS, .keys = site_keys, .parts = site_parts};
static const struct shape sites = {.kind = SHAPE_LIST, .of = &site};

static const struct shape_part top_parts[] = {{"rules", &packs},
                                              {"payments", &payments_shape},
                                              {"claims", &claims},
                                              {"headers", &headers},
                                              {"aws-routes", &aws_routes},
                                              {"sites", &sites},
                                              {"overrides", &overrides_shape},
                                              {"bands", &bands},
                                              {"networks", &networks},
                                              {"web-bot-auth", &web_bot_auth},
                                              {"listen", &listeners},
                                              {"admin", &admin},
                                              {"log", &decisions},
                                              {"limits", &limits},
                                              {0}};
const struct shape settings_shape = {
    .kind = SHAPE_KEYS, .keys = top_keys, .parts = top_parts};
