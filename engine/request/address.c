/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing addresses and networks. inet_pton is strict (no
 * leading zeros, no zones, no ports); a bounded copy gives it its NUL.
 */
#include "request/address.h"

#include <arpa/inet.h>

static const unsigned char mapped[12] = {0, 0, 0, 0, 0,    0,
                                         0, 0, 0, 0, 0xff, 0xff};

bool address_is_v4(const struct address *a)
{
    return memcmp(a->bytes, mapped, sizeof(mapped)) == 0;
}

/* As inet_pton() reads it, which wants a copy with a NUL: four numbers up to
 * 255 without leading zeros. */
static bool read_v4(struct view text, unsigned char bytes[4])
{
    const char *at = text.at, *end = text.at + text.size;
    unsigned n, digit;

    for (unsigned k = 0; k < 4; k++) {
        if (at == end || (n = (unsigned)*at++ - '0') > 9) {
            return false;
        }
        while (at < end && (digit = (unsigned)*at - '0') <= 9) {
            if (n == 0 || (n = n * 10 + digit) > 255) {
                return false;
            }
            at++;
        }
        bytes[k] = (unsigned char)n;
        if (k < 3 && (at == end || *at++ != '.')) {
            return false;
        }
    }
    return at == end;
}

bool address_read(struct view text, struct address *out)
{
    char copy[INET6_ADDRSTRLEN];
    struct address read;

    memcpy(read.bytes, mapped, sizeof(mapped));
    if (read_v4(text, read.bytes + sizeof(mapped))) {
        *out = read;
        return true;
    }
    if (text.size == 0 || text.size >= sizeof(copy) ||
        memchr(text.at, 0, text.size)) {
        return false;
    }
    memcpy(copy, text.at, text.size);
    copy[text.size] = 0;
    if (inet_pton(AF_INET6, copy, read.bytes) != 1) {
        return false;
    }
    *out = read;
    return true;
}

void address_write(struct text *out, const struct address *a)
{
    char room[INET6_ADDRSTRLEN];
    bool v4 = address_is_v4(a);
    const char *written = inet_ntop(v4 ? AF_INET : AF_INET6,
                                    v4 ? a->bytes + sizeof(mapped) : a->bytes,
                                    room, sizeof(room));

    text_add(out, view_text(written));
}

/* Clears all bits but the first `bits`. */
static void keep_bits(struct address *a, unsigned bits)
{
    for (unsigned i = 0; i < 16; i++) {
        if (bits >= 8) {
            bits -= 8;
        } else {
            a->bytes[i] &= (unsigned char)(0xff00 >> bits);
            bits = 0;
        }
    }
}

bool network_read(struct view text, struct network *out)
{
    struct view address_text = view_cut(&text, '/');
    bool v6 = view_find(address_text, ':') < address_text.size;
    unsigned long long bits = v6 ? 128 : 32;
    struct network read;
    struct address cleared;

    if (!address_read(address_text, &read.address)) {
        return false;
    }
    if (text.at && (text.size > 3 || (text.size > 1 && text.at[0] == '0') ||
                    !view_to_u64(text, &bits) || bits > (v6 ? 128 : 32))) {
        return false;
    }
    read.bits = (unsigned char)(v6 ? bits : bits + 96);
    cleared = read.address;
    keep_bits(&cleared, read.bits);
    if (memcmp(&cleared, &read.address, sizeof(cleared)) != 0) {
        return false;
    }
    *out = read;
    return true;
}

bool network_holds(const struct network *n, const struct address *a)
{
    unsigned whole = n->bits / 8;
    unsigned rest = n->bits % 8;

    if (n->bits < 96 && address_is_v4(a)) {
        return false; /* ::/0 is a network of IPv6 */
    }
    if (memcmp(n->address.bytes, a->bytes, whole) != 0) {
        return false;
    }
    return rest == 0 ||
           ((n->address.bytes[whole] ^ a->bytes[whole]) >> (8 - rest)) == 0;
}

struct address address_client(const struct address *a)
{
    struct address client = *a;

    if (!address_is_v4(a)) {
        memset(client.bytes + 8, 0, 8);
    }
    return client;
}

struct address address_neighbourhood(const struct address *a)
{
    struct address around = *a;

    if (address_is_v4(a)) {
        around.bytes[15] = 0;
    } else {
        memset(around.bytes + 6, 0, 10);
    }
    return around;
}
