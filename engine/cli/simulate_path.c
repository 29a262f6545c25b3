/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated path as a table, as JSON and as a self-contained SVG image.
 */
#include "cli/simulate_path.h"

#include <stdio.h>

#define ROWS 24
#define WIDTH 800.0
#define HEIGHT 180.0 /* of one of three panels */
#define LEFT 60.0
#define GAP 40.0

static void verdict(const struct phase *phase, char *room, size_t size)
{
    if (!phase->in_reach) {
        snprintf(room, size, "beyond the bounds");
    } else if (phase->settled < 0) {
        snprintf(room, size, "does not settle");
    } else {
        snprintf(room, size, "settles in %ld periods", phase->settled);
    }
}

void path_table(const struct path *path)
{
    size_t every = path->count / ROWS + (path->count % ROWS != 0);
    char room[64];

    printf("%s, %s load, elasticity %g, periods of %g s\n\n", path->demand,
           path->shape, path->elasticity, path->period);
    printf("%8s %8s %8s %8s %9s\n", "period", "base", "load", "price",
           "revenue");
    for (size_t i = 0; i < path->count; i += every ? every : 1) {
        const struct moment *m = &path->moments[i];
        printf("%8zu %7.0f%% %7.0f%% %7.3fx %8.0f%%\n", i, 100 * m->base,
               100 * m->load, m->price, 100 * m->revenue);
    }
    printf("\n%14s %8s %8s %8s\n", "periods", "base", "load", "swing");
    for (size_t i = 0; i < path->phase_count; i++) {
        const struct phase *p = &path->phases[i];
        verdict(p, room, sizeof room);
        printf("%6zu..%-6zu %7.0f%% %7.0f%% %7.2fx  %s\n", p->from,
               p->until - 1, 100 * p->base, 100 * p->load, p->swing, room);
    }
}

void path_json(const struct path *path)
{
    printf("{\"demand\":\"%s\",\"shape\":\"%s\",\"elasticity\":%g,"
           "\"seed\":%llu,\"period_seconds\":%g,\"floor\":%g,\"ceiling\":%g,"
           "\"path\":[",
           path->demand, path->shape, path->elasticity, path->seed,
           path->period, path->floor, path->ceiling);
    for (size_t i = 0; i < path->count; i++) {
        const struct moment *m = &path->moments[i];
        printf("%s{\"base\":%.4f,\"load\":%.4f,\"price\":%.6f,"
               "\"revenue\":%.4f}",
               i ? "," : "", m->base, m->load, m->price, m->revenue);
    }
    printf("],\"phases\":[");
    for (size_t i = 0; i < path->phase_count; i++) {
        const struct phase *p = &path->phases[i];
        printf("%s{\"from\":%zu,\"until\":%zu,\"base\":%.4f,\"in_reach\":%s,"
               "\"settled\":%ld,\"load\":%.4f,\"swing\":%.4f}",
               i ? "," : "", p->from, p->until, p->base,
               p->in_reach ? "true" : "false", p->settled, p->load, p->swing);
    }
    printf("]}\n");
}

/* ---- the image ---- */

enum curve { CURVE_PRICE, CURVE_LOAD, CURVE_BASE, CURVE_REVENUE };

static double value_of(const struct moment *m, enum curve curve)
{
    switch (curve) {
    case CURVE_PRICE:
        return m->price;
    case CURVE_LOAD:
        return m->load;
    case CURVE_BASE:
        return m->base;
    case CURVE_REVENUE:
        return m->revenue;
    }
    return 0;
}

static double greatest(const struct path *path, enum curve a, enum curve b)
{
    double most = 1;
    for (size_t i = 0; i < path->count; i++) {
        double x = value_of(&path->moments[i], a);
        double y = value_of(&path->moments[i], b);
        most = x > most ? x : most;
        most = y > most ? y : most;
    }
    return most * 1.05;
}

static void put_curve(const struct path *path, enum curve curve, double top,
                      double most, const char *style)
{
    printf("<polyline fill=\"none\" %s points=\"", style);
    for (size_t i = 0; i < path->count; i++) {
        double last = path->count > 1 ? (double)(path->count - 1) : 1;
        double x = LEFT + WIDTH * (double)i / last;
        double y =
            top + HEIGHT - HEIGHT * value_of(&path->moments[i], curve) / most;
        printf("%.1f,%.1f ", x, y);
    }
    printf("\"/>\n");
}

/* A frame, a line at the target or the plain price, and its name. */
static void put_panel(const char *name, double top, double most)
{
    double one = top + HEIGHT - HEIGHT / most;
    printf("<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" fill=\"none\" "
           "stroke=\"#999\"/>\n<line x1=\"%g\" y1=\"%.1f\" x2=\"%g\" "
           "y2=\"%.1f\" stroke=\"#999\" stroke-dasharray=\"4 4\"/>\n"
           "<text x=\"%g\" y=\"%g\">%s</text>\n"
           "<text x=\"%g\" y=\"%.1f\" text-anchor=\"end\">1</text>\n"
           "<text x=\"%g\" y=\"%g\" text-anchor=\"end\">%.1f</text>\n",
           LEFT, top, WIDTH, HEIGHT, LEFT, one, LEFT + WIDTH, one, LEFT,
           top - 8, name, LEFT - 6, one + 4, LEFT - 6, top + 10, most);
}

void path_svg(const struct path *path)
{
    double width = LEFT + WIDTH + 20;
    double height = 3 * (HEIGHT + GAP) + 50;
    double top = GAP + 20;
    double most = greatest(path, CURVE_PRICE, CURVE_PRICE);

    printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" "
           "height=\"%g\" font-family=\"sans-serif\" font-size=\"12\">\n"
           "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
           "<text x=\"%g\" y=\"20\" font-size=\"15\">%s: %s load, "
           "elasticity %g, %zu periods of %g s</text>\n",
           width, height, LEFT, path->demand, path->shape, path->elasticity,
           path->count, path->period);
    put_panel("price, times the plain price", top, most);
    put_curve(path, CURVE_PRICE, top, most, "stroke=\"#b03\"");
    top += HEIGHT + GAP;
    most = greatest(path, CURVE_LOAD, CURVE_BASE);
    put_panel("load, times the target (grey: at the plain price)", top, most);
    put_curve(path, CURVE_BASE, top, most, "stroke=\"#aaa\"");
    put_curve(path, CURVE_LOAD, top, most, "stroke=\"#06b\"");
    top += HEIGHT + GAP;
    most = greatest(path, CURVE_REVENUE, CURVE_REVENUE);
    put_panel("revenue, times the target at the plain price", top, most);
    put_curve(path, CURVE_REVENUE, top, most, "stroke=\"#080\"");
    printf("</svg>\n");
}
