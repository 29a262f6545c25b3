/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: the `payments:` section of weighbridge.yaml.
 */
#ifndef WB_PAYMENT_SETTINGS_LOAD_H
#define WB_PAYMENT_SETTINGS_LOAD_H

#include "config/shape.h"
#include "payment/payment.h"

extern const struct shape payments_shape;

/* `section` may be NULL: defaults. False when a problem was reported. */
bool payment_settings_read(const struct node *section,
                           struct payment_settings *out, struct arena *arena,
                           struct problems *problems);

#endif
