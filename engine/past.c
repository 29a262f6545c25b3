/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surroundings and evaluations have numbers, which stay: requests in flight
 * may hold either.
 */
#include "past.h"

#include <stdlib.h>

#include "base/hash.h"
#include "classify/finished.h"

#define AROUND_MAX 255
#define FINISHED_MAX 4096

/* All that a request may differ in but for its user agent, as bytes: of what
 * the program asks for. */
struct surroundings {
    const struct site *site;
    char method[16], version[8], scheme[8], transport[8];
    char known[24]; /* names of headers, each behind its size */
    unsigned char sizes[4];
    unsigned char flags, known_count;
    char pad[2];
};

enum {
    HAS_AGENT = 1,
    HAS_REFERER = 2,
    HAS_HOST = 4,
    HAS_TARGET = 8,
    HAS_QUERY = 16,
    HAS_CLIENT = 32,
    IS_AMBIGUOUS = 64
};

struct past {
    const struct program *program;
    const struct known_name *agent, *referer;
    bool *same;          /* by slot */
    unsigned char flags; /* that anything asks for */
    struct surroundings around[AROUND_MAX];
    atomic_uint around_count; /* those before it are whole */
    struct past_agents *agents;
    struct evaluation *finished[FINISHED_MAX];
    uint16_t table[2 * FINISHED_MAX]; /* of finished: number + 1 */
    unsigned finished_count;
};

/* ---- what is shared ---- */

/* Is it asked of a database by the client's address? */
static bool is_located(const struct slot *slot)
{
    return slot->field == FIELD_COUNTRY || slot->field == FIELD_ASN ||
           slot->field == FIELD_AS_ORG;
}

/* Is its value the same to all requests with these surroundings and this
 * user agent? No other header is there, no payment, no signature, no robots,
 * no database. */
static bool is_same(const struct slot *slot)
{
    switch (slot->field) {
    case FIELD_HOST:
    case FIELD_PATH:
    case FIELD_RAW_PATH:
    case FIELD_QUERY:
    case FIELD_QUERY_NAME:
    case FIELD_CLIENT_IP:
        return false;
    case FIELD_HEADER:
        return !view_equal(slot->parameter, VIEW("referer"));
    default:
        return true;
    }
}

static unsigned char flag_of(const struct slot *slot)
{
    switch (slot->field) {
    case FIELD_HOST:
        return HAS_HOST;
    case FIELD_PATH:
    case FIELD_RAW_PATH:
        return HAS_TARGET;
    case FIELD_PATH_AMBIGUOUS:
        return HAS_TARGET | IS_AMBIGUOUS;
    case FIELD_QUERY:
        return HAS_TARGET | HAS_QUERY;
    case FIELD_CLIENT_IP:
        return HAS_CLIENT;
    case FIELD_HEADER:
        return view_equal(slot->parameter, VIEW("referer")) ? HAS_REFERER : 0;
    default:
        return 0;
    }
}

static bool find_shared(struct past *past, const struct wb_engine *engine,
                        const struct plan *plan)
{
    const struct databases *databases = &engine->databases;
    bool located = databases->country.count + databases->as.count > 0;
    bool fits = true;

    past->same = calloc(plan_slots(plan) + 1, sizeof *past->same);
    for (size_t i = 0; past->same && i < plan_slots(plan); i++) {
        const struct slot *slot = plan_slot_at(plan, i);
        past->same[i] = is_same(slot);
        past->flags |= flag_of(slot);
        /* of the others at least the state is */
        fits = fits && slot->field != FIELD_QUERY_NAME &&
               !(located && is_located(slot));
    }
    return past->same && fits && program_may_share(past->program, past->same);
}

/* ---- making one ---- */

struct past *past_new(const struct wb_engine *engine,
                      const struct ruleset *ruleset, struct turns *turns)
{
    struct past *past = calloc(1, sizeof *past);

    if (!past) {
        return NULL;
    }
    past->program = ruleset->program;
    past->agent = known_names_find(engine->names, VIEW("user-agent"));
    past->referer = known_names_find(engine->names, VIEW("referer"));
    if (!past->agent || !find_shared(past, engine, ruleset->plan)) {
        past_free(past);
        return NULL;
    }
    past->agents = past_agents_new(turns);
    if (!past->agents) {
        past_free(past);
        return NULL;
    }
    return past;
}

void past_free(struct past *past)
{
    if (past) {
        for (unsigned i = 0; i < past->finished_count; i++) {
            evaluation_finished_free(past->finished[i]);
        }
        free(past->same);
        past_agents_free(past->agents);
        free(past);
    }
}

/* ---- surroundings ---- */

static bool put(char *to, size_t room, unsigned char *size, struct view v)
{
    if (v.size > room) {
        return false;
    }
    if (v.size > 0) {
        memcpy(to, v.at, v.size);
    }
    *size = (unsigned char)(v.at ? v.size : 255);
    return true;
}

static bool put_known(struct surroundings *s, const struct request *facts)
{
    size_t at = 0;

    for (size_t i = 0; i < facts->headers_known_count; i++) {
        struct view name = facts->headers_known[i];
        if (name.size >= sizeof s->known - at) {
            return false;
        }
        s->known[at] = (char)name.size;
        memcpy(s->known + at + 1, name.at, name.size);
        at += name.size + 1;
    }
    s->known_count = (unsigned char)facts->headers_known_count;
    return true;
}

/* The user agent, and flags of the two headers; false: there are others. */
static bool put_headers(const struct past *past, struct surroundings *s,
                        const struct request *facts, struct view *agent,
                        size_t *others)
{
    *agent = VIEW_NONE;
    for (size_t i = 0; i < facts->header_count; i++) {
        const struct header *header = &facts->headers[i];
        unsigned char flag = header->known == past->agent ? HAS_AGENT
                             : header->known && header->known == past->referer
                                 ? HAS_REFERER
                                 : 0;
        if (flag == 0 || s->flags & flag) {
            return false;
        }
        s->flags |= flag;
        if (flag == HAS_AGENT) {
            *agent = header->value;
        } else {
            *others += header->value.size;
        }
    }
    return agent->size <= PAST_AGENT_MAX;
}

static bool is_plain(const struct wb_request *r)
{
    const struct request *facts = &r->facts;

    return facts->headers_limited && !facts->overflow && !facts->country.at &&
           !facts->as_org.at && !facts->has_asn && !facts->ja3.at &&
           !facts->ja4.at && !facts->robots && !facts->robots_said.at &&
           r->payment.protocol == PROTOCOL_NONE && r->wba.state == WBA_NONE &&
           facts->names == r->engine->names;
}

/* False: the request takes no part. */
static bool surroundings_of(const struct past *past, const struct wb_request *r,
                            struct surroundings *s, struct view *agent)
{
    const struct request *facts = &r->facts;
    size_t others = facts->target.size;

    memset(s, 0, sizeof *s);
    if (!is_plain(r) || !put_headers(past, s, facts, agent, &others) ||
        others > PAST_OTHERS_MAX) {
        return false;
    }
    s->site = r->site;
    s->flags |= (unsigned char)((facts->host_name.at ? HAS_HOST : 0) |
                                (facts->path.raw.at ? HAS_TARGET : 0) |
                                (facts->path.query.at ? HAS_QUERY : 0) |
                                (facts->client_known ? HAS_CLIENT : 0) |
                                (facts->path.ambiguous ? IS_AMBIGUOUS : 0));
    s->flags &= past->flags | HAS_AGENT;
    return put(s->method, sizeof s->method, &s->sizes[0], facts->method) &&
           put(s->version, sizeof s->version, &s->sizes[1],
               facts->http_version) &&
           put(s->scheme, sizeof s->scheme, &s->sizes[2], facts->scheme) &&
           put(s->transport, sizeof s->transport, &s->sizes[3],
               facts->transport) &&
           put_known(s, facts);
}

/* Their number from 1; 0: they are new. */
static unsigned number_of(const struct past *past, const struct surroundings *s)
{
    unsigned count =
        atomic_load_explicit(&past->around_count, memory_order_acquire);

    for (unsigned i = 0; i < count; i++) {
        if (!memcmp(&past->around[i], s, sizeof *s)) {
            return i + 1;
        }
    }
    return 0;
}

static unsigned add_surroundings(struct past *past,
                                 const struct surroundings *s)
{
    unsigned count = number_of(past, s);

    if (count != 0) {
        return count;
    }
    count = atomic_load_explicit(&past->around_count, memory_order_relaxed);
    if (count == AROUND_MAX) {
        return 0;
    }
    past->around[count] = *s;
    atomic_store_explicit(&past->around_count, count + 1, memory_order_release);
    return count + 1;
}

const struct past_agents *past_agents(const struct past *past)
{
    return past->agents;
}

unsigned past_around(const struct past *past, const struct wb_request *r,
                     struct view *agent)
{
    struct surroundings s;

    return surroundings_of(past, r, &s, agent) ? number_of(past, &s) : 0;
}

unsigned past_find(const struct past *past, const struct wb_request *r)
{
    struct view agent;
    unsigned around = past_around(past, r, &agent);

    return around ? past_agents_find(past->agents, hash_table(agent), agent,
                                     around)
                  : 0;
}

struct evaluation *past_evaluation(const struct past *past, unsigned number)
{
    return past->finished[number - 1];
}

/* ---- keeping ---- */

/* The number of such a finished evaluation, or FINISHED_MAX. */
static unsigned finish(struct past *past, const struct evaluation *evaluation)
{
    uint64_t hash = evaluation_hash(evaluation);
    size_t at = (size_t)hash & (2 * FINISHED_MAX - 1);

    while (past->table[at]) {
        unsigned number = past->table[at] - 1U;
        if (evaluation_is_finished(past->finished[number], evaluation)) {
            return number;
        }
        at = (at + 1) & (2 * FINISHED_MAX - 1);
    }
    struct evaluation *finished = past->finished_count < FINISHED_MAX
                                      ? evaluation_finish(evaluation)
                                      : NULL;
    if (!finished) {
        return FINISHED_MAX;
    }
    past->finished[past->finished_count++] = finished;
    past->table[at] = (uint16_t)past->finished_count;
    return past->finished_count - 1;
}

bool past_may_keep(const struct past *past, struct wb_request *r)
{
    struct surroundings s;
    struct view agent;

    return surroundings_of(past, r, &s, &agent) &&
           evaluation_may_share(r->evaluation, past->same);
}

unsigned past_keep(struct past *past, const struct wb_request *r)
{
    struct surroundings s;
    struct view agent;

    if (!surroundings_of(past, r, &s, &agent)) {
        return 0;
    }
    unsigned around = add_surroundings(past, &s);
    unsigned finished = around ? finish(past, r->evaluation) : FINISHED_MAX;
    if (finished == FINISHED_MAX ||
        !past_agents_add(past->agents, hash_table(agent), agent, around,
                         finished + 1)) {
        return 0;
    }
    return finished + 1;
}
