/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: the route configuration of AWS' sample of x402 at the edge,
 * written as a policy of ours.
 *
 *   {"version":"2","routes":[{"pattern":"/api/x","policies":[
 *     {"condition":"awswaf:managed:aws:bot-control:bot:verified",
 *      "action":"0.003"},
 *     {"condition":"default","action":"block"}]}]}
 */
#ifndef WB_AWS_ROUTES_LOAD_H
#define WB_AWS_ROUTES_LOAD_H

#include "base/arena.h"
#include "base/problems.h"
#include "config/tree.h"

struct aws_routes_settings {
    struct view asset;  /* usdc@base-sepolia */
    struct view pay_to; /* an address */
};

/* Is it a label that some rule gives? */
typedef bool aws_routes_knows(void *context, struct view label);

/* Does the tree have their form? */
bool aws_routes_are(const struct node *tree);
/* The policy's text, in the arena; VIEW_NONE with problems reported. */
struct view aws_routes_write(struct arena *arena, const struct node *tree,
                             const struct aws_routes_settings *settings,
                             aws_routes_knows *knows, void *context,
                             struct problems *problems);

#endif
