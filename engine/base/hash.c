/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libsodium: the only file that includes sodium.h. It also has
 * the table hash, which is ours and not for keys that a client chooses.
 */
#include "base/hash.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct sha256),
               "struct sha256 holds libsodium's state");
_Static_assert(_Alignof(crypto_hash_sha256_state) <= _Alignof(struct sha256),
               "struct sha256 is aligned for libsodium's state");
_Static_assert(crypto_stream_chacha20_KEYBYTES == 32 &&
                   crypto_stream_chacha20_NONCEBYTES == sizeof(uint64_t),
               "ChaCha20 with a nonce of 64 bits");
_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t) &&
                   crypto_shorthash_KEYBYTES == 16,
               "SipHash-2-4 with 64 bits");

__extension__ typedef unsigned __int128 u128;

bool hash_start(void)
{
    return sodium_init() >= 0;
}

void hash_random(void *out, size_t size)
{
    randombytes_buf(out, size);
}

static const unsigned char *bytes_of(struct view v)
{
    return (const unsigned char *)(v.at ? v.at : "");
}

static uint64_t little(const unsigned char at[8])
{
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
           (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 |
           (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 |
           (uint64_t)at[7] << 56;
}

uint64_t hash_sip(const unsigned char key[16], struct view v)
{
    unsigned char out[8];

    crypto_shorthash(out, bytes_of(v), v.size, key);
    return little(out);
}

void hash_stream(void *out, size_t size, const unsigned char key[32],
                 uint64_t number)
{
    unsigned char nonce[8];

    memcpy(nonce, &number, sizeof(nonce));
    crypto_stream_chacha20(out, size, nonce, key);
}

void hash_sha256(unsigned char out[32], struct view v)
{
    crypto_hash_sha256(out, bytes_of(v), v.size);
}

static crypto_hash_sha256_state *state_of(struct sha256 *s)
{
    return (crypto_hash_sha256_state *)(void *)s->state;
}

void sha256_start(struct sha256 *s)
{
    crypto_hash_sha256_init(state_of(s));
}

void sha256_add(struct sha256 *s, struct view v)
{
    crypto_hash_sha256_update(state_of(s), bytes_of(v), v.size);
}

void sha256_end(struct sha256 *s, unsigned char out[32])
{
    crypto_hash_sha256_final(state_of(s), out);
}

bool hash_ed25519_holds(const unsigned char signature[64], struct view message,
                        const unsigned char key[32])
{
    return crypto_sign_ed25519_verify_detached(signature, bytes_of(message),
                                               message.size, key) == 0;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    u128 product = (u128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash_table(struct view v)
{
    /* Odd numbers with half of their bits set, from the fractions of the
     * square roots of 2 and 3. */
    const uint64_t one = UINT64_C(0x6a09e667f3bcc909);
    const uint64_t two = UINT64_C(0xbb67ae8584caa73b);
    uint64_t hash = one ^ v.size;
    uint64_t word = 0, next;
    size_t at = 0;

    for (; v.size - at > 2 * sizeof(word); at += 2 * sizeof(word)) {
        memcpy(&word, v.at + at, sizeof(word));
        memcpy(&next, v.at + at + sizeof(word), sizeof(next));
        hash = mix(hash ^ word, two ^ next);
    }
    if (v.size - at > sizeof(word)) {
        memcpy(&word, v.at + at, sizeof(word));
        hash = mix(hash ^ word, two);
        at += sizeof(word);
    }
    if (v.size >= sizeof(word)) { /* the last, some of it twice */
        memcpy(&word, v.at + v.size - sizeof(word), sizeof(word));
    } else if (v.size > 0) {
        word = view_word(v.at, v.size);
    }
    return mix(mix(hash ^ word, two) ^ one, two);
}

_Static_assert(sizeof(crypto_auth_hmacsha256_state) <=
                   sizeof(((struct hmac *)0)->state),
               "libsodium's state fits");

void hmac_key(struct hmac *hmac, struct view key)
{
    crypto_auth_hmacsha256_init((void *)hmac->state,
                                (const unsigned char *)key.at, key.size);
}

void hmac_sign(const struct hmac *hmac, struct view message,
               unsigned char out[32])
{
    struct hmac copy = *hmac;
    crypto_auth_hmacsha256_update(
        (void *)copy.state, (const unsigned char *)message.at, message.size);
    crypto_auth_hmacsha256_final((void *)copy.state, out);
}

bool hmac_holds(const struct hmac *hmac, struct view message,
                const unsigned char mac[32])
{
    unsigned char own[32];
    hmac_sign(hmac, message, own);
    return sodium_memcmp(own, mac, sizeof own) == 0;
}

void hash_ed25519_key(const unsigned char seed[32], unsigned char key[32],
                      unsigned char secret[64])
{
    crypto_sign_seed_keypair(key, secret, seed);
}

void hash_ed25519_sign(const unsigned char secret[64], struct view message,
                       unsigned char signature[64])
{
    crypto_sign_detached(signature, NULL, (const unsigned char *)message.at,
                         message.size, secret);
}
