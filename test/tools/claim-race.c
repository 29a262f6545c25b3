/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends copies of payments to sidecars that speak forward-auth, from many
 * threads at once, and counts what became of them.
 *
 *   claim-race [-i ID] PAYMENTS COPIES THREADS PORT...
 *
 * PAYMENTS: a file with a payment header a line. Copies of one payment are
 * sent at about the same time, to one sidecar after the other, all under the
 * X-Request-Id that -i gives. Prints a line:
 *
 *   SENT sent: PAYMENTS_PASSED once, TWICE more, A 200, B 409, C 429, D other,
 *   SECONDS s
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAYMENTS_MAX 200000
#define PORTS_MAX 8
#define HEADER_MAX 4096

static char *payments[PAYMENTS_MAX];
static atomic_uint passed[PAYMENTS_MAX];
static size_t payment_count, copies;
static int ports[PORTS_MAX];
static size_t port_count;
static const char *request_id;
static atomic_size_t next;
static atomic_size_t counts[4]; /* 200, 409, 429, other */

static int connect_to(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval patience = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The status, with the whole answer read; 0: none. */
static int read_answer(int fd)
{
    char answer[16384];
    size_t size = 0;

    for (;;) {
        ssize_t n = read(fd, answer + size, sizeof answer - 1 - size);
        char *end, *length;

        if (n <= 0) {
            return 0;
        }
        size += (size_t)n;
        answer[size] = '\0';
        end = strstr(answer, "\r\n\r\n");
        length = end ? strcasestr(answer, "\r\nContent-Length: ") : NULL;
        if (end && (!length || size >= (size_t)(end + 4 - answer) +
                                           strtoul(length + 18, NULL, 10))) {
            return atoi(answer + 9);
        }
    }
}

static int ask(int fd, const char *payment)
{
    char text[HEADER_MAX + 1024];
    int size = snprintf(text, sizeof text,
                        "GET / HTTP/1.1\r\nHost: sidecar\r\n"
                        "X-Forwarded-Method: GET\r\n"
                        "X-Forwarded-Uri: /premium/1\r\n"
                        "X-Forwarded-Host: example.com\r\n"
                        "X-Forwarded-For: 192.0.2.1\r\n"
                        "User-Agent: GPTBot/1.2\r\n"
                        "X-Request-Id: %s\r\n"
                        "PAYMENT-SIGNATURE: %s\r\n\r\n",
                        request_id ? request_id : "none", payment);

    if (write(fd, text, (size_t)size) != size) {
        return 0;
    }
    return read_answer(fd);
}

static void note(size_t payment, int status)
{
    size_t which = status == 200   ? 0
                   : status == 409 ? 1
                   : status == 429 ? 2
                                   : 3;

    atomic_fetch_add(&counts[which], 1);
    if (status == 200) {
        atomic_fetch_add(&passed[payment], 1);
    }
}

static void *run(void *unused)
{
    int fds[PORTS_MAX];
    size_t i;

    (void)unused;
    for (size_t p = 0; p < port_count; p++) {
        fds[p] = connect_to(ports[p]);
    }
    while ((i = atomic_fetch_add(&next, 1)) < payment_count * copies) {
        size_t payment = i / copies;
        size_t to = i % port_count;
        int status = fds[to] < 0 ? 0 : ask(fds[to], payments[payment]);

        note(payment, status);
        if (status == 0) {
            close(fds[to]);
            fds[to] = connect_to(ports[to]);
        }
    }
    for (size_t p = 0; p < port_count; p++) {
        close(fds[p]);
    }
    return NULL;
}

static bool read_payments(const char *path)
{
    static char line[HEADER_MAX];
    FILE *file = fopen(path, "re");

    while (file && payment_count < PAYMENTS_MAX &&
           fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        payments[payment_count++] = strdup(line);
    }
    if (file) {
        fclose(file);
    }
    return payment_count > 0;
}

int main(int argc, char **argv)
{
    pthread_t threads[256];
    struct timespec from, to;
    size_t thread_count, once = 0, more = 0;

    if (argc > 2 && strcmp(argv[1], "-i") == 0) {
        request_id = argv[2];
        argv += 2;
        argc -= 2;
    }
    if (argc < 5 || !read_payments(argv[1])) {
        fprintf(stderr, "claim-race [-i ID] PAYMENTS COPIES THREADS PORT...\n");
        return 2;
    }
    copies = strtoul(argv[2], NULL, 10);
    thread_count = strtoul(argv[3], NULL, 10);
    thread_count = thread_count > 256 ? 256 : thread_count;
    for (int i = 4; i < argc && port_count < PORTS_MAX; i++) {
        ports[port_count++] = atoi(argv[i]);
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (size_t i = 0; i < thread_count; i++) {
        if (pthread_create(&threads[i], NULL, run, NULL) != 0) {
            return 2;
        }
    }
    for (size_t i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    for (size_t i = 0; i < payment_count; i++) {
        unsigned n = atomic_load(&passed[i]);

        once += n == 1;
        more += n > 1;
        free(payments[i]);
    }
    printf("%zu sent: %zu once, %zu more, %zu 200, %zu 409, %zu 429, "
           "%zu other, %.3f s\n",
           payment_count * copies, once, more, atomic_load(&counts[0]),
           atomic_load(&counts[1]), atomic_load(&counts[2]),
           atomic_load(&counts[3]),
           (double)(to.tv_sec - from.tv_sec) +
               (double)(to.tv_nsec - from.tv_nsec) * 1e-9);
    return 0;
}
