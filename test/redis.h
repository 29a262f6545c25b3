/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A redis-server of one's own, for tests: in a new folder, on a socket there,
 * without a port. Killed with the test that forgot it.
 *
 *   struct redis redis;
 *   if (!redis_make(&redis)) skip;
 *   redis_start(&redis, (char *[]){"--save", "", NULL});
 *   ... redis.address ...
 *   redis_kill(&redis, SIGKILL);
 *   redis_remove(&redis);
 */
#ifndef WB_TEST_REDIS_H
#define WB_TEST_REDIS_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct redis {
    char folder[64];
    char socket[80];
    char address[96]; /* unix:... */
    pid_t pid;
};

static inline bool redis_make(struct redis *redis)
{
    *redis = (struct redis){.folder = "/tmp/wb-redis-XXXXXX"};
    if (access("/usr/bin/redis-server", X_OK) != 0 || !mkdtemp(redis->folder)) {
        return false;
    }
    snprintf(redis->socket, sizeof redis->socket, "%s/socket", redis->folder);
    snprintf(redis->address, sizeof redis->address, "unix:%s", redis->socket);
    return true;
}

static inline bool redis_answers(const struct redis *redis)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    char answer[8] = "";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good;

    memcpy(to.sun_path, redis->socket, strlen(redis->socket));
    good = connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
           write(fd, "PING\r\n", 6) == 6 && read(fd, answer, 7) == 7 &&
           !memcmp(answer, "+PONG", 5);
    close(fd);
    return good;
}

/* Waits until it answers; `more`: arguments, NULL-terminated. */
static inline bool redis_start(struct redis *redis, char *const *more)
{
    char *arguments[32] = {"redis-server",
                           "--port",
                           "0",
                           "--unixsocket",
                           NULL,
                           "--dir",
                           NULL,
                           "--save",
                           "",
                           "--maxmemory-policy",
                           "noeviction"};
    size_t n = 11;

    arguments[4] = redis->socket;
    arguments[6] = redis->folder;
    while (more && *more && n < 31) {
        arguments[n++] = *more++;
    }
    unlink(redis->socket);
    redis->pid = fork();
    if (redis->pid == 0) {
        int null = open("/dev/null", O_RDWR);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(null, 1);
        execv("/usr/bin/redis-server", arguments);
        _exit(127);
    }
    for (int i = 0; i < 500; i++) {
        if (redis_answers(redis)) {
            return true;
        }
        usleep(10000);
    }
    return false;
}

static inline void redis_kill(struct redis *redis, int signal)
{
    if (redis->pid > 0) {
        kill(redis->pid, signal);
        waitpid(redis->pid, NULL, 0);
        redis->pid = 0;
    }
}

static inline void redis_remove(struct redis *redis)
{
    char command[128];

    redis_kill(redis, SIGKILL);
    snprintf(command, sizeof command, "rm -rf %s", redis->folder);
    if (system(command) != 0) {
        perror(redis->folder);
    }
}

#endif
