/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schemes of x402: which payloads there are, by scheme and by the
 * namespace of the network. Readers check a payload, fill what they know of
 * it (payer, amount, window, identity, content) and return NULL, or the
 * reason why the header is malformed. An identity that a reader leaves alone
 * is made by the envelope.
 */
#ifndef WB_PAYMENT_X402_SCHEMES_H
#define WB_PAYMENT_X402_SCHEMES_H

#include "payment/payment.h"
#include "payment/x402_values.h"

/* What a reader is given besides. */
struct x402_context {
    const struct x402_values *values;
    const struct request *request; /* that the header came with */
    struct arena *workspace;
    bool identified; /* identity and content are filled */
};

/* Sets *known if it is a scheme of the table. A known scheme written in other
 * case is malformed: it would be claimed apart. */
const char *x402_scheme_read(struct x402_context *context, bool *known,
                             struct payment *out);
/* The identity of a payload of another scheme that holds a nonce or a
 * transaction that can be used once; false if it holds none. */
bool x402_scheme_identity(struct x402_context *context, struct payment *out);

/* One file each. */
const char *x402_eip3009_read(const struct x402_values *v, struct payment *out);
bool x402_eip3009_nonce(const struct x402_values *v, struct payment *out);
const char *x402_permit2_read(const struct x402_values *v, struct payment *out);
bool x402_permit2_nonce(const struct x402_values *v, struct payment *out);
const char *x402_erc7710_read(const struct x402_values *v, struct payment *out);
const char *x402_auth_capture_read(struct x402_context *context,
                                   struct payment *out);
const char *x402_batch_read(struct x402_context *context, struct payment *out);
const char *x402_cloudflare_read(struct x402_context *context,
                                 struct payment *out);
const char *x402_svm_exact_read(struct x402_context *context,
                                struct payment *out);
const char *x402_svm_upto_read(struct x402_context *context,
                               struct payment *out);
bool x402_svm_identity(struct x402_context *context, struct payment *out);
const char *x402_aptos_read(struct x402_context *context, struct payment *out);
const char *x402_sui_read(struct x402_context *context, struct payment *out);
const char *x402_stellar_read(struct x402_context *context,
                              struct payment *out);
const char *x402_algorand_read(struct x402_context *context,
                               struct payment *out);
const char *x402_hedera_read(struct x402_context *context, struct payment *out);
const char *x402_keeta_read(struct x402_context *context, struct payment *out);
const char *x402_ton_read(struct x402_context *context, struct payment *out);
const char *x402_near_read(struct x402_context *context, struct payment *out);
const char *x402_xrpl_read(struct x402_context *context, struct payment *out);
const char *x402_cardano_read(struct x402_context *context,
                              struct payment *out);

#endif
