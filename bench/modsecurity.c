/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One whole decision against libmodsecurity on the same rotating requests:
 * with no rules, with 70, and with the OWASP core rule set. The library and
 * the rule set are Debian's libmodsecurity3 and modsecurity-crs, found while
 * running; what is not installed is skipped. CPU time, the median of 7
 * interleaved pairs.
 *
 * Links: -ldl
 */
#include <dlfcn.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "traffic.h"

#define PAIRS 7
#define OURS 20000 /* decisions for each pair: whole batches */
#define START INT64_C(1767225600000000)
#define CRS_SETUP "/etc/modsecurity/crs/crs-setup.conf"
#define CRS_RULES "/usr/share/modsecurity-crs/rules/REQUEST-*.conf"

static struct traffic_request requests[OURS];

static double cpu_seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* ---- libmodsecurity, by its functions for C ---- */

struct modsecurity {
    void *library;
    void *engine;
    void *(*init)(void);
    void (*set_log)(void *engine, void (*log)(void *, const void *));
    void *(*rules_new)(void);
    int (*rules_add)(void *rules, const char *text, const char **error);
    int (*rules_add_file)(void *rules, const char *path, const char **error);
    int (*rules_free)(void *rules);
    void *(*transaction_new)(void *engine, void *rules, void *data);
    int (*connection)(void *transaction, const char *client, int client_port,
                      const char *server, int server_port);
    int (*uri)(void *transaction, const char *uri, const char *method,
               const char *version);
    int (*header)(void *transaction, const unsigned char *name,
                  size_t name_size, const unsigned char *value,
                  size_t value_size);
    int (*headers_end)(void *transaction);
    int (*body_end)(void *transaction);
    int (*logging)(void *transaction);
    void (*transaction_free)(void *transaction);
};

static bool symbol(struct modsecurity *m, const char *name, void *place)
{
    void *at = dlsym(m->library, name);
    memcpy(place, &at, sizeof at);
    return at != NULL;
}

static void drop_log(void *data, const void *message)
{
    (void)data, (void)message;
}

static bool open_modsecurity(struct modsecurity *m)
{
    m->library = dlopen("libmodsecurity.so.3", RTLD_NOW);
    if (!m->library || !symbol(m, "msc_init", &m->init) ||
        !symbol(m, "msc_set_log_cb", &m->set_log) ||
        !symbol(m, "msc_create_rules_set", &m->rules_new) ||
        !symbol(m, "msc_rules_add", &m->rules_add) ||
        !symbol(m, "msc_rules_add_file", &m->rules_add_file) ||
        !symbol(m, "msc_rules_cleanup", &m->rules_free) ||
        !symbol(m, "msc_new_transaction", &m->transaction_new) ||
        !symbol(m, "msc_process_connection", &m->connection) ||
        !symbol(m, "msc_process_uri", &m->uri) ||
        !symbol(m, "msc_add_n_request_header", &m->header) ||
        !symbol(m, "msc_process_request_headers", &m->headers_end) ||
        !symbol(m, "msc_process_request_body", &m->body_end) ||
        !symbol(m, "msc_process_logging", &m->logging) ||
        !symbol(m, "msc_transaction_cleanup", &m->transaction_free)) {
        return false;
    }
    m->engine = m->init();
    if (m->engine) {
        m->set_log(m->engine, drop_log);
    }
    return m->engine != NULL;
}

static void weigh(struct modsecurity *m, void *rules,
                  const struct traffic_request *t)
{
    void *transaction = m->transaction_new(m->engine, rules, NULL);
    m->connection(transaction, t->address, 40000, "192.0.2.1", 443);
    m->uri(transaction, t->target, "GET", "1.1");
    for (size_t i = 0; i < t->count; i++) {
        m->header(
            transaction, (const unsigned char *)t->name[i], t->name_size[i],
            (const unsigned char *)t->text + t->value_at[i], t->value_size[i]);
    }
    m->headers_end(transaction);
    m->body_end(transaction);
    m->logging(transaction);
    m->transaction_free(transaction);
}

/* ---- its rules ---- */

static bool add(struct modsecurity *m, void *rules, const char *text)
{
    const char *error = NULL;
    bool good = m->rules_add(rules, text, &error) >= 0;
    if (!good) {
        fprintf(stderr, "libmodsecurity: %s\n", error ? error : text);
    }
    return good;
}

static void *no_rules(struct modsecurity *m)
{
    void *rules = m->rules_new();
    return add(m, rules, "SecRuleEngine On\n") ? rules : NULL;
}

/* As many names of agents as the shipped rules have (some 840), fourteen a
 * rule, and headers that are missing. */
static void *seventy_rules(struct modsecurity *m)
{
    static const char *const names[] = {"acme", "data", "site", "meta", "link",
                                        "feed", "open", "news", "mega", "page"};
    static const char *const ends[] = {"bot",    "crawler", "spider",
                                       "reader", "agent",   "probe"};
    static const char *const headers[] = {
        "Accept", "Accept-Language", "Accept-Encoding", "Host", "Connection",
        "Cookie", "Sec-Fetch-Mode",  "Sec-Fetch-Dest",  "DNT",  "Referer"};
    void *rules = no_rules(m);
    static const char *const forms[] = {
        "%s%s",       "%s-%s",      "%s_%s",      "my%s%s",     "the%s%s",
        "go%s%s",     "%s%sx",      "%s%s-image", "%s%s-ad",    "%s%s-news",
        "%s%s-video", "%s%s-phone", "%s%s-user",  "%s%s-search"};
    char text[1024];
    bool good = rules != NULL;
    for (unsigned i = 0; i < 70 && good; i++) {
        if (i < 60) {
            int size = snprintf(text, sizeof text, "%s",
                                "SecRule REQUEST_HEADERS:User-Agent \"@rx "
                                "(?i)\\b(?:");
            for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
                size += snprintf(text + size, sizeof text - (size_t)size,
                                 f ? "|" : "");
                size += snprintf(text + size, sizeof text - (size_t)size,
                                 forms[f], names[i % 10], ends[i / 10]);
            }
            snprintf(text + size, sizeof text - (size_t)size,
                     ")\\b\" \"id:%u,phase:1,pass,nolog,setvar:tx.score=+5\"\n",
                     1000 + i);
        } else {
            snprintf(text, sizeof text,
                     "SecRule &REQUEST_HEADERS:%s \"@eq 0\""
                     " \"id:%u,phase:1,pass,nolog,setvar:tx.score=+2\"\n",
                     headers[i - 60], 1000 + i);
        }
        good = add(m, rules, text);
    }
    return good ? rules : NULL;
}

static void *core_rules(struct modsecurity *m)
{
    const char *error = NULL;
    glob_t files;
    void *rules;
    bool good;
    if (glob(CRS_RULES, 0, NULL, &files) != 0) {
        return NULL;
    }
    rules = no_rules(m);
    good = rules && m->rules_add_file(rules, CRS_SETUP, &error) >= 0;
    for (size_t i = 0; i < files.gl_pathc && good; i++) {
        good = m->rules_add_file(rules, files.gl_pathv[i], &error) >= 0;
    }
    if (!good) {
        fprintf(stderr, "core rule set: %s\n", error ? error : "failed");
    }
    globfree(&files);
    return good ? rules : NULL;
}

/* ---- both ---- */

struct ours {
    struct wb_engine *engine;
    struct wb_state *state;
    struct wb_request *request;
};

static double time_ours(struct ours *o)
{
    double spent = 0;
    for (size_t i = 0; i < OURS; i += TRAFFIC_BATCH) {
        const struct traffic_request *batch = traffic_batch(&requests[i]);
        double start = cpu_seconds();
        for (size_t k = 0; k < TRAFFIC_BATCH; k++) {
            int64_t now = START + (int64_t)(i + k) * 1000;
            wb_request_begin(o->request, o->engine, now);
            traffic_fill(&batch[k], o->request);
            wb_decide(o->request, o->state, NULL, NULL);
            wb_request_reset(o->request);
        }
        spent += cpu_seconds() - start;
    }
    return spent / OURS;
}

static double time_theirs(struct modsecurity *m, void *rules, size_t count)
{
    double spent = 0;
    for (size_t i = 0; i < count; i += TRAFFIC_BATCH) {
        const struct traffic_request *batch = traffic_batch(&requests[i]);
        double start = cpu_seconds();
        for (size_t k = 0; k < TRAFFIC_BATCH; k++) {
            weigh(m, rules, &batch[k]);
        }
        spent += cpu_seconds() - start;
    }
    return spent / (double)count;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void run(struct modsecurity *m, struct ours *o, const char *name,
                void *rules, size_t count)
{
    double ratios[PAIRS], theirs = 1e9, ours = 1e9;
    if (!rules) {
        printf("%-28s skipped: no rules\n", name);
        return;
    }
    time_theirs(m, rules, TRAFFIC_BATCH);
    for (int i = 0; i < PAIRS; i++) {
        double one = time_ours(o), other = time_theirs(m, rules, count);
        ratios[i] = other / one;
        ours = one < ours ? one : ours;
        theirs = other < theirs ? other : theirs;
    }
    qsort(ratios, PAIRS, sizeof *ratios, compare);
    printf("%-28s %7.1f us; ours %4.2f us, %4.0f times faster\n", name,
           theirs * 1e6, ours * 1e6, ratios[PAIRS / 2]);
    m->rules_free(rules);
}

int main(void)
{
    static const struct {
        enum traffic_kind kind;
        const char *name;
    } kinds[] = {{TRAFFIC_NEW, "with new builds"}, {TRAFFIC_FROZEN, "as sent"}};
    struct wb_problems *problems = wb_problems_new();
    struct ours o = {.request = wb_request_new()};
    struct modsecurity m = {0};
    uint64_t seed = 42;
    if (!open_modsecurity(&m)) {
        printf("skipped: libmodsecurity3 is not installed\n");
        return 0;
    }
    if (!o.request || wb_engine_load(NULL, problems, &o.engine) != WB_OK ||
        wb_state_open(o.engine, problems, &o.state) != WB_OK) {
        fprintf(stderr, "cannot load the demo\n");
        return 2;
    }
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        printf("user agents %s:\n", kinds[k].name);
        for (size_t i = 0; i < OURS; i++) {
            traffic_make(&requests[i], &seed, kinds[k].kind);
        }
        run(&m, &o, "libmodsecurity, no rules", no_rules(&m), 2000);
        run(&m, &o, "libmodsecurity, 70 rules", seventy_rules(&m), 500);
        run(&m, &o, "libmodsecurity, core rules", core_rules(&m), 100);
    }
    wb_request_free(o.request);
    wb_state_close(o.state);
    wb_engine_unref(o.engine);
    wb_problems_free(problems);
    return 0;
}
