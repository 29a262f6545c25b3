/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge ctl: asks a running sidecar, or tells it what to do. Prints
 * what the admin API answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/admin_client.h"

#define RECORD_MOST ((size_t)1024 * 1024)

static const char *site;
static const struct option options[] = {
    OPTIONS_ADMIN,
    {.name = "--site",
     .value = "ID",
     .about = "of load and rate; the default site",
     .text = &site},
    {.name = NULL}};

/* The texts of "problems", as check prints them; false: there is none. */
static bool print_problems(const struct admin_answer *answer)
{
    struct view body = {answer->body, answer->body_size};
    char *room = malloc(answer->body_size + 1);
    bool here = false, any = false;
    enum json_kind kind;
    struct json json;

    if (!room) {
        return false;
    }
    json_start(&json, body, JSON_DEPTH_MAX, room, answer->body_size);
    while ((kind = json_next(&json)) != JSON_DONE && kind != JSON_ERROR) {
        if (kind == JSON_KEY) {
            here = view_equal(json.text, VIEW("problems"));
        } else if (kind == JSON_STRING && here) {
            fprintf(stderr, "%s%.*s", any ? "" : "\n", VIEW_ARG(json.text));
            any = true;
        }
    }
    free(room);
    return any;
}

/* Prints the answer; an exit code. */
static int ask(const char *method, const char *target, const char *body,
               size_t size)
{
    struct admin_answer answer = {0};
    int code = EXIT_USAGE;

    if (!admin_ask(method, target, body, size, &answer)) {
        return EXIT_USAGE;
    }
    if (answer.status < 300) {
        fwrite(answer.body, 1, answer.body_size, stdout);
        code = EXIT_FINE;
    } else {
        fprintf(stderr, "weighbridge: %s %s: %u: ", method, target,
                answer.status);
        if (!print_problems(&answer)) {
            fwrite(answer.body, 1, answer.body_size, stderr);
        }
        code =
            answer.status < 500 && answer.status != 401 && answer.status != 403
                ? EXIT_PROBLEMS
                : EXIT_USAGE;
    }
    admin_answer_free(&answer);
    return code;
}

/* As the value of a parameter; false: too long. */
static bool encode(const char *text, char *out, size_t room)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
                                "pqrstuvwxyz0123456789-_.~";
    size_t size = 0;

    for (; *text; text++) {
        if (size + 4 > room) {
            return false;
        }
        if (strchr(plain, *text)) {
            out[size++] = *text;
        } else {
            size += (size_t)snprintf(out + size, room - size, "%%%02X",
                                     (unsigned char)*text);
        }
    }
    out[size] = '\0';
    return true;
}

static int status(const char *const *words)
{
    (void)words;
    return ask("GET", "/v1/status", NULL, 0);
}

static int reload(const char *const *words)
{
    (void)words;
    return ask("POST", "/v1/reload", NULL, 0);
}

static int generations(const char *const *words)
{
    (void)words;
    return ask("GET", "/v1/generations", NULL, 0);
}

static int lockouts(const char *const *words)
{
    (void)words;
    return ask("GET", "/v1/lockouts", NULL, 0);
}

static int lift(const char *const *words)
{
    char network[256], payer[512], target[1024];

    if (!encode(words[0], network, sizeof network) ||
        !encode(words[1], payer, sizeof payer)) {
        fputs("weighbridge: that is no network and payer\n", stderr);
        return EXIT_USAGE;
    }
    snprintf(target, sizeof target, "/v1/lockouts?network=%s&payer=%s", network,
             payer);
    return ask("DELETE", target, NULL, 0);
}

static int demand(const char *const *words)
{
    (void)words;
    return ask("GET", "/v1/demand", NULL, 0);
}

/* {"site":site,key:words[0],value:words[1]} */
static int push(const char *key, const char *value, const char *const *words)
{
    const char *const members[] = {"site",   site,  key,
                                   words[0], value, words[1]};
    char body[2048] = "{";
    size_t size = 1;

    for (size_t i = site ? 0 : 2; i < 6; i += 2) {
        size += (size_t)snprintf(body + size, sizeof body - size,
                                 "%s\"%s\":", size > 1 ? "," : "", members[i]);
        size += wb_json_quote(members[i + 1], strlen(members[i + 1]),
                              body + size, sizeof body - size);
        if (size + 32 > sizeof body) {
            fputs("weighbridge: that is too long\n", stderr);
            return EXIT_USAGE;
        }
    }
    body[size++] = '}';
    return ask("POST", "/v1/demand", body, size);
}

static int load(const char *const *words)
{
    return push("demand", "load", words);
}

static int rate(const char *const *words)
{
    return push("asset", "rate", words);
}

/* A record from stdin, under a generation. */
static int explain(const char *const *words)
{
    char generation[128], target[256];
    char *record = malloc(RECORD_MOST);
    size_t size = record ? fread(record, 1, RECORD_MOST, stdin) : 0;
    int code;

    if (size == 0 || !encode(words[0], generation, sizeof generation)) {
        fputs("weighbridge: no record on standard input\n", stderr);
        free(record);
        return EXIT_USAGE;
    }
    snprintf(target, sizeof target, "/v1/explain?generation=%s", generation);
    code = ask("POST", target, record, size);
    free(record);
    return code;
}

static const struct act {
    const char *name, *operands;
    size_t count;
    int (*run)(const char *const *words);
    const char *about;
} acts[] = {
    {"status", "", 0, status, "readiness, generation, listeners, counts"},
    {"reload", "", 0, reload, "as SIGHUP, and says what it found"},
    {"lockouts", "", 0, lockouts, "payers who are locked out"},
    {"lift", "NETWORK PAYER", 2, lift, "lets one of them pay again"},
    {"demand", "", 0, demand, "multipliers and rates of exchange in force"},
    {"load", "DEMAND PERCENT", 2, load, "a reading of the load"},
    {"rate", "ASSET VALUE", 2, rate, "what one unit of an asset is worth"},
    {"generations", "", 0, generations, "configurations that are kept"},
    {"explain", "GENERATION", 1, explain,
     "a request record from standard input, decided under it"},
};

static int ctl(const char *const *operands, size_t count)
{
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (strcmp(acts[i].name, operands[0]) != 0) {
            continue;
        }
        if (count - 1 != acts[i].count) {
            return usage_error(&command_ctl, "%s takes %s", acts[i].name,
                               acts[i].count ? acts[i].operands : "nothing");
        }
        return acts[i].run(operands + 1);
    }
    return usage_error(&command_ctl, "'%s' is not known", operands[0]);
}

static void help(void)
{
    putchar('\n');
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        char left[64];

        snprintf(left, sizeof left, "%s %s", acts[i].name, acts[i].operands);
        printf("  %-20s %s\n", left, acts[i].about);
    }
}

const struct command command_ctl = {
    .name = "ctl",
    .operands = "ACTION [OPERAND]...",
    .about = "ask a running sidecar, or tell it",
    .options = options,
    .operands_least = 1,
    .operands_most = 3,
    .run = ctl,
    .help = help,
};
