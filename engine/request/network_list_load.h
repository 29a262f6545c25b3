/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: lists of networks, as operators of crawlers and clouds
 * publish them. Two forms, told apart by the first byte:
 *
 *   # a comment                      {"prefixes": [
 *   192.0.2.0/24                       {"ipv4Prefix": "192.0.2.0/24"},
 *   2001:db8::/32  # another           {"ipv6Prefix": "2001:db8::/32"}]}
 *
 * In JSON every text under ipv4Prefix, ipv6Prefix, ip_prefix or ipv6_prefix
 * is a network, wherever it stands; all else is passed over.
 */
#ifndef WB_REQUEST_NETWORK_LIST_LOAD_H
#define WB_REQUEST_NETWORK_LIST_LOAD_H

#include "base/problems.h"
#include "request/address.h"

#define NETWORK_LIST_MAX 4000000       /* networks of one list */
#define NETWORK_LIST_BYTES (256 << 20) /* of one file */

struct network_list {
    struct network *items; /* malloc'd; network_list_free() */
    size_t count, room;
};

enum network_list_result {
    NETWORK_LIST_READ,
    NETWORK_LIST_REFUSED, /* problems were added */
    NETWORK_LIST_MISSING, /* there is no such file; nothing was added */
};

void network_list_free(struct network_list *list);
/* Adds the networks of a text. A text without any is refused: a set that
 * holds nobody would call everybody an impostor. */
bool network_list_text(struct network_list *list, struct view name,
                       struct view text, struct problems *problems);
/* The same of a file. *modified is the file's, microseconds since the
 * epoch. */
enum network_list_result network_list_file(struct network_list *list,
                                           const char *path, int64_t *modified,
                                           struct problems *problems);

#endif
