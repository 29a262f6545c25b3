/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L402 (once LSAT): a token that the seller made and the preimage of the
 * Lightning payment that bought it.
 *
 *   TOKEN[,TOKEN]...:PREIMAGE     base64 : 64 hex digits
 *
 * Who has it may use it again: it is never claimed. A macaroon of the usual
 * kind names the payment's hash, which is that of the preimage: one that does
 * not is worth nothing to its seller.
 *
 *   identifier of a macaroon: version[2] = 0, payment hash[32], token id[32]
 */
#include "base/codec.h"
#include "base/hash.h"
#include "payment/protocol.h"

#define PREIMAGE 32
#define IDENTIFIER 66
#define HASH_AT 2

/* base64 in either alphabet, padded or not. */
static struct view decode(struct view text, struct arena *workspace)
{
    char *room = arena_alloc(workspace, base64_room(text.size));
    size_t size;

    if (!room || text.size == 0) {
        return VIEW_NONE;
    }
    if (base64_decode(text, room, &size)) {
        return view_of(room, size);
    }
    while (text.size > 0 && text.at[text.size - 1] == '=') {
        text.size--;
    }
    return base64url_decode(text, room, &size) ? view_of(room, size)
                                               : VIEW_NONE;
}

/* The identifier of a macaroon in libmacaroons' second format: a byte 2, then
 * fields of a type, a size below 128 and bytes; types rise: 1 is a location,
 * 2 the identifier. NONE: it has another form. */
static struct view identifier_of(struct view token)
{
    size_t at = 1;

    if (token.size < 3 || token.at[0] != 2) {
        return VIEW_NONE;
    }
    while (at + 2 <= token.size) {
        unsigned char type = (unsigned char)token.at[at];
        unsigned char size = (unsigned char)token.at[at + 1];

        at += 2;
        if (size > 127 || size > token.size - at || type > 2 || type == 0) {
            return VIEW_NONE;
        }
        if (type == 2) {
            return view_of(token.at + at, size);
        }
        at += size;
    }
    return VIEW_NONE;
}

static bool is_paid_by(struct view token, const unsigned char hash[32])
{
    struct view id = identifier_of(token);

    return id.size != IDENTIFIER || id.at[0] != 0 || id.at[1] != 0 ||
           !memcmp(id.at + HASH_AT, hash, 32);
}

const char *l402_read(const struct payment_input *in, struct payment *out)
{
    struct view tokens = in->value;
    unsigned char preimage[PREIMAGE], hash[32];
    size_t colon;

    colon = view_find(tokens, ':');
    if (colon == tokens.size) {
        return "credentials";
    }
    if (!hex_decode(view_of(tokens.at + colon + 1, tokens.size - colon - 1),
                    preimage, sizeof(preimage))) {
        return "preimage";
    }
    hash_sha256(hash, view_of((const char *)preimage, sizeof(preimage)));
    tokens.size = colon;
    while (tokens.at) {
        struct view token =
            decode(view_trim(view_cut(&tokens, ',')), in->workspace);

        if (!token.at) {
            return "token";
        }
        if (!is_paid_by(token, hash)) {
            return "preimage_mismatch";
        }
    }
    out->scheme = VIEW("l402");
    out->known_scheme = true;
    out->reusable = true;
    hash_sha256(out->identity, in->value);
    memcpy(out->content, out->identity, sizeof(out->content));
    return NULL;
}
