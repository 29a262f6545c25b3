/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Caddy's forward_auth and Traefik's ForwardAuth: always GET, the original
 * request in X-Forwarded-*. Both replace what an untrusted client sent under
 * these names, unless they are told to trust it (Traefik: leave
 * trustForwardHeader alone). Go's HTTP client has lost the order and case of
 * headers. Any other status than 2xx goes to the client as it is.
 */
#include "sidecar/dialect.h"

static const char *const added[] = {"host", "x-forwarded-port",
                                    "x-forwarded-server", NULL};

const struct dialect dialect_forward_auth = {
    .name = "forward-auth",
    .sources = {[SOURCE_METHOD] = "x-forwarded-method",
                [SOURCE_TARGET] = "x-forwarded-uri",
                [SOURCE_HOST] = "x-forwarded-host",
                [SOURCE_SCHEME] = "x-forwarded-proto",
                [SOURCE_CLIENT] = "x-forwarded-for"},
    .client_list = true,
    .payments = PAYMENTS_RETURNED,
    .added = added,
};
