/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of a payload on EVM chains, told by a key:
 *
 *   authorization         EIP-3009 (x402_eip3009.c)     exact
 *   permit2Authorization  Permit2  (x402_permit2.c)     exact, upto
 *   delegationManager     ERC-7710: form checked; used  exact
 *                         many times by design
 *
 * Two shapes at once are malformed: a gate could settle by one and we claim
 * the other. A scheme that is not known here may still carry one of the first
 * two: its nonce can be spent once, whatever else the payload says.
 */
#include "payment/x402_shapes.h"

#include "payment/network.h"
#include "payment/x402_evm.h"

static const char *read_erc7710(const struct x402_values *v,
                                struct payment *out)
{
    unsigned char address[EVM_ADDRESS];
    struct evm_accepted accepted;
    const char *reason = NULL;

    if (!x402_read_hex(v, PAYLOAD_DELEGATION_MANAGER, address, EVM_ADDRESS)) {
        return "delegation_manager";
    }
    if (!x402_is_hex(v, PAYLOAD_PERMISSION_CONTEXT, 1)) {
        return "permission_context";
    }
    if (!x402_read_hex(v, PAYLOAD_DELEGATOR, address, EVM_ADDRESS)) {
        return "delegator";
    }
    if (out->version == 2) {
        reason = x402_check_accepted(v, out, &accepted);
    }
    out->exact_amount = out->version == 2;
    out->reusable = true;
    out->payer = v->of[PAYLOAD_DELEGATOR].text;
    return reason;
}

const char *x402_evm_read(const struct x402_values *values, bool *known,
                          struct payment *out)
{
    bool eip3009 = x402_is_there(values, PAYLOAD_AUTHORIZATION);
    bool erc7710 = x402_is_there(values, PAYLOAD_DELEGATION_MANAGER);
    bool permit2 = x402_is_there(values, PAYLOAD_PERMIT2);
    bool exact = view_equal(out->scheme, VIEW("exact"));
    bool upto = view_equal(out->scheme, VIEW("upto"));

    *known = false;
    if (!network_is_evm(out->network) || (!exact && !upto)) {
        return NULL;
    }
    if (eip3009 + erc7710 + permit2 != 1 || (upto && !permit2)) {
        return "shape";
    }
    *known = true;
    return permit2   ? x402_permit2_read(values, out)
           : eip3009 ? x402_eip3009_read(values, out)
                     : read_erc7710(values, out);
}

bool x402_evm_nonce(const struct x402_values *values, struct payment *out)
{
    return network_is_evm(out->network) &&
           (x402_eip3009_nonce(values, out) || x402_permit2_nonce(values, out));
}
