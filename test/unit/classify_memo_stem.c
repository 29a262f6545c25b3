/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User agents that begin alike are read from there on, and answer as if they
 * were read whole: stems that end a comment and such that do not, what follows
 * them drawn, and literals drawn from both, many of them across the border.
 */
#include "tap.h"

#include "classify.h"
#include "classify/memo.h"

#define RULES 250
#define ASKED (30000u / tap_slow())

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

static void draw_agent(struct text *t)
{
    text_add(t, view_text(stems[draw(STEMS)]));
    for (unsigned i = draw(7); i > 0; i--) {
        text_add(t, view_text(words[draw(WORDS)]));
    }
    if (draw(20) == 0) {
        text_add(t, VIEW(" (late)"));
    }
}

static void make_pack(char *pack, size_t size)
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
    for (unsigned i = 0; i < RULES; i++) {
        char room[300];
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

static struct known_names *names;

/* Only of names that are looked up values are remembered. */
static void know_names(struct weigher *w)
{
    struct plan *plan = (struct plan *)(uintptr_t)program_plan(w->program);

    names = known_names_new(w->arena);
    if (!names || !plan_add_names(plan, names) || !plan_know(plan, names)) {
        abort();
    }
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
    request_look_up(&w->request, names);
    facts_start(&filling, program_plan(w->program), &w->request, w->values,
                w->workspace, &cut);
    evaluation_stateless_of(w->evaluation, &filling, memo);
    evaluation_stateful(w->evaluation, NULL);
    for (size_t i = 0; i < program_rules(w->program); i++) {
        truths[i] = (unsigned char)evaluation_rule(w->evaluation, i);
    }
}

/* A memo that shares its room forgets user agents and stems at once. */
static void compare(struct weigher *w, size_t shares)
{
    static unsigned char with[RULES + 20], without[RULES + 20];
    struct memo *memo = memo_new(w->program, shares);
    size_t wrong = 0, behind = 0;

    ok(memo && memo->stems, "stems are of use");
    for (unsigned i = 0; memo && i < ASKED; i++) {
        char room[300];
        struct text agent = text_in(room, sizeof(room));

        draw_agent(&agent);
        memo->stem = NULL;
        weigh(w, text_view(&agent), memo, with);
        behind += memo->stem != NULL;
        weigh(w, text_view(&agent), NULL, without);
        wrong += memcmp(with, without, sizeof(with)) != 0;
    }
    is_number((long long)wrong, 0, "each time as if it was read whole");
    ok(behind > ASKED / 4, "%zu were read behind their stem", behind);
    memo_free(memo);
}

int main(void)
{
    static char pack[RULES * 400];
    struct weigher w;

    make_pack(pack, sizeof(pack));
    weigher_open(&w, pack, NULL);
    know_names(&w);
    compare(&w, 1);
    compare(&w, 64);
    weigher_close(&w);
    return tap_end();
}
