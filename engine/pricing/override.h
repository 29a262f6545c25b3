/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers by which a client may ask a server for something else than the
 * request line says: another method, another path. Names are compared as CGI
 * and PHP fold them.
 */
#ifndef WB_PRICING_OVERRIDE_H
#define WB_PRICING_OVERRIDE_H

#include "request/request.h"

/* Does a header name another method? */
bool override_of_method(const struct request *request);
/* Could all headers that would be seen? */
bool override_known(const struct request *request);
/* Does a header name another path than the target's? */
bool override_of_path(const struct request *request);

#endif
