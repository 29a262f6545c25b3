/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the page; see page.h.
 */
#include "replay/block.h"
#include "replay/html.h"
#include "replay/page.h"
#include "replay/page_cells.h"

/* What an agent was asked for in an asset. */
static struct row asked_of(const struct tally *tally, struct view agent,
                           struct view asset)
{
    const struct table *rows = &tally->tables[TALLY_REVENUE];
    struct row sum = {.asset = asset};

    for (size_t i = 0; i < rows->count; i++) {
        if (view_equal(rows->rows[i].name, agent) &&
            view_equal(rows->rows[i].asset, asset)) {
            row_add(&sum, &rows->rows[i]);
        }
    }
    return sum;
}

static void agents(const struct tally *tally, FILE *out)
{
    static const struct column columns[] = {
        {"Agent", false}, {"Organisation", false}, {"Requests", true},
        {"Share", true},  {"Charged", true},       {"Would have paid", true}};
    const struct table *table = &tally->tables[TALLY_AGENTS];

    if (table->count == 0) {
        return;
    }
    fputs("<section id=\"agents\"><h2>Agents</h2><p class=\"soft\">By the "
          "name that rules gave them.</p>",
          out);
    table_open(out, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        struct row asked = {.charged = 0};
        for (size_t k = 0; k < tally->asset_count && !asked.charged; k++) {
            asked = asked_of(tally, row->name, tally->assets[k].address);
        }
        fputs("<tr>", out);
        cell_text(out, row->name);
        cell_text(out, row->other);
        cell_number(out, row->requests);
        cell_share(out, row->requests, tally->read);
        cell_number(out, asked.charged);
        cell_sum(out, tally, &asked);
        fputs("</tr>\n", out);
    }
    table_close(out);
    fputs("</section>\n", out);
}

static void routes(const struct tally *tally, FILE *out)
{
    static const struct column columns[] = {{"Route", false},
                                            {"Requests", true},
                                            {"Charged", true},
                                            {"Asked for", true}};
    const struct table *table = &tally->tables[TALLY_ROUTES];

    fputs("<section id=\"routes\"><h2>Routes</h2>", out);
    table_open(out, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < table->count && table->rows[i].requests; i++) {
        const struct row *row = &table->rows[i];
        fputs("<tr>", out);
        cell_text(out, row->name);
        cell_number(out, row->requests);
        cell_number(out, row->charged);
        cell_sum(out, tally, row);
        fputs("</tr>\n", out);
    }
    table_close(out);
}

static void never(const struct table *table, const char *what, FILE *out)
{
    size_t count = 0;

    for (size_t i = 0; i < table->count; i++) {
        count += table->rows[i].requests == 0;
    }
    if (count == 0) {
        return;
    }
    fprintf(out, "<details><summary>%s: %zu</summary><ul class=\"names\">",
            what, count);
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].requests == 0) {
            fputs("<li>", out);
            html_text(out, table->rows[i].name);
            fputs("</li>", out);
        }
    }
    fputs("</ul></details>\n", out);
}

static void simple(const char *id, const char *title, const char *column,
                   const struct table *table, uint64_t whole, FILE *out)
{
    const struct column columns[] = {
        {column, false}, {"Requests", true}, {"Share", true}};

    fprintf(out, "<section id=\"%s\"><h2>%s</h2>", id, title);
    table_open(out, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < table->count && table->rows[i].requests; i++) {
        fputs("<tr>", out);
        cell_text(out, table->rows[i].name);
        cell_number(out, table->rows[i].requests);
        cell_share(out, table->rows[i].requests, whole);
        fputs("</tr>\n", out);
    }
    table_close(out);
}

static void rules(const struct result *result, FILE *out)
{
    const struct tally *tally = &result->tallies[0];
    const struct table *table = &tally->tables[TALLY_RULES];

    if (table->count == 0) {
        return;
    }
    simple("rules", "Rules", "Rule", table, tally->read, out);
    never(table, "Rules that never fired", out);
    fputs("</section>\n", out);
}

/* ---- examples ---- */

static void sample_row(FILE *out, struct view of, const struct sample *sample,
                       bool clients)
{
    fputs("<tr>", out);
    cell_text(out, of);
    cell_text(out, sample->time);
    if (clients) {
        cell_text(out, sample->client);
    }
    cell_text(out, sample->method);
    cell_text(out, sample->host);
    fputs("<td class=\"wide\">", out);
    html_text(out, sample->path);
    fputs("</td><td class=\"wide\">", out);
    html_text(out, sample->user_agent);
    fputs("</td>", out);
    cell_text(out, sample->class);
    fputs("</tr>\n", out);
}

static void samples(const struct result *result, FILE *out)
{
    static const struct column columns[] = {
        {"Rule", false},       {"Time", false}, {"Client", false},
        {"Method", false},     {"Host", false}, {"Path", false},
        {"User agent", false}, {"Class", false}};
    static const struct column without[] = {
        {"Rule", false}, {"Time", false}, {"Method", false},
        {"Host", false}, {"Path", false}, {"User agent", false},
        {"Class", false}};
    const struct table *table = &result->tallies[0].tables[TALLY_RULES];
    bool clients = result->fired.clients;
    const struct sample *sample;

    if (result->fired.count == 0) {
        return;
    }
    fputs("<section id=\"samples\"><h2>Examples by rule</h2><p class=\"soft\">"
          "The first requests that each rule fired for.</p>",
          out);
    table_open(out, clients ? columns : without, clients ? 8 : 7);
    for (size_t i = 0; i < table->count; i++) {
        struct view rule = table->rows[i].name;
        for (size_t k = 0; (sample = samples_of(&result->fired, rule, VIEW_NONE,
                                                VIEW_NONE, k));
             k++) {
            sample_row(out, rule, sample, clients);
        }
    }
    table_close(out);
    fputs("</section>\n", out);
}

static void unreadable(const struct tally *tally, FILE *out)
{
    static const struct column columns[] = {{"Why", false}, {"Lines", true}};

    if (tally_unreadable(tally) == 0) {
        return;
    }
    fputs("<section id=\"unreadable\"><h2>Unreadable lines</h2>", out);
    table_open(out, columns, 2);
    for (size_t i = 0; i < LINE_FAULTS; i++) {
        if (tally->faults[i] > 0) {
            fputs("<tr>", out);
            cell_text(out, view_text(line_fault_text((enum line_fault)i)));
            cell_number(out, tally->faults[i]);
            fputs("</tr>\n", out);
        }
    }
    table_close(out);
    fputs("</section>\n", out);
}

void tables_all(const struct result *result, FILE *out)
{
    const struct tally *tally = &result->tallies[0];

    agents(tally, out);
    routes(tally, out);
    never(&tally->tables[TALLY_ROUTES], "Routes that were never matched", out);
    fputs("</section>\n", out);
    rules(result, out);
    samples(result, out);
    simple("payments", "Payments", "State", &tally->tables[TALLY_PAYMENTS],
           tally->read, out);
    fputs("</section>\n", out);
    if (tally->tables[TALLY_REFUSALS].count > 0) {
        simple("refusals", "Refused", "Because of",
               &tally->tables[TALLY_REFUSALS], tally->read, out);
        fputs("</section>\n", out);
    }
    if (tally->tables[TALLY_SITES].count > 1) {
        simple("sites", "Sites", "Site", &tally->tables[TALLY_SITES],
               tally->read, out);
        fputs("</section>\n", out);
    }
    unreadable(tally, out);
}
