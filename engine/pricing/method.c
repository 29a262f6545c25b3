/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Methods and what may stand in for them. Sources: RFC 9110 section 9,
 * RFC 5789 (PATCH); the field _method is what Rack, Symfony and Laravel take.
 */
#include "pricing/method.h"

#include "pricing/override.h"
#include "pricing/query.h"

static const char *const registered[] = {"GET",     "HEAD",   "POST",
                                         "PUT",     "DELETE", "CONNECT",
                                         "OPTIONS", "TRACE",  "PATCH"};
#define REGISTERED (sizeof registered / sizeof registered[0])
#define BIT_GET 1u
#define BIT_HEAD 2u

void method_names_start(struct method_names *names)
{
    names->count = REGISTERED;
    for (size_t i = 0; i < REGISTERED; i++) {
        names->names[i] = view_text(registered[i]);
    }
}

unsigned method_bit(const struct method_names *names, struct view method)
{
    for (size_t i = 0; i < names->count; i++) {
        if (view_equal(names->names[i], method)) {
            return 1u << i;
        }
    }
    return 0;
}

unsigned method_add(struct method_names *names, struct view method)
{
    unsigned bit = method_bit(names, method);
    if (bit == 0 && names->count < METHODS_MAX) {
        bit = 1u << names->count;
        names->names[names->count++] = method;
    }
    return bit;
}

unsigned method_covered(unsigned bit)
{
    return bit & BIT_GET ? bit | BIT_HEAD : bit;
}

unsigned method_read(const struct method_names *names,
                     const struct request *request)
{
    unsigned bit = method_bit(names, request->method);

    if (bit == 0 || override_of_method(request) ||
        query_goes_on(request->target) ||
        query_mentions(request->path.query, VIEW("_method"))) {
        return 0;
    }
    if (view_equal(request->method, VIEW("POST")) && !override_known(request)) {
        return 0;
    }
    return bit;
}

static bool one_line(const struct request *request, struct view name)
{
    const struct header *header = request_header(request, name);
    return header && header->value.size > 0 &&
           request_header_lines(request, name) == 1;
}

bool method_is_preflight(const struct request *request)
{
    return view_equal(request->method, VIEW("OPTIONS")) &&
           one_line(request, VIEW("Origin")) &&
           one_line(request, VIEW("Access-Control-Request-Method")) &&
           !override_of_method(request) &&
           !query_mentions(request->path.query, VIEW("_method"));
}
