/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request in flight and the decision made on it. decide.c fills it step
 * by step (steps.h); headers.c, denial.c and decision_write.c only read it.
 */
#ifndef WB_DECISION_H
#define WB_DECISION_H

#include "base/text.h"
#include "pricing/market.h"
#include "request/web_bot_auth.h"
#include "snapshot.h"
#include "state/state.h"

/* What a request may hold besides the caller's bytes: decoded payment,
 * readings of its path, joined and transformed values. */
#define WORKSPACE_SIZE ((size_t)512 * 1024)
#define ANSWER_ROOM ((size_t)8 * 1024)
#define ANSWER_HEADERS_MAX 32
#define DECISION_IDS 32 /* made at a time */

enum step {
    STEP_EMPTY,
    STEP_FILLING, /* facts are being given */
    STEP_WEIGHED, /* the stateless half is done */
    STEP_CLAIMING,
    STEP_DONE
};

/* How the request is answered when it is not allowed. */
struct denial {
    unsigned status;               /* 0: allowed */
    const char *error;             /* token of the JSON body */
    struct view reason;            /* token, or NONE */
    struct view header;            /* name of the offending header, or NONE */
    const struct refusal *refusal; /* price: reject */
    const char *retry;             /* "sign-again" or "wait", or NULL */
    unsigned retry_after;          /* seconds; 0: none */
};

struct answer_header {
    const char *name;
    struct view value;
};

struct wb_request {
    enum step step;
    struct wb_engine *engine;
    uint64_t prepared_for;           /* engine serial of what follows */
    struct evaluation **evaluations; /* one per ruleset */
    size_t evaluation_count;
    struct value *values;
    struct fill *fill; /* fills them in */
    uint64_t *rates;
    unsigned char id_key[32]; /* of the stream that ids are made of */
    unsigned char ids[DECISION_IDS][16];
    uint64_t id_count;

    struct arena *workspace;
    struct request facts;
    struct view label;     /* of the record */
    struct view proxy_id;  /* made by the proxy for this request; or NONE */
    unsigned char ask[16]; /* a hash of that and what it came with */
    bool again;            /* asked before under it: counted already */
    struct payment payment;
    struct wba wba; /* the signature of the request itself */

    const struct site *site;
    const struct ruleset *ruleset;
    struct evaluation *evaluation; /* NULL: rules were not reached */
    struct memo *memo;             /* lent for its rules; NULL: none is */
    unsigned memo_place;
    bool unread;                    /* its record could not be read */
    bool cannot_strip;              /* strip is a refusal: WB_CANNOT_STRIP */
    bool cut;                       /* a value did not fit the workspace */
    bool anew;                      /* weighed without a memo: for tests */
    bool answers_only;              /* no headers, no body, no id */
    const struct wb_sketch *sketch; /* all that it was given; or NULL */
    struct wb_recall *recall;       /* NULL: none; not owned */
    unsigned finished; /* number of its evaluation in the past; 0: none */

    struct wb_state *state;
    unsigned char id[16];
    char id_text[33];
    bool count; /* decided in count mode */
    struct verdict verdict;
    struct view score_text;
    char score_room[4];
    struct view amount_text, price_text; /* atomic, decimal; "0": free */
    char price_room[AMOUNT_DIGITS + AMOUNT_TEXT];
    struct view demand_text; /* decimal, or NONE */
    char demand_room[28];
    struct view load;       /* as the proxy tells it, or NONE */
    struct price price;     /* what it costs */
    struct price price_now; /* the same, when `price` is what was told before */
    bool held;              /* it is */
    struct view quote;      /* that the payment brought and that holds */
    struct judgement judgement;
    enum payment_state payment_state;
    enum payment_proof proof; /* of its signature */
    bool forward;             /* the payment header goes to the gate */
    bool would_claim;         /* no store was given */
    struct claim_call call;
    void (*wake)(void *arg); /* the caller's, after ours */
    void *wake_arg;
    atomic_bool answered; /* the store is done with `call` */
    struct denial denial; /* what would be answered in enforce mode */

    struct wb_request *shadow;       /* decides once more; NULL: none; owned */
    const struct wb_request *lender; /* of rates, while this is a shadow */
    unsigned differs;                /* bits of enum shadow_difference */

    unsigned status; /* what is answered: 200 or denial.status */
    struct answer_header headers[ANSWER_HEADERS_MAX];
    size_t header_count;
    struct view body;
    struct text answer; /* holds header values and body */
    char answer_room[ANSWER_ROOM];
};

/* What a shadow's decision is compared by. */
enum shadow_difference {
    SHADOW_CLASS,
    SHADOW_PRICE,
    SHADOW_ANSWER,
    SHADOW_DIFFERENCES
};
extern const char *const shadow_differences[SHADOW_DIFFERENCES];

/* The state behind the public handle. */
struct wb_state {
    struct store *store;
    struct rates *rates;
    struct nonces *nonces; /* of signed requests */
    struct nonces *asks;   /* under ids that proxies made */
    bool replay; /* fixed keys; decision ids are hashes of the input */
    unsigned char key[16];
    struct counters *counters;
    struct outcomes *outcomes;
    struct market market; /* what moves prices; its meters are owned */
};

/* Does a store work on it, so that it is not ours to touch? */
static inline bool decision_is_held(struct wb_request *request)
{
    return request->step == STEP_CLAIMING &&
           !atomic_load_explicit(&request->answered, memory_order_acquire);
}

static inline bool decision_allows(const struct wb_request *request)
{
    return request->denial.status == 0;
}

/* state_store.c: the store that the snapshot names; `folder`: where state is
 * kept that has no place of its own, or NULL. */
enum wb_status state_open_store(const struct wb_engine *engine,
                                const char *folder, struct problems *problems,
                                struct wb_state *state);

#endif
