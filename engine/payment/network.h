/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of networks: CAIP-2 ("eip155:8453") and the names that x402 version
 * 1 had for some of them ("base"). A network has one spelling here, for its
 * text is part of a payment's identity.
 */
#ifndef WB_PAYMENT_NETWORK_H
#define WB_PAYMENT_NETWORK_H

#include "base/view.h"

/* CAIP-2 of a version 1 name, a literal; VIEW_NONE if there is none. */
struct view network_of_name(struct view name);
/* False for another spelling of one: eip155:08453, EIP155:8453, Base. */
bool network_is_canonical(struct view network);
bool network_is_evm(struct view network);

#endif
