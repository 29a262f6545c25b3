/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libweighbridge: one HTTP request in, one priced decision out.
 *
 *   problems = wb_problems_new();
 *   wb_engine_load("weighbridge.yaml", problems, &engine);
 *   wb_state_open(engine, problems, &state);
 *   request = wb_request_new();
 *   for each HTTP request:
 *       wb_request_begin(request, engine, now);
 *       wb_request_fact(...); wb_request_header(...);
 *       wb_decide_blocking(request, state);
 *       wb_decision_status(), wb_decision_header(), wb_decision_body()
 *       wb_request_reset(request);
 *
 * An engine is an immutable snapshot of rules and prices: any thread may use
 * it, references are counted. A state (claims, rates, counters) is shared by
 * all threads and outlives engines. A request belongs to one thread at a
 * time. The library prints nothing, never exits, opens no socket, reads no
 * clock: every time is given by the caller in microseconds since the epoch.
 * Fork before wb_state_open, not after. See weighbridge(3).
 */
#ifndef WEIGHBRIDGE_H
#define WEIGHBRIDGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WB_VERSION "0.1.0"

#if defined(__GNUC__)
#define WB_API __attribute__((visibility("default")))
#else
#define WB_API
#endif

struct wb_engine;
struct wb_state;
struct wb_request;
struct wb_problems;

/* Bytes and their number; not NUL-terminated. data NULL: no value. */
struct wb_text {
    const char *data;
    size_t size;
};

enum wb_status {
    WB_OK = 0,
    WB_ERROR_MEMORY,   /* out of memory */
    WB_ERROR_CONFIG,   /* problems were found in what was loaded */
    WB_ERROR_IO,       /* a file or a store could not be read or opened */
    WB_ERROR_ARGUMENT, /* a call that makes no sense */
    WB_ERROR_LIMIT     /* more than the request holds; the decision is 4xx */
};

/* ---- about this build ---- */

/* Version of the library that is running. Static. */
WB_API const char *wb_version(void);
/* Names of the features that were built in, space-separated. Static. */
WB_API const char *wb_features(void);

/* ---- problems: what loading found ---- */

WB_API struct wb_problems *wb_problems_new(void); /* NULL: out of memory */
WB_API void wb_problems_free(struct wb_problems *problems);
/* Problems that are kept, at most 20 ... */
WB_API size_t wb_problems_count(const struct wb_problems *problems);
/* ... and all that were found, kept or not. */
WB_API size_t wb_problems_errors(const struct wb_problems *problems);
WB_API size_t wb_problems_warnings(const struct wb_problems *problems);
/* Problem i for people: "path:line:column: error: ... [WB-R014]", the source
 * line, a caret, a hint; ends with a newline. Lives as long as `problems`. */
WB_API const char *wb_problem_text(const struct wb_problems *problems,
                                   size_t i);
/* The same for programs. error: 1, warning: 0. Line and column from 1. */
struct wb_problem_place {
    const char *file;
    unsigned line, column;
};
WB_API int wb_problem_is_error(const struct wb_problems *problems, size_t i);
WB_API const char *wb_problem_code(const struct wb_problems *problems,
                                   size_t i);
WB_API const char *wb_problem_message(const struct wb_problems *problems,
                                      size_t i);
WB_API struct wb_problem_place
wb_problem_place(const struct wb_problems *problems, size_t i);

/* ---- engines: immutable snapshots ---- */

/* Loads a weighbridge.yaml and all that it names; path NULL: the built-in
 * demo (shipped rules and policy). All problems are collected (NULL: nobody
 * wants them). On WB_OK *engine holds one reference; else it is left alone. */
WB_API enum wb_status wb_engine_load(const char *path,
                                     struct wb_problems *problems,
                                     struct wb_engine **engine);
WB_API struct wb_engine *wb_engine_ref(struct wb_engine *engine);
/* NULL is fine. The last reference frees; any thread. */
WB_API void wb_engine_unref(struct wb_engine *engine);
/* 16 hex digits: a hash of everything that was loaded. */
WB_API const char *wb_engine_generation(const struct wb_engine *engine);
/* Something to say loudly at start (a demo policy, a test network), or
 * NULL. */
WB_API const char *wb_engine_notice(const struct wb_engine *engine);
/* A setting of weighbridge.yaml by path, with its default: "mode",
 * "listen.0.address"; durations in microseconds, sizes in bytes. "listen.#"
 * is the number of listeners. NULL: no such setting. */
WB_API const char *wb_engine_setting(const struct wb_engine *engine,
                                     const char *path);

/* What tokens of the admin API may do; scopes of one are combined by |. */
enum wb_scope {
    WB_SCOPE_READ = 1,
    WB_SCOPE_OUTCOMES = 2,
    WB_SCOPE_DEMAND = 4,
    WB_SCOPE_ADMIN = 8
};
/* Scopes of a token; 0: it is none. Takes the same time for all tokens of
 * one size. */
WB_API unsigned wb_engine_scopes(const struct wb_engine *engine,
                                 const char *token, size_t size);
/* Does the configuration name any token? */
WB_API int wb_engine_has_tokens(const struct wb_engine *engine);
/* The i-th list of others that the engine stands on: an address set ("set"),
 * a key directory ("keys"), a database ("country", "asn"). Its name; NULL
 * past the end. *date is when it was made or taken, microseconds since the
 * epoch, INT64_MIN: it is not there; *entries what it holds. The last three
 * may be NULL. */
WB_API const char *wb_engine_list(const struct wb_engine *engine, size_t i,
                                  const char **kind, int64_t *date,
                                  size_t *entries);
/* The files that these were read from, for whoever watches them; NULL past
 * the end. */
WB_API const char *wb_engine_data_file(const struct wb_engine *engine,
                                       size_t i);
/* 1: they differ in such lists at most, not in what was configured. */
WB_API int wb_engine_same_configuration(const struct wb_engine *one,
                                        const struct wb_engine *other);

typedef void wb_sink(void *context, const char *data, size_t size);
enum wb_dump {
    WB_DUMP_PROGRAM, /* rules, conditions and automata, disassembled */
    WB_DUMP_PRICES   /* the grid: who pays what on which route */
};
WB_API enum wb_status wb_engine_dump(const struct wb_engine *engine,
                                     enum wb_dump what, wb_sink *sink,
                                     void *context);
/* Rules that were loaded, and the hits and misses of theirs that were tried;
 * those of rules that an override or a pin changed are not. */
WB_API size_t wb_engine_rules(const struct wb_engine *engine);
WB_API size_t wb_engine_examples(const struct wb_engine *engine);
/* Decides, at time `now` and without a state, each request of a request table
 * (weighbridge(1)) and compares. What is not as expected is a problem; *ran
 * is the number of requests. WB_ERROR_CONFIG: there were problems. */
WB_API enum wb_status wb_engine_test(struct wb_engine *engine, const char *path,
                                     int64_t now, struct wb_problems *problems,
                                     size_t *ran);
/* The table of fields that rules may name; independent of any engine. */
WB_API void wb_fields_write(wb_sink *sink, void *context);
/* A JSON Schema (draft 2020-12) of the configuration, of rule packs or of
 * policies, for editors; independent of any engine. What it takes may still
 * fail to load. */
enum wb_schema { WB_SCHEMA_CONFIG, WB_SCHEMA_RULES, WB_SCHEMA_POLICY };
WB_API enum wb_status wb_schema_write(enum wb_schema what, wb_sink *sink,
                                      void *context);
/* Names of all headers that this engine sets on an allowed request; NULL
 * past the end. Proxies must strip clients' copies of them. */
WB_API const char *wb_engine_header_name(const struct wb_engine *engine,
                                         size_t i);
/* Names of all headers that hold payments only; NULL past the end. Proxies
 * forward them to the gate only when X-Payment-Forward is 1. */
WB_API const char *wb_engine_payment_name(const struct wb_engine *engine,
                                          size_t i);
/* Does a request header of this name and value hold a payment? Authorization
 * does if one of its credentials is of a payment scheme. */
WB_API int wb_engine_pays(const struct wb_engine *engine, struct wb_text name,
                          struct wb_text value);

/* What the policy of a site (NULL: the default site) asks of whom, by the
 * tiers that price requests: a price list in JSON, an RSL license, lines for
 * robots.txt, a section of llms.txt, resource items of x402's Bazaar. `base`
 * is where the site is, "https://news.example". WB_ERROR_ARGUMENT: there is
 * no such site. */
enum wb_publication {
    WB_PUBLISH_PRICES,
    WB_PUBLISH_RSL,
    WB_PUBLISH_ROBOTS,
    WB_PUBLISH_LLMS,
    WB_PUBLISH_BAZAAR
};
WB_API enum wb_status wb_engine_publish(const struct wb_engine *engine,
                                        enum wb_publication what,
                                        const char *site, const char *base,
                                        wb_sink *sink, void *context);
/* Writes a policy from a file of others: a robots.txt, or the route
 * configuration of AWS' x402 sample. WB_ERROR_CONFIG: `problems` (may be NULL)
 * says why not. */
WB_API enum wb_status wb_convert(const char *path, struct wb_problems *problems,
                                 wb_sink *sink, void *context);

/* Id of rule i ("default/gptbot") and of route i, over all sites, some of
 * which may share theirs; no value past the end. Live as long as it does. */
WB_API struct wb_text wb_engine_rule(const struct wb_engine *engine, size_t i);
WB_API struct wb_text wb_engine_route(const struct wb_engine *engine, size_t i);
/* Does it count across requests, so that decisions hang on those before
 * them? 1: rules count rates; 2: prices count volume or demand; 3: both; 0:
 * neither. (Payments are claimed in any case.) */
WB_API int wb_engine_counts_rates(const struct wb_engine *engine);

/* ---- demand, to be looked at without serving ---- */

/* The i-th site's id, the default one first; NULL past the end. Lives as long
 * as the engine. */
WB_API const char *wb_engine_site(const struct wb_engine *engine, size_t i);
/* The i-th demand of a site's policy, a group's or a route's id; NULL past the
 * end, or where there is no such site. Lives as long as the engine. */
WB_API const char *wb_engine_demand(const struct wb_engine *engine,
                                    const char *site, size_t i);
enum wb_demand_number {
    WB_DEMAND_PERIOD, /* microseconds */
    WB_DEMAND_TARGET, /* thousandths of an event a period; of a load: parts
                         per million; of a curve: its last point */
    WB_DEMAND_FLOOR,  /* parts per million, as all multipliers */
    WB_DEMAND_CEILING,
    WB_DEMAND_LOAD, /* 1: it follows a load, 0: events */
    WB_DEMAND_LEAST /* the least that a payment without a quote may hold at,
                       of the price of now: what was told within the ttl */
};
/* False: there is no such demand. */
WB_API int wb_demand_number(const struct wb_engine *engine, const char *site,
                            const char *demand, enum wb_demand_number which,
                            uint64_t *number);
/* The multiplier that follows one in whose period `signal` was counted
 * (events, or parts per million of a load). 0: there is no such demand. */
WB_API uint64_t wb_demand_next(const struct wb_engine *engine, const char *site,
                               const char *demand, uint64_t multiplier,
                               uint64_t signal);

/* ---- state: claims, rates, counters; shared, survives reloads ---- */

/* Opens the store that the engine's configuration names. WB_ERROR_IO: one in
 * a file cannot be opened, and `problems` (may be NULL) says why. */
WB_API enum wb_status wb_state_open(const struct wb_engine *engine,
                                    struct wb_problems *problems,
                                    struct wb_state **state);
/* The same for a program that keeps state: claims whose store the
 * configuration leaves open are kept in `folder`/claims, in lmdb where that
 * was built in. The folder is made if it is not there. */
WB_API enum wb_status wb_state_open_in(const struct wb_engine *engine,
                                       const char *folder,
                                       struct wb_problems *problems,
                                       struct wb_state **state);
/* The same in memory whatever the configuration says, with fixed hash keys:
 * for replay and tests, equal input gives equal decisions. */
WB_API enum wb_status wb_state_open_replay(const struct wb_engine *engine,
                                           struct wb_state **state);
/* No decision may be under way. NULL is fine. */
WB_API void wb_state_close(struct wb_state *state);
/* The load of what a site sells, in per cent ("75.5"), for the demand of that
 * name in its policy: a group's or a route's id. WB_ERROR_ARGUMENT: there is
 * none, or another signal moves it. WB_ERROR_IO: the store that all nodes
 * share is lost, and the load was not taken. At least one a period should
 * come. */
WB_API enum wb_status wb_state_push_load(struct wb_state *state,
                                         const struct wb_engine *engine,
                                         const char *site, const char *demand,
                                         const char *load, int64_t now);
/* What one unit of an asset of a site's policy is worth ("3150.25"), in the
 * currency that the policy gives it a rate in. Holds for the policy's
 * exchange-max-age. WB_ERROR_ARGUMENT: there is no such rate, or it is no
 * decimal above 0. WB_ERROR_IO: the store that all nodes share is lost; the
 * rate holds on this node, and the others are told when it is there again. */
WB_API enum wb_status wb_state_push_rate(struct wb_state *state,
                                         const struct wb_engine *engine,
                                         const char *site, const char *asset,
                                         const char *rate, int64_t now);
/* Either of these from JSON: {"site","demand","load"} or
 * {"site","asset","rate"}; without "site", the default one. Where it is not
 * WB_OK *error (may be NULL) is a static text that says why. */
WB_API enum wb_status wb_state_push(struct wb_state *state,
                                    const struct wb_engine *engine,
                                    const char *json, size_t size, int64_t now,
                                    const char **error);
/* What is in force at `now`, as JSON: {"demand":[{"site","demand","signal",
 * "multiplier"}],"rates":[{"site","asset","currency","rate"}]}. */
WB_API void wb_state_demand(const struct wb_state *state,
                            const struct wb_engine *engine, int64_t now,
                            wb_sink *sink, void *context);
enum wb_health {
    WB_HEALTH_GOOD,
    WB_HEALTH_TROUBLED, /* it decides, but not as it should */
    WB_HEALTH_UNFIT     /* its store cannot be trusted: not ready */
};
/* How the stores are. Writes a line for people, "" when all is well, cut to
 * `room` bytes and ended with NUL. */
WB_API enum wb_health wb_state_health(const struct wb_state *state, char *line,
                                      size_t room);
/* Counters in Prometheus text format (version 0.0.4). */
WB_API void wb_state_metrics(const struct wb_state *state,
                             const struct wb_engine *engine, wb_sink *sink,
                             void *context);

/* ---- requests ---- */

enum wb_fact {
    WB_METHOD,       /* as sent: GET */
    WB_SCHEME,       /* http or https, as the client used it */
    WB_HTTP_VERSION, /* "1.0", "1.1", "2", "3" */
    WB_HOST,         /* with or without port */
    WB_TARGET,       /* path and query as sent */
    WB_CLIENT_IP,    /* an address, as text */
    WB_JA3,
    WB_JA4,
    WB_TRANSPORT,  /* what brought it: "nginx", "log", ... */
    WB_REQUEST_ID, /* only one that a trusted proxy made itself */
    WB_LOAD /* of what is served, in per cent; from a trusted proxy only */
};

enum wb_transport_flag {
    WB_ORDER_KEPT = 1,  /* header order and case are as the client sent them */
    WB_CANNOT_STRIP = 2 /* payment headers reach the gate with every allow: one
                           that would be stripped is refused instead */
};

/* A request with its workspace; reuse it. NULL: out of memory. */
WB_API struct wb_request *wb_request_new(void);
WB_API void wb_request_free(struct wb_request *request); /* NULL is fine */
/* Starts over under `engine` (a reference is held until reset or free) at
 * time `now`. */
WB_API enum wb_status wb_request_begin(struct wb_request *request,
                                       struct wb_engine *engine, int64_t now);
/* Forgets the request and its decision, and drops the engine. Between
 * WB_WAIT and wake the store holds the request: it cannot begin anew or be
 * resumed then, reset does nothing, and free loses it. */
WB_API void wb_request_reset(struct wb_request *request);
/* Facts and headers are views: the caller's bytes must live until reset. A
 * fact that is never given is unknown, which is not absent. */
WB_API enum wb_status wb_request_fact(struct wb_request *request,
                                      enum wb_fact fact, const char *data,
                                      size_t size);
WB_API enum wb_status wb_request_header(struct wb_request *request,
                                        const char *name, size_t name_size,
                                        const char *value, size_t value_size);
WB_API void wb_request_transport_flags(struct wb_request *request,
                                       unsigned flags);
/* Only these headers were captured: all others are unknown when missing.
 * The array and its bytes must live until reset. */
WB_API enum wb_status wb_request_headers_known(struct wb_request *request,
                                               const struct wb_text *names,
                                               size_t count);
/* All facts and headers from one request record (a JSON object); its "time",
 * when there, replaces `now`. On WB_ERROR_ARGUMENT *error (may be NULL) is a
 * static text, and the decision is 400 unless another record is read. */
WB_API enum wb_status wb_request_record(struct wb_request *request,
                                        const char *json, size_t size,
                                        const char **error);
/* The record's "label" (replay knows "human" and "bot"), or no value. */
WB_API struct wb_text wb_request_label(const struct wb_request *request);
/* The time that holds for this request. */
WB_API int64_t wb_request_time(const struct wb_request *request);

/* ---- deciding ---- */

enum wb_result {
    WB_DONE,
    WB_WAIT /* a store works on it: wait for wake, then wb_decide_resume */
};

/* The half that needs no state; wb_decide does it if it was not done. Many
 * threads may do it for many requests at once, wb_decide then in order. */
WB_API void wb_weigh(struct wb_request *request);
/* Decides. state NULL: nothing is counted or claimed (a payment that would
 * be claimed is then sound). After WB_WAIT the store's thread calls
 * wake(arg) once; call wb_decide_resume then, from any thread. A request
 * without a payment never waits. Allocates nothing, takes no global lock. */
WB_API enum wb_result wb_decide(struct wb_request *request,
                                struct wb_state *state, void (*wake)(void *arg),
                                void *arg);
WB_API void wb_decide_resume(struct wb_request *request);
/* Both in one; waits. */
WB_API void wb_decide_blocking(struct wb_request *request,
                               struct wb_state *state);

/* ---- for many requests at once, as in a replay ---- */

/* Only single answers will be asked for (1): decisions then have no id, no
 * headers, no body, and make no record. */
WB_API void wb_request_answers_only(struct wb_request *request, int only);

/* What a log tells of a request: these facts (data NULL: not known), two
 * headers (NULL: not there) and which of these were captured; no other was. */
enum wb_captured { WB_USER_AGENT = 1, WB_REFERER = 2 };
struct wb_sketch {
    struct wb_text method, scheme, http_version, host, target, client_ip;
    struct wb_text user_agent, referer;
    unsigned captured;
};
/* Gives a request that was begun all that a sketch tells, as of the transport
 * "log". It and its bytes must live until reset. */
WB_API void wb_request_sketch(struct wb_request *request,
                              const struct wb_sketch *sketch);

/* What was decided on requests of logs, for those that are the same to rules
 * and prices: exact, bounded, of one thread at a time. It holds a reference
 * to the engine. NULL: out of memory. */
struct wb_recall;
WB_API struct wb_recall *wb_recall_new(struct wb_engine *engine);
/* Another one, for another thread, of the same memory: what either keeps, the
 * other finds. NULL: out of memory. */
WB_API struct wb_recall *wb_recall_share(struct wb_recall *recall);
/* No request may have it any more. NULL is fine. */
WB_API void wb_recall_free(struct wb_recall *recall);
/* Decisions of this request may take what they share from `recall` (NULL: of
 * none, as at first), and leave it there. */
WB_API void wb_request_recall(struct wb_request *request,
                              struct wb_recall *recall);
/* The number of what the decided request, whose sketch was all that it was
 * given, has in common with others: all answers (but the id) and all rules
 * that fired are the same. 0: of nothing, for it hangs on more than a sketch.
 * Numbers are from 1, without gaps. */
WB_API unsigned wb_recall_keep(struct wb_recall *recall,
                               const struct wb_request *request);
/* Those numbers of `count` requests that were not decided, by their sketches,
 * at any time and whatever the state; 0: one is to be decided. Nothing is
 * counted for those that have one. */
WB_API void wb_recall_find(struct wb_recall *recall,
                           const struct wb_sketch *sketches, size_t count,
                           unsigned *numbers);

/* ---- the decision; valid until reset ---- */

/* 200: allow. 4xx: answer it with the headers and body below. 0: there is no
 * decision (yet, or no more). */
WB_API unsigned wb_decision_status(const struct wb_request *request);
/* On allow: the headers to set on the request to the gate, every one of
 * them. On deny: the headers of the answer. False past the end. */
WB_API int wb_decision_header(const struct wb_request *request, size_t i,
                              struct wb_text *name, struct wb_text *value);
/* The answer's body; empty on allow. */
WB_API struct wb_text wb_decision_body(const struct wb_request *request);

enum wb_answer {
    WB_ANSWER_ID,         /* 32 hex digits */
    WB_ANSWER_ACTION,     /* allow or reject */
    WB_ANSWER_REASON,     /* token, or - */
    WB_ANSWER_CLASS,      /* human, suspect, agent, unknown */
    WB_ANSWER_SCORE,      /* 0 to 100 */
    WB_ANSWER_AGENT_NAME, /* or - */
    WB_ANSWER_AGENT_CATEGORY,
    WB_ANSWER_AGENT_ORG,
    WB_ANSWER_SITE,
    WB_ANSWER_ROUTE,           /* or - */
    WB_ANSWER_PRICE_ACTION,    /* free, charge or reject */
    WB_ANSWER_PRICE_AMOUNT,    /* atomic units, decimal digits */
    WB_ANSWER_PRICE_ASSET,     /* address, or - */
    WB_ANSWER_PRICE,           /* decimal units */
    WB_ANSWER_PAYMENT_STATE,   /* none, malformed, ..., sound */
    WB_ANSWER_MODE,            /* enforce or count */
    WB_ANSWER_PAYMENT_FORWARD, /* 1: payment headers go to the gate; 0 */
    WB_ANSWER_PRICE_NETWORK,   /* CAIP-2, or - */
    WB_ANSWER_PRICE_SYMBOL,    /* USDC, or - */
    WB_ANSWER_PRICE_DECIMALS,  /* of the asset, or - */
    WB_ANSWER_BROWSER_CHARGED, /* 1: charged or refused with a browser's name
                                  and no agent's; 0 */
    WB_ANSWER_DEMAND           /* what demand multiplied the price by, 1.125;
                                  -: demand does not move it */
};
WB_API struct wb_text wb_decision_answer(const struct wb_request *request,
                                         enum wb_answer which);

/* Id of the i-th rule that fired, in the order of rules, and what it adds to
 * the score (*score, may be NULL; 0 when it only counts); no value past the
 * end. Lives as long as the engine. */
WB_API struct wb_text wb_decision_rule(const struct wb_request *request,
                                       size_t i, int *score);

/* Once a decision was answered: decides its request again under the engine's
 * shadow (weighbridge.yaml(5)), if it has one, compares and counts. 1: the two
 * differ. Claims and counts nothing else; the caller's bytes must still be
 * there, and wb_request_reset comes after. */
WB_API int wb_shadow_decide(struct wb_request *request);
/* The difference as one JSON object; returns as wb_decision_write does, 0 when
 * there is none. */
WB_API size_t wb_shadow_write(const struct wb_request *request, char *out,
                              size_t room);

enum wb_form {
    WB_FORM_RECORD, /* the decision record: one JSON object, no newline */
    WB_FORM_EXPLAIN /* text for people: the decision and what led to it */
};
/* Writes at most `room` bytes; returns the bytes needed, more than `room`
 * when it did not fit (nothing useful is in `out` then). */
WB_API size_t wb_decision_write(const struct wb_request *request,
                                enum wb_form form, char *out, size_t room);

/* ---- outcomes: what became of payments that were let through ---- */

struct wb_outcome;

/* One outcome; reuse it. NULL: out of memory. */
WB_API struct wb_outcome *wb_outcome_new(void);
WB_API void wb_outcome_free(struct wb_outcome *outcome); /* NULL is fine */
/* Reads {"decision":"32 hex digits","outcome":"settled" or "failed",
 * "pending", "released","reason","transaction"}. On WB_ERROR_ARGUMENT *error
 * (may be NULL) is a static text. */
WB_API enum wb_status wb_outcome_read(struct wb_outcome *outcome,
                                      const char *json, size_t size,
                                      const char **error);
/* The same from a line of a proxy's log, a JSON object with decision,
 * payment_state, status and payment_response. A line that tells no outcome is
 * fine: its WB_OUTCOME_FATE is "-". */
WB_API enum wb_status wb_outcome_read_log(struct wb_outcome *outcome,
                                          const char *line, size_t size,
                                          const char **error);
/* Tells the store; waits until it is kept. It acts while that decision holds
 * the claim: settled is final, released frees it, a repetition changes
 * nothing, and the payer of two that failed by his own fault is locked out.
 * WB_ERROR_IO: the store is lost, tell it again. Any thread. */
WB_API enum wb_status wb_outcome_report(struct wb_outcome *outcome,
                                        struct wb_state *state, int64_t now);

enum wb_outcome_answer {
    WB_OUTCOME_DECISION,    /* 32 hex digits */
    WB_OUTCOME_FATE,        /* settled, failed, pending, released, or - */
    WB_OUTCOME_REASON,      /* or - */
    WB_OUTCOME_TRANSACTION, /* or - */
    WB_OUTCOME_RESULT       /* done, repeated, refused (it is settled, or
                               pending), unknown (no claim is held by that
                               decision), unavailable; -: not told */
};
/* Valid until the next is read. */
WB_API struct wb_text wb_outcome_answer(const struct wb_outcome *outcome,
                                        enum wb_outcome_answer which);
/* All of it as one JSON object; returns as wb_decision_write does. */
WB_API size_t wb_outcome_write(const struct wb_outcome *outcome, char *out,
                               size_t room);

/* Payers who are locked out at `now`: a JSON array of {"network","payer",
 * "until","failures"}. Waits for a store of many; while that is lost, those
 * that are known here. */
WB_API void wb_state_lockouts(const struct wb_state *state, int64_t now,
                              wb_sink *sink, void *context);
/* Lets one pay again ("eip155:8453", "0x.."), and forgets its failures.
 * WB_ERROR_ARGUMENT: nothing is known of it. */
WB_API enum wb_status wb_state_lift_lockout(struct wb_state *state,
                                            const char *network,
                                            const char *payer, int64_t now);

/* ---- the audit log ---- */

/* A line per payment that was seen and per outcome, each with the hash of
 * the line before; written by a thread of its own, in order. */
struct wb_audit;

/* Opens a file (made if it is not there; one that is continues), "stderr" or
 * "fd:N". `now`: for the line that says so. WB_ERROR_IO: errno says why;
 * another process holds the file: EWOULDBLOCK. */
WB_API enum wb_status wb_audit_open(const char *destination, int64_t now,
                                    struct wb_audit **audit);
/* Writes what waits. NULL is fine. */
WB_API void wb_audit_close(struct wb_audit *audit);
/* Goes on in a new file under the same name, when the old one was moved
 * away; WB_ERROR_IO: the old one stays. */
WB_API enum wb_status wb_audit_reopen(struct wb_audit *audit, int64_t now);
/* Never wait: what finds no room is counted as lost. `audit` NULL: nothing
 * is done. A request without a payment, or not decided, has no line. */
WB_API void wb_audit_decision(struct wb_audit *audit,
                              const struct wb_request *request);
WB_API void wb_audit_outcome(struct wb_audit *audit,
                             const struct wb_outcome *outcome);
/* Lines written, and lost since it was opened. 1: all is well; 0: it cannot
 * be written, or a line was lost within the minute before `now`. */
WB_API int wb_audit_health(struct wb_audit *audit, int64_t now,
                           uint64_t *written, uint64_t *lost);

/* Writes `data` as a JSON string with its quotes, safe in a log and on a
 * terminal; returns as wb_decision_write does. */
WB_API size_t wb_json_quote(const char *data, size_t size, char *out,
                            size_t room);

#ifdef __cplusplus
}
#endif

#endif
