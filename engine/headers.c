/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision as request headers to the gate. One row per header: its name
 * and the function that tells its value, written to the answer where it is not
 * there already. Every one is written on every allow, so that a client's own
 * copy can never stand where ours is missing; a fact that there is none of is
 * "-".
 *
 * Values are printable ASCII from fixed vocabularies or checked formats,
 * never raw client bytes; all together stay below 3 KiB.
 */
#include "headers.h"
#include "steps.h"

#define LABELS_ROOM 512

static struct view or_dash(struct view v)
{
    return v.size ? v : VIEW("-");
}

/* What was written to `t` since it had `start` bytes. */
static struct view written(const struct text *t, size_t start)
{
    return view_of(t->at + start, t->size - start);
}

static bool charged(const struct wb_request *r)
{
    return r->price.action == PRICE_CHARGE && !r->count;
}

static struct view write_class(const struct wb_request *r, struct text *t)
{
    (void)t;
    return class_names[r->verdict.class];
}

static struct view write_score(const struct wb_request *r, struct text *t)
{
    (void)t;
    return r->score_text;
}

static struct view write_agent_name(const struct wb_request *r, struct text *t)
{
    (void)t;
    return or_dash(r->verdict.agent_name);
}

static struct view write_agent_category(const struct wb_request *r,
                                        struct text *t)
{
    (void)t;
    return or_dash(r->verdict.agent_category);
}

static struct view write_agent_org(const struct wb_request *r, struct text *t)
{
    (void)t;
    return or_dash(r->verdict.agent_org);
}

/* Labels are gathered from the rules that fired, not from all there are. */
static size_t insert_label(struct view *labels, size_t n, struct view label)
{
    size_t at = n;
    while (at > 0) {
        int order = view_compare(labels[at - 1], label);
        if (order == 0) {
            return n;
        }
        if (order < 0) {
            break;
        }
        at--;
    }
    if (n == LABELS_MAX) {
        return n;
    }
    for (size_t i = n; i > at; i--) {
        labels[i] = labels[i - 1];
    }
    labels[at] = label;
    return n + 1;
}

size_t decision_labels(const struct wb_request *r,
                       struct view labels[LABELS_MAX])
{
    const size_t *fired = NULL;
    size_t n = 0;
    if (r->call.answer.alone && decision_allows(r)) {
        n = insert_label(labels, n, VIEW("wb:claimed-alone"));
    }
    if (r->verdict.limited) {
        n = insert_label(labels, n, VIEW("wb:limit"));
    }
    size_t count = r->evaluation ? evaluation_fired(r->evaluation, &fired) : 0;
    for (size_t i = 0; i < count; i++) {
        const struct rule_info *rule =
            program_rule(r->ruleset->program, fired[i]);
        for (size_t k = 0; !rule->counted && k < rule->label_count; k++) {
            n = insert_label(labels, n, rule->labels[k]);
        }
    }
    return n;
}

/* Sorted, at most 512 bytes; what does not fit is counted: "a,b+3". */
static struct view write_labels(const struct wb_request *r, struct text *t)
{
    struct view labels[LABELS_MAX];
    size_t n = decision_labels(r, labels);
    size_t start = t->size;
    size_t left_out = 0;
    for (size_t i = 0; i < n; i++) {
        if (left_out ||
            t->size - start + labels[i].size + 1 > LABELS_ROOM - 8) {
            left_out++;
            continue;
        }
        if (i > 0) {
            text_add_char(t, ',');
        }
        text_add(t, labels[i]);
    }
    if (left_out) {
        text_add_char(t, '+');
        text_add_u64(t, left_out);
    }
    return or_dash(written(t, start));
}

static struct view write_price_action(const struct wb_request *r,
                                      struct text *t)
{
    (void)t;
    return charged(r) ? VIEW("charge") : VIEW("free");
}

static struct view write_price(const struct wb_request *r, struct text *t)
{
    (void)t;
    return charged(r) ? r->price_text : VIEW("0");
}

static struct view write_price_amount(const struct wb_request *r,
                                      struct text *t)
{
    (void)t;
    return charged(r) ? r->amount_text : VIEW("0");
}

static struct view write_price_currency(const struct wb_request *r,
                                        struct text *t)
{
    (void)t;
    return or_dash(charged(r) ? r->price.asset->symbol : VIEW_NONE);
}

static struct view write_price_asset(const struct wb_request *r, struct text *t)
{
    (void)t;
    return or_dash(charged(r) ? r->price.asset->address : VIEW_NONE);
}

static struct view write_price_network(const struct wb_request *r,
                                       struct text *t)
{
    (void)t;
    return or_dash(charged(r) ? r->price.asset->network : VIEW_NONE);
}

static struct view write_price_pay_to(const struct wb_request *r,
                                      struct text *t)
{
    (void)t;
    return or_dash(charged(r) ? r->price.pay_to : VIEW_NONE);
}

static struct view write_price_route(const struct wb_request *r, struct text *t)
{
    (void)t;
    return or_dash(r->price.route);
}

static struct view write_price_tier(const struct wb_request *r, struct text *t)
{
    size_t start = t->size;
    if (r->price.tier) {
        text_add_u64(t, r->price.tier);
    }
    return or_dash(written(t, start));
}

static struct view write_price_demand(const struct wb_request *r,
                                      struct text *t)
{
    (void)t;
    return or_dash(charged(r) ? r->demand_text : VIEW_NONE);
}

static struct view write_price_quote(const struct wb_request *r, struct text *t)
{
    size_t start = t->size;
    if (charged(r)) {
        price_quote(r, t);
    }
    return or_dash(written(t, start));
}

/* "eip155:8453/0x8335.../30000/0x2096...": all that it may be paid in, where
 * that is more than the one above. */
static struct view write_price_offers(const struct wb_request *r,
                                      struct text *t)
{
    size_t start = t->size;
    if (!charged(r) || r->price.offer_count < 2) {
        return VIEW("-");
    }
    for (size_t i = 0; i < r->price.offer_count; i++) {
        const struct money *money = &r->price.offers[i];
        text_add(t, i ? VIEW(", ") : VIEW(""));
        text_add(t, money->asset->network);
        text_add_char(t, '/');
        text_add(t, money->asset->address);
        text_add_char(t, '/');
        amount_write(t, &money->amount);
        text_add_char(t, '/');
        text_add(t, money->asset->pay_to);
    }
    return written(t, start);
}

static struct view write_payment_state(const struct wb_request *r,
                                       struct text *t)
{
    (void)t;
    return view_text(payment_states[r->payment_state].name);
}

static struct view write_payment_forward(const struct wb_request *r,
                                         struct text *t)
{
    (void)t;
    return r->forward ? VIEW("1") : VIEW("0");
}

/* The one spelling that every copy of a payer has: lower case. Who is proven
 * is the key that signed. */
static struct view write_payment_payer(const struct wb_request *r,
                                       struct text *t)
{
    size_t start = t->size;
    if (r->forward && r->proof == PROOF_PROVEN) {
        text_add(t, VIEW("0x"));
        text_add_hex(t, r->payment.message.signer, SIGNED_ADDRESS);
    }
    return or_dash(written(t, start));
}

static struct view write_decision(const struct wb_request *r, struct text *t)
{
    (void)t;
    return view_of(r->id_text, 2 * sizeof r->id);
}

static struct view write_mode(const struct wb_request *r, struct text *t)
{
    (void)t;
    return r->count ? VIEW("count") : VIEW("enforce");
}

/* What enforce mode would have answered: "403 rejected", "charge 30000". */
static struct view write_would(const struct wb_request *r, struct text *t)
{
    size_t start = t->size;
    if (!r->count) {
        return VIEW("-");
    }
    if (!decision_allows(r)) {
        text_add_u64(t, r->denial.status);
        text_add_char(t, ' ');
        text_add(t, view_text(r->denial.error));
    } else if (r->price.action == PRICE_CHARGE) {
        text_add(t, VIEW("charge "));
        text_add(t, r->amount_text);
    } else {
        text_add(t, VIEW("free"));
    }
    return written(t, start);
}

#define HEADER_TABLE(X)                                                        \
    X("X-Agent-Class", write_class)                                            \
    X("X-Agent-Score", write_score)                                            \
    X("X-Agent-Name", write_agent_name)                                        \
    X("X-Agent-Category", write_agent_category)                                \
    X("X-Agent-Org", write_agent_org)                                          \
    X("X-Agent-Labels", write_labels)                                          \
    X("X-Price-Action", write_price_action)                                    \
    X("X-Price", write_price)                                                  \
    X("X-Price-Amount", write_price_amount)                                    \
    X("X-Price-Currency", write_price_currency)                                \
    X("X-Price-Asset", write_price_asset)                                      \
    X("X-Price-Network", write_price_network)                                  \
    X("X-Price-Pay-To", write_price_pay_to)                                    \
    X("X-Price-Route", write_price_route)                                      \
    X("X-Price-Tier", write_price_tier)                                        \
    X("X-Price-Offers", write_price_offers)                                    \
    X("X-Price-Demand", write_price_demand)                                    \
    X("X-Price-Quote", write_price_quote)                                      \
    X("X-Payment-State", write_payment_state)                                  \
    X("X-Payment-Forward", write_payment_forward)                              \
    X("X-Payment-Payer", write_payment_payer)                                  \
    X("X-Weighbridge-Decision", write_decision)                                \
    X("X-Weighbridge-Mode", write_mode)                                        \
    X("X-Weighbridge-Would", write_would)

const char *const injected_headers[] = {
#define HEADER_NAME(name, write) name,
    HEADER_TABLE(HEADER_NAME)
#undef HEADER_NAME
        NULL,
};

_Static_assert(sizeof injected_headers / sizeof *injected_headers - 1 <=
                   ANSWER_HEADERS_MAX,
               "every header has room");

/* One after the other, and not by a table of functions: each is a few
 * instructions where it stands. */
void headers_write(struct wb_request *r)
{
    struct answer_header *header = r->headers;
    size_t size = 0;
#define HEADER_WRITE(as, write)                                                \
    header->name = as;                                                         \
    header->value = write(r, &r->answer);                                      \
    size += header++->value.size;
    HEADER_TABLE(HEADER_WRITE)
#undef HEADER_WRITE
    r->answer.cut |= size > ANSWER_ROOM; /* wherever it stands */
    r->header_count = (size_t)(header - r->headers);
}
