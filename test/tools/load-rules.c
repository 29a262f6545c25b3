/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load-rules [OPTION...] PACK: loads a pack as the engine does and prints
 * what was found; exit status 1 if there was an error.
 *
 *   --dump             prints the program when there was none
 *   --pin RELEASE      newer rules run in count mode
 *   --overrides FILE   a map of rule ids, as under `overrides`
 *   --price FILE       a list of conditions, as of price tiers
 *   --automata BYTES   limit of the automata's tables
 *
 * The address sets `crawlers` (192.0.2.0/24) and `missing` (not to be had)
 * are declared.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "classify/rules_load.h"

struct driver {
    const char *pack, *pin, *overrides, *price;
    size_t automata;
    bool dump;
    struct problems *problems;
    struct arena *arena;
};

static void print(void *context, struct view text)
{
    (void)context;
    fwrite(text.at, 1, text.size, stdout);
}

static bool read_extras(struct driver *d, struct rules *rules)
{
    const struct node *tree;
    bool good = true;

    if (d->overrides) {
        tree = tree_read_file(d->arena, d->overrides, d->problems);
        good = tree && rules_override(&rules, 1, tree, d->problems);
    }
    if (d->price) {
        tree = tree_read_file(d->arena, d->price, d->problems);
        tree = tree ? node_get(tree, "conditions") : NULL;
        for (tree = tree ? tree->first : NULL; tree; tree = tree->next) {
            good = rules_condition(rules, tree, true) != SIZE_MAX && good;
        }
    }
    return good;
}

static struct program *load(struct driver *d)
{
    static const struct network network = {
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 0}}, 120};
    struct named_set sets[] = {{.name = VIEW("crawlers")},
                               {.name = VIEW("missing")}};
    struct rules_options options = {.band_suspect = 30,
                                    .band_agent = 60,
                                    .sets = sets,
                                    .set_count = 2,
                                    .automata_bytes = d->automata,
                                    .jit = true};
    struct rules *rules;
    bool good;

    sets[0].set = address_set_new(d->arena, &network, 1);
    rules = rules_new(d->arena, &options, d->problems);
    if (!sets[0].set || !rules) {
        return NULL;
    }
    good = rules_pack(rules, d->pack, view_text(d->pin));
    good = read_extras(d, rules) && good;
    if (!good) {
        return NULL;
    }
    return rules_compile(rules);
}

static bool read_arguments(struct driver *d, int argc, char **argv)
{
    d->automata = (size_t)64 << 20;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;

        if (!strcmp(argv[i], "--dump")) {
            d->dump = true;
        } else if (!strcmp(argv[i], "--pin") && more) {
            d->pin = argv[++i];
        } else if (!strcmp(argv[i], "--overrides") && more) {
            d->overrides = argv[++i];
        } else if (!strcmp(argv[i], "--price") && more) {
            d->price = argv[++i];
        } else if (!strcmp(argv[i], "--automata") && more) {
            d->automata = strtoul(argv[++i], NULL, 10);
        } else {
            d->pack = argv[i];
        }
    }
    return d->pack;
}

int main(int argc, char **argv)
{
    struct driver d = {.problems = problems_new(), .arena = arena_new()};
    struct program *program = NULL;
    int status;

    if (!d.problems || !d.arena || !hash_start() ||
        !read_arguments(&d, argc, argv)) {
        fprintf(stderr, "usage: load-rules [--dump] [--pin RELEASE] "
                        "[--overrides FILE] [--price FILE] PACK\n");
        return 2;
    }
    program = load(&d);
    for (size_t i = 0; i < problems_count(d.problems); i++) {
        fputs(problems_text(d.problems, i), stdout);
    }
    if (program && d.dump) {
        program_dump(program, print, NULL);
    }
    status = program ? 0 : 1;
    program_free(program);
    arena_free(d.arena);
    problems_free(d.problems);
    return status;
}
