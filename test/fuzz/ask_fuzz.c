/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the head of a proxy's ask, in each dialect, down to the
 * decision of the built-in demo. First byte: the dialect; then the method,
 * the target and "name:value" lines, each ended by byte 0x1e so that they
 * can hold line ends. Whatever comes, it is a refusal, a denial, or an allow
 * with every one of its headers, whose values are printable.
 */
#include <string.h>

#include "sidecar/dialect.h"
#include "sidecar/head.h"

#include "fuzz.h"

static const struct dialect *const dialects[] = {
    &dialect_nginx, &dialect_forward_auth, &dialect_envoy, &dialect_haproxy};

static struct wb_engine *engine;
static struct wb_request *request;
static struct exchange x;

static void set_up(void)
{
    struct wb_problems *problems = wb_problems_new();

    must(problems != NULL);
    must(wb_engine_load(NULL, problems, &engine) == WB_OK);
    wb_problems_free(problems);
    request = wb_request_new();
    must(request != NULL);
}

/* The next piece, without its end; false when nothing is left. */
static bool take(struct wb_text *rest, struct wb_text *piece)
{
    const char *end;

    if (rest->size == 0) {
        return false;
    }
    end = memchr(rest->data, 0x1e, rest->size);
    piece->data = rest->data;
    piece->size = end ? (size_t)(end - rest->data) : rest->size;
    rest->data += piece->size + (end != NULL);
    rest->size -= piece->size + (end != NULL);
    return true;
}

static void read_exchange(struct wb_text rest)
{
    static const struct peer peer = {.is_unix = true, .text = "unix"};
    struct wb_text line;

    memset(&x, 0, sizeof x);
    x.peer = &peer;
    x.version = text_of("HTTP/1.1");
    take(&rest, &x.method);
    take(&rest, &x.target);
    while (x.field_count < EXCHANGE_FIELDS_MAX && take(&rest, &line)) {
        const char *colon = memchr(line.data, ':', line.size);
        size_t size = colon ? (size_t)(colon - line.data) : line.size;
        struct field *field = &x.fields[x.field_count++];

        field->name = (struct wb_text){line.data, size};
        field->value = (struct wb_text){"", 0};
        if (colon != NULL) {
            field->value = (struct wb_text){colon + 1, line.size - size - 1};
        }
    }
}

static void check_allow(void)
{
    struct wb_text name, value;
    size_t count = 0;
    const char *expected;

    for (; wb_decision_header(request, count, &name, &value); count++) {
        expected = wb_engine_header_name(engine, count);
        must(expected != NULL && text_is(name, expected));
        must(value.size > 0);
        for (size_t i = 0; i < value.size; i++) {
            must(value.data[i] > 0x20 && value.data[i] < 0x7f);
        }
    }
    must(wb_engine_header_name(engine, count) == NULL);
}

static void decide(const struct listener *listener)
{
    struct seen seen;
    unsigned status;

    must(wb_request_begin(request, engine, INT64_C(1767225600000000)) == WB_OK);
    if (dialect_read(listener, &x, &seen, request) == REFUSE_NOT) {
        must(seen.method.size != 0 && seen.target.size != 0);
        wb_decide_blocking(request, NULL);
        status = wb_decision_status(request);
        must(status == 200 || (status >= 400 && status <= 499));
        if (status == 200) {
            check_allow();
        }
    }
    wb_request_reset(request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct listener listener;
    size_t dialect_count = sizeof dialects / sizeof *dialects;

    if (size == 0) {
        return 0;
    }
    if (engine == NULL) {
        set_up();
    }
    memset(&listener, 0, sizeof listener);
    listener.dialect = dialects[data[0] % dialect_count];
    listener.order_kept = listener.dialect->order_kept;
    network_parse(text_of("127.0.0.0/8"), &listener.trust.networks[0]);
    listener.trust.count = 1;
    must(listener_roles(&listener));
    must(listener_role(&listener, "x-request-id", SOURCE_REQUEST_ID));
    read_exchange((struct wb_text){(const char *)data + 1, size - 1});
    if (head_check(&x) == REFUSE_NOT) {
        decide(&listener);
    }
    return 0;
}
