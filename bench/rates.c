/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rates under 1 to 8 threads: what one event costs a processor, counted by
 * many clients and by one that all threads count. More threads than
 * processors show what a lock costs whose holder is put to sleep.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "state/state.h"

#define EVENTS 2000000u
#define WINDOW INT64_C(60000000)

struct work {
    struct rates *rates;
    uint64_t seed;
    uint64_t clients;
    double seconds; /* of this thread's own processor time */
};

static double own_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *count(void *arg)
{
    struct work *work = arg;
    double before = own_seconds();

    for (unsigned i = 0; i < EVENTS; i++) {
        work->seed = work->seed * UINT64_C(6364136223846793005) + 1;
        rates_count(work->rates, (work->seed >> 33) % work->clients + 1, 1,
                    NULL, WINDOW, WINDOW * 9 + i);
    }
    work->seconds = own_seconds() - before;
    return NULL;
}

static double nanoseconds(unsigned threads, uint64_t clients)
{
    static const unsigned char key[16] = "bench";
    struct rates *rates = rates_new(65536, key);
    struct work work[8];
    pthread_t ids[8];
    double sum = 0;

    if (!rates) {
        exit(1);
    }
    for (unsigned i = 0; i < threads; i++) {
        work[i] = (struct work){rates, i + 1, clients, 0};
        if (pthread_create(&ids[i], NULL, count, &work[i])) {
            exit(1);
        }
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        sum += work[i].seconds;
    }
    rates_free(rates);
    return sum / threads / EVENTS * 1e9;
}

int main(void)
{
    static const unsigned threads[] = {1, 2, 4, 8};
    double many = nanoseconds(1, 100000), one = nanoseconds(1, 1);

    printf("processor time of one event, by threads:\n");
    for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
        double m = nanoseconds(threads[i], 100000);
        double o = nanoseconds(threads[i], 1);

        printf("  %u  100,000 clients %4.0f ns (%.2f)  one client %4.0f ns "
               "(%.2f)\n",
               threads[i], m, m / many, o, o / one);
    }
    return 0;
}
