/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: what the `payments:` section says by protocol. A node that is
 * NULL leaves the defaults; false when a problem was reported.
 */
#ifndef WB_PAYMENT_PROTOCOLS_LOAD_H
#define WB_PAYMENT_PROTOCOLS_LOAD_H

#include "config/shape.h"
#include "payment/payment.h"

extern const struct shape malformed_shape, gate_shape, payment_headers_shape;

bool protocols_read_malformed(const struct node *node,
                              struct payment_settings *settings,
                              struct arena *arena, struct problems *problems);
bool protocols_read_gate(const struct node *node,
                         struct payment_settings *settings, struct arena *arena,
                         struct problems *problems);
bool protocols_read_headers(const struct node *node,
                            struct payment_settings *settings,
                            struct arena *arena, struct problems *problems);

#endif
