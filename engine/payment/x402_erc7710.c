/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ERC-7710 delegations: the delegator lets a manager's contract spend under
 * terms that only the chain can read. Its form is checked; it is used once
 * or many times, as the delegator pleases, so that it is never claimed.
 */
#include "payment/x402_evm.h"
#include "payment/x402_schemes.h"

const char *x402_erc7710_read(const struct x402_values *v, struct payment *out)
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
    out->reusable = true;
    out->payer = v->of[PAYLOAD_DELEGATOR].text;
    return reason;
}
