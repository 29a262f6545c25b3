/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the door refuses before or without a decision. One table; each row is
 * an answer, a metric's label and a line for the operator.
 *
 * Answer: {"error":"untrusted_peer","message":"..."} with no-store.
 */
#ifndef WB_SIDECAR_REFUSAL_H
#define WB_SIDECAR_REFUSAL_H

#include "sidecar/exchange.h"

#define REFUSALS(ROW)                                                          \
    ROW(REQUEST_LINE, 400, "bad_request_line", "the request line is not one")  \
    ROW(FIELD, 400, "bad_header",                                              \
        "a header's name is not a token, or its value holds control bytes")    \
    ROW(TWO_HOSTS, 400, "two_hosts", "Host came twice")                        \
    ROW(FRAMING, 400, "bad_framing", "where the body ends is not clear")       \
    ROW(FIELD_COUNT, 431, "too_many_headers", "too many header lines")         \
    ROW(TARGET_LENGTH, 414, "target_too_long", "the target is too long")       \
    ROW(NO_METHOD, 400, "no_method",                                           \
        "the proxy did not tell the original method")                          \
    ROW(NO_TARGET, 400, "no_target",                                           \
        "the proxy did not tell the original target")                          \
    ROW(TWO_SOURCES, 400, "doubled_source",                                    \
        "a header that tells a fact came twice")                               \
    ROW(PEER, 403, "untrusted_peer",                                           \
        "the peer is not in the listener's trust-forwarded")                   \
    ROW(BUSY, 429, "busy", "too many requests in flight")                      \
    ROW(RECORD, 400, "bad_record", "the body is not a request record")         \
    ROW(RECORD_LENGTH, 413, "record_too_large", "the record is too large")     \
    ROW(PATH, 404, "not_found", "there is nothing at this path")               \
    ROW(METHOD, 405, "method_not_allowed", "this path takes another method")   \
    ROW(PLAIN, 403, "forbidden", "refused")                                    \
    ROW(MEMORY, 429, "out_of_memory", "out of memory")

enum refusal {
    REFUSE_NOT,
#define REFUSAL_NAME(name, status, error, message) REFUSE_##name,
    REFUSALS(REFUSAL_NAME)
#undef REFUSAL_NAME
        REFUSAL_COUNT
};

unsigned refusal_status(enum refusal refusal);
const char *refusal_error(enum refusal refusal);
const char *refusal_message(enum refusal refusal);
/* Makes it the exchange's answer. */
void refusal_answer(enum refusal refusal, struct exchange *x);

#endif
