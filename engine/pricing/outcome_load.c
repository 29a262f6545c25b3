/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a `price:` says: free, reject, or an amount of an asset.
 *
 *   price: 0.03 usdc
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

#define REASON_MAX_SIZE 64
#define LICENSE_MAX_SIZE 512
#define CONTACT_MAX_SIZE 200

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

    if (nearest) {
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
static bool above_a_dollar(const struct outcome *outcome)
{
    struct amount unit = amount_from_u64(1);

    if (view_search(outcome->asset->symbol, VIEW("USD")) == SIZE_MAX) {
        return false;
    }
    for (unsigned i = 0; i < outcome->asset->decimals; i++) {
        if (!amount_mul_u64(&unit, 10)) {
            return false;
        }
    }
    return amount_compare(&outcome->amount, &unit) > 0;
}

static void warn_of_amount(struct loader *loader, const struct node *node,
                           const struct outcome *out, bool too_fine)
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

static bool read_charge(struct loader *loader, const struct node *node,
                        struct outcome *out)
{
    struct view text = node->text;
    struct view number = text;
    struct view name = VIEW_NONE;
    size_t space = view_find(text, ' ');

    if (!is_numeric(text)) {
        return not_a_price(loader, node, text);
    }
    if (space < text.size) {
        number = view_of(text.at, space);
        name = view_trim(view_of(text.at + space, text.size - space));
    }
    if (is_zero(number)) {
        return load_error(loader, node, "P013", "did you mean 'free'?",
                          "a price is never 0: what costs nothing is "
                          "'free', found '%.*s'",
                          VIEW_ARG(load_shown(text)));
    }
    /* With 0 decimals only the form is looked at. */
    if (amount_from_decimal(number, 0, &out->amount) == AMOUNT_SYNTAX) {
        return not_a_decimal(loader, node, number);
    }
    if (!name.at) {
        return no_unit(loader, node, number);
    }
    out->asset = find_asset(loader->policy, name);
    if (!out->asset) {
        return no_asset(loader, node, name);
    }
    switch (amount_from_decimal(number, out->asset->decimals, &out->amount)) {
    case AMOUNT_OK:
        warn_of_amount(loader, node, out, false);
        break;
    case AMOUNT_TOO_FINE:
        warn_of_amount(loader, node, out, true);
        break;
    case AMOUNT_SYNTAX:
    case AMOUNT_OVERFLOW:
        return load_error(loader, node, "P016", NULL,
                          "'%.*s' is more than 256 bits can hold",
                          VIEW_ARG(load_shown(number)));
    }
    out->action = PRICE_CHARGE;
    return true;
}

/* ---- refusals ---- */

struct refusal_keys {
    int64_t status;
    struct view reason, license, contact;
};
static const struct schema_key refusal_schema[] = {
    {"status", SCHEMA_INTEGER, offsetof(struct refusal_keys, status), false,
     "403", NULL, 0, 0, "402, 403 or 451"},
    {"reason", SCHEMA_TEXT, offsetof(struct refusal_keys, reason), false, NULL,
     NULL, 0, 0, "a word for the answer: no-training"},
    {"license", SCHEMA_TEXT, offsetof(struct refusal_keys, license), false,
     NULL, NULL, 0, 0, "where a licence is to be had: an http or https URL"},
    {"contact", SCHEMA_TEXT, offsetof(struct refusal_keys, contact), false,
     NULL, NULL, 0, 0, "whom to ask: an address, a URL"},
    {0}};

static const struct schema_key reject_schema[] = {
    {"reject", SCHEMA_NODE, 0, true, NULL, NULL, 0, 0,
     "status, reason, license, contact"},
    {0}};

static bool is_token(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if ((!ascii_is_alnum(c) || ascii_lower(c) != c) && c != '-' &&
            c != '_') {
            return false;
        }
    }
    return v.size > 0 && v.size <= REASON_MAX_SIZE;
}

/* What may stand in a Link header between < and >. */
static bool is_url(struct view v)
{
    size_t scheme = view_starts(v, VIEW("https://"))  ? 8
                    : view_starts(v, VIEW("http://")) ? 7
                                                      : 0;
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if (c <= ' ' || c > '~' || c == '<' || c == '>' || c == '"' ||
            c == '\\' || c == '^' || c == '`' || c == '{' || c == '|' ||
            c == '}') {
            return false;
        }
    }
    return scheme > 0 && v.size > scheme && v.size <= LICENSE_MAX_SIZE;
}

static bool is_printable(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        unsigned char c = (unsigned char)v.at[i];
        if (c < ' ' || c == 0x7f) {
            return false;
        }
    }
    return v.size > 0 && v.size <= CONTACT_MAX_SIZE;
}

static bool refuse_text(struct loader *loader, const struct node *map,
                        const char *key, const char *code, const char *expected)
{
    const struct node *node = node_get(map, key);
    return load_error(loader, node, code, NULL,
                      "'%s': expected %s, found '%.*s'", key, expected,
                      VIEW_ARG(load_shown(node->text)));
}

static bool check_refusal(struct loader *loader, const struct node *map,
                          const struct refusal_keys *keys)
{
    bool fine = true;

    if (keys->status != 402 && keys->status != 403 && keys->status != 451) {
        fine = refuse_text(loader, map, "status", "P019", "402, 403 or 451");
    }
    if (keys->reason.at && !is_token(keys->reason)) {
        fine = refuse_text(loader, map, "reason", "P020",
                           "a word of a-z, 0-9, '-' and '_'");
    }
    if (keys->license.at && !is_url(keys->license)) {
        fine =
            refuse_text(loader, map, "license", "P021", "an http or https URL");
    }
    if (keys->contact.at && !is_printable(keys->contact)) {
        fine = refuse_text(loader, map, "contact", "P022",
                           "1 to 200 printable bytes");
    }
    return fine;
}

static bool read_refusal(struct loader *loader, const struct node *node,
                         struct outcome *out)
{
    const struct node *map = NULL;
    struct refusal_keys keys = {0};
    struct refusal *refusal;

    if (!load_map(loader, reject_schema, node, "a price", &map) ||
        !load_map(loader, refusal_schema, map, "reject", &keys) ||
        !check_refusal(loader, map, &keys)) {
        return false;
    }
    refusal = load_array(loader, node, 1, sizeof *refusal);
    if (!refusal) {
        return false;
    }
    refusal->status = (unsigned)keys.status;
    refusal->reason = keys.reason;
    refusal->license = keys.license;
    refusal->contact = keys.contact;
    out->refusal = refusal;
    out->action = PRICE_REJECT;
    return true;
}

/* ---- both ---- */

bool outcome_read(struct loader *loader, const struct node *node,
                  struct outcome *out)
{
    out->line = node->place.line;
    if (node->kind == NODE_MAP) {
        return read_refusal(loader, node, out);
    }
    if (node->kind == NODE_LIST || node_is_null(node)) {
        return load_error(loader, node, "P012", NULL,
                          "expected free, reject or an amount such as '0.03 "
                          "usdc', found %s",
                          node->kind == NODE_LIST ? "a list" : "nothing");
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
