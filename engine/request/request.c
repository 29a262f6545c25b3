/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request's facts as its transport wrote them, and what follows from them:
 * host name, path readings, client address. Nothing here judges.
 */
#include "request/request.h"

#include "base/sixteen.h"

void request_clear(struct request *request)
{
    /* The headers beyond header_count are never read, nor are readings beyond
     * reading_count: 5 KiB not to clear. */
    memset(request, 0, offsetof(struct request, headers));
    memset(&request->names, 0,
           offsetof(struct request, path.readings) -
               offsetof(struct request, names));
    request->roles = NAME_OTHER; /* nothing is looked up yet */
}

void request_look_up(struct request *request, const struct known_names *names)
{
    uint16_t *order = request->order;
    bool known_all = names->count <= UINT16_MAX;
    unsigned roles = 0;

    request->names = names;
    for (struct header *header = request->headers,
                       *end = header + request->header_count;
         header < end; header++) {
        const struct known_name *known = known_names_find(names, header->name);

        header->known = known;
        if (!known) {
            known_all = false;
            roles |= NAME_OTHER;
            continue;
        }
        roles |= known->roles;
        if (!(known->roles & NAME_RETRY)) {
            *order++ = (uint16_t)known->number;
        }
    }
    request->roles = roles;
    request->order_count = (size_t)(order - request->order);
    request->order_known = known_all;
}

/* ":8080" and a trailing dot are no part of a host's name. */
static struct view bare_host(struct view host)
{
    size_t end = host.size;

    while (end > 0 && host.at[end - 1] >= '0' && host.at[end - 1] <= '9') {
        end--;
    }
    if (end > 0 && host.at[end - 1] == ':') {
        host.size = end - 1;
    }
    if (host.size > 0 && host.at[host.size - 1] == '.') {
        host.size--;
    }
    return host;
}

static sixteen uppers(sixteen all)
{
    return sixteen_between(all, 'A', 'Z');
}

static bool holds_upper(struct view v)
{
    sixteen found = sixteen_of(0);

    if (v.size < 16) {
        return v.size > 0 && sixteen_any(uppers(sixteen_short(v.at, v.size)));
    }
    for (size_t i = 0; i + 16 < v.size; i += 16) {
        found |= uppers(sixteen_at(v.at + i));
    }
    return sixteen_any(found | uppers(sixteen_at(v.at + v.size - 16)));
}

static bool prepare_host(struct request *request, struct arena *workspace)
{
    struct view host = request->host;
    char *lower;

    request->host_name = VIEW_NONE;
    if (!host.at) {
        return true;
    }
    host = bare_host(host);
    if (!holds_upper(host)) {
        request->host_name = host;
        return true;
    }
    lower = arena_alloc(workspace, host.size);
    if (!lower) {
        return false;
    }
    for (size_t i = 0; i < host.size; i++) {
        lower[i] = ascii_lower(host.at[i]);
    }
    request->host_name = view_of(lower, host.size);
    return true;
}

bool request_prepare(struct request *request, struct arena *workspace)
{
    request->client_known = request->client_ip.at &&
                            address_read(request->client_ip, &request->client);
    return prepare_host(request, workspace) &&
           path_read(&request->path, request->target, workspace);
}

bool request_header_known(const struct request *request, struct view name)
{
    if (request->overflow) {
        return false; /* it may be among those that were dropped */
    }
    if (!request->headers_limited) {
        return true;
    }
    for (size_t i = 0; i < request->headers_known_count; i++) {
        if (view_equal_fold(request->headers_known[i], name)) {
            return true;
        }
    }
    return false;
}

const struct header *request_header(const struct request *request,
                                    struct view name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (view_equal_fold(request->headers[i].name, name)) {
            return &request->headers[i];
        }
    }
    return NULL;
}

size_t request_header_lines(const struct request *request, struct view name)
{
    size_t lines = 0;

    for (size_t i = 0; i < request->header_count; i++) {
        lines += view_equal_fold(request->headers[i].name, name);
    }
    return lines;
}
