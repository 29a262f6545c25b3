/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain JSON, for gateways that have no dialect of their own: the body of
 * POST /v1/decide is a request record, the answer is
 *
 *   {"status":200,"headers":{"X-Price":"0",...},"body":"",
 *    "decision":{...the decision record...}}
 *
 * with HTTP status 200 for a decision that was made, whatever it is, and 4xx
 * for none. Facts come from the record and from nowhere else.
 */
#include <stdio.h>
#include <string.h>

#include "sidecar/door.h"

#define FIRST_ROOM 8192

const struct dialect dialect_json = {
    .name = "json",
    .record = true,
};

enum refusal ask_record_head(const struct exchange *x)
{
    if (!text_is(x->target, "/v1/decide")) {
        return REFUSE_PATH;
    }
    return text_is(x->method, "POST") ? REFUSE_NOT : REFUSE_METHOD;
}

/* ---- writing ---- */

struct writer {
    char *data;
    size_t room, size; /* size > room: it did not fit */
};

static void put(struct writer *writer, const char *data, size_t size)
{
    if (writer->size + size <= writer->room && size != 0) {
        memcpy(writer->data + writer->size, data, size);
    }
    writer->size += size;
}

static void put_string(struct writer *writer, const char *string)
{
    put(writer, string, strlen(string));
}

static size_t left(const struct writer *writer)
{
    return writer->size < writer->room ? writer->room - writer->size : 0;
}

static char *end(const struct writer *writer)
{
    return left(writer) ? writer->data + writer->size : writer->data;
}

static void put_quoted(struct writer *writer, struct wb_text text)
{
    writer->size += wb_json_quote(text.data ? text.data : "", text.size,
                                  end(writer), left(writer));
}

static void put_headers(struct writer *writer, const struct wb_request *request)
{
    struct wb_text name, value;

    put_string(writer, "{");
    for (size_t i = 0; wb_decision_header(request, i, &name, &value); i++) {
        put_string(writer, i ? "," : "");
        put_quoted(writer, name);
        put_string(writer, ":");
        put_quoted(writer, value);
    }
    put_string(writer, "}");
}

static void put_answer(struct writer *writer, const struct wb_request *request)
{
    char status[32];

    snprintf(status, sizeof status,
             "{\"status\":%u,\"headers\":", wb_decision_status(request));
    put_string(writer, status);
    put_headers(writer, request);
    put_string(writer, ",\"body\":");
    put_quoted(writer, wb_decision_body(request));
    put_string(writer, ",\"decision\":");
    writer->size +=
        wb_decision_write(request, WB_FORM_RECORD, end(writer), left(writer));
    put_string(writer, "}\n");
}

/* ---- the door's calls ---- */

static void answer_bad_record(struct exchange *x, const char *error)
{
    struct writer writer = {slot_text(x->slot, 512), 512, 0};

    refusal_answer(REFUSE_RECORD, x);
    if (writer.data == NULL) {
        return;
    }
    put_string(&writer, "{\"error\":\"bad_record\",\"message\":");
    put_quoted(&writer, text_of(error));
    put_string(&writer, "}\n");
    if (writer.size <= writer.room) {
        x->answer_body = (struct wb_text){writer.data, writer.size};
    }
}

bool ask_record_read(struct exchange *x)
{
    const char *error = NULL;
    enum wb_status status =
        wb_request_record(x->slot->request, x->body.data, x->body.size, &error);

    if (status == WB_OK || status == WB_ERROR_LIMIT) {
        return true;
    }
    answer_bad_record(x, error ? error : "it is not a request record");
    return false;
}

void ask_record_answer(struct exchange *x)
{
    struct writer writer = {slot_text(x->slot, FIRST_ROOM), FIRST_ROOM, 0};

    if (writer.data != NULL) {
        put_answer(&writer, x->slot->request);
    }
    if (writer.data != NULL && writer.size > writer.room) {
        writer.room = writer.size;
        writer.data = slot_text(x->slot, writer.room);
        writer.size = 0;
        if (writer.data != NULL) {
            put_answer(&writer, x->slot->request);
        }
    }
    if (writer.data == NULL || writer.size > writer.room) {
        refusal_answer(REFUSE_MEMORY, x);
        return;
    }
    x->status = 200;
    exchange_set(x, text_of("Content-Type"), text_of("application/json"));
    exchange_set(x, text_of("Cache-Control"), text_of("no-store"));
    x->answer_body = (struct wb_text){writer.data, writer.size};
}
