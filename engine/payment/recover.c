/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libsecp256k1. Its static context is enough to recover a key:
 * it holds no secret and is never written, so that all threads share it.
 *
 *   signature = r[32] s[32] v        v: which of the keys, 0 or 1, or + 27
 *   address   = last 20 bytes of keccak-256 of the key's x and y
 */
#include "payment/recover.h"

#ifdef WITH_SECP256K1

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "base/hash.h"

#define KEY 65 /* 0x04, x, y */

bool recover_available(void)
{
    return true;
}

/* -1: none that wallets write. */
static int recovery_id(unsigned char v)
{
    return v == 0 || v == 27 ? 0 : v == 1 || v == 28 ? 1 : -1;
}

static bool is_low(const secp256k1_ecdsa_recoverable_signature *signature)
{
    const secp256k1_context *context = secp256k1_context_static;
    secp256k1_ecdsa_signature plain;

    secp256k1_ecdsa_recoverable_signature_convert(context, &plain, signature);
    return !secp256k1_ecdsa_signature_normalize(context, NULL, &plain);
}

bool recover_address(const unsigned char digest[32],
                     const unsigned char signature[RECOVER_SIGNATURE], bool low,
                     unsigned char out[RECOVER_ADDRESS])
{
    const secp256k1_context *context = secp256k1_context_static;
    int id = recovery_id(signature[RECOVER_SIGNATURE - 1]);
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey key;
    unsigned char bytes[KEY], hash[32];
    size_t size = sizeof(bytes);

    if (id < 0 ||
        !secp256k1_ecdsa_recoverable_signature_parse_compact(context, &parsed,
                                                             signature, id) ||
        (low && !is_low(&parsed)) ||
        !secp256k1_ecdsa_recover(context, &key, &parsed, digest)) {
        return false;
    }
    secp256k1_ec_pubkey_serialize(context, bytes, &size, &key,
                                  SECP256K1_EC_UNCOMPRESSED);
    hash_keccak256(hash, view_of((const char *)bytes + 1, KEY - 1));
    memcpy(out, hash + sizeof(hash) - RECOVER_ADDRESS, RECOVER_ADDRESS);
    return true;
}

#else

bool recover_available(void)
{
    return false;
}

bool recover_address(const unsigned char digest[32],
                     const unsigned char signature[RECOVER_SIGNATURE], bool low,
                     unsigned char out[RECOVER_ADDRESS])
{
    (void)digest;
    (void)signature;
    (void)low;
    (void)out;
    return false;
}

#endif
