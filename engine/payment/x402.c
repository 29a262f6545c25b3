/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The envelope of one x402 header, version 1 (X-PAYMENT) or 2
 * (PAYMENT-SIGNATURE). What an optional key holds may be null. What no check
 * of ours knows is not malformed: it keeps a generic identity, the hash of
 * its network and payload in canonical JSON.
 */
#include "payment/x402.h"

#include "base/hash.h"
#include "payment/canonical.h"
#include "payment/network.h"
#include "payment/x402_shapes.h"

#define TOKEN_MAX 128
#define IDENTIFIER_MIN 16
#define IDENTIFIER_MAX 128

/* Printable ASCII without space, quote and backslash. */
static bool is_token(const struct x402_values *v, enum x402_key key)
{
    struct view text = v->of[key].text;

    if (!x402_is_string(v, key) || text.size > TOKEN_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        if (c <= ' ' || c > '~' || c == '"' || c == '\\') {
            return false;
        }
    }
    return true;
}

static bool is_object(const struct x402_values *v, enum x402_key key)
{
    return v->of[key].kind == JSON_OBJECT;
}

static bool is_object_or_not_there(const struct x402_values *v,
                                   enum x402_key key)
{
    return is_object(v, key) || !x402_is_there(v, key);
}

/* A JSON number above zero; a part of a second counts as one. UINT64_MAX:
 * that or more. */
static bool read_timeout(struct view number, uint64_t *seconds)
{
    struct view whole = view_cut(&number, '.');
    bool part = false;
    unsigned long long n;

    if (!view_to_u64(whole, &n)) {
        return false; /* negative, an exponent, or too long for a time */
    }
    for (size_t i = 0; number.at && i < number.size; i++) {
        if (number.at[i] < '0' || number.at[i] > '9') {
            return false;
        }
        part = part || number.at[i] != '0';
    }
    *seconds = n + (part && n < UINT64_MAX ? 1 : 0);
    return *seconds > 0;
}

static const char *read_v1(const struct x402_values *v, struct payment *out)
{
    struct view name = v->of[X402_NETWORK].text;

    if (!is_token(v, X402_SCHEME)) {
        return "scheme";
    }
    if (!is_token(v, X402_NETWORK)) {
        return "network";
    }
    out->scheme = v->of[X402_SCHEME].text;
    out->network = network_of_name(name);
    if (!out->network.at) {
        out->network = name;
    }
    return NULL;
}

static const char *read_accepted(const struct x402_values *v,
                                 struct payment *out)
{
    if (!is_token(v, ACCEPTED_SCHEME)) {
        return "scheme";
    }
    if (!is_token(v, ACCEPTED_NETWORK) ||
        view_find(v->of[ACCEPTED_NETWORK].text, ':') ==
            v->of[ACCEPTED_NETWORK].text.size) {
        return "network";
    }
    if (!x402_is_string(v, ACCEPTED_AMOUNT)) {
        return "amount";
    }
    if (!x402_is_string(v, ACCEPTED_ASSET)) {
        return "asset";
    }
    if (!x402_is_string(v, ACCEPTED_PAY_TO)) {
        return "pay_to";
    }
    out->scheme = v->of[ACCEPTED_SCHEME].text;
    out->network = v->of[ACCEPTED_NETWORK].text;
    out->asset = v->of[ACCEPTED_ASSET].text;
    out->pay_to = v->of[ACCEPTED_PAY_TO].text;
    out->has_amount =
        amount_from_digits(v->of[ACCEPTED_AMOUNT].text, &out->amount);
    return NULL;
}

static const char *read_v2(const struct x402_values *v, struct payment *out)
{
    const struct x402_value *timeout = &v->of[ACCEPTED_MAX_TIMEOUT];
    const char *reason;

    if (!is_object(v, X402_ACCEPTED)) {
        return "accepted";
    }
    reason = read_accepted(v, out);
    if (reason) {
        return reason;
    }
    if (x402_is_there(v, ACCEPTED_MAX_TIMEOUT) &&
        (timeout->kind != JSON_NUMBER ||
         !read_timeout(timeout->text, &out->max_timeout))) {
        return "max_timeout";
    }
    if (!is_object_or_not_there(v, ACCEPTED_EXTRA)) {
        return "extra";
    }
    if (!is_object_or_not_there(v, X402_RESOURCE)) {
        return "resource";
    }
    if (x402_is_string(v, EXTRA_QUOTE)) {
        out->quote = v->of[EXTRA_QUOTE].text;
    }
    return NULL;
}

static bool is_identifier(struct view id)
{
    if (id.size < IDENTIFIER_MIN || id.size > IDENTIFIER_MAX) {
        return false;
    }
    for (size_t i = 0; i < id.size; i++) {
        if (!ascii_is_alnum(id.at[i]) && id.at[i] != '-' && id.at[i] != '_') {
            return false;
        }
    }
    return true;
}

/* The payment-identifier extension: {info: {required, id?}, schema?}. */
static const char *read_identifier(const struct x402_values *v,
                                   struct payment *out)
{
    enum json_kind required = v->of[INFO_REQUIRED].kind;
    const struct x402_value *id = &v->of[INFO_ID];

    if (!is_object_or_not_there(v, X402_EXTENSIONS)) {
        return "extensions";
    }
    if (!is_object_or_not_there(v, EXTENSION_IDENTIFIER) ||
        !is_object_or_not_there(v, IDENTIFIER_INFO) ||
        (x402_is_there(v, INFO_REQUIRED) && required != JSON_TRUE &&
         required != JSON_FALSE)) {
        return "payment_identifier";
    }
    if (!x402_is_there(v, INFO_ID)) {
        return required == JSON_TRUE ? "payment_identifier_missing" : NULL;
    }
    if (id->kind != JSON_STRING || !is_identifier(id->text)) {
        return "payment_identifier";
    }
    out->identifier = id->text;
    return NULL;
}

/* "Exact" is no scheme of its own: it would be claimed apart from "exact". */
static bool is_misspelled(struct view scheme)
{
    static const char *const known[] = {"exact", "upto"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (view_equal_fold(scheme, view_text(known[i]))) {
            return !view_equal(scheme, view_text(known[i]));
        }
    }
    return false;
}

static const char *read_envelope(const struct x402_values *v,
                                 struct payment *out)
{
    const struct x402_value *version = &v->of[X402_VERSION];
    const char *reason;

    if (version->kind != JSON_NUMBER ||
        !view_equal(version->text, out->version == 1 ? VIEW("1") : VIEW("2"))) {
        return "version";
    }
    if (!is_object(v, X402_PAYLOAD)) {
        return "payload";
    }
    reason = out->version == 1 ? read_v1(v, out) : read_v2(v, out);
    if (!reason && is_misspelled(out->scheme)) {
        reason = "scheme";
    }
    if (!reason && !network_is_canonical(out->network)) {
        reason = "network";
    }
    if (!reason && out->version == 2) {
        reason = read_identifier(v, out);
    }
    return reason;
}

/* identity: of the nonce or the transaction in it, else SHA-256 of
 * {"network":...,"payload":...} in canonical JSON. */
static const char *read_generic(const struct x402_values *v,
                                struct arena *workspace, struct payment *out)
{
    struct sha256 hash;
    struct view payload;

    if (!canonical_json(v->of[X402_PAYLOAD].text, workspace, &payload)) {
        return "no_room";
    }
    hash_sha256(out->content, payload);
    if (!out->reusable &&
        (x402_evm_nonce(v, out) || x402_svm_message(v, workspace, out))) {
        return NULL;
    }
    sha256_start(&hash);
    sha256_add(&hash, VIEW("{\"network\":\""));
    sha256_add(&hash, out->network); /* a token: nothing to escape */
    sha256_add(&hash, VIEW("\",\"payload\":"));
    sha256_add(&hash, payload);
    sha256_add(&hash, VIEW("}"));
    sha256_end(&hash, out->identity);
    return NULL;
}

const char *x402_read(struct view value, size_t max_bytes,
                      struct arena *workspace, struct payment *out)
{
    struct x402_values values = {0};
    const char *reason;

    if (value.size > max_bytes) {
        return "oversize";
    }
    reason = x402_decode(value, workspace, &values, &out->payload_raw);
    if (!reason) {
        reason = read_envelope(&values, out);
    }
    if (!reason) {
        reason = x402_evm_read(&values, &out->known_scheme, out);
    }
    if (!reason && (!out->known_scheme || out->reusable)) {
        reason = read_generic(&values, workspace, out);
    }
    return reason;
}
