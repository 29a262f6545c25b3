/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dialects: how one kind of proxy tells the facts of the original request.
 * Each fact has exactly one source; a source that comes twice is refused,
 * and other kinds' headers are not read. A dialect is a table; its file says
 * why it is as it is.
 */
#ifndef WB_SIDECAR_DIALECT_H
#define WB_SIDECAR_DIALECT_H

#include "sidecar/client_ip.h"
#include "sidecar/exchange.h"
#include "sidecar/refusal.h"

enum source {
    SOURCE_METHOD,
    SOURCE_TARGET,
    SOURCE_HOST,
    SOURCE_SCHEME,
    SOURCE_VERSION, /* "HTTP/2.0" */
    SOURCE_CLIENT,
    SOURCE_REQUEST_ID, /* this and the next: by the listener's settings */
    SOURCE_JA3,
    SOURCE_JA4,
    SOURCE_LOAD,
    SOURCE_COUNT
};

/* A header that a proxy makes up where the client sent none. */
struct made_up {
    const char *name, *value; /* lower-case name */
};

/* How the proxy drops payment headers that are not to reach the gate. */
enum payments {
    PAYMENTS_CONFIGURED, /* its configuration reads X-Payment-Forward */
    PAYMENTS_NAMED,      /* an allow names the headers to be dropped (Envoy) */
    PAYMENTS_RETURNED    /* an allow brings back those that go on: others are
                            dropped (Traefik) */
};

struct dialect {
    const char *name; /* as configured; also the request's transport */
    /* Lower-case header names; NULL: this proxy does not tell it. */
    const char *sources[SOURCE_COUNT];
    bool own_request; /* method and target are those of the ask itself */
    bool client_list; /* SOURCE_CLIENT is a list to be walked */
    bool order_kept;  /* header order and case are as the client sent them */
    bool record;      /* the body is a request record (json) */
    bool second_ask;  /* a denial's body is asked for apart (nginx) */
    enum payments payments;
    const struct made_up *made_up; /* ended by a NULL name; NULL: nothing */
    const char *const *added; /* the proxy's own headers, NULL-terminated */
    const char *const *known; /* default of headers-known; NULL: all */
};

extern const struct dialect dialect_json, dialect_nginx, dialect_forward_auth,
    dialect_envoy, dialect_haproxy;

/* NULL: no such dialect. */
const struct dialect *dialect_find(const char *name);

#define KNOWN_MAX 128

/* What becomes of a header of the ask: a source's number, or */
#define ROLE_ADDED SOURCE_COUNT /* the proxy's own: left out */
#define ROLE_CONNECTION (SOURCE_COUNT + 1)
#define ROLE_AGENT (SOURCE_COUNT + 2)  /* the client's user agent */
#define ROLE_CLIENT (SOURCE_COUNT + 3) /* any other of the client's */

struct role {
    struct wb_text name;
    unsigned role;
    unsigned before; /* number from 1 of the last one of this length; or 0 */
};
#define ROLES_MAX 24
#define ROLE_NAME_MAX 63

/* A dialect with one listener's settings. */
struct listener {
    const char *address;
    const struct dialect *dialect;
    struct trust trust;
    struct role roles[ROLES_MAX];
    size_t role_count;
    unsigned role_last[ROLE_NAME_MAX + 1]; /* by length; as in `before` */
    struct wb_text known[KNOWN_MAX];
    size_t known_count;
    bool known_limited;
    bool order_kept;
    bool can_strip;
    unsigned socket_mode;
    const char *socket_owner; /* see struct socket_access; NULL: ours */
};

/* Gives a name its role; false when there is no more room. */
bool listener_role(struct listener *listener, const char *name, unsigned role);
/* Gives the dialect's names their roles. */
bool listener_roles(struct listener *listener);

/* What was understood; views into the exchange. For logs and watching. */
struct seen {
    struct wb_text method, host, target, agent; /* no value: not told */
    struct ip client;
    bool client_known;
    char client_text[IP_TEXT_MAX];
};

/* Gives the original request's facts and headers to `request`. */
enum refusal dialect_read(const struct listener *listener,
                          const struct exchange *x, struct seen *seen,
                          struct wb_request *request);

#endif
