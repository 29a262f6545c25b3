/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signature base of RFC 9421 section 2.5: the bytes that a signature of
 * a request is made over, a line for each covered component.
 *
 *   "@authority": example.com
 *   "signature-agent": "https://agent.example"
 *   "@signature-params": ("@authority" "signature-agent");created=1;...
 *
 * Known are @method, @authority, @scheme, @path, @query, @request-target,
 * @target-uri, header fields, and members of dictionary fields (;key).
 */
#ifndef WB_REQUEST_SIGNATURE_BASE_H
#define WB_REQUEST_SIGNATURE_BASE_H

#include "base/arena.h"
#include "base/structured_field.h"
#include "request/request.h"

#define SIGNATURE_COMPONENTS_MAX 32

enum signature_base_result {
    SIGNATURE_BASE_WHOLE,
    SIGNATURE_BASE_UNSURE, /* a component that this transport does not carry,
                              or of a kind that is not known here */
    SIGNATURE_BASE_WRONG   /* components that no signature can have */
};

struct signature_base {
    struct view text;
    /* Some component may have been rewritten on its way by a proxy that did
     * nothing wrong: a signature that does not fit proves nothing. */
    bool fragile;
    bool covers_authority; /* by @authority or @target-uri */
    bool covers_agent;     /* the Signature-Agent field, or a member of it */
};

/* `member` is what follows a label in Signature-Input: "=(...);created=..",
 * read before without failing. Memory comes from the workspace. */
enum signature_base_result signature_base(const struct request *request,
                                          struct view member,
                                          struct arena *workspace,
                                          struct signature_base *out);

/* All lines of a header joined with ", " as one text; VIEW_NONE when there
 * is none or the workspace is full. */
struct view signature_field(const struct request *request, struct view name,
                            struct arena *workspace);

#endif
