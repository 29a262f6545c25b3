/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses, networks and address sets. IPv4 is held as IPv4-mapped IPv6
 * (::ffff:0:0/96), and a mapped address read as text is the same address.
 */
#ifndef WB_REQUEST_ADDRESS_H
#define WB_REQUEST_ADDRESS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/view.h"

struct address {
    unsigned char bytes[16];
};

struct network {
    struct address address; /* host bits are zero */
    unsigned char bits;     /* 0..128, of the mapped form */
};

/* Dotted quad or RFC 4291 text, no port, no zone, no brackets. */
bool address_read(struct view text, struct address *out);
bool address_is_v4(const struct address *a);
void address_write(struct text *out, const struct address *a);
/* "192.0.2.0/24", or an address alone; host bits must be zero. */
bool network_read(struct view text, struct network *out);
/* "::/0" and other networks of IPv6 hold no IPv4 address. */
bool network_holds(const struct network *n, const struct address *a);
/* The network that counts as one client: IPv4 whole, IPv6 by /64. */
struct address address_client(const struct address *a);
/* /24 of IPv4, /48 of IPv6: what one holder has. */
struct address address_neighbourhood(const struct address *a);

/* A set of networks, sorted for search; immutable once made, in the arena;
 * NULL when out of memory. */
struct address_set;
struct address_set *address_set_new(struct arena *arena,
                                    const struct network *networks, size_t n);
bool address_set_holds(const struct address_set *set, const struct address *a);
/* Number of ranges after merging; those of IPv4 stay apart. */
size_t address_set_size(const struct address_set *set);

#endif
