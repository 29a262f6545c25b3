/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request in flight and the decision made on it. decide.c fills it step
 * by step; headers.c, denial.c and decision_write.c only read it.
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
    uint64_t *rates;
    uint64_t id_start, id_count; /* for decision ids */

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
    bool unread;                   /* its record could not be read */
    bool cannot_strip;             /* strip is a refusal: WB_CANNOT_STRIP */
    bool cut;                      /* a value did not fit the workspace */
    bool anew;                     /* weighed without a memo: for tests */
    bool answers_only;             /* no headers, no body, no id */
    bool finished;                 /* the evaluation is one of the past's */

    struct wb_state *state;
    unsigned char id[16];
    char id_text[33];
    bool count; /* decided in count mode */
    struct verdict verdict;
    char score_text[4];
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
/* The rates of a shadow: what its lender counted. */
const uint64_t *shadow_rates(struct wb_request *shadow);

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

/* Charged or refused, although it calls itself Mozilla and no name of an
 * agent was found: what to read before going live. */
bool decision_charges_browser(const struct wb_request *request);

static inline bool decision_allows(const struct wb_request *request)
{
    return request->denial.status == 0;
}

/* decide.c: what refuses first is what is told. `reason`: token or NULL. */
void decision_refuse(struct wb_request *request, unsigned status,
                     const char *error, const char *reason);
/* asked.c: fills ask and again. */
void decision_ask(struct wb_request *request);
/* decision_id.c: fills id and id_text, with a new one or this one. */
void decision_make_id(struct wb_request *request);
void decision_take_id(struct wb_request *request, const unsigned char id[16]);
/* decide_price.c: what it costs; once its payment is claimed; whether that is
 * of the payer who was announced. */
void price_step(struct wb_request *request);
void price_paid(struct wb_request *request);
bool price_is_payers(const struct wb_request *request);
/* Of a payment: what was told to it before holds. NULL, or why the quote that
 * it brings does not. */
const char *price_hold(struct wb_request *request, size_t offer);
/* What was told before is told again only if it is paid. */
void price_finish(struct wb_request *request);
/* wb_demand.c: "75.5" or "75.5%" as parts per million. */
bool price_read_load(struct view text, uint64_t *out);
void price_quote(const struct wb_request *request, struct text *out);
/* decide_payment.c: the steps after the price, in their order. */
void payment_step_judge(struct wb_request *request);
void payment_step_signature(struct wb_request *request);
bool payment_wants_claim(const struct wb_request *request);
/* Fills `call`, which the store is then given; and what it said. */
void payment_claim(struct wb_request *request);
void payment_claim_answered(struct wb_request *request);
/* memo.c: one more memo for each ruleset, up to MEMOS_MAX. False: out of
 * memory. */
bool memos_add(const struct wb_engine *engine);
void memos_free(struct memos *memos);
/* NULL: none is idle. What was taken must be given back to its place. */
struct memo *memos_take(struct memos *memos, unsigned *place);
void memos_give(struct memos *memos, unsigned place, struct memo *memo);
/* For who has taken the memo of that place; NULL: there is none. */
struct past *memos_past(const struct wb_request *request, unsigned place);

/* headers.c: the decision as request headers to the gate. */
extern const char *const injected_headers[]; /* NULL-terminated */
void headers_write(struct wb_request *request);
/* headers_aws.c: the same under the profile aws-waf. */
extern const char *const aws_headers[];         /* NULL-terminated, as ... */
extern const char *const aws_guarded_headers[]; /* ... what clients may not
                                                   send under it */
void headers_write_aws(struct wb_request *request);
bool aws_refuses_method(const struct wb_request *request);
/* The labels that are true, sorted; returns how many. */
#define LABELS_MAX 128
size_t decision_labels(const struct wb_request *request,
                       struct view labels[LABELS_MAX]);
/* decision_write.c: parts of the record that the audit log has too. */
struct json_writer;
void decision_write_price(const struct wb_request *request,
                          struct json_writer *w);
void decision_write_payment(const struct wb_request *request,
                            struct json_writer *w);
/* denial.c: the decision as a 4xx answer. */
void denial_write(struct wb_request *request);
/* state_store.c: the store that the snapshot names; `folder`: where state is
 * kept that has no place of its own, or NULL. */
enum wb_status state_open_store(const struct wb_engine *engine,
                                const char *folder, struct problems *problems,
                                struct wb_state *state);
/* counters.c */
struct counters *counters_new(void);
void counters_free(struct counters *counters);
void counters_add(struct wb_request *request);
/* A shadow has decided; bits of enum shadow_difference. */
void counters_shadow(const struct wb_request *request, unsigned differs);

#endif
