/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weigh-rules [--no-prefilter] PACK REQUESTS: the rule engine alone, for
 * comparing. Reads request records, one JSON object a line, and prints for
 * each what every rule, label and verdict came to, as test/oracle/oracle.py
 * prints it. Records may hold two objects more: "rates" {"NAME": n} and
 * "in_sets" {"NAME": true}; what they do not name is unknown.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/json.h"
#include "classify/evaluation.h"
#include "classify/rules_load.h"
#include "request/record.h"

#define WORKSPACE (1024 * 1024)
#define OUTPUT (4 * 1024 * 1024)

struct driver {
    struct program *program;
    struct evaluation *evaluation;
    const struct known_names *names; /* looked up as the engine does */
    struct request request;
    struct arena *workspace;
    struct value *values;
    uint64_t *rates;
    enum truth *sets;
    char *out_room;
};

static const char *const truth_letters[] = {"F", "U", "T"};

static void set_rate(struct driver *d, struct view name, struct json *json)
{
    unsigned long long n;

    for (size_t i = 0; i < program_rates(d->program); i++) {
        if (view_equal(program_rate(d->program, i)->name, name) &&
            json->kind == JSON_NUMBER && view_to_u64(json->text, &n)) {
            d->rates[i] = n;
        }
    }
}

static void set_set(struct driver *d, struct view name, struct json *json)
{
    for (size_t i = 0; i < program_sets(d->program); i++) {
        if (view_equal(program_set(d->program, i), name)) {
            d->sets[i] = json->kind == JSON_TRUE ? TRUTH_TRUE : TRUTH_FALSE;
        }
    }
}

/* The two objects that record_read() skips. */
static void read_extras(struct driver *d, struct view line)
{
    static struct json json;
    char *scratch = malloc(line.size + 1);

    if (!scratch) {
        abort();
    }
    json_start(&json, line, JSON_DEPTH_MAX, scratch, line.size);
    json_next(&json);
    while (json_next(&json) == JSON_KEY) {
        bool rates = view_equal(json.text, VIEW("rates"));
        bool sets = view_equal(json.text, VIEW("in_sets"));

        if (json_next(&json) != JSON_OBJECT || !(rates || sets)) {
            if (!json_skip(&json)) {
                break;
            }
            continue;
        }
        while (json_next(&json) == JSON_KEY) {
            struct view name = json.text;

            json_next(&json);
            (rates ? set_rate : set_set)(d, name, &json);
        }
    }
    free(scratch);
}

/* ---- printing ---- */

static void write_rules(struct driver *d, struct json_writer *w)
{
    json_key(w, "rules");
    json_open_object(w);
    for (size_t i = 0; i < program_rules(d->program); i++) {

        const struct rule_info *info = program_rule(d->program, i);
        json_key_view(w, info->id);
        json_string(
            w, view_text(truth_letters[evaluation_rule(d->evaluation, i)]));
    }
    json_close_object(w);
}

static void write_labels(struct driver *d, struct json_writer *w,
                         const char *key,
                         enum truth (*ask)(const struct evaluation *, size_t))
{
    json_key(w, key);
    json_open_object(w);
    for (size_t i = 0; i < program_labels(d->program); i++) {
        enum truth truth = ask(d->evaluation, i);

        if (truth != TRUTH_FALSE) {
            json_key_view(w, program_label(d->program, i));
            json_string(w, view_text(truth_letters[truth]));
        }
    }
    json_close_object(w);
}

static void write_verdict(struct driver *d, struct json_writer *w)
{
    const struct verdict *v = evaluation_verdict(d->evaluation);

    json_key(w, "score");
    json_number(w, v->score);
    json_member(w, "class", class_names[v->class]);
    json_key(w, "agent");
    json_open_object(w);
    json_member(w, "name", v->agent_name);
    json_member(w, "org", v->agent_org);
    json_member(w, "category", v->agent_category);
    json_close_object(w);
    json_key(w, "reject");
    if (!v->reject) {
        json_null(w);
        return;
    }
    const struct rule_info *info = program_rule(d->program, v->reject_rule);
    json_open_object(w);
    json_member(w, "rule", info->id);
    json_key(w, "status");
    json_u64(w, v->status);
    json_member(w, "reason", v->reason);
    json_close_object(w);
}

static void print_answer(struct driver *d)
{
    struct text out = text_in(d->out_room, OUTPUT);
    struct json_writer w = {.out = &out};

    json_open_object(&w);
    json_member(&w, "id", d->request.id);
    write_rules(d, &w);
    write_labels(d, &w, "labels", evaluation_label);
    write_labels(d, &w, "shadow", evaluation_shadow_label);
    write_verdict(d, &w);
    json_close_object(&w);
    printf("%.*s\n", VIEW_ARG(text_view(&out)));
}

/* ---- weighing ---- */

static bool weigh_line(struct driver *d, struct view line)
{
    struct record record = {.request = &d->request};
    bool cut = false;

    arena_reset(d->workspace);
    if (!record_read(&record, line, d->workspace) ||
        !request_prepare(&d->request, d->workspace)) {
        fprintf(stderr, "weigh-rules: byte %zu: %s\n", record.error_at,
                record.error ? record.error : "no room");
        return false;
    }
    request_look_up(&d->request, d->names);
    for (size_t i = 0; i < program_rates(d->program); i++) {
        d->rates[i] = RATE_UNKNOWN;
    }
    for (size_t i = 0; i < program_sets(d->program); i++) {
        d->sets[i] = TRUTH_UNKNOWN;
    }
    read_extras(d, line);
    facts_fill(program_plan(d->program), &d->request, d->values, d->workspace,
               &cut);
    evaluation_stateless(d->evaluation, d->values);
    evaluation_stateful(d->evaluation, d->rates);
    print_answer(d);
    return true;
}

static int weigh_file(struct driver *d, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int status = 0;

    if (!file) {
        perror(path);
        return 1;
    }
    while ((size = getline(&line, &room, file)) > 0) {
        size_t length = (size_t)size - (line[size - 1] == '\n');

        if (!weigh_line(d, view_of(line, length))) {
            status = 1;
            break;
        }
    }
    free(line);
    fclose(file);
    return status;
}

static bool make(struct driver *d)
{
    d->evaluation = evaluation_new(d->program);
    d->workspace = arena_new_fixed(WORKSPACE);
    d->values =
        calloc(plan_slots(program_plan(d->program)) + 1, sizeof(*d->values));
    d->rates = calloc(program_rates(d->program) + 1, sizeof(*d->rates));
    d->sets = calloc(program_sets(d->program) + 1, sizeof(*d->sets));
    d->out_room = malloc(OUTPUT);
    if (!d->evaluation || !d->workspace || !d->values || !d->rates ||
        !d->sets || !d->out_room) {
        return false;
    }
    evaluation_assume_sets(d->evaluation, d->sets);
    return true;
}

static void drop(struct driver *d)
{
    evaluation_free(d->evaluation);
    program_free(d->program);
    arena_free(d->workspace);
    free(d->values);
    free(d->rates);
    free(d->sets);
    free(d->out_room);
}

static struct program *load(struct driver *d, struct arena *arena,
                            const char *pack, bool no_prefilter,
                            struct problems *problems)
{
    struct rules_options options = {.band_suspect = 30,
                                    .band_agent = 60,
                                    .undeclared_sets = true,
                                    .automata_bytes = (size_t)64 << 20,
                                    .no_prefilter = no_prefilter,
                                    .jit = true};
    struct rules *rules = rules_new(arena, &options, problems);
    struct known_names *names = known_names_new(arena);
    struct program *program;

    if (!rules || !names || !rules_pack(rules, pack, VIEW_NONE)) {
        return NULL;
    }
    program = rules_compile(rules);
    if (!program || !plan_add_names(rules_plan(rules), names) ||
        !plan_know(rules_plan(rules), names)) {
        return NULL;
    }
    d->names = names;
    return program;
}

int main(int argc, char **argv)
{
    const char *paths[2] = {NULL, NULL};
    static struct driver d;
    struct problems *problems = problems_new();
    struct arena *arena = arena_new();
    bool no_prefilter = false;
    int status = 1, count = 0;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--no-prefilter")) {
            no_prefilter = true;
        } else if (count < 2) {
            paths[count++] = argv[i];
        }
    }
    if (count != 2 || !problems || !arena || !hash_start()) {
        fprintf(stderr, "usage: weigh-rules [--no-prefilter] PACK REQUESTS\n");
        return 2;
    }
    d.program = load(&d, arena, paths[0], no_prefilter, problems);
    for (size_t i = 0; i < problems_count(problems); i++) {
        fputs(problems_text(problems, i), stderr);
    }
    if (d.program && make(&d)) {
        status = weigh_file(&d, paths[1]);
    }
    drop(&d);
    arena_free(arena);
    problems_free(problems);
    return status;
}
