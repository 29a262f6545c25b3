/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An evaluation that has met values before answers as a new one does: few
 * values that come often, more than it can remember, long ones and empty
 * ones, tests by literals, globs and expressions on two headers.
 */
#include "tap.h"

#include "classify.h"
#include "classify/value_memo.h"

#define RULES 60
#define VALUES (3 * MEMO_ENTRIES)
#define ASKED 4000

static uint64_t seed = 4711;

static unsigned draw(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

static char values[VALUES][MEMO_VALUE + 40];
static char pack[RULES * 120 + 200];

static void draw_text(char *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = "abcAB-,"[draw(7)];
    }
    out[size] = '\0';
}

static void make_pack(void)
{
    static const char *const tests[] = {"contains", "word", "starts-with",
                                        "ends-with", "is"};
    struct text t = text_in(pack, sizeof(pack) - 1);

    text_add(&t, VIEW(HEAD "rules:\n"));
    for (unsigned i = 0; i < RULES; i++) {
        char literal[8], other[8];

        draw_text(literal, 1 + draw(4));
        draw_text(other, 1 + draw(3));
        text_addf(&t, "  - { id: r%u, score: 0, when: { header.%s: ", i,
                  i % 2 ? "one" : "two");
        if (i % 5 == 0) {
            text_addf(&t, "{ glob: '*%s*%s*' }", literal, other);
        } else if (i % 7 == 0) {
            text_addf(&t, "{ matches: '%s[abc]+%s' }", literal, other);
        } else {
            text_addf(&t, "{ %s: '%s' }", tests[draw(5)], literal);
        }
        text_addf(&t, "%s } }\n", i % 3 ? "" : ", header.three: absent");
    }
    pack[t.size] = '\0';
}

static void weigh(struct weigher *w, const char *one, const char *two)
{
    weigher_start(w);
    request_add_header(&w->request, VIEW("One"), view_text(one));
    request_add_header(&w->request, VIEW("Two"), view_text(two));
    weigher_weigh(w, NULL);
}

int main(void)
{
    size_t wrong = 0, held = 0;
    struct weigher w;

    make_pack();
    for (unsigned i = 0; i < VALUES; i++) {
        draw_text(values[i], i % 9 ? draw(12) : draw(sizeof(values[i]) - 1));
    }
    weigher_open(&w, pack, NULL);
    for (unsigned i = 0; i < ASKED; i++) {
        const char *one = values[draw(i % 2 ? 20 : VALUES)];
        const char *two = values[draw(i % 3 ? 20 : VALUES)];
        struct evaluation *old = w.evaluation;
        enum truth truths[RULES];

        weigh(&w, one, two);
        for (unsigned r = 0; r < RULES; r++) {
            truths[r] = evaluation_rule(w.evaluation, r);
            held += truths[r] == TRUTH_TRUE;
        }
        w.evaluation = evaluation_new(w.program);
        weigh(&w, one, two);
        for (unsigned r = 0; r < RULES; r++) {
            wrong += truths[r] != evaluation_rule(w.evaluation, r);
        }
        evaluation_free(w.evaluation);
        w.evaluation = old;
    }
    ok(held > ASKED, "%zu times a rule was true", held);
    is_number(wrong, 0, "and each time as if the values were new");
    weigher_close(&w);
    return tap_end();
}
