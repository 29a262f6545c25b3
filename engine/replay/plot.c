/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames, scales and axes of plots; see plot.h.
 */
#include "replay/plot.h"

#include <math.h>

#include "base/text.h"
#include "replay/html.h"

void plot_open(struct plot *plot, FILE *out, bool narrow, double height,
               const char *title)
{
    *plot = (struct plot){.out = out, .narrow = narrow, .height = height};
    plot->width = narrow ? 360 : 980;
    plot->left = narrow ? 38 : 48;
    plot->right = plot->width - (narrow ? 6 : 10);
    plot->top = 12;
    plot->bottom = height - 26;
    fprintf(out,
            "<svg class=\"plot %s\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
            "aria-label=\"%s\">\n",
            narrow ? "narrow" : "wide", plot->width, height, title);
}

void plot_close(struct plot *plot)
{
    fputs("</svg>\n", plot->out);
}

static double nice(double n)
{
    double power = pow(10, floor(log10(n)));
    double lead = n / power;

    return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

double plot_scale(struct plot *plot, double most)
{
    double step = nice((most > 0 ? most : 1) / 4);
    double end = ceil((most > 0 ? most : 1) / step - 1e-9) * step;
    int lines = (int)(end / step + 0.5);

    for (int i = 0; i <= lines; i++) {
        double y = plot->bottom - (plot->bottom - plot->top) * i / lines;
        fprintf(plot->out,
                "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                "y2=\"%.1f\"/><text class=\"end\" x=\"%.1f\" y=\"%.1f\">",
                i ? "grid" : "axis", plot->left, plot->right, y, y,
                plot->left - 7, y + 4);
        html_short(plot->out, step * i);
        fputs("</text>\n", plot->out);
    }
    return end;
}

/* ---- times ---- */

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

struct stamp {
    int year, month, day, hour, minute, second;
};

static struct stamp stamp_of(int64_t seconds)
{
    char room[40];
    struct text text = text_in(room, sizeof room - 1);
    struct stamp s = {1970, 1, 1, 0, 0, 0};

    text_add_time(&text, seconds * 1000000);
    room[text.size] = '\0';
    if (sscanf(room, "%4d-%2d-%2dT%2d:%2d:%2d", &s.year, &s.month, &s.day,
               &s.hour, &s.minute, &s.second) != 6 ||
        s.month < 1 || s.month > 12) {
        s.month = 1;
    }
    return s;
}

void plot_put_time(FILE *out, int64_t seconds)
{
    struct stamp s = stamp_of(seconds);

    fprintf(out, "%d %.3s %d, %02d:%02d", s.day, months + 3 * (s.month - 1),
            s.year, s.hour, s.minute);
    if (s.second) {
        fprintf(out, ":%02d", s.second);
    }
}

static void put_tick(FILE *out, int64_t seconds, int64_t step)
{
    struct stamp s = stamp_of(seconds);
    const char *month = months + 3 * (s.month - 1);

    if (step < 60) {
        fprintf(out, "%02d:%02d:%02d", s.hour, s.minute, s.second);
    } else if (step < 86400 && (s.hour || s.minute)) {
        fprintf(out, "%02d:%02d", s.hour, s.minute);
    } else if (step < 86400LL * 28) {
        fprintf(out, "%d %.3s", s.day, month);
    } else if (step < 86400LL * 300) {
        fprintf(out, "%.3s %d", month, s.year);
    } else {
        fprintf(out, "%d", s.year);
    }
}

void plot_times(struct plot *plot, int64_t from, int64_t to)
{
    static const int64_t steps[] = {
        1,        2,         5,         10,        30,      60,      120,
        300,      600,       1800,      3600,      7200,    10800,   21600,
        43200,    86400,     172800,    604800,    1209600, 2629800, 7889400,
        31557600, 157788000, 315576000, 3155760000};
    int64_t wanted = (to - from) / (plot->narrow ? 4 : 9) + 1;
    size_t i = 0;

    while (i + 1 < sizeof steps / sizeof *steps && steps[i] < wanted) {
        i++;
    }
    double scale = (plot->right - plot->left) / (double)(to - from);
    for (int64_t at = (from + steps[i] - 1) / steps[i] * steps[i]; at <= to;
         at += steps[i]) {
        double x = plot->left + (double)(at - from) * scale;
        if (x < plot->left + 12 || x > plot->right - 16) {
            continue;
        }
        fprintf(plot->out,
                "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                "y2=\"%.1f\"/><text class=\"middle\" x=\"%.1f\" y=\"%.1f\">",
                x, x, plot->bottom, plot->bottom + 5, x, plot->bottom + 19);
        put_tick(plot->out, at, steps[i]);
        fputs("</text>\n", plot->out);
    }
}
