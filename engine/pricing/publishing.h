/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside policy_publish: who is told a price, what he would be asked, and
 * the sink that all forms write to.
 */
#ifndef WB_PRICING_PUBLISHING_H
#define WB_PRICING_PUBLISHING_H

#include "base/text.h"
#include "pricing/policy.h"
#include "pricing/publish.h"

struct publishing {
    const struct policy *policy;
    const struct program *program;
    struct evaluation *evaluation;
    struct value *values;
    struct view base;
    program_sink *sink;
    void *context;
};

/* Whom a price is for: a class, or an agent that one label names, and perhaps
 * one more, agent:verified or agent:spoofed. */
struct audience {
    enum class class;
    struct view label, status; /* NONE: the class as such; no more */
};

/* Does some rule give the audience's label? */
bool publishing_knows(const struct publishing *p,
                      const struct audience *audience);
/* What he would be asked on a route (NULL: where none matches). *depends: it
 * may be another price, by what is not said of him. */
const struct outcome *publishing_outcome(struct publishing *p,
                                         const struct audience *audience,
                                         const struct route *route,
                                         bool *depends);
/* Does the path alone say whether a reader's request is of that route? Where
 * host, query, another method or the time do too, forms that know paths only
 * leave it out. */
bool publishing_by_path(const struct publishing *p, const struct route *route);
/* The program's labels that begin so, from *i on; NONE past the last. */
struct view publishing_label(const struct publishing *p, struct view prefix,
                             size_t *i);

void publishing_put(struct publishing *p, struct view text);
void publishing_text(struct publishing *p, const char *text);
/* "0.03", in units of the asset or the currency. */
void publishing_price(struct publishing *p, const struct outcome *outcome,
                      size_t offer);
/* A pattern of ours where one star crosses '/': "/a/x" and two stars is
 * "/a/" and one. */
void publishing_pattern(struct publishing *p, const struct pattern *pattern);

/* publish_json.c, publish_text.c: one function for each form. */
void publish_prices(struct publishing *p);
void publish_bazaar(struct publishing *p);
void publish_rsl(struct publishing *p);
void publish_robots(struct publishing *p);
void publish_llms(struct publishing *p);

#endif
