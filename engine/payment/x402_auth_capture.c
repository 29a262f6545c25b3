/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth-capture: the payer lets an escrow collect up to the price; the seller
 * captures later. Signed is an EIP-3009 ReceiveWithAuthorization or a
 * Permit2 PermitTransferFrom to the escrow's collector, whose nonce is the
 * hash of the escrow's PaymentInfo (receiver, amount, deadlines, salt). So
 * the identity is that of the nonce; whom the escrow pays is the gate's to
 * check against what it offered.
 */
#include "payment/x402_evm.h"
#include "payment/x402_schemes.h"

/* Of both deployments of the escrow, 1.1 and 1.0. */
static const char *const transfer_collectors[] = {
    "0x8612dfdc421f80336cd14E8EF9cb1E765dB5ab88",
    "0x0E3dF9510de65469C4518D7843919c0b8C7A7757"};
static const char *const permit_collectors[] = {
    "0xD69831Aed5bfe262067ec4c751f4F830EcdD446e",
    "0x992476B9Ee81d52a5BdA0622C333938D0Af0aB26"};

static bool is_collector(const char *const known[2], struct view address)
{
    return view_equal_fold(address, view_text(known[0])) ||
           view_equal_fold(address, view_text(known[1]));
}

static const char *check_salts(const struct x402_values *v)
{
    struct amount salt;

    if (!x402_read_number(v, PAYLOAD_SALT, &salt)) {
        return "salt";
    }
    if (x402_is_there(v, PAYLOAD_SALT_NONCE) &&
        !x402_read_number(v, PAYLOAD_SALT_NONCE, &salt)) {
        return "salt_nonce";
    }
    return NULL;
}

static const char *read_transfer(const struct x402_values *v,
                                 struct payment *out)
{
    struct evm_transfer t;
    const char *reason = x402_transfer_read(v, &t);

    if (reason) {
        return reason;
    }
    if (amount_compare(&t.value, &out->amount) != 0) {
        return "amount_mismatch";
    }
    if (!is_collector(transfer_collectors, v->of[AUTHORIZATION_TO].text)) {
        out->misdirected = "collector_not_known";
    }
    out->payer = v->of[AUTHORIZATION_FROM].text;
    x402_transfer_fill(v, &t, PAYLOAD_SIGNATURE, SIGNED_RECEIVE, out);
    return NULL;
}

static const char *read_permit(const struct x402_values *v,
                               const struct evm_accepted *accepted,
                               struct payment *out)
{
    unsigned char none[1][EVM_WORD];
    struct evm_permit p;
    const char *reason = x402_permit_read(v, &x402_permit_keys, &p);

    if (reason) {
        return reason;
    }
    if (memcmp(p.token, accepted->asset, EVM_ADDRESS) != 0) {
        return "asset_mismatch";
    }
    if (amount_compare(&p.amount, &out->amount) != 0) {
        return "amount_mismatch";
    }
    if (!is_collector(permit_collectors, v->of[PERMIT2_SPENDER].text)) {
        out->misdirected = "collector_not_known";
    }
    x402_permit_fill(v, &x402_permit_keys, &p, SIGNED_PERMIT, none, 0, out);
    return NULL;
}

const char *x402_auth_capture_read(struct x402_context *context,
                                   struct payment *out)
{
    const struct x402_values *v = context->values;
    struct evm_accepted accepted;
    const char *reason = x402_check_accepted(v, out, &accepted);

    if (!reason) {
        reason = check_salts(v);
    }
    if (!reason) {
        reason = x402_is_there(v, PAYLOAD_PERMIT2)
                     ? read_permit(v, &accepted, out)
                     : read_transfer(v, out);
    }
    context->identified = true;
    return reason;
}
