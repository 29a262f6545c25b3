/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plot of revenue by agent and route: a bar for each of the agents that
 * were asked for most, in pieces by route; see page.h.
 */
#include <math.h>
#include <stdlib.h>

#include "replay/html.h"
#include "replay/page.h"
#include "replay/page_cells.h"
#include "replay/plot.h"

#define AGENTS 12
#define ROUTES 6 /* with a colour of their own */

struct revenue {
    const struct table *rows;
    const struct tally_asset *asset;
    struct {
        struct view name;
        double sum;
    } agents[AGENTS], routes[ROUTES];
    size_t agent_count, route_count;
    bool others; /* some routes have no colour of their own */
};

static double value(const struct revenue *r, const struct row *row)
{
    return view_equal(row->asset, r->asset->address)
               ? sum_as_double(row, r->asset->decimals)
               : 0;
}

/* The name's sum over all rows, by agent or by route. */
static double sum_of(const struct revenue *r, struct view name, bool route)
{
    double sum = 0;

    for (size_t i = 0; i < r->rows->count; i++) {
        const struct row *row = &r->rows->rows[i];
        if (view_equal(route ? row->other : row->name, name)) {
            sum += value(r, row);
        }
    }
    return sum;
}

/* Puts a name among the greatest, unless it is there. */
static void rank(struct revenue *r, struct view name, bool route)
{
    size_t most = route ? ROUTES : AGENTS;
    size_t *count = route ? &r->route_count : &r->agent_count;
    double sum = sum_of(r, name, route);
    size_t at;

    if (sum <= 0) {
        return;
    }
    for (size_t i = 0; i < *count; i++) {
        struct view there = route ? r->routes[i].name : r->agents[i].name;
        if (view_equal(there, name)) {
            return;
        }
    }
    for (at = *count; at > 0; at--) {
        double there = route ? r->routes[at - 1].sum : r->agents[at - 1].sum;
        if (there >= sum) {
            break;
        }
        if (at < most && route) {
            r->routes[at] = r->routes[at - 1];
        } else if (at < most) {
            r->agents[at] = r->agents[at - 1];
        }
    }
    if (at < most && route) {
        r->routes[at].name = name;
        r->routes[at].sum = sum;
    } else if (at < most) {
        r->agents[at].name = name;
        r->agents[at].sum = sum;
    }
    r->others |= route && *count == most;
    *count += *count < most;
}

static size_t colour_of(const struct revenue *r, struct view route)
{
    for (size_t i = 0; i < r->route_count; i++) {
        if (view_equal(r->routes[i].name, route)) {
            return i;
        }
    }
    return ROUTES;
}

static struct view agent_name(struct view name)
{
    return view_equal(name, VIEW("-")) ? VIEW("(no name)") : name;
}

/* As much of a name as has room. */
static void put_name(FILE *out, struct view name, bool narrow)
{
    size_t most = narrow ? 14 : 26;

    if (name.size > most) {
        html_text(out, view_of(name.at, most - 1));
        fputs("\xe2\x80\xa6", out);
    } else {
        html_text(out, name);
    }
}

static void draw_agent(struct plot *plot, const struct revenue *r, size_t i,
                       double scale)
{
    double y = plot->top + 26 * (double)i;
    double x = plot->left;
    struct view agent = r->agents[i].name;

    fprintf(plot->out, "<text class=\"end strong\" x=\"%.1f\" y=\"%.1f\">",
            plot->left - 8, y + 14);
    put_name(plot->out, agent_name(agent), plot->narrow);
    fputs("</text>\n", plot->out);
    for (size_t colour = 0; colour <= ROUTES; colour++) {
        for (size_t k = 0; k < r->rows->count; k++) {
            const struct row *row = &r->rows->rows[k];
            double width = value(r, row) * scale;
            if (!view_equal(row->name, agent) || width <= 0 ||
                colour_of(r, row->other) != colour) {
                continue;
            }
            fprintf(plot->out,
                    "<rect class=\"s%zu\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                    "height=\"18\"><title>",
                    colour, x, y, fmax(width, 0.5));
            html_text(plot->out, agent_name(agent));
            fputs(", route ", plot->out);
            html_text(plot->out, row->other);
            fputc('\n', plot->out);
            put_sum(plot->out, r->asset, row);
            fputs("</title></rect>\n", plot->out);
            x += width;
        }
    }
    fprintf(plot->out, "<text x=\"%.1f\" y=\"%.1f\">%.6g</text>\n", x + 7,
            y + 14, r->agents[i].sum);
}

static void draw(const struct revenue *r, FILE *out, bool narrow)
{
    struct plot plot;

    plot_open(&plot, out, narrow, 26 * (double)r->agent_count + 8,
              "Revenue by agent and route");
    plot.left = narrow ? 112 : 190;
    plot.right -= narrow ? 52 : 80;
    plot.top = 4;
    for (size_t i = 0; i < r->agent_count; i++) {
        draw_agent(&plot, r, i, (plot.right - plot.left) / r->agents[0].sum);
    }
    plot_close(&plot);
}

static void put_legend(const struct revenue *r, FILE *out)
{
    fputs("<ul class=\"legend\">", out);
    for (size_t i = 0; i < r->route_count; i++) {
        fprintf(out,
                "<li><svg viewBox=\"0 0 11 11\" aria-hidden=\"true\">"
                "<rect class=\"s%zu\" width=\"11\" height=\"11\" rx=\"3\"/>"
                "</svg>",
                i);
        html_text(out, r->routes[i].name);
        fputs("</li>", out);
    }
    if (r->others) {
        fputs("<li><svg viewBox=\"0 0 11 11\" aria-hidden=\"true\"><rect "
              "class=\"s6\" width=\"11\" height=\"11\" rx=\"3\"/></svg>other "
              "routes</li>",
              out);
    }
    fputs("</ul>", out);
}

void plots_revenue(const struct tally *tally, FILE *out)
{
    for (size_t i = 0; i < tally->asset_count; i++) {
        struct revenue r = {.rows = &tally->tables[TALLY_REVENUE],
                            .asset = &tally->assets[i]};
        for (size_t k = 0; k < r.rows->count; k++) {
            rank(&r, r.rows->rows[k].name, false);
            rank(&r, r.rows->rows[k].other, true);
        }
        if (r.agent_count == 0) {
            continue;
        }
        fputs("<section class=\"revenue\"><h2>Asked for, by agent and route, ",
              out);
        html_text(out, r.asset->symbol);
        fputs("</h2><p class=\"soft\">What each agent would have paid had it "
              "paid every price. Nobody has.</p><figure>",
              out);
        draw(&r, out, false);
        draw(&r, out, true);
        put_legend(&r, out);
        fputs("</figure></section>\n", out);
    }
}
