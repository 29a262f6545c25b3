/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accepting thread polls all listening sockets and an event descriptor
 * that tells it to look at what is still wanted.
 */
#include "sidecar/accept.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sidecar/systemd.h"

#define ENDPOINTS_MAX 20
#define BACKLOG 1024
#define RETRY_MS 20 /* at a limit, and when the process has no more files */
#define LOOK_MS 500 /* for connections that have ended, while there are any */

struct endpoint {
    int fd;
    struct server *server;
    unsigned limit;
    bool lent; /* the service manager's: it goes on listening without us */
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* or empty */
    atomic_bool quiet;
};

struct acceptor {
    struct endpoint endpoints[ENDPOINTS_MAX];
    size_t count;
    int event;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
};

struct acceptor *acceptor_new(void)
{
    struct acceptor *acceptor = calloc(1, sizeof *acceptor);

    if (acceptor != NULL) {
        acceptor->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (acceptor->event < 0) {
            free(acceptor);
            return NULL;
        }
    }
    return acceptor;
}

/* ---- binding ---- */

/* A socket that nobody answers on was left by a process that died. */
static void remove_stale(const struct sockaddr_un *un)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct stat status;

    if (fd < 0) {
        return;
    }
    if (lstat(un->sun_path, &status) == 0 && S_ISSOCK(status.st_mode) &&
        connect(fd, (const struct sockaddr *)un, sizeof *un) != 0 &&
        errno == ECONNREFUSED) {
        unlink(un->sun_path);
    }
    close(fd);
}

/* Gives it to USER, USER:GROUP or :GROUP. */
static bool own(const char *path, const char *owner)
{
    const char *colon = strchr(owner, ':');
    char user[64];
    struct passwd *passwd = NULL;
    struct group *group = NULL;

    snprintf(user, sizeof user, "%.*s",
             colon ? (int)(colon - owner) : (int)strlen(owner), owner);
    if (*user != '\0') {
        passwd = getpwnam(user);
    }
    if (colon != NULL) {
        group = getgrnam(colon + 1);
    }
    if ((*user != '\0' && passwd == NULL) || (colon != NULL && group == NULL)) {
        errno = EINVAL;
        return false;
    }
    return chown(path, passwd ? passwd->pw_uid : (uid_t)-1,
                 group ? group->gr_gid : (gid_t)-1) == 0;
}

static int listen_unix(const char *path, const struct socket_access *access,
                       char *bound, bool *lent)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof un.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(un.sun_path, path, strlen(path) + 1);
    snprintf(bound, ACCEPT_ADDRESS_MAX, "unix:%s", path);
    fd = systemd_socket((const struct sockaddr *)&un);
    *lent = fd >= 0;
    if (*lent) {
        return fd;
    }
    remove_stale(&un);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    if (bind(fd, (const struct sockaddr *)&un, sizeof un) != 0 ||
        chmod(path, (mode_t)access->mode) != 0 ||
        (access->owner != NULL && !own(path, access->owner)) ||
        listen(fd, BACKLOG) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Splits "host:port" and "[host]:port". */
static bool split_address(const char *address, char host[64], char port[8])
{
    const char *colon = strrchr(address, ':');
    size_t size;

    if (colon == NULL || strlen(colon + 1) >= 8) {
        return false;
    }
    size = (size_t)(colon - address);
    if (size >= 2 && address[0] == '[' && colon[-1] == ']') {
        address++;
        size -= 2;
    }
    if (size >= 64) {
        return false;
    }
    memcpy(host, address, size);
    host[size] = '\0';
    memcpy(port, colon + 1, strlen(colon + 1) + 1);
    return true;
}

static void describe(int fd, char *bound)
{
    struct sockaddr_storage storage;
    socklen_t size = sizeof storage;
    char host[64] = "?", port[8] = "?";

    if (getsockname(fd, (struct sockaddr *)&storage, &size) == 0) {
        getnameinfo((struct sockaddr *)&storage, size, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    }
    snprintf(bound, ACCEPT_ADDRESS_MAX,
             storage.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static int listen_found(const struct addrinfo *found, bool *lent)
{
    int on = 1;
    int fd = systemd_socket(found->ai_addr);

    *lent = fd >= 0;
    if (*lent) {
        return fd;
    }
    fd =
        socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(fd, BACKLOG) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int listen_ip(const char *address, char *bound, bool *lent)
{
    struct addrinfo hints = {.ai_flags =
                                 AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char host[64], port[8];
    int fd;

    if (!split_address(address, host, port) ||
        getaddrinfo(host, port, &hints, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    fd = listen_found(found, lent);
    freeaddrinfo(found);
    if (fd >= 0) {
        describe(fd, bound);
    }
    return fd;
}

bool acceptor_listen(struct acceptor *acceptor, const char *address,
                     const struct socket_access *access, struct server *server,
                     unsigned limit, char bound[ACCEPT_ADDRESS_MAX],
                     char *problem, size_t room)
{
    struct endpoint *endpoint = &acceptor->endpoints[acceptor->count];
    bool is_unix = strncmp(address, "unix:", 5) == 0;

    if (acceptor->count == ENDPOINTS_MAX) {
        snprintf(problem, room, "too many listeners");
        return false;
    }
    endpoint->fd =
        is_unix ? listen_unix(address + 5, access, bound, &endpoint->lent)
                : listen_ip(address, bound, &endpoint->lent);
    if (endpoint->fd < 0) {
        snprintf(problem, room, "cannot listen on %s: %s", address,
                 strerror(errno));
        return false;
    }
    if (is_unix && !endpoint->lent) {
        memcpy(endpoint->path, address + 5, strlen(address + 5) + 1);
    }
    endpoint->server = server;
    endpoint->limit = limit;
    acceptor->count++;
    return true;
}

/* ---- accepting ---- */

/* False when the process cannot have more files now. */
static bool accept_one(const struct endpoint *endpoint, bool *more)
{
    struct sockaddr_storage storage;
    socklen_t size = sizeof storage;
    int on = 1;
    int fd;

    memset(&storage, 0, sizeof storage);
    fd = accept4(endpoint->fd, (struct sockaddr *)&storage, &size,
                 SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        *more = errno == EINTR || errno == ECONNABORTED;
        return errno != EMFILE && errno != ENFILE && errno != ENOBUFS &&
               errno != ENOMEM;
    }
    if (storage.ss_family != AF_UNIX) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    *more = true;
    server_add(endpoint->server, fd, (struct sockaddr *)&storage, size);
    return true;
}

static bool at_limit(const struct endpoint *endpoint)
{
    return server_connections(endpoint->server) >= endpoint->limit;
}

static bool accept_some(const struct endpoint *endpoint)
{
    bool more = true, fine = true;

    while (fine && more && !at_limit(endpoint) &&
           !atomic_load(&endpoint->quiet)) {
        fine = accept_one(endpoint, &more);
    }
    return fine;
}

/* Fills the poll set; returns its timeout. */
static int watch(struct acceptor *acceptor, struct pollfd *set, bool short_of)
{
    int timeout = short_of ? RETRY_MS : -1;

    set[0] = (struct pollfd){acceptor->event, POLLIN, 0};
    for (size_t i = 0; i < acceptor->count; i++) {
        struct endpoint *endpoint = &acceptor->endpoints[i];
        bool full = at_limit(endpoint);

        /* a negative descriptor is not looked at */
        set[i + 1] = (struct pollfd){endpoint->fd, POLLIN, 0};
        if (full || short_of || atomic_load(&endpoint->quiet)) {
            set[i + 1].fd = -1;
        }
        if (full) {
            timeout = RETRY_MS;
        } else if (timeout < 0 && server_connections(endpoint->server) != 0) {
            timeout = LOOK_MS;
        }
    }
    return timeout;
}

static void *accept_all(void *context)
{
    struct acceptor *acceptor = context;
    struct pollfd set[ENDPOINTS_MAX + 1];
    bool short_of = false;

    while (!atomic_load(&acceptor->stopping)) {
        uint64_t events;
        int timeout = watch(acceptor, set, short_of);

        short_of = false;
        for (size_t i = 0; i < acceptor->count; i++) {
            server_look(acceptor->endpoints[i].server);
        }
        if (poll(set, acceptor->count + 1, timeout) <= 0) {
            continue;
        }
        if (set[0].revents && read(acceptor->event, &events, 8) < 0) {
            continue;
        }
        for (size_t i = 0; i < acceptor->count; i++) {
            if (set[i + 1].revents && !accept_some(&acceptor->endpoints[i])) {
                short_of = true;
            }
        }
    }
    return NULL;
}

bool acceptor_start(struct acceptor *acceptor)
{
    acceptor->started =
        pthread_create(&acceptor->thread, NULL, accept_all, acceptor) == 0;
    return acceptor->started;
}

static void wake(const struct acceptor *acceptor)
{
    uint64_t one = 1;
    ssize_t written = write(acceptor->event, &one, sizeof one);

    (void)written; /* full: it is awake already */
}

/* The sockets stay open until the end, so that no number is used again under
 * the thread's feet, but what connects from now on is refused; at a lent one
 * it waits for who comes after us. */
void acceptor_quiesce(struct acceptor *acceptor, const struct server *except)
{
    for (size_t i = 0; i < acceptor->count; i++) {
        struct endpoint *endpoint = &acceptor->endpoints[i];

        if (endpoint->server != except) {
            atomic_store(&endpoint->quiet, true);
            if (!endpoint->lent) {
                shutdown(endpoint->fd, SHUT_RDWR);
            }
            if (endpoint->path[0] != '\0') {
                unlink(endpoint->path);
                endpoint->path[0] = '\0';
            }
        }
    }
    wake(acceptor);
}

void acceptor_free(struct acceptor *acceptor)
{
    if (acceptor == NULL) {
        return;
    }
    if (acceptor->started) {
        atomic_store(&acceptor->stopping, true);
        wake(acceptor);
        pthread_join(acceptor->thread, NULL);
    }
    for (size_t i = 0; i < acceptor->count; i++) {
        close(acceptor->endpoints[i].fd);
        if (acceptor->endpoints[i].path[0] != '\0') {
            unlink(acceptor->endpoints[i].path);
        }
    }
    close(acceptor->event);
    free(acceptor);
}
