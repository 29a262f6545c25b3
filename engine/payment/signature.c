/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EIP-712, by the EIP's text:
 *
 *   digest = keccak(0x19 0x01 domain struct)
 *   domain = keccak(type keccak(name) keccak(version) chainId contract)
 *   struct = keccak(type word...)     a word is 32 bytes, big-endian, or the
 *                                     hash of a struct inside
 *
 * Domains of tokens are made when a policy is loaded; the two contracts' take
 * one hash more.
 */
#include "payment/signature.h"

#include "base/codec.h"
#include "base/hash.h"
#include "payment/eip712.h"
#include "payment/network.h"
#include "payment/recover.h"

#define WORD 32
#define EVM_PREFIX 7 /* "eip155:" */

const char signature_permit2[] = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
static const char batch_contract[] =
    "0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003";

static struct view bytes_view(const unsigned char *bytes, size_t size)
{
    return view_of((const char *)bytes, size);
}

/* ---- domains ---- */

static bool read_chain(struct view network, unsigned char word[WORD])
{
    struct amount chain;

    if (!network_is_evm(network) ||
        !amount_from_digits(
            view_of(network.at + EVM_PREFIX, network.size - EVM_PREFIX),
            &chain)) {
        return false;
    }
    amount_to_bytes(&chain, word);
    return true;
}

/* A version that is NONE is left out, and the type is another. */
static bool make_domain(struct view network, struct view address,
                        struct view name, struct view version,
                        unsigned char out[32])
{
    unsigned char words[5][WORD] = {{0}};
    size_t n = 0;

    memcpy(words[n++],
           eip712_types[version.at ? EIP712_DOMAIN : EIP712_DOMAIN_PLAIN].hash,
           WORD);
    hash_keccak256(words[n++], name);
    if (version.at) {
        hash_keccak256(words[n++], version);
    }
    if (!read_chain(network, words[n++]) ||
        !hex_decode_0x(address, words[n] + WORD - SIGNED_ADDRESS,
                       SIGNED_ADDRESS)) {
        return false;
    }
    hash_keccak256(out, bytes_view(words[0], (n + 1) * WORD));
    return true;
}

bool signature_domain(struct view network, struct view address,
                      struct view name, struct view version,
                      unsigned char out[32])
{
    return name.at && version.at &&
           make_domain(network, address, name, version, out);
}

bool signature_domain_of(enum signed_type type, struct view network,
                         const unsigned char *token, unsigned char out[32])
{
    switch (type) {
    case SIGNED_TRANSFER:
    case SIGNED_RECEIVE:
        if (!token) {
            return false;
        }
        memcpy(out, token, WORD);
        return true;
    case SIGNED_PERMIT:
    case SIGNED_PERMIT_EXACT:
    case SIGNED_PERMIT_UPTO:
    case SIGNED_PERMIT_DEPOSIT:
    case SIGNED_PERMIT_PAYMENT:
        return make_domain(network, view_text(signature_permit2),
                           VIEW("Permit2"), VIEW_NONE, out);
    case SIGNED_VOUCHER:
        return make_domain(network, view_text(batch_contract),
                           VIEW("x402 Batch Settlement"), VIEW("1"), out);
    case SIGNED_NOTHING:
        break;
    }
    return false;
}

/* ---- structs ---- */

/* The hash of a struct: of its type and words. */
static void hash_struct(enum eip712_type type,
                        const unsigned char (*words)[WORD], size_t count,
                        unsigned char out[32])
{
    unsigned char text[8 * WORD];

    memcpy(text, eip712_types[type].hash, WORD);
    memcpy(text + WORD, words, count * WORD);
    hash_keccak256(out, bytes_view(text, (1 + count) * WORD));
}

static void finish(const unsigned char domain[32], const unsigned char hash[32],
                   unsigned char out[32])
{
    unsigned char text[2 + 2 * WORD] = {0x19, 0x01};

    memcpy(text + 2, domain, WORD);
    memcpy(text + 2 + WORD, hash, WORD);
    hash_keccak256(out, bytes_view(text, sizeof(text)));
}

/* Words of a permit: token, amount; spender, nonce, deadline; the witness. */
static void hash_permit(const struct signed_message *message,
                        enum eip712_type type, enum eip712_type witness,
                        size_t witness_words, unsigned char out[32])
{
    const unsigned char(*words)[WORD] = message->words;
    unsigned char outer[5][WORD];

    hash_struct(EIP712_PERMITTED, words, 2, outer[0]);
    memcpy(outer[1], words[2], (size_t)3 * WORD);
    if (witness_words > 0) {
        hash_struct(witness, words + 5, witness_words, outer[4]);
    }
    hash_struct(type, (const unsigned char(*)[WORD])outer,
                witness_words > 0 ? 5 : 4, out);
}

static void hash_message(const struct signed_message *message,
                         unsigned char out[32])
{
    switch (message->type) {
    case SIGNED_RECEIVE:
        hash_struct(EIP712_RECEIVE, message->words, 6, out);
        break;
    case SIGNED_PERMIT:
        hash_permit(message, EIP712_PERMIT, EIP712_TYPES, 0, out);
        break;
    case SIGNED_PERMIT_EXACT:
        hash_permit(message, EIP712_PERMIT_EXACT, EIP712_WITNESS_EXACT, 2, out);
        break;
    case SIGNED_PERMIT_UPTO:
        hash_permit(message, EIP712_PERMIT_UPTO, EIP712_WITNESS_UPTO, 3, out);
        break;
    case SIGNED_PERMIT_DEPOSIT:
        hash_permit(message, EIP712_PERMIT_DEPOSIT, EIP712_WITNESS_DEPOSIT, 1,
                    out);
        break;
    case SIGNED_PERMIT_PAYMENT:
        hash_permit(message, EIP712_PERMIT_PAYMENT, EIP712_WITNESS_PAYMENT, 1,
                    out);
        break;
    case SIGNED_VOUCHER:
        hash_struct(EIP712_VOUCHER, message->words, 2, out);
        break;
    default:
        hash_struct(EIP712_TRANSFER, message->words, 6, out);
        break;
    }
}

void signature_digest(const struct signed_message *message,
                      const unsigned char domain[32], unsigned char out[32])
{
    unsigned char hash[32];

    hash_message(message, hash);
    finish(domain, hash, out);
}

bool signature_channel(struct view network, unsigned char words[7][32],
                       unsigned char out[32])
{
    unsigned char domain[32], hash[32];

    if (!signature_domain_of(SIGNED_VOUCHER, network, NULL, domain)) {
        return false;
    }
    hash_struct(EIP712_CHANNEL, (const unsigned char(*)[WORD])words, 7, hash);
    finish(domain, hash, out);
    return true;
}

/* ---- the check ---- */

/* Is the offer's asset the one that the payer must have signed for? Version 1
 * names none: the offer's. */
static bool is_for_asset(const struct payment *payment,
                         const struct offer *offer)
{
    return view_equal(payment->network, offer->network) &&
           (!payment->asset.at ||
            view_equal_fold(payment->asset, offer->asset));
}

/* Of the two signatures that one key can make of each other, tokens take the
 * one of the lower half. Permit2 takes both: either is the payer's. */
static bool is_permit(enum signed_type type)
{
    return type == SIGNED_PERMIT || type == SIGNED_PERMIT_EXACT ||
           type == SIGNED_PERMIT_UPTO || type == SIGNED_PERMIT_DEPOSIT ||
           type == SIGNED_PERMIT_PAYMENT;
}

static enum payment_proof check_message(const struct signed_message *message,
                                        const struct offer *offer)
{
    unsigned char domain[32], digest[32], address[RECOVER_ADDRESS];

    if (message->type == SIGNED_NOTHING ||
        !signature_domain_of(message->type, offer->network, offer->domain,
                             domain)) {
        return PROOF_UNKNOWN;
    }
    signature_digest(message, domain, digest);
    if (!recover_address(digest, message->signature, !is_permit(message->type),
                         address) ||
        memcmp(address, message->signer, sizeof(address)) != 0) {
        return PROOF_FAILED;
    }
    return PROOF_PROVEN;
}

/* A deposit is its payer's by its own signature; a voucher beside it that
 * nobody signed fails both. */
enum payment_proof signature_check(const struct payment *payment,
                                   const struct offer *offer)
{
    enum payment_proof proof;

    if (!recover_available() || !is_for_asset(payment, offer)) {
        return PROOF_UNKNOWN;
    }
    proof = check_message(&payment->message, offer);
    return proof == PROOF_PROVEN &&
                   check_message(&payment->voucher, offer) == PROOF_FAILED
               ? PROOF_FAILED
               : proof;
}
