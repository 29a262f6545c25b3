/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One payment of version 2: header found, decoded, checked, judged and
 * claimed in memory, without and with the check of its signature. Nonces
 * rotate: every payment is a new one, under one signature, which so recovers
 * a key each time, but none of the payer's: what is dear is the recovery.
 *
 *   payment             times, the minimum of 7 rounds; with signature over
 *                       bare recovery: the median of 7 pairs
 *   payment --count N   N payments and no output: for counting instructions
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "payment/recover.h"
#include "payment/signature.h"
#include "state/state.h"

#define PAYMENTS 20000
#define ROUNDS 7
#define RECOVERIES 2000 /* of the PAYMENTS: they are slow */
#define NOW INT64_C(1767225600000000)
#define LIFETIME INT64_C(305000000)
#define VALUE_MAX 2048

#define ACCEPTED(scheme)                                                       \
    "\"accepted\":{\"scheme\":\"" scheme "\",\"network\":\"eip155:84532\","    \
    "\"amount\":\"10000\","                                                    \
    "\"asset\":\"0x036CbD53842c5426634e7929541eC2318f3dCF7e\","                \
    "\"payTo\":\"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\","                \
    "\"maxTimeoutSeconds\":300,"                                               \
    "\"extra\":{\"name\":\"USDC\",\"version\":\"2\"}}"
/* clang-format off */
#define HEADER(scheme)                                                         \
    "{\"x402Version\":2,\"payload\":{\"authorization\":{"                      \
    "\"from\":\"0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1\","                 \
    "\"to\":\"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\","                   \
    "\"value\":\"10000\",\"validAfter\":\"0\","                                \
    "\"validBefore\":\"1767225900\",\"nonce\":\"0x%064x\"},\"signature\":\"0x" \
    "4555d3fb6004ec130f1e5c1a899cb7cb4bf82d5814d5f7cdc0886eea17b684e6"         \
    "7892037673cce58d30868dc68b34ffc87330980a5f73b21393c0362c69d8059c1b\"},"   \
    "\"resource\":{\"url\":\"https://news.example/premium/1\","                \
    "\"description\":\"An article\",\"mimeType\":\"text/html\"},"              \
    ACCEPTED(scheme) "}"
/* clang-format on */

struct bench {
    struct payment_settings settings;
    struct offer offer;
    unsigned char domain[32];
    unsigned char digests[RECOVERIES][32];
    struct arena *workspace;
    struct store *store;
    struct view values[PAYMENTS];
    struct payment payments[PAYMENTS];
};
static struct bench bench;

static double cpu_seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static struct view encode(const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = strlen(text), n = 0;
    char *out = malloc(size / 3 * 4 + 5);

    for (size_t i = 0; out && i < size; i += 3) {
        unsigned bits = 0;

        for (size_t j = i; j < i + 3; j++) {
            bits = bits << 8 | (j < size ? (unsigned char)text[j] : 0);
        }
        for (size_t j = 0; j < 4; j++) {
            out[n++] = i + j <= size ? digits[bits >> (18 - 6 * j) & 63] : '=';
        }
    }
    return view_of(out, n);
}

static void make_values(const char *format)
{
    char text[VALUE_MAX];

    for (unsigned i = 0; i < PAYMENTS; i++) {
        free((void *)(uintptr_t)bench.values[i].at);
        /* the format is one of this file's two */
        snprintf(text, sizeof(text), format, i * 2654435761u);
        bench.values[i] = encode(text);
    }
}

static void open_store(void)
{
    static const unsigned char key[16] = "a fixed test key";

    if (bench.store) {
        bench.store->ops->close(bench.store);
    }
    bench.store = store_memory_open(100000, 100000, key);
    if (!bench.store) {
        exit(2);
    }
}

static void parse(size_t i, struct payment *out)
{
    static struct request request;

    if (request.header_count == 0) {
        request_add_header(&request, VIEW("User-Agent"), VIEW("node"));
        request_add_header(&request, VIEW("Accept"), VIEW("*/*"));
        request_add_header(&request, VIEW("PAYMENT-SIGNATURE"), VIEW(""));
    }
    request.headers[2].value = bench.values[i];
    arena_reset(bench.workspace);
    payment_parse(&request, &bench.settings, bench.workspace, out);
}

static enum payment_state judge(const struct payment *payment)
{
    return payment_judge(payment, &bench.settings, &bench.offer, 1, true, NOW)
        .state;
}

static enum claim_result claim(const struct payment *payment, size_t i)
{
    struct claim_call call;

    memset(&call, 0, sizeof(call));
    memcpy(call.claim.identity, payment->identity, 32);
    memcpy(call.claim.content, payment->content, 32);
    call.claim.now = NOW + (int64_t)i;
    call.claim.expires = NOW + LIFETIME;
    call.claim.client_known = true;
    memcpy(call.claim.client.bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33", 14);
    call.claim.client.bytes[14] = (unsigned char)i;
    bench.store->ops->claim(bench.store, &call);
    return call.answer.result;
}

static bool do_parse(size_t i)
{
    parse(i, &bench.payments[i]);
    return !bench.payments[i].malformed;
}

static bool do_judge(size_t i)
{
    return judge(&bench.payments[i]) == PAYMENT_SOUND;
}

static bool do_claim(size_t i)
{
    return claim(&bench.payments[i], i) == CLAIM_TAKEN;
}

static bool do_all(size_t i)
{
    struct payment payment;

    parse(i, &payment);
    return judge(&payment) == PAYMENT_SOUND &&
           claim(&payment, i) == CLAIM_TAKEN;
}

static bool do_all_signed(size_t i)
{
    struct payment payment;

    parse(i, &payment);
    return judge(&payment) == PAYMENT_SOUND &&
           signature_check(&payment, &bench.offer) == PROOF_FAILED &&
           claim(&payment, i) == CLAIM_TAKEN;
}

static bool do_recover(size_t i)
{
    unsigned char address[RECOVER_ADDRESS];

    return recover_address(bench.digests[i],
                           bench.payments[i].message.signature, true, address);
}

/* Nanoseconds for each of the first `count` payments. */
static double time_of(bool (*work)(size_t i), size_t count)
{
    size_t done = 0;
    double start;

    open_store();
    start = cpu_seconds();
    for (size_t i = 0; i < count; i++) {
        done += work(i);
    }
    start = (cpu_seconds() - start) / (double)count * 1e9;
    if (done != count) {
        fprintf(stderr, "%zu of %zu\n", done, count);
        exit(1);
    }
    return start;
}

static void print_best(const char *name, bool (*work)(size_t i))
{
    double best = 1e18;

    for (int round = 0; round < ROUNDS; round++) {
        double now = time_of(work, PAYMENTS);

        best = now < best ? now : best;
    }
    printf("%-28s %8.0f ns\n", name, best);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void print_signed(void)
{
    double ratios[ROUNDS], bare = 1e18, whole = 1e18;

    if (!recover_available()) {
        puts("with signature               not built in");
        return;
    }
    for (size_t i = 0; i < RECOVERIES; i++) {
        do_parse(i);
        signature_digest(&bench.payments[i].message, bench.domain,
                         bench.digests[i]);
    }
    for (int round = 0; round < ROUNDS; round++) {
        double one = time_of(do_recover, RECOVERIES);
        double other = time_of(do_all_signed, RECOVERIES);

        bare = one < bare ? one : bare;
        whole = other < whole ? other : whole;
        ratios[round] = other / one;
    }
    qsort(ratios, ROUNDS, sizeof(*ratios), compare);
    printf("%-28s %8.0f ns\n%-28s %8.0f ns\n%-28s %8.3f\n", "bare recovery",
           bare, "payment with signature", whole, "  over bare recovery",
           ratios[ROUNDS / 2]);
}

int main(int argc, char **argv)
{
    payment_settings_default(&bench.settings);
    bench.offer =
        (struct offer){VIEW("eip155:84532"),
                       VIEW("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
                       VIEW("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
                       {{10000, 0, 0, 0}},
                       6,
                       bench.domain};
    bench.workspace = arena_new_fixed((size_t)256 << 10);
    if (!bench.workspace || !hash_start()) {
        return 2;
    }
    if (!signature_domain(bench.offer.network, bench.offer.asset, VIEW("USDC"),
                          VIEW("2"), bench.domain)) {
        return 2;
    }
    make_values(HEADER("exact"));
    if (argc == 3 && !strcmp(argv[1], "--count")) {
        open_store();
        for (size_t i = strtoul(argv[2], NULL, 10); i > 0; i--) {
            do_all(i % PAYMENTS);
        }
    } else {
        printf("a header of %zu bytes\n", bench.values[0].size);
        print_best("payment, whole", do_all);
        print_best("  parsed", do_parse);
        print_best("  judged", do_judge);
        print_best("  claimed", do_claim);
        print_signed();
        make_values(HEADER("barter"));
        print_best("unknown scheme, parsed", do_parse);
    }
    bench.store->ops->close(bench.store);
    arena_free(bench.workspace);
    for (size_t i = 0; i < PAYMENTS; i++) {
        free((void *)(uintptr_t)bench.values[i].at);
    }
    return 0;
}
