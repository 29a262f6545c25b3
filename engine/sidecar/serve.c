/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sidecar from start to end: load, open the state, listen, wait for
 * signals, drain, close. Everything that is opened here is closed here, in
 * the opposite order.
 */
#include "sidecar/sidecar.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sidecar/accept.h"
#include "sidecar/admin.h"
#include "sidecar/clock.h"
#include "sidecar/data_files.h"
#include "sidecar/denied.h"
#include "sidecar/door.h"
#include "sidecar/file_limit.h"
#include "sidecar/metrics.h"
#include "sidecar/systemd.h"
#include "sidecar/watch.h"

#define QUIET_MS 1000 /* without an exchange, before idle peers are left */
#define TICK_MS 20
#define ADMIN_DOORS 2 /* all, and outcomes only */
#define RELOAD_SECONDS 60

struct sidecar {
    struct reload *reload;
    struct wb_state *state;
    struct slots *slots;
    struct denied *denied;
    struct log *log;
    struct wb_audit *audit;
    struct acceptor *acceptor;
    struct door doors[LISTENERS_MAX];
    struct admin admin;
    struct admin_door admin_doors[ADMIN_DOORS];
    struct server *admin_servers[ADMIN_DOORS];
    struct {
        pthread_mutex_t lock;
        pthread_cond_t changed;
        pthread_t signalled; /* who waits for SIGHUP */
        unsigned asked, done;
        bool good, over; /* the last one; no more will be done */
    } reloads;
    char bound[ACCEPT_ADDRESS_MAX]; /* the last address that was bound */
    char demo_bound[ACCEPT_ADDRESS_MAX];
    struct snapshot *snapshot; /* in force, as far as this thread saw */
    const struct setup *setup; /* its setup; addresses and sizes
                                * never change, see setup_fit */
    sigset_t signals;
    struct data_files data_files;
};

static int failed(const char *what)
{
    fprintf(stderr, "weighbridge: %s\n", what);
    return 2;
}

static void take_snapshot(struct sidecar *sidecar)
{
    struct snapshot *old = sidecar->snapshot;

    sidecar->snapshot = snapshot_ref(reload_current(sidecar->reload));
    sidecar->setup = &sidecar->snapshot->setup;
    snapshot_unref(old);
}

/* ---- opening; each returns 0 or the exit code ---- */

/* Where state is kept that has no place in the configuration. */
static bool state_folder(char *path, size_t room)
{
    const char *systemd = getenv("STATE_DIRECTORY");
    const char *xdg = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int size = -1;

    if (systemd != NULL && systemd[0] == '/') { /* the first of several */
        size =
            snprintf(path, room, "%.*s", (int)strcspn(systemd, ":"), systemd);
    } else if (xdg != NULL && xdg[0] == '/') {
        size = snprintf(path, room, "%s/weighbridge", xdg);
    } else if (home != NULL && home[0] == '/') {
        size = snprintf(path, room, "%s/.local/state/weighbridge", home);
    }
    return size > 0 && (size_t)size < room;
}

/* The demo starts also where it may keep nothing, and says so. */
static enum wb_status open_in_folder(struct sidecar *sidecar,
                                     struct wb_problems *problems)
{
    const struct wb_engine *engine = sidecar->snapshot->engine;
    char folder[4096];
    bool known = state_folder(folder, sizeof folder);
    enum wb_status status = wb_state_open_in(engine, known ? folder : NULL,
                                             problems, &sidecar->state);

    if (status == WB_ERROR_IO && sidecar->setup->demo) {
        status = wb_state_open_in(engine, NULL, NULL, &sidecar->state);
        failed("the demo keeps its claims in memory");
    }
    return status;
}

static void ignore(void *context, const char *data, size_t size)
{
    (void)context;
    (void)data;
    (void)size;
}

static int open_state(struct sidecar *sidecar)
{
    struct wb_problems *problems = wb_problems_new();
    enum wb_status status;

    if (problems == NULL) {
        return failed("out of memory");
    }
    status = open_in_folder(sidecar, problems);
    for (size_t i = 0; i < wb_problems_count(problems); i++) {
        fputs(wb_problem_text(problems, i), stderr);
    }
    wb_problems_free(problems);
    if (status != WB_OK) {
        failed("the state cannot be opened");
    } else {
        /* so that what other nodes told is there before a request is */
        wb_state_demand(sidecar->state, sidecar->snapshot->engine, wall_clock(),
                        ignore, NULL);
    }
    return status == WB_OK ? 0 : status == WB_ERROR_CONFIG ? 1 : 2;
}

static int open_shared(struct sidecar *sidecar)
{
    const struct setup *setup = sidecar->setup;

    sidecar->slots =
        slots_new(setup->in_flight, setup->listen_count, setup->record_bytes);
    sidecar->denied = denied_new();
    sidecar->acceptor = acceptor_new();
    if (sidecar->slots == NULL || sidecar->denied == NULL ||
        sidecar->acceptor == NULL) {
        return failed("out of memory");
    }
    if (setup->log_decisions != NULL) {
        sidecar->log = log_open(setup->log_decisions);
        if (sidecar->log == NULL) {
            fprintf(stderr, "weighbridge: %s: %s\n", setup->log_decisions,
                    strerror(errno));
            return 2;
        }
    }
    if (setup->log_audit != NULL &&
        wb_audit_open(setup->log_audit, wall_clock(), &sidecar->audit) !=
            WB_OK) {
        fprintf(stderr, "weighbridge: log.audit: %s: %s\n", setup->log_audit,
                errno == EWOULDBLOCK ? "another process writes it"
                                     : strerror(errno));
        return 2;
    }
    return 0;
}

static int listen_on(struct sidecar *sidecar, const char *address,
                     const struct socket_access *access, struct server *server,
                     unsigned limit, const char *name)
{
    char problem[256];

    if (server == NULL) {
        return failed("a server cannot be started");
    }
    if (!acceptor_listen(sidecar->acceptor, address, access, server, limit,
                         sidecar->bound, problem, sizeof problem)) {
        return failed(problem);
    }
    fprintf(stderr, "  %-13s %s\n", name, sidecar->bound);
    return 0;
}

static int open_listener(struct sidecar *sidecar, unsigned i,
                         unsigned connections)
{
    const struct setup *setup = sidecar->setup;
    const struct listener *listener = &setup->listen[i];
    struct server_settings server = {setup->threads, connections,
                                     setup->head_bytes, setup->idle_seconds};
    const struct socket_access access = {listener->socket_mode,
                                         listener->socket_owner};
    struct door *door = &sidecar->doors[i];
    struct server_handler handler = door_handler(door);

    *door =
        (struct door){i,
                      sidecar->reload,
                      sidecar->state,
                      sidecar->slots,
                      listener->dialect->second_ask ? sidecar->denied : NULL,
                      sidecar->log,
                      sidecar->audit};
    sidecar->admin.servers[i] = server_start(&server, &handler);
    return listen_on(sidecar, listener->address, &access,
                     sidecar->admin.servers[i], connections,
                     listener->dialect->name);
}

static bool reload_now(void *context);

static int open_admin_door(struct sidecar *sidecar, unsigned i,
                           const char *address)
{
    const struct socket_access access = {0660, NULL};
    struct server_settings server = {1, 64, 65536, 75};
    struct admin_door *door = &sidecar->admin_doors[i];
    struct server_handler handler = admin_handler(door);

    if (address == NULL) {
        return 0;
    }
    if (!admin_door_open(door, &sidecar->admin, i == 1)) {
        return failed("out of memory");
    }
    sidecar->admin_servers[i] = server_start(&server, &handler);
    return listen_on(sidecar, address, &access, sidecar->admin_servers[i], 64,
                     i == 1 ? "outcomes" : "admin");
}

static int open_admin(struct sidecar *sidecar)
{
    int code;

    sidecar->admin.reload = sidecar->reload;
    sidecar->admin.state = sidecar->state;
    sidecar->admin.slots = sidecar->slots;
    sidecar->admin.log = sidecar->log;
    sidecar->admin.audit = sidecar->audit;
    sidecar->admin.started = wall_clock();
    sidecar->admin.reload_now = reload_now;
    sidecar->admin.reload_context = sidecar;
    code = open_admin_door(sidecar, 0, sidecar->setup->admin);
    return code ? code : open_admin_door(sidecar, 1, sidecar->setup->outcomes);
}

static int open_servers(struct sidecar *sidecar)
{
    const struct setup *setup = sidecar->setup;
    char *notice = sidecar->admin.file_notice;
    unsigned connections = file_limit_share(setup->listen_count, setup->threads,
                                            setup->connections, notice);
    int code = 0;

    if (notice[0] != '\0') {
        fprintf(stderr, "NOTICE: %s\n", notice);
    }
    for (unsigned i = 0; code == 0 && i < setup->listen_count; i++) {
        code = open_listener(sidecar, i, connections);
    }
    memcpy(sidecar->demo_bound, sidecar->bound, sizeof sidecar->bound);
    if (code == 0) {
        code = open_admin(sidecar);
    }
    if (code == 0 && !acceptor_start(sidecar->acceptor)) {
        code = failed("no thread");
    }
    return code;
}

/* ---- what people read ---- */

static void print_banner(const struct sidecar *sidecar)
{
    const char *notice = wb_engine_notice(sidecar->snapshot->engine);

    if (sidecar->setup->demo) {
        fputs("DEMO: give -c FILE for rules and prices of your own\n", stderr);
    }
    if (notice != NULL) {
        fprintf(stderr, "NOTICE: %s\n", notice);
    }
    fprintf(stderr, "weighbridge %s, generation %s, mode %s\n", wb_version(),
            wb_engine_generation(sidecar->snapshot->engine),
            sidecar->setup->mode);
}

static void print_demo(const struct sidecar *sidecar)
{
    const char *address = sidecar->demo_bound;

    fprintf(stderr,
            "\nTry, in another terminal:\n"
            "  curl -i -A 'GPTBot/1.2' http://%s/article # priced\n"
            "  curl -i -A 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) "
            "Gecko/20100101 Firefox/153.0' \\\n"
            "       -H 'Accept: text/html' -H 'Accept-Language: en' \\\n"
            "       -H 'Accept-Encoding: gzip' http://%s/article # free\n"
            "  curl -i -H 'X-PAYMENT: garbage' http://%s/article # 400\n\n",
            address, address, address);
}

static void tell_ready(const struct sidecar_options *options)
{
    systemd_notify("READY=1");
    if (options != NULL && options->ready_fd >= 0) {
        ssize_t written = write(options->ready_fd, "ready\n", 6);

        (void)written;
        close(options->ready_fd);
    }
}

/* ---- reloads that the admin listener asks for ---- */

/* As SIGHUP, from another thread; waits until it is done. */
static bool reload_now(void *context)
{
    struct sidecar *sidecar = context;
    struct timespec until;
    bool good = false;
    unsigned mine;
    int late = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += RELOAD_SECONDS;
    pthread_mutex_lock(&sidecar->reloads.lock);
    mine = ++sidecar->reloads.asked;
    pthread_kill(sidecar->reloads.signalled, SIGHUP);
    while (!late && !sidecar->reloads.over &&
           (int)(sidecar->reloads.done - mine) < 0) {
        late = pthread_cond_timedwait(&sidecar->reloads.changed,
                                      &sidecar->reloads.lock, &until);
    }
    good = (int)(sidecar->reloads.done - mine) >= 0 && sidecar->reloads.good;
    pthread_mutex_unlock(&sidecar->reloads.lock);
    return good;
}

/* What is asked for until now is done by the reload that begins now. */
static unsigned reloads_asked(struct sidecar *sidecar)
{
    unsigned asked;

    pthread_mutex_lock(&sidecar->reloads.lock);
    asked = sidecar->reloads.asked;
    pthread_mutex_unlock(&sidecar->reloads.lock);
    return asked;
}

static void reloads_done(struct sidecar *sidecar, unsigned asked, bool good)
{
    pthread_mutex_lock(&sidecar->reloads.lock);
    sidecar->reloads.done = asked;
    sidecar->reloads.good = good;
    pthread_cond_broadcast(&sidecar->reloads.changed);
    pthread_mutex_unlock(&sidecar->reloads.lock);
}

static void reloads_end(struct sidecar *sidecar)
{
    pthread_mutex_lock(&sidecar->reloads.lock);
    sidecar->reloads.over = true;
    pthread_cond_broadcast(&sidecar->reloads.changed);
    pthread_mutex_unlock(&sidecar->reloads.lock);
}

/* ---- running ---- */

static void reload(struct sidecar *sidecar)
{
    unsigned asked = reloads_asked(sidecar);
    bool done;

    systemd_notify("RELOADING=1");
    done = reload_again(sidecar->reload, false, wall_clock());
    if (done) {
        take_snapshot(sidecar);
        watch_reset();
    }
    data_files_loaded(&sidecar->data_files, sidecar->snapshot->engine);
    if (!log_reopen(sidecar->log)) {
        failed("the log cannot be opened anew; the old one stays");
    }
    if (wb_audit_reopen(sidecar->audit, wall_clock()) != WB_OK) {
        failed("the audit log cannot be opened anew; the old one stays");
    }
    log_event(wall_clock(), "reload", "outcome", done ? "done" : "failed",
              "generation", wb_engine_generation(sidecar->snapshot->engine),
              (const char *)NULL);
    reloads_done(sidecar, asked, done);
    systemd_notify("READY=1");
}

/* A new edition of a list needs no word from anybody. */
static void reload_lists(struct sidecar *sidecar)
{
    unsigned long failures = reload_outcome(sidecar->reload).failed;
    bool done = reload_again(sidecar->reload, true, wall_clock());

    if (done) {
        take_snapshot(sidecar);
    }
    log_event(wall_clock(), "reload-lists", "outcome",
              done ? "done"
              : reload_outcome(sidecar->reload).failed > failures
                  ? "failed"
                  : "waits: the configuration has changed too",
              "generation", wb_engine_generation(sidecar->snapshot->engine),
              (const char *)NULL);
}

/* The next signal; -1 when it is time to look at the lists. */
static int next_signal(const struct sidecar *sidecar)
{
    int64_t watch = sidecar->setup->watch;
    struct timespec time = {watch / 1000000, watch % 1000000 * 1000};

    if (watch == 0 ||
        wb_engine_data_file(sidecar->snapshot->engine, 0) == NULL) {
        return sigwaitinfo(&sidecar->signals, NULL);
    }
    return sigtimedwait(&sidecar->signals, NULL, &time);
}

/* Waits for SIGTERM or SIGINT; returns its name. */
static const char *run(struct sidecar *sidecar)
{
    data_files_loaded(&sidecar->data_files, sidecar->snapshot->engine);
    for (;;) {
        int signal = next_signal(sidecar);

        if (signal == -1 && data_files_changed(&sidecar->data_files,
                                               sidecar->snapshot->engine)) {
            reload_lists(sidecar);
        }
        if (signal == SIGHUP) {
            reload(sidecar);
        } else if (signal == SIGTERM) {
            return "SIGTERM";
        } else if (signal == SIGINT) {
            return "SIGINT";
        }
    }
}

/* ---- draining ---- */

static unsigned sum(const struct sidecar *sidecar,
                    unsigned (*of)(const struct server *server))
{
    unsigned total = 0;

    for (unsigned i = 0; i < sidecar->setup->listen_count; i++) {
        if (sidecar->admin.servers[i] != NULL) {
            total += of(sidecar->admin.servers[i]);
        }
    }
    return total;
}

/* One tick; true when a second SIGTERM or SIGINT asks to hurry. */
static bool tick(const struct sidecar *sidecar)
{
    struct timespec time = {0, TICK_MS * 1000000};
    int signal = sigtimedwait(&sidecar->signals, NULL, &time);

    return signal == SIGTERM || signal == SIGINT;
}

/* Ends when nothing is under way and no peer is connected, or none has said
 * anything for a while, or the time is up. A proxy may have just sent a
 * request on a connection that it kept: it is answered, and told to close. */
static void drain(struct sidecar *sidecar)
{
    int64_t left = sidecar->setup->drain / 1000, quiet = 0;

    systemd_notify("STOPPING=1");
    atomic_store(&sidecar->admin.draining, true);
    reloads_end(sidecar);
    acceptor_quiesce(sidecar->acceptor, sidecar->admin_servers[0]);
    for (unsigned i = 0; i < sidecar->setup->listen_count; i++) {
        server_drain(sidecar->admin.servers[i]);
    }
    while (left > 0 && quiet < QUIET_MS && sum(sidecar, server_connections)) {
        if (tick(sidecar)) {
            break;
        }
        quiet = sum(sidecar, server_exchanges) ? 0 : quiet + TICK_MS;
        left -= TICK_MS;
    }
}

/* ---- closing ---- */

/* A store that has not answered yet will call back: then nothing may be
 * freed, and the process ends as it is. */
static bool may_close(const struct sidecar *sidecar)
{
    for (int i = 0; i < 100 && sum(sidecar, server_waiting) != 0; i++) {
        tick(sidecar);
    }
    return sum(sidecar, server_waiting) == 0;
}

static void close_all(struct sidecar *sidecar)
{
    acceptor_free(sidecar->acceptor);
    for (unsigned i = 0; i < ADMIN_DOORS; i++) {
        server_stop(sidecar->admin_servers[i]);
        admin_door_close(&sidecar->admin_doors[i]);
    }
    for (unsigned i = 0; i < LISTENERS_MAX; i++) {
        server_stop(sidecar->admin.servers[i]);
    }
    log_close(sidecar->log);
    wb_audit_close(sidecar->audit);
    denied_free(sidecar->denied);
    slots_free(sidecar->slots);
    wb_state_close(sidecar->state);
    snapshot_unref(sidecar->snapshot);
    reload_close(sidecar->reload);
    metrics_free();
}

static int open_all(struct sidecar *sidecar, const char *config_path,
                    const struct sidecar_options *options)
{
    int code;

    sidecar->reload = reload_open(config_path, options, wall_clock(), &code);
    if (sidecar->reload == NULL) {
        return code;
    }
    take_snapshot(sidecar);
    code = open_state(sidecar);
    if (code == 0) {
        code = open_shared(sidecar);
    }
    if (code == 0) {
        print_banner(sidecar);
        code = open_servers(sidecar);
    }
    return code;
}

static void block_signals(struct sidecar *sidecar)
{
    sigemptyset(&sidecar->signals);
    sigaddset(&sidecar->signals, SIGHUP);
    sigaddset(&sidecar->signals, SIGTERM);
    sigaddset(&sidecar->signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &sidecar->signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int sidecar_serve(const char *config_path,
                  const struct sidecar_options *options)
{
    struct sidecar *sidecar = calloc(1, sizeof *sidecar);
    const char *why;
    int code;

    if (sidecar == NULL) {
        return failed("out of memory");
    }
    block_signals(sidecar); /* before there are threads */
    pthread_mutex_init(&sidecar->reloads.lock, NULL);
    pthread_cond_init(&sidecar->reloads.changed, NULL);
    sidecar->reloads.signalled = pthread_self();
    code = open_all(sidecar, config_path, options);
    if (code == 0) {
        if (sidecar->setup->demo) {
            print_demo(sidecar);
        }
        log_event(wall_clock(), "start", "version", wb_version(), "generation",
                  wb_engine_generation(sidecar->snapshot->engine),
                  (const char *)NULL);
        tell_ready(options);
        why = run(sidecar);
        drain(sidecar);
        log_event(wall_clock(), "stop", "why", why, (const char *)NULL);
    }
    if (code != 0 || may_close(sidecar)) {
        close_all(sidecar);
        free(sidecar);
    }
    return code;
}
