/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSL (Really Simple Licensing): `Authorization: License TOKEN`, a licence
 * that its holder shows with every request: never claimed. A token that is a
 * JWT says when it ends and who holds it; whether it is good, its issuer
 * knows.
 */
#include "base/hash.h"
#include "payment/members.h"
#include "payment/protocol.h"

/* token68 of RFC 9110, which a JWT is too. */
static bool is_token68(struct view text)
{
    size_t n = 0;

    while (n < text.size && (ascii_is_alnum(text.at[n]) ||
                             (text.at[n] && strchr("-._~+/", text.at[n])))) {
        n++;
    }
    if (n == 0) {
        return false;
    }
    while (n < text.size && text.at[n] == '=') {
        n++;
    }
    return n == text.size;
}

/* Seconds; a part of one is left out. */
static bool read_seconds(const struct json_value *value, uint64_t *out)
{
    struct view rest = value->text;
    unsigned long long n;

    if (value->kind != JSON_NUMBER || !view_to_u64(view_cut(&rest, '.'), &n)) {
        return false;
    }
    *out = n;
    return true;
}

enum { CLAIM_EXPIRES, CLAIM_NOT_BEFORE, CLAIM_SUBJECT, CLAIMS };

static const char *read_claims(struct view token, struct arena *workspace,
                               struct payment *out)
{
    static const struct member_row rows[] = {
        MEMBER("exp", CLAIM_EXPIRES, NULL),
        MEMBER("nbf", CLAIM_NOT_BEFORE, NULL),
        MEMBER("sub", CLAIM_SUBJECT, NULL), MEMBERS_END};
    struct json_value v[CLAIMS] = {{JSON_ERROR, {NULL, 0}}};
    struct view rest = token, json;
    struct view payload;
    const char *reason;

    view_cut(&rest, '.');
    payload = rest.at ? view_cut(&rest, '.') : VIEW_NONE;
    if (!rest.at) {
        return NULL; /* opaque */
    }
    reason = members_decode(payload, true, rows, workspace, v, &json);
    if (reason) { /* opaque too, if it was looked at */
        return strcmp(reason, "no_room") ? NULL : reason;
    }
    out->valid_before = UINT64_MAX;
    if ((value_is_there(&v[CLAIM_EXPIRES]) &&
         !read_seconds(&v[CLAIM_EXPIRES], &out->valid_before)) ||
        (value_is_there(&v[CLAIM_NOT_BEFORE]) &&
         !read_seconds(&v[CLAIM_NOT_BEFORE], &out->valid_after))) {
        return "window";
    }
    out->has_window = true;
    if (value_is_token(&v[CLAIM_SUBJECT])) {
        out->payer = v[CLAIM_SUBJECT].text;
    }
    return NULL;
}

const char *rsl_read(const struct payment_input *in, struct payment *out)
{
    struct view token = in->value;

    if (!is_token68(token)) {
        return "token";
    }
    out->scheme = VIEW("license");
    out->known_scheme = true;
    out->reusable = true;
    hash_sha256(out->identity, token);
    memcpy(out->content, out->identity, sizeof(out->content));
    return read_claims(token, in->workspace, out);
}
