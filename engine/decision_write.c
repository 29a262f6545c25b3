/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decision told to people and programs: the decision record (one JSON
 * object, the form that logs and replay share), the explanation in words,
 * and single answers as text.
 *
 *   {"v":1,"id","time","site","mode","generation",
 *    "request":{"method","host","path","client_ip","user_agent"},
 *    "action","status","reason","class","score",
 *    "agent":{"name","org","category","verified"},
 *    "signature":{"state","agent","key"} (if it is signed),
 *    "labels":[..],"rules":[{"id","score","at"}],
 *    "price":{"action","amount","asset","network","pay_to","route","tier",
 *    "demand"},"payment":{"protocol","state","reason","payer","proven","id"},
 *    "headers":[[name,value],..]}
 */
#include "decision_write.h"
#include "base/json.h"
#include "headers.h"

#define SHOWN_MAX 2048
#define PATH_SHOWN_MAX 256
#define PLACE_ROOM (PATH_SHOWN_MAX + 32)

static const char *const price_actions[] = {[PRICE_FREE] = "free",
                                            [PRICE_CHARGE] = "charge",
                                            [PRICE_REJECT] = "reject"};

static struct view shown(struct view v)
{
    return v.size > SHOWN_MAX ? view_of(v.at, SHOWN_MAX) : v;
}

static struct view action_of(const struct wb_request *r)
{
    return r->status == 200 ? VIEW("allow") : VIEW("reject");
}

/* NONE when the decision ended before a price was asked for. */
static struct view price_action(const struct wb_request *r)
{
    return r->evaluation ? view_text(price_actions[r->price.action])
                         : VIEW_NONE;
}

static struct view or_none(struct view v)
{
    return v.size ? v : VIEW_NONE;
}

/* The path as sent, without its query: queries hold what logs should not. */
static struct view raw_path(const struct wb_request *r)
{
    struct view target = r->facts.target;
    if (target.at) {
        target.size = view_find(target, '?');
    }
    return shown(target);
}

static struct view header_value(const struct wb_request *r, struct view name)
{
    const struct header *header = request_header(&r->facts, name);
    return header ? shown(header->value) : VIEW_NONE;
}

/* ---- the record ---- */

static void write_request(const struct wb_request *r, struct json_writer *w)
{
    json_key(w, "request");
    json_open_object(w);
    json_member(w, "method", shown(r->facts.method));
    json_member(w, "host", shown(r->facts.host));
    json_member(w, "path", raw_path(r));
    json_member(w, "client_ip", shown(r->facts.client_ip));
    json_member(w, "user_agent", header_value(r, VIEW("User-Agent")));
    json_close_object(w);
}

static bool has_label(const struct wb_request *r, struct view label)
{
    size_t i = program_label_find(r->ruleset->program, label);
    return i != SIZE_MAX && evaluation_label(r->evaluation, i) == TRUTH_TRUE;
}

static void write_agent(const struct wb_request *r, struct json_writer *w)
{
    json_key(w, "agent");
    json_open_object(w);
    json_member(w, "name", or_none(r->verdict.agent_name));
    json_member(w, "org", or_none(r->verdict.agent_org));
    json_member(w, "category", or_none(r->verdict.agent_category));
    json_key(w, "verified");
    json_bool(w, r->evaluation && has_label(r, VIEW("agent:verified")));
    json_close_object(w);
}

static void write_labels(const struct wb_request *r, struct json_writer *w)
{
    struct view labels[LABELS_MAX];
    size_t n = decision_labels(r, labels);
    json_key(w, "labels");
    json_open_array(w);
    for (size_t i = 0; i < n; i++) {
        json_string(w, labels[i]);
    }
    json_close_array(w);
}

/* "file:line"; of a long path its end. */
static void add_place(struct text *out, struct view file, unsigned line)
{
    if (file.size > PATH_SHOWN_MAX) {
        text_add(out, VIEW("..."));
        file = view_of(file.at + file.size - PATH_SHOWN_MAX, PATH_SHOWN_MAX);
    }
    text_add(out, file);
    text_add_char(out, ':');
    text_add_u64(out, line);
}

static void write_rules(const struct wb_request *r, struct json_writer *w)
{
    const size_t *fired = NULL;
    size_t n = r->evaluation ? evaluation_fired(r->evaluation, &fired) : 0;
    json_key(w, "rules");
    json_open_array(w);
    for (size_t i = 0; i < n; i++) {
        char room[PLACE_ROOM];
        struct text at = text_in(room, sizeof room);
        const struct rule_info *rule =
            program_rule(r->ruleset->program, fired[i]);
        add_place(&at, rule->file, rule->line);
        json_open_object(w);
        json_member(w, "id", rule->id);
        json_key(w, "score");
        json_number(w, rule->score);
        json_member(w, "at", text_view(&at));
        if (rule->counted) {
            json_key(w, "counted");
            json_bool(w, true);
        }
        json_close_object(w);
    }
    json_close_array(w);
}

/* What the price was multiplied with. */
static void write_demand(const struct wb_request *r, struct json_writer *w)
{
    json_member(w, "demand", r->demand_text);
    if (r->price.units) {
        json_key(w, "units");
        json_u64(w, r->price.units);
    }
    if (r->price.volume_step) {
        json_key(w, "volume_step");
        json_u64(w, r->price.volume_step);
    }
}

void decision_write_price(const struct wb_request *r, struct json_writer *w)
{
    const struct asset *asset = r->price.asset;
    json_key(w, "price");
    json_open_object(w);
    json_member(w, "action", price_action(r));
    json_member(w, "amount", r->amount_text);
    json_member(w, "asset", asset ? asset->address : VIEW_NONE);
    json_member(w, "network", asset ? asset->network : VIEW_NONE);
    json_member(w, "pay_to", or_none(r->price.pay_to));
    json_member(w, "route", or_none(r->price.route));
    json_key(w, "tier");
    if (r->price.tier) {
        json_u64(w, r->price.tier);
    } else {
        json_null(w);
    }
    write_demand(r, w);
    json_close_object(w);
}

void decision_write_payment(const struct wb_request *r, struct json_writer *w)
{
    char room[64];
    struct text id = text_in(room, sizeof room);
    const struct payment *payment = &r->payment;
    bool there = r->payment_state != PAYMENT_NONE;
    if (there && !payment->malformed) {
        text_add_hex(&id, payment->identity, 32);
    }
    json_key(w, "payment");
    json_open_object(w);
    json_member(w, "protocol",
                there ? view_text(payment_protocol_names[payment->protocol])
                      : VIEW_NONE);
    json_member(w, "state", view_text(payment_states[r->payment_state].name));
    json_member(w, "reason", view_text(r->judgement.reason));
    json_member(w, "payer", or_none(payment->payer));
    json_key(w, "proven");
    json_bool(w, r->proof == PROOF_PROVEN);
    json_member(w, "id", id.size ? text_view(&id) : VIEW_NONE);
    json_close_object(w);
}

/* Only of a request that is signed. */
static void write_signature(const struct wb_request *r, struct json_writer *w)
{
    const struct signature_slots *signature = &r->facts.signature;
    if (!signature->state.at) {
        return;
    }
    json_key(w, "signature");
    json_open_object(w);
    json_member(w, "state", signature->state);
    json_member(w, "agent", signature->agent);
    json_member(w, "key", signature->key);
    json_close_object(w);
}

static void write_headers(const struct wb_request *r, struct json_writer *w)
{
    json_key(w, "headers");
    json_open_array(w);
    for (size_t i = 0; i < r->header_count; i++) {
        json_open_array(w);
        json_string(w, view_text(r->headers[i].name));
        json_string(w, r->headers[i].value);
        json_close_array(w);
    }
    json_close_array(w);
}

static void write_record(const struct wb_request *r, struct text *out)
{
    struct json_writer w = {out, false};
    char room[40];
    struct text time = text_in(room, sizeof room);
    text_add_time(&time, r->facts.time);
    json_open_object(&w);
    json_key(&w, "v");
    json_number(&w, 1);
    json_member(&w, "id", view_text(r->id_text));
    json_member(&w, "time", text_view(&time));
    json_member(&w, "site", r->site->id);
    json_member(&w, "mode", r->count ? VIEW("count") : VIEW("enforce"));
    json_member(&w, "generation", view_text(r->engine->generation));
    write_request(r, &w);
    json_member(&w, "action", action_of(r));
    json_key(&w, "status");
    json_u64(&w, r->status);
    json_member(&w, "reason", view_text(r->denial.error));
    json_member(&w, "class", class_names[r->verdict.class]);
    json_key(&w, "score");
    json_number(&w, r->verdict.score);
    write_agent(r, &w);
    write_signature(r, &w);
    write_labels(r, &w);
    write_rules(r, &w);
    decision_write_price(r, &w);
    decision_write_payment(r, &w);
    write_headers(r, &w);
    json_close_object(&w);
}

/* ---- the explanation ---- */

/* Foreign text for a terminal: as a JSON string, or "-" when unknown. */
static void add_quoted(struct text *out, struct view v)
{
    struct json_writer w = {out, false};
    if (v.at) {
        json_string(&w, shown(v));
    } else {
        text_add(out, VIEW("(not known)"));
    }
}

static void explain_request(const struct wb_request *r, struct text *out)
{
    text_addf(out, "decision %s  site %.*s  generation %s  mode %s\n",
              r->id_text, VIEW_ARG(r->site->id), r->engine->generation,
              r->count ? "count" : "enforce");
    text_add(out, VIEW("request  method "));
    add_quoted(out, r->facts.method);
    text_add(out, VIEW("  host "));
    add_quoted(out, r->facts.host);
    text_add(out, VIEW("  path "));
    add_quoted(out, raw_path(r));
    text_add(out, VIEW("\n         user-agent "));
    add_quoted(out, header_value(r, VIEW("User-Agent")));
    text_add_char(out, '\n');
    if (r->facts.path.ambiguous) {
        text_addf(out,
                  "         path is ambiguous: %zu readings, the "
                  "dearest is charged\n",
                  r->facts.path.reading_count);
    }
}

/* Texts of any length are added as they are: text_addf takes none that are
 * long. */
static void explain_rule(const struct rule_info *rule, struct text *out)
{
    text_addf(out, "  %+4d  ", rule->score);
    text_add(out, rule->id);
    text_add(out, VIEW("  "));
    add_place(out, rule->file, rule->line);
    text_add(out, rule->counted ? VIEW("  (counted only)") : VIEW(""));
    text_add(out, rule->rejects ? VIEW("  reject")
                  : rule->stops ? VIEW("  stop")
                                : VIEW(""));
    text_add_char(out, '\n');
    if (rule->about.size) {
        text_add(out, VIEW("        "));
        text_add(out, rule->about);
        text_add_char(out, '\n');
    }
    for (size_t k = 0; k < rule->label_count; k++) {
        text_add(out, VIEW("        label "));
        text_add(out, rule->labels[k]);
        text_add_char(out, '\n');
    }
}

static void explain_rules(const struct wb_request *r, struct text *out)
{
    const size_t *fired = NULL;
    size_t n = r->evaluation ? evaluation_fired(r->evaluation, &fired) : 0;
    text_addf(out, "class    %.*s, score %d\n",
              VIEW_ARG(class_names[r->verdict.class]), r->verdict.score);
    for (size_t i = 0; i < n; i++) {
        const struct rule_info *rule =
            program_rule(r->ruleset->program, fired[i]);
        explain_rule(rule, out);
    }
    if (r->evaluation && n == 0) {
        text_add(out, VIEW("  no rule fired\n"));
    }
}

static void explain_signature(const struct wb_request *r, struct text *out)
{
    if (r->wba.state == WBA_NONE) {
        return;
    }
    text_add(out, VIEW("signed   "));
    text_add(out, r->wba.state == WBA_UNSURE ? VIEW("cannot be told")
                                             : r->facts.signature.state);
    if (r->facts.signature.agent.at) {
        text_add(out, VIEW(", with a key of "));
        text_add(out, r->facts.signature.agent);
    }
    text_add_char(out, '\n');
}

static void explain_price(const struct wb_request *r, struct text *out)
{
    const struct price *price = &r->price;
    if (!r->evaluation) {
        text_add(out, VIEW("price    not reached\n"));
        return;
    }
    text_addf(out, "price    %s", price_actions[price->action]);
    if (price->action == PRICE_CHARGE) {
        text_add_char(out, ' ');
        amount_write_decimal(out, &price->amount, price->asset->decimals);
        text_addf(out, " %.*s (", VIEW_ARG(price->asset->symbol));
        amount_write(out, &price->amount);
        text_addf(out, " atomic) on %.*s to %.*s",
                  VIEW_ARG(price->asset->network), VIEW_ARG(price->pay_to));
    }
    text_addf(out, "\n  route %.*s", VIEW_ARG(price->route));
    if (price->tier) {
        text_addf(out, ", tier %u", price->tier);
    }
    if (price->file.size) {
        text_add(out, VIEW("  "));
        add_place(out, price->file, price->line);
    }
    text_add_char(out, '\n');
}

/* In words, behind the state. */
static const char *const proof_words[PROOFS] = {
    [PROOF_NONE] = "",
    [PROOF_UNKNOWN] = ", unproven (its signature cannot be checked here)",
    [PROOF_PROVEN] = ", proven by its signature",
    [PROOF_FAILED] = ", unproven",
};

static void explain_outcome(const struct wb_request *r, struct text *out)
{
    if (r->payment_state != PAYMENT_NONE) {
        text_addf(out, "payment  %s%s%s%s%s\n",
                  payment_states[r->payment_state].name, proof_words[r->proof],
                  r->judgement.reason ? ": " : "",
                  r->judgement.reason ? r->judgement.reason : "",
                  r->would_claim ? " (not claimed: no store)" : "");
    }
    if (decision_allows(r)) {
        text_add(out, VIEW("answer   200, to the gate with:\n"));
    } else {
        text_addf(out, "answer   %u %s", r->denial.status, r->denial.error);
        if (r->denial.reason.size) {
            text_add(out, VIEW(": "));
            text_add(out, r->denial.reason);
        }
        text_add(out, r->count ? VIEW(" (counted only: 200 is answered)\n")
                               : VIEW("\n"));
    }
    for (size_t i = 0; i < r->header_count; i++) {
        text_addf(out, "  %s: ", r->headers[i].name);
        text_add(out, r->headers[i].value);
        text_add_char(out, '\n');
    }
}

static void write_explain(const struct wb_request *r, struct text *out)
{
    explain_request(r, out);
    explain_signature(r, out);
    explain_rules(r, out);
    explain_price(r, out);
    explain_outcome(r, out);
}

/* ---- the public functions ---- */

size_t wb_decision_write(const struct wb_request *r, enum wb_form form,
                         char *out, size_t room)
{
    struct text text = text_in(out, room);
    if (r->step != STEP_DONE || r->answers_only) {
        return 0;
    }
    if (form == WB_FORM_RECORD) {
        write_record(r, &text);
    } else {
        write_explain(r, &text);
    }
    /* What was cut is not counted; double the room and try again. */
    return text.cut ? room * 2 + 4096 : text.size;
}

/* ---- single answers ---- */

/* Two digits of a table: 0 to 36. */
static struct view decimals_text(const struct asset *asset)
{
    static const char digits[] = "00010203040506070809101112131415161718"
                                 "192021222324252627282930313233343536";
    if (!asset || asset->decimals > 36) {
        return VIEW_NONE;
    }
    bool one = asset->decimals < 10;
    return view_of(digits + 2 * asset->decimals + one, one ? 1 : 2);
}

static struct view answer_price(const struct wb_request *r,
                                enum wb_answer which)
{
    switch (which) {
    case WB_ANSWER_PRICE_ACTION:
        return price_action(r);
    case WB_ANSWER_PRICE_AMOUNT:
        return r->amount_text;
    case WB_ANSWER_PRICE_ASSET:
        return r->price.asset ? r->price.asset->address : VIEW_NONE;
    case WB_ANSWER_PRICE:
        return r->price_text;
    case WB_ANSWER_PRICE_NETWORK:
        return r->price.asset ? r->price.asset->network : VIEW_NONE;
    case WB_ANSWER_PRICE_SYMBOL:
        return r->price.asset ? r->price.asset->symbol : VIEW_NONE;
    case WB_ANSWER_PRICE_DECIMALS:
        return decimals_text(r->price.asset);
    case WB_ANSWER_DEMAND:
        return r->demand_text;
    default:
        return r->price.route;
    }
}

/* "(compatible;" is what crawlers write; of browsers, Internet Explorer. */
bool decision_names_browser(struct view agent)
{
    return view_starts(agent, VIEW("Mozilla/5.0 (")) &&
           (!view_starts(agent, VIEW("Mozilla/5.0 (compatible;")) ||
            view_starts(agent, VIEW("Mozilla/5.0 (compatible; MSIE ")));
}

bool decision_charges_browser(const struct wb_request *r)
{
    if (decision_allows(r) && r->price.action != PRICE_CHARGE) {
        return false;
    }
    const struct header *agent = request_header(&r->facts, VIEW("User-Agent"));
    return agent && decision_names_browser(agent->value) &&
           r->verdict.agent_name.size == 0;
}

static struct view answer(const struct wb_request *r, enum wb_answer which)
{
    switch (which) {
    case WB_ANSWER_ID:
        return view_text(r->id_text);
    case WB_ANSWER_ACTION:
        return action_of(r);
    case WB_ANSWER_REASON:
        return view_text(r->denial.error);
    case WB_ANSWER_CLASS:
        return class_names[r->verdict.class];
    case WB_ANSWER_SCORE:
        return r->score_text;
    case WB_ANSWER_AGENT_NAME:
        return r->verdict.agent_name;
    case WB_ANSWER_AGENT_CATEGORY:
        return r->verdict.agent_category;
    case WB_ANSWER_AGENT_ORG:
        return r->verdict.agent_org;
    case WB_ANSWER_SITE:
        return r->site->id;
    case WB_ANSWER_PAYMENT_STATE:
        return view_text(payment_states[r->payment_state].name);
    case WB_ANSWER_MODE:
        return r->count ? VIEW("count") : VIEW("enforce");
    case WB_ANSWER_BROWSER_CHARGED:
        return decision_charges_browser(r) ? VIEW("1") : VIEW("0");
    case WB_ANSWER_PAYMENT_FORWARD:
        return r->forward ? VIEW("1") : VIEW("0");
    default:
        return answer_price(r, which);
    }
}

struct wb_text wb_decision_answer(const struct wb_request *r,
                                  enum wb_answer which)
{
    if (r->step != STEP_DONE) {
        return (struct wb_text){NULL, 0};
    }
    struct view v = answer(r, which);
    if (v.size == 0) {
        v = VIEW("-");
    }
    return (struct wb_text){v.at, v.size};
}
