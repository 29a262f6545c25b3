/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only file that includes pcre2.h. A pattern works on bytes (no UTF, no
 * UCP), may not look at single bytes of nothing (\C), change the engine
 * ((*VERB) at its start) or call out. Whatever match error is not "no match"
 * is unknown; the caller tells that a limit was met.
 *
 * PCRE2's start optimisation is off: in 10.42 it takes what a look-ahead in
 * a group repeated no times wants for what all matches need, and so misses
 * matches. Ours (required literals) has done its work before.
 */
#include "classify/regex.h"

#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define JIT_STACK_START (32u * 1024)
#define JIT_STACK_MAX (256u * 1024)

struct regex {
    pcre2_code *code;
    bool jit;
};

struct regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *limits;
    pcre2_jit_stack *stack;
};

static int refuse_callout(pcre2_callout_enumerate_block *block, void *data)
{
    (void)block;
    (void)data;
    return 1;
}

static void say(struct regex_error *error, const char *message, size_t at)
{
    snprintf(error->message, sizeof(error->message), "%s", message);
    error->at = at;
    error->memory = false;
}

static pcre2_code *compile(struct view pattern, struct regex_error *error)
{
    pcre2_code *code;
    int number = 0;
    PCRE2_SIZE at = 0;

    if (view_starts(pattern, VIEW("(*"))) {
        say(error, "a pattern may not start with (*VERB)", 0);
        return NULL;
    }
    code =
        pcre2_compile((PCRE2_SPTR)(pattern.at ? pattern.at : ""), pattern.size,
                      PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF |
                          PCRE2_NEVER_UCP | PCRE2_NO_START_OPTIMIZE,
                      &number, &at, NULL);
    if (!code) {
        PCRE2_UCHAR text[REGEX_MESSAGE] = {0};

        pcre2_get_error_message(number, text, sizeof(text));
        say(error, (const char *)text, at);
        return NULL;
    }
    if (pcre2_callout_enumerate(code, refuse_callout, NULL)) {
        say(error, "a pattern may not hold callouts", 0);
        pcre2_code_free(code);
        return NULL;
    }
    return code;
}

struct regex *regex_new(struct view pattern, bool jit,
                        struct regex_error *error)
{
    struct regex *regex = calloc(1, sizeof(*regex));

    if (!regex) {
        say(error, "out of memory", 0);
        error->memory = true;
        return NULL;
    }
    regex->code = compile(pattern, error);
    if (!regex->code) {
        free(regex);
        return NULL;
    }
    regex->jit = jit && pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0;
    return regex;
}

void regex_free(struct regex *regex)
{
    if (regex) {
        pcre2_code_free(regex->code);
        free(regex);
    }
}

bool regex_has_jit(const struct regex *regex)
{
    return regex->jit;
}

struct regex_scratch *regex_scratch_new(void)
{
    struct regex_scratch *scratch = calloc(1, sizeof(*scratch));

    if (!scratch) {
        return NULL;
    }
    scratch->data = pcre2_match_data_create(1, NULL);
    scratch->limits = pcre2_match_context_create(NULL);
    scratch->stack =
        pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
    /* A PCRE2 without JIT makes no stack; its limits hold all the same. */
    if (!scratch->data || !scratch->limits) {
        regex_scratch_free(scratch);
        return NULL;
    }
    pcre2_set_match_limit(scratch->limits, REGEX_MATCH_LIMIT);
    pcre2_set_depth_limit(scratch->limits, REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(scratch->limits, REGEX_HEAP_KIB);
    if (scratch->stack) {
        pcre2_jit_stack_assign(scratch->limits, NULL, scratch->stack);
    }
    return scratch;
}

void regex_scratch_free(struct regex_scratch *scratch)
{
    if (scratch) {
        pcre2_match_data_free(scratch->data);
        pcre2_match_context_free(scratch->limits);
        pcre2_jit_stack_free(scratch->stack);
        free(scratch);
    }
}

enum truth regex_match(const struct regex *regex, struct regex_scratch *scratch,
                       struct view subject)
{
    PCRE2_SPTR bytes = (PCRE2_SPTR)(subject.at ? subject.at : "");
    int result;

    if (subject.size > REGEX_SUBJECT_MAX) {
        return TRUTH_UNKNOWN;
    }
    result = regex->jit ? pcre2_jit_match(regex->code, bytes, subject.size, 0,
                                          0, scratch->data, scratch->limits)
                        : pcre2_match(regex->code, bytes, subject.size, 0, 0,
                                      scratch->data, scratch->limits);
    if (result >= 0) {
        return TRUTH_TRUE;
    }
    return result == PCRE2_ERROR_NOMATCH ? TRUTH_FALSE : TRUTH_UNKNOWN;
}
