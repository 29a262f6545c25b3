/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway of one epoll loop with libweighbridge inside. It reads a request
 * head, decides, and answers: a refusal as it is, or 200 with the headers
 * that a real gateway would set on the request to the payment gate behind
 * it. It shows the three things that embedding asks for: facts as views into
 * the connection's own buffer, a pool of requests, and waiting for a store
 * without blocking the loop (WB_WAIT, wake, resume).
 *
 *   gateway PORT [weighbridge.yaml]      PORT 0: any; it is printed
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <weighbridge.h>

#define CONNECTIONS 64
#define HEAD_MAX 65536

struct connection {
    int fd; /* -1: free */
    int woken;
    char peer[INET_ADDRSTRLEN];
    size_t size;
    char head[HEAD_MAX];
    struct wb_request *request;
    struct gateway *gateway;
};

struct gateway {
    int epoll, listener, wake_fd;
    struct wb_engine *engine;
    struct wb_state *state;
    struct connection connections[CONNECTIONS];
};

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
    (void)signal;
    stopping = 1;
}

/* The library reads no clock: the gateway tells it the time. */
static int64_t now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void close_connection(struct connection *c)
{
    wb_request_reset(c->request);
    close(c->fd);
    c->fd = -1;
    c->size = 0;
}

static void answer(struct connection *c)
{
    struct wb_text name, value;
    struct wb_text body = wb_decision_body(c->request);
    unsigned status = wb_decision_status(c->request);
    char out[16384];
    size_t n = (size_t)snprintf(out, sizeof out,
                                "HTTP/1.1 %u %s\r\nConnection: close\r\n",
                                status, status == 200 ? "OK" : "Refused");
    for (size_t i = 0; wb_decision_header(c->request, i, &name, &value); i++) {
        n += (size_t)snprintf(out + n, sizeof out - n, "%.*s: %.*s\r\n",
                              (int)name.size, name.data, (int)value.size,
                              value.data);
    }
    n += (size_t)snprintf(out + n, sizeof out - n,
                          "Content-Length: %zu\r\n\r\n%.*s", body.size,
                          (int)body.size, body.data ? body.data : "");
    for (size_t sent = 0; sent < n;) {
        ssize_t k = send(c->fd, out + sent, n - sent, MSG_NOSIGNAL);
        if (k <= 0) {
            break;
        }
        sent += (size_t)k;
    }
    close_connection(c);
}

/* Called by a store's own thread: hands the connection back to the loop. */
static void wake(void *arg)
{
    struct connection *c = arg;
    uint64_t one = 1;
    __atomic_store_n(&c->woken, 1, __ATOMIC_RELEASE);
    if (write(c->gateway->wake_fd, &one, sizeof one) < 0) {
        perror("wake");
    }
}

static const char *line_end(const char *at, const char *end)
{
    return memmem(at, (size_t)(end - at), "\r\n", 2);
}

/* "GET /path HTTP/1.1": three words. */
static int read_request_line(struct connection *c, const char *at,
                             const char *end)
{
    const char *target = memchr(at, ' ', (size_t)(end - at));
    const char *version = target ? memrchr(at, ' ', (size_t)(end - at)) : NULL;
    if (!target || version <= target || end - version != 9) {
        return 0;
    }
    wb_request_fact(c->request, WB_METHOD, at, (size_t)(target - at));
    wb_request_fact(c->request, WB_TARGET, target + 1,
                    (size_t)(version - target - 1));
    wb_request_fact(c->request, WB_HTTP_VERSION, end - 3, 3);
    return 1;
}

static int read_header(struct connection *c, const char *at, const char *end)
{
    const char *colon = memchr(at, ':', (size_t)(end - at));
    if (!colon) {
        return 0;
    }
    const char *value = colon + 1;
    while (value < end && (*value == ' ' || *value == '\t')) {
        value++;
    }
    if (colon - at == 4 && strncasecmp(at, "host", 4) == 0) {
        wb_request_fact(c->request, WB_HOST, value, (size_t)(end - value));
    }
    /* Beyond the limits the decision itself is 431. */
    wb_request_header(c->request, at, (size_t)(colon - at), value,
                      (size_t)(end - value));
    return 1;
}

static int read_head(struct connection *c, const char *end)
{
    const char *at = c->head;
    const char *stop_at = line_end(at, end);
    int good = stop_at && read_request_line(c, at, stop_at);
    while (good && stop_at + 2 < end) {
        at = stop_at + 2;
        stop_at = line_end(at, end);
        good = stop_at && read_header(c, at, stop_at);
    }
    return good;
}

static void decide(struct connection *c, const char *head_end)
{
    struct wb_request *request = c->request;
    if (wb_request_begin(request, c->gateway->engine, now()) != WB_OK ||
        !read_head(c, head_end)) {
        close_connection(c); /* not HTTP, or out of memory: never let through */
        return;
    }
    wb_request_fact(request, WB_SCHEME, "http", 4);
    wb_request_fact(request, WB_CLIENT_IP, c->peer, strlen(c->peer));
    wb_request_fact(request, WB_TRANSPORT, "embedded", 8);
    wb_request_transport_flags(request, WB_ORDER_KEPT);
    if (wb_decide(request, c->gateway->state, wake, c) == WB_DONE) {
        answer(c);
    }
}

static void readable(struct connection *c)
{
    ssize_t n = recv(c->fd, c->head + c->size, HEAD_MAX - c->size, 0);
    if (n <= 0) {
        close_connection(c);
        return;
    }
    c->size += (size_t)n;
    char *end = memmem(c->head, c->size, "\r\n\r\n", 4);
    if (end) {
        epoll_ctl(c->gateway->epoll, EPOLL_CTL_DEL, c->fd, NULL);
        decide(c, end + 2);
    } else if (c->size == HEAD_MAX) {
        close_connection(c);
    }
}

static void accept_one(struct gateway *g)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int fd = accept(g->listener, (struct sockaddr *)&peer, &size);
    for (size_t i = 0; fd >= 0 && i < CONNECTIONS; i++) {
        struct connection *c = &g->connections[i];
        if (c->fd < 0) {
            struct epoll_event event = {EPOLLIN, {.ptr = c}};
            c->fd = fd;
            inet_ntop(AF_INET, &peer.sin_addr, c->peer, sizeof c->peer);
            epoll_ctl(g->epoll, EPOLL_CTL_ADD, fd, &event);
            return;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

static void resume_woken(struct gateway *g)
{
    uint64_t count;
    if (read(g->wake_fd, &count, sizeof count) < 0) {
        return;
    }
    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct connection *c = &g->connections[i];
        if (__atomic_exchange_n(&c->woken, 0, __ATOMIC_ACQUIRE)) {
            wb_decide_resume(c->request);
            answer(c);
        }
    }
}

static int open_listener(struct gateway *g, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    int yes = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g->listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(g->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (g->listener < 0 ||
        bind(g->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(g->listener, 64) != 0 ||
        getsockname(g->listener, (struct sockaddr *)&address, &size) != 0) {
        return 0;
    }
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return 1;
}

static int load(struct gateway *g, const char *path)
{
    struct wb_problems *problems = wb_problems_new();
    enum wb_status status = wb_engine_load(path, problems, &g->engine);
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        fputs(wb_problem_text(problems, i), stderr);
    }
    if (status == WB_OK) {
        status = wb_state_open(g->engine, problems, &g->state);
    }
    wb_problems_free(problems);
    return status == WB_OK;
}

static void run(struct gateway *g)
{
    struct epoll_event events[CONNECTIONS];
    while (!stopping) {
        int n = epoll_wait(g->epoll, events, CONNECTIONS, 1000);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == g) {
                accept_one(g);
            } else if (events[i].data.ptr == &g->wake_fd) {
                resume_woken(g);
            } else {
                readable(events[i].data.ptr);
            }
        }
    }
}

int main(int argc, char **argv)
{
    static struct gateway g;
    struct epoll_event accepting = {EPOLLIN, {.ptr = &g}};
    struct epoll_event waking = {EPOLLIN, {.ptr = &g.wake_fd}};
    if (argc < 2 || !load(&g, argc > 2 ? argv[2] : NULL)) {
        fprintf(stderr, "usage: gateway PORT [weighbridge.yaml]\n");
        return 2;
    }
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    g.epoll = epoll_create1(0);
    g.wake_fd = eventfd(0, EFD_NONBLOCK);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        g.connections[i].fd = -1;
        g.connections[i].gateway = &g;
        g.connections[i].request = wb_request_new();
    }
    if (!open_listener(&g, atoi(argv[1]))) {
        perror("listen");
        return 2;
    }
    epoll_ctl(g.epoll, EPOLL_CTL_ADD, g.listener, &accepting);
    epoll_ctl(g.epoll, EPOLL_CTL_ADD, g.wake_fd, &waking);
    run(&g);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        if (g.connections[i].fd >= 0) {
            close_connection(&g.connections[i]);
        }
        wb_request_free(g.connections[i].request);
    }
    wb_state_close(g.state);
    wb_engine_unref(g.engine);
    return 0;
}
