/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Load for bench/sidecar: kept connections, rotating user agents.
 *
 *   http_load PORT CONNECTIONS REQUESTS        as fast as answers come
 *   http_load PORT CONNECTIONS REQUESTS RATE   open loop: request n is due at
 *       start + n / RATE whatever happened before, and its time counts from
 *       when it was due, so that waiting in line is not hidden
 *
 * Prints "requests seconds p50 p99 p99.9 max" (times in microseconds), fails
 * unless each answer is a 200. Without arguments it says so and ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define AGENTS 997
#define REQUEST_MAX 2048
#define CONNECTIONS_MAX 512

struct connection {
    int fd;
    int64_t due; /* nanoseconds; of the request under way */
    int busy;
    size_t filled;
    char answer[8192];
};

static char requests[AGENTS][REQUEST_MAX];
static size_t sizes[AGENTS];
static struct connection connections[CONNECTIONS_MAX];
static size_t connection_count;
static uint32_t *times; /* microseconds */
static size_t total, sent, done;
static double rate;
static int64_t began;

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* Nine in ten are browsers; all agents differ. */
static void make_requests(void)
{
    for (unsigned i = 0; i < AGENTS; i++) {
        int bot = i % 10 == 0;

        sizes[i] = (size_t)snprintf(
            requests[i], REQUEST_MAX,
            "GET /articles/%u?page=%u HTTP/1.1\r\n"
            "host: www.example.com\r\n"
            "user-agent: %s%u.0.%u.%u%s\r\n"
            "accept: %s\r\n"
            "accept-language: en-US,en;q=0.9,de;q=0.8\r\n"
            "accept-encoding: gzip, deflate, br, zstd\r\n"
            "x-forwarded-for: 192.0.2.%u\r\n"
            "x-forwarded-proto: https\r\n"
            "sec-ch-ua: \"Chromium\";v=\"%u\", \"Not/A)Brand\";v=\"24\"\r\n"
            "sec-ch-ua-mobile: ?0\r\n"
            "sec-ch-ua-platform: \"Windows\"\r\n"
            "sec-fetch-site: same-origin\r\n"
            "sec-fetch-mode: navigate\r\n"
            "sec-fetch-user: ?1\r\n"
            "sec-fetch-dest: document\r\n"
            "referer: https://www.example.com/articles/\r\n"
            "cookie: session=0123456789abcdef; theme=dark\r\n"
            "\r\n",
            i, i % 7,
            bot ? "Mozilla/5.0 (compatible; ExampleBot/"
                : "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
                  "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
            100 + i % 56, i, i % 31,
            bot ? "; +https://example.com/bot)" : " Safari/537.36",
            bot ? "*/*"
                : "text/html,application/xhtml+xml,application/xml;"
                  "q=0.9,image/avif,image/webp,*/*;q=0.8",
            i % 250, 100 + i % 56);
    }
}

static void send_request(struct connection *connection, int64_t due)
{
    size_t i = sent++ % AGENTS;

    connection->due = due;
    connection->busy = 1;
    connection->filled = 0;
    if (send(connection->fd, requests[i], sizes[i], MSG_NOSIGNAL) !=
        (ssize_t)sizes[i]) {
        die("send");
    }
}

static void finish(struct connection *connection)
{
    char *end = memmem(connection->answer, connection->filled, "\r\n\r\n", 4);

    if (end == NULL) {
        return;
    }
    if (memcmp(connection->answer, "HTTP/1.1 200", 12) != 0 ||
        end + 4 != connection->answer + connection->filled) {
        fprintf(stderr, "%.*s\n", (int)connection->filled, connection->answer);
        exit(1);
    }
    connection->busy = 0;
    times[done++] = (uint32_t)((now() - connection->due) / 1000);
}

static void receive(struct connection *connection)
{
    ssize_t size = recv(connection->fd, connection->answer + connection->filled,
                        sizeof connection->answer - connection->filled, 0);

    if (size <= 0) {
        die("recv");
    }
    connection->filled += (size_t)size;
    finish(connection);
}

static int64_t due_at(size_t n)
{
    return began + (int64_t)((double)n / rate * 1e9);
}

/* Sends what is due on connections that are free; returns how long to wait,
 * in milliseconds. */
static int send_due(void)
{
    for (size_t i = 0; i < connection_count && sent < total; i++) {
        int64_t present = now();
        int64_t due = rate > 0 ? due_at(sent) : present;

        if (connections[i].busy) {
            continue;
        }
        if (due > present) {
            return (int)((due - present) / 1000000);
        }
        send_request(&connections[i], due);
    }
    return sent < total && rate > 0 ? 1 : -1;
}

static void connect_all(int epoll, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int on = 1;

    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (size_t i = 0; i < connection_count; i++) {
        struct epoll_event event = {.events = EPOLLIN,
                                    .data.ptr = &connections[i]};
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        if (fd < 0 ||
            connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
            die("connect");
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[i].fd = fd;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

static int by_time(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void run(int port)
{
    int epoll = epoll_create1(0);
    struct epoll_event events[64];

    connect_all(epoll, port);
    began = now();
    while (done < total) {
        int wait = send_due();
        int count = epoll_wait(epoll, events, 64, wait);

        for (int i = 0; i < count; i++) {
            receive(events[i].data.ptr);
        }
    }
}

int main(int count, char **arguments)
{
    double seconds;

    if (count < 4) {
        puts("see bench/sidecar, which runs it");
        return 0;
    }
    connection_count = (size_t)atoi(arguments[2]);
    total = (size_t)atol(arguments[3]);
    rate = count > 4 ? atof(arguments[4]) : 0;
    times = calloc(total, sizeof *times);
    if (times == NULL || connection_count == 0 ||
        connection_count > CONNECTIONS_MAX || total == 0) {
        return 2;
    }
    make_requests();
    run(atoi(arguments[1]));
    seconds = (double)(now() - began) / 1e9;
    qsort(times, total, sizeof *times, by_time);
    printf("%zu %.3f %u %u %u %u\n", total, seconds, times[total / 2],
           times[total / 100 * 99], times[total / 1000 * 999],
           times[total - 1]);
    return 0;
}
