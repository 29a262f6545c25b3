/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated path of price, load and revenue, and how it is shown.
 */
#ifndef WB_CLI_SIMULATE_PATH_H
#define WB_CLI_SIMULATE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* One period. Loads are parts of the target, prices of the plain price. */
struct moment {
    double base; /* what would be asked for at the plain price */
    double load; /* what was */
    double price;
    double revenue; /* load times price, in targets at the plain price */
};

/* One stretch in which the base did not change, and how it went. */
struct phase {
    size_t from, until;
    double base;
    bool in_reach; /* some price within the bounds meets the target */
    long settled;  /* periods until the load stayed within a tenth; -1: never */
    double load;   /* mean, once settled */
    double swing;  /* of the price over the last half: greatest by least */
};

struct path {
    const char *demand, *shape;
    double period; /* seconds */
    double floor, ceiling, elasticity;
    unsigned long long seed;
    struct moment *moments;
    size_t count;
    struct phase *phases;
    size_t phase_count;
};

void path_table(const struct path *path);
void path_json(const struct path *path);
void path_svg(const struct path *path);

#endif
