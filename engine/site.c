/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which site a request is for. Where hosts make a difference, one that
 * servers may read in two ways could be priced as one site's and served as
 * another's; such a request belongs to none.
 */
#include "snapshot.h"

static bool is_ipv6(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        char c = ascii_lower(v.at[i]);
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') && c != ':' &&
            c != '.') {
            return false;
        }
    }
    return view_find(v, ':') < v.size;
}

bool host_is_plain(struct view host)
{
    char before = '.';
    if (host.size > 2 && host.at[0] == '[' && host.at[host.size - 1] == ']') {
        return is_ipv6(view_of(host.at + 1, host.size - 2));
    }
    for (size_t i = 0; i < host.size; i++) {
        char c = host.at[i];
        if (!ascii_is_alnum(c) && c != '-' && c != '_' &&
            (c != '.' || before == '.')) {
            return false;
        }
        before = c;
    }
    return before != '.';
}

/* "*.example.com" is any name below example.com, not example.com itself. */
static bool host_matches(struct view pattern, struct view host)
{
    if (!view_starts(pattern, VIEW("*."))) {
        return view_equal(pattern, host);
    }
    struct view tail = view_of(pattern.at + 1, pattern.size - 1);
    return host.size > tail.size && view_ends(host, tail);
}

const struct site *engine_site(const struct wb_engine *engine, struct view host)
{
    for (size_t i = 1; host.at && i < engine->site_count; i++) {
        const struct site *site = &engine->sites[i];
        for (size_t k = 0; k < site->host_count; k++) {
            if (host_matches(site->hosts[k], host)) {
                return site;
            }
        }
    }
    return engine->reject_unknown_host ? NULL : &engine->sites[0];
}

struct view target_host(struct view target)
{
    if (target.size > 0 && target.at[0] == '/') {
        return VIEW_NONE; /* as most are; the scheme is not looked for */
    }
    size_t at = view_search(target, VIEW("://"));
    if (at == SIZE_MAX || view_find(target, '/') != at + 1 ||
        view_find(target, '?') < at || view_find(target, '#') < at) {
        return VIEW_NONE;
    }
    struct view rest = view_of(target.at + at + 3, target.size - at - 3);
    rest.size = view_find(rest, '/');
    rest.size = view_find(rest, '?');
    rest.size = view_find(rest, '#');
    return rest;
}

/* A target that is no path must bring the host that Host names. */
static bool target_agrees(struct view target, struct view host)
{
    if (target.size == 0 || target.at[0] == '/' ||
        view_equal(target, VIEW("*"))) {
        return true;
    }
    struct view own = target_host(target);
    return own.at && host.at && view_equal_fold(own, host);
}

bool site_is_certain(const struct wb_engine *engine,
                     const struct request *request)
{
    return engine->site_count == 1 ||
           (target_agrees(request->target, request->host) &&
            (!request->host_name.at || host_is_plain(request->host_name)));
}
