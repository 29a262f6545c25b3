/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rates of exchange as text and as one number, in which they are kept and
 * shared.
 */
#ifndef WB_PRICING_RATE_H
#define WB_PRICING_RATE_H

#include "pricing/price.h"

/* A plain decimal above 0; false on anything else, on more than 17 digits or
 * RATE_DECIMALS_MAX decimals. */
bool rate_from_text(struct view text, struct rate *out);
uint64_t rate_pack(const struct rate *rate);
/* mantissa 0 where it is none. */
struct rate rate_unpack(uint64_t packed);

#endif
