/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGN-IN-WITH-X: base64 of a CAIP-122 message and its signature, by which
 * who paid before signs in. It moves no money and may come again until it
 * ends: never claimed. Whether its signer paid, and with which nonces, the
 * gate knows.
 *
 *   {domain, address, uri, version, chainId, type, nonce, issuedAt,
 *    signature, expirationTime?, notBefore?, statement?, ...}
 *
 * It is good for five minutes from issuedAt, on the host that it names.
 */
#include "base/hash.h"
#include "payment/members.h"
#include "payment/network.h"
#include "payment/protocol.h"

#define MAX_AGE 300 /* seconds */

enum {
    SIWX_DOMAIN,
    SIWX_ADDRESS,
    SIWX_URI,
    SIWX_VERSION,
    SIWX_CHAIN,
    SIWX_TYPE,
    SIWX_NONCE,
    SIWX_ISSUED,
    SIWX_EXPIRES,
    SIWX_NOT_BEFORE,
    SIWX_SIGNATURE,
    SIWX_VALUES
};
static const struct member_row rows[] = {
    MEMBER("domain", SIWX_DOMAIN, NULL),
    MEMBER("address", SIWX_ADDRESS, NULL),
    MEMBER("uri", SIWX_URI, NULL),
    MEMBER("version", SIWX_VERSION, NULL),
    MEMBER("chainId", SIWX_CHAIN, NULL),
    MEMBER("type", SIWX_TYPE, NULL),
    MEMBER("nonce", SIWX_NONCE, NULL),
    MEMBER("issuedAt", SIWX_ISSUED, NULL),
    MEMBER("expirationTime", SIWX_EXPIRES, NULL),
    MEMBER("notBefore", SIWX_NOT_BEFORE, NULL),
    MEMBER("signature", SIWX_SIGNATURE, NULL),
    MEMBERS_END};

static bool is_type(struct view text)
{
    return view_equal(text, VIEW("eip191")) ||
           view_equal(text, VIEW("ed25519"));
}

static const char *check_form(const struct json_value *v)
{
    static const struct {
        size_t value;
        const char *reason;
    } needed[] = {
        {SIWX_DOMAIN, "domain"},   {SIWX_ADDRESS, "address"},
        {SIWX_VERSION, "version"}, {SIWX_CHAIN, "chain_id"},
        {SIWX_TYPE, "type"},       {SIWX_NONCE, "nonce"},
    };

    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (!value_is_token(&v[needed[i].value])) {
            return needed[i].reason;
        }
    }
    if (!value_is_string(&v[SIWX_URI])) {
        return "uri";
    }
    if (!value_is_string(&v[SIWX_SIGNATURE])) {
        return "signature";
    }
    if (!is_type(v[SIWX_TYPE].text)) {
        return "type";
    }
    if (!network_is_canonical(v[SIWX_CHAIN].text)) {
        return "chain_id";
    }
    return NULL;
}

static const char *read_window(const struct json_value *v, struct payment *out)
{
    uint64_t at;

    if (!value_to_time(&v[SIWX_ISSUED], &at)) {
        return "issued_at";
    }
    out->has_window = true;
    out->valid_after = at;
    out->valid_before = at + MAX_AGE;
    if (value_is_there(&v[SIWX_EXPIRES])) {
        if (!value_to_time(&v[SIWX_EXPIRES], &at)) {
            return "expiration_time";
        }
        out->valid_before = at < out->valid_before ? at : out->valid_before;
    }
    if (value_is_there(&v[SIWX_NOT_BEFORE])) {
        if (!value_to_time(&v[SIWX_NOT_BEFORE], &at)) {
            return "not_before";
        }
        out->valid_after = at > out->valid_after ? at : out->valid_after;
    }
    return NULL;
}

/* Host, without a port; an address of IPv6 stands in brackets. */
static struct view host_of(struct view authority)
{
    size_t bracket = view_find(authority, ']');

    if (bracket < authority.size) {
        return view_of(authority.at, bracket + 1);
    }
    return view_of(authority.at, view_find(authority, ':'));
}

/* The authority of "https://host:port/path", or NONE. */
static struct view authority_of(struct view uri)
{
    size_t at = view_search(uri, VIEW("://"));

    if (at == SIZE_MAX) {
        return VIEW_NONE;
    }
    uri = view_of(uri.at + at + 3, uri.size - at - 3);
    uri.size = view_find_either(uri, 0, '/', '?');
    return uri;
}

static const char *misdirection(const struct json_value *v,
                                const struct request *request)
{
    struct view host = request->host_name;

    if (!host.at) {
        return NULL; /* this transport does not tell */
    }
    if (!view_equal_fold(host_of(v[SIWX_DOMAIN].text), host)) {
        return "domain_mismatch";
    }
    if (!view_equal_fold(host_of(authority_of(v[SIWX_URI].text)), host)) {
        return "uri_mismatch";
    }
    return NULL;
}

const char *siwx_read(const struct payment_input *in, struct payment *out)
{
    struct json_value v[SIWX_VALUES] = {{JSON_ERROR, {NULL, 0}}};
    const char *reason = members_decode(in->value, false, rows, in->workspace,
                                        v, &out->payload_raw);

    if (!reason) {
        reason = check_form(v);
    }
    if (!reason) {
        reason = read_window(v, out);
    }
    if (reason) {
        return reason;
    }
    out->scheme = v[SIWX_TYPE].text;
    out->payer = v[SIWX_ADDRESS].text;
    out->known_scheme = true;
    out->reusable = true;
    out->misdirected = misdirection(v, in->request);
    hash_sha256(out->identity, out->payload_raw);
    memcpy(out->content, out->identity, sizeof(out->content));
    return NULL;
}
