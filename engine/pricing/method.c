/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Methods and what may stand in for them. Sources: RFC 9110 section 9,
 * RFC 5789 (PATCH); the override headers and the field _method are those
 * that Rack, Symfony, Laravel, Express' method-override, ASP.NET and
 * WordPress take.
 */
#include "pricing/method.h"

#include "pricing/query.h"

static const char *const registered[] = {"GET",     "HEAD",   "POST",
                                         "PUT",     "DELETE", "CONNECT",
                                         "OPTIONS", "TRACE",  "PATCH"};
#define REGISTERED (sizeof registered / sizeof registered[0])
#define BIT_GET 1u
#define BIT_HEAD 2u

static const char *const overrides[] = {"x-http-method-override",
                                        "x-http-method", "x-method-override"};

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

static bool folds_to(struct view name, const char *folded)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = ascii_lower(name.at[i]);
        c = c == '_' || c == '.' ? '-' : c;
        if (folded[i] != c) { /* its NUL ends it too: no name holds one */
            return false;
        }
    }
    return folded[name.size] == '\0';
}

static bool is_override(struct view name)
{
    for (size_t i = 0; i < sizeof overrides / sizeof overrides[0]; i++) {
        if (name.size == strlen(overrides[i]) && folds_to(name, overrides[i])) {
            return true;
        }
    }
    return false;
}

static bool has_override_header(const struct request *request)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (is_override(request->headers[i].name)) {
            return true;
        }
    }
    return false;
}

static bool override_known(const struct request *request)
{
    for (size_t i = 0; i < sizeof overrides / sizeof overrides[0]; i++) {
        if (!request_header_known(request, view_text(overrides[i]))) {
            return false;
        }
    }
    return true;
}

unsigned method_read(const struct method_names *names,
                     const struct request *request)
{
    unsigned bit = method_bit(names, request->method);

    if (bit == 0 || has_override_header(request) ||
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
           !has_override_header(request) &&
           !query_mentions(request->path.query, VIEW("_method"));
}
