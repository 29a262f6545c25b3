/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a memo's key forgets, a rule reads: packs of drawn rules that read any
 * field of a request, asked of drawn requests with a memo, whose values are
 * filled in as far as they are asked for, and without one, all filled in.
 * Requests differ from one that is often there in one or a few things: a
 * header more, less or twice, another order, another value, a transport that
 * tells less.
 */
#include "tap.h"

#include "classify.h"
#include "classify/memo.h"

#define PACKS 60
#define RULES 24
#define REQUESTS 700

static uint64_t seed = 1109;

static unsigned draw(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

/* ---- what may be asked ---- */

enum asked { ASK_TEXT, ASK_NUMBER, ASK_BOOL, ASK_ADDRESS };

static const struct {
    const char *name;
    enum asked type;
    const char *values[4]; /* of texts; numbers that bound */
} fields[] = {
    {"method", ASK_TEXT, {"get", "head", "e", "p"}},
    {"scheme", ASK_TEXT, {"http", "https", "s", "x"}},
    {"host", ASK_TEXT, {"shop.example", "www", "e", "x"}},
    {"site", ASK_TEXT, {"default", "d", "other", "x"}},
    {"path", ASK_TEXT, {"/", "/a", "/b/c", "c"}},
    {"raw-path", ASK_TEXT, {"/", "/%61", "/b/c", "%"}},
    {"path-ambiguous", ASK_BOOL, {0}},
    {"query", ASK_TEXT, {"q=1", "1", "2", "&"}},
    {"query.q", ASK_TEXT, {"1", "2", "11", "x"}},
    {"http-version", ASK_TEXT, {"1.0", "1.1", "2", "1"}},
    {"user-agent", ASK_TEXT, {"chrome", "firefox", "windows", "156"}},
    {"user-agent|length", ASK_NUMBER, {"5", "60", "100", "110"}},
    {"user-agent|lower", ASK_TEXT, {"chrome", "gecko", "linux", "curl"}},
    {"ua.family", ASK_TEXT, {"chrome", "firefox", "e", "safari"}},
    {"ua.major", ASK_NUMBER, {"100", "150", "155", "156"}},
    {"ua.platform", ASK_TEXT, {"windows", "linux", "macos", "i"}},
    {"ua.mobile", ASK_BOOL, {0}},
    {"ua.engine", ASK_TEXT, {"blink", "gecko", "webkit", "k"}},
    {"ua.engine-major", ASK_NUMBER, {"100", "150", "155", "156"}},
    {"header.accept", ASK_TEXT, {"*/*", "text/html", "image", "q="}},
    {"header.accept|trim|lower", ASK_TEXT, {"*/*", "text/html", "a", "q="}},
    {"header.accept-language", ASK_TEXT, {"en", "de", "*", "en-us"}},
    {"header.sec-ch-ua", ASK_TEXT, {"chromium", "edge", "156", "155"}},
    {"header.sec-fetch-site", ASK_TEXT, {"none", "same", "cross", "o"}},
    {"header.referer", ASK_TEXT, {"example", "https", "/a", "//"}},
    {"header.x-one", ASK_TEXT, {"a", "b", ", ", "ab"}},
    {"header.x-two|url-decode", ASK_TEXT, {"a b", "b", "%", ", "}},
    {"header.cookie", ASK_TEXT, {"a=1", "b=", "; ", "2"}},
    {"cookie.a", ASK_TEXT, {"1", "2", "12", "x"}},
    {"cookie.b|length", ASK_NUMBER, {"1", "2", "3", "9"}},
    {"header-count", ASK_NUMBER, {"2", "4", "5", "8"}},
    {"header-order",
     ASK_TEXT,
     {"user-agent,accept", "accept,user-agent", "x-one", "cookie,x"}},
    {"header-shape", ASK_TEXT, {"a", "0", "7", "ff"}},
    {"client-ip", ASK_ADDRESS, {0}},
    {"asn", ASK_NUMBER, {"1", "64496", "64500", "65000"}},
    {"country", ASK_TEXT, {"qm", "q", "m", "x"}},
    {"as-org", ASK_TEXT, {"example", "e", "x", "org"}},
    {"ja3", ASK_TEXT, {"3", "33", "4", "x"}},
    {"robots", ASK_TEXT, {"allowed", "disallowed", "dis", "x"}},
    {"transport", ASK_TEXT, {"nginx", "record", "n", "x"}},
    {"ch.brands", ASK_TEXT, {"chromium", "edge", ",", "brave"}},
    {"ch.major", ASK_NUMBER, {"100", "150", "155", "156"}},
    {"ch.platform", ASK_TEXT, {"windows", "linux", "macos", "i"}},
    {"ch.mobile", ASK_BOOL, {0}},
    {"ch.grease", ASK_BOOL, {0}},
    {"ch.same-major", ASK_BOOL, {0}},
    {"ch.same-platform", ASK_BOOL, {0}},
    {"accept-kind", ASK_TEXT, {"any", "document", "image", "e"}},
    {"encoding-kind", ASK_TEXT, {"br", "gzip", "none", "z"}},
    {"wba.state", ASK_TEXT, {"verified", "unknown", "v", "x"}},
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static char pack[RULES * 400 + 400];

static void add_test(struct text *t, size_t field)
{
    static const char *const tests[] = {"contains", "starts-with", "ends-with",
                                        "is", "word"};
    const char *value = fields[field].values[draw(4)];

    text_addf(t, "\"%s\": ", fields[field].name);
    if (draw(6) == 0) {
        text_addf(t, "%s", draw(2) ? "present" : "absent");
    } else if (fields[field].type == ASK_BOOL) {
        text_addf(t, "%s", draw(2) ? "true" : "false");
    } else if (fields[field].type == ASK_NUMBER) {
        text_addf(t, "{ at-least: %s }", value);
    } else if (fields[field].type == ASK_ADDRESS) {
        text_addf(t, "{ in-net: 198.51.100.%u/31 }", 2 * draw(4));
    } else if (draw(6) == 0) {
        text_addf(t, "{ glob: '*%s*' }", value);
    } else {
        text_addf(t, "{ %s: '%s' }", tests[draw(5)], value);
    }
}

/* Of any field, or of few that lie together, which one header may tell. */
static void make_pack(bool few)
{
    struct text t = text_in(pack, sizeof(pack) - 1);
    size_t from = few ? draw(FIELDS - 6) : 0, count = few ? 6 : FIELDS;

    text_add(&t, VIEW(HEAD "rates: { often: { per: header.x-one, window: 60s } "
                           "}\nrules:\n"));
    for (unsigned i = 0; i < RULES; i++) {
        size_t first = from + draw((unsigned)count);
        size_t second = from + draw((unsigned)count);

        text_addf(&t, "  - { id: r%u, score: %u, labels: [t:l%u]%s, when: { ",
                  i, i % 4, i, i % 11 ? "" : ", mode: count");
        add_test(&t, first);
        if (i % 2 && second != first) {
            text_add(&t, VIEW(", "));
            add_test(&t, second);
        }
        if (i % 5 == 0) {
            text_add(&t, VIEW(", rate.often: { at-least: 2 }"));
        } else if (i % 5 == 1 && i > 1) {
            text_addf(&t, ", not: { label: t:l%u }", draw(i));
        }
        text_add(&t, VIEW(" } }\n"));
    }
    text_add(&t, VIEW("  - { id: high, labels: [t:high], when: { score: { "
                      "at-least: 9 }, user-agent: present } }\n"));
    pack[t.size] = '\0';
}

/* ---- who asks ---- */

static const struct {
    const char *name;
    const char *values[6];
} headers[] = {
    {"User-Agent",
     {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
      "like Gecko) Chrome/156.0.0.0 Safari/537.36",
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
      "like Gecko) Chrome/155.0.0.0 Safari/537.36",
      "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
      "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like "
      "Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
      "curl/8.5.0", ""}},
    {"Accept",
     {"*/*", "text/html,*/*;q=0.8", "image/avif,*/*", " A ", "", "q"}},
    {"Accept-Language", {"en-US,en;q=0.9", "de", "*", "en", "", "fr"}},
    {"Accept-Encoding",
     {"gzip, deflate, br, zstd", "gzip", "", "br", "x", "*"}},
    {"Sec-CH-UA",
     {"\"Chromium\";v=\"156\", \"Not?A_Brand\";v=\"24\"",
      "\"Chromium\";v=\"155\", \"Microsoft Edge\";v=\"155\"",
      "\"Brave\";v=\"1\"", "nothing", "", "\"Chromium\";v=\"156\""}},
    {"Sec-CH-UA-Platform",
     {"\"Windows\"", "\"Linux\"", "\"macOS\"", "\"Android\"", "x", ""}},
    {"Sec-CH-UA-Mobile", {"?0", "?1", "0", "", "?0 ", "x"}},
    {"Sec-Fetch-Site", {"none", "same-origin", "cross-site", "", "x", "n"}},
    {"Referer", {"https://example.com/a", "https://e", "", "x", "//", "/a"}},
    {"X-One", {"a", "b", "ab", "", "a, b", "%"}},
    {"X-Two", {"a%20b", "b", "%", "", "a+b", "c"}},
    {"Cookie", {"a=1; b=22", "a=2", "b=", "", "a=12; a=1", "c"}},
    {"X-Nobody-Reads", {"a", "b", "", "c", "d", "e"}},
    {"X-Nobody-Knows", {"a", "b", "", "c", "d", "e"}},
};
#define HEADERS (sizeof(headers) / sizeof(headers[0]))

static const char *pick(const char *const values[], unsigned usual)
{
    return values[draw(usual) ? 0 : draw(4)];
}

static void add_headers(struct request *request, unsigned usual)
{
    static char long_value[400];
    unsigned turned = draw(usual) ? HEADERS : draw(HEADERS);

    memset(long_value, 'a', sizeof(long_value) - 1);
    for (unsigned i = 0; i < HEADERS; i++) {
        unsigned k = i >= turned ? HEADERS - 1 - (i - turned) : i;
        const char *value = headers[k].values[draw(usual) ? 0 : draw(6)];

        if (k >= 9 ? draw(3) > 0 : draw(usual) == 0) {
            continue;
        }
        if (draw(20 * usual) == 0) {
            value = long_value;
        }
        request_add_header(request, view_text(headers[k].name),
                           view_text(value));
        if (draw(6 * usual) == 0) {
            request_add_header(request, view_text(headers[k].name),
                               view_text(headers[k].values[draw(6)]));
        }
    }
}

static void make_request(struct request *request, unsigned usual)
{
    static const struct view known[] = {
        {"user-agent", 10}, {"x-one", 5}, {"accept", 6}, {"cookie", 6}};
    static const char *const methods[] = {"GET", "HEAD", "POST", ""};
    static const char *const schemes[] = {"https", "http", "", "x"};
    static const char *const versions[] = {"2", "1.1", "1.0", "3"};
    static const char *const hosts[] = {"shop.example", "www.example", "a", ""};
    static const char *const targets[] = {"/", "/%61?q=1", "/b/c?q=2&q=1",
                                          "/a//b?"};
    static const char *const clients[] = {"198.51.100.1", "198.51.100.2",
                                          "198.51.100.7", "2001:db8::1"};

    request->method = view_text(pick(methods, usual));
    request->scheme = view_text(pick(schemes, usual));
    request->http_version = view_text(pick(versions, usual));
    request->host = draw(usual) ? view_text(pick(hosts, usual)) : VIEW_NONE;
    request->target = draw(usual) ? view_text(pick(targets, usual)) : VIEW_NONE;
    request->client_ip =
        draw(usual) ? view_text(pick(clients, usual)) : VIEW_NONE;
    request->transport = draw(usual) ? VIEW("nginx") : VIEW("record");
    request->site = draw(usual) ? VIEW("default") : VIEW("other");
    request->has_asn = draw(usual) > 0;
    request->asn = draw(usual) ? 64496 : draw(2) ? 64501 : 7;
    request->country = draw(usual) ? VIEW("QM") : VIEW_NONE;
    request->as_org = draw(usual) ? VIEW("Example") : VIEW("x");
    request->ja3 = draw(usual) ? VIEW_NONE : VIEW("33");
    request->robots_said = draw(usual) ? VIEW("allowed") : VIEW("disallowed");
    request->signature.known = draw(usual) > 0;
    request->signature.state = draw(usual) ? VIEW_NONE : VIEW("verified");
    request->payment.filled = true;
    request->payment.state = draw(usual) ? "none" : "present";
    request->order_kept = draw(usual) > 0;
    if (draw(usual) == 0) {
        request->headers_limited = true;
        request->headers_known = known;
        request->headers_known_count = draw(5);
    }
    add_headers(request, usual);
}

/* ---- the same twice ---- */

static void start(struct weigher *w, uint64_t from, unsigned usual)
{
    seed = from;
    weigher_start(w);
    make_request(&w->request, usual);
    if (!request_prepare(&w->request, w->workspace)) {
        abort();
    }
    if (draw(9)) {
        request_look_up(&w->request, w->names);
    }
}

/* Everything that can be asked of it, later rules and labels last. */
static size_t answers(struct weigher *w, const struct verdict *verdict,
                      unsigned char *out)
{
    const size_t *fired;
    size_t count = 0, n = evaluation_fired(w->evaluation, &fired);

    out[count++] = (unsigned char)verdict->score;
    out[count++] = (unsigned char)verdict->class;
    out[count++] = (unsigned char)n;
    for (size_t i = 0; i < n; i++) {
        out[count++] = (unsigned char)fired[i];
    }
    for (size_t i = 0; i < program_labels(w->program); i++) {
        out[count++] = (unsigned char)evaluation_label(w->evaluation, i);
        out[count++] = (unsigned char)evaluation_shadow_label(w->evaluation, i);
    }
    for (size_t i = 0; i < program_rules(w->program); i++) {
        out[count++] = (unsigned char)evaluation_rule(w->evaluation, i);
    }
    return count;
}

static size_t weigh(struct weigher *w, struct memo *with, uint64_t rate,
                    unsigned char *out)
{
    static struct fill filling;
    bool cut = false;

    if (with) {
        facts_start(&filling, program_plan(w->program), &w->request, w->values,
                    w->workspace, &cut);
        evaluation_stateless_of(w->evaluation, &filling, with);
    } else {
        facts_fill(program_plan(w->program), &w->request, w->values,
                   w->workspace, &cut);
        evaluation_stateless(w->evaluation, w->values);
    }
    evaluation_stateful(w->evaluation, &rate);
    return cut ? 0 : answers(w, evaluation_verdict(w->evaluation), out);
}

static size_t wrong, met, fired;

static void compare(struct weigher *w)
{
    static unsigned char one[4096], other[4096];
    struct evaluation *remembers = w->evaluation;
    struct evaluation *forgets = evaluation_new(w->program);
    struct memo *memo = memo_new(w->program, 1);

    weigher_know_names(w, "x-nobody-reads");
    for (unsigned i = 0; i < REQUESTS; i++) {
        uint64_t from = draw(1u << 30), rate = draw(4);
        uint64_t after = seed;
        unsigned usual = i % 3 ? 30 : 3;
        size_t count;

        start(w, from, usual);
        count = weigh(w, memo, rate, one);
        w->evaluation = forgets;
        start(w, from, usual);
        wrong += count == 0 || count != weigh(w, NULL, rate, other) ||
                 memcmp(one, other, count) != 0;
        fired += one[2];
        w->evaluation = remembers;
        seed = after;
    }
    met += memo->met;
    evaluation_free(forgets);
    memo_free(memo);
}

int main(void)
{
    for (unsigned i = 0; i < PACKS; i++) {
        struct weigher w;

        make_pack(i % 2);
        weigher_open(&w, pack, NULL);
        compare(&w);
        weigher_close(&w);
    }
    is_number((long long)wrong, 0, "each time as if the requests were new");
    ok(met > (size_t)PACKS * REQUESTS / 5, "%zu of %u were not", met,
       PACKS * REQUESTS);
    ok(fired > (size_t)PACKS * REQUESTS, "%zu rules fired", fired);
    return tap_end();
}
