/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PCRE2 door: compiled patterns (immutable, shared) and the scratch that
 * one evaluation matches with. Bytes, not UTF. What a limit stops is
 * TRUTH_UNKNOWN, never "no match".
 */
#ifndef WB_CLASSIFY_REGEX_H
#define WB_CLASSIFY_REGEX_H

#include <stdint.h>

#include "base/view.h"
#include "classify/program.h"

#define REGEX_SUBJECT_MAX (8u * 1024)
#define REGEX_MATCH_LIMIT 20000u
#define REGEX_DEPTH_LIMIT 2000u
#define REGEX_HEAP_KIB 1024u
#define REGEX_RUNS_MAX 64u /* in one decision */
#define REGEX_MESSAGE 160

struct regex;

struct regex_error {
    char message[REGEX_MESSAGE];
    size_t at;   /* byte in the pattern */
    bool memory; /* out of memory: no fault of the pattern */
};

/* NULL with *error filled. Refused: (*VERB) at the start, callouts, \C, UTF
 * and UCP. With `jit` it is compiled to machine code where that works. */
struct regex *regex_new(struct view pattern, bool jit,
                        struct regex_error *error);
void regex_free(struct regex *regex);
bool regex_has_jit(const struct regex *regex);

struct regex_scratch;
/* Match data, limits and a JIT stack of 32 to 256 KiB. */
struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch *scratch);

enum truth regex_match(const struct regex *regex, struct regex_scratch *scratch,
                       struct view subject);

#endif
