/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of peers and clients. What is not an address stays unknown; the
 * walk never goes on to the next entry, for that would let a client choose
 * the address that it is taken for.
 */
#include "sidecar/client_ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0,    0,
                                                0, 0, 0, 0, 0xff, 0xff};

static bool ip_is_v4(const struct ip *ip)
{
    return memcmp(ip->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

static void ip_from_v4(struct ip *ip, const void *four)
{
    memcpy(ip->bytes, mapped_prefix, sizeof mapped_prefix);
    memcpy(ip->bytes + sizeof mapped_prefix, four, 4);
}

static bool ip_parse_bare(const char *data, size_t size, struct ip *ip)
{
    char text[IP_TEXT_MAX];
    unsigned char four[4];

    if (size == 0 || size >= sizeof text || memchr(data, 0, size) != NULL) {
        return false;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (inet_pton(AF_INET, text, four) == 1) {
        ip_from_v4(ip, four);
        return true;
    }
    return inet_pton(AF_INET6, text, ip->bytes) == 1;
}

/* 1 to 5 digits, at most 65535. */
static bool is_port(const char *data, size_t size)
{
    unsigned port = 0;

    if (size == 0 || size > 5) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (data[i] < '0' || data[i] > '9') {
            return false;
        }
        port = port * 10 + (unsigned)(data[i] - '0');
    }
    return port <= 65535;
}

static bool ip_parse_bracketed(struct wb_text text, struct ip *ip)
{
    const char *end = memchr(text.data, ']', text.size);
    size_t inner, rest;

    if (end == NULL) {
        return false;
    }
    inner = (size_t)(end - text.data) - 1;
    rest = text.size - inner - 2;
    if (memchr(text.data + 1, ':', inner) == NULL) {
        return false;
    }
    if (rest != 0 && (end[1] != ':' || !is_port(end + 2, rest - 1))) {
        return false;
    }
    return ip_parse_bare(text.data + 1, inner, ip);
}

bool ip_parse(struct wb_text text, struct ip *ip)
{
    const char *colon;
    size_t before;

    if (text.size == 0) {
        return false;
    }
    if (text.data[0] == '[') {
        return ip_parse_bracketed(text, ip);
    }
    colon = memchr(text.data, ':', text.size);
    if (colon == NULL) {
        return ip_parse_bare(text.data, text.size, ip);
    }
    before = (size_t)(colon - text.data);
    if (memchr(text.data, '.', before) != NULL) { /* 192.0.2.1:80 */
        return is_port(colon + 1, text.size - before - 1) &&
               ip_parse_bare(text.data, before, ip);
    }
    return ip_parse_bare(text.data, text.size, ip);
}

/* inet_ntop takes four times as long, for each request. */
static size_t format_v4(const unsigned char *four, char *out)
{
    char *at = out;

    for (unsigned i = 0; i < 4; i++) {
        if (four[i] >= 100) {
            *at++ = (char)('0' + four[i] / 100);
        }
        if (four[i] >= 10) {
            *at++ = (char)('0' + four[i] / 10 % 10);
        }
        *at++ = (char)('0' + four[i] % 10);
        *at++ = '.';
    }
    *--at = '\0';
    return (size_t)(at - out);
}

size_t ip_format(const struct ip *ip, char out[IP_TEXT_MAX])
{
    if (ip_is_v4(ip)) {
        return format_v4(ip->bytes + sizeof mapped_prefix, out);
    }
    if (inet_ntop(AF_INET6, ip->bytes, out, IP_TEXT_MAX) == NULL) {
        out[0] = '\0';
    }
    return strlen(out);
}

size_t ip_format_truncated(const struct ip *ip, char *out)
{
    struct ip cut = *ip;
    bool v4 = ip_is_v4(ip);
    size_t size;

    memset(cut.bytes + (v4 ? 15 : 6), 0, v4 ? 1 : 10);
    size = ip_format(&cut, out);
    memcpy(out + size, v4 ? "/24" : "/48", 4);
    return size + 3;
}

static void ip_mask(struct ip *ip, unsigned bits)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned keep = bits > i * 8 ? bits - i * 8 : 0;

        if (keep < 8) {
            ip->bytes[i] &= (unsigned char)(0xff00u >> keep);
        }
    }
}

bool network_parse(struct wb_text text, struct network *network)
{
    const char *slash = memchr(text.data, '/', text.size);
    size_t size = slash ? (size_t)(slash - text.data) : text.size;
    unsigned bits = 0, widest;
    struct ip masked;

    if (!ip_parse_bare(text.data, size, &network->base)) {
        return false;
    }
    widest =
        ip_is_v4(&network->base) && memchr(text.data, '.', size) ? 32 : 128;
    if (slash == NULL) {
        network->bits = 128;
        return true;
    }
    for (size_t i = size + 1; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || bits > widest) {
            return false;
        }
        bits = bits * 10 + (unsigned)(text.data[i] - '0');
    }
    if (text.size == size + 1 || bits > widest) {
        return false;
    }
    network->bits = bits + (128 - widest);
    masked = network->base;
    ip_mask(&masked, network->bits);
    return memcmp(&masked, &network->base, sizeof masked) == 0;
}

void peer_of(struct peer *peer, const struct sockaddr *address)
{
    memset(peer, 0, sizeof *peer);
    if (address != NULL && address->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, address, sizeof in);
        ip_from_v4(&peer->ip, &in.sin_addr);
    } else if (address != NULL && address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, address, sizeof in6);
        memcpy(peer->ip.bytes, &in6.sin6_addr, 16);
    } else {
        peer->is_unix = true;
        memcpy(peer->text, "unix", 5);
        return;
    }
    ip_format(&peer->ip, peer->text);
}

static bool network_has(const struct network *network, const struct ip *ip)
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;

    return memcmp(ip->bytes, network->base.bytes, whole) == 0 &&
           (rest == 0 || (ip->bytes[whole] & (0xff00u >> rest & 0xff)) ==
                             network->base.bytes[whole]);
}

bool trust_has(const struct trust *trust, const struct ip *ip)
{
    for (size_t i = 0; i < trust->count; i++) {
        if (network_has(&trust->networks[i], ip)) {
            return true;
        }
    }
    return false;
}

bool trust_peer(const struct trust *trust, const struct peer *peer)
{
    return peer->is_unix ? trust->unix_peers : trust_has(trust, &peer->ip);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Takes the last entry off the line; false when the line is used up. */
static bool last_entry(struct wb_text *line, struct wb_text *entry)
{
    size_t end = line->size, start;

    if (line->data == NULL) {
        return false;
    }
    for (start = end; start > 0 && line->data[start - 1] != ',';) {
        start--;
    }
    *entry = (struct wb_text){line->data + start, end - start};
    if (start == 0) {
        line->data = NULL;
    } else {
        line->size = start - 1;
    }
    while (entry->size > 0 && is_blank(entry->data[0])) {
        entry->data++;
        entry->size--;
    }
    while (entry->size > 0 && is_blank(entry->data[entry->size - 1])) {
        entry->size--;
    }
    return true;
}

bool client_walk(const struct trust *trust, const struct wb_text *lines,
                 size_t count, struct ip *client)
{
    bool found = false;

    for (size_t i = count; i > 0; i--) {
        struct wb_text line = lines[i - 1], entry;

        while (last_entry(&line, &entry)) {
            if (!ip_parse(entry, client)) {
                return false;
            }
            found = true;
            if (!trust_has(trust, client)) {
                return true;
            }
        }
    }
    return found;
}
