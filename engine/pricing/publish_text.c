/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publications that are no JSON: RSL 1.0 (rslstandard.org/rsl), lines for
 * robots.txt (RFC 9309 and RSL's License), a section of llms.txt.
 */
#include "pricing/publishing.h"

/* What RSL calls the use that a category makes of a page. */
static const struct {
    const char *usage, *label;
} usages[] = {
    {"ai-train", "agent:category:ai-training"},
    {"ai-index", "agent:category:ai-search"},
    {"ai-input", "agent:category:ai-assistant"},
    {"search", "agent:category:search"},
};
#define USAGES (sizeof usages / sizeof *usages)

static void put_xml(struct publishing *p, struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        switch (v.at[i]) {
        case '<':
            publishing_text(p, "&lt;");
            break;
        case '>':
            publishing_text(p, "&gt;");
            break;
        case '&':
            publishing_text(p, "&amp;");
            break;
        case '"':
            publishing_text(p, "&quot;");
            break;
        default:
            publishing_put(p, view_of(v.at + i, 1));
        }
    }
}

/* ---- license.xml ---- */

/* Money as an ISO 4217 code, where the asset is meant to be worth it. */
static const char *currency_of(const struct outcome *outcome)
{
    struct view symbol = outcome->worth ? outcome->worth->currency
                                        : outcome->offers[0].asset->symbol;

    return view_equal(symbol, VIEW("USDC")) || view_equal(symbol, VIEW("USD"))
               ? "USD"
           : view_equal(symbol, VIEW("EURC")) || view_equal(symbol, VIEW("EUR"))
               ? "EUR"
               : NULL;
}

static void put_payment(struct publishing *p, const struct outcome *outcome)
{
    const char *currency;

    if (outcome->action == PRICE_FREE) {
        publishing_text(p, "      <payment type=\"free\"/>\n");
        return;
    }
    currency = currency_of(outcome);
    publishing_text(p, "      <payment type=\"crawl\"");
    if (!currency) {
        publishing_text(p, "/>\n");
        return;
    }
    publishing_text(p, "><amount currency=\"");
    publishing_text(p, currency);
    publishing_text(p, "\">");
    publishing_price(p, outcome, 0);
    publishing_text(p, "</amount></payment>\n");
}

/* Uses with one outcome share a license. */
static void put_licenses(struct publishing *p, const struct route *route)
{
    const struct outcome *outcomes[USAGES] = {NULL};
    bool depends;

    for (size_t i = 0; i < USAGES; i++) {
        struct audience who = {CLASS_AGENT, view_text(usages[i].label),
                               VIEW_NONE};

        if (publishing_knows(p, &who)) {
            outcomes[i] = publishing_outcome(p, &who, route, &depends);
        }
    }
    for (size_t i = 0; i < USAGES; i++) {
        const struct outcome *one = outcomes[i];
        bool rejects = one && one->action == PRICE_REJECT;

        if (!one) {
            continue;
        }
        publishing_text(p, rejects ? "    <license>\n      <prohibits "
                                     "type=\"usage\">"
                                   : "    <license>\n      <permits "
                                     "type=\"usage\">");
        for (size_t k = i; k < USAGES; k++) {
            if (outcomes[k] == one) {
                publishing_text(p, k > i ? " " : "");
                publishing_text(p, usages[k].usage);
                outcomes[k] = NULL;
            }
        }
        publishing_text(p, rejects ? "</prohibits>\n" : "</permits>\n");
        if (!rejects) {
            put_payment(p, one);
        }
        publishing_text(p, "    </license>\n");
    }
}

void publish_rsl(struct publishing *p)
{
    publishing_text(p, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<rsl xmlns=\"https://rslstandard.org/rsl\">\n");
    for (size_t i = 0; i < p->policy->route_count; i++) {
        const struct route *route = &p->policy->routes[i];
        bool told = publishing_by_path(p, route);

        for (size_t k = 0; told && k < route->path_count; k++) {
            publishing_text(p, "  <content url=\"");
            put_xml(p, p->base);
            publishing_pattern(p, &route->paths[k]);
            publishing_text(p, "\">\n");
            put_licenses(p, route);
            publishing_text(p, "  </content>\n");
        }
    }
    publishing_text(p, "  <content url=\"");
    put_xml(p, p->base);
    publishing_text(p, "/*\">\n");
    put_licenses(p, NULL);
    publishing_text(p, "  </content>\n</rsl>\n");
}

/* ---- robots.txt ---- */

/* A path ends where it ends: "/x" is "/x$", "/x/" and two stars "/x/". */
static void put_rule(struct publishing *p, const char *word,
                     const struct pattern *pattern)
{
    struct view text = pattern->text;
    bool open = view_ends(text, VIEW("**"));

    publishing_text(p, word);
    if (open) {
        struct pattern shorter = {.text = view_of(text.at, text.size - 2)};
        publishing_pattern(p, &shorter);
    } else {
        publishing_pattern(p, pattern);
        publishing_text(p, "$");
    }
    publishing_text(p, "\n");
}

static bool rejected(struct publishing *p, const struct audience *who,
                     const struct route *route)
{
    bool depends;

    return publishing_outcome(p, who, route, &depends)->action == PRICE_REJECT;
}

/* Of an agent that is refused somewhere: all routes, for what is not refused
 * must stay allowed where a wider one is. */
static void put_group(struct publishing *p, const struct audience *who,
                      struct view name)
{
    bool any = rejected(p, who, NULL);

    for (size_t i = 0; i < p->policy->route_count; i++) {
        const struct route *route = &p->policy->routes[i];
        any = any || (publishing_by_path(p, route) && rejected(p, who, route));
    }
    if (!any) {
        return;
    }
    publishing_text(p, "\nUser-agent: ");
    publishing_put(p, name);
    publishing_text(p, "\n");
    for (size_t i = 0; i < p->policy->always_free_count; i++) {
        put_rule(p, "Allow: ", &p->policy->always_free[i]);
    }
    for (size_t i = 0; i < p->policy->route_count; i++) {
        const struct route *route = &p->policy->routes[i];
        bool told = publishing_by_path(p, route);

        for (size_t k = 0; told && k < route->path_count; k++) {
            put_rule(p, rejected(p, who, route) ? "Disallow: " : "Allow: ",
                     &route->paths[k]);
        }
    }
    publishing_text(p, rejected(p, who, NULL) ? "Disallow: /\n" : "");
}

void publish_robots(struct publishing *p)
{
    static const struct view prefix = {"agent:name:", 11};
    struct audience who = {CLASS_AGENT, VIEW_NONE, VIEW_NONE};
    size_t i = 0;

    publishing_text(p, "# Who is refused. Prices are in the license.\n"
                       "License: ");
    publishing_put(p, p->base);
    publishing_text(p, "/license.xml\n");
    while ((who.label = publishing_label(p, prefix, &i)).at) {
        if (publishing_knows(p, &who)) {
            put_group(p, &who,
                      view_of(who.label.at + prefix.size,
                              who.label.size - prefix.size));
        }
    }
}

/* ---- llms.txt ---- */

static void put_outcome(struct publishing *p, const struct outcome *outcome,
                        bool depends)
{
    if (outcome->action == PRICE_FREE) {
        publishing_text(p, "free");
    } else if (outcome->action == PRICE_REJECT) {
        publishing_text(p, "not for sale");
    } else {
        publishing_price(p, outcome, 0);
        publishing_text(p, " ");
        publishing_put(p, outcome->worth ? outcome->worth->currency
                                         : outcome->offers[0].asset->symbol);
        publishing_text(p, depends ? " or another price" : "");
    }
}

static void put_audience(struct publishing *p, const char *name,
                         struct audience who, const struct route *route)
{
    bool depends;

    if (publishing_knows(p, &who)) {
        const struct outcome *outcome =
            publishing_outcome(p, &who, route, &depends);

        publishing_text(p, name);
        put_outcome(p, outcome, depends);
    }
}

static void put_line(struct publishing *p, const struct route *route)
{
    static const struct {
        const char *name;
        struct audience who;
    } rows[] = {
        {"people ", {CLASS_HUMAN, {NULL, 0}, {NULL, 0}}},
        {"; agents ", {CLASS_AGENT, {NULL, 0}, {NULL, 0}}},
        {"; assistants ",
         {CLASS_AGENT, {"agent:category:ai-assistant", 27}, {NULL, 0}}},
        {"; answer engines ",
         {CLASS_AGENT, {"agent:category:ai-search", 24}, {NULL, 0}}},
        {"; training ",
         {CLASS_AGENT, {"agent:category:ai-training", 26}, {NULL, 0}}},
        {"; search ", {CLASS_AGENT, {"agent:category:search", 21}, {NULL, 0}}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_audience(p, rows[i].name, rows[i].who, route);
    }
    publishing_text(p, "\n");
}

/* What else a request must be, in words. */
static void put_conditions(struct publishing *p, const struct route *route)
{
    const struct method_names *names = &p->policy->methods;
    const char *between = " (";

    for (unsigned bit = 0; bit < METHODS_MAX; bit++) {
        if (route->methods >> bit & 1) {
            publishing_text(p, between);
            publishing_put(p, names->names[bit]);
            between = ", ";
        }
    }
    for (size_t i = 0; i < route->host_count; i++) {
        publishing_text(p, between);
        publishing_put(p, route->hosts[i]);
        between = ", ";
    }
    for (size_t i = 0; i < route->query_count; i++) {
        publishing_text(p, between);
        publishing_text(p, "with ");
        publishing_put(p, route->queries[i].name);
        publishing_text(p, route->queries[i].value.at ? "=" : "");
        publishing_put(p, route->queries[i].value);
        between = ", ";
    }
    if (route->window) {
        publishing_text(p, between);
        publishing_text(p, "at times");
        between = ", ";
    }
    publishing_text(p, *between == ',' ? ")" : "");
}

void publish_llms(struct publishing *p)
{
    publishing_text(p, "## Prices\n\nA request costs, by what it is for; "
                       "payment is by x402 (HTTP 402):\n\n");
    for (size_t i = 0; i < p->policy->route_count; i++) {
        const struct route *route = &p->policy->routes[i];

        publishing_text(p, "- ");
        for (size_t k = 0; k < route->path_count; k++) {
            publishing_text(p, k ? ", `" : "`");
            publishing_pattern(p, &route->paths[k]);
            publishing_text(p, "`");
        }
        put_conditions(p, route);
        publishing_text(p, ": ");
        put_line(p, route);
    }
    publishing_text(p, "- everything else: ");
    put_line(p, NULL);
}
