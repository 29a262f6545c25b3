/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libmicrohttpd: epoll, a pool of threads, one struct per
 * connection that is used again for each of its exchanges.
 *
 * What this library (0.9.75) does and what is done about it: `url` is
 * decoded and cut, so the target comes from the URI callback; an answer that
 * is queued in the handler's first call ends the connection, so it is given
 * in the second, unless a body is announced that nobody wants; it alters
 * heads in silence, see head.h; stopping to listen races with its workers,
 * so it never gets a listening socket.
 */
#include "sidecar/server.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sidecar/allows.h"
#include "sidecar/hangups.h"
#include "sidecar/head.h"

#if MHD_VERSION >= 0x00097002
typedef enum MHD_Result mhd_result;
#else
typedef int mhd_result;
#endif

/* An answer's head: ours stays below 3 KiB. */
#define ANSWER_RESERVE (8 * 1024)
/* What the library takes for one header, cookie or argument, at least. */
#define ELEMENT_SIZE 80

enum stage { STAGE_NEW, STAGE_HEAD, STAGE_BODY, STAGE_WAITING };
enum wake { WAKE_NOT, WAKE_SUSPENDED, WAKE_DONE };

struct server {
    struct MHD_Daemon *daemon;
    struct allows allows;
    struct hangups *hangups;
    struct server_handler handler;
    size_t head_bytes;
    atomic_uint connections;
    atomic_uint exchanges;
    atomic_uint waiting;
    atomic_bool draining;
};

struct connection {
    struct exchange x; /* first: server_wake gets its address */
    struct server *server;
    struct MHD_Connection *mhd;
    struct peer peer;
    enum stage stage;
    bool counted; /* in server->exchanges */
    _Atomic(enum wake) wake;
    size_t body_room;
    size_t elements, copied; /* what the head took of the memory */
    const char *target_start;
    const char *target_end; /* in the library's memory */
    char target[EXCHANGE_TARGET_MAX];
    struct allow *allow; /* that is under way */
};

/* ---- the head ---- */

/* A cookie of ours, which the library finds first. */
static const char bait_name[] = "Cookie", bait_value[] = "-=-";

/* The library makes a record of each query argument and cookie, which nobody
 * reads here, and a request with some hundred of them ends its connection: so
 * it is shown an empty query and a cookie of ours in front of the client's. */
static bool spare_elements(struct MHD_Connection *mhd, const char *uri)
{
    char *query = uri != NULL ? strchr((char *)(uintptr_t)uri, '?') : NULL;

    if (query != NULL) {
        query[1] = '\0'; /* in the library's buffer; we have our copy */
    }
    return MHD_set_connection_value_n(mhd, MHD_HEADER_KIND, bait_name,
                                      sizeof bait_name - 1, bait_value,
                                      sizeof bait_value - 1) == MHD_YES;
}

/* Called with the raw target, before the library rewrites it. */
static void *on_target(void *context, const char *uri,
                       struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info ? info->socket_context : NULL;
    size_t size = uri ? strlen(uri) : 0;

    (void)context;
    if (connection == NULL) {
        return NULL;
    }
    memset(&connection->x, 0, offsetof(struct exchange, fields));
    connection->x.peer = &connection->peer;
    if (size <= sizeof connection->target && size != 0) {
        memcpy(connection->target, uri, size);
        connection->x.target = (struct wb_text){connection->target, size};
    }
    connection->x.target_over =
        !spare_elements(mhd, uri) || size > sizeof connection->target;
    connection->target_start = uri;
    connection->target_end = uri ? uri + size : NULL;
    connection->mhd = mhd;
    connection->stage = STAGE_NEW;
    return connection;
}

static mhd_result on_field(void *context, enum MHD_ValueKind kind,
                           const char *name, size_t name_size,
                           const char *value, size_t value_size)
{
    struct exchange *x = context;

    (void)kind;
    if (name == bait_name) {
        return MHD_YES;
    }
    if (x->field_count == EXCHANGE_FIELDS_MAX) {
        x->fields_over = true;
        return MHD_NO;
    }
    x->fields[x->field_count++] = (struct field){
        {name, name_size}, {value ? value : "", value ? value_size : 0}};
    return MHD_YES;
}

static size_t head_size(const struct connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info != NULL ? info->header_size : SIZE_MAX / 2;
}

/* Later libraries refuse such heads themselves. */
static bool layout_is_bad(const struct connection *connection,
                          const char *method, const char *version)
{
#if MHD_VERSION < 0x01000000
    const struct exchange *x = &connection->x;

    if (connection->target_end == NULL ||
        connection->target_start != method + strlen(method) + 1 ||
        connection->target_end + 1 != version) {
        return true; /* a NUL in the request line, or two blanks */
    }
    return !x->fields_over && !head_layout(x, version + strlen(version),
                                           method + head_size(connection));
#else
    (void)connection, (void)method, (void)version;
    return false;
#endif
}

/* The library builds the answer's head in what the request's head has left
 * of the connection's memory. */
static bool answer_has_room(const struct connection *connection)
{
    size_t fields = (size_t)MHD_get_connection_values(
        connection->mhd, MHD_HEADER_KIND, NULL, NULL);

    return head_size(connection) + fields * ELEMENT_SIZE + ANSWER_RESERVE <=
           connection->server->head_bytes;
}

static void read_head(struct connection *connection, const char *method,
                      const char *version)
{
    struct exchange *x = &connection->x;

    exchange_clear(x);
    x->method = text_of(method);
    x->version = text_of(version);
    MHD_get_connection_values_n(connection->mhd, MHD_HEADER_KIND, on_field, x);
    x->layout_bad = layout_is_bad(connection, method, version);
    x->has_body = head_has_body(x);
    atomic_store_explicit(&connection->wake, WAKE_NOT, memory_order_relaxed);
    atomic_fetch_add_explicit(&connection->server->exchanges, 1,
                              memory_order_relaxed);
    connection->counted = true;
}

/* ---- the answer ---- */

static bool add_field(struct MHD_Response *response,
                      const struct answer_text *text, size_t i)
{
    return MHD_add_response_header(response, text->text + text->at[i].name,
                                   text->text + text->at[i].value) == MHD_YES;
}

static bool exchange_fields(struct allow *allow, const struct answer_text *text)
{
    const struct answer_text *kept = allow->kept;
    size_t had = kept != NULL ? kept->count : 0;

    for (size_t i = 0; i < had || i < text->count; i++) {
        if (answer_text_same(kept, text, i)) {
            continue;
        }
        if (i < had) {
            MHD_del_response_header(allow->response,
                                    kept->text + kept->at[i].name,
                                    kept->text + kept->at[i].value);
        }
        if (i < text->count && !add_field(allow->response, text, i)) {
            return false;
        }
    }
    return true;
}

/* Of an allow that went out before, the headers that differ are exchanged.
 * Their order is of no account, for each name comes once. */
static struct MHD_Response *renew_allow(struct connection *connection,
                                        const struct answer_text *text)
{
    struct allow *allow = allow_take(&connection->server->allows);

    connection->allow = allow; /* until on_over */
    if (allow == NULL) {
        return NULL;
    }
    if (allow->response == NULL) {
        allow->response =
            MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
    }
    if (allow->response != NULL && exchange_fields(allow, text)) {
        allow->kept = answer_text_copy(allow->kept, text);
        if (allow->kept != NULL) {
            return allow->response;
        }
    }
    allow_empty(allow, MHD_destroy_response);
    return NULL;
}

static struct MHD_Response *make_response(const struct exchange *x,
                                          const struct answer_text *text,
                                          bool last)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        x->answer_body.size, (void *)(uintptr_t)x->answer_body.data,
        x->answer_body.size ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_PERSISTENT);

    if (response != NULL && last) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    }
    for (size_t i = 0; response != NULL && i < text->count; i++) {
        if (!add_field(response, text, i)) {
            MHD_destroy_response(response);
            response = NULL;
        }
    }
    return response;
}

/* For when the library cannot answer: it would end the connection in silence,
 * which a proxy that fails open takes for a sidecar that is down. Nothing has
 * been sent for this exchange yet, and the connection ends. */
static mhd_result answer_bare(struct MHD_Connection *mhd, const char *status)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    char text[256];
    int size = snprintf(text, sizeof text,
                        "HTTP/1.1 %s\r\nContent-Length: 0\r\n"
                        "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
                        status);

    if (info != NULL && size > 0) {
        ssize_t sent = send(info->connect_fd, text, (size_t)size,
                            MSG_NOSIGNAL | MSG_DONTWAIT);

        (void)sent;
    }
    return MHD_NO;
}

/* An allow without all of its headers must not go out. */
static mhd_result answer(struct connection *connection)
{
    static _Thread_local struct answer_text text;
    struct exchange *x = &connection->x;
    struct MHD_Response *response = NULL;
    mhd_result result = MHD_NO;
    bool last = x->close || atomic_load_explicit(&connection->server->draining,
                                                 memory_order_relaxed);
    bool keep = x->status == MHD_HTTP_OK && x->answer_body.size == 0 &&
                !x->answer_once && !last;

    if (answer_text_write(&text, x)) {
        response = keep ? renew_allow(connection, &text)
                        : make_response(x, &text, last);
    }
    if (response != NULL) {
        result = MHD_queue_response(connection->mhd, x->status, response);
    }
    if (response != NULL && !keep) {
        MHD_destroy_response(response);
    }
    return result == MHD_YES ? result
                             : answer_bare(connection->mhd, "403 Forbidden");
}

/* ---- the handler's steps ---- */

void server_wake(struct exchange *x)
{
    struct connection *connection = (struct connection *)x;

    if (atomic_exchange(&connection->wake, WAKE_DONE) == WAKE_SUSPENDED) {
        MHD_resume_connection(connection->mhd);
    }
}

/* The wake may come before, while or after the connection is suspended. */
static void wait_for_wake(struct connection *connection)
{
    enum wake none = WAKE_NOT;

    connection->stage = STAGE_WAITING;
    atomic_fetch_add(&connection->server->waiting, 1);
    MHD_suspend_connection(connection->mhd);
    if (!atomic_compare_exchange_strong(&connection->wake, &none,
                                        WAKE_SUSPENDED)) {
        MHD_resume_connection(connection->mhd);
    }
}

static mhd_result take_step(struct connection *connection,
                            enum server_step step)
{
    struct server *server = connection->server;
    struct exchange *x = &connection->x;
    mhd_result result;

    switch (step) {
    case SERVER_ANSWER:
        result = answer(connection);
        server->handler.release(server->handler.context, x);
        return result;
    case SERVER_BODY:
        connection->stage = STAGE_BODY;
        connection->body_room = x->body.size;
        x->body.size = 0;
        return MHD_YES;
    case SERVER_WAIT:
        wait_for_wake(connection);
        return MHD_YES;
    }
    return MHD_NO;
}

static mhd_result on_head(struct connection *connection)
{
    struct server *server = connection->server;
    struct exchange *x = &connection->x;
    enum server_step step = server->handler.head(server->handler.context, x);

    if (step == SERVER_BODY && connection->stage == STAGE_HEAD) {
        /* no body was announced: it is empty */
        x->body.size = 0;
        step = server->handler.body(server->handler.context, x);
    }
    return take_step(connection, step);
}

static mhd_result on_body(struct connection *connection, const char *data,
                          size_t *size)
{
    struct server *server = connection->server;
    struct exchange *x = &connection->x;

    if (*size == 0) {
        return take_step(connection,
                         server->handler.body(server->handler.context, x));
    }
    if (*size > connection->body_room - x->body.size) {
        x->body_over = true;
    } else {
        memcpy((char *)(uintptr_t)x->body.data + x->body.size, data, *size);
        x->body.size += *size;
    }
    *size = 0;
    return MHD_YES;
}

static mhd_result on_request(void *context, struct MHD_Connection *mhd,
                             const char *url, const char *method,
                             const char *version, const char *data,
                             size_t *size, void **exchange)
{
    struct connection *connection = *exchange;
    struct server *server = context;

    (void)url;
    if (connection == NULL) {
        return answer_bare(mhd, "403 Forbidden");
    }
    switch (connection->stage) {
    case STAGE_NEW:
        read_head(connection, method, version);
        if (!answer_has_room(connection)) {
            return answer_bare(mhd, "431 Request Header Fields Too Large");
        }
        if (connection->x.has_body) {
            return on_head(connection);
        }
        connection->stage = STAGE_HEAD;
        return MHD_YES;
    case STAGE_HEAD:
        return on_head(connection);
    case STAGE_BODY:
        return on_body(connection, data, size);
    case STAGE_WAITING:
        atomic_fetch_sub(&server->waiting, 1);
        return take_step(
            connection,
            server->handler.resume(server->handler.context, &connection->x));
    }
    return MHD_NO;
}

static void on_over(void *context, struct MHD_Connection *mhd, void **exchange,
                    enum MHD_RequestTerminationCode code)
{
    struct connection *connection = *exchange;
    struct server *server = context;

    (void)mhd, (void)code;
    if (connection == NULL || !connection->counted) {
        return;
    }
    allow_give(connection->allow);
    connection->allow = NULL;
    server->handler.release(server->handler.context, &connection->x);
    connection->counted = false;
    connection->stage = STAGE_NEW;
    atomic_fetch_sub_explicit(&server->exchanges, 1, memory_order_relaxed);
}

/* ---- connections ---- */

static struct connection *connection_new(struct server *server,
                                         struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct connection *connection = calloc(1, sizeof *connection);

    if (connection != NULL) {
        connection->server = server;
        connection->mhd = mhd;
        peer_of(&connection->peer, info ? info->client_addr : NULL);
    }
    return connection;
}

/* Before the library closes it. */
static void forget(struct server *server, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (info != NULL) {
        hangups_forget(server->hangups, info->connect_fd);
    }
}

static void on_connection(void *context, struct MHD_Connection *mhd,
                          void **connection,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *connection = connection_new(server, mhd);
        return;
    }
    forget(server, mhd);
    free(*connection);
    *connection = NULL;
    atomic_fetch_sub_explicit(&server->connections, 1, memory_order_relaxed);
}

static struct MHD_Daemon *daemon_start(struct server *server,
                                       const struct server_settings *settings)
{
    /* The library gives each worker its share of the limit. A worker that is
     * handed one connection more closes it, tells nobody and never unlocks
     * its mutex: it hangs, with all its connections. So each has room for all
     * that the acceptor lets in, and one that was told of and is not yet
     * subtracted. */
    unsigned threads = settings->threads;
    unsigned share = settings->connections + 1;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_over, server},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, server},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)settings->head_bytes,
         NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)(share * threads), NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)settings->idle_seconds, NULL},
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         (intptr_t)threads, NULL},
        {MHD_OPTION_END, 0, NULL}};

    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
                                MHD_USE_NO_LISTEN_SOCKET |
                                MHD_ALLOW_SUSPEND_RESUME,
                            0, NULL, NULL, on_request, server, MHD_OPTION_ARRAY,
                            options, MHD_OPTION_END);
}

struct server *server_start(const struct server_settings *settings,
                            const struct server_handler *handler)
{
    struct server *server = calloc(1, sizeof *server);

    if (server == NULL) {
        return NULL;
    }
    server->handler = *handler;
    server->head_bytes = settings->head_bytes;
    server->hangups = hangups_new();
    if (server->hangups != NULL) {
        server->daemon = daemon_start(server, settings);
    }
    if (server->daemon == NULL) {
        hangups_free(server->hangups);
        free(server);
        return NULL;
    }
    return server;
}

bool server_add(struct server *server, int fd, const struct sockaddr *address,
                socklen_t size)
{
    atomic_fetch_add_explicit(&server->connections, 1, memory_order_relaxed);
    hangups_watch(server->hangups, fd);
    if (MHD_add_connection(server->daemon, fd, address, size) == MHD_YES) {
        return true;
    }
    atomic_fetch_sub_explicit(&server->connections, 1, memory_order_relaxed);
    return false;
}

void server_look(struct server *server)
{
    if (server_connections(server) != 0) {
        hangups_tell(server->hangups);
    }
}

unsigned server_connections(const struct server *server)
{
    return atomic_load_explicit(&server->connections, memory_order_relaxed);
}

unsigned server_exchanges(const struct server *server)
{
    return atomic_load_explicit(&server->exchanges, memory_order_relaxed);
}

unsigned server_waiting(const struct server *server)
{
    return atomic_load(&server->waiting);
}

void server_drain(struct server *server)
{
    atomic_store_explicit(&server->draining, true, memory_order_relaxed);
}

void server_stop(struct server *server)
{
    if (server != NULL) {
        MHD_stop_daemon(server->daemon);
        allows_free(&server->allows, MHD_destroy_response);
        hangups_free(server->hangups);
        free(server);
    }
}
