/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge serve: the sidecar; see sidecar/sidecar.h.
 */
#include <stdlib.h>

#include "cli/cli.h"
#include "sidecar/sidecar.h"

static const char *config;
static struct sidecar_options given = {.ready_fd = -1};

static bool take_ready_fd(const char *value)
{
    char *end;
    long fd = strtol(value, &end, 10);

    if (end == value || *end || fd < 3 || fd > 65535) {
        return false;
    }
    given.ready_fd = (int)fd;
    return true;
}

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = "--listen",
     .value = "ADDRESS",
     .about = "where the demo answers proxies; 127.0.0.1:8402",
     .text = &given.demo_listen},
    {.name = "--admin",
     .value = "ADDRESS",
     .about = "where the demo answers its operator; 127.0.0.1:8403",
     .text = &given.demo_admin},
    {.name = "--ready-fd",
     .value = "N",
     .about = "gets \"ready\" and is closed when all listeners accept",
     .take = take_ready_fd},
    {.name = NULL},
};

static int serve(const char *const *operands, size_t count)
{
    (void)operands;
    (void)count;
    if (config && (given.demo_listen || given.demo_admin)) {
        return usage_error(&command_serve,
                           "with -c the addresses stand in the file");
    }
    return sidecar_serve(config, &given);
}

const struct command command_serve = {
    .name = "serve",
    .operands = "",
    .about = "answer proxies over HTTP",
    .options = options,
    .run = serve,
};
