/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payments: what a payment header says, checked for form, with the identity
 * that replay protection needs; and its judgement against what the policy
 * offers. Nothing here asks a chain, a clock or a store. `sound` means
 * well-formed and meant for this, not paid.
 *
 *   headers --payment_parse--> struct payment --payment_judge--> state
 *
 * One file per protocol; one row per state, header, protocol and scheme.
 * Payments inside bodies (MCP, A2A) are not looked at: no body is.
 */
#ifndef WB_PAYMENT_PAYMENT_H
#define WB_PAYMENT_PAYMENT_H

#include <stdint.h>

#include "base/amount.h"
#include "base/arena.h"
#include "request/request.h"
#include "request/retry.h"

/* X(enum, name, error, status): the JSON error and HTTP status when the
 * state rejects. In the order in which states are judged. */
#define PAYMENT_STATE_TABLE(X)                                                 \
    X(NONE, "none", "", 0)                                                     \
    X(MALFORMED, "malformed", "invalid_payload", 400)                          \
    X(UNNEEDED, "unneeded", "payment_not_needed", 400)                         \
    X(UNKNOWN_SCHEME, "unknown-scheme", "unsupported_scheme", 400)             \
    X(WRONG_NETWORK, "wrong-network", "invalid_network", 400)                  \
    X(WRONG_ASSET, "wrong-asset", "invalid_payment_requirements", 400)         \
    X(WRONG_RECIPIENT, "wrong-recipient",                                      \
      "invalid_exact_evm_payload_recipient_mismatch", 400)                     \
    X(WRONG_PAYER, "wrong-payer", "invalid_payment", 400)                      \
    X(EXPIRED, "expired", "payment_expired", 400)                              \
    X(EARLY, "early", "invalid_exact_evm_payload_authorization_valid_after",   \
      400)                                                                     \
    X(TOO_LONG, "too-long",                                                    \
      "invalid_exact_evm_payload_authorization_valid_before", 400)             \
    X(WRONG_AMOUNT, "wrong-amount",                                            \
      "invalid_exact_evm_payload_authorization_value_mismatch", 400)           \
    X(FORGED, "forged", "invalid_exact_evm_payload_signature", 403)            \
    X(LOCKED_OUT, "locked-out", "payer_locked_out", 403)                       \
    X(CONFLICTING, "conflicting", "payment_identifier_conflict", 409)          \
    X(REPEATED, "repeated", "duplicate_request", 409)                          \
    X(REPLAYED, "replayed", "duplicate_settlement", 409)                       \
    X(REUSABLE, "reusable", "", 0)                                             \
    X(SOUND, "sound", "", 0)

enum payment_state {
#define PAYMENT_STATE_ENUM(id, name, error, status) PAYMENT_##id,
    PAYMENT_STATE_TABLE(PAYMENT_STATE_ENUM)
#undef PAYMENT_STATE_ENUM
        PAYMENT_STATES
};
struct payment_state_row {
    const char *name;
    const char *error;
    unsigned status;
};
extern const struct payment_state_row payment_states[PAYMENT_STATES];

/* What is done with a payment in a state. */
enum payment_action {
    PAYMENT_REJECT, /* answer payment_states[].status */
    PAYMENT_STRIP,  /* go on, X-Payment-Forward: 0 */
    PAYMENT_PASS    /* go on, X-Payment-Forward: 1 (claimed or reusable) */
};

enum payment_protocol {
    PROTOCOL_NONE,
    PROTOCOL_X402,
    PROTOCOL_MPP,           /* Authorization: Payment */
    PROTOCOL_L402,          /* Authorization: L402, LSAT */
    PROTOCOL_CRAWLER_PRICE, /* crawler-exact-price, crawler-max-price */
    PROTOCOL_RSL,           /* Authorization: License */
    PROTOCOL_SIWX,          /* SIGN-IN-WITH-X */
    PROTOCOL_COUNT
};
extern const char *const payment_protocol_names[PROTOCOL_COUNT];

/* A header that payments come in. */
struct payment_header {
    struct view name;
    enum payment_protocol protocol; /* NONE: its authentication scheme says */
    unsigned version; /* of x402; 0: the payment says. Of crawler prices: */
};
enum { CRAWLER_EXACT = 1, CRAWLER_MAX };

/* What the local signature check found. */
enum payment_proof {
    PROOF_NONE,    /* not checked */
    PROOF_UNKNOWN, /* it cannot be checked here */
    PROOF_PROVEN,  /* the payer's own key signed it */
    PROOF_FAILED,  /* it did not; a contract may still take it */
    PROOFS
};
extern const char *const payment_proof_names[PROOFS];

enum payment_signatures {
    SIGNATURES_OFF,   /* not checked: nothing is proven */
    SIGNATURES_FLAG,  /* one that fails goes on unproven */
    SIGNATURES_REJECT /* one that fails is forged */
};

/* What the payer signed, as the words of an EIP-712 struct. */
#define SIGNED_ADDRESS 20
#define SIGNED_WORDS 8
enum signed_type {
    SIGNED_NOTHING,        /* that can be checked here */
    SIGNED_TRANSFER,       /* EIP-3009 TransferWithAuthorization */
    SIGNED_RECEIVE,        /* EIP-3009 ReceiveWithAuthorization */
    SIGNED_PERMIT,         /* Permit2: no witness */
    SIGNED_PERMIT_EXACT,   /* Permit2: witness to, validAfter */
    SIGNED_PERMIT_UPTO,    /* Permit2: witness to, facilitator, validAfter */
    SIGNED_PERMIT_DEPOSIT, /* Permit2: witness channelId */
    SIGNED_PERMIT_PAYMENT, /* Permit2: witness challengeHash (MPP) */
    SIGNED_VOUCHER         /* of a batch's channel */
};
struct signed_message {
    enum signed_type type;
    unsigned char signer[SIGNED_ADDRESS]; /* who should have signed */
    unsigned char words[SIGNED_WORDS][32];
    unsigned char signature[65]; /* r, s, v */
};

struct payment_settings {
    size_t max_header_bytes; /* 8 KiB */
    int64_t settle_margin;   /* microseconds; 6 s */
    int64_t skew;            /* microseconds; 5 s */
    int64_t max_lifetime;    /* microseconds; 1 h */
    unsigned gate_versions;  /* bit v: the gate takes x402 version v; 0: all */
    unsigned gate_protocols; /* bit p: it takes the protocol; 0: all */
    const struct view *gate_networks; /* it takes these; none: all */
    size_t gate_network_count;
    enum payment_signatures signatures; /* OFF where they cannot be checked */
    enum payment_action actions[PAYMENT_STATES];
    enum payment_action malformed[PROTOCOL_COUNT]; /* instead of actions[] */
    const struct payment_header *headers;
    size_t header_count;
    struct retry_names mapped; /* those of them that an operator mapped */
};
#define PAYMENT_HEADERS_MAX 24
void payment_settings_default(struct payment_settings *settings);

struct payment {
    enum payment_protocol protocol;
    bool unknown; /* this transport does not carry payment headers */
    bool malformed;
    const char *reason; /* a literal token for the answer, when malformed */
    struct view header; /* name of the header it came in, as sent */
    unsigned version;
    struct view scheme;
    struct view network; /* canonical CAIP-2: v1 names are translated */
    bool known_scheme;   /* scheme, network and shape are ones we check */
    bool reusable;       /* made to be used many times */
    bool brief;          /* its seller keeps count: claimed for one request */
    bool exact_amount;   /* equality; else at least (x402 version 1) */
    const char *misdirected; /* why it is meant for somebody else, or NULL */
    struct view asset;       /* of `accepted` (v2); NONE in v1 */
    struct view pay_to;      /* who gets it, as the signed part says */
    struct view payer;       /* as the signed part claims */
    bool has_amount;
    struct amount amount; /* as the signed part says */
    struct view decimal;  /* else in units of the asset: "10.5", or NONE */
    bool has_window;
    uint64_t valid_after, valid_before; /* seconds; UINT64_MAX: at least so */
    uint64_t max_timeout;   /* accepted.maxTimeoutSeconds, seconds; 0: none */
    struct view identifier; /* payment-identifier extension, or NONE */
    struct view quote;      /* accepted.extra.quote, or NONE */
    unsigned char identity[32]; /* what makes two headers one payment */
    unsigned char content[32];  /* of payload and signature: equal copies */
    struct view payload_raw;    /* JSON text of the decoded header, or NONE */
    struct signed_message message;
    struct signed_message voucher; /* that came with a deposit */
};

/* What payments come in unless the settings say more. */
extern const struct payment_header payment_headers[];
extern const size_t payment_header_count;
/* Headers that only gates and their handlers may send; a client's copy is
 * spoofed. */
extern const char *const payment_guarded_headers[];

/* Can there be a payment, or is it unknown whether there is one? If not,
 * payment_parse() would leave *out all zero. */
static inline bool payment_may_be(const struct request *request)
{
    return !request->names || request->roles & NAME_RETRY ||
           request->headers_limited || request->overflow;
}
/* Reads the request's payment headers. Text lives in `workspace`. Always
 * fills *out; a workspace that is full makes it malformed. */
void payment_parse(const struct request *request,
                   const struct payment_settings *settings,
                   struct arena *workspace, struct payment *out);
/* Does such a line hold a payment? */
bool payment_line_pays(const struct payment_settings *settings,
                       const struct header *header);
/* Fills request->payment for the rules. */
void payment_fill_slots(const struct payment *payment,
                        struct payment_slots *out);

/* What the policy sells this request for: amounts that hold now, each with
 * its own network, asset and payee. */
struct offer {
    struct view network; /* CAIP-2 */
    struct view asset;   /* address */
    struct view pay_to;
    struct amount amount;
    unsigned decimals;           /* of the asset */
    const unsigned char *domain; /* 32 bytes: the asset's EIP-712 domain
                                    separator, or NULL */
};
struct judgement {
    enum payment_state state; /* NONE..WRONG_AMOUNT, REUSABLE or SOUND */
    const char *reason;       /* a literal token, or NULL */
    size_t offer;             /* the offer it matches, when SOUND */
};
/* `strict`: the operator wrote asset and pay-to, so that recipient, network,
 * asset and amount are judged. Zero offers: the price is free. */
struct judgement payment_judge(const struct payment *payment,
                               const struct payment_settings *settings,
                               const struct offer *offers, size_t offer_count,
                               bool strict, int64_t now);
/* What is to be done with a payment in that state. */
enum payment_action payment_action(const struct payment *payment,
                                   const struct payment_settings *settings,
                                   enum payment_state state);
/* When the claim may be forgotten: microseconds since the epoch. */
int64_t payment_claim_expiry(const struct payment *payment,
                             const struct payment_settings *settings,
                             int64_t now);

#endif
