/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside MPP: charges of the method `evm`.
 */
#ifndef WB_PAYMENT_MPP_EVM_H
#define WB_PAYMENT_MPP_EVM_H

#include "payment/members.h"
#include "payment/payment.h"

struct mpp_charge {
    struct view payload;              /* JSON of an object */
    const struct json_value *source;  /* of the credential */
    const struct json_value *spender; /* of permits, as the request says */
    bool elsewhere; /* it names a contract that is not Permit2's */
};

/* Network, amount, asset, payee, expiry and the challenge's identity are
 * there. Fills in what the payload's type says better. */
const char *mpp_evm_read(const struct mpp_charge *charge,
                         struct arena *workspace, struct payment *out);

#endif
