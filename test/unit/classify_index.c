/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on numbers and networks, many at once, against plain comparing:
 * nested and equal networks, both families, the first and the last address,
 * `::/0`, which is of IPv6 alone.
 */
#include "tap.h"

#include "classify.h"

#define RULES 300
#define ASKED 2000

static uint64_t seed = 99;

static unsigned draw(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

static struct network networks[RULES];
static char pack[RULES * 120 + 200];

/* Of few addresses, so that they nest and meet often. */
static void draw_address(struct address *a)
{
    char text[64];

    if (draw(3)) {
        snprintf(text, sizeof(text), "192.0.%u.%u", draw(4), draw(256));
    } else {
        snprintf(text, sizeof(text), "2001:db8:%x::%x", draw(3), draw(20));
    }
    if (draw(50) == 0) {
        snprintf(text, sizeof(text),
                 draw(2) ? "::"
                         : "ffff:ffff:ffff:ffff:"
                           "ffff:ffff:ffff:ffff");
    }
    if (!address_read(view_text(text), a)) {
        abort();
    }
}

static void draw_network(struct network *n)
{
    draw_address(&n->address);
    n->bits =
        (unsigned char)(address_is_v4(&n->address) ? 96 + draw(33) : draw(129));
    for (unsigned i = n->bits; i < 128; i++) {
        n->address.bytes[i / 8] &= (unsigned char)~(0x80 >> i % 8);
    }
}

static void write_network(struct text *t, const struct network *n)
{
    bool v4 = address_is_v4(&n->address) && n->bits >= 96;

    text_add_char(t, '"');
    address_write(t, &n->address);
    text_addf(t, "/%u\"", v4 ? n->bits - 96u : n->bits);
}

static void test_networks(void)
{
    struct text t = text_in(pack, sizeof(pack) - 1);
    size_t wrong = 0, held = 0;
    struct weigher w;

    text_add(&t, VIEW(HEAD "rules:\n"));
    for (unsigned i = 0; i < RULES; i++) {
        draw_network(&networks[i]);
        text_addf(&t,
                  "  - { id: r%u, score: 0, when: { client-ip: { in-net: ", i);
        write_network(&t, &networks[i]);
        text_add(&t, VIEW(" } } }\n"));
    }
    pack[t.size] = '\0';
    weigher_open(&w, pack, NULL);
    for (unsigned i = 0; i < ASKED; i++) {
        struct address a;
        char room[64];
        struct text text = text_in(room, sizeof(room));

        draw_address(&a);
        address_write(&text, &a);
        weigher_start(&w);
        w.request.client_ip = text_view(&text);
        weigher_weigh(&w, NULL);
        for (unsigned r = 0; r < RULES; r++) {
            bool holds = network_holds(&networks[r], &a);

            held += holds;
            wrong += holds != (evaluation_rule(w.evaluation, r) == TRUTH_TRUE);
        }
    }
    ok(held > ASKED, "%zu times a network held an address", held);
    is_number(wrong, 0, "and each time its rule was true");
    weigher_close(&w);
}

static void test_numbers(void)
{
    struct text t = text_in(pack, sizeof(pack) - 1);
    unsigned numbers[RULES][2];
    size_t wrong = 0, held = 0;
    struct weigher w;

    text_add(&t, VIEW(HEAD "rules:\n"));
    for (unsigned i = 0; i < RULES; i++) {
        numbers[i][0] = draw(200);
        numbers[i][1] = draw(200);
        text_addf(&t, "  - { id: r%u, score: 0, when: { asn: [%u, %u] } }\n", i,
                  numbers[i][0], numbers[i][1]);
    }
    pack[t.size] = '\0';
    weigher_open(&w, pack, NULL);
    for (unsigned asn = 0; asn < 210; asn++) {
        weigher_start(&w);
        w.request.asn = asn;
        w.request.has_asn = true;
        weigher_weigh(&w, NULL);
        for (unsigned r = 0; r < RULES; r++) {
            bool holds = numbers[r][0] == asn || numbers[r][1] == asn;

            held += holds;
            wrong += holds != (evaluation_rule(w.evaluation, r) == TRUTH_TRUE);
        }
    }
    ok(held > RULES, "%zu times a number was listed", held);
    is_number(wrong, 0, "and each time its rule was true");
    weigher_start(&w);
    weigher_weigh(&w, NULL);
    is_number(evaluation_rule(w.evaluation, 0), TRUTH_UNKNOWN,
              "an unknown number is unknown to all");
    weigher_close(&w);
}

static void write_bound(struct text *t, unsigned i, bool above, unsigned bound)
{
    text_addf(t, "  - { id: r%u, score: 0, when: { asn: { %s: %u } } }\n", i,
              above ? "at-least" : "less-than", bound);
}

static void test_bounds(void)
{
    struct text t = text_in(pack, sizeof(pack) - 1);
    unsigned bounds[RULES];
    size_t wrong = 0, held = 0;
    struct weigher w;

    text_add(&t, VIEW(HEAD "rules:\n"));
    for (unsigned i = 0; i < RULES; i++) {
        bounds[i] = draw(200);
        write_bound(&t, i, i % 2, bounds[i]);
    }
    pack[t.size] = '\0';
    weigher_open(&w, pack, NULL);
    for (unsigned asn = 0; asn < 210; asn++) {
        weigher_start(&w);
        w.request.asn = asn < 209 ? asn : UINT64_MAX;
        w.request.has_asn = true;
        weigher_weigh(&w, NULL);
        for (unsigned r = 0; r < RULES; r++) {
            bool holds =
                r % 2 ? w.request.asn >= bounds[r] : w.request.asn < bounds[r];

            held += holds;
            wrong += holds != (evaluation_rule(w.evaluation, r) == TRUTH_TRUE);
        }
    }
    ok(held > RULES, "%zu times a number was on a bound's side", held);
    is_number(wrong, 0, "and each time its rule was true");
    weigher_close(&w);
}

int main(void)
{
    test_networks();
    test_numbers();
    test_bounds();
    return tap_end();
}
