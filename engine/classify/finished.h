/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A finished evaluation only answers: what it weighed is gone, so it can be
 * kept for all requests that are the same to it, read by many at once.
 *
 * Whoever keeps it says which slots' values his requests share ("same"). Of
 * the other slots they share no more than whether there is a value.
 */
#ifndef WB_CLASSIFY_FINISHED_H
#define WB_CLASSIFY_FINISHED_H

#include "classify/program.h"

/* Can any evaluation of the program hang on these values and those states
 * alone? `same`: by slot. */
bool program_may_share(const struct program *program, const bool *same);
/* After evaluation_stateful() without any rate: does all that it has said, and
 * all that it can still be asked, hang on them alone? */
bool evaluation_may_share(struct evaluation *evaluation, const bool *same);
/* A copy that only answers, of an evaluation that may be shared; NULL: out of
 * memory. */
struct evaluation *evaluation_finish(const struct evaluation *evaluation);
void evaluation_finished_free(struct evaluation *finished);
uint64_t evaluation_hash(const struct evaluation *evaluation);
/* Does a finished one answer everything as this one does? */
bool evaluation_is_finished(const struct evaluation *finished,
                            const struct evaluation *evaluation);

#endif
