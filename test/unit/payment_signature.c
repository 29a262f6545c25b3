/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signature check. What the official clients signed is proven under its
 * asset's domain; with any one bit changed, of what was signed, of the
 * signature or of the domain, it is not. Constants are hashed again here.
 */
#include "payment/signature.h"

#include <stdlib.h>

#include "base/codec.h"
#include "base/hash.h"
#include "payment/eip712.h"
#include "payment/recover.h"
#include "tap.h"

#define MINTED "test/payment/minted.jsonl"
#define LINE_ROOM 16384
#define ADDRESS_SEPOLIA "0x036CbD53842c5426634e7929541eC2318f3dCF7e"
#define ADDRESS_BASE "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
#define ADDRESS_ARBITRUM "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t size);
static long allocations;

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}
#else
static long allocations;
#endif

static struct arena *workspace;
#define OFFERS 3
static unsigned char domains[OFFERS][32];
static struct offer offers[OFFERS];
static struct payment first, permit; /* of the minted ones */

static void is_hash(const unsigned char got[32], const char *wanted,
                    const char *name)
{
    unsigned char bytes[32];

    ok(hex_decode_0x(view_text(wanted), bytes, 32) && !memcmp(got, bytes, 32),
       "%s", name);
}

/* Values as the contracts on chain tell them. */
static void constants(void)
{
    unsigned char hash[32];

    for (size_t i = 0; i < EIP712_TYPES; i++) {
        hash_keccak256(hash, view_text(eip712_types[i].text));
        ok(!memcmp(hash, eip712_types[i].hash, 32), "%s", eip712_types[i].text);
    }
    ok(signature_domain(VIEW("eip155:84532"), VIEW(ADDRESS_SEPOLIA),
                        VIEW("USDC"), VIEW("2"), domains[0]),
       "a domain");
    is_hash(domains[0],
            "0x71f17a3b2ff373b803d70a5a07c046c1"
            "a2bc8e89c09ef722fcb047abe94c9818",
            "USDC on Base Sepolia");
    ok(signature_domain(VIEW("eip155:8453"), VIEW(ADDRESS_BASE),
                        VIEW("USD Coin"), VIEW("2"), domains[1]),
       "another");
    is_hash(domains[1],
            "0x02fa7265e7c5d81118673727957699e4"
            "d68f74cd74b7db77da710fe8a2c7834f",
            "USDC on Base");
    offers[0] = (struct offer){.network = VIEW("eip155:84532"),
                               .asset = VIEW(ADDRESS_SEPOLIA),
                               .domain = domains[0]};
    offers[1] = (struct offer){.network = VIEW("eip155:8453"),
                               .asset = VIEW(ADDRESS_BASE),
                               .domain = domains[1]};
    ok(signature_domain(VIEW("eip155:42161"), VIEW(ADDRESS_ARBITRUM),
                        VIEW("USD Coin"), VIEW("2"), domains[2]),
       "and on Arbitrum One");
    offers[2] = (struct offer){.network = VIEW("eip155:42161"),
                               .asset = VIEW(ADDRESS_ARBITRUM),
                               .domain = domains[2]};
}

static void no_domain(void)
{
    static const struct {
        const char *network, *address, *name, *version;
    } rows[] = {
        {"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", ADDRESS_BASE, "a", "1"},
        {"eip155:", ADDRESS_BASE, "a", "1"},
        {"eip155:base", ADDRESS_BASE, "a", "1"},
        {"eip155:1", "0x00", "a", "1"},
        {"eip155:1", ADDRESS_BASE, NULL, "1"},
        {"eip155:1", ADDRESS_BASE, "a", NULL},
    };
    unsigned char out[32];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ok(!signature_domain(
               view_text(rows[i].network), view_text(rows[i].address),
               view_text(rows[i].name), view_text(rows[i].version), out),
           "no domain: %s %s", rows[i].network, rows[i].address);
    }
}

/* The text of a member of a line of flat JSON, as it stands there. */
static struct view member(struct view line, const char *key)
{
    char name[32];
    size_t at;

    snprintf(name, sizeof(name), "\"%s\":\"", key);
    at = view_search(line, view_text(name));
    if (at == SIZE_MAX) {
        return VIEW_NONE;
    }
    at += strlen(name);
    line = view_of(line.at + at, line.size - at);
    line.size = view_find(line, '"');
    return line;
}

static void read_payment(struct view line, struct payment *out)
{
    static struct request request;
    struct payment_settings settings;

    payment_settings_default(&settings);
    request_clear(&request);
    request_add_header(&request, member(line, "header"), member(line, "value"));
    arena_reset(workspace);
    payment_parse(&request, &settings, workspace, out);
}

static enum payment_proof check(const struct payment *payment,
                                const unsigned char *domain)
{
    struct offer offer = {
        .network = payment->network, .asset = payment->asset, .domain = domain};

    return signature_check(payment, &offer);
}

/* Every bit of `size` bytes at `part` of the payment or the domain, turned
 * and turned back; `twin` (or NULL) is turned with it. How many of them left
 * it proven. Where it is slow, a bit of each byte or two, all eight in turn. */
static unsigned turn_bits(const struct payment *payment,
                          const unsigned char *domain, unsigned char *part,
                          unsigned char *twin, size_t size)
{
    size_t step = tap_slow() > 4 ? 11 : tap_slow();
    unsigned proven = 0;

    for (size_t i = 0; i < 8 * size; i += step) {
        unsigned char bit = (unsigned char)(1u << i % 8);

        part[i / 8] ^= bit;
        if (twin) {
            twin[i / 8] ^= bit;
        }
        proven += check(payment, domain) != PROOF_FAILED;
        part[i / 8] ^= bit;
        if (twin) {
            twin[i / 8] ^= bit;
        }
    }
    return proven;
}

/* What each type signs; the first word of a transfer is its signer. */
static const struct type_row {
    const char *words[SIGNED_WORDS + 1];
    bool transfer;
} types[] = {
    [SIGNED_TRANSFER] = {{"from", "to", "value", "validAfter", "validBefore",
                          "nonce"},
                         true},
    [SIGNED_RECEIVE] = {{"from", "to", "value", "validAfter", "validBefore",
                         "nonce"},
                        true},
    [SIGNED_PERMIT] = {{"token", "amount", "spender", "nonce", "deadline"},
                       false},
    [SIGNED_PERMIT_EXACT] = {{"token", "amount", "spender", "nonce", "deadline",
                              "to", "validAfter"},
                             false},
    [SIGNED_PERMIT_UPTO] = {{"token", "amount", "spender", "nonce", "deadline",
                             "to", "facilitator", "validAfter"},
                            false},
    [SIGNED_PERMIT_DEPOSIT] = {{"token", "amount", "spender", "nonce",
                                "deadline", "channelId"},
                               false},
    [SIGNED_PERMIT_PAYMENT] = {{"token", "amount", "spender", "nonce",
                                "deadline", "challengeHash"},
                               false},
    [SIGNED_VOUCHER] = {{"channelId", "maxClaimableAmount"}, false},
};

/* Under the contracts' domains, on another chain. */
static void other_chain(const struct payment *minted, const char *name)
{
    struct payment p = *minted;

    p.network = VIEW("eip155:84533");
    is_number(check(&p, NULL), PROOF_FAILED, "%s: on no other chain", name);
}

static void one_bit(const struct payment *minted, const char *name,
                    const unsigned char *domain)
{
    struct payment p = *minted;
    struct signed_message *m = &p.message;
    const struct type_row *type = &types[m->type];
    unsigned char other[32];

    for (size_t i = 0; type->words[i]; i++) {
        is_number(turn_bits(&p, domain, m->words[i], NULL, 32), 0,
                  "%s: no other %s", name, type->words[i]);
    }
    is_number(turn_bits(&p, domain, m->signer,
                        type->transfer ? m->words[0] + 12 : NULL, 20),
              0, "%s: no other payer", name);
    is_number(turn_bits(&p, domain, m->signature, NULL, 65), 0,
              "%s: no other signature", name);
    if (type->transfer) {
        memcpy(other, domain, 32);
        is_number(turn_bits(&p, other, other, NULL, 32), 0,
                  "%s: no other domain", name);
    } else {
        other_chain(minted, name);
    }
    is_number(check(&p, domain), PROOF_PROVEN, "%s: proven as it was", name);
}

/* The offer of the network; the first where there is none. */
static size_t offer_of(struct view network)
{
    for (size_t i = 1; i < OFFERS; i++) {
        if (view_equal(network, offers[i].network)) {
            return i;
        }
    }
    return 0;
}

static void minted(void)
{
    static char line[LINE_ROOM];
    FILE *file = fopen(MINTED, "r");
    unsigned proven = 0;

    while (file && fgets(line, sizeof(line), file)) {
        struct view text = view_text(line);
        struct view name = member(text, "name");
        char room[32];
        struct payment p;
        size_t at;

        read_payment(text, &p);
        snprintf(room, sizeof(room), "%.*s", VIEW_ARG(name));
        ok(!p.malformed, "%s: well-formed", room);
        at = offer_of(p.network);
        if (p.message.type == SIGNED_NOTHING) {
            is_number(signature_check(&p, &offers[at]), PROOF_UNKNOWN,
                      "%s: unknown", room);
            continue;
        }
        is_number(signature_check(&p, &offers[at]), PROOF_PROVEN, "%s: proven",
                  room);
        is_number(signature_check(&p, &offers[(at + 1) % OFFERS]),
                  PROOF_UNKNOWN, "%s: unknown under another asset", room);
        one_bit(&p, room, domains[at]);
        if (p.message.type == SIGNED_PERMIT_EXACT) {
            permit = p;
            permit.network = offers[at].network;
            permit.asset = offers[at].asset;
        }
        if (proven++ == 0) { /* the workspace's texts do not last */
            first = p;
            first.network = offers[at].network;
            first.asset = offers[at].asset;
        }
    }
    is_number(proven, 21, "all that were minted");
    if (file) {
        fclose(file);
    }
}

/* n - s: the other s that the same key could have given. */
static void turn_s(unsigned char s[32])
{
    static const unsigned char n[32] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
        0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
    int borrow = 0;

    for (int i = 31; i >= 0; i--) {
        int d = n[i] - s[i] - borrow;

        borrow = d < 0;
        s[i] = (unsigned char)(d & 0xff);
    }
}

static void forms(void)
{
    struct payment p = first;
    unsigned char *v = &p.message.signature[64];
    long before = allocations;
    bool base = view_equal(p.network, offers[1].network);
    const unsigned char *domain = domains[base];

    check(&p, domain);
    is_number(allocations - before, 0, "a check allocates nothing");
    *v = (unsigned char)(*v - 27);
    is_number(check(&p, domain), PROOF_PROVEN, "v of 0 or 1");
    for (unsigned i = 2; i < 256; i++) {
        *v = (unsigned char)i;
        if (i != 27 && i != 28 && check(&p, domain) != PROOF_FAILED) {
            ok(false, "v of %u", i);
        }
    }
    p = first;
    turn_s(p.message.signature + 32);
    *v ^= 27 ^ 28;
    is_number(check(&p, domain), PROOF_FAILED, "s of the upper half");
    p = permit;
    turn_s(p.message.signature + 32);
    *v ^= 27 ^ 28;
    is_number(check(&p, NULL), PROOF_PROVEN,
              "s of the upper half, which Permit2 takes");
    p = first;
    memset(p.message.signature, 0, 32);
    is_number(check(&p, domain), PROOF_FAILED, "r of 0");
    memset(p.message.signature, 0xff, 32);
    is_number(check(&p, domain), PROOF_FAILED, "r beyond the curve");
    p = first;
    memset(p.message.signature + 32, 0, 32);
    is_number(check(&p, domain), PROOF_FAILED, "s of 0");
    p = first;
    is_number(check(&p, NULL), PROOF_UNKNOWN, "an asset without a domain");
    p.asset = VIEW_NONE;
    is_number(signature_check(&p, &offers[base]), PROOF_PROVEN,
              "version 1 names no asset: the offer's");
    p.asset = VIEW("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");
    is_number(signature_check(&p, &offers[base]), PROOF_UNKNOWN,
              "another asset than the offer's");
}

int main(void)
{
    workspace = arena_new_fixed((size_t)256 << 10);
    if (!workspace || !hash_start()) {
        return 2;
    }
    constants();
    no_domain();
    if (recover_available()) {
        minted();
        forms();
    } else {
        tap_skip("libsecp256k1 was not built in");
    }
    arena_free(workspace);
    return tap_end();
}
