/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge simulate-price: where a policy's demand leads. Its controller,
 * the one that serves, is run against traffic that is made up: an arrival
 * curve, thinned by the price that the period before was told, and counted
 * with chance (Poisson, by a seed).
 *
 *   asks(n) ~ Poisson(base(n) * price(n-1) ^ -elasticity)
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/simulate_path.h"

#define ONE 1e6
#define PERIODS_MOST 100000
#define WINDOW 12  /* periods over which chance is averaged */
#define WITHIN 0.1 /* of the target */

static const char *config, *site, *shape, *elasticity_text, *periods_text,
    *seed_text, *name;
static bool json, svg;

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = "--site",
     .value = "ID",
     .about = "whose policy; default",
     .text = &site},
    {.name = "--demand",
     .value = "NAME",
     .about = "a group's name or a route's id; the first",
     .text = &name},
    {.name = "--load",
     .value = "SHAPE",
     .about = "constant, step, ramp, square or bursty; step",
     .text = &shape},
    {.name = "--elasticity",
     .value = "E",
     .about = "by how much a higher price is asked for less; 1",
     .text = &elasticity_text},
    {.name = "--periods",
     .value = "N",
     .about = "how many; 240",
     .text = &periods_text},
    {.name = "--seed",
     .value = "N",
     .about = "of chance; 1",
     .text = &seed_text},
    {.name = "--json", .about = "the whole path as JSON", .flag = &json},
    {.name = "--svg", .about = "the whole path as an image", .flag = &svg},
    {.name = NULL},
};

/* ---- chance ---- */

static unsigned long long chance;

/* Above 0 and below 1. */
static double uniform(void)
{
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    return ((double)(chance >> 11) + 0.5) / 9007199254740992.0;
}

static double poisson(double mean)
{
    double product = 1;
    double n = -1;

    if (mean > 50) { /* the normal distribution is near enough */
        double normal =
            sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
        n = floor(mean + sqrt(mean) * normal + 0.5);
        return n > 0 ? n : 0;
    }
    do {
        product *= uniform();
        n++;
    } while (product > exp(-mean));
    return n;
}

/* ---- arrival curves: parts of the target, at the plain price ---- */

static double constant_load(size_t i, size_t count)
{
    (void)i, (void)count;
    return 1.5;
}

static double step_load(size_t i, size_t count)
{
    return i < count / 4 ? 1.0 : 2.5;
}

static double ramp_load(size_t i, size_t count)
{
    double at = (double)i / (double)count;
    return at < 0.25 ? 0.8 : at > 0.75 ? 3.0 : 0.8 + (at - 0.25) / 0.5 * 2.2;
}

static double square_load(size_t i, size_t count)
{
    return i / (count >= 4 ? count / 4 : 1) % 2 ? 2.0 : 0.8;
}

static double bursty_load(size_t i, size_t count)
{
    static size_t until;
    (void)count;
    if (i == 0) {
        until = 0;
    }
    if (i >= until && uniform() < 0.1) {
        until = i + 1 + (size_t)(uniform() * 3);
    }
    return i < until ? 2.4 : 1.2;
}

static const struct {
    const char *name;
    double (*load)(size_t i, size_t count);
    bool steady; /* has phases; else it is one */
} shapes[] = {
    {"constant", constant_load, true}, {"step", step_load, true},
    {"ramp", ramp_load, true},         {"square", square_load, true},
    {"bursty", bursty_load, false},
};
#define SHAPES (sizeof shapes / sizeof *shapes)

/* ---- the path ---- */

struct target {
    double events; /* a period */
    bool load;
};

static void walk(const struct wb_engine *engine, struct path *path,
                 const struct target *target, size_t which)
{
    uint64_t multiplier = 1000000;
    double told = 1;

    for (size_t i = 0; i < path->count; i++) {
        struct moment *m = &path->moments[i];
        double asks;
        m->base = shapes[which].load(i, path->count);
        m->price = (double)multiplier / ONE;
        asks = poisson(target->events * m->base * pow(told, -path->elasticity));
        m->load = asks / target->events;
        m->revenue = m->load * m->price;
        told = m->price;
        multiplier = wb_demand_next(
            engine, site, name, multiplier,
            target->load ? (uint64_t)(m->load * target->events * 1000 + 0.5)
                         : (uint64_t)asks);
    }
}

static double mean_load(const struct path *path, size_t from, size_t until)
{
    double sum = 0;
    for (size_t i = from; i < until; i++) {
        sum += path->moments[i].load;
    }
    return until > from ? sum / (double)(until - from) : 0;
}

/* From when on was the load, over a window, within a tenth of the target? */
static long settled_after(const struct path *path, const struct phase *phase,
                          size_t window)
{
    long settled = -1;

    for (size_t i = phase->from; i + window <= phase->until; i++) {
        if (fabs(mean_load(path, i, i + window) - 1) > WITHIN) {
            settled = -1;
        } else if (settled < 0) {
            settled = (long)(i - phase->from);
        }
    }
    return settled;
}

static void judge(struct path *path, struct phase *phase, bool steady)
{
    size_t half = phase->from + (phase->until - phase->from) / 2;
    size_t window = steady ? WINDOW : (phase->until - phase->from) / 4;
    double least = path->ceiling;
    double most = path->floor;
    double wanted = path->elasticity > 0
                        ? pow(phase->base, 1 / path->elasticity)
                    : phase->base > 1 ? path->ceiling
                                      : path->floor;

    for (size_t i = half; i < phase->until; i++) {
        least = fmin(least, path->moments[i].price);
        most = fmax(most, path->moments[i].price);
    }
    phase->swing = least > 0 ? most / least : 1;
    phase->in_reach = wanted > path->floor && wanted < path->ceiling;
    phase->settled = settled_after(path, phase, window ? window : 1);
    phase->load = mean_load(path, half, phase->until);
}

/* Stretches of one base, of a window's length at least. */
static void find_phases(struct path *path, bool steady)
{
    size_t from = 0;

    for (size_t i = 1; i <= path->count; i++) {
        bool ends = i == path->count ||
                    (steady && fabs(path->moments[i].base -
                                    path->moments[from].base) > 1e-9);
        if (!ends) {
            continue;
        }
        if (i - from >= 2 * (size_t)WINDOW) {
            struct phase *phase = &path->phases[path->phase_count++];
            double sum = 0;
            for (size_t k = from; k < i; k++) {
                sum += path->moments[k].base;
            }
            *phase = (struct phase){
                .from = from, .until = i, .base = sum / (double)(i - from)};
            judge(path, phase, steady);
        }
        from = i;
    }
}

/* ---- the command ---- */

static bool read_number(const char *text, double least, double most,
                        double *out)
{
    char *end;
    if (!text) {
        return true;
    }
    errno = 0;
    *out = strtod(text, &end);
    return errno == 0 && end != text && *end == '\0' && *out >= least &&
           *out <= most;
}

static size_t find_shape(void)
{
    size_t i = 0;
    while (i < SHAPES && strcmp(shapes[i].name, shape) != 0) {
        i++;
    }
    return i;
}

static double number(const struct wb_engine *engine,
                     enum wb_demand_number which)
{
    uint64_t n = 0;
    wb_demand_number(engine, site, name, which, &n);
    return (double)n;
}

static int simulate(const struct wb_engine *engine, struct path *path,
                    size_t which)
{
    struct target target = {number(engine, WB_DEMAND_TARGET) / 1000,
                            number(engine, WB_DEMAND_LOAD) > 0};

    path->demand = name;
    path->shape = shape;
    path->period = number(engine, WB_DEMAND_PERIOD) / ONE;
    path->floor = number(engine, WB_DEMAND_FLOOR) / ONE;
    path->ceiling = number(engine, WB_DEMAND_CEILING) / ONE;
    path->moments = calloc(path->count, sizeof *path->moments);
    path->phases = calloc(path->count, sizeof *path->phases);
    if (!path->moments || !path->phases) {
        fputs("weighbridge: out of memory\n", stderr);
        return EXIT_USAGE;
    }
    walk(engine, path, &target, which);
    find_phases(path, shapes[which].steady);
    if (svg) {
        path_svg(path);
    } else if (json) {
        path_json(path);
    } else {
        path_table(path);
    }
    return EXIT_FINE;
}

static bool does_not_settle(const struct path *path)
{
    for (size_t i = 0; i < path->phase_count; i++) {
        if (path->phases[i].in_reach && path->phases[i].settled < 0) {
            return true;
        }
    }
    return false;
}

static int run_engine(const struct wb_engine *engine, struct path *path,
                      size_t which)
{
    uint64_t any;
    int code;

    name = name ? name : wb_engine_demand(engine, site, 0);
    if (!name ||
        !wb_demand_number(engine, site, name, WB_DEMAND_PERIOD, &any)) {
        fprintf(stderr, "weighbridge: site '%s' has no such demand\n", site);
        return EXIT_USAGE;
    }
    code = simulate(engine, path, which);
    if (code == EXIT_FINE && does_not_settle(path)) {
        code = EXIT_PROBLEMS;
    }
    free(path->moments);
    free(path->phases);
    return code;
}

static int simulate_price(const char *const *operands, size_t count)
{
    struct wb_engine *engine = NULL;
    struct path path = {.elasticity = 1};
    double periods = 240;
    double seed = 1;
    size_t which;
    int code;

    (void)operands;
    (void)count;
    site = site ? site : "default";
    shape = shape ? shape : "step";
    which = find_shape();
    if (which == SHAPES ||
        !read_number(elasticity_text, 0, 100, &path.elasticity) ||
        !read_number(periods_text, 24, PERIODS_MOST, &periods) ||
        !read_number(seed_text, 0, 1e15, &seed)) {
        return usage_error(&command_simulate_price,
                           "a shape, 0 to 100 for the elasticity, 24 to %d "
                           "periods",
                           PERIODS_MOST);
    }
    path.count = (size_t)periods;
    path.seed = (unsigned long long)seed;
    chance = path.seed * 2862933555777941757u + 3037000493u;
    code = engine_open(config, &engine);
    if (code == EXIT_FINE) {
        code = run_engine(engine, &path, which);
    }
    wb_engine_unref(engine);
    return code;
}

const struct command command_simulate_price = {
    .name = "simulate-price",
    .operands = "",
    .about = "see where a policy's demand leads, under made-up traffic",
    .options = options,
    .run = simulate_price,
};
