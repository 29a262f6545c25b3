/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publications in JSON.
 *
 * Prices: {"version":1,"base","assets":[{"name","symbol","network","address",
 *   "decimals","pay_to"}],"always_free":[..],"routes":[{"id","paths":[..],
 *   "hosts":[..],"methods":[..],"prices":[{"for","and","action","depends","status",
 *   "offers":[{"asset","amount","price"}]}]}],"otherwise":[..as prices]}
 *
 * Bazaar: {"x402Version":2,"items":[{"resource","type":"http",
 *   "x402Version":2,"accepts":[..]}]}: what an agent without a name pays.
 */
#include "base/json.h"
#include "pricing/publishing.h"

#define PIECE 4096

/* A writer of pieces: each is sent when it is whole. */
struct piece {
    struct publishing *p;
    struct json_writer w;
    struct text text;
    char room[PIECE];
};

static void start(struct piece *o, struct publishing *p)
{
    o->p = p;
    o->text = text_in(o->room, sizeof o->room);
    o->w = (struct json_writer){&o->text, false};
}

/* Sends what is written; commas go on as if nothing was. */
static void flush(struct piece *o)
{
    publishing_put(o->p, text_view(&o->text));
    o->text = text_in(o->room, sizeof o->room);
}

static void write_pattern(struct piece *o, const struct pattern *pattern)
{
    char room[1024];
    struct text t = text_in(room, sizeof room);

    text_add_char(&t, '/');
    text_add(&t, pattern->text);
    json_string(&o->w, text_view(&t));
    flush(o);
}

static void write_amount(struct piece *o, const char *key,
                         const struct amount *amount, unsigned decimals)
{
    char room[2 * AMOUNT_DIGITS];
    struct text t = text_in(room, sizeof room);

    if (decimals) {
        amount_write_decimal(&t, amount, decimals);
    } else {
        amount_write(&t, amount);
    }
    json_member(&o->w, key, text_view(&t));
}

/* ---- the price list ---- */

static void write_offers(struct piece *o, const struct outcome *outcome)
{
    json_key(&o->w, "offers");
    json_open_array(&o->w);
    for (size_t i = 0; i < outcome->offer_count; i++) {
        const struct money *money = &outcome->offers[i];

        json_open_object(&o->w);
        json_member(&o->w, "asset", money->asset->name);
        if (!outcome->worth) {
            write_amount(o, "amount", &money->amount, 0);
            write_amount(o, "price", &money->amount, money->asset->decimals);
        }
        json_close_object(&o->w);
    }
    json_close_array(&o->w);
    if (outcome->worth) {
        write_amount(o, "price", &outcome->worth->amount, CURRENCY_DECIMALS);
        json_member(&o->w, "currency", outcome->worth->currency);
    }
}

static void write_price(struct piece *o, const struct audience *who,
                        const struct route *route)
{
    static const char *const actions[] = {[PRICE_FREE] = "free",
                                          [PRICE_CHARGE] = "charge",
                                          [PRICE_REJECT] = "reject"};
    bool depends;
    const struct outcome *outcome =
        publishing_outcome(o->p, who, route, &depends);

    json_open_object(&o->w);
    json_member(&o->w, "for",
                who->label.at ? who->label : class_names[who->class]);
    if (who->status.at) {
        json_member(&o->w, "and", who->status);
    }
    json_member(&o->w, "action", view_text(actions[outcome->action]));
    if (depends) {
        json_key(&o->w, "depends");
        json_bool(&o->w, true);
    }
    if (outcome->action == PRICE_REJECT) {
        json_key(&o->w, "status");
        json_u64(&o->w, outcome->refusal->status);
    } else if (outcome->action == PRICE_CHARGE) {
        write_offers(o, outcome);
    }
    json_close_object(&o->w);
    flush(o);
}

/* Where it is another price than for the name alone. */
static void write_statuses(struct piece *o, const struct audience *who,
                           const struct route *route)
{
    static const struct view statuses[] = {{"agent:verified", 14},
                                           {"agent:spoofed", 13}};
    bool depends;
    const struct outcome *plain =
        publishing_outcome(o->p, who, route, &depends);

    for (size_t i = 0; i < 2; i++) {
        struct audience more = *who;

        more.status = statuses[i];
        if (publishing_outcome(o->p, &more, route, &depends) != plain) {
            write_price(o, &more, route);
        }
    }
}

/* For each class and each category. */
static void write_prices(struct piece *o, const char *key,
                         const struct route *route)
{
    struct audience audience = {CLASS_HUMAN, VIEW_NONE, VIEW_NONE};
    size_t i = 0;

    json_key(&o->w, key);
    json_open_array(&o->w);
    for (int class = CLASS_HUMAN; class <= CLASS_UNKNOWN; class ++) {
        audience.class = (enum class) class;
        write_price(o, &audience, route);
    }
    audience.class = CLASS_AGENT;
    while (
        (audience.label = publishing_label(o->p, VIEW("agent:category:"), &i))
            .at) {
        if (publishing_knows(o->p, &audience)) {
            write_price(o, &audience, route);
            write_statuses(o, &audience, route);
        }
    }
    json_close_array(&o->w);
}

static void write_queries(struct piece *o, const struct route *route)
{
    json_key(&o->w, "query");
    json_open_object(&o->w);
    for (size_t i = 0; i < route->query_count; i++) {
        const struct query_test *test = &route->queries[i];

        json_key_view(&o->w, test->name);
        if (test->value.at) {
            json_string(&o->w, test->value);
        } else {
            json_bool(&o->w, true); /* any value */
        }
    }
    json_close_object(&o->w);
}

static void write_factor(struct piece *o, const char *key, uint64_t factor)
{
    struct amount amount = amount_from_u64(factor);

    write_amount(o, key, &amount, 6);
}

/* What multiplies the prices, which are of one unit, at rest, without a
 * rebate; and whether they hold at times only. */
static void write_factors(struct piece *o, const struct route *route)
{
    if (route->units) {
        const struct units *units = route->units;

        json_key(&o->w, "units");
        json_open_object(&o->w);
        json_member(&o->w, units->query.at ? "query" : "header",
                    units->query.at ? units->query : units->header);
        json_key(&o->w, "most");
        json_u64(&o->w, units->most);
        json_close_object(&o->w);
    }
    if (route->volume) {
        const struct volume *volume = route->volume;

        json_key(&o->w, "volume");
        json_open_object(&o->w);
        write_factor(o, "least", volume->steps[volume->step_count - 1].factor);
        json_close_object(&o->w);
    }
    if (route->demand) {
        json_key(&o->w, "demand");
        json_open_object(&o->w);
        write_factor(o, "least", route->demand->floor);
        write_factor(o, "most", route->demand->ceiling);
        json_close_object(&o->w);
    }
    if (route->window) {
        json_key(&o->w, "at_times");
        json_bool(&o->w, true);
    }
}

static void write_route(struct piece *o, const struct route *route)
{
    const struct method_names *names = &o->p->policy->methods;

    json_open_object(&o->w);
    json_member(&o->w, "id", route->id);
    json_key(&o->w, "paths");
    json_open_array(&o->w);
    for (size_t i = 0; i < route->path_count; i++) {
        write_pattern(o, &route->paths[i]);
    }
    json_close_array(&o->w);
    json_key(&o->w, "hosts");
    json_open_array(&o->w);
    for (size_t i = 0; i < route->host_count; i++) {
        json_string(&o->w, route->hosts[i]);
    }
    json_close_array(&o->w);
    json_key(&o->w, "methods");
    json_open_array(&o->w);
    for (unsigned bit = 0; bit < METHODS_MAX; bit++) {
        if (route->methods >> bit & 1) {
            json_string(&o->w, names->names[bit]);
        }
    }
    json_close_array(&o->w);
    write_queries(o, route);
    write_factors(o, route);
    write_prices(o, "prices", route);
    json_close_object(&o->w);
    flush(o);
}

static void write_asset(struct piece *o, const struct asset *asset)
{
    json_open_object(&o->w);
    json_member(&o->w, "name", asset->name);
    json_member(&o->w, "symbol", asset->symbol);
    json_member(&o->w, "network", asset->network);
    json_member(&o->w, "address", asset->address);
    json_key(&o->w, "decimals");
    json_u64(&o->w, asset->decimals);
    json_member(&o->w, "pay_to", asset->pay_to);
    json_close_object(&o->w);
    flush(o);
}

void publish_prices(struct publishing *p)
{
    struct piece o;

    start(&o, p);
    json_open_object(&o.w);
    json_key(&o.w, "version");
    json_u64(&o.w, 1);
    json_member(&o.w, "base", p->base);
    json_key(&o.w, "assets");
    json_open_array(&o.w);
    for (size_t i = 0; i < p->policy->asset_count; i++) {
        write_asset(&o, &p->policy->assets[i]);
    }
    json_close_array(&o.w);
    json_key(&o.w, "always_free");
    json_open_array(&o.w);
    for (size_t i = 0; i < p->policy->always_free_count; i++) {
        write_pattern(&o, &p->policy->always_free[i]);
    }
    json_close_array(&o.w);
    json_key(&o.w, "routes");
    json_open_array(&o.w);
    for (size_t i = 0; i < p->policy->route_count; i++) {
        write_route(&o, &p->policy->routes[i]);
    }
    json_close_array(&o.w);
    write_prices(&o, "otherwise", NULL);
    json_close_object(&o.w);
    text_add_char(&o.text, '\n');
    flush(&o);
}

/* ---- x402's Bazaar ---- */

static void write_accepts(struct piece *o, const struct money *money)
{
    json_open_object(&o->w);
    json_member(&o->w, "scheme", VIEW("exact"));
    json_member(&o->w, "network", money->asset->network);
    write_amount(o, "amount", &money->amount, 0);
    json_member(&o->w, "asset", money->asset->address);
    json_member(&o->w, "payTo", money->asset->pay_to);
    json_key(&o->w, "maxTimeoutSeconds");
    json_u64(&o->w, 300);
    json_key(&o->w, "extra");
    json_open_object(&o->w);
    if (money->asset->eip712_name.at) {
        json_member(&o->w, "name", money->asset->eip712_name);
        json_member(&o->w, "version", money->asset->eip712_version);
    }
    json_close_object(&o->w);
    json_close_object(&o->w);
    flush(o);
}

/* A resource is one address: of a pattern, what stands before its star. */
static void write_item(struct piece *o, const struct pattern *pattern,
                       const struct outcome *outcome)
{
    char room[2048];
    struct text t = text_in(room, sizeof room);

    text_add(&t, o->p->base);
    text_add_char(&t, '/');
    text_add(&t, view_of(pattern->text.at, view_find(pattern->text, '*')));
    json_open_object(&o->w);
    json_member(&o->w, "resource", text_view(&t));
    json_member(&o->w, "type", VIEW("http"));
    json_key(&o->w, "x402Version");
    json_u64(&o->w, 2);
    json_key(&o->w, "accepts");
    json_open_array(&o->w);
    for (size_t i = 0; i < outcome->offer_count; i++) {
        write_accepts(o, &outcome->offers[i]);
    }
    json_close_array(&o->w);
    json_close_object(&o->w);
    flush(o);
}

void publish_bazaar(struct publishing *p)
{
    const struct audience agent = {CLASS_AGENT, VIEW_NONE, VIEW_NONE};
    struct piece o;

    start(&o, p);
    json_open_object(&o.w);
    json_key(&o.w, "x402Version");
    json_u64(&o.w, 2);
    json_key(&o.w, "items");
    json_open_array(&o.w);
    for (size_t i = 0; i < p->policy->route_count; i++) {
        const struct route *route = &p->policy->routes[i];
        bool depends;
        const struct outcome *outcome =
            publishing_outcome(p, &agent, route, &depends);

        /* What is priced in a currency, or moves, has no amount to list. */
        for (size_t k = 0;
             outcome->action == PRICE_CHARGE && !outcome->worth &&
             !route->units && !route->demand && publishing_by_path(p, route) &&
             k < route->path_count;
             k++) {
            write_item(&o, &route->paths[k], outcome);
        }
    }
    json_close_array(&o.w);
    json_close_object(&o.w);
    text_add_char(&o.text, '\n');
    flush(&o);
}
