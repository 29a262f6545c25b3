/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAProxy with a Lua script that asks: a GET or HEAD of a fixed path. The
 * script (examples/haproxy), or the configuration before it (the auth-request
 * script; http-request set-header, which replaces the client's), sets the
 * X-Forwarded-* headers. Names come in lower case and no order.
 *
 * HAProxy's HTTP client and the auth-request script invent a User-Agent and
 * an Accept when there was none. An invented Accept cannot be told from the
 * usual one, so our script sends an empty header instead, which nobody else
 * means anything by.
 */
#include "sidecar/dialect.h"

static const char *const added[] = {"host", NULL};

static const struct made_up made_up[] = {{"user-agent", "haproxy-lua-http/1.0"},
                                         {"user-agent", "HAProxy"},
                                         {"user-agent", ""},
                                         {"accept", ""},
                                         {NULL, NULL}};

const struct dialect dialect_haproxy = {
    .name = "haproxy",
    .sources = {[SOURCE_METHOD] = "x-forwarded-method",
                [SOURCE_TARGET] = "x-forwarded-uri",
                [SOURCE_HOST] = "x-forwarded-host",
                [SOURCE_SCHEME] = "x-forwarded-proto",
                [SOURCE_CLIENT] = "x-forwarded-for"},
    .client_list = true,
    .made_up = made_up,
    .added = added,
};
