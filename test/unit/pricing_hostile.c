/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No spelling of a priced path, method or header makes it free or cheaper:
 * every spelling alone and every pair, with every method and header trick.
 * A control group shows that the test can tell.
 */
#include "pricing.h"
#include "pricing_spellings.h"
#include "tap.h"

static const char pack[] =
    "pack: { name: none, release: 2026.11, language: 1 }\n"
    "rules: []\n";
/* Methods are named, so that they matter. */
static const char policy[] =
    "version: 1\n"
    "assets: { usdc: usdc@base-sepolia }\n"
    "pay-to: \"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\"\n"
    "always-free: [/robots.txt, /.well-known/**]\n"
    "routes:\n"
    "  - { id: free, match: { path: /free/** }, price: free }\n"
    "  - { id: cheap, match: { path: /premium/cheap/** }, price: 0.01 usdc }\n"
    "  - { id: premium, match: { path: /premium/** }, price: 0.03 usdc }\n"
    "  - { id: news, match: { path: /news/**, method: GET }, price: 0.03 usdc "
    "}\n"
    "otherwise: free\n";

static const char *const sure_methods[] = {"GET", "HEAD"};
static const char *const any_methods[] = {
    "GET",     "HEAD",  "POST", "PUT",  "DELETE", "PATCH",
    "OPTIONS", "TRACE", "get",  "Get",  "gEt",    "PROPFIND",
    "FOO",     "G",     "GET ", " GET", "GETT",   ""};
static const char *const odd_methods[] = {"get",  "Get",  "gEt", "head", "FOO",
                                          "GET ", " GET", "",    "GE\tT"};

struct trick {
    const char *name, *value; /* NULL: no header */
};
static const struct trick tricks[] = {
    {NULL, NULL},
    {"X-HTTP-Method-Override", "OPTIONS"},
    {"X-HTTP-Method", "DELETE"},
    {"X-Method-Override", "HEAD"},
    {"x_http_method_override", "GET"},
    {"X.HTTP.METHOD", "GET"},
    {"X-Original-URL", "/robots.txt"},
    {"X-Rewrite-URL", "/free/a"},
    {"X-Forwarded-Host", "free.example"},
    {"Origin", "https://a.example"},
    {"Access-Control-Request-Method", "GET"},
    {"PAYMENT-SIGNATURE", "e30="},
};
static const struct trick overrides[] = {
    {"X-HTTP-Method-Override", "GET"}, {"X-HTTP-Method", "GET"},
    {"X-Method-Override", "GET"},      {"x-http-method-override", ""},
    {"X_HTTP_Method_Override", "GET"}, {"X.Http.Method.Override", "get"},
    {"x_method_override", "HEAD"},
};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct scales s;
static size_t tried;

static struct price price_of(const char *method, const char *target,
                             const struct trick *trick)
{
    struct request *r = scales_request(&s, method, "example.com", target);
    if (trick && trick->name) {
        request_add_header(r, view_text(trick->name), view_text(trick->value));
    }
    tried++;
    return scales_price(&s);
}

static size_t cheaper(const char *target, const char *const *methods,
                      size_t n_methods, const struct trick *headers,
                      size_t n_headers, const struct price *least)
{
    size_t found = 0;
    for (size_t m = 0; m < n_methods; m++) {
        for (size_t h = 0; h < n_headers; h++) {
            struct price got = price_of(methods[m], target, &headers[h]);
            if (compare_prices(&got, least) < 0) {
                if (found++ < 3) {
                    tap_note("%s %s %s is cheaper: %.*s", methods[m], target,
                             headers[h].name ? headers[h].name : "",
                             VIEW_ARG(got.route));
                }
            }
        }
    }
    return found;
}

/* All spellings of all places of `path`, and each of those respelled by
 * `second` (SPELLINGS: not). */
static size_t respell(const char *path, size_t second,
                      const struct price *least)
{
    char once[SPELLING_MAX];
    char twice[SPELLING_MAX];
    size_t found = 0;

    for (size_t i = 0; i < SPELLINGS; i++) {
        for (size_t at = 0; at <= strlen(path); at++) {
            if (!spelling_fits(&spellings[i], path, at) ||
                !spelling_write(&spellings[i], path, at, once)) {
                continue;
            }
            if (second < SPELLINGS &&
                spelling_decodes(&spellings[i]) +
                        spelling_decodes(&spellings[second]) >
                    DECODES_MAX) {
                continue;
            }
            if (second == SPELLINGS) {
                found += cheaper(once, any_methods, COUNT(any_methods), tricks,
                                 COUNT(tricks), least);
                continue;
            }
            for (size_t at2 = 0; at2 <= strlen(once); at2++) {
                if (spelling_fits(&spellings[second], once, at2) &&
                    spelling_write(&spellings[second], once, at2, twice)) {
                    found += cheaper(twice, sure_methods, 1, tricks, 1, least);
                }
            }
        }
    }
    return found;
}

static void test_path(const char *path)
{
    struct price plain = price_of("GET", path, NULL);
    size_t found = 0;

    ok(plain.action == PRICE_CHARGE, "%s is priced", path);
    ok(respell(path, SPELLINGS, &plain) == 0,
       "%s: no spelling, with any method and header, is cheaper", path);
    for (size_t second = 0; second < SPELLINGS; second++) {
        found += respell(path, second, &plain);
    }
    ok(found == 0, "%s: no spelling of a spelling is cheaper", path);
}

static void test_methods(void)
{
    struct price plain = price_of("GET", "/news/a", NULL);

    ok(plain.action == PRICE_CHARGE, "GET /news/a is priced");
    ok(cheaper("/news/a", sure_methods, COUNT(sure_methods), tricks,
               COUNT(tricks), &plain) == 0,
       "GET and HEAD with any header are no cheaper");
    ok(cheaper("/news/a", odd_methods, COUNT(odd_methods), tricks,
               COUNT(tricks), &plain) == 0,
       "methods that are not certain are no cheaper");
    ok(cheaper("/news/a", any_methods, COUNT(any_methods), overrides,
               COUNT(overrides), &plain) == 0,
       "methods that are overridden are no cheaper");
    ok(cheaper("/news/a?_method=GET", any_methods, COUNT(any_methods), tricks,
               1, &plain) == 0,
       "nor by a query field");
}

/* From a free path to a priced one. */
static void test_rewrites(void)
{
    static const struct trick other[] = {
        {"X-Original-URL", "/premium/report"},
        {"x_rewrite_url", "/premium/report"},
        {"X-Original-Url", "https://example.com/premium/report"},
        {"X.Original.Url", "premium/report"},
    };
    static const struct trick same[] = {
        {"X-Original-URL", "/robots.txt"},
        {"X-Original-URL", "https://example.com/robots.txt"},
        {"X-Original-URI", "/premium/report"},
    };
    struct price plain = price_of("GET", "/premium/report", NULL);

    ok(cheaper("/robots.txt", sure_methods, COUNT(sure_methods), other,
               COUNT(other), &plain) == 0,
       "a header that names a priced path is no cheaper");
    for (size_t i = 0; i < COUNT(same); i++) {
        struct price got = price_of("GET", "/robots.txt", &same[i]);
        ok(got.action == PRICE_FREE, "control: %s: %s changes nothing",
           same[i].name, same[i].value);
    }
}

static void test_controls(void)
{
    static const struct {
        const char *method, *target;
    } free_ones[] = {
        {"GET", "/robots.txt"}, {"GET", "/.well-known/a"},  {"GET", "/free/a"},
        {"GET", "/"},           {"GET", "/premiums"},       {"POST", "/news/a"},
        {"PUT", "/news/a"},     {"GET", "/free/premium/a"},
    };
    for (size_t i = 0; i < COUNT(free_ones); i++) {
        struct price got =
            price_of(free_ones[i].method, free_ones[i].target, NULL);
        ok(got.action == PRICE_FREE, "control: %s %s is free",
           free_ones[i].method, free_ones[i].target);
    }
    struct price cheap = price_of("GET", "/premium/cheap/a", NULL);
    struct price dear = price_of("GET", "/premium/a", NULL);
    ok(compare_prices(&cheap, &dear) < 0, "control: cheap is cheaper");
}

int main(void)
{
    bool fine = scales_open(&s, policy, pack);

    ok(fine, "the policy loads");
    if (fine) {
        scales_request(&s, "GET", "example.com", "/");
        scales_evaluate(&s);
        test_controls();
        test_path("/premium");
        test_path("/premium/report");
        test_path("/premium/cheap/a1");
        test_methods();
        test_rewrites();
        ok(tried > 1000, "%zu combinations", tried);
    }
    scales_close(&s);
    return tap_end();
}
