/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions told: whatever lengths a configuration has, the text fits into
 * room that is doubled a few times, and is whole.
 */
#include <stdlib.h>
#include <unistd.h>

#include "decision.h"
#include "tap.h"

#define ABOUT 5000

static char folder[] = "/tmp/weighbridge-write-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

static void write_config(void)
{
    static char rules[ABOUT + 512];
    char about[ABOUT + 1];

    memset(about, 'x', ABOUT);
    about[ABOUT] = '\0';
    snprintf(rules, sizeof rules,
             "pack: { name: long, release: 2026.11, language: 1 }\n"
             "rules:\n"
             "  - id: a\n"
             "    about: \"%s\"\n"
             "    when: { user-agent: { word: bot } }\n"
             "    score: 100\n",
             about);
    write_file("rules.yaml", rules);
    write_file("policy.yaml", "version: 1\notherwise: free\n");
    write_file("main.yaml",
               "version: 1\nrules: rules.yaml\npolicy: policy.yaml\n");
}

static void remove_config(void)
{
    static const char *const names[] = {"rules.yaml", "policy.yaml",
                                        "main.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

/* As callers do: ask, and ask again with the room that was named. */
static size_t told(const struct wb_request *request, enum wb_form form,
                   char **out)
{
    size_t room = 0;
    size_t size = 256;

    *out = NULL;
    while (size > room && size < 1 << 20) {
        free(*out);
        room = size;
        *out = malloc(room);
        size = wb_decision_write(request, form, *out, room);
    }
    return size;
}

int main(void)
{
    struct wb_problems *problems = wb_problems_new();
    struct wb_engine *engine = NULL;
    struct wb_request *request = wb_request_new();
    char path[256];
    char *text;

    if (!mkdtemp(folder)) {
        return 2;
    }
    write_config();
    snprintf(path, sizeof path, "%s/main.yaml", folder);
    ok(wb_engine_load(path, problems, &engine) == WB_OK, "a long text loads");
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        tap_note("%s", wb_problem_text(problems, i));
    }
    wb_request_begin(request, engine, 0);
    wb_request_fact(request, WB_TARGET, "/", 1);
    wb_request_header(request, "User-Agent", 10, "a bot", 5);
    wb_decide_blocking(request, NULL);
    size_t size = told(request, WB_FORM_EXPLAIN, &text);
    ok(size > ABOUT && size < 3 * ABOUT, "an explanation of %zu bytes", size);
    free(text);
    size = told(request, WB_FORM_RECORD, &text);
    ok(size > 0 && size < 16384 && text[0] == '{' && text[size - 1] == '}',
       "a record of %zu bytes", size);
    free(text);
    wb_request_free(request);
    wb_engine_unref(engine);
    wb_problems_free(problems);
    remove_config();
    return tap_end();
}
