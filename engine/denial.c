/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What refuses a request first, and that as a 4xx answer: a JSON object, or a
 * short page when something is not for sale and the client takes text/html. It
 * tells the reason and the decision id, never score, labels or rules.
 */
#include "base/json.h"
#include "steps.h"

void decision_refuse(struct wb_request *r, unsigned status, const char *error,
                     const char *reason)
{
    if (r->denial.status == 0) {
        r->denial.status = status;
        r->denial.error = error;
        r->denial.reason = view_text(reason);
    }
}

static void header(struct wb_request *r, const char *name, struct view value)
{
    if (r->header_count < ANSWER_HEADERS_MAX) {
        r->headers[r->header_count++] = (struct answer_header){name, value};
    }
}

static bool wants_page(const struct wb_request *r)
{
    const struct header *accept = request_header(&r->facts, VIEW("Accept"));
    return r->denial.refusal && accept &&
           view_search(accept->value, VIEW("text/html")) != SIZE_MAX;
}

static void write_time(struct json_writer *w, const char *key, int64_t time)
{
    char room[32];
    struct text text = text_in(room, sizeof room);
    text_add_time(&text, time);
    json_member(w, key, text_view(&text));
}

/* payments.md: a 409 says when the payment was claimed and until when, and
 * that money may or may not have moved. */
static void write_claim(const struct wb_request *r, struct json_writer *w)
{
    const struct claim_answer *answer = &r->call.answer;
    if (r->denial.retry) {
        json_member(w, "retry", view_text(r->denial.retry));
    }
    if (r->denial.status == 409 && answer->claimed_at) {
        write_time(w, "claimedAt", answer->claimed_at);
        write_time(w, "expires", answer->expires);
        json_member(w, "note",
                    VIEW("this payment was passed on before; "
                         "money may or may not have moved"));
    }
}

static void write_json(struct wb_request *r)
{
    struct json_writer w = {&r->answer, false};
    const struct denial *denial = &r->denial;
    json_open_object(&w);
    json_member(&w, "error", view_text(denial->error));
    if (denial->reason.size) {
        json_member(&w, "reason", denial->reason);
    }
    if (denial->header.at && denial->header.size <= 64) {
        json_member(&w, "header", denial->header);
    }
    if (denial->refusal && denial->refusal->license.at) {
        json_member(&w, "license", denial->refusal->license);
    }
    if (denial->refusal && denial->refusal->contact.at) {
        json_member(&w, "contact", denial->refusal->contact);
    }
    if (r->payment.protocol == PROTOCOL_X402 &&
        r->payment_state != PAYMENT_NONE) {
        json_key(&w, "x402Version");
        json_u64(&w, r->payment.version ? r->payment.version : 2);
    }
    write_claim(r, &w);
    json_member(&w, "decision", view_text(r->id_text));
    json_close_object(&w);
    text_add_char(&r->answer, '\n');
}

static void add_html(struct text *t, struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        switch (v.at[i]) {
        case '<':
            text_add(t, VIEW("&lt;"));
            break;
        case '>':
            text_add(t, VIEW("&gt;"));
            break;
        case '&':
            text_add(t, VIEW("&amp;"));
            break;
        case '"':
            text_add(t, VIEW("&quot;"));
            break;
        default:
            text_add_char(t, v.at[i]);
        }
    }
}

static void write_page(struct wb_request *r)
{
    struct text *t = &r->answer;
    const struct refusal *refusal = r->denial.refusal;
    text_add(t, VIEW("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
                     "<title>Not available</title><h1>Not available</h1>"
                     "<p>This page is not offered to automated clients."));
    if (refusal->license.at) {
        text_add(t, VIEW("<p>Terms: "));
        add_html(t, refusal->license);
    }
    if (refusal->contact.at) {
        text_add(t, VIEW("<p>Contact: "));
        add_html(t, refusal->contact);
    }
    text_add(t, VIEW("<p>Reference: "));
    text_add(t, view_text(r->id_text));
    text_add_char(t, '\n');
}

static void write_link(struct wb_request *r)
{
    const struct refusal *refusal = r->denial.refusal;
    if (!refusal || !refusal->license.at) {
        return;
    }
    size_t start = r->answer.size;
    text_add_char(&r->answer, '<');
    text_add(&r->answer, refusal->license);
    text_add(&r->answer, VIEW(">; rel=\"license\""));
    header(r, "Link", view_of(r->answer.at + start, r->answer.size - start));
}

void denial_write(struct wb_request *r)
{
    bool page = wants_page(r);
    header(r, "Content-Type",
           page ? VIEW("text/html; charset=utf-8") : VIEW("application/json"));
    header(r, "Cache-Control", VIEW("no-store"));
    header(r, "X-Weighbridge-Decision", view_text(r->id_text));
    if (r->denial.retry_after) {
        size_t start = r->answer.size;
        text_add_u64(&r->answer, r->denial.retry_after);
        header(r, "Retry-After",
               view_of(r->answer.at + start, r->answer.size - start));
    }
    if (r->status == 405) {
        header(r, "Allow", VIEW("GET"));
    }
    write_link(r);
    size_t start = r->answer.size;
    if (page) {
        write_page(r);
    } else {
        write_json(r);
    }
    r->body = view_of(r->answer.at + start, r->answer.size - start);
}
