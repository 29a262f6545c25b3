/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shadow: a second configuration that decides live requests once more,
 * after their answer, so that a change of rules or prices is seen on one's
 * own traffic before it counts.
 *
 *   wb_decide ──► answer leaves ──► wb_shadow_decide ──► compared, counted
 *
 * It claims nothing, counts no rate (it reads what the first decision
 * counted, where both declare the same rate) and moves no market. So what
 * hangs on a payment or on demand is not compared.
 */
#include "base/json.h"
#include "counters.h"

static const char *const price_actions[] = {[PRICE_FREE] = "free",
                                            [PRICE_CHARGE] = "charge",
                                            [PRICE_REJECT] = "reject"};

const char *const shadow_differences[SHADOW_DIFFERENCES] = {
    [SHADOW_CLASS] = "class",
    [SHADOW_PRICE] = "price",
    [SHADOW_ANSWER] = "answer",
};

/* ---- deciding once more ---- */

static bool copy_facts(struct wb_request *to, const struct wb_request *from)
{
    const struct request *f = &from->facts;
    struct request *t = &to->facts;

    t->transport = f->transport;
    t->order_kept = f->order_kept;
    t->method = f->method;
    t->scheme = f->scheme;
    t->http_version = f->http_version;
    t->host = f->host;
    t->target = f->target;
    t->client_ip = f->client_ip;
    t->ja3 = f->ja3;
    t->ja4 = f->ja4;
    t->id = f->id;
    t->headers_limited = f->headers_limited;
    t->headers_known = f->headers_known;
    t->headers_known_count = f->headers_known_count;
    t->overflow = f->overflow;
    to->cannot_strip = from->cannot_strip;
    for (size_t i = 0; i < f->header_count; i++) {
        if (!request_add_header(t, f->headers[i].name, f->headers[i].value)) {
            return false;
        }
    }
    return true;
}

static bool same_price(const struct price *a, const struct price *b)
{
    if (a->multiplier || b->multiplier || a->volume_step || b->volume_step) {
        return a->action == b->action;
    }
    return a->action == b->action && !amount_compare(&a->amount, &b->amount) &&
           (a->action != PRICE_CHARGE ||
            view_equal(a->asset->address, b->asset->address));
}

static bool same_answer(const struct wb_request *a, const struct wb_request *b)
{
    return a->payment_state != PAYMENT_NONE ||
           (a->denial.status == b->denial.status &&
            view_equal(view_text(a->denial.error), view_text(b->denial.error)));
}

static unsigned compare(const struct wb_request *a, const struct wb_request *b)
{
    unsigned differs = 0;

    if (a->verdict.class != b->verdict.class) {
        differs |= 1u << SHADOW_CLASS;
    }
    if (a->evaluation && b->evaluation && !same_price(&a->price, &b->price)) {
        differs |= 1u << SHADOW_PRICE;
    }
    if (!same_answer(a, b)) {
        differs |= 1u << SHADOW_ANSWER;
    }
    return differs;
}

int wb_shadow_decide(struct wb_request *r)
{
    struct wb_request *shadow;

    if (!r || r->step != STEP_DONE || r->unread || !r->engine->shadow) {
        return 0;
    }
    shadow = r->shadow;
    r->differs = 0;
    if (!shadow ||
        wb_request_begin(shadow, r->engine->shadow, r->facts.time) != WB_OK) {
        return 0;
    }
    if (copy_facts(shadow, r)) {
        shadow->lender = r;
        wb_decide_blocking(shadow, NULL);
        shadow->lender = NULL;
        r->differs = compare(r, shadow);
        counters_shadow(r, r->differs);
    }
    if (!r->differs) {
        wb_request_reset(shadow);
    }
    return r->differs != 0;
}

/* ---- a difference as a line ---- */

static void write_fired(const struct wb_request *r, struct json_writer *w)
{
    const size_t *fired = NULL;
    size_t n = r->evaluation ? evaluation_fired(r->evaluation, &fired) : 0;

    json_open_array(w);
    for (size_t i = 0; i < n; i++) {

        const struct rule_info *rule =
            program_rule(r->ruleset->program, fired[i]);
        json_string(w, rule->id);
    }
    json_close_array(w);
}

static void write_side(const struct wb_request *r, const char *key,
                       struct json_writer *w)
{
    json_key(w, key);
    json_open_object(w);
    json_member(w, "class", class_names[r->verdict.class]);
    json_key(w, "score");
    json_number(w, r->verdict.score);
    json_member(w, "price", view_text(price_actions[r->price.action]));
    json_member(w, "amount", r->amount_text);
    json_key(w, "status");
    json_u64(w, r->denial.status ? r->denial.status : 200);
    json_key(w, "rules");
    write_fired(r, w);
    json_close_object(w);
}

size_t wb_shadow_write(const struct wb_request *r, char *out, size_t room)
{
    struct text text = text_in(out, room);
    struct json_writer w = {&text, false};
    char time_room[40];
    struct text time = text_in(time_room, sizeof time_room);

    if (!r || r->step != STEP_DONE || !r->differs) {
        return 0;
    }
    text_add_time(&time, r->facts.time);
    json_open_object(&w);
    json_member(&w, "time", text_view(&time));
    json_member(&w, "event", VIEW("shadow"));
    json_member(&w, "id", view_text(r->id_text));
    json_key(&w, "differs");
    json_open_array(&w);
    for (unsigned i = 0; i < SHADOW_DIFFERENCES; i++) {
        if (r->differs >> i & 1) {
            json_string(&w, view_text(shadow_differences[i]));
        }
    }
    json_close_array(&w);
    write_side(r, "decision", &w);
    write_side(r->shadow, "shadow", &w);
    json_close_object(&w);
    return text.cut ? 2 * room + 4096 : text.size;
}
