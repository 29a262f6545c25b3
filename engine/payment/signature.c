/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EIP-712, by the EIP's text:
 *
 *   digest = keccak(0x19 0x01 domain struct)
 *   domain = keccak(type keccak(name) keccak(version) chainId contract)
 *   struct = keccak(type word...)     a word is 32 bytes, big-endian
 *
 * Domains are made when a policy is loaded: a check hashes two structs and
 * recovers one key.
 */
#include "payment/signature.h"

#include "base/codec.h"
#include "base/hash.h"
#include "payment/network.h"
#include "payment/recover.h"

#define WORD 32
#define EVM_PREFIX 7 /* "eip155:" */

const unsigned char signature_domain_type[WORD] = {
    0x8b, 0x73, 0xc3, 0xc6, 0x9b, 0xb8, 0xfe, 0x3d, 0x51, 0x2e, 0xcc,
    0x4c, 0xf7, 0x59, 0xcc, 0x79, 0x23, 0x9f, 0x7b, 0x17, 0x9b, 0x0f,
    0xfa, 0xca, 0xa9, 0xa7, 0x5d, 0x52, 0x2b, 0x39, 0x40, 0x0f};

const unsigned char signature_transfer_type[WORD] = {
    0x7c, 0x7c, 0x6c, 0xdb, 0x67, 0xa1, 0x87, 0x43, 0xf4, 0x9e, 0xc6,
    0xfa, 0x9b, 0x35, 0xf5, 0x0d, 0x52, 0xed, 0x05, 0xcb, 0xed, 0x4c,
    0xc5, 0x92, 0xe1, 0x3b, 0x44, 0x50, 0x1c, 0x1a, 0x22, 0x67};

static struct view bytes_view(const unsigned char *bytes, size_t size)
{
    return view_of((const char *)bytes, size);
}

bool signature_domain(struct view network, struct view address,
                      struct view name, struct view version,
                      unsigned char out[32])
{
    unsigned char words[5][WORD] = {{0}};
    struct amount chain;

    if (!name.at || !version.at || !network_is_evm(network) ||
        !amount_from_digits(
            view_of(network.at + EVM_PREFIX, network.size - EVM_PREFIX),
            &chain) ||
        !hex_decode_0x(address, words[4] + WORD - SIGNED_ADDRESS,
                       SIGNED_ADDRESS)) {
        return false;
    }
    memcpy(words[0], signature_domain_type, WORD);
    hash_keccak256(words[1], name);
    hash_keccak256(words[2], version);
    amount_to_bytes(&chain, words[3]);
    hash_keccak256(out, bytes_view(words[0], sizeof(words)));
    return true;
}

void signature_digest(const struct signed_message *message,
                      const unsigned char domain[32], unsigned char out[32])
{
    unsigned char text[(1 + SIGNED_WORDS) * WORD];

    memcpy(text, signature_transfer_type, WORD);
    memcpy(text + WORD, message->words, sizeof(message->words));
    hash_keccak256(out, bytes_view(text, sizeof(text)));

    memcpy(text + 2 + WORD, out, WORD);
    memcpy(text + 2, domain, WORD);
    text[0] = 0x19;
    text[1] = 0x01;
    hash_keccak256(out, bytes_view(text, 2 + 2 * WORD));
}

/* Is the offer's domain the one that the payer must have signed under?
 * Version 1 names no asset: the offer's. */
static bool is_domain_of(const struct payment *payment,
                         const struct offer *offer)
{
    return offer->domain && view_equal(payment->network, offer->network) &&
           (!payment->asset.at ||
            view_equal_fold(payment->asset, offer->asset));
}

enum payment_proof signature_check(const struct payment *payment,
                                   const struct offer *offer)
{
    const struct signed_message *message = &payment->message;
    unsigned char digest[32], address[RECOVER_ADDRESS];

    if (message->type == SIGNED_NOTHING || !recover_available() ||
        !is_domain_of(payment, offer)) {
        return PROOF_UNKNOWN;
    }
    signature_digest(message, offer->domain, digest);
    if (!recover_address(digest, message->signature, address) ||
        memcmp(address, message->signer, sizeof(address)) != 0) {
        return PROOF_FAILED;
    }
    return PROOF_PROVEN;
}
