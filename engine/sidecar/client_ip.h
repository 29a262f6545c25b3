/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks, and for whom: peers, networks that are trusted to tell client
 * addresses, and the walk over X-Forwarded-For. IPv4 is kept as IPv4-mapped
 * IPv6, so that both spellings of one address are one.
 */
#ifndef WB_SIDECAR_CLIENT_IP_H
#define WB_SIDECAR_CLIENT_IP_H

#include <stdbool.h>
#include <sys/socket.h>

#include "weighbridge.h"

#define IP_TEXT_MAX 46 /* with its NUL */

struct ip {
    unsigned char bytes[16];
};

struct network {
    struct ip base;
    unsigned bits; /* of 128 */
};

struct peer {
    bool is_unix;
    struct ip ip;           /* unless is_unix */
    char text[IP_TEXT_MAX]; /* or "unix" */
};

#define TRUST_MAX 64

/* Peers and hops whose word on client addresses counts. */
struct trust {
    struct network networks[TRUST_MAX];
    size_t count;
    bool unix_peers;
};

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]",
 * "[2001:db8::1]:80"; nothing else, no zones, no white space. */
bool ip_parse(struct wb_text text, struct ip *ip);
/* Shortest usual form; IPv4-mapped as IPv4. Returns its length. */
size_t ip_format(const struct ip *ip, char out[IP_TEXT_MAX]);
/* As ip_format, of the /24 or /48 around it, with its length: a form that
 * does not name a person. `out` holds IP_TEXT_MAX + 4. */
size_t ip_format_truncated(const struct ip *ip, char *out);
/* An address or a CIDR; bits below the prefix must be zero. */
bool network_parse(struct wb_text text, struct network *network);

void peer_of(struct peer *peer, const struct sockaddr *address);
bool trust_has(const struct trust *trust, const struct ip *ip);
bool trust_peer(const struct trust *trust, const struct peer *peer);

/* Walks the lines of a forwarded-for list (in wire order) from the right:
 * the first entry that is not trusted is the client; if all are trusted, the
 * leftmost is. False: unknown, for that entry is not an address or there is
 * none. */
bool client_walk(const struct trust *trust, const struct wb_text *lines,
                 size_t count, struct ip *client);

#endif
