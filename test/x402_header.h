/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of PAYMENT-SIGNATURE for tests of the engine: version 2, exact, the
 * form of the official client's. Payment n differs from all others in its
 * nonce; its signature is no signature. Its clock is x402_clock.
 */
#ifndef WB_TEST_X402_HEADER_H
#define WB_TEST_X402_HEADER_H

#include <stdint.h>
#include <stdio.h>

#define X402_HEADER_ROOM 4096

static const int64_t x402_clock = INT64_C(1767225600000000);

static void x402_base64(const char *in, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
                                 "pqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i += 3) {
        unsigned v = (unsigned)(unsigned char)in[i] << 16;

        v |= i + 1 < n ? (unsigned)(unsigned char)in[i + 1] << 8 : 0;
        v |= i + 2 < n ? (unsigned)(unsigned char)in[i + 2] : 0;
        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        if (i + 1 < n) {
            *out++ = digits[v >> 6 & 63];
        }
        if (i + 2 < n) {
            *out++ = digits[v & 63];
        }
    }
    *out = '\0';
}

/* What a payment says beyond what all of them do. */
struct x402_price {
    const char *amount, *asset, *network;
    const char *extra; /* more of `accepted`: ",\"extra\":{...}", or "" */
    long long valid_before;
};
static const struct x402_price x402_plain = {
    "10000", "0x036CbD53842c5426634e7929541eC2318f3dCF7e", "eip155:84532", "",
    1767225900};

/* Payment n at that price. */
static inline void x402_header_at(unsigned n, const struct x402_price *price,
                                  char out[X402_HEADER_ROOM])
{
    char json[X402_HEADER_ROOM * 3 / 4 - 4];
    int size = snprintf(
        json, sizeof(json),
        "{\"x402Version\":2,\"accepted\":{\"scheme\":\"exact\","
        "\"network\":\"%s\",\"amount\":\"%s\",\"asset\":\"%s\","
        "\"payTo\":\"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\","
        "\"maxTimeoutSeconds\":300%s},\"payload\":{\"signature\":\"0x%0130u\","
        "\"authorization\":{"
        "\"from\":\"0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1\","
        "\"to\":\"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\","
        "\"value\":\"%s\",\"validAfter\":\"0\","
        "\"validBefore\":\"%lld\",\"nonce\":\"0x%064x\"}}}",
        price->network, price->amount, price->asset, price->extra, n,
        price->amount, price->valid_before, n);

    x402_base64(json, (size_t)size, out);
}

/* Pays 10000 of USDC on Base Sepolia, valid for 300 seconds. */
static inline void x402_header(unsigned n, char out[X402_HEADER_ROOM])
{
    x402_header_at(n, &x402_plain, out);
}

#endif
