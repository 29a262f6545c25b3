/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge publish: what a policy tells the world, in the forms that
 * agents read, on standard output.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const char *config, *site, *base;

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = "--site",
     .value = "ID",
     .about = "of that site; without it: the default site",
     .text = &site},
    {.name = "--base",
     .value = "URL",
     .about = "where the site is, such as https://news.example",
     .text = &base},
    {.name = NULL},
};

static const struct {
    const char *name;
    enum wb_publication what;
} forms[] = {
    {"prices", WB_PUBLISH_PRICES}, {"rsl", WB_PUBLISH_RSL},
    {"robots", WB_PUBLISH_ROBOTS}, {"llms", WB_PUBLISH_LLMS},
    {"bazaar", WB_PUBLISH_BAZAAR},
};
#define FORMS (sizeof forms / sizeof *forms)

static size_t find(const char *name)
{
    size_t i = 0;

    while (i < FORMS && strcmp(forms[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* A scheme, a host, and no slash at the end. */
static bool is_base(const char *url)
{
    const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
                       : strncmp(url, "http://", 7) == 0 ? url + 7
                                                         : "";

    return host[0] != '\0' && strcspn(host, "/?# <>\"") == strlen(host);
}

static int publish(const char *const *operands, size_t count)
{
    struct wb_engine *engine = NULL;
    size_t form = find(operands[0]);
    enum wb_status status;
    int code;

    (void)count;
    if (form == FORMS) {
        return usage_error(&command_publish,
                           "'%s': expected prices, rsl, robots, llms or bazaar",
                           operands[0]);
    }
    if (base == NULL || !is_base(base)) {
        return usage_error(&command_publish, "--base: expected a URL such as "
                                             "https://news.example");
    }
    code = engine_open(config, &engine);
    if (code == EXIT_FINE) {
        status = wb_engine_publish(engine, forms[form].what, site, base,
                                   sink_stdout, NULL);
        if (status != WB_OK) {
            fprintf(stderr, "weighbridge: %s\n",
                    status == WB_ERROR_ARGUMENT ? "there is no such site"
                                                : "out of memory");
            code = EXIT_USAGE;
        }
    }
    wb_engine_unref(engine);
    return code;
}

const struct command command_publish = {
    .name = "publish",
    .operands = "prices|rsl|robots|llms|bazaar",
    .about = "write what the policy asks of whom, for agents to read",
    .options = options,
    .operands_least = 1,
    .operands_most = 1,
    .run = publish,
};
