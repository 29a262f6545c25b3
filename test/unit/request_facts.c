/* SPDX-License-Identifier: Apache-2.0 */
/* Facts: what each field's slot holds, what is absent and what unknown,
 * transforms, and a workspace that is full. */
#include "request/facts.h"

#include <stdlib.h>

#include "base/hash.h"
#include "tap.h"

#define SLOTS_MAX 512

static struct arena *arena;
static struct arena *workspace;
static struct plan *plan;
static struct request request;
static struct value values[SLOTS_MAX];
static bool cut;
static bool closed;

static void start(void)
{
    closed = false;
    arena_reset(arena);
    plan = plan_new(arena);
    request_clear(&request);
}

static size_t slot(const char *name, const char *transforms)
{
    static const char letters[] = "?ludn"; /* lower url-decode trim length */
    unsigned char list[TRANSFORMS_MAX] = {0};
    struct view parameter;
    enum field field = field_find(view_text(name), &parameter);

    for (size_t i = 0; transforms[i]; i++) {
        list[i] = (unsigned char)(strchr(letters, transforms[i]) - letters);
    }
    return plan_slot(plan, field, parameter, list);
}

static void header(const char *name, const char *value)
{
    request_add_header(&request, view_text(name), view_text(value));
}

static void fill(void)
{
    arena_reset(workspace);
    cut = false;
    if ((!closed && !plan_close(plan)) ||
        !request_prepare(&request, workspace)) {
        abort();
    }
    closed = true;
    memset(values, 0xff, sizeof(values));
    facts_fill(plan, &request, values, workspace, &cut);
}

static const char *state_of(size_t i)
{
    static const char *const names[] = {"unknown", "absent", "present"};

    return names[values[i].state];
}

#define is_state(i, wanted, ...) is_text(state_of(i), wanted, __VA_ARGS__)
#define holds(i, wanted, ...)                                                  \
    do {                                                                       \
        is_state(i, "present", __VA_ARGS__);                                   \
        is_view(values[i].text, wanted, "its text");                           \
    } while (0)

static void plain_fields(void)
{
    static const char *const names[] = {
        "method",       "scheme", "host",     "raw-path", "path",
        "http-version", "query",  "country",  "as-org",   "ja3",
        "ja4",          "site",   "transport"};
    static const char *const texts[] = {
        "GET", "https",   "example.com", "/%7ea/", "/~a/", "2",    "b=1",
        "QM",  "Example", "3",           "4",      "shop", "nginx"};
    const struct view sent[] = {VIEW("GET"), VIEW("https"),
                                VIEW("Example.com:443"), VIEW("2")};

    start();
    for (size_t i = 0; i < 13; i++) {
        slot(names[i], "");
    }
    size_t asn = slot("asn", ""), ip = slot("client-ip", "");
    size_t odd = slot("path-ambiguous", "");
    fill();
    for (size_t i = 0; i < 13; i++) {
        is_state(i, "unknown", "%s", names[i]);
    }
    is_state(asn, "unknown", "asn");
    is_state(ip, "unknown", "client-ip");
    is_state(odd, "unknown", "path-ambiguous");
    request.method = sent[0];
    request.scheme = sent[1];
    request.host = sent[2];
    request.http_version = sent[3];
    request.target = VIEW("/%7ea/?b=1");
    request.country = VIEW("QM");
    request.as_org = VIEW("Example");
    request.ja3 = VIEW("3");
    request.ja4 = VIEW("4");
    request.site = VIEW("shop");
    request.transport = VIEW("nginx");
    request.client_ip = VIEW("192.0.2.1");
    request.asn = 64496;
    request.has_asn = true;
    fill();
    for (size_t i = 0; i < 13; i++) {
        holds(i, texts[i], "%s", names[i]);
    }
    is_number(values[asn].number, 64496, "asn");
    ok(values[ip].state == VALUE_PRESENT && address_is_v4(values[ip].address),
       "client-ip");
    is_state(odd, "present", "path-ambiguous");
    is_number(values[odd].number, 0, "no");
    request.target = VIEW("/a//b");
    fill();
    is_state(6, "absent", "no query");
    is_number(values[odd].number, 1, "ambiguous");
    ok(!cut, "nothing was cut");
}

static void others_write(void)
{
    static const char *const names[] = {"label", "score", "class", "rate.a"};

    start();
    for (size_t i = 0; i < 4; i++) {
        slot(names[i], "");
    }
    plan_slot_index(plan, 3, 7);
    fill();
    for (size_t i = 0; i < 4; i++) {
        is_state(i, "unknown", "%s is left to others", names[i]);
    }
    is_number(plan_slot_at(plan, 3)->index, 7, "a slot's index");
}

static void payments(void)
{
    static const char *const names[] = {"payment.state",  "payment.protocol",
                                        "payment.scheme", "payment.network",
                                        "payment.payer",  "payment.version",
                                        "payment.amount"};

    start();
    for (size_t i = 0; i < 7; i++) {
        slot(names[i], "");
    }
    fill();
    for (size_t i = 0; i < 7; i++) {
        is_state(i, "unknown", "%s, not filled", names[i]);
    }
    request.payment.filled = true;
    request.payment.state = "none";
    fill();
    holds(0, "none", "payment.state");
    for (size_t i = 1; i < 7; i++) {
        is_state(i, "absent", "%s", names[i]);
    }
    request.payment = (struct payment_slots){true,
                                             "present",
                                             VIEW("x402"),
                                             VIEW("exact"),
                                             VIEW("eip155:84532"),
                                             VIEW("0xabc"),
                                             2,
                                             amount_from_u64(9),
                                             true};
    fill();
    holds(1, "x402", "payment.protocol");
    holds(2, "exact", "payment.scheme");
    holds(3, "eip155:84532", "payment.network");
    holds(4, "0xabc", "payment.payer");
    is_number(values[5].number, 2, "payment.version");
    ok(values[6].state == VALUE_PRESENT && values[6].amount->word[0] == 9,
       "payment.amount");
}

static void header_lines(void)
{
    start();
    size_t ua = slot("user-agent", "");
    size_t accept = slot("header.accept", "");
    size_t dnt = slot("header.DNT", "");
    size_t empty = slot("header.x-empty", "");
    size_t count = slot("header-count", "");
    is_number(slot("header.dnt", ""), dnt, "one slot for one header");
    header("Accept", "a");
    header("User-Agent", "curl/8");
    header("aCCEPT", "");
    header("X-Empty", "");
    header("ACCEPT", "b");
    fill();
    holds(ua, "curl/8", "user-agent");
    holds(accept, "a, , b", "lines are joined");
    is_state(dnt, "absent", "a header that is not there");
    holds(empty, "", "an empty header");
    is_number(values[count].number, 5, "header-count");
    request.headers_limited = true;
    fill();
    holds(ua, "curl/8", "what is there is known");
    is_state(dnt, "unknown", "not captured");
    is_state(count, "unknown", "nor is their number");
    request.headers_known = (const struct view[]){VIEW("Dnt")};
    request.headers_known_count = 1;
    fill();
    is_state(dnt, "absent", "captured");
    request.headers_limited = false;
    request.overflow = true;
    fill();
    is_state(dnt, "unknown", "perhaps beyond the limits");
    request.headers_limited = true;
    fill();
    is_state(dnt, "unknown", "though it would have been captured");
    is_view(plan_slot_at(plan, dnt)->parameter, "dnt", "in lower case");
}

static void order(void)
{
    start();
    size_t order_slot = slot("header-order", "");
    size_t shape = slot("header-shape", "");
    size_t count = slot("header-count", "");
    char first[17] = "";

    header("Host", "a");
    header("X-A", "b");
    fill();
    is_state(order_slot, "unknown", "the transport lost order");
    is_state(shape, "unknown", "and shape");
    request.order_kept = true;
    fill();
    holds(order_slot, "host,x-a", "header-order");
    holds(shape, "ee199439d2011b2e", "header-shape");
    memcpy(first, values[shape].text.at, 16);
    request.headers[0].name = VIEW("hOST");
    request.headers[0].value = VIEW("b");
    fill();
    is_view(values[shape].text, first, "case and values play no part");
    request.headers[0].name = VIEW("hOS");
    fill();
    ok(!view_equal(values[shape].text, view_text(first)), "names do");
    request.headers[0].name = VIEW("Host");
    header("Payment-Signature", "e30=");
    header("X-PAYMENT", "e30=");
    header("access-control-expose-headers", "PAYMENT-RESPONSE");
    fill();
    is_view(values[shape].text, first, "but not those of a paid retry");
    holds(order_slot, "host,x-a", "nor in the order");
    is_number(values[count].number, 2, "nor in the count");
    request.headers_limited = true;
    fill();
    is_state(order_slot, "unknown", "only some were captured");
    start();
    order_slot = slot("header-order", "");
    request.order_kept = true;
    fill();
    holds(order_slot, "", "no headers");
}

static void cookies(void)
{
    start();
    size_t a = slot("cookie.a", ""), big = slot("cookie.A", "");
    size_t b = slot("cookie.b", ""), c = slot("cookie.c", "n");

    fill();
    is_state(a, "absent", "no cookies");
    request.headers_limited = true;
    fill();
    is_state(a, "unknown", "not captured");
    request.headers_known = (const struct view[]){VIEW("cookie")};
    request.headers_known_count = 1;
    fill();
    is_state(a, "absent", "captured");
    request.headers_limited = false;
    header("Cookie", "x; A=1;\ta = 0; a=1=2; a=3;c=");
    header("cookie", "b; b=; b=4");
    fill();
    holds(a, "1=2", "the first of its name");
    holds(big, "1", "names have case");
    holds(b, "", "an empty cookie, in the second line");
    is_number(values[c].number, 0, "its length");
    request.headers_limited = true;
    request.headers_known_count = 0;
    fill();
    holds(a, "1=2", "a line that is there is captured");
    request.headers[1].name = VIEW("x");
    fill();
    is_state(b, "absent", "and says what it does not hold");
}

static void queries(void)
{
    start();
    size_t a = slot("query.a", ""), decoded = slot("query.a", "u");
    size_t b = slot("query.b", ""), c = slot("query.c", "");

    fill();
    is_state(a, "unknown", "no target");
    request.target = VIEW("/");
    fill();
    is_state(a, "absent", "no query");
    request.target = VIEW("/?&b&a=%41+%zz&a=2&=c&&cc=1");
    fill();
    holds(a, "%41+%zz", "as sent, the first");
    holds(decoded, "A %zz", "decoded");
    holds(b, "", "without '='");
    is_state(c, "absent", "another name's start");
}

static void transforms(void)
{
    start();
    size_t lower = slot("header.x", "l"), trim = slot("header.x", "d");
    size_t length = slot("header.x", "n"), all = slot("header.x", "uldn");
    size_t url = slot("header.x", "u"), two = slot("header.x", "ud");

    header("x", "  A%20B%4g%+\t");
    fill();
    holds(lower, "  a%20b%4g%+\t", "lower");
    holds(trim, "A%20B%4g%+", "trim");
    holds(url, "  A B%4g% \t", "url-decode");
    holds(two, "A B%4g%", "url-decode, trim");
    is_number(values[length].number, 13, "length");
    is_number(values[all].number, 7, "length after the others");
    is_number(plan_slot_at(plan, length)->type, FIELD_TYPE_NUMBER,
              "a length is a number");
    request.headers[0].value = VIEW("plain");
    fill();
    ok(values[lower].text.at == request.headers[0].value.at,
       "what does not change is not copied");
    request.headers[0].value = VIEW("");
    fill();
    holds(two, "", "nothing");
    is_text(transform_names[TRANSFORM_LOWER - 1], "lower", "first name");
    is_text(transform_names[TRANSFORM_LENGTH - 1], "length", "last name");
    ok(!transform_names[TRANSFORM_LENGTH], "and no more");
}

static void derived(void)
{
    start();
    size_t family = slot("ua.family", ""), major = slot("ua.major", "");
    size_t platform = slot("ua.platform", ""), mobile = slot("ua.mobile", "");
    size_t brands = slot("ch.brands", ""), version = slot("ch.major", "");
    size_t grease = slot("ch.grease", "");
    size_t hint = slot("ch.platform", ""), phone = slot("ch.mobile", "");

    fill();
    is_state(family, "absent", "no user agent, no family");
    is_state(mobile, "absent", "nor is it mobile or not");
    is_state(brands, "absent", "no hints, no brands");
    is_state(phone, "absent", "nor mobile");
    request.headers_limited = true;
    fill();
    is_state(platform, "unknown", "not captured");
    is_state(version, "unknown", "not captured");
    request.headers_limited = false;
    header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0");
    header("Sec-CH-UA", "\"Chromium\";v=\"156\", \"Not_A Brand\";v=\"8\"");
    header("Sec-CH-UA-Platform", "\"macOS\"");
    header("Sec-CH-UA-Mobile", "?1");
    fill();
    holds(family, "chrome", "ua.family");
    is_number(values[major].number, 156, "ua.major");
    holds(platform, "linux", "ua.platform");
    ok(values[mobile].state == VALUE_PRESENT && !values[mobile].number,
       "ua.mobile");
    holds(brands, "Chromium", "ch.brands");
    is_number(values[version].number, 156, "ch.major");
    ok(values[grease].state == VALUE_PRESENT && values[grease].number,
       "ch.grease");
    holds(hint, "macOS", "ch.platform");
    ok(values[phone].state == VALUE_PRESENT && values[phone].number,
       "ch.mobile");
    for (size_t i = 0; i < 4; i++) {
        request.headers[i].value = VIEW("?");
    }
    fill();
    is_state(family, "absent", "not recognised");
    is_state(major, "absent", "no version");
    ok(values[mobile].state == VALUE_PRESENT, "ua.mobile is known");
    is_state(brands, "absent", "no list of brands");
    is_state(version, "absent", "no version");
    is_state(hint, "absent", "no string");
    is_state(phone, "absent", "no boolean");
    request.headers[1].value = VIEW("\"Chromium\";v=\"156\",");
    fill();
    is_state(version, "absent", "a version in what is no list");
    request.headers[1].value = VIEW("\"Chromium\";v=\"156\"");
    fill();
    ok(values[grease].state == VALUE_PRESENT && !values[grease].number,
       "no made-up brand");
}

/* Fields that compare client hints with the user agent. */
static void compared(void)
{
    static const char *const chrome =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
        "Gecko) Chrome/156.0.0.0 Safari/537.36 OPR/120.0";
    static const struct {
        const char *ua, *brands, *hint, *major, *platform;
    } rows[] = {
        {chrome, "\"Chromium\";v=\"156\"", "\"Linux\"", "1", "1"},
        {chrome, "\"Chromium\";v=\"155\"", "\"Windows\"", "0", "0"},
        {chrome, "\"Opera\";v=\"120\"", "\"Unknown\"", "absent", "absent"},
        {chrome, "nonsense", "Linux", "absent", "absent"},
        {"Lynx/2.9", "\"Chromium\";v=\"156\"", "\"Linux\"", "absent", "absent"},
        {NULL, "\"Chromium\";v=\"156\"", "\"Linux\"", "absent", "absent"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start();
        size_t major = slot("ch.same-major", "");
        size_t platform = slot("ch.same-platform", "");

        header("sec-ch-ua", rows[i].brands);
        header("sec-ch-ua-platform", rows[i].hint);
        if (rows[i].ua) {
            header("user-agent", rows[i].ua);
        }
        fill();
        for (int k = 0; k < 2; k++) {
            const char *wanted = k ? rows[i].platform : rows[i].major;
            size_t at = k ? platform : major;

            if (*wanted == 'a') {
                is_state(at, "absent", "%s", rows[i].brands);
            } else {
                ok(values[at].state == VALUE_PRESENT &&
                       values[at].number == (uint64_t)(*wanted - '0'),
                   "%s with %s", k ? "platform" : "major", rows[i].brands);
            }
        }
    }
    request.headers_limited = true;
    fill();
    is_state(slot("ch.same-major", ""), "unknown", "no user agent captured");
}

static void kinds(void)
{
    static const char *const rows[][3] = {
        {"accept", "text/html, */*;q=0.01", "page"},
        {"accept", "Text/HTML", "page"},
        {"accept", "*/*", "any"},
        {"accept", "image/avif,*/*;q=0.8", "image"},
        {"accept", "text/css,*/*;q=0.1", "style"},
        {"accept", "application/json, text/plain, */*", "json"},
        {"accept", "video/webm;q=0.9,*/*;q=0.5", "media"},
        {"accept", "", "other"},
        {"accept", "text/event-stream", "other"},
        {"accept-encoding", "gzip, deflate, br, zstd", "zstd"},
        {"accept-encoding", "gzip, deflate, br, zstd, dcb, dcz", "zstd"},
        {"accept-encoding", "br;q=1.0, gzip;q=0.8, *;q=0.1", "br"},
        {"accept-encoding", "GZIP", "gzip"},
        {"accept-encoding", "identity;q=1, *;q=0", "identity"},
        {"accept-encoding", "", "identity"},
        {"accept-encoding", "gzip, compress, br", "other"},
        {"accept-encoding", "gzip,deflate,sdch", "gzip"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool accept = strcmp(rows[i][0], "accept") == 0;

        start();
        size_t at = slot(accept ? "accept-kind" : "encoding-kind", "");

        fill();
        is_state(at, "absent", "no header");
        header(rows[i][0], rows[i][1]);
        fill();
        holds(at, rows[i][2], "%s", rows[i][1]);
    }
}

/* Each size of workspace: a value is right or it is unknown and told. */
static void full_workspaces(void)
{
    unsigned wrong = 0, cuts = 0;

    start();
    size_t lower = slot("header.x", "l"), joined = slot("header.y", "");
    size_t order_slot = slot("header-order", ""), sum = slot("cookie.A", "l");
    size_t brands = slot("ch.brands", ""), plain = slot("header.x", "");

    header("X", "ABC");
    header("Y", "1");
    header("y", "2");
    header("Cookie", "A=B; A=c");
    header("sec-ch-ua", "\"a\"");
    request.order_kept = true;
    fill();
    for (size_t size = 0; size < 256; size += 16) {
        struct arena *small = arena_new_fixed(size);
        bool unknown = false;

        cut = false;
        facts_fill(plan, &request, values, small, &cut);
        const struct {
            size_t slot;
            const char *text;
        } rows[] = {{lower, "abc"},
                    {joined, "1, 2"},
                    {sum, "b"},
                    {order_slot, "x,y,y,cookie,sec-ch-ua"},
                    {brands, "a"}};
        for (size_t i = 0; i < 5; i++) {
            const struct value *v = &values[rows[i].slot];

            unknown |= v->state == VALUE_UNKNOWN;
            wrong += v->state != VALUE_UNKNOWN &&
                     (v->state != VALUE_PRESENT ||
                      !view_equal(v->text, view_text(rows[i].text)));
        }
        wrong += unknown != cut ||
                 (size > 16 && values[plain].state != VALUE_PRESENT);
        cuts += cut;
        arena_free(small);
    }
    is_number(wrong, 0, "what does not fit is unknown, and told");
    ok(cuts >= 4 && !cut, "%u workspaces were too small, not the last", cuts);
}

/* Names that meet in the table, and a plan of many slots. */
static void many_slots(void)
{
    unsigned wrong = 0;
    char name[64];

    start();
    for (unsigned i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "%s.sec-fetch-%04u-site",
                 i % 3 == 0   ? "header"
                 : i % 3 == 1 ? "cookie"
                              : "query",
                 i);
        wrong += slot(name, "") != i;
    }
    for (unsigned i = 0; i < 100; i++) {
        char *at = arena_alloc(arena, 32);

        snprintf(at, 32, "Sec-Fetch-%04u-Site", i);
        header(at, "x");
    }
    fill();
    for (unsigned i = 0; i < 500; i++) {
        enum value_state state = i % 3 == 0 && i < 100 ? VALUE_PRESENT
                                 : i % 3 == 2          ? VALUE_UNKNOWN
                                                       : VALUE_ABSENT;

        wrong += values[i].state != state;
    }
    is_number(wrong, 0, "500 slots are told apart");
    is_number(plan_slots(plan), 500, "and counted");
    start();
    fill();
    is_number(plan_slots(plan), 0, "a plan of none");
}

int main(void)
{
    arena = arena_new();
    workspace = arena_new_fixed(64 * 1024);
    hash_start();
    plain_fields();
    others_write();
    payments();
    header_lines();
    order();
    cookies();
    queries();
    transforms();
    derived();
    compared();
    kinds();
    full_workspaces();
    many_slots();
    arena_free(arena);
    arena_free(workspace);
    return tap_end();
}
