/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Automata against plain search: random literals over few letters, in both
 * cases, all five tests, in each of the three forms and without one (few
 * literals are searched for), over values that end flush at a page nobody
 * may touch.
 */
#include "tap.h"

#include "classify.h"
#include "classify/automaton.h"
#include "classify/image.h"
#include "guard.h"

#define LITERALS 40
#define FILLERS 3000 /* literals beside them that make a table wide */
#define PACKS 60
#define VALUES 60

static uint64_t seed = 12345;

static unsigned draw(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

struct literal {
    char text[16];
    enum literal_test test;
};

static struct literal literals[LITERALS];

static void draw_text(char *out, unsigned longest, const char *letters)
{
    unsigned size = 1 + draw(longest);

    for (unsigned i = 0; i < size; i++) {
        out[i] = letters[draw((unsigned)strlen(letters))];
    }
    out[size] = '\0';
}

static void draw_pack(char *room, size_t size, const char *field, bool wide)
{
    struct text t = text_in(room, size - 1);
    char filler[16];

    text_add(&t, VIEW(HEAD "rules:\n"));
    for (unsigned i = 0; i < LITERALS; i++) {
        draw_text(literals[i].text, i % 4 ? 4 : 14, "abAB-");
        literals[i].test = (enum literal_test)draw(LITERAL_TESTS);
        text_addf(&t, "  - { id: r%u, when: { %s: { %s: '%s' } }, score: 0 }\n",
                  i, field, literal_test_names[literals[i].test],
                  literals[i].text);
    }
    for (unsigned i = 0; i < FILLERS && wide; i++) {
        draw_text(filler, 10, "abcdefghijklmnopqrstuvwxyz");
        text_addf(&t, i ? ", %sz%s" : "  - { id: f, score: 0, when: { %s: [x%s",
                  i ? filler : field, i ? "" : filler);
    }
    text_add(&t, wide ? VIEW("] } }\n") : VIEW(""));
    room[t.size] = '\0';
}

/* As plainly as can be. */
static bool holds(struct view value, const struct literal *l, bool folds)
{
    struct view text = view_text(l->text);

    for (size_t at = 0; at + text.size <= value.size; at++) {
        struct view part = view_of(value.at + at, text.size);

        if ((folds ? view_equal_fold(part, text) : view_equal(part, text)) &&
            literal_stands(l->test, value, at + text.size, text.size)) {
            return true;
        }
    }
    return false;
}

static size_t compare(const struct weigher *w, struct view value, bool folds)
{
    size_t wrong = 0;

    for (size_t i = 0; i < LITERALS; i++) {
        bool found = evaluation_rule(w->evaluation, i) == TRUTH_TRUE;

        wrong += found != holds(value, &literals[i], folds);
    }
    return wrong;
}

static void set_value(struct weigher *w, struct guard *g, bool folds)
{
    char text[80];
    struct view value;

    draw_text(text, 70, "abAB- \xc3");
    value = guard_view(g, view_text(text));
    weigher_start(w);
    if (folds) {
        request_add_header(&w->request, VIEW("User-Agent"), value);
    } else {
        w->request.target = VIEW("/");
    }
    request_prepare(&w->request, w->workspace);
    if (!folds) {
        w->request.path.query = value;
    }
}

static void test_form(const char *name, size_t limit, bool folds,
                      enum automaton_form form)
{
    static char pack[LITERALS * 120 + FILLERS * 20 + 200];
    struct rules_options options = weigher_options;
    struct guard guard = guard_new(100);
    size_t wrong = 0, values = 0;
    bool formed = true;

    options.automata_bytes = limit;
    options.no_prefilter = !strcmp(name, "searched");
    for (unsigned p = 0; p < PACKS; p++) {
        struct weigher w;

        draw_pack(pack, sizeof(pack), folds ? "user-agent" : "query",
                  form == AUTOMATON_WIDE);
        weigher_open(&w, pack, &options);
        formed &= w.program->automata[0].form == form;
        for (unsigned v = 0; v < VALUES; v++, values++) {
            bool cut;

            set_value(&w, &guard, folds);
            facts_fill(program_plan(w.program), &w.request, w.values,
                       w.workspace, &cut);
            evaluation_stateless(w.evaluation, w.values);
            evaluation_stateful(w.evaluation, NULL);
            wrong += compare(
                &w, folds ? w.request.headers[0].value : w.request.path.query,
                folds);
        }
        weigher_close(&w);
    }
    guard_free(&guard);
    ok(formed, "the form is %s", name);
    is_number(wrong, 0, "%zu values, %s, %s", values, name,
              folds ? "folded" : "exact");
}

int main(void)
{
    size_t large = weigher_options.automata_bytes;

    test_form("narrow", large, true, AUTOMATON_NARROW);
    test_form("narrow", large, false, AUTOMATON_NARROW);
    test_form("searched", large, true, AUTOMATON_NARROW);
    test_form("searched", large, false, AUTOMATON_NARROW);
    test_form("wide", large, true, AUTOMATON_WIDE);
    test_form("sparse", 0, true, AUTOMATON_SPARSE);
    test_form("sparse", 0, false, AUTOMATON_SPARSE);
    return tap_end();
}
