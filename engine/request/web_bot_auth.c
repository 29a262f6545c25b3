/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking signatures with the tag "web-bot-auth", cheapest step first: its
 * form, its key, its time, and only then the signature itself. Of several
 * the first that is verified counts, else the first that says anything.
 */
#include "request/web_bot_auth.h"

#include "base/codec.h"
#include "base/hash.h"
#include "request/signature_base.h"

#define TAG "web-bot-auth"
#define CANDIDATES_MAX 4
#define SECOND INT64_C(1000000)
/* Beyond the year 9999 a time says nothing. */
#define SECONDS_MAX INT64_C(253402300799)

const char *const wba_state_names[WBA_STATES] = {
    [WBA_VERIFIED] = "verified", [WBA_INVALID] = "invalid",
    [WBA_EXPIRED] = "expired",   [WBA_UNKNOWN_KEY] = "unknown-key",
    [WBA_REPLAYED] = "replayed",
};

/* A member of Signature-Input that has the tag. */
struct candidate {
    struct view label;
    struct view member;            /* "=(...);created=..." */
    int64_t created, expires;      /* seconds */
    struct view keyid, alg, nonce; /* NONE: not there */
    bool has_created, has_expires;
    bool tagged;
    bool odd; /* a parameter of the wrong type, or twice */
};

struct checking {
    const struct request *request;
    const struct keyring *keyring;
    struct arena *workspace;
    struct view signatures; /* the field Signature */
};

/* ---- Signature-Input ---- */

static void take_text(struct candidate *c, struct view *out,
                      const struct sf_item *value)
{
    c->odd |= value->kind != SF_STRING || out->at;
    *out = value->text;
}

static void take_time(struct candidate *c, int64_t *out, bool *has,
                      const struct sf_item *value)
{
    c->odd |= value->kind != SF_INTEGER || *has || value->number < 0 ||
              value->number > SECONDS_MAX;
    *out = value->number;
    *has = true;
}

static void take_param(struct candidate *c, struct view key,
                       const struct sf_item *value)
{
    struct view tag = VIEW_NONE;

    if (view_equal(key, VIEW("created"))) {
        take_time(c, &c->created, &c->has_created, value);
    } else if (view_equal(key, VIEW("expires"))) {
        take_time(c, &c->expires, &c->has_expires, value);
    } else if (view_equal(key, VIEW("keyid"))) {
        take_text(c, &c->keyid, value);
    } else if (view_equal(key, VIEW("alg"))) {
        take_text(c, &c->alg, value);
    } else if (view_equal(key, VIEW("nonce"))) {
        take_text(c, &c->nonce, value);
    } else if (view_equal(key, VIEW("tag"))) {
        take_text(c, &tag, value);
        c->odd |= c->tagged;
        c->tagged |= view_equal(tag, VIEW(TAG));
    }
}

static void read_candidate(struct sf *sf, struct view label,
                           struct candidate *c)
{
    size_t start = sf->at;
    struct sf_item item;
    struct view key;

    *c = (struct candidate){.label = label};
    if (!sf_list(sf)) {
        sf_item(sf, &item);
        while (sf_param(sf, &key, &item)) {
        }
        return;
    }
    while (sf_next(sf, &item)) {
        struct sf_item value;

        while (sf_param(sf, &key, &value)) {
        }
    }
    while (sf_param(sf, &key, &item)) {
        take_param(c, key, &item);
    }
    c->member = view_of(sf->input.at + start, sf->at - start);
}

/* Those with the tag; false when the field is malformed. */
static bool read_candidates(struct view field, struct candidate *found,
                            size_t *count)
{
    struct candidate one;
    struct view label;
    struct sf sf;

    *count = 0;
    sf_start(&sf, field);
    while (sf_member(&sf, &label)) {
        read_candidate(&sf, label, &one);
        if (one.tagged && *count < CANDIDATES_MAX) {
            found[(*count)++] = one;
        }
    }
    return !sf.failed;
}

/* ---- Signature ---- */

/* The bytes under the label; false when they are not there, twice, or not
 * 64. *text is what was sent. */
static bool find_signature(const struct checking *k, struct view label,
                           unsigned char out[64], struct view *text)
{
    char room[64 + 3];
    struct view name, key;
    struct sf_item item = {0}, inner;
    size_t found = 0, size = 0;
    struct sf sf;

    sf_start(&sf, k->signatures);
    while (sf_member(&sf, &name)) {
        bool wanted = view_equal(name, label);

        if (sf_list(&sf)) {
            while (sf_next(&sf, &inner)) {
                while (sf_param(&sf, &key, &inner)) {
                }
            }
            found += 2 * (size_t)wanted;
        } else if (sf_item(&sf, &inner) && wanted) {
            item = inner;
            found++;
        }
        while (sf_param(&sf, &key, &inner)) {
        }
    }
    if (sf.failed || found != 1 || item.kind != SF_BYTES ||
        base64_room(item.text.size) > sizeof room + 3 || item.text.size > 88 ||
        !base64_decode(item.text, room, &size) || size != 64) {
        return false;
    }
    memcpy(out, room, 64);
    *text = item.text;
    return true;
}

/* ---- one signature ---- */

static bool read_thumbprint(struct view keyid, unsigned char out[32])
{
    char room[32 + 3];
    size_t size = 0;

    if (keyid.size != 43 || !base64url_decode(keyid, room, &size) ||
        size != 32) {
        return false;
    }
    memcpy(out, room, 32);
    return true;
}

static bool is_well_formed(const struct candidate *c)
{
    return c->member.at && !c->odd && c->has_created && c->has_expires &&
           c->keyid.size > 0 && c->expires > c->created;
}

static enum wba_state check_key(const struct checking *k,
                                const struct candidate *c, struct wba *out)
{
    unsigned char thumbprint[32];

    if (read_thumbprint(c->keyid, thumbprint)) {
        out->key = keyring_find(k->keyring, thumbprint);
    }
    if (!out->key) {
        return k->request->time <= k->keyring->fresh_until ? WBA_UNKNOWN_KEY
                                                           : WBA_UNSURE;
    }
    return c->alg.at && !view_equal(c->alg, VIEW("ed25519")) ? WBA_INVALID
                                                             : WBA_VERIFIED;
}

static enum wba_state check_time(const struct checking *k,
                                 const struct candidate *c, struct wba *out)
{
    int64_t now = k->request->time;
    int64_t created = c->created * SECOND;

    out->until = c->expires * SECOND;
    if (out->until > created + k->keyring->lifetime) {
        out->until = created + k->keyring->lifetime;
    }
    if (out->until > out->key->until) {
        out->until = out->key->until;
    }
    if (created > now + k->keyring->skew || created < out->key->from) {
        return WBA_INVALID;
    }
    return out->until <= now ? WBA_EXPIRED : WBA_VERIFIED;
}

static enum wba_state check_bytes(const struct checking *k,
                                  const struct candidate *c, struct wba *out)
{
    struct view agent = VIEW("Signature-Agent");
    struct view text;
    unsigned char bytes[64];
    struct signature_base base;
    enum signature_base_result result =
        signature_base(k->request, c->member, k->workspace, &base);

    if (result == SIGNATURE_BASE_WRONG) {
        return WBA_INVALID;
    }
    if (result == SIGNATURE_BASE_UNSURE) {
        return WBA_UNSURE;
    }
    if (!base.covers_authority ||
        (request_header(k->request, agent) && !base.covers_agent)) {
        return WBA_INVALID;
    }
    if (!k->signatures.at &&
        !request_header_known(k->request, VIEW("Signature"))) {
        return WBA_UNSURE;
    }
    if (!find_signature(k, c->label, bytes, &text)) {
        return WBA_INVALID;
    }
    if (!hash_ed25519_holds(bytes, base.text, out->key->key)) {
        return base.fragile ? WBA_UNSURE : WBA_INVALID;
    }
    out->has_nonce = c->nonce.at != NULL;
    out->once = out->has_nonce ? c->nonce : text;
    return WBA_VERIFIED;
}

static void check_one(const struct checking *k, const struct candidate *c,
                      struct wba *out)
{
    *out = (struct wba){.state = WBA_INVALID, .keyid = c->keyid};
    if (!is_well_formed(c)) {
        return;
    }
    out->state = check_key(k, c, out);
    if (out->state == WBA_VERIFIED) {
        out->state = check_time(k, c, out);
    }
    if (out->state == WBA_VERIFIED) {
        out->state = check_bytes(k, c, out);
    }
}

/* ---- all of them ---- */

bool wba_is_there(const struct request *request)
{
    struct view name = VIEW("signature-input");

    if (!(request->roles & (NAME_SIGNS | NAME_OTHER))) {
        return false;
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];

        if (header->name.size == name.size &&
            view_equal_fold(header->name, name) &&
            view_search(header->value, VIEW(TAG)) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

void wba_check(const struct request *request, const struct keyring *keyring,
               struct arena *workspace, struct wba *out)
{
    struct checking k = {request, keyring, workspace, VIEW_NONE};
    struct candidate found[CANDIDATES_MAX];
    struct view field =
        signature_field(request, VIEW("Signature-Input"), workspace);
    size_t count = 0;

    *out = (struct wba){.state = WBA_UNSURE};
    if (!field.at) {
        return; /* no room */
    }
    k.signatures = signature_field(request, VIEW("Signature"), workspace);
    if (!read_candidates(field, found, &count)) {
        out->state = WBA_INVALID;
        return;
    }
    out->state = WBA_NONE;
    for (size_t i = 0; i < count; i++) {
        struct wba one;

        check_one(&k, &found[i], &one);
        if (i == 0 || one.state == WBA_VERIFIED) {
            *out = one;
        }
        if (one.state == WBA_VERIFIED) {
            break;
        }
    }
}

void wba_fill_slots(const struct wba *wba, struct signature_slots *out)
{
    *out = (struct signature_slots){.known = wba->state != WBA_UNSURE};
    out->state = view_text(wba_state_names[wba->state]);
    if (wba->state == WBA_VERIFIED) {
        out->agent = wba->key->signer->name;
        out->key = wba->keyid;
    }
}
