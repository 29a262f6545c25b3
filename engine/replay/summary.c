/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay found, for programs: one JSON object, whose keys only grow.
 *
 *   {"lines":{"read","unreadable"},
 *    "classes":{"human","suspect","agent","unknown"},
 *    "actions":{"allow","reject"},"payments":{STATE:n},
 *    "agents":[{"name","requests","org"}],
 *    "routes":[{"id","requests","charged","amount","asset"}],
 *    "confusion":{"human":{CLASS:n},"bot":{CLASS:n}},
 *    "sites":[{"id","requests"}],"mode","seconds",
 *    "generation","left_out","browsers_charged","unreadable":{WHY:n},
 *    "refusals":[{"reason","requests"}],"rules":[{"id","fired"}],
 *    "rules_never":[id],"routes_never":[id],
 *    "assets":[{"asset","network","symbol","decimals","charged","amount",
 *     "price"}],
 *    "revenue":[{"agent","route","asset","charged","amount"}],
 *    "stateful":[name],"parts",
 *    "against":{"generation","moved":{"class","action","price"},
 *     "moves":[{"kind","from","to","because","requests"}],
 *     "classes","actions","routes","revenue","assets"},
 *    "forecast":{"pays":{CLASS:share},"elasticity","revenue":[{"asset",
 *     "symbol","factor","amount","against"}]}}
 *
 * read: lines that gave a request; amount: atomic units, a string of digits,
 * null if the sum is beyond 256 bits; asset: null where nothing was charged;
 * price: the sum in whole units; seconds: from the earliest request of the
 * log to the latest. Nothing depends on the number of threads or on how long
 * it took.
 */
#include <stdlib.h>

#include "replay/output.h"
#include "replay/result.h"

static const char *const faults[LINE_FAULTS] = {
    [LINE_TOO_LONG] = "too_long",     [LINE_NO_TIME] = "not_in_format",
    [LINE_NO_REQUEST] = "no_request", [LINE_CUT] = "cut",
    [LINE_NO_RECORD] = "no_record",   [LINE_LOST] = "lost",
};

static void write_classes(struct output *o, const char *key,
                          const uint64_t counts[TALLY_CLASSES])
{
    json_key(&o->w, key);
    json_open_object(&o->w);
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        output_u64(o, tally_classes[i], counts[i]);
    }
    json_close_object(&o->w);
}

/* Rows that were met: their name, the other one where it has a key, and how
 * often. */
static void write_table(struct output *o, const char *key,
                        const struct table *table, const char *const names[3])
{
    json_key(&o->w, key);
    json_open_array(&o->w);
    for (size_t i = 0; i < table->count && table->rows[i].requests; i++) {
        const struct row *row = &table->rows[i];
        bool other = row->other.at && !view_equal(row->other, VIEW("-"));
        json_open_object(&o->w);
        json_member(&o->w, names[0], row->name);
        output_u64(o, names[1], row->requests);
        if (names[2]) {
            json_member(&o->w, names[2], other ? row->other : VIEW_NONE);
        }
        json_close_object(&o->w);
        output_flush(o);
    }
    json_close_array(&o->w);
}

/* Names of rows that were never met. */
static void write_never(struct output *o, const char *key,
                        const struct table *table)
{
    json_key(&o->w, key);
    json_open_array(&o->w);
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].requests == 0) {
            json_string(&o->w, table->rows[i].name);
            output_flush(o);
        }
    }
    json_close_array(&o->w);
}

static void write_payments(struct output *o, const struct table *table)
{
    json_key(&o->w, "payments");
    json_open_object(&o->w);
    for (size_t i = 0; i < table->count; i++) {
        json_key_view(&o->w, table->rows[i].name);
        json_u64(&o->w, table->rows[i].requests);
    }
    json_close_object(&o->w);
}

static void write_sum(struct output *o, const struct row *row)
{
    output_u64(o, "charged", row->charged);
    output_amount(o, "amount", &row->amount, row->overflow);
    json_member(&o->w, "asset", row->asset);
}

static void write_routes(struct output *o, const struct table *table)
{
    json_key(&o->w, "routes");
    json_open_array(&o->w);
    for (size_t i = 0; i < table->count && table->rows[i].requests; i++) {
        json_open_object(&o->w);
        json_member(&o->w, "id", table->rows[i].name);
        output_u64(o, "requests", table->rows[i].requests);
        write_sum(o, &table->rows[i]);
        json_close_object(&o->w);
        output_flush(o);
    }
    json_close_array(&o->w);
}

static void write_revenue(struct output *o, const struct table *table)
{
    json_key(&o->w, "revenue");
    json_open_array(&o->w);
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        bool named = !view_equal(row->name, VIEW("-"));
        json_open_object(&o->w);
        json_member(&o->w, "agent", named ? row->name : VIEW_NONE);
        json_member(&o->w, "route", row->other);
        write_sum(o, row);
        json_close_object(&o->w);
        output_flush(o);
    }
    json_close_array(&o->w);
}

static void write_asset(struct output *o, const struct tally *tally,
                        const struct tally_asset *asset)
{
    char room[AMOUNT_TEXT];
    struct text price = text_in(room, sizeof room);
    struct row sum;

    tally_asset_sum(tally, asset, &sum);
    amount_write_decimal(&price, &sum.amount, asset->decimals);
    json_open_object(&o->w);
    write_sum(o, &sum);
    json_member(&o->w, "network", asset->network);
    json_member(&o->w, "symbol", asset->symbol);
    output_u64(o, "decimals", asset->decimals);
    json_member(&o->w, "price", sum.overflow ? VIEW_NONE : text_view(&price));
    json_close_object(&o->w);
    output_flush(o);
}

static void write_assets(struct output *o, const struct tally *tally)
{
    json_key(&o->w, "assets");
    json_open_array(&o->w);
    for (size_t i = 0; i < tally->asset_count; i++) {
        write_asset(o, tally, &tally->assets[i]);
    }
    json_close_array(&o->w);
}

static void write_lines(struct output *o, const struct tally *tally)
{
    json_key(&o->w, "lines");
    json_open_object(&o->w);
    output_u64(o, "read", tally->read);
    output_u64(o, "unreadable", tally_unreadable(tally));
    json_close_object(&o->w);
}

static void write_actions(struct output *o, const struct tally *tally)
{
    write_classes(o, "classes", tally->classes);
    json_key(&o->w, "actions");
    json_open_object(&o->w);
    output_u64(o, "allow", tally->allowed);
    output_u64(o, "reject", tally->rejected);
    json_close_object(&o->w);
}

static void write_confusion(struct output *o, const struct tally *tally)
{
    json_key(&o->w, "confusion");
    json_open_object(&o->w);
    for (size_t i = 0; i < TALLY_LABELS; i++) {
        write_classes(o, tally_labels[i], tally->confusion[i]);
    }
    json_close_object(&o->w);
}

/* Whole seconds, or three decimals where there are some. */
static void write_seconds(struct output *o, const struct tally *tally)
{
    char room[32];
    struct text seconds = text_in(room, sizeof room);
    uint64_t ms = (uint64_t)(tally->last - tally->first) / 1000;

    text_add_u64(&seconds, ms / 1000);
    if (ms % 1000) {
        text_addf(&seconds, ".%03u", (unsigned)(ms % 1000));
    }
    json_key(&o->w, "seconds");
    json_raw_text(&o->w, text_view(&seconds));
}

static void write_unreadable(struct output *o, const struct tally *tally)
{
    json_key(&o->w, "unreadable");
    json_open_object(&o->w);
    for (size_t i = 0; i < LINE_FAULTS; i++) {
        if (faults[i] && tally->faults[i] > 0) {
            output_u64(o, faults[i], tally->faults[i]);
        }
    }
    json_close_object(&o->w);
}

static void write_rest(struct output *o, const struct result *result)
{
    static const char *const refusal[3] = {"reason", "requests", NULL};
    static const char *const rule[3] = {"id", "fired", NULL};
    const struct tally *tally = &result->tallies[0];
    const char *name;

    json_member(&o->w, "generation", view_text(result->generations[0]));
    output_u64(o, "left_out", tally->left_out);
    output_u64(o, "browsers_charged", tally->browsers_charged);
    write_unreadable(o, tally);
    write_table(o, "refusals", &tally->tables[TALLY_REFUSALS], refusal);
    write_table(o, "rules", &tally->tables[TALLY_RULES], rule);
    write_never(o, "rules_never", &tally->tables[TALLY_RULES]);
    write_never(o, "routes_never", &tally->tables[TALLY_ROUTES]);
    write_assets(o, tally);
    write_revenue(o, &tally->tables[TALLY_REVENUE]);
    json_key(&o->w, "stateful");
    json_open_array(&o->w);
    for (size_t i = 0; (name = result_stateful(result, i)); i++) {
        json_string(&o->w, view_text(name));
    }
    json_close_array(&o->w);
    if (result->parts > 0) {
        output_u64(o, "parts", result->parts);
    }
}

/* ---- compared with another configuration ---- */

static void write_move(struct output *o, const struct row *row)
{
    size_t at = view_search(row->other, VIEW(MOVE_ARROW));
    size_t skip = at + sizeof MOVE_ARROW - 1;

    json_open_object(&o->w);
    json_member(&o->w, "kind", row->name);
    json_member(&o->w, "from", view_of(row->other.at, at));
    json_member(&o->w, "to",
                view_of(row->other.at + skip, row->other.size - skip));
    json_member(&o->w, "because", row->asset);
    output_u64(o, "requests", row->requests);
    json_close_object(&o->w);
    output_flush(o);
}

static void write_against(struct output *o, const struct result *result)
{
    const struct tally *after = &result->tallies[1];

    json_key(&o->w, "against");
    json_open_object(&o->w);
    json_member(&o->w, "generation", view_text(result->generations[1]));
    json_key(&o->w, "moved");
    json_open_object(&o->w);
    for (size_t i = 0; i < MOVE_KINDS; i++) {
        output_u64(o, move_kinds[i], result->moved[i]);
    }
    json_close_object(&o->w);
    json_key(&o->w, "moves");
    json_open_array(&o->w);
    for (size_t i = 0; i < result->moves.count; i++) {
        write_move(o, &result->moves.rows[i]);
    }
    json_close_array(&o->w);
    write_actions(o, after);
    write_routes(o, &after->tables[TALLY_ROUTES]);
    write_revenue(o, &after->tables[TALLY_REVENUE]);
    write_assets(o, after);
    json_close_object(&o->w);
}

/* ---- the forecast ---- */

static void write_double(struct output *o, const char *key, double n)
{
    char room[64];
    int size = snprintf(room, sizeof room, "%.6f", n);

    json_key(&o->w, key);
    json_raw_text(&o->w, view_of(room, (size_t)size));
}

static void write_estimates(struct output *o, const struct result *result,
                            const struct tally_asset *asset)
{
    const struct tally *before = &result->tallies[0];

    for (size_t i = 0; i < FORECAST_FACTORS; i++) {
        double factor = forecast_factors[i];
        json_open_object(&o->w);
        json_member(&o->w, "asset", asset->address);
        json_member(&o->w, "symbol", asset->symbol);
        write_double(o, "factor", factor);
        write_double(
            o, "amount",
            forecast_revenue(&result->forecast, before, NULL, asset, factor));
        if (result->sides > 1) {
            write_double(o, "against",
                         forecast_revenue(&result->forecast,
                                          &result->tallies[1], before, asset,
                                          factor));
        }
        json_close_object(&o->w);
        output_flush(o);
    }
}

static void write_forecast(struct output *o, const struct result *result)
{
    json_key(&o->w, "forecast");
    json_open_object(&o->w);
    json_key(&o->w, "pays");
    json_open_object(&o->w);
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        write_double(o, tally_classes[i], result->forecast.pays[i]);
    }
    json_close_object(&o->w);
    write_double(o, "elasticity", result->forecast.elasticity);
    json_key(&o->w, "revenue");
    json_open_array(&o->w);
    const struct tally_asset *asset;
    for (size_t i = 0; (asset = result_asset(result, i)); i++) {
        write_estimates(o, result, asset);
    }
    json_close_array(&o->w);
    json_close_object(&o->w);
}

static void write_all(struct output *o, const struct result *result)
{
    static const char *const agent[3] = {"name", "requests", "org"};
    static const char *const site[3] = {"id", "requests", NULL};
    const struct tally *tally = &result->tallies[0];

    json_open_object(&o->w);
    write_lines(o, tally);
    write_actions(o, tally);
    write_payments(o, &tally->tables[TALLY_PAYMENTS]);
    write_table(o, "agents", &tally->tables[TALLY_AGENTS], agent);
    write_routes(o, &tally->tables[TALLY_ROUTES]);
    write_confusion(o, tally);
    write_table(o, "sites", &tally->tables[TALLY_SITES], site);
    json_member(&o->w, "mode", view_text(result->mode));
    write_seconds(o, tally);
    write_rest(o, result);
    if (result->sides > 1) {
        write_against(o, result);
    }
    if (result->forecast.given) {
        write_forecast(o, result);
    }
    json_close_object(&o->w);
    text_add_char(&o->text, '\n');
    output_flush(o);
}

bool summary_write(const struct result *result, FILE *out)
{
    struct output *o = malloc(sizeof *o);

    if (!o) {
        return false;
    }
    output_start(o, out);
    write_all(o, result);
    bool written = !o->failed;
    free(o);
    return written;
}
