/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors from 3 on, LISTEN_FDS of them, are ours if LISTEN_PID is this
 * process. A notification is one datagram to the socket that NOTIFY_SOCKET
 * names; a leading "@" stands for the abstract namespace's zero byte.
 */
#include "sidecar/systemd.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3
#define FDS_MAX 64

static bool same_address(const struct sockaddr *a, const struct sockaddr *b)
{
    if (a->sa_family != b->sa_family) {
        return false;
    }
    if (a->sa_family == AF_UNIX) {
        return strcmp(((const struct sockaddr_un *)a)->sun_path,
                      ((const struct sockaddr_un *)b)->sun_path) == 0;
    }
    if (a->sa_family == AF_INET) {
        const struct sockaddr_in *x = (const struct sockaddr_in *)a;
        const struct sockaddr_in *y = (const struct sockaddr_in *)b;

        return x->sin_port == y->sin_port &&
               x->sin_addr.s_addr == y->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *x = (const struct sockaddr_in6 *)a;
    const struct sockaddr_in6 *y = (const struct sockaddr_in6 *)b;

    return a->sa_family == AF_INET6 && x->sin6_port == y->sin6_port &&
           memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr) == 0;
}

static bool listens(int fd, const struct sockaddr *address)
{
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    int on = 0;
    socklen_t on_size = sizeof on;

    memset(&bound, 0, sizeof bound);
    return getsockname(fd, (struct sockaddr *)&bound, &size) == 0 &&
           same_address((struct sockaddr *)&bound, address) &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &on_size) == 0 && on;
}

int systemd_socket(const struct sockaddr *address)
{
    static bool used[FDS_MAX];
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    int fds = count ? atoi(count) : 0;

    if (pid == NULL || atol(pid) != (long)getpid()) {
        return -1;
    }
    for (int i = 0; i < fds && i < FDS_MAX; i++) {
        int fd = FIRST_FD + i;

        if (!used[i] && listens(fd, address)) {
            used[i] = true;
            fcntl(fd, F_SETFD, FD_CLOEXEC);
            fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
            return fd;
        }
    }
    return -1;
}

void systemd_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    size_t size = path ? strlen(path) : 0;
    int fd;

    if (size < 2 || size >= sizeof un.sun_path) {
        return;
    }
    memcpy(un.sun_path, path, size);
    if (un.sun_path[0] == '@') {
        un.sun_path[0] = '\0';
    }
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&un,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
        close(fd);
    }
}
