/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request records: one request as a JSON object (NDJSON line), the form that
 * the json dialect takes, `explain` reads and logs can be turned into.
 *
 *   {"id","time","client_ip","method","scheme","http_version","host","path",
 *    "headers":[["Name","value"],...] or {"Name":"value" or ["line",...]},
 *    "headers_known":["user-agent",...],"order_kept":true,
 *    "ja3","ja4","country","asn","as_org","transport","label"}
 *
 * A value that is not UTF-8 is {"b64":"..."}. Unknown keys are skipped. A
 * key that is missing or null is an unknown fact; no "headers" are no
 * headers. Header order is kept by a list, unless "order_kept" is false. An
 * object has at most 64 keys (the JSON reader's limit), a list of headers
 * may be longer; headers beyond the request's limits make it overflow.
 */
#ifndef WB_REQUEST_RECORD_H
#define WB_REQUEST_RECORD_H

#include "request/request.h"

struct record {
    struct request *request; /* filled; its table of names stays */
    struct view label;       /* any text, or NONE */
    bool has_time;
    const char *error; /* a literal, when reading failed */
    size_t error_at;   /* byte in the line */
};

/* Reads a line into the upper half of record->request (cleared first), which
 * then has views of it; strings that need unescaping go to `workspace`. False
 * with record->error set, and the request of no use. */
bool record_read(struct record *record, struct view line,
                 struct arena *workspace);

#endif
