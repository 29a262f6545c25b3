/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed requests. A nonce belongs to the request that brought it first: its
 * method, host, target and client. The same request may come again, for that
 * is what a paid retry does, and a proxy that asks twice. A signature
 * without a nonce says itself that it is for many requests: it belongs to
 * its client's address.
 *
 * Nothing is claimed for signatures that do not hold, so that only who has a
 * key can fill the table.
 */
#include "signed.h"

#include "base/hash.h"

void signature_weigh(struct wb_request *r)
{
    r->facts.signature.known =
        request_header_known(&r->facts, VIEW("Signature-Input"));
    if (wba_is_there(&r->facts)) {
        wba_check(&r->facts, &r->engine->keyring, r->workspace, &r->wba);
        wba_fill_slots(&r->wba, &r->facts.signature);
    }
}

/* Whoever may bring it again. */
static uint64_t user_of(const struct wb_request *r)
{
    struct address client = address_client(&r->facts.client);
    const struct view parts[] = {
        r->facts.client_known ? view_of((const char *)client.bytes, 16)
                              : VIEW("-"),
        r->wba.has_nonce ? r->facts.method : VIEW(""),
        r->wba.has_nonce ? r->facts.host_name : VIEW(""),
        r->wba.has_nonce ? r->facts.target : VIEW(""),
    };
    uint64_t hashes[sizeof parts / sizeof *parts];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        hashes[i] = hash_sip(r->state->key, parts[i]);
    }
    return hash_sip(r->state->key,
                    view_of((const char *)hashes, sizeof hashes));
}

/* A nonce is one signer's: another's equal one is another. */
static enum nonce_result claim(const struct wb_request *r)
{
    uint64_t hash = hash_sip(r->state->key, r->wba.once);
    unsigned char name[32 + sizeof hash];
    memcpy(name, r->wba.key->thumbprint, 32);
    memcpy(name + 32, &hash, sizeof hash);
    return nonces_claim(r->state->nonces,
                        view_of((const char *)name, sizeof name), user_of(r),
                        r->wba.until, r->facts.time);
}

void signature_claim(struct wb_request *r)
{
    if (r->wba.state != WBA_VERIFIED || !r->state) {
        return;
    }
    switch (claim(r)) {
    case NONCE_TAKEN:
    case NONCE_AGAIN:
        return;
    case NONCE_OTHERS:
        r->wba.state = WBA_REPLAYED;
        break;
    case NONCE_FULL:
        r->wba.state = WBA_UNSURE;
        break;
    }
    wba_fill_slots(&r->wba, &r->facts.signature);
    facts_fill_signature(r->ruleset->plan, &r->facts, r->values, r->workspace,
                         &r->cut);
}
