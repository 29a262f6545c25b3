/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP message signatures (RFC 9421) as payments use them: what a signature
 * says that it covers, and the parameters that make it another one. Nothing
 * is verified here: see request/web_bot_auth.h for agents whose keys are
 * known.
 *
 *   Signature-Input: sig=("@authority" "crawler-max-price");created=1;...
 *   Signature:       sig=:base64:
 */
#ifndef WB_PAYMENT_MESSAGE_SIGNATURE_H
#define WB_PAYMENT_MESSAGE_SIGNATURE_H

#include "base/arena.h"
#include "request/request.h"

struct message_signature {
    struct view key;   /* keyid */
    struct view nonce; /* or NONE */
    struct view bytes; /* of the signature itself, decoded */
    bool has_created, has_expires;
    uint64_t created, expires; /* seconds since the epoch */
};

/* The first signature that covers the header `name` (lower case). NULL, or
 * the reason why there is none: "signature_required", "signature_input",
 * "signature". */
const char *message_signature_find(const struct request *request,
                                   struct view name, struct arena *workspace,
                                   struct message_signature *out);

#endif
