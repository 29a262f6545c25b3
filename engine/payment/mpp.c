/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MPP: the credentials of `Authorization: Payment`, base64url without padding
 * of
 *
 *   {challenge {id, realm, method, intent, request, expires?, ...}, source?,
 *    payload {...}}        request: base64url of {amount, currency,
 *                          recipient?, methodDetails {chainId?}, ...}
 *
 * The challenge is echoed as the seller made it: its id is the seller's own
 * seal over realm, method, intent, request and expiry, and is good for one
 * charge.
 *
 *   identity = SHA-256("mpp\n" realm "\n" id)
 *   content  = SHA-256 of the whole credential in canonical JSON
 *
 * Sessions and subscriptions use one challenge many times. Of the methods,
 * only those on EVM chains name a network that a policy can offer; what a
 * charge by the method `evm` holds, mpp_evm.c knows.
 */
#include "base/hash.h"
#include "payment/canonical.h"
#include "payment/members.h"
#include "payment/mpp_evm.h"
#include "payment/protocol.h"
#include "payment/signature.h"

#define NETWORK_ROOM 48
#define LONGEST 512 /* of an id or a realm */

enum {
    CREDENTIAL_CHALLENGE,
    CHALLENGE_ID,
    CHALLENGE_REALM,
    CHALLENGE_METHOD,
    CHALLENGE_INTENT,
    CHALLENGE_REQUEST,
    CHALLENGE_EXPIRES,
    CREDENTIAL_SOURCE,
    CREDENTIAL_PAYLOAD,
    CREDENTIAL_VALUES
};
static const struct member_row challenge_rows[] = {
    MEMBER("id", CHALLENGE_ID, NULL),
    MEMBER("realm", CHALLENGE_REALM, NULL),
    MEMBER("method", CHALLENGE_METHOD, NULL),
    MEMBER("intent", CHALLENGE_INTENT, NULL),
    MEMBER("request", CHALLENGE_REQUEST, NULL),
    MEMBER("expires", CHALLENGE_EXPIRES, NULL),
    MEMBERS_END};
static const struct member_row credential_rows[] = {
    MEMBER("challenge", CREDENTIAL_CHALLENGE, challenge_rows),
    MEMBER("source", CREDENTIAL_SOURCE, NULL),
    MEMBER("payload", CREDENTIAL_PAYLOAD, NULL), MEMBERS_END};

enum {
    REQUEST_AMOUNT,
    REQUEST_CURRENCY,
    REQUEST_RECIPIENT,
    REQUEST_DETAILS,
    DETAILS_CHAIN,
    DETAILS_SPENDER,
    DETAILS_PERMIT2,
    REQUEST_VALUES
};
static const struct member_row details_rows[] = {
    MEMBER("chainId", DETAILS_CHAIN, NULL),
    MEMBER("spender", DETAILS_SPENDER, NULL),
    MEMBER("permit2Address", DETAILS_PERMIT2, NULL), MEMBERS_END};
static const struct member_row request_rows[] = {
    MEMBER("amount", REQUEST_AMOUNT, NULL),
    MEMBER("currency", REQUEST_CURRENCY, NULL),
    MEMBER("recipient", REQUEST_RECIPIENT, NULL),
    MEMBER("methodDetails", REQUEST_DETAILS, details_rows), MEMBERS_END};

static bool is_in(struct view word, const char *const *words)
{
    for (; *words; words++) {
        if (view_equal(word, view_text(*words))) {
            return true;
        }
    }
    return false;
}

/* [a-z]+ */
static bool is_word(const struct json_value *value)
{
    for (size_t i = 0; i < value->text.size; i++) {
        if (value->text.at[i] < 'a' || value->text.at[i] > 'z') {
            return false;
        }
    }
    return value_is_token(value);
}

static bool is_short(const struct json_value *value)
{
    return value_is_string(value) && value->text.size <= LONGEST;
}

static const char *read_challenge(const struct json_value *v,
                                  struct payment *out)
{
    static const char *const many[] = {"session", "subscription", NULL};

    if (v[CREDENTIAL_CHALLENGE].kind != JSON_OBJECT) {
        return "challenge";
    }
    if (!is_short(&v[CHALLENGE_ID])) {
        return "challenge_id";
    }
    if (!is_short(&v[CHALLENGE_REALM])) {
        return "realm";
    }
    if (!is_word(&v[CHALLENGE_METHOD])) {
        return "method";
    }
    if (!value_is_token(&v[CHALLENGE_INTENT])) {
        return "intent";
    }
    if (v[CREDENTIAL_PAYLOAD].kind != JSON_OBJECT) {
        return "payload";
    }
    if (value_is_there(&v[CREDENTIAL_SOURCE]) &&
        !is_short(&v[CREDENTIAL_SOURCE])) {
        return "source";
    }
    out->scheme = v[CHALLENGE_INTENT].text;
    out->reusable = is_in(out->scheme, many);
    if (value_is_token(&v[CREDENTIAL_SOURCE])) {
        out->payer = v[CREDENTIAL_SOURCE].text;
    }
    return NULL;
}

static const char *read_expiry(const struct json_value *expires,
                               struct payment *out)
{
    if (!value_is_there(expires)) {
        return NULL;
    }
    out->has_window = value_to_time(expires, &out->valid_before);
    return out->has_window ? NULL : "expires";
}

/* The network of methods that have one: "eip155:8453". */
static const char *read_network(struct view method,
                                const struct json_value *chain,
                                struct arena *workspace, struct payment *out)
{
    static const char *const on_evm[] = {"evm", "tempo", NULL};
    unsigned long long id;
    struct text text;
    char *room;

    if (!is_in(method, on_evm) || !value_is_there(chain)) {
        return NULL;
    }
    if (chain->kind != JSON_NUMBER || !view_to_u64(chain->text, &id) ||
        id == 0) {
        return "chain_id";
    }
    room = arena_alloc(workspace, NETWORK_ROOM);
    if (!room) {
        return "no_room";
    }
    text = text_in(room, NETWORK_ROOM);
    text_add(&text, VIEW("eip155:"));
    text_add_u64(&text, id);
    out->network = text_view(&text);
    out->known_scheme = true;
    return NULL;
}

static const char *read_request(const struct json_value *v,
                                struct json_value r[REQUEST_VALUES],
                                struct arena *workspace, struct payment *out)
{
    const struct json_value *code = &v[CHALLENGE_REQUEST];
    struct view text;

    if (!value_is_string(code) ||
        members_decode(code->text, true, request_rows, workspace, r, &text)) {
        return "request";
    }
    if (value_is_there(&r[REQUEST_AMOUNT])) {
        if (!value_is_string(&r[REQUEST_AMOUNT])) {
            return "amount";
        }
        out->has_amount =
            amount_from_digits(r[REQUEST_AMOUNT].text, &out->amount);
        out->exact_amount = true;
        out->decimal = out->has_amount ? VIEW_NONE : r[REQUEST_AMOUNT].text;
    }
    if (value_is_token(&r[REQUEST_CURRENCY])) {
        out->asset = r[REQUEST_CURRENCY].text;
    }
    if (value_is_token(&r[REQUEST_RECIPIENT])) {
        out->pay_to = r[REQUEST_RECIPIENT].text;
    }
    return read_network(v[CHALLENGE_METHOD].text, &r[DETAILS_CHAIN], workspace,
                        out);
}

static const char *identify(const struct json_value *v, struct view credential,
                            struct arena *workspace, struct payment *out)
{
    struct sha256 hash;
    struct view canonical;

    if (!canonical_json(credential, workspace, &canonical)) {
        return "no_room";
    }
    hash_sha256(out->content, canonical);
    sha256_start(&hash);
    sha256_add(&hash, VIEW("mpp\n"));
    sha256_add(&hash, v[CHALLENGE_REALM].text);
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, v[CHALLENGE_ID].text);
    sha256_end(&hash, out->identity);
    return NULL;
}

static const char *read_payload(const struct json_value *v,
                                const struct json_value *r,
                                struct arena *workspace, struct payment *out)
{
    struct view contract = r[DETAILS_PERMIT2].text;
    struct mpp_charge charge = {
        .payload = v[CREDENTIAL_PAYLOAD].text,
        .source = &v[CREDENTIAL_SOURCE],
        .spender = &r[DETAILS_SPENDER],
        .elsewhere = value_is_there(&r[DETAILS_PERMIT2]) &&
                     !view_equal_fold(contract, view_text(signature_permit2)),
    };

    return out->network.at && !out->reusable &&
                   view_equal(v[CHALLENGE_METHOD].text, VIEW("evm"))
               ? mpp_evm_read(&charge, workspace, out)
               : NULL;
}

const char *mpp_read(const struct payment_input *in, struct payment *out)
{
    struct json_value v[CREDENTIAL_VALUES] = {{JSON_ERROR, {NULL, 0}}};
    struct json_value r[REQUEST_VALUES] = {{JSON_ERROR, {NULL, 0}}};
    const char *reason = members_decode(in->value, true, credential_rows,
                                        in->workspace, v, &out->payload_raw);

    if (!reason) {
        reason = read_challenge(v, out);
    }
    if (!reason) {
        reason = read_expiry(&v[CHALLENGE_EXPIRES], out);
    }
    if (!reason) {
        reason = read_request(v, r, in->workspace, out);
    }
    if (!reason) {
        reason = identify(v, out->payload_raw, in->workspace, out);
    }
    if (!reason) {
        reason = read_payload(v, r, in->workspace, out);
    }
    return reason;
}
