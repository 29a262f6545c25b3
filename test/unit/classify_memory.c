/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each allocation of loading a pack fails once: an error or a program, no
 * crash, nothing left. And weighing allocates nothing at all.
 */
#include "tap.h"

#include "classify.h"
#include "failing.h"

static const char pack[] =
    HEAD "rates: { often: { per: client-ip, window: 60s } }\n"
         "rules:\n"
         "  - id: bot\n"
         "    when: { user-agent: { word: [bot, spider] } }\n"
         "    score: 40\n"
         "    labels: [agent:name:bot, kind:bot]\n"
         "    hits: [{ user-agent: bot }]\n"
         "  - id: pattern\n"
         "    when: { user-agent: { matches: 'cu(rl|pid)/[0-9]' } }\n"
         "    labels: [kind:tool]\n"
         "  - id: path\n"
         "    when: { path: { glob: '/a/*/b?' }, query|lower: { is: '' } }\n"
         "    score: 1\n"
         "  - id: net\n"
         "    when: { client-ip: { in-net: 192.0.2.0/24, in-set: s } }\n"
         "    score: 1\n"
         "  - id: reader\n"
         "    when: { label: { starts-with: 'kind:' } }\n"
         "    labels: [seen]\n"
         "    mode: count\n"
         "  - id: late\n"
         "    when: { class: agent, not: { score: { less-than: 90 } } }\n"
         "    action: reject\n"
         "  - id: often\n"
         "    when: { rate.often: { at-least: 3 } }\n"
         "    score: 60\n";

static void fill(struct weigher *w, unsigned i)
{
    static const struct view agents[] = {
        {"curl/8.0", 8}, {"a bot", 5}, {"Mozilla/5.0", 11}, {"", 0}};
    static const struct view targets[] = {
        {"/a/x/bc?", 8}, {"/", 1}, {"/a/x/y/bc?X", 11}};

    weigher_start(w);
    w->request.target = targets[i % 3];
    w->request.client_ip = i % 5 ? VIEW("192.0.2.7") : VIEW_NONE;
    request_add_header(&w->request, VIEW("User-Agent"), agents[i % 4]);
}

static void test_loading(void)
{
    struct weigher w;
    long before;
    long n = 0;
    bool failed = true, leaked = false, silent = false;

    hash_start();
    weigher_try(&w, pack, NULL);
    weigher_close(&w);
    before = failing_live;
    for (; failed; n++) {
        bool made;

        failing_start(n);
        made = weigher_try(&w, pack, NULL);
        failed = failing_stop();
        /* PCRE2 does without machine code when it cannot have memory. */
        silent |= failed && !made && w.problems && !w.workspace && !w.program &&
                  n > 2 && problems_errors(w.problems) == 0 && w.arena &&
                  arena_used(w.arena) > 100000;
        weigher_close(&w);
        leaked |= failing_live != before;
    }
    ok(n > 20, "%ld allocations failed in turn", n - 1);
    ok(!leaked, "nothing was left");
    ok(!silent, "and it was told");
}

static void test_weighing(void)
{
    struct weigher w;
    uint64_t rates[1];
    long before;
    bool failed;
    size_t fired = 0;
    const size_t *rules;

    weigher_open(&w, pack, NULL);
    before = failing_live;
    failing_start(0);
    for (unsigned i = 0; i < 1000; i++) {
        fill(&w, i);
        rates[0] = i % 7;
        weigher_weigh(&w, rates);
        fired += evaluation_fired(w.evaluation, &rules);
    }
    failed = failing_stop();
    ok(fired > 1000, "%zu rules fired", fired);
    ok(!failed && failing_live == before, "without an allocation");
    weigher_close(&w);
}

int main(void)
{
    if (!FAILING_WORKS) {
        tap_skip("sanitizers bring their own allocator");
        return tap_end();
    }
    test_loading();
    test_weighing();
    return tap_end();
}
