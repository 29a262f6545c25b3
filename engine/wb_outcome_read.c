/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes from JSON: a record of our own,
 *
 *   {"decision":"32 hex","outcome":"settled","transaction":"0x..",
 *    "reason":".."}
 *
 * or a line of a proxy's log, which says what the gate answered:
 *
 *   {"decision":"32 hex","payment_state":"sound","status":200,
 *    "payment_response":"base64"}
 *   {"status":200,"resp_headers":{"X-Weighbridge-Decision":[".."],
 *    "Payment-Response":[".."]}}                        (Caddy's form)
 *
 * Members that are not known are passed over.
 */
#include "base/codec.h"
#include "base/json.h"
#include "wb_outcome.h"

struct member {
    const char *name; /* NULL ends a table */
    struct view *text;
};

static const struct member *find(const struct member *members, bool fold,
                                 struct view name)
{
    for (; members->name; members++) {
        struct view known = view_text(members->name);

        if (fold ? view_equal_fold(known, name) : view_equal(known, name)) {
            return members;
        }
    }
    return NULL;
}

/* Passes over the value that was begun, with the rest of its list. */
static bool pass_over(struct json *json, bool in_list)
{
    bool good = json_skip(json);

    while (in_list && good && json_next(json) != JSON_END) {
        good = json_skip(json);
    }
    return good;
}

/* A string, a number as it is written, or the first of a list. */
static bool read_value(struct json *json, struct view *text)
{
    enum json_kind kind = json_next(json);
    bool in_list = kind == JSON_ARRAY;

    if (in_list && (kind = json_next(json)) == JSON_END) {
        return true;
    }
    if (kind == JSON_STRING || kind == JSON_NUMBER) {
        *text = json->text;
    } else if (kind == JSON_TRUE || kind == JSON_FALSE) {
        *text = kind == JSON_TRUE ? VIEW("true") : VIEW("false");
    }
    return pass_over(json, in_list);
}

/* The members of an object that was begun; of `headers` (may be NULL), those
 * of the object under that name. */
static bool read_members(struct json *json, const struct member *members,
                         bool fold, const char *nested,
                         const struct member *inner)
{
    while (json_next(json) == JSON_KEY) {
        const struct member *member = find(members, fold, json->text);
        bool good;

        if (nested && view_equal(json->text, view_text(nested))) {
            good = json_next(json) == JSON_OBJECT
                       ? read_members(json, inner, true, NULL, NULL)
                       : json_skip(json);
        } else if (member) {
            good = read_value(json, member->text);
        } else {
            json_next(json);
            good = json_skip(json);
        }
        if (!good) {
            return false;
        }
    }
    return json->kind == JSON_END;
}

/* False with *error, a literal, when it is not one JSON object. */
static bool read_object(struct view text, char *scratch,
                        const struct member *members, const char *nested,
                        const struct member *inner, const char **error)
{
    struct json json;

    json_start(&json, text, JSON_DEPTH_MAX, scratch, OUTCOME_LINE_MAX);
    if (json_next(&json) != JSON_OBJECT) {
        *error = json.kind == JSON_ERROR ? json.error : "not an object";
        return false;
    }
    if (!read_members(&json, members, false, nested, inner) ||
        json_next(&json) != JSON_DONE) {
        *error = json.kind == JSON_ERROR ? json.error : "not one object";
        return false;
    }
    return true;
}

/* ---- what all forms hold ---- */

static void start(struct wb_outcome *o)
{
    o->fate = FATE_NONE;
    o->reason_size = o->transaction_size = 0;
    o->decision_text[0] = '\0';
    o->time = 0;
    o->locked_until = 0;
}

/* A longer one is cut: it is a note. */
static size_t keep(char *room, size_t size, struct view text)
{
    size_t n = text.size < size ? text.size : size;

    if (n > 0) {
        memcpy(room, text.at, n);
    }
    return n;
}

static bool keep_decision(struct wb_outcome *o, struct view decision)
{
    struct text text = text_in(o->decision_text, sizeof o->decision_text - 1);

    if (decision.size != 2 * sizeof o->decision ||
        !hex_decode(decision, o->decision, sizeof o->decision)) {
        return false;
    }
    text_add_hex(&text, o->decision, sizeof o->decision);
    o->decision_text[text.size] = '\0';
    return true;
}

/* A settlement that is under way has neither failed nor may it be let go. */
static void keep_fate(struct wb_outcome *o, enum claim_fate fate,
                      struct view reason, struct view transaction)
{
    o->fate = fate;
    o->reason_size = keep(o->reason, sizeof o->reason, reason);
    o->transaction_size =
        keep(o->transaction, sizeof o->transaction, transaction);
    if (fate != FATE_SETTLED &&
        view_equal(reason, VIEW("settlement_pending"))) {
        o->fate = FATE_PENDING;
    }
}

static enum wb_status refuse(struct wb_outcome *o, const char **error,
                             const char *why)
{
    start(o);
    if (error) {
        *error = why;
    }
    return WB_ERROR_ARGUMENT;
}

/* ---- a record ---- */

static enum claim_fate fate_of(struct view name)
{
    for (int i = FATE_SETTLED; i <= FATE_RELEASED; i++) {
        if (view_equal(name, view_text(outcome_fates[i]))) {
            return (enum claim_fate)i;
        }
    }
    return FATE_NONE;
}

enum wb_status wb_outcome_read(struct wb_outcome *o, const char *json,
                               size_t size, const char **error)
{
    struct view decision = VIEW_NONE, name = VIEW_NONE, reason = VIEW_NONE,
                transaction = VIEW_NONE;
    const struct member members[] = {{"decision", &decision},
                                     {"outcome", &name},
                                     {"reason", &reason},
                                     {"transaction", &transaction},
                                     {NULL, NULL}};
    const char *why = NULL;

    start(o);
    if (size > OUTCOME_LINE_MAX) {
        return refuse(o, error, "too long");
    }
    if (!read_object(view_of(json, size), o->scratch, members, NULL, NULL,
                     &why)) {
        return refuse(o, error, why);
    }
    if (!keep_decision(o, decision)) {
        return refuse(o, error, "decision: expected 32 hex digits");
    }
    if (fate_of(name) == FATE_NONE) {
        return refuse(o, error,
                      "outcome: expected settled, failed, pending or "
                      "released");
    }
    keep_fate(o, fate_of(name), reason, transaction);
    return WB_OK;
}

/* ---- a line of a log ---- */

/* What the gate said of the settlement. */
static bool read_response(struct wb_outcome *o, struct view encoded)
{
    struct view success = VIEW_NONE, reason = VIEW_NONE,
                transaction = VIEW_NONE;
    const struct member members[] = {{"success", &success},
                                     {"errorReason", &reason},
                                     {"transaction", &transaction},
                                     {NULL, NULL}};
    const char *why;
    size_t size;

    if (base64_room(encoded.size) > sizeof o->response ||
        !base64_decode(encoded, o->response, &size) ||
        !read_object(view_of(o->response, size), o->inner, members, NULL, NULL,
                     &why)) {
        return false;
    }
    if (view_equal(success, VIEW("true"))) {
        keep_fate(o, FATE_SETTLED, VIEW_NONE, transaction);
    } else if (view_equal(success, VIEW("false"))) {
        keep_fate(o, FATE_FAILED, reason, transaction);
    }
    return true;
}

/* A gate does not settle for an answer of 400 and above. 402 may be a
 * settlement that failed, told in the body; 408, 499 and 5xx may be of the
 * proxy, which did not wait for one: they say nothing. */
static void read_status(struct wb_outcome *o, struct view status)
{
    unsigned long long n;

    if (view_to_u64(status, &n) && n >= 400 && n < 500 && n != 402 &&
        n != 408 && n != 499) {
        keep_fate(o, FATE_RELEASED, VIEW_NONE, VIEW_NONE);
    }
}

static bool is_told(struct view text)
{
    return text.size > 0 && !view_equal(text, VIEW("-"));
}

enum wb_status wb_outcome_read_log(struct wb_outcome *o, const char *line,
                                   size_t size, const char **error)
{
    struct view decision = VIEW_NONE, state = VIEW_NONE, status = VIEW_NONE,
                response = VIEW_NONE;
    const struct member members[] = {{"decision", &decision},
                                     {"payment_state", &state},
                                     {"status", &status},
                                     {"payment_response", &response},
                                     {NULL, NULL}};
    const struct member headers[] = {{"X-Weighbridge-Decision", &decision},
                                     {"X-Payment-State", &state},
                                     {"Payment-Response", &response},
                                     {"X-Payment-Response", &response},
                                     {NULL, NULL}};
    const char *why = NULL;

    start(o);
    if (size > OUTCOME_LINE_MAX) {
        return refuse(o, error, "too long");
    }
    if (!read_object(view_of(line, size), o->scratch, members, "resp_headers",
                     headers, &why)) {
        return refuse(o, error, why);
    }
    if (!is_told(decision) ||
        (is_told(state) && !view_equal(state, VIEW("sound")) &&
         !view_equal(state, VIEW("unknown-scheme")))) {
        return WB_OK; /* no payment was let through */
    }
    if (!keep_decision(o, decision)) {
        return refuse(o, error, "decision: expected 32 hex digits");
    }
    if (!is_told(response)) {
        read_status(o, status);
    } else if (!read_response(o, response)) {
        return refuse(o, error,
                      "payment_response: expected an object in base64");
    }
    return WB_OK;
}
