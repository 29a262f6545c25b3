/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User agents that begin alike are read from there on, and those that differ
 * in build numbers alone are not read again: they answer as if they were read
 * whole. Stems that end a comment and such that do not, what follows them and
 * numbers in both drawn, and literals drawn from all, many of them across the
 * borders.
 */
#include "tap.h"

#include "classify.h"
#include "classify/memo.h"

#define RULES_MAX 250
#define PACKS 40 /* of few rules */

static uint64_t seed = 815;

static unsigned draw(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

static const char *const stems[] = {
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) (KHTML, Gecko)",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0)",
    "Mozilla/5.0 (Linux; Android (10; K)",
    "Mozilla/5.0 (Macintosh) Gecko/20100101 Firefox/1)",
    "/5 Mozilla/5.0 (X11; Mobile)",
    "an agent (without a name)",
    "(X11; Linux)",
};
#define STEMS (sizeof(stems) / sizeof(stems[0]))

static const char *const words[] = {
    " ",       " Chrome/",  "Chrome/",      " Safari/", "Firefox/", "Mobile",
    " Mobile", " Version/", "15",           "6.0.",     "abc",      "/",
    "; rv:1",  " Edg/",     " like Gecko ", "b",
};
#define WORDS (sizeof(words) / sizeof(words[0]))

static void draw_number(struct text *t)
{
    static const char *const parts[] = {"0", "1", "12", "10", "02", "360"};

    for (unsigned i = draw(5); i > 0; i--) {
        text_add(t, view_text(parts[draw(6)]));
        text_add(t, draw(9) ? VIEW(".") : VIEW(".."));
    }
    text_add(t, view_text(parts[draw(6)]));
}

static void draw_agent(struct text *t)
{
    text_add(t, view_text(stems[draw(STEMS)]));
    for (unsigned i = draw(5); i > 0; i--) {
        text_add(t, view_text(words[draw(WORDS)]));
        if (draw(2)) {
            draw_number(t);
        }
    }
    if (draw(20) == 0) {
        text_add(t, VIEW(" (late)"));
    }
}

static void make_pack(char *pack, size_t size, unsigned rules)
{
    static const char *const tests[] = {"contains", "word", "starts-with",
                                        "ends-with", "is"};
    static const char *const facts[] = {
        "ua.family: chrome",
        "ua.platform: linux",
        "ua.engine: webkit",
        "ua.platform: ios",
        "ua.mobile: true",
        "ua.family: firefox",
        "ua.engine: trident",
        "ua.major: { at-least: 16 }",
        "ua.engine-major: { less-than: 20 }",
    };
    struct text t = text_in(pack, size - 1);

    text_add(&t, VIEW(HEAD "rules:\n"));
    for (unsigned i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        text_addf(&t, "  - { id: f%u, score: 1, when: { %s } }\n", i, facts[i]);
    }
    for (unsigned i = 0; i < rules; i++) {
        char room[600];
        struct text agent = text_in(room, sizeof(room));
        unsigned from, count;

        draw_agent(&agent);
        from = draw((unsigned)agent.size);
        count = 1 + draw((unsigned)agent.size - from);
        if (draw(2) && count > 6) {
            count = 6;
        }
        text_addf(&t,
                  "  - { id: r%u, score: %u, when: { user-agent: "
                  "{ %s: '%s%.*s%s' } } }\n",
                  i, i % 3, i % 9 ? tests[draw(5)] : "glob", i % 9 ? "" : "*",
                  (int)count, room + from, i % 9 ? "" : "*");
    }
    pack[t.size] = '\0';
}

/* One bit for each rule that is true. */
static void weigh(struct weigher *w, struct view agent, struct memo *memo,
                  unsigned char *truths)
{
    static struct fill filling;
    bool cut = false;

    weigher_start(w);
    request_add_header(&w->request, VIEW("User-Agent"), agent);
    if (!request_prepare(&w->request, w->workspace)) {
        abort();
    }
    request_look_up(&w->request, w->names);
    facts_start(&filling, program_plan(w->program), &w->request, w->values,
                w->workspace, &cut);
    evaluation_stateless_of(w->evaluation, &filling, memo);
    evaluation_stateful(w->evaluation, NULL);
    for (size_t i = 0; i < program_rules(w->program); i++) {
        truths[i] = (unsigned char)evaluation_rule(w->evaluation, i);
    }
}

struct met {
    size_t behind, built; /* read behind their stem, or not at all */
};

/* A memo that shares its room forgets user agents and stems at once. */
static size_t compare(struct weigher *w, size_t shares, unsigned asked,
                      struct met *met)
{
    static unsigned char with[RULES_MAX + 20], without[RULES_MAX + 20];
    struct memo *memo = memo_new(w->program, shares);
    size_t wrong = 0;

    for (unsigned i = 0; memo && i < asked; i++) {
        char room[600], plain[MEMO_AGENT_MAX];
        struct text agent = text_in(room, sizeof(room));

        draw_agent(&agent);
        memo->stem = NULL;
        weigh(w, text_view(&agent), memo, with);
        met->behind += memo->stem != NULL;
        met->built +=
            memo_without_builds(memo, text_view(&agent), plain).at != NULL;
        weigh(w, text_view(&agent), NULL, without);
        wrong += memcmp(with, without, sizeof(with)) != 0;
    }
    memo_free(memo);
    return memo ? wrong : SIZE_MAX;
}

static size_t run(unsigned rules, size_t shares, unsigned asked,
                  struct met *met)
{
    static char pack[RULES_MAX * 700];
    struct weigher w;
    size_t wrong;

    make_pack(pack, sizeof(pack), rules);
    weigher_open(&w, pack, NULL);
    weigher_know_names(&w, NULL);
    wrong = compare(&w, shares, asked, met);
    weigher_close(&w);
    return wrong;
}

/* Of what a rule could read nothing is left out. */
static void builds(void)
{
    static const struct {
        const char *literal, *agent, *plain; /* NULL: it stays as it is */
    } rows[] = {
        {"contains: none", "a/1.2.3", "a/1.2.0"},
        {"contains: none", "a/1.2.345.67 b/1.2.0 c/4.5",
         "a/1.2.000.00 b/1.2.0 c/4.5"},
        {"contains: none", "1.2.3", "1.2.0"},
        {"contains: none", "a 1..23x.4.5.6", "a 1..00x.4.0.0"},
        {"contains: none", "a/1.2.0.0 b/1.2", NULL},
        {"contains: none", "", NULL},
        {"contains: 'a/1.2'", "a/1.2.3", "a/1.2.0"},
        {"contains: 'a/1.2.3'", "a/1.2.31", NULL},
        {"contains: 'a/1.2.3'", "a/1.2.4", "a/1.2.0"},
        {"contains: 'a/1.2.0'", "a/1.2.4", NULL},
        {"contains: '36 b'", "a/1.2.36 b/1.2.5", "a/1.2.36 b/1.2.0"},
        {"word: '36'", "a/1.2.36.1", NULL},
        {"glob: '*2.?'", "a/1.2.7 b/1.3.7", "a/1.2.7 b/1.3.0"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char pack[300], room[MEMO_AGENT_MAX];
        struct weigher w;
        struct memo *memo;

        snprintf(pack, sizeof(pack),
                 HEAD "rules:\n  - { id: a, score: 1, when: { user-agent: "
                      "{ %s } } }\n",
                 rows[i].literal);
        weigher_open(&w, pack, NULL);
        weigher_know_names(&w, NULL);
        memo = memo_new(w.program, 1);
        if (!memo) {
            abort();
        }
        ok(view_equal(memo_without_builds(memo, view_text(rows[i].agent), room),
                      view_text(rows[i].plain)),
           "%s: %s", rows[i].literal, rows[i].agent);
        memo_free(memo);
        weigher_close(&w);
    }
}

int main(void)
{
    unsigned asked = 30000 / tap_slow();
    struct met many = {0}, few = {0};
    size_t wrong = 0;

    is_number((long long)run(RULES_MAX, 1, asked, &many), 0,
              "many rules: each time as if it was read whole");
    is_number((long long)run(RULES_MAX, 64, asked, &many), 0,
              "the same in little room");
    ok(many.behind > asked / 2, "%zu were read behind their stem", many.behind);
    for (unsigned i = 0; i < PACKS; i++) {
        wrong += run(3 + i % 12, i % 2 ? 1 : 64, asked / PACKS * 2, &few);
    }
    is_number((long long)wrong, 0, "few rules: the same");
    ok(few.built > asked / 4, "%zu had builds that nobody read", few.built);
    builds();
    return tap_end();
}
