/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address sets: one that holds an address, one past its max-age, which still
 * verifies but denies nothing, one that is not to be had. Neither verified
 * nor spoofed comes of the last.
 */
#include "tap.h"

#include "classify.h"

static const char pack[] =
    HEAD "rules:\n"
         "  - { id: in, when: { client-ip: { in-set: good } }, score: 1 }\n"
         "  - { id: old, when: { client-ip: { in-set: old } }, score: 1 }\n"
         "  - { id: lost, when: { client-ip: { in-set: lost } }, score: 1 }\n"
         "  - id: out\n"
         "    when: { not: { client-ip: { in-set: good } } }\n"
         "    score: 1\n"
         "  - id: not-lost\n"
         "    when: { not: { client-ip: { in-set: lost } } }\n"
         "    labels: [spoofed]\n"
         "  - id: any\n"
         "    when: { client-ip: { in-set: [lost, good] } }\n"
         "    score: 1\n";

static void ask(struct weigher *w, const char *address)
{
    weigher_start(w);
    w->request.client_ip = view_text(address);
    weigher_weigh(w, NULL);
}

static void is(struct weigher *w, const char *rule, enum truth truth,
               const char *name)
{
    is_number(weigher_rule(w, rule), truth, "%s: %s", rule, name);
}

int main(void)
{
    struct arena *arena = arena_new();
    struct network network;
    struct named_set sets[] = {{.name = VIEW("good"), .fresh_until = 2000},
                               {.name = VIEW("old"), .fresh_until = 999},
                               {.name = VIEW("lost")}};
    struct rules_options options = weigher_options;
    struct weigher w;

    network_read(VIEW("192.0.2.0/24"), &network);
    sets[0].set = sets[1].set = address_set_new(arena, &network, 1);
    options.sets = sets;
    options.set_count = 3;
    options.undeclared_sets = false;
    weigher_open(&w, pack, &options);
    evaluation_time(w.evaluation, 1000);

    ask(&w, "192.0.2.7");
    is(&w, "t/in", TRUTH_TRUE, "held");
    is(&w, "t/old", TRUTH_TRUE, "held by an old set");
    is(&w, "t/lost", TRUTH_UNKNOWN, "a set that is not to be had");
    is(&w, "t/out", TRUTH_FALSE, "not out");
    is(&w, "t/any", TRUTH_TRUE, "one of two is enough");

    ask(&w, "198.51.100.1");
    is(&w, "t/in", TRUTH_FALSE, "not held");
    is(&w, "t/old", TRUTH_UNKNOWN, "an old set denies nothing");
    is(&w, "t/not-lost", TRUTH_UNKNOWN, "nor does one that is not there");
    is_number(weigher_label(&w, "spoofed"), TRUTH_UNKNOWN, "so is its label");
    is(&w, "t/out", TRUTH_TRUE, "out");
    is(&w, "t/any", TRUTH_UNKNOWN, "the one that knows says no");

    weigher_start(&w);
    weigher_weigh(&w, NULL);
    is(&w, "t/in", TRUTH_UNKNOWN, "no address");
    is(&w, "t/out", TRUTH_UNKNOWN, "no address");

    weigher_close(&w);
    arena_free(arena);
    return tap_end();
}
