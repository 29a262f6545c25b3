/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Methods. A request's method is certain only if it is spelled as a method
 * that is registered, or that the policy names, and nothing asks servers to
 * take another one instead: X-HTTP-Method-Override and its kin, compared as
 * CGI and PHP fold names, or a query field _method. Where such a header
 * could not be seen at all (headers-known is limited) a POST is uncertain:
 * frameworks that override do so from POST.
 */
#ifndef WB_PRICING_METHOD_H
#define WB_PRICING_METHOD_H

#include "request/request.h"

#define METHODS_MAX 32

/* Names by bit: the registered ones first, then the policy's own. */
struct method_names {
    struct view names[METHODS_MAX];
    size_t count;
};

void method_names_start(struct method_names *names);
/* The method's bit, 0 if it has none. */
unsigned method_bit(const struct method_names *names, struct view method);
/* The same, adding the method if need be; 0: no room. The view is kept. */
unsigned method_add(struct method_names *names, struct view method);
/* What a route that names `bit` covers: GET covers HEAD. */
unsigned method_covered(unsigned bit);

/* The request's method, or 0 if it is unknown or not certain. */
unsigned method_read(const struct method_names *names,
                     const struct request *request);
/* An OPTIONS that a browser sends before a cross-origin request. */
bool method_is_preflight(const struct request *request);

#endif
