/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources: Rack, Symfony, Laravel, Express' method-override, ASP.NET and
 * WordPress take the method from a header; IIS' URL rewriting, and what was
 * written to run behind it (Symfony before CVE-2018-14773, Zend), the path.
 * Proxies of authentication set X-Original-URL too, to what was asked for:
 * that changes nothing.
 */
#include "pricing/override.h"

static const char *const methods[] = {"x-http-method-override", "x-http-method",
                                      "x-method-override", NULL};
static const char *const paths[] = {"x-original-url", "x-rewrite-url", NULL};

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

static bool is_one_of(struct view name, const char *const *names)
{
    if (name.size < 13 || ascii_lower(name.at[0]) != 'x') {
        return false; /* all of them are so long */
    }
    while (*names && !folds_to(name, *names)) {
        names++;
    }
    return *names != NULL;
}

static bool may_override(const struct request *request)
{
    return request->roles & (NAME_OVERRIDES | NAME_OTHER);
}

bool override_of_method(const struct request *request)
{
    for (size_t i = 0; may_override(request) && i < request->header_count;
         i++) {
        if (is_one_of(request->headers[i].name, methods)) {
            return true;
        }
    }
    return false;
}

bool override_known(const struct request *request)
{
    for (size_t i = 0; methods[i]; i++) {
        if (!request_header_known(request, view_text(methods[i]))) {
            return false;
        }
    }
    return true;
}

/* "https://host/a?b" as "/a?b" */
static struct view without_origin(struct view url)
{
    size_t scheme = view_search(url, VIEW("://"));
    struct view rest = url;

    if (scheme != SIZE_MAX && scheme < view_find(url, '/')) {
        rest = view_of(url.at + scheme + 3, url.size - scheme - 3);
        size_t slash = view_find(rest, '/');
        rest = view_of(rest.at + slash, rest.size - slash);
    }
    return rest;
}

bool override_of_path(const struct request *request)
{
    for (size_t i = 0; may_override(request) && i < request->header_count;
         i++) {
        const struct header *header = &request->headers[i];
        if (is_one_of(header->name, paths) &&
            !view_equal(without_origin(view_trim(header->value)),
                        without_origin(request->target))) {
            return true;
        }
    }
    return false;
}
