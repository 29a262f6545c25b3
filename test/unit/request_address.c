/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, networks, and sets of them against a plain walk. */
#include "request/address.h"

#include <stdlib.h>

#include "tap.h"

static void round_trip(const char *text, const char *written)
{
    struct address a;
    char room[64];
    struct text out = text_in(room, sizeof(room));

    if (!ok(address_read(view_text(text), &a), "%s is an address", text)) {
        return;
    }
    address_write(&out, &a);
    is_view(text_view(&out), written, "%s as %s", text, written);
}

static void addresses(void)
{
    /* clang-format off */
    static const char *const bad[] = {
        "",           "192.0.2",        "192.0.2.1.1",     "192.0.2.256",
        "192.0.02.1", "192.0.2.1:80",   "[2001:db8::1]",   "2001:db8::1%lo",
        "2001:db8",   "2001:db8:::1",   " 192.0.2.1",      "192.0.2.1 ",
        "0x7f.1",     "1::2::3",        "unknown",         "::ffff:1.2.3",
        "1:2:3:4:5:6:7:8:9", "12345::", "::192.0.2.1.1",   ":",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff:2001:db8:aaaa:bbbb"};
    /* clang-format on */
    struct address a;

    round_trip("192.0.2.1", "192.0.2.1");
    round_trip("::ffff:192.0.2.1", "192.0.2.1");
    round_trip("::FFFF:c000:201", "192.0.2.1");
    round_trip("2001:DB8:0:0::1", "2001:db8::1");
    round_trip("::", "::");
    round_trip("0.0.0.0", "0.0.0.0");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(!address_read(view_text(bad[i]), &a), "'%s' is none", bad[i]);
    }
    ok(!address_read(VIEW("192.0.2.1\0"), &a), "a NUL is no end");
    ok(!address_read(VIEW_NONE, &a), "nothing is none");
}

static bool holds(const char *network, const char *address)
{
    struct network n;
    struct address a;

    return network_read(view_text(network), &n) &&
           address_read(view_text(address), &a) && network_holds(&n, &a);
}

static void networks(void)
{
    static const char *const bad[] = {
        "192.0.2.1/24",  "192.0.2.0/33",  "192.0.2.0/",     "192.0.2.0/-1",
        "192.0.2.0/024", "192.0.2.0/24 ", "2001:db8::/129", "2001:db8::1/64",
        "/24",           "192.0.2.0/2 4", "192.0.2.0/24/1", "192.0.2.0/1000"};
    struct network n;

    ok(holds("192.0.2.0/24", "192.0.2.255"), "within /24");
    ok(!holds("192.0.2.0/24", "192.0.3.0"), "beyond /24");
    ok(holds("192.0.2.128/25", "192.0.2.129"), "within /25");
    ok(!holds("192.0.2.128/25", "192.0.2.127"), "before /25");
    ok(holds("192.0.2.1", "192.0.2.1"), "an address alone");
    ok(!holds("192.0.2.1", "192.0.2.0"), "another one");
    ok(holds("0.0.0.0/0", "203.0.113.9"), "all of IPv4");
    ok(!holds("0.0.0.0/0", "2001:db8::1"), "is not IPv6");
    ok(holds("::/0", "2001:db8::1"), "all of IPv6");
    ok(!holds("::/0", "203.0.113.9"), "is not IPv4");
    ok(holds("::ffff:192.0.2.0/120", "192.0.2.9"), "mapped is IPv4");
    ok(holds("2001:db8::/33", "2001:db8:7fff::"), "within /33");
    ok(!holds("2001:db8::/33", "2001:db8:8000::"), "beyond /33");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(!network_read(view_text(bad[i]), &n), "'%s' is none", bad[i]);
    }
}

static void cut(const char *text, const char *client, const char *around)
{
    struct address a, expected;

    address_read(view_text(text), &a);
    address_read(view_text(client), &expected);
    struct address got = address_client(&a);
    ok(!memcmp(&got, &expected, sizeof(got)), "%s counts as %s", text, client);
    address_read(view_text(around), &expected);
    got = address_neighbourhood(&a);
    ok(!memcmp(&got, &expected, sizeof(got)), "%s lives in %s", text, around);
}

static struct address_set *set_of(struct arena *arena, const char *list)
{
    struct view rest = view_text(list);
    struct network all[16];
    size_t n = 0;

    while (rest.at && rest.size > 0) {
        if (!network_read(view_cut(&rest, ' '), &all[n++])) {
            abort();
        }
    }
    return address_set_new(arena, all, n);
}

static void set_case(const char *list, size_t ranges, const char *in,
                     const char *out)
{
    struct arena *arena = arena_new();
    struct address_set *set = set_of(arena, list);
    struct address a;

    is_number(address_set_size(set), ranges, "ranges of '%s'", list);
    for (struct view rest = view_text(in); rest.size > 0;) {
        struct view text = view_cut(&rest, ' ');
        ok(address_read(text, &a) && address_set_holds(set, &a), "holds %.*s",
           VIEW_ARG(text));
    }
    for (struct view rest = view_text(out); rest.size > 0;) {
        struct view text = view_cut(&rest, ' ');
        ok(address_read(text, &a) && !address_set_holds(set, &a),
           "does not hold %.*s", VIEW_ARG(text));
    }
    arena_free(arena);
}

static void sets(void)
{
    set_case("", 0, "", "192.0.2.1 :: 2001:db8::1");
    set_case("192.0.2.0/25 192.0.2.128/25", 1, "192.0.2.0 192.0.2.255",
             "192.0.1.255 192.0.3.0 ::c000:200");
    set_case("192.0.2.0/24 192.0.2.7 192.0.2.0/28", 1, "192.0.2.200",
             "192.0.3.0");
    set_case("203.0.113.0/24 192.0.2.0/24", 2, "203.0.113.1 192.0.2.1",
             "198.51.100.1");
    set_case("::/0", 2, ":: 2001:db8::1 ::fffe:ffff:ffff ::1:0:0:0",
             "0.0.0.0 255.255.255.255 192.0.2.1");
    set_case("::/0 0.0.0.0/0", 3, ":: 0.0.0.0 255.255.255.255 ffff::", "");
    set_case("::/80", 1, ":: ::fffe:ffff:ffff", "0.0.0.0 ::1:0:0:0");
    set_case("::8000:0:0/81", 1, "::8000:0:0 ::fffe:ffff:ffff", "0.0.0.0");
    set_case("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff::/16", 1,
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fffe::");
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* A few bits of entropy in the right places, so that networks meet. */
static struct address random_address(uint32_t *seed)
{
    struct address a = {{0x20, 0x01, 0x0d, 0xb8}};

    if (next_random(seed) % 2) {
        address_read(VIEW("192.0.2.0"), &a);
        a.bytes[14] = (unsigned char)(next_random(seed) % 4);
    }
    a.bytes[15] = (unsigned char)next_random(seed);
    a.bytes[5] |=
        (unsigned char)(address_is_v4(&a) ? 0 : next_random(seed) % 4);
    return a;
}

/* As network_read would have it: host bits are zero. */
static struct network random_network(uint32_t *seed)
{
    struct network n = {random_address(seed), 0};
    unsigned bits = 96 + next_random(seed) % 33;

    n.bits = (unsigned char)bits;
    for (unsigned i = bits; i < 128; i++) {
        n.address.bytes[i / 8] &= (unsigned char)~(0x80 >> i % 8);
    }
    return n;
}

static void against_a_walk(void)
{
    enum { NETWORKS = 300, ASKED = 2000 };
    static struct network all[NETWORKS];
    uint32_t seed = 1;
    unsigned wrong = 0, held = 0;

    for (unsigned round = 0; round < 40; round++) {
        struct arena *arena = arena_new();
        size_t n = round * 7 % NETWORKS;
        struct address_set *set;

        for (size_t i = 0; i < n; i++) {
            do {
                all[i] = random_network(&seed);
            } while (all[i].bits < 118);
        }
        set = address_set_new(arena, all, n);
        for (unsigned i = 0; i < ASKED; i++) {
            struct address a = random_address(&seed);
            bool walked = false;

            for (size_t j = 0; j < n; j++) {
                walked |= network_holds(&all[j], &a);
            }
            held += walked;
            wrong += walked != address_set_holds(set, &a);
        }
        arena_free(arena);
    }
    is_number(wrong, 0, "sets answer as a walk over their networks does");
    ok(held > 1000, "and %u of the addresses were held", held);
}

int main(void)
{
    addresses();
    networks();
    cut("192.0.2.77", "192.0.2.77", "192.0.2.0");
    cut("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1::");
    sets();
    against_a_walk();
    return tap_end();
}
