/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 as far as the admin listener of the same program speaks it: the
 * connection ends with the answer, whose length is told.
 */
#include "cli/admin_client.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define TOKEN_ROOM 512
#define PATIENCE 90 /* seconds; a reload may take long */
#define ANSWER_MOST ((size_t)64 * 1024 * 1024)

const char *admin_address, *admin_token_file;

static bool fail(const char *what, const char *why)
{
    fprintf(stderr, "weighbridge: %s: %s\n", what, why);
    return false;
}

/* ---- the token ---- */

static bool read_token_file(char token[TOKEN_ROOM])
{
    FILE *file = fopen(admin_token_file, "r");
    struct stat status;
    bool good;

    if (!file || fstat(fileno(file), &status) != 0) {
        if (file) {
            fclose(file);
        }
        return fail(admin_token_file, strerror(errno));
    }
    good = fgets(token, TOKEN_ROOM, file) != NULL;
    fclose(file);
    if ((status.st_mode & 077) != 0) {
        return fail(admin_token_file, "others may read it: chmod 600 it");
    }
    return good || fail(admin_token_file, "it is empty");
}

/* Empty when there is none. */
static bool find_token(char token[TOKEN_ROOM])
{
    const char *given = getenv("WEIGHBRIDGE_TOKEN");

    token[0] = '\0';
    if (admin_token_file) {
        if (!read_token_file(token)) {
            return false;
        }
    } else if (given) {
        snprintf(token, TOKEN_ROOM, "%s", given);
    }
    token[strcspn(token, "\r\n")] = '\0';
    return true;
}

/* ---- the connection ---- */

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 &&
        connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* "IP:PORT" or "[IPv6]:PORT". */
static int connect_tcp(const char *address)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    const char *colon = strrchr(address, ':');
    char host[64];
    int fd = -1;

    if (!colon || (size_t)(colon - address) >= sizeof host) {
        errno = EINVAL;
        return -1;
    }
    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    if (host[0] == '[') {
        memmove(host, host + 1, strlen(host));
        host[strcspn(host, "]")] = '\0';
    }
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0) {
        errno = EINVAL;
        return -1;
    }
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static bool send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

        if (sent <= 0 && errno != EINTR) {
            return false;
        }
        data += sent > 0 ? sent : 0;
        size -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

/* All that comes until the end; NUL-terminated. */
static char *receive_all(int fd, size_t *size)
{
    size_t room = 64 * 1024;
    char *data = malloc(room);

    *size = 0;
    while (data) {
        ssize_t got = recv(fd, data + *size, room - *size - 1, 0);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            data[*size] = '\0';
            return data;
        }
        *size += (size_t)got;
        if (room - *size < 2) {
            char *larger = room < ANSWER_MOST ? realloc(data, room * 2) : NULL;

            room *= 2;
            if (!larger) {
                free(data);
            }
            data = larger;
        }
    }
    return NULL;
}

/* Has all of the body come that the head tells of? */
static bool is_whole(const struct admin_answer *answer)
{
    const char *length = strcasestr(answer->data, "\r\nContent-Length:");

    return length && length < answer->body &&
           strtoull(length + 17, NULL, 10) == answer->body_size;
}

static bool read_answer(int fd, struct admin_answer *answer)
{
    size_t size;
    char *end;

    answer->data = receive_all(fd, &size);
    end = answer->data ? strstr(answer->data, "\r\n\r\n") : NULL;
    if (end && sscanf(answer->data, "HTTP/1.%*1d %3u", &answer->status) == 1) {
        answer->body = end + 4;
        answer->body_size = size - (size_t)(answer->body - answer->data);
        if (is_whole(answer)) {
            return true;
        }
    }
    free(answer->data);
    answer->data = NULL;
    return false;
}

bool admin_ask(const char *method, const char *target, const char *body,
               size_t size, struct admin_answer *answer)
{
    const char *address = admin_address ? admin_address : "127.0.0.1:8403";
    struct timeval patience = {PATIENCE, 0};
    char head[TOKEN_ROOM + 2048], token[TOKEN_ROOM];
    bool good;
    int fd, n;

    if (!find_token(token)) {
        return false;
    }
    n = snprintf(head, sizeof head,
                 "%s %s HTTP/1.1\r\nHost: weighbridge\r\n"
                 "Connection: close\r\nContent-Length: %zu\r\n%s%s%s\r\n",
                 method, target, size, token[0] ? "Authorization: Bearer " : "",
                 token, token[0] ? "\r\n" : "");
    if (n < 0 || (size_t)n >= sizeof head) {
        return fail(target, "too long");
    }
    fd = strncmp(address, "unix:", 5) == 0 ? connect_unix(address + 5)
                                           : connect_tcp(address);
    if (fd < 0) {
        return fail(address, strerror(errno));
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    good = send_all(fd, head, (size_t)n) && send_all(fd, body, size);
    good = good && read_answer(fd, answer);
    close(fd);
    return good || fail(address, "no answer, or not all of it");
}

void admin_answer_free(struct admin_answer *answer)
{
    free(answer->data);
    answer->data = NULL;
}
