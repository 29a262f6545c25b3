/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an address, a network, and the lines of a forwarded-for list:
 * the walk must find what a plain reading from the left finds.
 */
#include <string.h>

#include "sidecar/client_ip.h"

#include "fuzz.h"

#define LINES_MAX 16
#define ENTRIES_MAX 512

static struct wb_text trimmed(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t')) {
        from++;
    }
    while (to > from && (to[-1] == ' ' || to[-1] == '\t')) {
        to--;
    }
    return (struct wb_text){from, (size_t)(to - from)};
}

/* All entries of all lines, from the left; SIZE_MAX: too many. */
static size_t split(const struct wb_text *lines, size_t count,
                    struct wb_text *entries)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const char *start = lines[i].data, *end = start + lines[i].size;

        for (const char *at = start;; at++) {
            if (at == end || *at == ',') {
                if (found == ENTRIES_MAX) {
                    return SIZE_MAX;
                }
                entries[found++] = trimmed(start, at);
                start = at + 1;
            }
            if (at == end) {
                break;
            }
        }
    }
    return found;
}

static bool plain_walk(const struct trust *trust, const struct wb_text *lines,
                       size_t count, struct ip *client)
{
    static struct wb_text entries[ENTRIES_MAX];
    size_t found = split(lines, count, entries);
    struct ip ip;
    size_t i;

    for (i = found; i > 0; i--) {
        if (!ip_parse(entries[i - 1], &ip)) {
            return false;
        }
        if (!trust_has(trust, &ip) || i == 1) {
            *client = ip;
            return true;
        }
    }
    return false;
}

static void check_address(struct wb_text text)
{
    struct ip ip, again;
    struct network network;
    struct trust trust = {.count = 0};
    char out[IP_TEXT_MAX + 4];
    size_t size;

    if (ip_parse(text, &ip)) {
        size = ip_format(&ip, out);
        must(size > 0 && size < IP_TEXT_MAX);
        must(ip_parse((struct wb_text){out, size}, &again));
        must(memcmp(&ip, &again, sizeof ip) == 0);
        size = ip_format_truncated(&ip, out);
        must(size < sizeof out && memchr(out, '/', size) != NULL);
    }
    if (network_parse(text, &network)) {
        must(network.bits <= 128);
        trust.networks[trust.count++] = network;
        must(trust_has(&trust, &network.base));
    }
}

static size_t read_lines(const char *data, size_t size, struct wb_text *lines)
{
    size_t count = 0;

    for (size_t i = 0, start = 0; i <= size && count < LINES_MAX; i++) {
        if (i == size || data[i] == '\n') {
            lines[count++] = (struct wb_text){data + start, i - start};
            start = i + 1;
        }
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_text lines[LINES_MAX];
    size_t count = read_lines((const char *)data, size, lines);
    struct trust trust = {.count = 0};
    struct ip client, expected;
    bool known, expected_known;

    network_parse((struct wb_text){"127.0.0.0/8", 11}, &trust.networks[0]);
    network_parse((struct wb_text){"::/64", 5}, &trust.networks[1]);
    trust.count = 2;
    for (size_t i = 0; i < count; i++) {
        check_address(lines[i]);
    }
    if (size > ENTRIES_MAX) {
        return 0;
    }
    known = client_walk(&trust, lines, count, &client);
    expected_known = plain_walk(&trust, lines, count, &expected);
    must(known == expected_known);
    must(!known || memcmp(&client, &expected, sizeof client) == 0);
    return 0;
}
