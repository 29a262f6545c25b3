/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a limit of PCRE2 stops is unknown, never "no match", and tells so:
 * the verdict is limited and wb:limit is true.
 */
#include "tap.h"

#include "classify.h"
#include "classify/regex.h"

static char bytes[REGEX_SUBJECT_MAX + 2];

static struct view filled(size_t size, char with)
{
    memset(bytes, with, size);
    return view_of(bytes, size);
}

static void test_match_limit(bool jit)
{
    struct rules_options options = weigher_options;
    const char *how = jit ? "with JIT" : "without JIT";
    struct weigher w;

    options.jit = jit;
    weigher_open(&w,
                 HEAD "rules:\n"
                      "  - id: dear\n"
                      "    when: { user-agent: { matches: '(a+)+$' } }\n"
                      "    labels: [dear]\n"
                      "  - id: not-dear\n"
                      "    when: { not: { label: dear } }\n"
                      "    labels: [calm]\n"
                      "  - id: limited\n"
                      "    when: { label: wb:limit }\n"
                      "    action: reject\n",
                 &options);
    filled(60, 'a');
    bytes[59] = '!';
    weigher_ask(&w, view_of(bytes, 60));
    is_number(weigher_rule(&w, "t/dear"), TRUTH_UNKNOWN,
              "a match that runs away is unknown, %s", how);
    is_number(weigher_label(&w, "dear"), TRUTH_UNKNOWN, "so is its label");
    is_number(weigher_rule(&w, "t/not-dear"), TRUTH_UNKNOWN,
              "and what denies it");
    ok(evaluation_verdict(w.evaluation)->limited, "the verdict tells");
    is_number(weigher_rule(&w, "t/limited"), TRUTH_TRUE,
              "rules may act on wb:limit");
    ok(evaluation_verdict(w.evaluation)->reject, "and reject");
    weigher_ask(&w, VIEW("aaa"));
    is_number(weigher_rule(&w, "t/dear"), TRUTH_TRUE,
              "the next request is weighed afresh");
    ok(!evaluation_verdict(w.evaluation)->limited, "nothing is left over");
    weigher_close(&w);
}

static void test_long_subject(void)
{
    struct weigher w;

    weigher_open(&w,
                 HEAD "rules:\n"
                      "  - id: literal\n"
                      "    when: { user-agent: { matches: 'ab[0-9]' } }\n"
                      "    score: 1\n"
                      "  - id: none\n"
                      "    when: { user-agent: { matches: '[0-9]' } }\n"
                      "    score: 1\n",
                 NULL);
    weigher_ask(&w, filled(REGEX_SUBJECT_MAX, 'a'));
    is_number(weigher_rule(&w, "t/none"), TRUTH_FALSE,
              "8 KiB are matched to the end");
    weigher_ask(&w, filled(REGEX_SUBJECT_MAX + 1, 'a'));
    is_number(weigher_rule(&w, "t/none"), TRUTH_UNKNOWN, "more is unknown");
    is_number(weigher_rule(&w, "t/literal"), TRUTH_FALSE,
              "unless a required literal is not there");
    filled(REGEX_SUBJECT_MAX + 1, 'a');
    bytes[7] = 'b';
    weigher_ask(&w, view_of(bytes, REGEX_SUBJECT_MAX + 1));
    is_number(weigher_rule(&w, "t/literal"), TRUTH_UNKNOWN,
              "where it is there, unknown again");
    weigher_close(&w);
}

static void test_runs(void)
{
    static char text[64 * 1024];
    struct text t = text_in(text, sizeof(text) - 1);
    struct weigher w;
    size_t found = 0, unknown = 0;

    text_add(&t, VIEW(HEAD "rules:\n"));
    for (unsigned i = 0; i < REGEX_RUNS_MAX + 6; i++) {
        text_addf(&t,
                  "  - id: r%u\n"
                  "    when: { user-agent: { matches: '[a-z]{%u}' } }\n"
                  "    score: 0\n",
                  i, i + 1);
    }
    text[t.size] = '\0';
    weigher_open(&w, text, NULL);
    weigher_ask(&w, filled(200, 'x'));
    for (size_t i = 0; i < program_rules(w.program); i++) {
        enum truth truth = evaluation_rule(w.evaluation, i);

        found += truth == TRUTH_TRUE;
        unknown += truth == TRUTH_UNKNOWN;
    }
    is_number(found, REGEX_RUNS_MAX, "64 expressions are run");
    is_number(unknown, 6, "the rest are unknown");
    ok(evaluation_verdict(w.evaluation)->limited, "and the verdict tells");
    weigher_close(&w);
}

/* PCRE2 10.42 with its start optimisation on says no to the second. */
static void test_start(void)
{
    struct weigher w;

    weigher_open(&w,
                 HEAD "rules:\n"
                      "  - id: none\n"
                      "    when: { user-agent: { matches: "
                      "'(?:ab|(?=bots)){0}' } }\n"
                      "    score: 1\n",
                 NULL);
    weigher_ask(&w, VIEW("a bots"));
    is_number(weigher_rule(&w, "t/none"), TRUTH_TRUE, "nothing is matched");
    weigher_ask(&w, VIEW("xyz"));
    is_number(weigher_rule(&w, "t/none"), TRUTH_TRUE, "in every value");
    weigher_close(&w);
}

int main(void)
{
    test_start();
    test_match_limit(true);
    test_match_limit(false);
    test_long_subject();
    test_runs();
    return tap_end();
}
