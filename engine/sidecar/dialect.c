/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a dialect's table against an exchange: sources become facts, the
 * proxy's own headers are left out, all others are the client's.
 */
#include "sidecar/dialect.h"

#include <string.h>

#define LISTS_MAX 32 /* lines of a forwarded-for list */

struct reading {
    const struct listener *listener;
    struct wb_text told[SOURCE_COUNT]; /* data NULL: not told */
    struct wb_text lists[LISTS_MAX];
    size_t list_count;
    bool lists_over;
};

const struct dialect *dialect_find(const char *name)
{
    static const struct dialect *const all[] = {
        &dialect_json, &dialect_nginx, &dialect_forward_auth, &dialect_envoy,
        &dialect_haproxy};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(all[i]->name, name) == 0) {
            return all[i];
        }
    }
    return NULL;
}

bool listener_role(struct listener *listener, const char *name, unsigned role)
{
    struct wb_text text = text_of(name);

    if (listener->role_count == ROLES_MAX || text.size > ROLE_NAME_MAX) {
        return false;
    }
    listener->roles[listener->role_count++] =
        (struct role){text, role, listener->role_last[text.size]};
    listener->role_last[text.size] = (unsigned)listener->role_count;
    return true;
}

bool listener_roles(struct listener *listener)
{
    const struct dialect *dialect = listener->dialect;
    bool fine = listener_role(listener, "content-length", ROLE_ADDED) &&
                listener_role(listener, "transfer-encoding", ROLE_ADDED) &&
                listener_role(listener, "connection", ROLE_CONNECTION) &&
                listener_role(listener, "user-agent", ROLE_AGENT);

    for (unsigned i = 0; i < SOURCE_COUNT; i++) {
        const char *name = dialect->sources[i];

        fine = (name == NULL || listener_role(listener, name, i)) && fine;
    }
    for (const char *const *name = dialect->added; name && *name; name++) {
        fine = listener_role(listener, *name, ROLE_ADDED) && fine;
    }
    return fine;
}

/* Sources that the listener's settings name come last, and win. */
static unsigned role_of(const struct listener *listener, struct wb_text name)
{
    const struct role *role;

    if (name.size > ROLE_NAME_MAX) {
        return ROLE_CLIENT;
    }
    for (unsigned i = listener->role_last[name.size]; i > 0; i = role->before) {
        role = &listener->roles[i - 1];
        if (text_is_fold(name, role->name)) {
            return role->role;
        }
    }
    return ROLE_CLIENT;
}

static bool note_source(struct reading *reading, unsigned source,
                        struct wb_text value)
{
    if (source == SOURCE_CLIENT && reading->listener->dialect->client_list) {
        if (reading->list_count == LISTS_MAX) {
            reading->lists_over = true;
        } else {
            reading->lists[reading->list_count++] = value;
        }
        return true;
    }
    if (reading->told[source].data != NULL) {
        return false;
    }
    reading->told[source] = value;
    return true;
}

/* Every hop says "close" or "keep-alive" for itself; anything else in
 * Connection came from the client, and the engine looks at it. */
static bool is_own_connection(struct wb_text value)
{
    return value.size == 0 || text_is_fold(value, text_of("close")) ||
           text_is_fold(value, text_of("keep-alive"));
}

/* What the proxy's own HTTP client writes where the client sent nothing. */
static bool is_made_up(const struct dialect *dialect, const struct field *field)
{
    for (const struct made_up *row = dialect->made_up; row && row->name;
         row++) {
        if (text_is(field->value, row->value) &&
            text_is_fold(field->name, text_of(row->name))) {
            return true;
        }
    }
    return false;
}

/* Is it the client's own, to be shown to the engine? */
static bool is_clients(const struct dialect *dialect, unsigned role,
                       const struct field *field)
{
    switch (role) {
    case ROLE_ADDED:
        return false;
    case ROLE_CONNECTION:
        return !is_own_connection(field->value);
    default:
        return !is_made_up(dialect, field);
    }
}

/* Splits the lines into sources and the client's own headers. The engine
 * keeps count of its limits, and refuses in wb_decide what goes beyond. */
static enum refusal read_fields(struct reading *reading,
                                const struct exchange *x, struct seen *seen,
                                struct wb_request *request)
{
    const struct dialect *dialect = reading->listener->dialect;

    for (size_t i = 0; i < x->field_count; i++) {
        const struct field *field = &x->fields[i];
        unsigned role = role_of(reading->listener, field->name);

        if (role < SOURCE_COUNT) {
            if (!note_source(reading, role, field->value)) {
                return REFUSE_TWO_SOURCES;
            }
        } else if (is_clients(dialect, role, field)) {
            if (role == ROLE_AGENT) {
                seen->agent = field->value;
            }
            (void)wb_request_header(request, field->name.data, field->name.size,
                                    field->value.data, field->value.size);
        }
    }
    return REFUSE_NOT;
}

static void give(struct wb_request *request, enum wb_fact fact,
                 struct wb_text value)
{
    if (value.size != 0) {
        (void)wb_request_fact(request, fact, value.data, value.size);
    }
}

/* "HTTP/2.0" and "HTTP/3.0" are "2" and "3" elsewhere. */
static struct wb_text version_of(struct wb_text protocol)
{
    static const struct {
        const char *protocol, *version;
    } rows[] = {{"HTTP/1.1", "1.1"}, {"HTTP/2.0", "2"}, {"HTTP/2", "2"},
                {"HTTP/3.0", "3"},   {"HTTP/3", "3"},   {"HTTP/1.0", "1.0"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (protocol.size != 0 && text_is(protocol, rows[i].protocol)) {
            return text_of(rows[i].version);
        }
    }
    return (struct wb_text){NULL, 0};
}

static void read_client(const struct reading *reading, struct seen *seen,
                        struct wb_request *request)
{
    struct wb_text told = reading->told[SOURCE_CLIENT];

    if (reading->listener->dialect->client_list) {
        seen->client_known =
            !reading->lists_over &&
            client_walk(&reading->listener->trust, reading->lists,
                        reading->list_count, &seen->client);
    } else {
        seen->client_known = told.size != 0 && ip_parse(told, &seen->client);
    }
    if (seen->client_known) {
        size_t size = ip_format(&seen->client, seen->client_text);

        give(request, WB_CLIENT_IP, (struct wb_text){seen->client_text, size});
    }
}

static void give_facts(const struct reading *reading, struct seen *seen,
                       struct wb_request *request)
{
    const struct wb_text *told = reading->told;
    const struct listener *listener = reading->listener;

    give(request, WB_METHOD, seen->method);
    give(request, WB_TARGET, seen->target);
    give(request, WB_HOST, seen->host);
    give(request, WB_SCHEME, told[SOURCE_SCHEME]);
    give(request, WB_HTTP_VERSION, version_of(told[SOURCE_VERSION]));
    give(request, WB_REQUEST_ID, told[SOURCE_REQUEST_ID]);
    give(request, WB_JA3, told[SOURCE_JA3]);
    give(request, WB_JA4, told[SOURCE_JA4]);
    give(request, WB_LOAD, told[SOURCE_LOAD]);
    give(request, WB_TRANSPORT, text_of(listener->dialect->name));
    read_client(reading, seen, request);
    wb_request_transport_flags(
        request, (listener->order_kept ? WB_ORDER_KEPT : 0u) |
                     (listener->can_strip ? 0u : WB_CANNOT_STRIP));
    if (listener->known_limited) {
        (void)wb_request_headers_known(request, listener->known,
                                       listener->known_count);
    }
}

enum refusal dialect_read(const struct listener *listener,
                          const struct exchange *x, struct seen *seen,
                          struct wb_request *request)
{
    struct reading reading = {.listener = listener};
    enum refusal refusal;

    memset(seen, 0, sizeof *seen);
    refusal = read_fields(&reading, x, seen, request);
    if (refusal != REFUSE_NOT) {
        return refusal;
    }
    seen->host = reading.told[SOURCE_HOST];
    seen->method = reading.told[SOURCE_METHOD];
    seen->target = reading.told[SOURCE_TARGET];
    if (listener->dialect->own_request) {
        seen->method = x->method;
        seen->target = x->target;
    }
    if (seen->method.size == 0) {
        return REFUSE_NO_METHOD;
    }
    if (seen->target.size == 0) {
        return REFUSE_NO_TARGET;
    }
    give_facts(&reading, seen, request);
    return REFUSE_NOT;
}
