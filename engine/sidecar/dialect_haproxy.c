/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAProxy with the lua auth-request script: a GET or HEAD of a fixed path,
 * without Host and Content-Length; its configuration sets the X-Forwarded-*
 * headers beforehand (http-request set-header, which replaces the client's).
 * The script invents a User-Agent when there was none.
 */
#include "sidecar/dialect.h"

static const char *const added[] = {"host", NULL};

const struct dialect dialect_haproxy = {
    .name = "haproxy",
    .sources = {[SOURCE_METHOD] = "x-forwarded-method",
                [SOURCE_TARGET] = "x-forwarded-uri",
                [SOURCE_HOST] = "x-forwarded-host",
                [SOURCE_SCHEME] = "x-forwarded-proto",
                [SOURCE_CLIENT] = "x-forwarded-for"},
    .client_list = true,
    .absent_agent = "haproxy-lua-http/1.0",
    .added = added,
};
