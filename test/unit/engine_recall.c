/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sketch is found to be decided like is what it is decided: lines of a
 * log with all that they may hold, of few kinds, each decided anew and looked
 * up; those that have one number have the same answers and the same rules.
 * And most of the shipped rules' have one.
 */
#include <pthread.h>
#include <stdlib.h>

#include "decision.h"
#include "engine.h"

#define START INT64_C(1767225600000000)
#define LINES 40000
#define BATCH 100
#define NUMBERS 10000
#define ANSWERS 2048

/* One of the texts; "" is one that is not there. */
static struct wb_text one_of(uint64_t *seed, const char *const *texts,
                             unsigned count)
{
    const char *text = texts[engine_draw(seed, count)];

    return (struct wb_text){*text ? text : NULL, strlen(text)};
}

#define ONE_OF(seed, ...)                                                      \
    one_of(seed, (const char *const[]){__VA_ARGS__},                           \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

struct line {
    struct wb_sketch sketch;
    char target[64], agent[64];
};

static void make_target(struct line *line, uint64_t *seed)
{
    unsigned n = engine_draw(seed, 1000);

    switch (engine_draw(seed, 4)) {
    case 0:
        snprintf(line->target, sizeof line->target, "/premium/%u", n);
        break;
    case 1:
        snprintf(line->target, sizeof line->target, "/closed/%u?a=%u", n, n);
        break;
    case 2:
        snprintf(line->target, sizeof line->target, "/x/%u?y=1&_method=PUT", n);
        break;
    default:
        line->sketch.target = ONE_OF(
            seed, "/", "", "*", "x", "/robots.txt", "/ROBOTS.txt",
            "/premium/../x", "/premium//x", "/premium/%41", "/premium/a%2fb",
            "/night/x", "/put/x", "/asked?key=1", "/asked?key=2", "/asked",
            "/asked#key", "http://shop.example/premium/x", "http://other.test/",
            "//shop.example/x", "/hosted/x");
        return;
    }
    line->sketch.target = (struct wb_text){line->target, strlen(line->target)};
}

/* One or two things that are rare. */
static void make_odd(struct wb_sketch *sketch, uint64_t *seed)
{
    for (unsigned i = 0; i < 2; i++) {
        switch (engine_draw(seed, 7)) {
        case 0:
            sketch->method = ONE_OF(seed, "POST", "PUT", "OPTIONS", "TRACE",
                                    "PROPFINDING", "get", "");
            break;
        case 1:
            sketch->scheme = ONE_OF(seed, "https", "http", "a-long-scheme");
            break;
        case 2:
            sketch->http_version = ONE_OF(seed, "1.0", "3", "");
            break;
        case 3:
            sketch->host =
                ONE_OF(seed, "shop.example", "SHOP.example:8080",
                       "shop.example.", "other.test", ":80", "a%2eb");
            break;
        case 4:
            sketch->client_ip = ONE_OF(seed, "198.51.100.256", "-", "");
            break;
        case 5:
            sketch->referer = ONE_OF(seed, "a\x01control", "\t");
            break;
        default:
            sketch->captured = engine_draw(seed, 3);
            sketch->user_agent.data = NULL;
            sketch->referer.data = NULL;
        }
    }
}

static void make_line(struct line *line, uint64_t seed)
{
    struct wb_sketch *sketch = &line->sketch;
    bool odd = engine_draw(&seed, 4) == 0;

    memset(line, 0, sizeof *line);
    make_target(line, &seed);
    sketch->method = ONE_OF(&seed, "GET", "GET", "GET", "HEAD");
    sketch->http_version = ONE_OF(&seed, "1.1", "1.1", "2");
    sketch->client_ip = ONE_OF(&seed, "198.51.100.1", "198.51.100.7",
                               "2001:db8::1", "203.0.113.9");
    sketch->referer =
        ONE_OF(&seed, "", "https://example.com/", "https://elsewhere.test/");
    sketch->user_agent =
        ONE_OF(&seed, "", "a bot", "curl/8.5.0", "wget/1.2", "spider/1",
               "GPTBot/1.2", "Mozilla/5.0 (X11) Chrome/130.0.0.0");
    sketch->captured = WB_USER_AGENT | WB_REFERER;
    if (engine_draw(&seed, 4) == 0) {
        snprintf(line->agent, sizeof line->agent, "a bot %u",
                 engine_draw(&seed, 99));
        sketch->user_agent = (struct wb_text){line->agent, strlen(line->agent)};
    }
    if (odd) {
        make_odd(sketch, &seed);
    }
}

/* All answers but the id, and the rules that fired. */
static void tell(const struct wb_request *request, char out[ANSWERS])
{
    struct text text = text_in(out, ANSWERS);
    struct wb_text rule;

    text_add_u64(&text, wb_decision_status(request));
    for (unsigned i = WB_ANSWER_ACTION; i <= WB_ANSWER_DEMAND; i++) {
        struct wb_text answer = wb_decision_answer(request, (enum wb_answer)i);
        text_add_char(&text, '|');
        text_add(&text, view_of(answer.data, answer.size));
    }
    for (size_t i = 0; (rule = wb_decision_rule(request, i, NULL)).data; i++) {
        text_add_char(&text, ' ');
        text_add(&text, view_of(rule.data, rule.size));
    }
    text_add_char(&text, '\0');
}

struct trial {
    struct wb_engine *engine;
    struct wb_recall *recall;
    struct wb_request *request, *anew;
    struct wb_state *states[2];
    char (*known)[ANSWERS]; /* of each number */
    size_t wrong, found;
};

static void decide(struct wb_request *request, struct wb_engine *engine,
                   struct wb_state *state, const struct wb_sketch *sketch,
                   int64_t now)
{
    wb_request_begin(request, engine, now);
    wb_request_sketch(request, sketch);
    wb_decide_blocking(request, state);
}

static void try_line(struct trial *trial, const struct line *line,
                     unsigned number, int64_t now)
{
    char anew[ANSWERS], answers[ANSWERS];

    decide(trial->anew, trial->engine, trial->states[0], &line->sketch, now);
    tell(trial->anew, anew);
    if (number) {
        trial->found++;
        trial->wrong += strcmp(anew, trial->known[number]) != 0;
        return;
    }
    decide(trial->request, trial->engine, trial->states[1], &line->sketch, now);
    tell(trial->request, answers);
    trial->wrong += strcmp(anew, answers) != 0;
    number = wb_recall_keep(trial->recall, trial->request);
    if (number >= NUMBERS) {
        trial->wrong++;
    } else if (number && !trial->known[number][0]) {
        memcpy(trial->known[number], answers, ANSWERS);
    } else if (number) {
        trial->wrong += strcmp(answers, trial->known[number]) != 0;
    }
}

static void try_lines(struct trial *trial)
{
    static struct line lines[BATCH];
    static struct wb_sketch sketches[BATCH];
    unsigned numbers[BATCH];

    for (uint64_t n = 0; n < LINES; n += BATCH) {
        for (size_t i = 0; i < BATCH; i++) {
            make_line(&lines[i], (n + i) * 7919 + 3);
            sketches[i] = lines[i].sketch;
        }
        wb_recall_find(trial->recall, sketches, BATCH, numbers);
        for (size_t i = 0; i < BATCH; i++) {
            try_line(trial, &lines[i], numbers[i],
                     START + (int64_t)(n + i) * 10000000);
        }
    }
}

/* At least so many of a hundred are to be found, or at most none. */
static void check(const char *path, const char *name, size_t least, bool none)
{
    struct trial trial = {.engine = engine_at(path)};

    if (!trial.engine) {
        ok(false, "%s: loads", name);
        return;
    }
    trial.recall = wb_recall_new(trial.engine);
    trial.request = wb_request_new();
    trial.anew = wb_request_new();
    trial.anew->anew = true;
    trial.known = calloc(NUMBERS, sizeof *trial.known);
    wb_state_open_replay(trial.engine, &trial.states[0]);
    wb_state_open_replay(trial.engine, &trial.states[1]);
    wb_request_recall(trial.request, trial.recall);
    try_lines(&trial);
    is_number((long long)trial.wrong, 0, "%s: as each alone", name);
    printf("# %zu of %d found\n", trial.found, LINES);
    ok(none ? trial.found == 0 : trial.found * 100 >= least * LINES,
       "%s: found", name);
    wb_request_free(trial.request);
    wb_request_free(trial.anew);
    wb_recall_free(trial.recall);
    wb_state_close(trial.states[0]);
    wb_state_close(trial.states[1]);
    free(trial.known);
    wb_engine_unref(trial.engine);
}

/* Of nothing but empty texts, before anything was kept. */
static void check_empty(void)
{
    static const struct wb_text empty = {"", 0};
    struct wb_sketch sketch = {.method = empty,
                               .scheme = empty,
                               .http_version = empty,
                               .target = {"/", 1}};
    struct wb_engine *engine = engine_at(NULL);
    struct wb_recall *recall = wb_recall_new(engine);
    unsigned number = 1;

    wb_recall_find(recall, &sketch, 1, &number);
    is_number(number, 0, "an empty sketch is like no other");
    wb_recall_free(recall);
    wb_engine_unref(engine);
}

/* ---- threads ---- */

#define THREADS 3
#define LONG                                                                   \
    500 /* bytes of a user agent: so many of them that all that was            \
         * remembered must be forgotten, more than twice */
#define LONG_LINES 160000

struct worker {
    pthread_t thread;
    struct wb_engine *engine;
    struct wb_recall *recall;
    unsigned number;
    size_t wrong, found;
};

/* Of two kinds, each different; every second one is of all threads. */
static void make_long(char agent[LONG], struct wb_sketch *sketch, unsigned n,
                      unsigned worker)
{
    static const char *const kinds[] = {"curl/8.5.0", "a bot"};
    int size = snprintf(agent, LONG, "%s %u of %u ", kinds[n / 2 % 2], n,
                        n % 2 ? 0 : worker);

    memset(agent + size, '-', (size_t)(LONG - size));
    *sketch = (struct wb_sketch){.method = {"GET", 3},
                                 .http_version = {"1.1", 3},
                                 .target = {"/premium/x", 10},
                                 .user_agent = {agent, LONG},
                                 .captured = WB_USER_AGENT | WB_REFERER};
}

/* Each number of two kinds has the answers of its kind. */
static void *work(void *arg)
{
    struct worker *worker = arg;
    struct wb_request *request = wb_request_new();
    char answers[ANSWERS], kinds[2][ANSWERS] = {"", ""};
    unsigned of_kind[2] = {0, 0};
    char agent[LONG];
    struct wb_sketch sketch;

    wb_request_recall(request, worker->recall);
    for (unsigned n = 0; n < LONG_LINES; n++) {
        unsigned number, kind = n / 2 % 2;
        make_long(agent, &sketch, n, worker->number);
        wb_recall_find(worker->recall, &sketch, 1, &number);
        worker->found += number != 0;
        if (number == 0) {
            decide(request, worker->engine, NULL, &sketch, START);
            tell(request, answers);
            worker->wrong += kinds[kind][0] && strcmp(answers, kinds[kind]);
            memcpy(kinds[kind], answers, ANSWERS);
            number = wb_recall_keep(worker->recall, request);
        }
        worker->wrong += number && of_kind[kind] && number != of_kind[kind];
        of_kind[kind] = number ? number : of_kind[kind];
    }
    worker->wrong += of_kind[0] == of_kind[1];
    wb_request_free(request);
    return NULL;
}

static void check_threads(void)
{
    struct worker workers[THREADS];
    struct wb_engine *engine = engine_at("test/unit/engine_past_few.yaml");
    struct wb_recall *recall = wb_recall_new(engine);
    size_t wrong = 0, found = 0;

    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.engine = engine,
                                     .recall = wb_recall_share(recall),
                                     .number = i + 1};
    }
    wb_recall_free(recall); /* it would be a reader that never looks */
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        wb_recall_free(workers[i].recall);
        wrong += workers[i].wrong;
        found += workers[i].found;
    }
    is_number((long long)wrong, 0, "threads: as each alone");
    printf("# %zu of %d found\n", found, THREADS * LONG_LINES);
    ok(found > 0, "threads: what one keeps, others find");
    wb_engine_unref(engine);
}

int main(void)
{
    check_empty();
    check_threads();
    check(NULL, "shipped", 30, false);
    check("test/unit/engine_past_few.yaml", "rules that may read more", 5,
          false);
    check("test/unit/engine_past.yaml", "rules that always read more", 0,
          false);
    check("test/unit/engine_recall.yaml", "routes of all kinds", 5, false);
    check("test/replay/small.yaml", "a rate that counts", 0, false);
    check("test/replay/surge.yaml", "prices that move", 0, true);
    check("test/replay/other.yaml", "another's", 5, false);
    return tap_end();
}
