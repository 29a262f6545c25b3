/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Web Bot Auth: is a request signed (RFC 9421, tag "web-bot-auth", Ed25519)
 * by a key of the keyring? Nothing is fetched: a key that is not there is
 * unknown. Nothing is remembered either: whether a nonce was seen before is
 * for the stateful half to ask.
 *
 * Only what is certain speaks against an agent. Where a covered component
 * did not get here, or may have been rewritten on its way, a signature that
 * does not fit is UNSURE, never INVALID.
 */
#ifndef WB_REQUEST_WEB_BOT_AUTH_H
#define WB_REQUEST_WEB_BOT_AUTH_H

#include "base/arena.h"
#include "request/keyring.h"
#include "request/request.h"

enum wba_state {
    WBA_NONE,   /* no such signature */
    WBA_UNSURE, /* cannot be told */
    WBA_VERIFIED,
    WBA_INVALID,
    WBA_EXPIRED,
    WBA_UNKNOWN_KEY,
    WBA_REPLAYED, /* set by the stateful half */
    WBA_STATES
};
/* As the field wba.state says them; NULL for NONE and UNSURE. */
extern const char *const wba_state_names[WBA_STATES];

struct wba {
    enum wba_state state;
    /* of a signature that is verified: */
    const struct signing_key *key;
    struct view keyid; /* its thumbprint, as sent */
    struct view once;  /* nonce, or the signature where there is none */
    bool has_nonce;
    int64_t until; /* when it ends; microseconds since the epoch */
};

/* Does the request carry a signature with this tag, or may it? Cheap. */
bool wba_is_there(const struct request *request);
/* Checks it at the request's time; memory comes from the workspace. */
void wba_check(const struct request *request, const struct keyring *keyring,
               struct arena *workspace, struct wba *out);
/* Tells the rules: writes request->signature. */
void wba_fill_slots(const struct wba *wba, struct signature_slots *out);

#endif
