/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of one request. A transport (a dialect, a log format, a record,
 * an embedding gateway) writes the upper half; request_prepare() works out
 * the lower half in the request's workspace.
 *
 * Unknown is not absent: a view whose `at` is NULL is a fact that this
 * transport does not carry; a header that is not in `headers` is absent only
 * if its name is known (request_header_known).
 */
#ifndef WB_REQUEST_REQUEST_H
#define WB_REQUEST_REQUEST_H

#include <stdint.h>

#include "base/amount.h"
#include "base/arena.h"
#include "base/view.h"
#include "request/address.h"
#include "request/known_names.h"
#include "request/path.h"

/* Beyond these the guard refuses the request (WB_LIMIT). */
#define REQUEST_HEADERS_MAX 128
#define REQUEST_HEADER_BYTES_MAX (64 * 1024)
#define REQUEST_TARGET_MAX (16 * 1024)

struct header {
    struct view name; /* as sent */
    struct view value;
    const struct known_name *known; /* of request->names, or NULL; nothing
                                       before they were looked up */
};

/* What the payment floor tells the rules; unknown while !filled. */
struct payment_slots {
    bool filled;
    const char *state; /* "none", "malformed" or "present" */
    struct view protocol, scheme, network, payer; /* NONE: absent */
    unsigned version;                             /* 0: absent */
    struct amount amount;
    bool has_amount;
};

/* What the check of its signature (Web Bot Auth) tells the rules. */
struct signature_slots {
    bool known;
    struct view state;      /* NONE: there is no signature */
    struct view agent, key; /* of one that is verified, else NONE */
};

struct request {
    /* written by the transport; views live until the decision is done */
    int64_t time; /* microseconds since the epoch */
    struct view transport;
    bool order_kept; /* header order and case are as the client sent them */
    struct view method;
    struct view scheme;
    struct view http_version; /* "1.0", "1.1", "2", "3"; NONE: unknown */
    struct view host;         /* as sent, perhaps with a port */
    struct view target;       /* path and query as sent; NONE: unknown */
    struct view client_ip;    /* as text; NONE: unknown */
    struct view ja3, ja4;
    struct view country, as_org; /* given by the record, else looked up ... */
    uint64_t asn;
    bool has_asn;
    struct view id; /* request id that the proxy made itself */
    struct header headers[REQUEST_HEADERS_MAX];
    uint16_t order[REQUEST_HEADERS_MAX]; /* numbers of known names, but for
                                            those that a paid retry adds */
    const struct known_names *names; /* that headers were looked up in; NULL:
                                  they were not */
    unsigned roles; /* of all their names: bits of enum name_role */
    size_t order_count;
    bool order_known; /* it tells the order of all headers */
    size_t header_count;
    size_t header_bytes;  /* of names and values */
    bool headers_limited; /* only headers_known were captured */
    const struct view *headers_known;
    size_t headers_known_count;
    bool overflow; /* too many headers or bytes were offered */

    /* worked out by request_prepare */
    struct view host_name; /* lower case, no port, no trailing dot */
    struct address client;
    bool client_known;                 /* client_ip was an address */
    struct view site;                  /* set by the engine */
    const struct databases *databases; /* ... here; set by the engine */
    struct payment_slots payment;
    struct signature_slots signature;
    const struct robots
        *robots;             /* of the site, NULL: none; set by the engine */
    struct view robots_said; /* instead of asking it; tests */
    struct path path;
};

/* Empties it; the workspace is the caller's to reset. */
void request_clear(struct request *request);
/* Looks the names of all its headers up, once they are there. */
void request_look_up(struct request *request, const struct known_names *names);
/* Works out host name, path readings and address in `workspace`. False when
 * the workspace is full. */
bool request_prepare(struct request *request, struct arena *workspace);

/* Is it known whether the client sent this header? Never after overflow. */
bool request_header_known(const struct request *request, struct view name);
/* The first line of that name (any case), or NULL. */
const struct header *request_header(const struct request *request,
                                    struct view name);
/* Number of lines of that name (any case). */
size_t request_header_lines(const struct request *request, struct view name);

/* An empty value has `at` set, whatever the transport gave. */
static inline struct view empty_if_none(struct view v)
{
    return v.at ? v : VIEW("");
}

/* False (and request->overflow) beyond the limits. */
static inline bool request_add_header(struct request *request, struct view name,
                                      struct view value)
{
    size_t bytes = request->header_bytes, count = request->header_count;
    struct header *header = &request->headers[count];

    name = empty_if_none(name);
    value = empty_if_none(value);
    bytes += name.size + value.size; /* which may wrap if one is too large */
    if (count == REQUEST_HEADERS_MAX || bytes > REQUEST_HEADER_BYTES_MAX ||
        (name.size | value.size) > REQUEST_HEADER_BYTES_MAX) {
        request->overflow = true;
        return false;
    }
    request->header_bytes = bytes;
    request->header_count = count + 1;
    header->name = name;
    header->value = value;
    header->known = NULL;
    return true;
}

#endif
