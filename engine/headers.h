/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision as headers of the request to the gate, by profile: their names,
 * and who writes them.
 */
#ifndef WB_HEADERS_H
#define WB_HEADERS_H

#include "decision.h"

/* headers.c: the decision as request headers to the gate. */
extern const char *const injected_headers[]; /* NULL-terminated */
void headers_write(struct wb_request *request);
/* headers_aws.c: the same under the profile aws-waf. */
extern const char *const aws_headers[];         /* NULL-terminated, as ... */
extern const char *const aws_guarded_headers[]; /* ... what clients may not
                                                   send under it */
void headers_write_aws(struct wb_request *request);
bool aws_refuses_method(const struct wb_request *request);
/* The labels that are true, sorted; returns how many. */
#define LABELS_MAX 128
size_t decision_labels(const struct wb_request *request,
                       struct view labels[LABELS_MAX]);

#endif
