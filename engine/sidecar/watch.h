/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at a listener's first 1,000 asks for settings that cannot be right:
 * a header that the proxy is said to forward and that never came, a client
 * address that is always the same. Both are quiet mistakes that make humans
 * look like agents; they are logged once and shown in /readyz.
 */
#ifndef WB_SIDECAR_WATCH_H
#define WB_SIDECAR_WATCH_H

#include "sidecar/setup.h"

void watch_ask(unsigned listener, const struct setup *setup,
               const struct exchange *x, const struct seen *seen, int64_t now);
/* Warning k of a listener; false past the last. */
bool watch_warning(unsigned listener, unsigned k, const struct setup *setup,
                   char *out, size_t room);
/* Starts over, after a reload. */
void watch_reset(void);

#endif
