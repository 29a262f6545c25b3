/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: their limits, what is known of headers, and what is worked out
 * from host and client address. Fields by name. */
#include "request/request.h"

#include <stdlib.h>

#include "request/field.h"
#include "tap.h"

static struct request request;

static void host(const char *sent, const char *name, struct arena *workspace)
{
    request_clear(&request);
    request.host = view_text(sent);
    ok(request_prepare(&request, workspace), "prepared: %s", sent);
    is_view(request.host_name, name, "host name of %s", sent);
    arena_reset(workspace);
}

static void hosts(void)
{
    struct arena *workspace = arena_new_fixed(4096);
    struct arena *full = arena_new_fixed(0);

    host("example.com", "example.com", workspace);
    host("Example.COM:8443", "example.com", workspace);
    host("example.com.", "example.com", workspace);
    host("EXAMPLE.com.:80", "example.com", workspace);
    host("example.com:", "example.com", workspace);
    host("[2001:DB8::1]:443", "[2001:db8::1]", workspace);
    host("[2001:db8::1]", "[2001:db8::1]", workspace);
    host("8080", "8080", workspace);
    host("", "", workspace);
    host(":80", "", workspace);
    request_clear(&request);
    ok(request_prepare(&request, workspace), "no host");
    ok(!request.host_name.at, "no host is no name");
    ok(!request.client_known && request.path.crowded,
       "no address, and any path is possible");
    request.host = VIEW("A");
    ok(!request_prepare(&request, full), "a full workspace is told");
    arena_free(workspace);
    arena_free(full);
}

static void clients(void)
{
    struct arena *workspace = arena_new_fixed(64);

    request_clear(&request);
    request.client_ip = VIEW("192.0.2.7");
    ok(request_prepare(&request, workspace) && request.client_known,
       "a client");
    ok(address_is_v4(&request.client), "by IPv4");
    request.client_ip = VIEW("unknown");
    ok(request_prepare(&request, workspace) && !request.client_known,
       "no address is an unknown client");
    arena_free(workspace);
}

static void headers(void)
{
    request_clear(&request);
    ok(request_add_header(&request, VIEW("Accept"), VIEW("a")), "one");
    ok(request_add_header(&request, VIEW("ACCEPT"), VIEW_NONE), "two");
    is_number(request_header_lines(&request, VIEW("accept")), 2, "lines");
    is_view(request_header(&request, VIEW("accept"))->value, "a", "first");
    ok(request.headers[1].value.at, "an empty value is a value");
    ok(!request_header(&request, VIEW("accep")), "no such header");
    ok(request_header_known(&request, VIEW("dnt")), "absent, and known");
    request.headers_limited = true;
    ok(!request_header_known(&request, VIEW("dnt")), "not captured");
    request.headers_known = (const struct view[]){VIEW("Host"), VIEW("DNT")};
    request.headers_known_count = 2;
    ok(request_header_known(&request, VIEW("dnt")), "captured");
    request.overflow = true;
    ok(!request_header_known(&request, VIEW("dnt")),
       "nothing is known absent of what did not fit");
}

static void limits(void)
{
    static char bytes[REQUEST_HEADER_BYTES_MAX];

    request_clear(&request);
    for (unsigned i = 0; i < REQUEST_HEADERS_MAX; i++) {
        request_add_header(&request, VIEW("a"), VIEW("b"));
    }
    ok(!request.overflow, "as many headers as may be");
    ok(!request_add_header(&request, VIEW("a"), VIEW("b")) &&
           request.overflow && request.header_count == REQUEST_HEADERS_MAX,
       "and one more");
    request_clear(&request);
    ok(!request.overflow && request.header_count == 0, "cleared");
    ok(request_add_header(&request, VIEW("a"),
                          view_of(bytes, sizeof(bytes) - 1)),
       "as many bytes as may be");
    ok(!request_add_header(&request, VIEW("a"), VIEW("")) && request.overflow,
       "and one more");
    request_clear(&request);
    ok(!request_add_header(&request, VIEW("a"), view_of(bytes, (size_t)-1)),
       "a size that wraps");
}

static void query(const char *target, const char *whole, const char *a)
{
    struct arena *workspace = arena_new_fixed(1024);

    request_clear(&request);
    request.target = view_text(target);
    ok(request_prepare(&request, workspace), "%s", target);
    struct view field = query_field(request.path.query, VIEW("a"));
    is_view(request.path.query, whole, "its query");
    ok(!request.path.query.at == !whole, "is there or not");
    is_view(field, a, "its field");
    ok(!field.at == !a, "is there or not");
    arena_free(workspace);
}

static void queries(void)
{
    query("/", NULL, NULL);
    query("/?", "", NULL);
    query("/?a", "a", "");
    query("/?a=", "a=", "");
    query("/?b=1&a=2=3&a=4", "b=1&a=2=3&a=4", "2=3");
    query("/?a=1#a=2", "a=1", "1");
    query("/#?a=1", NULL, NULL);
    query("/?aa=1&A=2&=3&&%61=4", "aa=1&A=2&=3&&%61=4", NULL);
    query("/?x?a=1", "x?a=1", NULL);
}

static void fields(void)
{
    struct view parameter;

    is_number(field_find(VIEW("user-agent"), &parameter), FIELD_USER_AGENT,
              "user-agent");
    ok(!parameter.at, "takes none");
    is_number(field_find(VIEW("header.x-a.b"), &parameter), FIELD_HEADER,
              "header.x-a.b");
    is_view(parameter, "x-a.b", "its parameter");
    is_number(field_find(VIEW("query"), &parameter), FIELD_QUERY, "query");
    is_number(field_find(VIEW("query.a"), &parameter), FIELD_QUERY_NAME,
              "query.a");
    is_number(field_find(VIEW("ua.family"), &parameter), FIELD_UA_FAMILY,
              "ua.family is no family");
    is_number(field_find(VIEW("header."), &parameter), FIELD_COUNT,
              "no parameter");
    is_number(field_find(VIEW("header"), &parameter), FIELD_COUNT, "header");
    is_number(field_find(VIEW("Host"), &parameter), FIELD_COUNT,
              "fields are lower case");
    is_number(field_find(VIEW(""), &parameter), FIELD_COUNT, "nothing");
    ok(!field_rows[FIELD_PATH].folds && field_rows[FIELD_HOST].folds,
       "paths do not fold");
}

int main(void)
{
    hosts();
    clients();
    headers();
    limits();
    queries();
    fields();
    return tap_end();
}
