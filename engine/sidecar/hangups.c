/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An epoll set that knows of ended connections only. It is looked at under
 * the lock that hangups_forget takes: no descriptor in hand can be closed,
 * and be another file's, meanwhile.
 */
#include "sidecar/hangups.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_ONCE 256

struct hangups {
    int set;
    pthread_mutex_t mutex;
};

struct hangups *hangups_new(void)
{
    struct hangups *hangups = calloc(1, sizeof *hangups);

    if (hangups != NULL) {
        hangups->set = epoll_create1(EPOLL_CLOEXEC);
        if (hangups->set < 0) {
            free(hangups);
            return NULL;
        }
        pthread_mutex_init(&hangups->mutex, NULL);
    }
    return hangups;
}

void hangups_watch(struct hangups *hangups, int fd)
{
    struct epoll_event event = {.events = EPOLLRDHUP, .data.fd = fd};

    epoll_ctl(hangups->set, EPOLL_CTL_ADD, fd, &event);
}

void hangups_forget(struct hangups *hangups, int fd)
{
    pthread_mutex_lock(&hangups->mutex);
    epoll_ctl(hangups->set, EPOLL_CTL_DEL, fd, NULL);
    pthread_mutex_unlock(&hangups->mutex);
}

/* Shutting down what has ended changes nothing, but it is an event to those
 * who wait for one, and they read on to the end. */
void hangups_tell(struct hangups *hangups)
{
    struct epoll_event events[AT_ONCE];
    int count;

    pthread_mutex_lock(&hangups->mutex);
    count = epoll_wait(hangups->set, events, AT_ONCE, 0);
    for (int i = 0; i < count; i++) {
        shutdown(events[i].data.fd, SHUT_RD);
    }
    pthread_mutex_unlock(&hangups->mutex);
}

void hangups_free(struct hangups *hangups)
{
    if (hangups != NULL) {
        close(hangups->set);
        pthread_mutex_destroy(&hangups->mutex);
        free(hangups);
    }
}
