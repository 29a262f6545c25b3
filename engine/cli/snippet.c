/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge snippet: a proxy's (or a gate's) configuration for this
 * configuration, with every strip, timeout and failure line. examples/ hold
 * what it writes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/snippet.h"

#define FOLDER "engine/cli/snippets/"
#define ADDRESS_MAX 256

static const char *config, *into;

static const struct option options[] = {
    OPTION_CONFIG(&config),
    {.name = "--into",
     .value = "DIR",
     .about = "write its files there, over none that exist",
     .text = &into},
    {.name = NULL},
};

/* `socket`: what this proxy writes before the path of a unix socket; NULL:
 * it can ask none. */
static const struct proxy {
    const char *name, *dialect, *socket;
    bool wants_all; /* a header that is missing is no decision to it */
} proxies[] = {
    {"nginx", "nginx", "unix:", false},
    {"caddy", "forward-auth", "unix/", true},
    {"haproxy", "haproxy", "unix@", true},
    {"envoy", "envoy", NULL, false},
    {"traefik", "forward-auth", NULL, false},
    {"express", NULL, NULL, true},
};

static const struct proxy *proxy_find(const char *name)
{
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++) {
        if (!strcmp(proxies[i].name, name)) {
            return &proxies[i];
        }
    }
    return NULL;
}

/* The address of the first listener in the proxy's dialect; NULL: none. */
static const char *listener_of(const struct wb_engine *engine,
                               const struct proxy *proxy)
{
    const char *listeners = wb_engine_setting(engine, "listen.#");
    unsigned long count = listeners ? strtoul(listeners, NULL, 10) : 0;
    for (unsigned long i = 0; i < count; i++) {
        char path[64];
        snprintf(path, sizeof path, "listen.%lu.dialect", i);
        const char *dialect = wb_engine_setting(engine, path);
        if (dialect && !strcmp(dialect, proxy->dialect)) {
            snprintf(path, sizeof path, "listen.%lu.address", i);
            return wb_engine_setting(engine, path);
        }
    }
    return NULL;
}

/* As the proxy writes it; the prefix of every address is this machine's. */
static bool address_for(const struct proxy *proxy, const char *address,
                        char out[ADDRESS_MAX])
{
    static const char *const wildcards[] = {"0.0.0.0:", "[::]:"};
    int n;
    if (!strncmp(address, "unix:", 5)) {
        if (!proxy->socket) {
            return false;
        }
        n = snprintf(out, ADDRESS_MAX, "%s%s", proxy->socket, address + 5);
        return n > 0 && n < ADDRESS_MAX;
    }
    n = snprintf(out, ADDRESS_MAX, "%s", address);
    for (size_t i = 0; i < sizeof wildcards / sizeof *wildcards; i++) {
        size_t size = strlen(wildcards[i]);
        if (!strncmp(address, wildcards[i], size)) {
            n = snprintf(out, ADDRESS_MAX, "127.0.0.1:%s", address + size);
        }
    }
    return n > 0 && n < ADDRESS_MAX;
}

/* A new file below --into; NULL after telling why not. */
static FILE *create(const char *name)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", into, name);
    int file = -1;
    errno = ENAMETOOLONG;
    if (n > 0 && (size_t)n < sizeof path) {
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    }
    FILE *out = file >= 0 ? fdopen(file, "w") : NULL;
    if (!out) {
        fprintf(stderr, "weighbridge: %s: %s\n", path, strerror(errno));
        if (file >= 0) {
            close(file);
        }
    }
    return out;
}

static int write_file(const struct shipped_file *file, const char *name,
                      const struct wb_engine *engine, const char *sidecar)
{
    FILE *out = stdout;
    if (into) {
        out = create(name);
        if (!out) {
            return EXIT_USAGE;
        }
    } else {
        printf("---- %s ----\n", name);
    }
    snippet_write(file, engine, sidecar, out);
    if (into && fclose(out) != 0) {
        fprintf(stderr, "weighbridge: %s: %s\n", name, strerror(errno));
        return EXIT_USAGE;
    }
    return EXIT_FINE;
}

static int write_all(const struct proxy *proxy, const struct wb_engine *engine,
                     const char *sidecar)
{
    char folder[64];
    int n = snprintf(folder, sizeof folder, FOLDER "%s/", proxy->name);
    int code = EXIT_FINE;
    if (into && mkdir(into, 0755) != 0 && errno != EEXIST) {
        fprintf(stderr, "weighbridge: %s: %s\n", into, strerror(errno));
        return EXIT_USAGE;
    }
    for (const struct shipped_file *file = snippet_files;
         file->name && code == EXIT_FINE; file++) {
        if (!strncmp(file->name, folder, (size_t)n)) {
            code = write_file(file, file->name + n, engine, sidecar);
        }
    }
    return code;
}

static int snippet_for(const struct proxy *proxy,
                       const struct wb_engine *engine)
{
    const char *profile = wb_engine_setting(engine, "headers.profile");
    if (proxy->wants_all && profile && !strcmp(profile, "aws-waf")) {
        fprintf(stderr,
                "weighbridge: %s wants every header on every request, and "
                "profile aws-waf leaves some out: use nginx, envoy or "
                "traefik\n",
                proxy->name);
        return EXIT_PROBLEMS;
    }
    char sidecar[ADDRESS_MAX] = "";
    if (proxy->dialect) {
        const char *address = listener_of(engine, proxy);
        if (!address) {
            fprintf(stderr,
                    "weighbridge: no listener speaks to %s; add to "
                    "weighbridge.yaml:\n  listen: [{ address: "
                    "\"127.0.0.1:8402\", dialect: %s }]\n",
                    proxy->name, proxy->dialect);
            return EXIT_PROBLEMS;
        }
        if (!address_for(proxy, address, sidecar)) {
            fprintf(stderr, "weighbridge: %s cannot ask at %s\n", proxy->name,
                    address);
            return EXIT_PROBLEMS;
        }
    }
    return write_all(proxy, engine, sidecar);
}

static int snippet(const char *const *operands, size_t count)
{
    const struct proxy *proxy = proxy_find(operands[0]);
    struct wb_engine *engine = NULL;

    (void)count;
    if (!proxy) {
        return usage_error(&command_snippet,
                           "'%s': expected nginx, caddy, "
                           "haproxy, envoy, traefik or express",
                           operands[0]);
    }
    int code = engine_open(config, &engine);
    if (code == EXIT_FINE) {
        code = snippet_for(proxy, engine);
    }
    wb_engine_unref(engine);
    return code;
}

const struct command command_snippet = {
    .name = "snippet",
    .operands = "nginx|caddy|haproxy|envoy|traefik|express",
    .about = "print a proxy's configuration for this one",
    .options = options,
    .operands_least = 1,
    .operands_most = 1,
    .run = snippet,
};
