/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the examples' self-test and the test drivers need of an evaluation
 * beyond program.h. Decisions never use it.
 */
#ifndef WB_CLASSIFY_EVALUATION_H
#define WB_CLASSIFY_EVALUATION_H

#include "classify/program.h"

/* The slots that evaluation_stateless() wants values of. */
const struct plan *program_plan(const struct program *program);
/* Address sets that the program names, numbered. */
size_t program_sets(const struct program *program);
struct view program_set(const struct program *program, size_t i);
/* Does any condition ask for it? */
bool program_set_asked(const struct program *program, size_t i);

/* From now on `in-set` answers truths[set] where the address is known,
 * whatever it is; NULL: look into the sets again. Not copied. */
void evaluation_assume_sets(struct evaluation *evaluation,
                            const enum truth *truths);

#endif
