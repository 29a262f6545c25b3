/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay found, as a page of text. Names come from configurations,
 * which were checked, or from partial summaries, which were not: they and all
 * that requests brought are escaped for a terminal.
 */
#include "base/json.h"
#include "replay/block.h"
#include "replay/result.h"

#define AGENTS_SHOWN 20
#define RULES_SHOWN 15
#define NEVER_SHOWN 12
#define MOVES_SHOWN 30
#define BAR 24

static unsigned long long number(uint64_t n)
{
    return n;
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

/* ---- text ---- */

/* As JSON would have it, without the quotes: no byte acts on a terminal. */
static size_t put_text(FILE *out, struct view v)
{
    char room[4096];
    struct text text = text_in(room, sizeof room);
    struct json_writer w = {&text, false};

    json_string(&w, v);
    if (text.cut || text.size < 2) {
        return (size_t)fprintf(out, "...");
    }
    fwrite(room + 1, 1, text.size - 2, out);
    return text.size - 2;
}

static void put_cell(FILE *out, struct view v, size_t width)
{
    size_t size = put_text(out, v);

    fprintf(out, "%*s", size < width ? (int)(width - size) : 0, "");
}

static void put_time(FILE *out, const char *before, int64_t time)
{
    char room[40];
    struct text text = text_in(room, sizeof room);

    text_add_time(&text, time);
    fprintf(out, "%s%.*s", before, (int)text.size, text.at);
}

/* A sum in whole units of its asset. */
static void put_sum(FILE *out, const struct tally *tally, const struct row *row)
{
    const struct tally_asset *asset = tally_asset_find(tally, row->asset);
    char room[AMOUNT_TEXT];
    struct text amount = text_in(room, sizeof room);

    if (row->overflow || !asset) {
        fprintf(out, "too much to count");
        return;
    }
    amount_write_decimal(&amount, &row->amount, asset->decimals);
    fprintf(out, "%.*s ", (int)amount.size, amount.at);
    put_text(out, asset->symbol);
}

static void put_bar(FILE *out, uint64_t part, uint64_t whole)
{
    int size = whole ? (int)(share(part, whole) / 100 * BAR + 0.5) : 0;

    if (size > 0) {
        fprintf(out, "  %.*s", size, "########################");
    }
}

/* ---- what was read ---- */

static void lines_report(const struct result *result, FILE *out)
{
    const struct tally *tally = &result->tallies[0];
    uint64_t unreadable = tally_unreadable(tally);

    fprintf(out, "%llu lines: %llu requests, %llu unreadable",
            number(tally->read + tally->left_out + unreadable),
            number(tally->read), number(unreadable));
    if (tally->left_out > 0) {
        fprintf(out, ", %llu left out", number(tally->left_out));
    }
    fprintf(out, "; mode ");
    put_text(out, view_text(result->mode));
    fputc('\n', out);
    for (int i = LINE_FINE + 1; i < LINE_FAULTS; i++) {
        if (tally->faults[i] > 0) {
            fprintf(out, "  %llu %s\n", number(tally->faults[i]),
                    line_fault_text((enum line_fault)i));
        }
    }
    if (tally->timed) {
        put_time(out, "from ", tally->first);
        put_time(out, " to ", tally->last);
        fputc('\n', out);
    }
}

static void classes_report(const struct tally *tally, FILE *out)
{
    bool bytes = false;

    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        bytes |= tally->bytes[i] > 0;
    }
    fprintf(out, "\n%-24s %12s %8s%s\n", "class", "requests", "share",
            bytes ? "            bytes" : "");
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        fprintf(out, "%-24s %12llu %7.2f%%", tally_classes[i],
                number(tally->classes[i]),
                share(tally->classes[i], tally->read));
        if (bytes) {
            fprintf(out, " %16llu", number(tally->bytes[i]));
        }
        put_bar(out, tally->classes[i], tally->read);
        fputc('\n', out);
    }
}

static void table_report(const char *title, const struct table *table,
                         uint64_t whole, FILE *out)
{
    if (table->count == 0) {
        return;
    }
    fprintf(out, "\n%-24s %12s %8s\n", title, "requests", "share");
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        put_cell(out, row->name, 24);
        fprintf(out, " %12llu %7.2f%%\n", number(row->requests),
                share(row->requests, whole));
    }
}

static void actions_report(const struct tally *tally, FILE *out)
{
    fprintf(out, "\n%-24s %12s %8s\n", "action", "requests", "share");
    fprintf(out, "%-24s %12llu %7.2f%%\n", "allow", number(tally->allowed),
            share(tally->allowed, tally->read));
    fprintf(out, "%-24s %12llu %7.2f%%\n", "reject", number(tally->rejected),
            share(tally->rejected, tally->read));
    fprintf(out, "%-24s %12llu %7.2f%%\n", "browsers charged",
            number(tally->browsers_charged),
            share(tally->browsers_charged, tally->read));
}

/* ---- who, and what they would have paid ---- */

static void put_would_pay(FILE *out, const struct tally *tally,
                          struct view agent)
{
    const struct table *revenue = &tally->tables[TALLY_REVENUE];
    const char *between = "  ";

    for (size_t k = 0; k < tally->asset_count; k++) {
        struct row sum = {.asset = tally->assets[k].address};
        for (size_t i = 0; i < revenue->count; i++) {
            if (view_equal(revenue->rows[i].name, agent) &&
                view_equal(revenue->rows[i].asset, sum.asset)) {
                row_add(&sum, &revenue->rows[i]);
            }
        }
        if (sum.charged > 0) {
            fputs(between, out);
            put_sum(out, tally, &sum);
            between = " + ";
        }
    }
}

static void agents_report(const struct tally *tally, FILE *out)
{
    const struct table *table = &tally->tables[TALLY_AGENTS];

    if (table->count == 0) {
        return;
    }
    fprintf(out, "\n%-24s %-18s %12s %8s  %s\n", "agent", "organisation",
            "requests", "share", "would have paid");
    for (size_t i = 0; i < table->count && i < AGENTS_SHOWN; i++) {
        const struct row *row = &table->rows[i];
        put_cell(out, row->name, 25);
        put_cell(out, row->other, 18);
        fprintf(out, " %12llu %7.2f%%", number(row->requests),
                share(row->requests, tally->read));
        put_would_pay(out, tally, row->name);
        fputc('\n', out);
    }
    if (table->count > AGENTS_SHOWN) {
        fprintf(out, "and %zu more\n", table->count - AGENTS_SHOWN);
    }
}

static void routes_report(const struct tally *tally, FILE *out)
{
    const struct table *table = &tally->tables[TALLY_ROUTES];

    if (table->count == 0 || table->rows[0].requests == 0) {
        return;
    }
    fprintf(out, "\n%-24s %12s %12s  %s\n", "route", "requests", "charged",
            "asked for");
    for (size_t i = 0; i < table->count && table->rows[i].requests; i++) {
        const struct row *row = &table->rows[i];
        put_cell(out, row->name, 24);
        fprintf(out, " %12llu %12llu", number(row->requests),
                number(row->charged));
        if (row->charged > 0) {
            fputs("  ", out);
            put_sum(out, tally, row);
        }
        fputc('\n', out);
    }
}

/* ---- rules and routes ---- */

static void never_report(const char *title, const struct table *table,
                         FILE *out)
{
    size_t count = 0;

    for (size_t i = 0; i < table->count; i++) {
        count += table->rows[i].requests == 0;
    }
    if (count == 0) {
        return;
    }
    fprintf(out, "\n%s (%zu):", title, count);
    size_t shown = 0;
    for (size_t i = 0; i < table->count && shown < NEVER_SHOWN; i++) {
        if (table->rows[i].requests == 0) {
            fputs(shown++ ? ", " : " ", out);
            put_text(out, table->rows[i].name);
        }
    }
    if (count > shown) {
        fprintf(out, " and %zu more", count - shown);
    }
    fputc('\n', out);
}

static void put_sample(FILE *out, const struct sample *sample)
{
    const struct view *const parts[] = {
        &sample->time, &sample->client, &sample->method,    &sample->host,
        &sample->path, &sample->class,  &sample->user_agent};

    fputs("   ", out);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i]->at) {
            fputc(' ', out);
            put_text(out, *parts[i]);
        }
    }
    fputc('\n', out);
}

static void put_samples(FILE *out, const struct samples *samples,
                        const struct row *row)
{
    const struct sample *sample;

    for (size_t i = 0;
         (sample = samples_of(samples, row->name, row->other, row->asset, i));
         i++) {
        put_sample(out, sample);
    }
}

static void rules_report(const struct result *result, FILE *out)
{
    const struct table *table = &result->tallies[0].tables[TALLY_RULES];
    size_t most = result->fired.most > 0 ? table->count : RULES_SHOWN;

    if (table->count > 0 && table->rows[0].requests > 0) {
        fprintf(out, "\n%-43s %12s\n", "rule", "fired");
    }
    for (size_t i = 0; i < table->count && i < most && table->rows[i].requests;
         i++) {
        put_cell(out, table->rows[i].name, 43);
        fprintf(out, " %12llu\n", number(table->rows[i].requests));
        put_samples(out, &result->fired, &table->rows[i]);
    }
    never_report("rules that never fired", table, out);
    never_report("routes never matched",
                 &result->tallies[0].tables[TALLY_ROUTES], out);
}

static void confusion_report(const struct tally *tally, FILE *out)
{
    if (tally->labelled == 0) {
        return;
    }
    fprintf(out, "\n%-24s", "labelled as, by class");
    for (size_t k = 0; k < TALLY_CLASSES; k++) {
        fprintf(out, " %10s", tally_classes[k]);
    }
    fputc('\n', out);
    for (size_t i = 0; i < TALLY_LABELS; i++) {
        fprintf(out, "%-24s", tally_labels[i]);
        for (size_t k = 0; k < TALLY_CLASSES; k++) {
            fprintf(out, " %10llu", number(tally->confusion[i][k]));
        }
        fputc('\n', out);
    }
}

/* ---- compared ---- */

static void put_before_after(FILE *out, const struct result *result,
                             struct view name, enum tally_table table,
                             const struct tally_asset *asset)
{
    struct row sums[2];

    for (unsigned side = 0; side < 2; side++) {
        const struct table *rows = &result->tallies[side].tables[table];
        sums[side] = (struct row){.asset = asset->address};
        for (size_t i = 0; i < rows->count; i++) {
            if (view_equal(rows->rows[i].name, name) &&
                view_equal(rows->rows[i].asset, asset->address)) {
                row_add(&sums[side], &rows->rows[i]);
            }
        }
    }
    if (sums[0].charged == 0 && sums[1].charged == 0) {
        return;
    }
    put_cell(out, name, 24);
    fprintf(out, " %12llu %12llu  ", number(sums[0].charged),
            number(sums[1].charged));
    for (unsigned side = 0; side < 2; side++) {
        char room[AMOUNT_TEXT];
        struct text amount = text_in(room, sizeof room);
        amount_write_decimal(&amount, &sums[side].amount, asset->decimals);
        fprintf(out, "%s%.*s", side ? " -> " : "", (int)amount.size, amount.at);
    }
    fputc(' ', out);
    put_text(out, asset->symbol);
    fputc('\n', out);
}

/* Is it the first row of its name, on this side or the one before? */
static bool is_first(const struct result *result, enum tally_table table,
                     unsigned side, size_t place)
{
    struct view name = result->tallies[side].tables[table].rows[place].name;

    for (unsigned s = 0; s <= side; s++) {
        const struct table *rows = &result->tallies[s].tables[table];
        size_t end = s == side ? place : rows->count;
        for (size_t i = 0; i < end; i++) {
            if (view_equal(rows->rows[i].name, name)) {
                return false;
            }
        }
    }
    return true;
}

static void revenue_report(const struct result *result, const char *title,
                           enum tally_table table, FILE *out)
{
    const struct tally_asset *asset;

    fprintf(out, "\n%-24s %12s %12s  %s\n", title, "charged", "then",
            "asked for, before -> after");
    for (unsigned side = 0; side < 2; side++) {
        const struct table *rows = &result->tallies[side].tables[table];
        for (size_t i = 0; i < rows->count; i++) {
            for (size_t k = 0; is_first(result, table, side, i) &&
                               (asset = result_asset(result, k));
                 k++) {
                put_before_after(out, result, rows->rows[i].name, table, asset);
            }
        }
    }
}

static void against_report(const struct result *result, FILE *out)
{
    const struct table *moves = &result->moves;

    fprintf(out,
            "\nAgainst the other configuration: %llu change class, %llu "
            "action, %llu price\n",
            number(result->moved[MOVE_CLASS]),
            number(result->moved[MOVE_ACTION]),
            number(result->moved[MOVE_PRICE]));
    for (size_t i = 0; i < moves->count && i < MOVES_SHOWN; i++) {
        const struct row *row = &moves->rows[i];
        fprintf(out, "%12llu  ", number(row->requests));
        put_cell(out, row->name, 7);
        put_text(out, row->other);
        fputs("  because of ", out);
        put_text(out, row->asset);
        fputc('\n', out);
        put_samples(out, &result->examples, row);
    }
    if (moves->count > MOVES_SHOWN) {
        fprintf(out, "and %zu more ways\n", moves->count - MOVES_SHOWN);
    }
    revenue_report(result, "route", TALLY_ROUTES, out);
    revenue_report(result, "agent", TALLY_REVENUE, out);
}

/* ---- the forecast ---- */

static void forecast_report(const struct result *result, FILE *out)
{
    char room[256];
    struct text assumed = text_in(room, sizeof room);
    const struct tally *before = &result->tallies[0];
    const struct tally_asset *asset;

    if (!result->forecast.given) {
        return;
    }
    forecast_say(&result->forecast, &assumed);
    fprintf(out, "\nForecast, if of what is charged %.*s:\n", (int)assumed.size,
            assumed.at);
    for (size_t k = 0; (asset = result_asset(result, k)); k++) {
        for (size_t i = 0; i < FORECAST_FACTORS; i++) {
            double factor = forecast_factors[i];
            fprintf(out, "  prices times %-5g %14.6f ", factor,
                    forecast_revenue(&result->forecast, before, NULL, asset,
                                     factor));
            put_text(out, asset->symbol);
            if (result->sides > 1) {
                fprintf(out, "  against %14.6f ",
                        forecast_revenue(&result->forecast, &result->tallies[1],
                                         before, asset, factor));
                put_text(out, asset->symbol);
            }
            fprintf(out, "  (%.*s)\n", (int)assumed.size, assumed.at);
        }
    }
}

static void merged_report(const struct result *result, FILE *out)
{
    const char *name;

    if (result->parts == 0) {
        return;
    }
    fprintf(out, "\nAdded up from %u parts", result->parts);
    for (size_t i = 0; (name = result_stateful(result, i)); i++) {
        fprintf(out, "%s %s", i ? "," : ": each part began without", name);
    }
    fputc('\n', out);
}

bool report_write(const struct result *result, FILE *out)
{
    const struct tally *tally = &result->tallies[0];

    lines_report(result, out);
    classes_report(tally, out);
    actions_report(tally, out);
    table_report("refused because of", &tally->tables[TALLY_REFUSALS],
                 tally->read, out);
    table_report("payment", &tally->tables[TALLY_PAYMENTS], tally->read, out);
    agents_report(tally, out);
    if (tally->tables[TALLY_SITES].count > 1) {
        table_report("site", &tally->tables[TALLY_SITES], tally->read, out);
    }
    routes_report(tally, out);
    rules_report(result, out);
    confusion_report(tally, out);
    if (result->sides > 1) {
        against_report(result, out);
    }
    forecast_report(result, out);
    merged_report(result, out);
    return !ferror(out);
}
