/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole decisions by a line's sketch. One that hangs on its evaluation and
 * the route alone has a number:
 *
 *   all but user agent and path ─► glance: site, surroundings
 *   user agent, surroundings    ─► evaluation (past.h)
 *   path                        ─► the only route that fits (policy_spot)
 *   site, evaluation, route, whether it looks like a browser ─► number
 *
 * Glances and numbers are those of requests that were decided. What a line
 * has that is not looked up by its bytes is tested as a decision does: its
 * address, its path, the bytes of its referer.
 */
#include "recall.h"

#include <stdlib.h>

#include "base/hash.h"
#include "decision_write.h"
#include "recall_store.h"

#define WORD_MAX 8 /* bytes of a method, a scheme or a version */
#define HOST_MAX 64
#define GLANCES 256 /* a power of two */
#define SPOT_BITS 20
#define FINISHED_BITS 16
#define BATCH 64 /* lines whose memory is fetched at once */
#define WORKSPACE ((size_t)64 * 1024)

/* All of a sketch but user agent and path, and what a request with the like
 * was found to be. */
struct glance {
    uint64_t method, scheme, version;
    uint32_t bits; /* their sizes, and what is there; 0: no glance */
    unsigned around;
    const struct site *site;
    struct past *past;
    struct view host_name; /* as rules know it, in `name`; or NONE */
    size_t host_size;
    char host[HOST_MAX], name[HOST_MAX];
};

enum {
    HAS_AGENT = 1,
    HAS_REFERER = 2,
    HAS_HOST = 4,
    HAS_QUERY = 8,
    HAS_CLIENT = 16,
    CAPTURED = 32, /* two bits */
    SIZES = 128,   /* three times four bits */
    IS_THERE = SIZES << 12
};

/* A line on its way through wb_recall_find(). */
struct seeking {
    const struct glance *glance; /* NULL: it is to be decided */
    uint64_t hash;
    size_t spot;
};

struct wb_recall {
    struct recall_store *store;
    struct reader_mark mark;
    struct wb_engine *engine; /* the store's */
    bool whole;               /* decisions may hang on nothing else */
    struct arena *workspace;
    struct request facts; /* of the line that is looked at */
    struct glance glances[GLANCES];
};

/* ---- making one ---- */

/* No second engine looks on, no client is spared by its address, no method is
 * refused for its price. (What a rate counts has no evaluation in the past.) */
static bool decides_alike(const struct wb_engine *engine)
{
    return !engine->shadow && engine->enforce_share >= 1000000 &&
           engine->profile != PROFILE_AWS_WAF;
}

/* Joins the store. */
static struct wb_recall *recall_of(struct recall_store *store)
{
    struct wb_recall *recall = calloc(1, sizeof *recall);

    if (recall && !(recall->workspace = arena_new_fixed(WORKSPACE))) {
        free(recall);
        return NULL;
    }
    if (recall) {
        recall->store = store;
        recall_store_join(store, &recall->mark);
        recall->engine = recall_store_engine(store);
        recall->whole = decides_alike(recall->engine);
        recall->facts.names = recall->engine->names;
        recall->facts.headers_limited = true;
    }
    return recall;
}

struct wb_recall *wb_recall_new(struct wb_engine *engine)
{
    struct reader_mark mark;
    struct recall_store *store = recall_store_new(engine);
    struct wb_recall *recall = NULL;

    if (store) {
        recall_store_join(store, &mark);
        recall = recall_of(store);
        recall_store_leave(store, &mark);
    }
    return recall;
}

struct wb_recall *wb_recall_share(struct wb_recall *recall)
{
    return recall_of(recall->store);
}

void wb_recall_free(struct wb_recall *recall)
{
    if (recall) {
        recall_store_leave(recall->store, &recall->mark);
        arena_free(recall->workspace);
        free(recall);
    }
}

static struct past *past_of(const struct wb_request *r)
{
    size_t ruleset = (size_t)(r->ruleset - r->engine->rulesets);

    return recall_store_past(r->recall->store, ruleset);
}

unsigned recall_find(const struct wb_request *r, struct evaluation **evaluation)
{
    struct past *past =
        r->recall && r->recall->engine == r->engine ? past_of(r) : NULL;

    if (!past) {
        return 0;
    }
    recall_store_see(r->recall->store, &r->recall->mark);
    unsigned number = past_find(past, r);
    if (number) {
        *evaluation = past_evaluation(past, number);
    }
    return number;
}

unsigned recall_keep(struct wb_request *r)
{
    struct past *past = r->recall->engine == r->engine ? past_of(r) : NULL;

    return past ? recall_store_keep(r->recall->store, past, r) : 0;
}

/* ---- sketches ---- */

static struct view view_of_text(struct wb_text text)
{
    return view_of(text.data, text.data ? text.size : 0);
}

void wb_request_sketch(struct wb_request *r, const struct wb_sketch *sketch)
{
    static const struct view known[] = {{"user-agent", 10}, {"referer", 7}};
    struct request *facts = &r->facts;

    if (r->step != STEP_FILLING) {
        return;
    }
    facts->transport = VIEW("log");
    facts->host = view_of_text(sketch->host);
    facts->client_ip = view_of_text(sketch->client_ip);
    facts->method = view_of_text(sketch->method);
    facts->scheme = view_of_text(sketch->scheme);
    facts->target = view_of_text(sketch->target);
    facts->http_version = view_of_text(sketch->http_version);
    facts->headers_limited = true;
    facts->headers_known = known + !(sketch->captured & WB_USER_AGENT);
    facts->headers_known_count = (sketch->captured & WB_USER_AGENT ? 1U : 0) +
                                 (sketch->captured & WB_REFERER ? 1U : 0);
    if (sketch->user_agent.data) {
        request_add_header(facts, VIEW("User-Agent"),
                           view_of_text(sketch->user_agent));
    }
    if (sketch->referer.data) {
        request_add_header(facts, VIEW("Referer"),
                           view_of_text(sketch->referer));
    }
    r->sketch = sketch;
}

/* ---- glances ---- */

/* Up to eight bytes as a number; with their size it is theirs alone. */
static uint64_t word_of(const char *at, size_t size)
{
    uint32_t half[2];

    if (size >= 4) {
        memcpy(&half[0], at, 4);
        memcpy(&half[1], at + size - 4, 4);
        return (uint64_t)half[1] << 32 | half[0];
    }
    return size == 0 ? 0
                     : (uint64_t)(unsigned char)at[0] |
                           (uint64_t)(unsigned char)at[size / 2] << 8 |
                           (uint64_t)(unsigned char)at[size - 1] << 16;
}

/* The word, and its size into the bits: 15 if there is none. False: it is too
 * long. */
static bool put_word(uint64_t *word, uint32_t *bits, unsigned place,
                     struct wb_text text)
{
    uint32_t size = text.data ? (uint32_t)text.size : 15;

    if (text.data && text.size > WORD_MAX) {
        return false;
    }
    *word = text.data ? word_of(text.data, text.size) : 0;
    *bits |= size * (uint32_t)SIZES << place * 4;
    return true;
}

/* False: it is none that one could look up. */
static bool glance_of(const struct wb_sketch *sketch, bool has_query,
                      bool has_client, struct glance *out)
{
    out->bits = IS_THERE | (sketch->user_agent.data ? HAS_AGENT : 0U) |
                (sketch->referer.data ? HAS_REFERER : 0U) |
                (sketch->host.data ? HAS_HOST : 0U) |
                (has_query ? HAS_QUERY : 0U) | (has_client ? HAS_CLIENT : 0U) |
                (sketch->captured & 3U) * CAPTURED;
    return put_word(&out->method, &out->bits, 0, sketch->method) &&
           put_word(&out->scheme, &out->bits, 1, sketch->scheme) &&
           put_word(&out->version, &out->bits, 2, sketch->http_version) &&
           (!sketch->host.data || sketch->host.size <= HOST_MAX);
}

/* Where one is, or would be. */
static struct glance *glance_place(struct wb_recall *recall,
                                   const struct glance *glance,
                                   struct wb_text host)
{
    uint64_t hash =
        (glance->method ^ glance->bits) * UINT64_C(0x9e3779b97f4a7c15);

    hash ^= glance->version ^ glance->scheme << 24;
    if (host.data) {
        hash ^= hash_table(view_of(host.data, host.size));
    }
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return &recall->glances[hash >> 56];
}

static bool is_glance(const struct glance *there, const struct glance *glance,
                      struct wb_text host)
{
    return there->bits == glance->bits && there->method == glance->method &&
           there->scheme == glance->scheme &&
           there->version == glance->version &&
           (!host.data || (there->host_size == host.size &&
                           !memcmp(there->host, host.data, host.size)));
}

/* ---- numbers ---- */

static uint64_t key_of(const struct wb_recall *recall, const struct site *site,
                       unsigned finished, size_t spot, struct view agent)
{
    uint64_t key = (uint64_t)(site - recall->engine->sites) + 1;

    key = key << 1 | decision_names_browser(agent);
    return (key << FINISHED_BITS | finished) << SPOT_BITS | spot;
}

/* ---- keeping ---- */

/* False: a request like this one cannot be looked up. */
static bool keep_glance(struct wb_recall *recall, const struct wb_request *r)
{
    struct view agent, name = r->facts.host_name;
    struct glance glance;

    if (!glance_of(r->sketch, r->facts.path.query.at != NULL,
                   r->facts.client_known, &glance)) {
        return false;
    }
    struct glance *place = glance_place(recall, &glance, r->sketch->host);
    if (is_glance(place, &glance, r->sketch->host)) {
        return true;
    }
    place->past = past_of(r);
    place->around = past_around(place->past, r, &agent);
    place->bits = place->around ? glance.bits : 0;
    place->method = glance.method;
    place->scheme = glance.scheme;
    place->version = glance.version;
    place->site = r->site;
    place->host_size = (unsigned char)r->sketch->host.size;
    if (r->sketch->host.data) {
        memcpy(place->host, r->sketch->host.data, r->sketch->host.size);
    }
    place->host_name = VIEW_NONE;
    if (name.at) {
        memcpy(place->name, name.at, name.size);
        place->host_name = view_of(place->name, name.size);
    }
    return place->around != 0;
}

unsigned wb_recall_keep(struct wb_recall *recall, const struct wb_request *r)
{
    size_t spot;

    if (!recall->whole || r->recall != recall || r->step != STEP_DONE ||
        !r->sketch || !r->finished || r->facts.path.ambiguous ||
        !view_starts(r->facts.target, VIEW("/")) ||
        !policy_spot(r->site->policy, &r->facts, &spot) ||
        spot >> SPOT_BITS != 0 || !keep_glance(recall, r)) {
        return 0;
    }
    return recall_store_add_number(recall->store,
                                   key_of(recall, r->site, r->finished, spot,
                                          view_of_text(r->sketch->user_agent)));
}

/* ---- finding ---- */

/* Is it one by the bytes that a decision looks at? As request_prepare() has
 * it, of a path that is a path. */
static bool read_line(struct wb_recall *recall, const struct wb_sketch *sketch)
{
    struct request *facts = &recall->facts;

    facts->target = view_of_text(sketch->target);
    if (sketch->user_agent.size > PAST_AGENT_MAX ||
        sketch->target.size + sketch->referer.size > PAST_OTHERS_MAX ||
        facts->target.size == 0 || facts->target.at[0] != '/' ||
        !guard_is_value(view_of_text(sketch->referer))) {
        return false;
    }
    facts->client_known =
        sketch->client_ip.data &&
        address_read(view_of_text(sketch->client_ip), &facts->client);
    arena_reset(recall->workspace);
    return path_read(&facts->path, facts->target, recall->workspace) &&
           !facts->path.ambiguous;
}

static struct seeking seek(struct wb_recall *recall,
                           const struct wb_sketch *sketch)
{
    struct seeking seeking = {NULL, 0, 0};
    struct request *facts = &recall->facts;
    struct glance glance;

    if (!read_line(recall, sketch) ||
        !glance_of(sketch, facts->path.query.at != NULL, facts->client_known,
                   &glance)) {
        return seeking;
    }
    const struct glance *there = glance_place(recall, &glance, sketch->host);
    if (!is_glance(there, &glance, sketch->host)) {
        return seeking;
    }
    facts->method = view_of_text(sketch->method);
    facts->host_name = there->host_name;
    if (!policy_spot(there->site->policy, facts, &seeking.spot)) {
        return seeking;
    }
    seeking.glance = there;
    seeking.hash = hash_table(view_of_text(sketch->user_agent));
    past_agents_fetch_place(past_agents(there->past), seeking.hash);
    return seeking;
}

static unsigned find(struct wb_recall *recall, const struct seeking *seeking,
                     struct view agent)
{
    const struct glance *glance = seeking->glance;
    unsigned finished = past_agents_find(past_agents(glance->past),
                                         seeking->hash, agent, glance->around);

    if (!finished) {
        return 0;
    }
    uint64_t key = key_of(recall, glance->site, finished, seeking->spot, agent);
    return recall_store_number(recall->store, key);
}

static void find_some(struct wb_recall *recall,
                      const struct wb_sketch *sketches, size_t count,
                      unsigned *numbers)
{
    struct seeking seeking[BATCH];

    for (size_t i = 0; i < count; i++) {
        seeking[i] = seek(recall, &sketches[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (seeking[i].glance) {
            past_agents_fetch_record(past_agents(seeking[i].glance->past),
                                     seeking[i].hash);
        }
    }
    for (size_t i = 0; i < count; i++) {
        numbers[i] = seeking[i].glance
                         ? find(recall, &seeking[i],
                                view_of_text(sketches[i].user_agent))
                         : 0;
    }
}

void wb_recall_find(struct wb_recall *recall, const struct wb_sketch *sketches,
                    size_t count, unsigned *numbers)
{
    if (!recall->whole) {
        memset(numbers, 0, count * sizeof *numbers);
        return;
    }
    recall_store_see(recall->store, &recall->mark);
    for (size_t i = 0; i < count; i += BATCH) {
        find_some(recall, sketches + i, count - i < BATCH ? count - i : BATCH,
                  numbers + i);
    }
}
