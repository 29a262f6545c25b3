/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a `price:` says: free, reject, an amount of an asset, such amounts of
 * several assets side by side, or of a currency that assets have rates in.
 *
 *   price: 0.03 usdc
 *   price: [0.03 usdc, 0.028 eurc]
 *   price: 0.03 USD
 *   price: free
 *   price: reject
 *   price: { reject: { status: 451, reason: no-training,
 *                      license: https://example.com/license.xml,
 *                      contact: licensing@example.com } }
 *
 * Amounts are plain decimals; one that is finer than the asset is rounded
 * up. Nothing here reads as free but the word.
 */
#include "pricing/parts_load.h"

static const struct shape *const price_any[] = {&shape_scalars, &refusal_shape,
                                                NULL};
const struct shape price_shape = {
    .kind = SHAPE_EITHER, .name = "price", .either = price_any};

static const struct refusal plain_refusal = {
    403, {NULL, 0}, {NULL, 0}, {NULL, 0}};

/* ---- amounts ---- */

static bool is_zero(struct view number)
{
    bool digit = false;
    for (size_t i = 0; i < number.size; i++) {
        if (number.at[i] != '0' && number.at[i] != '.') {
            return false;
        }
        digit |= number.at[i] == '0';
    }
    return digit;
}

/* Does it look like a number at all, however badly written? */
static bool is_numeric(struct view v)
{
    char first = v.size ? v.at[0] : ' ';
    if (first == '-' || first == '+' || first == '.') {
        first = v.size > 1 ? v.at[1] : ' ';
    }
    return first >= '0' && first <= '9';
}

static bool not_a_price(struct loader *loader, const struct node *node,
                        struct view text)
{
    static const char *const words[] = {"free", "reject"};
    const char *nearest = problems_nearest(text, words, 2);
    char hint[64];
    struct text t = text_in(hint, sizeof hint - 1);

    if (nearest && view_equal(text, view_text(nearest))) {
        text_add(&t, VIEW("amounts stand side by side, nothing else"));
    } else if (nearest) {
        text_addf(&t, "did you mean '%s'?", nearest);
    } else if (view_starts(text, VIEW("$"))) {
        text_add(&t, VIEW("an amount of an asset: '0.03 usdc'"));
    }
    hint[t.size] = '\0';
    return load_error(loader, node, "P012", t.size ? hint : NULL,
                      "expected free, reject or an amount such as '0.03 "
                      "usdc', found '%.*s'",
                      VIEW_ARG(load_shown(text)));
}

/* "e-2", "E5" */
static bool is_exponent(struct view v)
{
    char next = v.size > 1 ? v.at[1] : 'x';
    return ascii_lower(v.at[0]) == 'e' &&
           (next == '-' || next == '+' || (next >= '0' && next <= '9'));
}

/* "0.03usdc" gets a hint of its own. */
static bool not_a_decimal(struct loader *loader, const struct node *node,
                          struct view number)
{
    struct amount amount;
    char hint[200];
    struct text t = text_in(hint, sizeof hint - 1);
    size_t end = 0;

    while (end < number.size &&
           (number.at[end] == '.' ||
            (number.at[end] >= '0' && number.at[end] <= '9'))) {
        end++;
    }
    if (end < number.size && ascii_is_alnum(number.at[end]) &&
        !is_exponent(view_of(number.at + end, number.size - end)) &&
        amount_from_decimal(view_of(number.at, end), 0, &amount) !=
            AMOUNT_SYNTAX) {
        text_addf(&t, "did you mean '%.*s %.*s'?", (int)end, number.at,
                  (int)(number.size - end > 40 ? 40 : number.size - end),
                  number.at + end);
    } else {
        text_add(&t, VIEW("digits and one point: no sign, exponent, comma"));
    }
    hint[t.size] = '\0';
    return load_error(loader, node, "P015", hint,
                      "expected a plain decimal such as 0.03, found '%.*s'",
                      VIEW_ARG(load_shown(number)));
}

static const struct asset *find_asset(const struct policy *policy,
                                      struct view name)
{
    for (size_t i = 0; i < policy->asset_count; i++) {
        if (view_equal(policy->assets[i].name, name)) {
            return &policy->assets[i];
        }
    }
    return NULL;
}

static bool no_unit(struct loader *loader, const struct node *node,
                    struct view number)
{
    const struct policy *policy = loader->policy;
    char hint[200];
    struct text t = text_in(hint, sizeof hint - 1);

    if (policy->asset_count > 0) {
        text_addf(&t, "did you mean '%.*s %.*s'?", VIEW_ARG(load_shown(number)),
                  VIEW_ARG(load_shown(policy->assets[0].name)));
    } else {
        text_add(&t, VIEW("declare one: assets: { usdc: usdc@base-sepolia }"));
    }
    hint[t.size] = '\0';
    return load_error(loader, node, "P012", hint,
                      "expected an amount with its asset, found '%.*s'",
                      VIEW_ARG(load_shown(node->text)));
}

static bool no_asset(struct loader *loader, const struct node *node,
                     struct view name)
{
    const struct policy *policy = loader->policy;
    const char *words[16] = {NULL};
    size_t n = 0;
    char hint[200];
    struct text t = text_in(hint, sizeof hint - 1);
    const char *nearest;

    for (; n < policy->asset_count && n < 16; n++) {
        words[n] = policy->assets[n].name.at; /* keys end in NUL, as texts */
    }
    nearest = problems_nearest(name, words, n);
    if (nearest) {
        text_addf(&t, "did you mean '%s'?", nearest);
    } else {
        text_add(&t, n ? VIEW("declared are ") : VIEW("no asset is declared"));
        for (size_t i = 0; i < n; i++) {
            text_add(&t, i ? VIEW(", ") : VIEW(""));
            text_add(&t, policy->assets[i].name);
        }
    }
    hint[t.size] = '\0';
    return load_error(loader, node, "P014", hint, "no asset is called '%.*s'",
                      VIEW_ARG(load_shown(name)));
}

/* True if an amount is above one unit of something called a dollar. */
static bool above_a_dollar(const struct money *money)
{
    struct amount unit = amount_from_u64(1);

    if (view_search(money->asset->symbol, VIEW("USD")) == SIZE_MAX) {
        return false;
    }
    for (unsigned i = 0; i < money->asset->decimals; i++) {
        if (!amount_mul_u64(&unit, 10)) {
            return false;
        }
    }
    return amount_compare(&money->amount, &unit) > 0;
}

static void warn_of_amount(struct loader *loader, const struct node *node,
                           const struct money *out, bool too_fine)
{
    char room[AMOUNT_TEXT];
    struct text t = text_in(room, sizeof room);

    amount_write_decimal(&t, &out->amount, out->asset->decimals);
    if (!out->asset->network.at) {
        return; /* the asset was refused: its decimals say nothing */
    }
    if (too_fine) {
        load_warn(loader, node, "P017", NULL,
                  "'%.*s' has %u decimals: '%.*s' is rounded up to %.*s",
                  VIEW_ARG(out->asset->name), out->asset->decimals,
                  VIEW_ARG(load_shown(node->text)), VIEW_ARG(text_view(&t)));
    }
    if (above_a_dollar(out)) {
        load_warn(loader, node, "P018", NULL,
                  "%.*s %.*s is above 1 USD, which common x402 clients "
                  "refuse to pay unless they are told to",
                  VIEW_ARG(text_view(&t)), VIEW_ARG(out->asset->name));
    }
}

static bool too_large(struct loader *loader, const struct node *node,
                      struct view number)
{
    return load_error(loader, node, "P016", NULL,
                      "'%.*s' is more than 256 bits can hold",
                      VIEW_ARG(load_shown(number)));
}

/* Cuts "0.03 usdc" in two and looks at the number's form. */
static bool read_words(struct loader *loader, const struct node *node,
                       struct view *number, struct view *name)
{
    struct view text = node->text;
    struct amount amount;
    size_t space = view_find(text, ' ');

    *number = text;
    *name = VIEW_NONE;
    if (!is_numeric(text)) {
        return not_a_price(loader, node, text);
    }
    if (space < text.size) {
        *number = view_of(text.at, space);
        *name = view_trim(view_of(text.at + space, text.size - space));
    }
    if (is_zero(*number)) {
        return load_error(loader, node, "P013", "did you mean 'free'?",
                          "a price is never 0: what costs nothing is "
                          "'free', found '%.*s'",
                          VIEW_ARG(load_shown(text)));
    }
    /* With 0 decimals only the form is looked at. */
    if (amount_from_decimal(*number, 0, &amount) == AMOUNT_SYNTAX) {
        return not_a_decimal(loader, node, *number);
    }
    return name->at ? true : no_unit(loader, node, *number);
}

static bool read_money(struct loader *loader, const struct node *node,
                       struct view number, struct view name, struct money *out)
{
    out->asset = find_asset(loader->policy, name);
    if (!out->asset) {
        return no_asset(loader, node, name);
    }
    switch (amount_from_decimal(number, out->asset->decimals, &out->amount)) {
    case AMOUNT_OK:
        warn_of_amount(loader, node, out, false);
        return true;
    case AMOUNT_TOO_FINE:
        warn_of_amount(loader, node, out, true);
        return true;
    case AMOUNT_SYNTAX:
    case AMOUNT_OVERFLOW:
        break;
    }
    return too_large(loader, node, number);
}

/* ---- currencies ---- */

bool is_currency(struct view name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.at[i] < 'A' || name.at[i] > 'Z') {
            return false;
        }
    }
    return name.size == 3;
}

/* Sold in every asset that has a rate in the currency. */
static bool add_rated(struct loader *loader, const struct node *node,
                      struct view number, struct outcome *out)
{
    struct policy *policy = loader->policy;

    for (size_t i = 0; i < policy->asset_count; i++) {
        const struct asset *asset = &policy->assets[i];
        struct money *money = &out->offers[out->offer_count];

        if (!view_equal(asset->currency, out->worth->currency)) {
            continue;
        }
        if (out->offer_count == PRICE_OFFERS_MAX) {
            return load_error(loader, node, "P044", NULL,
                              "more than %d assets have a rate in '%.*s'",
                              PRICE_OFFERS_MAX, VIEW_ARG(out->worth->currency));
        }
        money->asset = asset;
        money->amount = out->worth->amount;
        if (!rate_convert(&money->amount, asset->decimals, &asset->rate)) {
            return too_large(loader, node, number);
        }
        out->offer_count++;
    }
    return out->offer_count > 0 ||
           load_error(loader, node, "P043",
                      "give an asset one: exchange: { usdc: 1 USD }",
                      "no asset has a rate in '%.*s'",
                      VIEW_ARG(out->worth->currency));
}

static bool read_worth(struct loader *loader, const struct node *node,
                       struct view number, struct view currency,
                       struct outcome *out)
{
    struct amount one = amount_from_u64(1000000);
    struct worth *worth = load_array(loader, node, 1, sizeof *worth);

    out->offers =
        load_array(loader, node, PRICE_OFFERS_MAX, sizeof *out->offers);
    if (!worth || !out->offers) {
        return false;
    }
    worth->currency = currency;
    out->worth = worth;
    switch (amount_from_decimal(number, CURRENCY_DECIMALS, &worth->amount)) {
    case AMOUNT_TOO_FINE:
        load_warn(loader, node, "P017", NULL,
                  "amounts of a currency have %d decimals: '%.*s' is rounded "
                  "up",
                  CURRENCY_DECIMALS, VIEW_ARG(load_shown(number)));
        break;
    case AMOUNT_OK:
        break;
    case AMOUNT_SYNTAX:
    case AMOUNT_OVERFLOW:
        return too_large(loader, node, number);
    }
    amount_mul_u64(&one, 1000000); /* CURRENCY_DECIMALS */
    if (view_equal(currency, VIEW("USD")) &&
        amount_compare(&worth->amount, &one) > 0) {
        load_warn(loader, node, "P018", NULL,
                  "%.*s USD is above 1 USD, which common x402 clients refuse "
                  "to pay unless they are told to",
                  VIEW_ARG(load_shown(number)));
    }
    return add_rated(loader, node, number, out);
}

/* ---- charges ---- */

static bool read_charge(struct loader *loader, const struct node *node,
                        struct outcome *out)
{
    struct view number;
    struct view name;

    if (!read_words(loader, node, &number, &name)) {
        return false;
    }
    out->action = PRICE_CHARGE;
    if (is_currency(name)) {
        return read_worth(loader, node, number, name, out);
    }
    out->offers = load_array(loader, node, 1, sizeof *out->offers);
    out->offer_count = 1;
    return out->offers &&
           read_money(loader, node, number, name, &out->offers[0]);
}

/* One price in several assets. */
static bool read_side_by_side(struct loader *loader, const struct node *list,
                              struct outcome *out)
{
    if (list->count == 0 || list->count > PRICE_OFFERS_MAX) {
        return load_error(loader, list, "P044", NULL,
                          "expected 1 to %d amounts of different assets, "
                          "found %zu",
                          PRICE_OFFERS_MAX, list->count);
    }
    out->action = PRICE_CHARGE;
    out->offers = load_array(loader, list, list->count, sizeof *out->offers);
    for (const struct node *node = list->first; out->offers && node;
         node = node->next) {
        struct money *money = &out->offers[out->offer_count];
        struct view number;
        struct view name;

        if (!schema_expect(node, NODE_SCALAR, loader->problems)) {
            loader->failed = true;
            return false;
        }
        if (!read_words(loader, node, &number, &name) ||
            !read_money(loader, node, number, name, money)) {
            return false;
        }
        for (size_t i = 0; i < out->offer_count; i++) {
            const struct asset *other = out->offers[i].asset;
            if (view_equal(other->network, money->asset->network) &&
                view_equal(other->address, money->asset->address)) {
                return load_error(loader, node, "P044", NULL,
                                  "'%.*s' and '%.*s' are one asset: each has "
                                  "one price",
                                  VIEW_ARG(other->name),
                                  VIEW_ARG(money->asset->name));
            }
        }
        out->offer_count++;
    }
    return out->offers != NULL;
}

/* ---- both ---- */

bool outcome_read(struct loader *loader, const struct node *node,
                  struct outcome *out)
{
    out->line = node->place.line;
    if (node->kind == NODE_MAP) {
        return refusal_read(loader, node, out);
    }
    if (node->kind == NODE_LIST) {
        return read_side_by_side(loader, node, out);
    }
    if (node_is_null(node)) {
        return load_error(loader, node, "P012", NULL,
                          "expected free, reject or an amount such as '0.03 "
                          "usdc', found nothing");
    }
    if (view_equal(node->text, VIEW("free"))) {
        out->action = PRICE_FREE;
        return true;
    }
    if (view_equal(node->text, VIEW("reject"))) {
        out->action = PRICE_REJECT;
        out->refusal = &plain_refusal;
        return true;
    }
    return read_charge(loader, node, out);
}
