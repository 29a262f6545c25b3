/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traffic for benchmarks: header sets in the shape of real clients, nine in
 * ten of them browsers. Paths, addresses and cookies are always new. User
 * agents are
 *
 *   TRAFFIC_NEW     with build numbers that rotate: none is there as it is a
 *                   second time, and most were with others
 *   TRAFFIC_DEVICES of Chrome, two in three, with a phone's name that none had
 *                   before
 *   TRAFFIC_FROZEN  as browsers of today send them, whose minor versions are
 *                   zeros, in the versions of half a year; navigations from
 *                   elsewhere and from the site itself
 *
 * A request's values lie together and their sizes are known, as after any
 * parser; and as after a parser they were just written: what is timed is a
 * batch that was copied a moment ago, so that nobody's time is spent on
 * fetching made requests from far memory.
 */
#ifndef WB_BENCH_TRAFFIC_H
#define WB_BENCH_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "weighbridge.h"

#define TRAFFIC_HEADERS 20
#define TRAFFIC_TEXT 1024
#define TRAFFIC_BATCH 50

struct traffic_request {
    size_t count;
    const char *name[TRAFFIC_HEADERS];
    size_t name_size[TRAFFIC_HEADERS];
    size_t value_at[TRAFFIC_HEADERS]; /* in text */
    size_t value_size[TRAFFIC_HEADERS];
    size_t text_size;
    char text[TRAFFIC_TEXT];
    size_t target_size, address_size;
    char target[128];
    char address[32];
};

enum traffic_kind { TRAFFIC_NEW, TRAFFIC_DEVICES, TRAFFIC_FROZEN };

/* xorshift64*, Marsaglia and Vigna: small and the same everywhere. */
static uint64_t traffic_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

static unsigned traffic_below(uint64_t *seed, unsigned n)
{
    return (unsigned)((traffic_random(seed) >> 33) % n);
}

static void traffic_add(struct traffic_request *t, const char *name,
                        const char *value)
{
    size_t size = strlen(value);
    if (t->count < TRAFFIC_HEADERS && size <= sizeof t->text - t->text_size) {
        t->name[t->count] = name;
        t->name_size[t->count] = strlen(name);
        t->value_at[t->count] = t->text_size;
        t->value_size[t->count] = size;
        memcpy(t->text + t->text_size, value, size);
        t->text_size += size;
        t->count++;
    }
}

/* Where a navigation comes from: typed, from elsewhere, from the site. */
struct traffic_origin {
    const char *site;
    char referer[96]; /* "": none */
};

static void traffic_come(struct traffic_origin *from, uint64_t *seed)
{
    static const char *const sites[] = {"none", "cross-site", "same-origin"};
    unsigned which = traffic_below(seed, 3);
    from->site = sites[which];
    from->referer[0] = '\0';
    if (which == 1) {
        snprintf(from->referer, sizeof from->referer,
                 "https://www.example.org/");
    } else if (which == 2) {
        snprintf(from->referer, sizeof from->referer,
                 "https://example.com/section/%u/article-%u",
                 traffic_below(seed, 20), traffic_below(seed, 100000));
    }
}

static void traffic_chrome(struct traffic_request *t, uint64_t *seed,
                           enum traffic_kind kind)
{
    static const char *const platforms[][2] = {
        {"Windows NT 10.0; Win64; x64", "\"Windows\""},
        {"Macintosh; Intel Mac OS X 10_15_7", "\"macOS\""},
        {"X11; Linux x86_64", "\"Linux\""},
    };
    struct traffic_origin from = {"none", ""};
    char text[256], device[64];
    bool frozen = kind == TRAFFIC_FROZEN, phone = kind == TRAFFIC_DEVICES;
    unsigned major =
        frozen ? 151 + traffic_below(seed, 6) : 120 + traffic_below(seed, 37);
    unsigned p = traffic_below(seed, 3);
    if (frozen) {
        traffic_come(&from, seed);
    }
    if (phone) {
        snprintf(device, sizeof device, "Linux; Android %u; SM-%c%05u",
                 8 + traffic_below(seed, 9),
                 (int)('A' + traffic_below(seed, 26)),
                 traffic_below(seed, 100000));
    }
    snprintf(text, sizeof text,
             "\"Chromium\";v=\"%u\", \"Google Chrome\";v=\"%u\", "
             "\"Not?A_Brand\";v=\"24\"",
             major, major);
    traffic_add(t, "Host", "example.com");
    traffic_add(t, "Connection", "keep-alive");
    traffic_add(t, "sec-ch-ua", text);
    traffic_add(t, "sec-ch-ua-mobile", phone ? "?1" : "?0");
    traffic_add(t, "sec-ch-ua-platform",
                phone ? "\"Android\"" : platforms[p][1]);
    traffic_add(t, "Upgrade-Insecure-Requests", "1");
    snprintf(text, sizeof text,
             "Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) "
             "Chrome/%u.0.%u.%u%s Safari/537.36",
             phone ? device : platforms[p][0], major,
             frozen ? 0 : traffic_below(seed, 9000),
             frozen ? 0 : traffic_below(seed, 200), phone ? " Mobile" : "");
    traffic_add(t, "User-Agent", text);
    traffic_add(t, "Accept",
                "text/html,application/xhtml+xml,application/xml;q=0.9,"
                "image/avif,image/webp,image/apng,*/*;q=0.8");
    traffic_add(t, "Sec-Fetch-Site", from.site);
    traffic_add(t, "Sec-Fetch-Mode", "navigate");
    traffic_add(t, "Sec-Fetch-User", "?1");
    traffic_add(t, "Sec-Fetch-Dest", "document");
    if (from.referer[0]) {
        traffic_add(t, "Referer", from.referer);
    }
    traffic_add(t, "Accept-Encoding", "gzip, deflate, br, zstd");
    traffic_add(t, "Accept-Language", "en-US,en;q=0.9");
    snprintf(text, sizeof text, "session=%llx; theme=dark",
             (unsigned long long)traffic_random(seed));
    traffic_add(t, "Cookie", text);
}

static void traffic_firefox(struct traffic_request *t, uint64_t *seed,
                            enum traffic_kind kind)
{
    struct traffic_origin from = {"same-origin", "https://example.com/"};
    char text[256];
    unsigned major = kind == TRAFFIC_FROZEN ? 148 + traffic_below(seed, 6)
                                            : 115 + traffic_below(seed, 39);
    if (kind == TRAFFIC_FROZEN) {
        traffic_come(&from, seed);
    }
    snprintf(text, sizeof text,
             "Mozilla/5.0 (X11; Linux x86_64; rv:%u.0) Gecko/20100101 "
             "Firefox/%u.0",
             major, major);
    traffic_add(t, "Host", "example.com");
    traffic_add(t, "User-Agent", text);
    traffic_add(t, "Accept",
                "text/html,application/xhtml+xml,application/xml;q=0.9,"
                "*/*;q=0.8");
    traffic_add(t, "Accept-Language", "de-DE,de;q=0.9,en;q=0.8");
    traffic_add(t, "Accept-Encoding", "gzip, deflate, br, zstd");
    traffic_add(t, "Connection", "keep-alive");
    snprintf(text, sizeof text, "id=%llx",
             (unsigned long long)traffic_random(seed));
    traffic_add(t, "Cookie", text);
    traffic_add(t, "DNT", "1");
    traffic_add(t, "Upgrade-Insecure-Requests", "1");
    traffic_add(t, "Sec-Fetch-Dest", "document");
    traffic_add(t, "Sec-Fetch-Mode", "navigate");
    traffic_add(t, "Sec-Fetch-Site", from.site);
    traffic_add(t, "Sec-Fetch-User", "?1");
    if (from.referer[0]) {
        traffic_add(t, "Referer", from.referer);
    }
    traffic_add(t, "Priority", "u=0, i");
}

static void traffic_bot(struct traffic_request *t, uint64_t *seed,
                        enum traffic_kind kind)
{
    static const char *const bots[] = {
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; "
        "GPTBot/1.%u; +https://openai.com/gptbot)",
        "Mozilla/5.0 (compatible; Googlebot/2.%u; "
        "+http://www.google.com/bot.html)",
        "python-requests/2.%u.0",
        "curl/8.%u.0",
        "Mozilla/5.0 (compatible; ExampleBot/%u; +https://example.org/bot)",
    };
    char text[256];
    snprintf(text, sizeof text, bots[traffic_below(seed, 5)],
             kind == TRAFFIC_FROZEN ? 2 : traffic_below(seed, 1000));
    traffic_add(t, "Host", "example.com");
    traffic_add(t, "User-Agent", text);
    traffic_add(t, "Accept", "*/*");
    traffic_add(t, "Accept-Encoding", "gzip, deflate");
}

static inline void traffic_make(struct traffic_request *t, uint64_t *seed,
                                enum traffic_kind kind)
{
    unsigned who = traffic_below(seed, 10);
    t->count = 0;
    t->text_size = 0;
    if (who < 6) {
        traffic_chrome(t, seed, kind);
    } else if (who < 9) {
        traffic_firefox(t, seed, kind);
    } else {
        traffic_bot(t, seed, kind);
    }
    snprintf(t->target, sizeof t->target, "/section/%u/article-%u?page=%u",
             traffic_below(seed, 20), traffic_below(seed, 100000),
             traffic_below(seed, 9));
    snprintf(t->address, sizeof t->address, "198.51.100.%u",
             traffic_below(seed, 256));
    t->target_size = strlen(t->target);
    t->address_size = strlen(t->address);
}

/* A batch that begins at `from`. */
static inline const struct traffic_request *
traffic_batch(const struct traffic_request *from)
{
    static struct traffic_request batch[TRAFFIC_BATCH];

    return memcpy(batch, from, sizeof batch);
}

/* Gives all of it to a request that was begun. */
static inline void traffic_fill(const struct traffic_request *t,
                                struct wb_request *request)
{
    wb_request_fact(request, WB_METHOD, "GET", 3);
    wb_request_fact(request, WB_SCHEME, "https", 5);
    wb_request_fact(request, WB_HTTP_VERSION, "1.1", 3);
    wb_request_fact(request, WB_HOST, "example.com", 11);
    wb_request_fact(request, WB_TARGET, t->target, t->target_size);
    wb_request_fact(request, WB_CLIENT_IP, t->address, t->address_size);
    wb_request_transport_flags(request, WB_ORDER_KEPT);
    for (size_t i = 0; i < t->count; i++) {
        wb_request_header(request, t->name[i], t->name_size[i],
                          t->text + t->value_at[i], t->value_size[i]);
    }
}

#endif
