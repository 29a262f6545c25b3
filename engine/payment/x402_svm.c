/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x402 on Solana: a payment is the message of its transaction. What stands
 * before the message, the signatures, is no part of it: the payer of fees
 * signs later, in the first place.
 *
 *   transaction = base64(count of signatures, signatures[64], message)
 *   identity    = SHA-256("solana\n" network "\n" message)
 *
 * Nothing else is checked here: the scheme is one that is not known.
 */
#include "base/codec.h"
#include "base/hash.h"
#include "payment/x402_shapes.h"

#define SIGNATURE 64

/* The count, in seven bits a byte, low ones first, without needless bytes;
 * two bytes are more signatures than a transaction has room for. What
 * follows the signatures, or NONE. */
static struct view message_of(struct view transaction)
{
    size_t before;

    if (transaction.size == 0 || (unsigned char)transaction.at[0] > 0x7f) {
        return VIEW_NONE;
    }
    before = 1 + SIGNATURE * (size_t)transaction.at[0];
    if (transaction.size <= before) {
        return VIEW_NONE;
    }
    return view_of(transaction.at + before, transaction.size - before);
}

bool x402_svm_message(const struct x402_values *v, struct arena *workspace,
                      struct payment *out)
{
    struct view text = v->of[PAYLOAD_TRANSACTION].text;
    struct view message;
    struct sha256 hash;
    char *room;
    size_t size;

    if (v->of[PAYLOAD_TRANSACTION].kind != JSON_STRING ||
        !view_starts(out->network, VIEW("solana:"))) {
        return false;
    }
    room = arena_alloc(workspace, base64_room(text.size));
    if (!room || !base64_decode(text, room, &size)) {
        return false;
    }
    message = message_of(view_of(room, size));
    if (!message.at) {
        return false;
    }
    sha256_start(&hash);
    sha256_add(&hash, VIEW("solana\n"));
    sha256_add(&hash, out->network);
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, message);
    sha256_end(&hash, out->identity);
    return true;
}
