/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What another configuration would change, and the forecast; see page.h.
 */
#include "replay/html.h"
#include "replay/page.h"
#include "replay/page_cells.h"

static void move_row(const struct result *result, const struct row *row,
                     FILE *out)
{
    const struct sample *example =
        samples_of(&result->examples, row->name, row->other, row->asset, 0);
    size_t at = view_search(row->other, VIEW(MOVE_ARROW));
    size_t skip = at + sizeof MOVE_ARROW - 1;

    fputs("<tr><td><span class=\"chip\">", out);
    html_text(out, row->name);
    fputs("</span></td>", out);
    cell_text(out, view_of(row->other.at, at));
    cell_text(out, view_of(row->other.at + skip, row->other.size - skip));
    cell_number(out, row->requests);
    cell_text(out, row->asset);
    fputs("<td class=\"wide dim\">", out);
    if (example) {
        html_text(out, example->method);
        fputc(' ', out);
        html_text(out, example->path);
        fputs(" \xc2\xb7 ", out);
        html_text(out, example->user_agent);
    }
    fputs("</td></tr>\n", out);
}

static void moves(const struct result *result, FILE *out)
{
    static const struct column columns[] = {
        {"What", false},    {"From", false},       {"To", false},
        {"Requests", true}, {"Because of", false}, {"First example", false}};

    if (result->moves.count == 0) {
        fputs("<p>Nothing moves.</p>", out);
        return;
    }
    table_open(out, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < result->moves.count; i++) {
        move_row(result, &result->moves.rows[i], out);
    }
    table_close(out);
}

/* All rows of one name and asset, of one side. */
static struct row sum_of(const struct table *table, struct view name,
                         struct view asset)
{
    struct row sum = {.asset = asset};

    for (size_t i = 0; i < table->count; i++) {
        if (view_equal(table->rows[i].name, name) &&
            view_equal(table->rows[i].asset, asset)) {
            row_add(&sum, &table->rows[i]);
        }
    }
    return sum;
}

static void revenue_rows(const struct result *result, enum tally_table which,
                         unsigned side, const struct tally_asset *asset,
                         FILE *out)
{
    const struct table *table = &result->tallies[side].tables[which];
    const struct table *other = &result->tallies[0].tables[which];

    for (size_t i = 0; i < table->count; i++) {
        struct view name = table->rows[i].name;
        struct row before = sum_of(other, name, asset->address);
        bool seen = side == 1 && before.charged > 0;
        for (size_t k = 0; k < i; k++) {
            seen |= view_equal(table->rows[k].name, name);
        }
        struct row after =
            sum_of(&result->tallies[1].tables[which], name, asset->address);
        if (seen || before.charged + after.charged == 0 ||
            (side == 0 && before.charged == 0)) {
            continue;
        }
        fputs("<tr>", out);
        cell_text(out, view_equal(name, VIEW("-")) ? VIEW("(no name)") : name);
        cell_number(out, before.charged);
        cell_number(out, after.charged);
        cell_sum(out, &result->tallies[0], &before);
        cell_sum(out, &result->tallies[1], &after);
        fputs("</tr>\n", out);
    }
}

static void revenue(const struct result *result, enum tally_table which,
                    const char *title, FILE *out)
{
    const struct column columns[] = {{title, false},
                                     {"Charged before", true},
                                     {"then", true},
                                     {"Asked for before", true},
                                     {"then", true}};
    const struct tally_asset *asset;

    for (size_t i = 0; (asset = result_asset(result, i)); i++) {
        table_open(out, columns, sizeof columns / sizeof *columns);
        revenue_rows(result, which, 0, asset, out);
        revenue_rows(result, which, 1, asset, out);
        table_close(out);
    }
}

void against_all(const struct result *result, FILE *out)
{
    if (result->sides < 2) {
        return;
    }
    fputs("<section id=\"against\"><h2>What the other configuration "
          "changes</h2><p class=\"soft\">Generation ",
          out);
    html_text(out, view_text(result->generations[0]));
    fputs(" against ", out);
    html_text(out, view_text(result->generations[1]));
    fputs(": ", out);
    for (size_t i = 0; i < MOVE_KINDS; i++) {
        html_number(out, result->moved[i]);
        fprintf(out, " requests change %s%s", move_kinds[i],
                i + 1 < MOVE_KINDS ? ", " : ".</p>");
    }
    moves(result, out);
    fputs("</section>\n<section id=\"before-after\"><h2>Revenue before and "
          "after</h2>",
          out);
    revenue(result, TALLY_ROUTES, "Route", out);
    revenue(result, TALLY_REVENUE, "Agent", out);
    fputs("</section>\n", out);
}

/* ---- the forecast ---- */

static void forecast_row(const struct result *result,
                         const struct tally_asset *asset, double factor,
                         struct view assumed, FILE *out)
{
    const struct tally *before = &result->tallies[0];
    double revenue =
        forecast_revenue(&result->forecast, before, NULL, asset, factor);

    fprintf(out,
            "<tr><td class=\"n\" data-v=\"%g\">\xc3\x97 %g</td>"
            "<td class=\"n\" data-v=\"%.9g\">%.6f ",
            factor, factor, revenue, revenue);
    html_text(out, asset->symbol);
    fputs("</td>", out);
    if (result->sides > 1) {
        revenue = forecast_revenue(&result->forecast, &result->tallies[1],
                                   before, asset, factor);
        fprintf(out, "<td class=\"n\" data-v=\"%.9g\">%.6f ", revenue, revenue);
        html_text(out, asset->symbol);
        fputs("</td>", out);
    }
    fputs("<td class=\"wide dim\">", out);
    html_text(out, assumed);
    fputs("</td></tr>\n", out);
}

void forecast_section(const struct result *result, FILE *out)
{
    static const struct column one[] = {
        {"Prices", true}, {"Revenue", true}, {"If", false}};
    static const struct column two[] = {{"Prices", true},
                                        {"Revenue", true},
                                        {"with the other", true},
                                        {"If", false}};
    char room[256];
    struct text assumed = text_in(room, sizeof room);
    const struct tally_asset *asset;

    if (!result->forecast.given) {
        return;
    }
    forecast_say(&result->forecast, &assumed);
    fputs("<section id=\"forecast\"><h2>Forecast</h2><p class=\"soft\">An "
          "estimate, not a sum: it holds only as far as what stands beside "
          "each figure does.</p>",
          out);
    for (size_t k = 0; (asset = result_asset(result, k)); k++) {
        table_open(out, result->sides > 1 ? two : one,
                   result->sides > 1 ? 4 : 3);
        for (size_t i = 0; i < FORECAST_FACTORS; i++) {
            forecast_row(result, asset, forecast_factors[i],
                         text_view(&assumed), out);
        }
        table_close(out);
    }
    fputs("</section>\n", out);
}
