/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first requests, in the order of the input, that a rule fired for or
 * that moved in one way: examples for people. Client addresses are kept only
 * where they were asked for.
 */
#ifndef WB_REPLAY_SAMPLE_H
#define WB_REPLAY_SAMPLE_H

#include "replay/table.h"
#include "weighbridge.h"

struct sample {
    size_t row; /* of the table: what it is an example of */
    /* Foreign text, as it was: to be escaped for its place. NONE: unknown. */
    struct view time, method, host, path, user_agent, client;
    struct view class, score;
};

struct samples {
    size_t most; /* of one thing; 0: none are kept */
    bool clients;
    struct table things; /* requests: examples kept */
    struct sample *samples;
    size_t count, room;
    struct arena *texts;
    bool failed; /* out of memory: there are fewer */
};

bool samples_start(struct samples *samples, size_t most, bool clients);
void samples_end(struct samples *samples);
/* A decided request, for the thing of these names. */
void samples_add(struct samples *samples, struct view name, struct view other,
                 struct view third, const struct wb_request *request);
/* Example i of a thing, or NULL. */
const struct sample *samples_of(const struct samples *samples, struct view name,
                                struct view other, struct view third, size_t i);

#endif
