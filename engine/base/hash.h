/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes and signatures, by libsodium (the only file that includes sodium.h is
 * hash.c), and keccak-256, which is ours because no Debian package has it.
 * hash_start() must have run once before the others (engine and state do).
 */
#ifndef WB_BASE_HASH_H
#define WB_BASE_HASH_H

#include <stdint.h>

#include "base/view.h"

/* Starts libsodium; false if it cannot. Any thread, any number of times. */
bool hash_start(void);
/* Random bytes from the system. */
void hash_random(void *out, size_t size);
/* SipHash-2-4, 64 bit, of `v` under a 16-byte key. */
uint64_t hash_sip(const unsigned char key[16], struct view v);
/* The ChaCha20 stream of a key that `number` names. */
void hash_stream(void *out, size_t size, const unsigned char key[32],
                 uint64_t number);
void hash_sha256(unsigned char out[32], struct view v);

/* SHA-256 in pieces. The storage is libsodium's state, kept opaque. */
struct sha256 {
    _Alignas(16) unsigned char state[208];
};
void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, struct view v);
void sha256_end(struct sha256 *s, unsigned char out[32]);

/* HMAC-SHA-256 (RFC 2104): a key is worked in once and used by any thread. */
struct hmac {
    _Alignas(16) unsigned char state[416];
};
void hmac_key(struct hmac *hmac, struct view key);
void hmac_sign(const struct hmac *hmac, struct view message,
               unsigned char out[32]);
bool hmac_holds(const struct hmac *hmac, struct view message,
                const unsigned char mac[32]);

/* The public half of a 32-byte Ed25519 seed; `secret` signs. */
void hash_ed25519_key(const unsigned char seed[32], unsigned char key[32],
                      unsigned char secret[64]);
void hash_ed25519_sign(const unsigned char secret[64], struct view message,
                       unsigned char signature[64]);
/* Is it the key's Ed25519 signature (RFC 8032) of the message? Keys and
 * signatures of small order hold for nothing. */
bool hash_ed25519_holds(const unsigned char signature[64], struct view message,
                        const unsigned char key[32]);

/* Keccak-256 as Ethereum uses it (the padding of the submission, 0x01, not
 * SHA-3's 0x06). */
void hash_keccak256(unsigned char out[32], struct view v);
/* A fast 64-bit mixing hash for tables whose keys nobody hostile chooses
 * (names in loaded files). */
uint64_t hash_table(struct view v);

#endif
