/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an evaluation came to, kept for requests that are the same to it.
 * Logs repeat user agents, so most requests of a replay are.
 *
 * The same to it: equal in every value that the evaluation read, and in the
 * state (present, absent, unknown) of all others. Values that every
 * evaluation reads (automata run over them, an index looks them up) and those
 * of few kinds (the method, what a user agent says) are part of a key. Of the
 * others those that were read are known afterwards by the atoms that they made
 * true or false; if one was, nothing is kept. An evaluation is a function of
 * what it reads, so what is kept is exact.
 */
#ifndef WB_CLASSIFY_KEEP_H
#define WB_CLASSIFY_KEEP_H

#include "classify/program.h"

/* Which slots of a program are in the key; NULL: out of memory. */
struct keying;
struct keying *keying_new(const struct program *program,
                          const struct plan *plan);
void keying_free(struct keying *keying);

/* What must be equal, written to `room`; its size, or 0 if it does not fit. */
size_t keying_key(const struct keying *keying, const struct value *values,
                  void *room, size_t size);
/* After evaluation_stateless(): what it came to, written to `room`; its size,
 * or 0 if it cannot be kept or does not fit. Where no rate counts, the other
 * half is run first and kept too. */
size_t evaluation_keep(struct evaluation *evaluation,
                       const struct keying *keying, void *room, size_t size);
/* In place of evaluation_stateless(), for values of an equal key. */
void evaluation_recall(struct evaluation *evaluation, struct value *values,
                       const void *kept);

#endif
