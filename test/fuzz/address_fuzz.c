/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the text of an address or a network, and any networks as a
 * set, which must answer as a walk over them does.
 */
#include "request/address.h"

#include "fuzz.h"

#define NETWORKS_MAX 40

/* What can be read is written so that it is read the same again. */
static void check_text(struct view text)
{
    struct address a, again;
    struct network n;
    char room[64];
    struct text out = text_in(room, sizeof(room));

    if (address_read(text, &a)) {
        address_write(&out, &a);
        must(!out.cut && address_read(text_view(&out), &again));
        must(!memcmp(&a, &again, sizeof(a)));
        must(network_read(text, &n) && n.bits == 128);
        must(network_holds(&n, &a));
    }
    if (network_read(text, &n)) {
        must(n.bits <= 128);
        must(address_is_v4(&n.address) || n.bits == 0 ||
             network_holds(&n, &n.address));
    }
}

/* 17 bytes: an address and a number of bits; the rest is cleared. */
static struct network network_from(const uint8_t *data)
{
    struct network n;

    memcpy(n.address.bytes, data, 16);
    n.bits = (unsigned char)(data[16] % 129);
    for (unsigned i = n.bits; i < 128; i++) {
        n.address.bytes[i / 8] &= (unsigned char)~(0x80 >> i % 8);
    }
    return n;
}

static void check_address(const struct address_set *set,
                          const struct network *networks, size_t n,
                          struct address a)
{
    bool walked = false;

    for (size_t i = 0; i < n; i++) {
        walked |= network_holds(&networks[i], &a);
    }
    must(walked == address_set_holds(set, &a));
}

/* The next address, or the one before. */
static struct address step(struct address a, int by)
{
    for (int i = 15; i >= 0; i--) {
        a.bytes[i] = (unsigned char)(a.bytes[i] + by);
        if (a.bytes[i] != (by > 0 ? 0 : 0xff)) {
            break;
        }
    }
    return a;
}

static void check_set(const uint8_t *data, size_t size)
{
    struct network networks[NETWORKS_MAX];
    struct arena *arena = arena_new();
    struct address_set *set;
    size_t n = 0;

    for (; n < NETWORKS_MAX && size >= 17; data += 17, size -= 17) {
        networks[n++] = network_from(data);
    }
    set = arena ? address_set_new(arena, networks, n) : NULL;
    must(set);
    for (size_t i = 0; i < n; i++) {
        struct address first = networks[i].address;
        struct address last = first;

        for (unsigned bit = networks[i].bits; bit < 128; bit++) {
            last.bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
        }
        check_address(set, networks, n, first);
        check_address(set, networks, n, last);
        check_address(set, networks, n, step(first, -1));
        check_address(set, networks, n, step(last, 1));
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_text(view_of((const char *)data, size));
    check_set(data, size);
    return 0;
}
