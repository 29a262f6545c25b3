/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An evaluation with a memo answers as one without: few values that come
 * often, more than it can remember, long ones and empty ones, values that are
 * known and unknown; tests by literals, globs and expressions, of numbers and
 * of labels that other rules gave; in both halves.
 */
#include "tap.h"

#include "classify.h"
#include "classify/memo.h"

#define RULES 60
#define VALUES 400
#define VALUE_MAX 300
#define ASKED (20000u / tap_slow())

static uint64_t seed = 4711;

static unsigned draw(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

static char values[VALUES][VALUE_MAX];
static char pack[RULES * 220 + 400];

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

    text_add(&t,
             VIEW(HEAD "rates: { often: { per: header.one, window: 60s } }\n"
                       "rules:\n"));
    for (unsigned i = 0; i < RULES; i++) {
        char literal[8], other[8];

        draw_text(literal, 1 + draw(4));
        draw_text(other, 1 + draw(3));
        text_addf(&t,
                  "  - { id: r%u, score: %u, labels: [t:l%u]%s, when: { "
                  "header.%s: ",
                  i, i % 3, i, i % 11 ? "" : ", mode: count",
                  i % 2 ? "one" : "two");
        if (i % 5 == 0) {
            text_addf(&t, "{ glob: '*%s*%s*' }", literal, other);
        } else if (i % 7 == 0) {
            text_addf(&t, "{ matches: '%s[abc]+%s' }", literal, other);
        } else {
            text_addf(&t, "{ %s: '%s' }", tests[draw(5)], literal);
        }
        text_add(&t, i % 3 ? VIEW("") : VIEW(", header.three: absent"));
        text_add(&t,
                 i % 4 ? VIEW("") : VIEW(", header-count: { at-least: 3 }"));
        text_add(&t, i % 6 ? VIEW("") : VIEW(", rate.often: { at-least: 2 }"));
        if (i % 8 == 1) {
            text_addf(&t, ", label: t:l%u", i - 1);
        } else if (i % 13 == 5) {
            text_add(&t, VIEW(", header.two|length: { at-least: 9 }"));
        }
        text_add(&t, VIEW(" } }\n"));
    }
    text_add(&t, VIEW("  - { id: high, labels: [t:high], when: { score: { "
                      "at-least: 9 } } }\n"));
    pack[t.size] = '\0';
}

static void weigh(struct weigher *w, const char *one, const char *two,
                  unsigned odd, struct memo *with)
{
    static const struct view known[] = {{"one", 3}, {"two", 3}};
    static struct fill filling;
    bool cut = false;
    uint64_t rate = odd % 4;

    weigher_start(w);
    request_add_header(&w->request, VIEW("One"), view_text(one));
    request_add_header(&w->request, VIEW("Two"), view_text(two));
    if (odd % 5 == 0) {
        request_add_header(&w->request, VIEW("Two"), view_text(one));
    }
    if (odd % 7 == 0) {
        request_add_header(&w->request, VIEW("Three"), view_text(two));
    } else if (odd % 3 == 0) {
        w->request.headers_limited = true;
        w->request.headers_known = known;
        w->request.headers_known_count = 2;
    }
    if (!request_prepare(&w->request, w->workspace)) {
        abort();
    }
    request_look_up(&w->request, w->names);
    if (with) {
        facts_start(&filling, program_plan(w->program), &w->request, w->values,
                    w->workspace, &cut);
        evaluation_stateless_of(w->evaluation, &filling, with);
    } else {
        facts_fill(program_plan(w->program), &w->request, w->values,
                   w->workspace, &cut);
        evaluation_stateless(w->evaluation, w->values);
    }
    evaluation_stateful(w->evaluation, &rate);
}

/* Everything that can be asked of it, in one number per rule and label. */
static size_t answers(const struct weigher *w, unsigned char *out)
{
    const struct verdict *verdict = evaluation_verdict(w->evaluation);
    const size_t *fired;
    size_t count = 0, n = evaluation_fired(w->evaluation, &fired);

    for (size_t i = 0; i < program_labels(w->program); i++) {
        out[count++] = (unsigned char)evaluation_label(w->evaluation, i);
        out[count++] = (unsigned char)evaluation_shadow_label(w->evaluation, i);
    }
    for (size_t i = 0; i < program_rules(w->program); i++) {
        out[count++] = (unsigned char)evaluation_rule(w->evaluation, i);
    }
    for (size_t i = 0; i < n; i++) {
        out[count++] = (unsigned char)fired[i];
    }
    out[count++] = (unsigned char)verdict->score;
    out[count++] = (unsigned char)verdict->class;
    out[count++] = (unsigned char)n;
    return count;
}

/* A memo that shares its room with many others forgets all the time. */
static void compare(struct weigher *w, size_t shares)
{
    static unsigned char with[4096], without[4096];
    size_t wrong = 0, held = 0, count;
    struct evaluation *remembers = w->evaluation;
    struct evaluation *forgets = evaluation_new(w->program);
    struct memo *memo = memo_new(w->program, shares);

    for (unsigned i = 0; i < ASKED; i++) {
        const char *one = values[draw(i % 4 ? 6 : VALUES)];
        const char *two = values[draw(i % 7 ? 6 : VALUES)];
        unsigned odd = draw(16);

        weigh(w, one, two, odd, memo);
        count = answers(w, with);
        w->evaluation = forgets;
        weigh(w, one, two, odd, NULL);
        wrong += count != answers(w, without) || memcmp(with, without, count);
        held += (size_t)evaluation_verdict(w->evaluation)->score;
        w->evaluation = remembers;
    }
    ok(held > ASKED, "rules were true");
    is_number((long long)wrong, 0, "each time as if the requests were new");
    ok(memo->met > ASKED / (shares > 1 ? 100 : 4), "%llu of %u were not",
       (unsigned long long)memo->met, ASKED);
    ok(memo->ended > memo->met / 4, "of %llu not even the rules on rates",
       (unsigned long long)memo->ended);
    evaluation_free(forgets);
    memo_free(memo);
}

int main(void)
{
    struct weigher w;

    make_pack();
    for (unsigned i = 0; i < VALUES; i++) {
        draw_text(values[i], i % 9 ? draw(12) : draw(sizeof(values[i]) - 1));
    }
    weigher_open(&w, pack, NULL);
    weigher_know_names(&w, NULL);
    compare(&w, 1);
    compare(&w, 64);
    weigher_close(&w);
    return tap_end();
}
