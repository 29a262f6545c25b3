/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request as rules' examples and request tables write it: a map of facts
 * and headers, absent what is not named, in the order of its keys.
 *
 *   { user-agent: curl/8.5, header.accept: text/html, path: /a?b }
 */
#ifndef WB_CLASSIFY_WRITTEN_REQUEST_LOAD_H
#define WB_CLASSIFY_WRITTEN_REQUEST_LOAD_H

#include "config/shape.h"
#include "request/request.h"

struct written_request {
    struct request *request;
    struct arena *workspace; /* reset by the caller */
    struct problems *problems;
    const char *code; /* of what is wrong: "R023" */
    /* Keys of the owner's own; *taken says whether it is one. NULL: none.
     * False with a problem reported. */
    bool (*other)(void *context, const struct node *node, bool *taken);
    void *context;
    const char *const *words; /* the owner's keys, NULL-terminated */
};

/* SHAPE_OWN: the keys that all written requests have. `more` of an owner's
 * words follow; one that ends in '.' takes a name. */
void written_request_shape(struct shape_writer *w, const char *const *more);

/* Clears the request and fills it. False with problems reported. */
bool written_request_read(const struct written_request *w,
                          const struct node *map);

#endif
