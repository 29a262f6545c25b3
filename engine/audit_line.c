/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the audit log. Never in them: a payment header or a signature
 * (the identity is a hash), a query, a client's address.
 */
#include "audit.h"
#include "base/hash.h"
#include "base/json.h"
#include "decision_write.h"
#include "wb_outcome.h"

#define SHOWN_MAX 1024

static struct view shown(struct view v)
{
    return v.size > SHOWN_MAX ? view_of(v.at, SHOWN_MAX) : v;
}

static void write_head(struct json_writer *w, const char *event, int64_t time,
                       const char *decision)
{
    char room[40];
    struct text text = text_in(room, sizeof room);

    text_add_time(&text, time);
    json_member(w, "event", view_text(event));
    json_member(w, "time", text_view(&text));
    json_member(w, "decision", view_text(decision));
}

static void write_request(const struct wb_request *r, struct json_writer *w)
{
    struct view path = r->facts.target;

    if (path.at) {
        path.size = view_find(path, '?');
    }
    json_member(w, "site", r->site->id);
    json_member(w, "method", shown(r->facts.method));
    json_member(w, "host", shown(r->facts.host));
    json_member(w, "path", shown(path));
    json_member(w, "class", class_names[r->verdict.class]);
    json_member(w, "agent",
                r->verdict.agent_name.size ? r->verdict.agent_name : VIEW_NONE);
}

/* Which quote held: a token is long and signed, so its hash stands for it. */
static void write_quote(const struct wb_request *r, struct json_writer *w)
{
    unsigned char hash[32];
    char room[32];
    struct text text = text_in(room, sizeof room);

    if (r->quote.at) {
        hash_sha256(hash, r->quote);
        text_add_hex(&text, hash, 16);
        json_member(w, "quote", text_view(&text));
    }
}

bool audit_line_decision(const struct wb_request *r, struct text *out)
{
    struct json_writer w = {out, false};

    if (r->step != STEP_DONE || r->payment_state == PAYMENT_NONE) {
        return false;
    }
    write_head(&w, "payment", r->facts.time, r->id_text);
    write_request(r, &w);
    decision_write_payment(r, &w);
    decision_write_price(r, &w);
    write_quote(r, &w);
    json_key(&w, "forwarded");
    json_bool(&w, r->forward);
    json_key(&w, "status");
    json_u64(&w, r->status);
    json_member(&w, "reason", view_text(r->denial.error));
    json_member(&w, "mode", r->count ? VIEW("count") : VIEW("enforce"));
    json_member(&w, "generation", view_text(r->engine->generation));
    json_close_object(&w);
    return true;
}

void audit_line_outcome(const struct wb_outcome *outcome, struct text *out)
{
    struct json_writer w = {out, false};
    char room[40];
    struct text text = text_in(room, sizeof room);

    text_add_time(&text, outcome->time);
    json_member(&w, "event", VIEW("outcome"));
    json_member(&w, "time", text_view(&text));
    outcome_members(outcome, &w);
    json_close_object(&w);
}
