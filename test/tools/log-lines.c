/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes lines of the combined format for measurements, the same for the
 * same arguments anywhere:
 *
 *   log-lines LINES [SEED [AGENTS]]
 *
 * User agents are as often as Zipf has it (the k-th 1/k times as often as the
 * first), all of them different: browsers of many versions, named crawlers,
 * libraries. Clients are of documentation networks, times in order.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t next(void)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return state >> 33;
}

static uint64_t below(uint64_t n)
{
    return next() % n;
}

/* Agent k, of its own number alone. */
static void agent_write(uint64_t k, char *out, size_t room)
{
    static const char *const bots[] = {
        "GPTBot",   "ClaudeBot", "Googlebot",           "bingbot",
        "CCBot",    "AhrefsBot", "SemrushBot",          "YandexBot",
        "Applebot", "PetalBot",  "Amazonbot",           "Bytespider",
        "DotBot",   "MJ12bot",   "facebookexternalhit", "Twitterbot"};
    static const char *const tools[] = {"python-requests", "curl",   "axios",
                                        "Go-http-client",  "okhttp", "Wget",
                                        "node-fetch",      "Java"};
    unsigned long long a = 60 + k % 80, b = k / 80, c = k * 2654435761U % 200;

    switch (k % 10) {
    case 0:
    case 1:
    case 2:
        snprintf(out, room,
                 "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
                 "(KHTML, like Gecko) Chrome/%llu.0.%llu.%llu Safari/537.36",
                 a, b, c);
        break;
    case 3:
    case 4:
        snprintf(out, room,
                 "Mozilla/5.0 (iPhone; CPU iPhone OS 17_%llu_%llu like Mac OS "
                 "X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.%llu "
                 "Mobile/15E%llu Safari/604.1",
                 a % 7, c % 9, a % 7, 100 + b);
        break;
    case 5:
        snprintf(out, room,
                 "Mozilla/5.0 (X11; Linux x86_64; rv:%llu.0) Gecko/20100101 "
                 "Firefox/%llu.%llu",
                 a, a, b);
        break;
    case 6:
        snprintf(out, room,
                 "Mozilla/5.0 (Linux; Android %llu; SM-%llu) "
                 "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%llu.0.0.0 "
                 "Mobile Safari/537.36",
                 8 + c % 8, 1000 + b, a);
        break;
    case 7:
    case 8:
        snprintf(out, room,
                 "Mozilla/5.0 (compatible; %s/%llu.%llu; "
                 "+https://example.com/bot)",
                 bots[k / 10 % 16], a % 9, b);
        break;
    default:
        snprintf(out, room, "%s/%llu.%llu", tools[k / 10 % 8], a % 40, b);
    }
}

/* Numbers from 0 on, the k-th with a weight of 1 / (k + 1). */
struct zipf {
    double *sums;
    uint64_t count;
};

static uint64_t zipf_next(const struct zipf *zipf)
{
    double at = (double)next() / 2147483648.0 * zipf->sums[zipf->count - 1];
    uint64_t low = 0, high = zipf->count - 1;

    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (zipf->sums[middle] <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void line_write(const struct zipf *zipf, char (*agents)[200],
                       uint64_t second)
{
    static const char *const paths[] = {"/",
                                        "/articles/%llu-a-title-of-an-article",
                                        "/api/v1/items/%llu",
                                        "/static/%llu.css",
                                        "/images/%llu/photo.jpg",
                                        "/robots.txt",
                                        "/search?q=weigh+bridge+%llu",
                                        "/premium/%llu"};
    static const char *const referers[] = {
        "-", "-", "https://www.example.com/",
        "https://search.example.net/?q=weighbridge"};
    static const unsigned statuses[] = {200, 200, 200, 200, 200, 304, 404, 301};
    char target[100];
    unsigned long long item = below(20000);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(target, sizeof target, paths[below(8)], item);
#pragma GCC diagnostic pop
    printf("%s.%llu - - [%02llu/Nov/2026:%02llu:%02llu:%02llu +0000] \"%s %s "
           "HTTP/1.1\" %u %llu \"%s\" \"%s\"\n",
           below(2) ? "198.51.100" : "203.0.113",
           (unsigned long long)below(254) + 1,
           (unsigned long long)(1 + second / 86400 % 30),
           (unsigned long long)(second / 3600 % 24),
           (unsigned long long)(second / 60 % 60),
           (unsigned long long)(second % 60), below(20) ? "GET" : "HEAD",
           target, statuses[below(8)], (unsigned long long)below(90000),
           referers[below(4)], agents[zipf_next(zipf)]);
}

int main(int argc, char **argv)
{
    uint64_t lines = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    uint64_t count = argc > 3 ? strtoull(argv[3], NULL, 10) : 100000;
    struct zipf zipf = {malloc(count * sizeof(double)), count};
    char(*agents)[200] = malloc(count * sizeof *agents);
    double sum = 0;

    if (lines == 0 || count == 0 || !zipf.sums || !agents) {
        fputs("usage: log-lines LINES [SEED [AGENTS]]\n", stderr);
        return 2;
    }
    state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    for (uint64_t k = 0; k < count; k++) {
        sum += 1.0 / (double)(k + 1);
        zipf.sums[k] = sum;
        agent_write(k, agents[k], sizeof agents[k]);
    }
    for (uint64_t i = 0; i < lines; i++) {
        line_write(&zipf, agents, i / 40);
    }
    free(zipf.sums);
    free(agents);
    return fflush(stdout) != 0;
}
