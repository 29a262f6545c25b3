/* SPDX-License-Identifier: Apache-2.0 */
/* Rates: what the last window holds, and who loses his entry. */
#include <pthread.h>

#include "state/state.h"

#include "tap.h"

#define SECOND INT64_C(1000000)
#define WINDOW (60 * SECOND)
#define START (WINDOW * 1000)

static const unsigned char hash_key[16] = "a fixed test key";

static uint64_t count(struct rates *rates, uint64_t key, int64_t now)
{
    return rates_count(rates, key, 1, NULL, WINDOW, now);
}

static void windows(void)
{
    struct rates *rates = rates_new(64, hash_key);

    is_number(count(rates, 1, START), 1, "the event itself counts");
    for (int i = 2; i <= 60; i++) {
        count(rates, 1, START + i * SECOND / 2);
    }
    is_number(count(rates, 1, START + 59 * SECOND), 61, "one window");
    is_number(count(rates, 2, START + 59 * SECOND), 1, "another key");
    is_number(count(rates, 1, START + WINDOW), 62,
              "at its end all of it still counts");
    is_number(count(rates, 1, START + WINDOW + WINDOW / 4), 2 + 61 * 3 / 4,
              "a quarter later three quarters do");
    is_number(count(rates, 1, START + 2 * WINDOW - 1), 3,
              "in the end nothing, rounded down");
    is_number(count(rates, 1, START + 2 * WINDOW), 1 + 3, "the next window");
    is_number(count(rates, 1, START + 4 * WINDOW), 1, "two windows later");
    rates_free(rates);
}

static void clocks(void)
{
    struct rates *rates = rates_new(8, hash_key);

    count(rates, 1, START + 10 * WINDOW);
    is_number(count(rates, 1, START), 2, "a clock that goes back is held");
    is_number(count(rates, 1, START + 10 * WINDOW), 3, "and goes on");
    is_number(rates_count(rates, 9, 1, NULL, 0, INT64_MAX), 1,
              "no window, last time");
    is_number(rates_count(rates, 9, 1, NULL, INT64_MAX, INT64_MAX), 1,
              "the longest window");
    rates_free(rates);
    rates = rates_new(8, hash_key);
    is_number(count(rates, 1, -5), 1, "before the epoch");
    is_number(count(rates, 1, 0), 2, "at the epoch");
    rates_free(rates);
    rates_free(NULL);
}

static struct address from(unsigned char network, unsigned char host)
{
    struct address a = {
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, network, host}};

    return address_neighbourhood(&a);
}

/* One set of eight: the stalest goes. */
static void stalest(void)
{
    struct rates *rates = rates_new(8, hash_key);

    for (uint64_t key = 1; key <= 8; key++) {
        count(rates, key, START + (int64_t)key);
    }
    is_number(count(rates, 1, START + 9), 2, "all eight are there");
    is_number(count(rates, 9, START + 10), 1, "the ninth");
    is_number(count(rates, 1, START + 11), 3, "what was used stays");
    is_number(count(rates, 2, START + 12), 1, "the stalest went");
    rates_free(rates);
}

/* A network that counts many keys loses its own. */
static void shares(void)
{
    struct rates *rates = rates_new(8, hash_key);
    struct address loud = from(1, 1), quiet = from(2, 1);

    is_number(rates_count(rates, 1, 1, &quiet, WINDOW, START), 1, "quiet");
    for (uint64_t key = 100; key < 1100; key++) {
        rates_count(rates, key, 1, &loud, WINDOW, START + (int64_t)key);
    }
    is_number(rates_count(rates, 1, 1, &quiet, WINDOW, START + 2000), 2,
              "a flood from elsewhere does not push it out");
    is_number(rates_count(rates, 1099, 1, &loud, WINDOW, START + 2001), 2,
              "the flood's newest is there");
    is_number(rates_count(rates, 100, 1, &loud, WINDOW, START + 2002), 1,
              "its oldest is not");
    rates_free(rates);
}

/* The same calls give the same counts. */
static void deterministic(void)
{
    struct rates *a = rates_new(1000, hash_key), *b = rates_new(1000, hash_key);
    unsigned different = 0;
    uint64_t seed = 1;

    for (int i = 0; i < 100000; i++) {
        struct address near;

        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        near = from((unsigned char)(seed >> 40), 1);
        different += rates_count(a, seed >> 52, 1, &near, WINDOW,
                                 START + i * SECOND / 100) !=
                     rates_count(b, seed >> 52, 1, &near, WINDOW,
                                 START + i * SECOND / 100);
    }
    is_number(different, 0, "two tables under one key agree");
    rates_free(a);
    rates_free(b);
}

#define THREADS 8
#define EVENTS 20000

/* Each event counts once for a client whom all count, and for his own. */
static void *count_many(void *rates)
{
    uint64_t own = (uint64_t)(uintptr_t)pthread_self();

    for (int i = 0; i < EVENTS; i++) {
        count(rates, 7, START + i);
        count(rates, own, START + i);
    }
    return (void *)(uintptr_t)count(rates, own, START + EVENTS);
}

static void threads(void)
{
    struct rates *rates = rates_new(4096, hash_key);
    pthread_t started[THREADS];
    unsigned wrong = 0;

    for (size_t i = 0; i < THREADS; i++) {
        pthread_create(&started[i], NULL, count_many, rates);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *own = NULL;

        pthread_join(started[i], &own);
        wrong += (uintptr_t)own != EVENTS + 1;
    }
    is_number(wrong, 0, "no thread's own events are lost");
    is_number(count(rates, 7, START + EVENTS), THREADS * EVENTS + 1,
              "nor those that all count at once");
    rates_free(rates);
}

int main(void)
{
    windows();
    clocks();
    stalest();
    shares();
    deterministic();
    threads();
    return tap_end();
}
