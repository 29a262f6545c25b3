/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address sets of 10,000, 100,000 and 1,000,000 networks that do not touch:
 * memory kept, time to read the list and make the set, time of a look-up
 * (half of the addresses are in it, in random order). Minimum of 7 rounds,
 * CPU time. No address here is anybody's: they are drawn from a generator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "request/network_list_load.h"

#define ROUNDS 7
#define LOOKUPS 1000000

static uint64_t state = 42;

static uint64_t random_number(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double cpu_seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* Every other /48 of a range of 2001:db8 and above: none touch. */
static void number_address(struct address *out, uint64_t number)
{
    memset(out, 0, sizeof(*out));
    out->bytes[0] = 0x20;
    for (int i = 5; i > 0; i--, number >>= 8) {
        out->bytes[i] = (unsigned char)number;
    }
}

static struct text make_list(size_t networks)
{
    size_t room = networks * 48;
    struct text text = text_in(malloc(room), room);

    if (!text.at) {
        exit(2);
    }
    for (size_t i = 0; i < networks; i++) {
        struct address address;

        number_address(&address, 2 * i);
        address_write(&text, &address);
        text_add(&text, VIEW("/48\n"));
    }
    return text;
}

static double look_up(const struct address_set *set, size_t networks)
{
    static struct address asked[LOOKUPS];
    double best = 1e9;

    for (size_t i = 0; i < LOOKUPS; i++) {
        number_address(&asked[i], random_number() % (2 * networks));
    }
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        size_t found = 0;

        for (size_t i = 0; i < LOOKUPS; i++) {
            found += address_set_holds(set, &asked[i]);
        }
        start = cpu_seconds() - start;
        best = start < best ? start : best;
        if (found < LOOKUPS / 3 || found > LOOKUPS * 2 / 3) {
            exit(1);
        }
    }
    return best / LOOKUPS * 1e9;
}

static void run(size_t networks)
{
    struct text text = make_list(networks);
    struct network_list list = {0};
    struct arena *arena = arena_new();
    double start = cpu_seconds();
    struct address_set *set = NULL;

    if (arena &&
        network_list_text(&list, VIEW("made"), text_view(&text), NULL)) {
        set = address_set_new(arena, list.items, list.count);
    }
    if (!set || address_set_size(set) != networks) {
        exit(1);
    }
    start = cpu_seconds() - start;
    printf("%8zu networks: %6.1f MiB kept, %7.1f ms to load, %6.1f ns a "
           "look-up\n",
           networks, (double)arena_used(arena) / (1 << 20), start * 1e3,
           look_up(set, networks));
    network_list_free(&list);
    arena_free(arena);
    free(text.at);
}

int main(void)
{
    run(10000);
    run(100000);
    run(1000000);
    return 0;
}
