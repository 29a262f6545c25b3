/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The envelope of one x402 header, version 1 (X-PAYMENT) or 2
 * (PAYMENT-SIGNATURE), or of either (a header that an operator mapped).
 *
 *   base64 -> JSON -> values by key (x402_values.c)
 *                  -> envelope      (here)
 *                  -> scheme        (x402_schemes.c and a file for each)
 *
 * What an optional key holds may be null. What no check of ours knows is not
 * malformed: it keeps a generic identity, the hash of its network and payload
 * in canonical JSON.
 */
#include "base/hash.h"
#include "payment/canonical.h"
#include "payment/network.h"
#include "payment/protocol.h"
#include "payment/x402_schemes.h"

#define IDENTIFIER_MIN 16
#define IDENTIFIER_MAX 128

static bool is_object_or_not_there(const struct x402_values *v,
                                   enum x402_key key)
{
    return x402_is_object(v, key) || !x402_is_there(v, key);
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

    if (!value_is_token(&v->of[X402_SCHEME])) {
        return "scheme";
    }
    if (!value_is_token(&v->of[X402_NETWORK])) {
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
    if (!value_is_token(&v->of[ACCEPTED_SCHEME])) {
        return "scheme";
    }
    if (!value_is_token(&v->of[ACCEPTED_NETWORK]) ||
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
    const struct json_value *timeout = &v->of[ACCEPTED_MAX_TIMEOUT];
    const char *reason;

    if (!x402_is_object(v, X402_ACCEPTED)) {
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
    const struct json_value *id = &v->of[INFO_ID];

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

/* The version must be its header's; a header that an operator mapped has
 * none of its own. */
static const char *read_version(const struct x402_values *v,
                                struct payment *out)
{
    const struct json_value *version = &v->of[X402_VERSION];
    bool first = view_equal(version->text, VIEW("1"));

    if (version->kind != JSON_NUMBER ||
        (!first && !view_equal(version->text, VIEW("2"))) ||
        (out->version != 0 && out->version != (first ? 1u : 2u))) {
        return "version";
    }
    out->version = first ? 1 : 2;
    return NULL;
}

/* Keys of both versions: one gate would read the one, another the other. */
static bool is_hybrid(const struct x402_values *v, unsigned version)
{
    return version == 1 ? x402_is_there(v, X402_ACCEPTED)
                        : x402_is_there(v, X402_SCHEME) ||
                              x402_is_there(v, X402_NETWORK);
}

static const char *read_envelope(const struct x402_values *v,
                                 struct payment *out)
{
    const char *reason = read_version(v, out);

    if (reason) {
        return reason;
    }
    if (is_hybrid(v, out->version)) {
        return "hybrid";
    }
    if (!x402_is_object(v, X402_PAYLOAD)) {
        return "payload";
    }
    out->exact_amount = out->version == 2;
    reason = out->version == 1 ? read_v1(v, out) : read_v2(v, out);
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
static const char *read_generic(struct x402_context *context,
                                struct payment *out)
{
    const struct json_value *whole = &context->values->of[X402_PAYLOAD];
    struct sha256 hash;
    struct view payload;

    if (!canonical_json(whole->text, context->workspace, &payload)) {
        return "no_room";
    }
    hash_sha256(out->content, payload);
    if (!out->known_scheme && x402_scheme_identity(context, out)) {
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

const char *x402_read(const struct payment_input *in, struct payment *out)
{
    struct x402_values values = {0};
    struct x402_context context = {&values, in->request, in->workspace, false};
    const char *reason;

    reason = x402_decode(in->value, in->workspace, &values, &out->payload_raw);
    if (!reason) {
        reason = read_envelope(&values, out);
    }
    if (!reason) {
        reason = x402_scheme_read(&context, &out->known_scheme, out);
    }
    if (!reason && !context.identified) {
        reason = read_generic(&context, out);
    }
    return reason;
}
