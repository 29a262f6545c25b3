/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envoy, ext_authz over HTTP (http_service): the ask is the original request
 * without its body, so method, target and host are its own; path_prefix must
 * stay empty. Only the headers that allowed_headers lists arrive: the rest
 * is unknown, not absent. Names come in lower case and no order.
 *
 * The demo listens in this dialect, because a plain curl speaks it too.
 */
#include "sidecar/dialect.h"

static const char *const added[] = {"x-envoy-internal",
                                    "x-envoy-expected-rq-timeout-ms", NULL};

/* clang-format off */
static const char *const known[] = {
    "user-agent",         "accept",
    "accept-language",    "accept-encoding",
    "authorization",      "payment-signature",
    "x-payment",          "x-payment-authorization",
    "crawler-max-price",  "crawler-exact-price",
    "sign-in-with-x",     "payment-authorization",
    "signature",          "signature-input",
    "signature-agent",    "sec-ch-ua",
    "sec-ch-ua-mobile",   "sec-ch-ua-platform",
    "sec-fetch-site",     "sec-fetch-mode",
    "sec-fetch-dest",     "sec-fetch-user",
    NULL};
/* clang-format on */

const struct dialect dialect_envoy = {
    .name = "envoy",
    .sources = {[SOURCE_HOST] = "host",
                [SOURCE_SCHEME] = "x-forwarded-proto",
                [SOURCE_CLIENT] = "x-forwarded-for"},
    .own_request = true,
    .client_list = true,
    .payments = PAYMENTS_NAMED,
    .added = added,
    .known = known,
};
