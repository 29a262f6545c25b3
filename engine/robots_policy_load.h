/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: a policy drafted from a robots.txt. What it forbids is
 * refused, whoever it names gets a tier, people pay nothing, and what is left
 * is for sale at a price to be thought about.
 */
#ifndef WB_ROBOTS_POLICY_LOAD_H
#define WB_ROBOTS_POLICY_LOAD_H

#include "base/arena.h"
#include "request/robots.h"

/* Is it a label that some rule gives? */
typedef bool robots_policy_knows(void *context, struct view label);

/* The policy's text, in the arena; VIEW_NONE: out of memory, or too long. */
struct view robots_policy_write(struct arena *arena,
                                const struct robots *robots,
                                robots_policy_knows *knows, void *context);

#endif
