/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request records: one request as a JSON object (NDJSON line), the form that
 * the json dialect takes, `explain` reads and logs can be turned into.
 *
 *   {"id","time","client_ip","method","scheme","http_version","host","path",
 *    "headers":[["Name","value"],...] or {"Name":"value"},
 *    "headers_known":["user-agent",...],"ja3","ja4","country","as_org",
 *    "transport","label"}
 *
 * A value that is not UTF-8 is {"b64":"..."}. Unknown keys are skipped. A
 * key that is missing or null is an unknown fact.
 */
#ifndef WB_REQUEST_RECORD_H
#define WB_REQUEST_RECORD_H

#include "request/request.h"

struct record {
    struct request *request; /* filled */
    struct view label;       /* "human" or "bot", or NONE */
    bool has_time;
    const char *error; /* a literal, when reading failed */
    size_t error_at;   /* byte in the line */
};

/* Reads a line into record->request (cleared first); strings that need
 * unescaping go to `workspace`. False with record->error set. */
bool record_read(struct record *record, struct view line,
                 struct arena *workspace);

#endif
