/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nginx, auth_request. Its subrequest is a GET of its own, so all facts come
 * in headers that its configuration sets with proxy_set_header, which
 * replaces what the client sent. The client's other headers follow in their
 * order and case. X-Real-IP is $remote_addr: behind another proxy, the
 * realip module makes it the client's.
 *
 * auth_request knows 401 and 403 only and drops bodies. So a denial is
 * answered with 403 and X-Weighbridge-Denial, which names it; the location
 * that error_page 403 leads to asks a second time, at /denied, and gets the
 * real status and body (see denied.h).
 */
#include "sidecar/dialect.h"

/* The subrequest's own, not the client's. */
static const char *const added[] = {"host", NULL};

const struct dialect dialect_nginx = {
    .name = "nginx",
    .sources = {[SOURCE_METHOD] = "x-original-method",
                [SOURCE_TARGET] = "x-original-uri",
                [SOURCE_HOST] = "x-original-host",
                [SOURCE_SCHEME] = "x-original-proto",
                [SOURCE_VERSION] = "x-original-http-version",
                [SOURCE_CLIENT] = "x-real-ip"},
    .order_kept = true,
    .second_ask = true,
    .added = added,
};
