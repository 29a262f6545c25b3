/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traffic and prices over time, and the hours of the week; see page.h.
 */
#include <math.h>
#include <stdlib.h>

#include "replay/html.h"
#include "replay/page.h"
#include "replay/page_cells.h"
#include "replay/plot.h"

#define BARS_MOST 60 /* more are drawn as areas */

/* ---- points: neighbouring buckets drawn as one ---- */

struct points {
    const struct timeline *line;
    int64_t width; /* seconds of a point: a multiple of a bucket's */
    int64_t start; /* of the first, a multiple of the width */
    size_t count;
};

static int64_t divide_down(int64_t n, int64_t by)
{
    return n / by - (n % by < 0);
}

/* The least width that people count in and that makes few enough points. */
static struct points points_of(const struct timeline *line, bool narrow)
{
    static const int64_t widths[] = {
        1,      2,      5,          10,          15,          30,
        60,     120,    300,        600,         900,         1800,
        3600,   7200,   10800,      21600,       43200,       86400,
        172800, 604800, 604800 * 4, 604800 * 52, 604800 * 520};
    int64_t most = narrow ? 90 : 170;
    int64_t bucket = timeline_width(line);
    int64_t first = timeline_start(line, 0);
    int64_t end = timeline_start(line, line->count - 1) + bucket;
    size_t i = 0;

    while (i + 1 < sizeof widths / sizeof *widths &&
           (widths[i] % bucket != 0 || (end - first) / widths[i] >= most)) {
        i++;
    }
    int64_t start = divide_down(first, widths[i]) * widths[i];
    return (struct points){line, widths[i], start,
                           (size_t)((end - start + widths[i] - 1) / widths[i])};
}

static int64_t point_start(const struct points *p, size_t i)
{
    return p->start + (int64_t)i * p->width;
}

static struct bucket point(const struct points *p, size_t i)
{
    struct bucket sum = {.charged = 0};
    int64_t bucket = timeline_width(p->line);
    int64_t at = (point_start(p, i) - timeline_start(p->line, 0)) / bucket;

    for (int64_t k = at < 0 ? 0 : at;
         k < at + p->width / bucket && k < (int64_t)p->line->count; k++) {
        bucket_add(&sum, &p->line->buckets[k]);
    }
    return sum;
}

static double x_of(const struct plot *plot, const struct points *p, double i)
{
    return plot->left +
           (plot->right - plot->left) * i / (double)(p->count ? p->count : 1);
}

static double y_of(const struct plot *plot, double value, double end)
{
    return plot->bottom - (plot->bottom - plot->top) * value / end;
}

static double total(const struct bucket *bucket)
{
    double sum = 0;

    for (size_t i = 0; i < TIMELINE_CLASSES; i++) {
        sum += (double)bucket->classes[i];
    }
    return sum;
}

static void put_seconds(FILE *out, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{604800, "week"},
                 {86400, "day"},
                 {3600, "hour"},
                 {60, "minute"},
                 {1, "second"}};
    size_t i = 0;

    while (seconds % units[i].seconds != 0) {
        i++;
    }
    int64_t n = seconds / units[i].seconds;
    if (n == 1) {
        fputs(units[i].name, out);
    } else {
        fprintf(out, "%lld %ss", (long long)n, units[i].name);
    }
}

/* How wide a point is: of the plot for phones perhaps wider. */
static void put_width(FILE *out, const struct timeline *line)
{
    int64_t wide = points_of(line, false).width;
    int64_t narrow = points_of(line, true).width;

    if (wide == narrow) {
        put_seconds(out, wide);
        return;
    }
    fputs("<span class=\"wide\">", out);
    put_seconds(out, wide);
    fputs("</span><span class=\"narrow\">", out);
    put_seconds(out, narrow);
    fputs("</span>", out);
}

/* ---- traffic ---- */

/* The sum of the classes up to and with `class` at a point. */
static double stacked(const struct bucket *bucket, size_t class)
{
    double sum = 0;

    for (size_t i = 0; i <= class; i++) {
        sum += (double)bucket->classes[i];
    }
    return sum;
}

static void draw_bars(struct plot *plot, const struct points *p, double end)
{
    for (size_t i = 0; i < p->count; i++) {
        struct bucket bucket = point(p, i);
        double x = x_of(plot, p, (double)i);
        double width = x_of(plot, p, (double)i + 1) - x;
        for (size_t class = 0; class < TIMELINE_CLASSES; class ++) {
            double high = y_of(plot, stacked(&bucket, class), end);
            double low = class ? y_of(plot, stacked(&bucket, class - 1), end)
                               : plot->bottom;
            if (bucket.classes[class] > 0) {
                fprintf(plot->out,
                        "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
                        "width=\"%.1f\" height=\"%.1f\"/>\n",
                        tally_classes[class], x + width * 0.08, high,
                        width * 0.84, low - high);
            }
        }
    }
}

static void draw_area(struct plot *plot, const struct points *p, double end,
                      size_t class)
{
    fprintf(plot->out, "<path class=\"area %s\" d=\"", tally_classes[class]);
    for (size_t i = 0; i < p->count; i++) {
        struct bucket bucket = point(p, i);
        fprintf(plot->out, "%c%.1f %.1f", i ? 'L' : 'M',
                x_of(plot, p, (double)i + 0.5),
                y_of(plot, stacked(&bucket, class), end));
    }
    for (size_t i = p->count; i-- > 0;) {
        struct bucket bucket = point(p, i);
        double low = class ? stacked(&bucket, class - 1) : 0;
        fprintf(plot->out, "L%.1f %.1f", x_of(plot, p, (double)i + 0.5),
                y_of(plot, low, end));
    }
    fputs("Z\"/>\n", plot->out);
}

/* What a pointer that rests on a point is told. */
static void draw_hits(struct plot *plot, const struct points *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct bucket bucket = point(p, i);
        double x = x_of(plot, p, (double)i);
        fprintf(plot->out,
                "<rect class=\"hit\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                "height=\"%.1f\"><title>",
                x, plot->top, x_of(plot, p, (double)i + 1) - x,
                plot->bottom - plot->top);
        plot_put_time(plot->out, point_start(p, i));
        for (size_t class = 0; class < TIMELINE_CLASSES; class ++) {
            if (bucket.classes[class] > 0) {
                fprintf(plot->out, "\n%s ", tally_classes[class]);
                html_number(plot->out, bucket.classes[class]);
            }
        }
        fputs("</title></rect>\n", plot->out);
    }
}

static void draw_traffic(const struct tally *tally, FILE *out, bool narrow)
{
    struct points p = points_of(&tally->line, narrow);
    struct plot plot;
    double most = 0;

    for (size_t i = 0; i < p.count; i++) {
        struct bucket bucket = point(&p, i);
        most = fmax(most, total(&bucket));
    }
    plot_open(&plot, out, narrow, narrow ? 220 : 280,
              "Requests by class over time");
    double end = plot_scale(&plot, most);
    plot_times(&plot, point_start(&p, 0), point_start(&p, p.count));
    if (p.count <= BARS_MOST) {
        draw_bars(&plot, &p, end);
    } else {
        for (size_t class = 0; class < TIMELINE_CLASSES; class ++) {
            draw_area(&plot, &p, end, class);
        }
    }
    if (!narrow) {
        draw_hits(&plot, &p);
    }
    plot_close(&plot);
}

void plots_traffic(const struct tally *tally, FILE *out)
{
    if (tally->line.count == 0) {
        return;
    }
    fputs("<section id=\"traffic\"><h2>Traffic by class over time</h2>"
          "<p class=\"soft\">Requests per ",
          out);
    put_width(out, &tally->line);
    fputs(", UTC.</p><figure>", out);
    draw_traffic(tally, out, false);
    draw_traffic(tally, out, true);
    fputs("</figure></section>\n", out);
}

/* ---- prices ---- */

static double mean_price(const struct bucket *bucket, unsigned decimals)
{
    struct row row = {.amount = bucket->amount};

    return bucket->charged
               ? sum_as_double(&row, decimals) / (double)bucket->charged
               : 0;
}

/* Of those that demand moved: what it multiplied them by. */
static double mean_demand(const struct bucket *bucket, unsigned decimals)
{
    struct row row = {.amount = bucket->demand};

    (void)decimals;
    return bucket->moved ? sum_as_double(&row, 6) / (double)bucket->moved : 0;
}

typedef double mean_of(const struct bucket *bucket, unsigned decimals);

/* Where nobody was charged there is no price: the curve has a gap. */
static void draw_curve(struct plot *plot, const struct points *p, mean_of *mean,
                       unsigned decimals, double end, const char *class)
{
    bool drawing = false;

    fprintf(plot->out, "<path class=\"curve%s\" d=\"", class);
    for (size_t i = 0; i < p->count; i++) {
        struct bucket bucket = point(p, i);
        double value = mean(&bucket, decimals);
        bool there = mean == mean_price ? bucket.charged > 0 : bucket.moved > 0;
        if (there) {
            double y = y_of(plot, value, end);
            fprintf(plot->out, "%c%.1f %.1fH%.1f", drawing ? 'L' : 'M',
                    x_of(plot, p, (double)i), y, x_of(plot, p, (double)i + 1));
        }
        drawing = there;
    }
    fputs("\"/>\n", plot->out);
}

static void put_point(FILE *out, const struct bucket *bucket, int64_t start,
                      unsigned decimals)
{
    plot_put_time(out, start);
    fputs("\ncharged ", out);
    html_number(out, bucket->charged);
    fprintf(out, "\nmean price %.6g", mean_price(bucket, decimals));
    if (bucket->moved > 0) {
        fprintf(out, "\ndemand \xc3\x97%.3f", mean_demand(bucket, decimals));
    }
}

static void draw_charged(struct plot *plot, const struct points *p,
                         unsigned decimals, double end)
{
    for (size_t i = 0; i < p->count; i++) {
        struct bucket bucket = point(p, i);
        double x = x_of(plot, p, (double)i);
        double y = y_of(plot, (double)bucket.charged, end);
        if (bucket.charged > 0) {
            fprintf(plot->out,
                    "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                    "height=\"%.1f\"><title>",
                    x, y, x_of(plot, p, (double)i + 1) - x, plot->bottom - y);
            put_point(plot->out, &bucket, point_start(p, i), decimals);
            fputs("</title></rect>\n", plot->out);
        }
    }
}

/* The greatest of all points. */
struct peak {
    double price, demand, charged;
};

static struct peak peak_of(const struct points *p, unsigned decimals)
{
    struct peak peak = {0, 0, 0};

    for (size_t i = 0; i < p->count; i++) {
        struct bucket bucket = point(p, i);
        peak.price = fmax(peak.price, mean_price(&bucket, decimals));
        peak.demand = fmax(peak.demand, mean_demand(&bucket, decimals));
        peak.charged = fmax(peak.charged, (double)bucket.charged);
    }
    return peak;
}

/* Field i of n, one above the other. */
static void open_field(struct plot *plot, unsigned i, unsigned n,
                       const char *title)
{
    double height = (plot->height - 16) / n;

    plot->top = height * i + 26;
    plot->bottom = height * (i + 1) - 10;
    fprintf(plot->out, "<text x=\"%.0f\" y=\"%.0f\">%s</text>\n", plot->left,
            plot->top - 14, title);
}

/* Fields over one axis: one scale each is told apart better than several
 * scales in one field. */
static void draw_prices(const struct tally_asset *asset, FILE *out, bool narrow)
{
    struct points p = points_of(&asset->line, narrow);
    struct peak peak = peak_of(&p, asset->decimals);
    unsigned fields = peak.demand > 0 ? 3 : 2;
    struct plot plot;

    plot_open(&plot, out, narrow, 16 + fields * (narrow ? 122 : 142),
              "Mean price, demand and charged requests over time");
    open_field(&plot, 0, fields, "mean price");
    double end = plot_scale(&plot, peak.price);
    draw_curve(&plot, &p, mean_price, asset->decimals, end, "");
    if (peak.demand > 0) {
        open_field(&plot, 1, fields, "demand: the price is multiplied by");
        end = plot_scale(&plot, peak.demand);
        draw_curve(&plot, &p, mean_demand, asset->decimals, end, " demand");
    }
    open_field(&plot, fields - 1, fields, "charged requests");
    end = plot_scale(&plot, peak.charged);
    plot_times(&plot, point_start(&p, 0), point_start(&p, p.count));
    draw_charged(&plot, &p, asset->decimals, end);
    plot_close(&plot);
}

/* Did demand move any price? */
static bool is_moved(const struct timeline *line)
{
    uint64_t moved = 0;

    for (size_t i = 0; i < line->count; i++) {
        moved += line->buckets[i].moved;
    }
    return moved > 0;
}

void plots_prices(const struct tally *tally, FILE *out)
{
    for (size_t i = 0; i < tally->asset_count; i++) {
        const struct tally_asset *asset = &tally->assets[i];
        if (asset->line.count == 0) {
            continue;
        }
        bool moved = is_moved(&asset->line);
        fprintf(out, "<section class=\"prices\"><h2>%s over time, ",
                moved ? "Price and demand" : "Price");
        html_text(out, asset->symbol);
        fprintf(out,
                "</h2><p class=\"soft\">What a charged request was asked for, "
                "%show many were charged, per ",
                moved ? "what demand made of its price, and " : "and ");
        put_width(out, &asset->line);
        fputs(", UTC.</p><figure>", out);
        draw_prices(asset, out, false);
        draw_prices(asset, out, true);
        fputs("</figure></section>\n", out);
    }
}

/* ---- hours ---- */

static uint64_t hour_total(const struct tally *tally, size_t day, size_t hour)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        sum += tally->hours[day][hour][i];
    }
    return sum;
}

static void draw_hour(struct plot *plot, const struct tally *tally, size_t day,
                      size_t hour, uint64_t most)
{
    static const char *const names[WEEK_DAYS] = {
        "Monday", "Tuesday",  "Wednesday", "Thursday",
        "Friday", "Saturday", "Sunday"};
    double width = (plot->right - plot->left) / DAY_HOURS;
    double height = (plot->bottom - plot->top) / WEEK_DAYS;
    uint64_t sum = hour_total(tally, day, hour);
    double share = most ? (double)sum / (double)most : 0;

    fprintf(plot->out,
            "<rect class=\"%s\" fill-opacity=\"%.2f\" x=\"%.1f\" y=\"%.1f\" "
            "width=\"%.1f\" height=\"%.1f\" rx=\"2\"><title>%s %02zu:00\n",
            sum ? "cell" : "none", sum ? 0.1 + 0.9 * share : 1,
            plot->left + width * (double)hour + 1,
            plot->top + height * (double)day + 1, width - 2, height - 2,
            names[day], hour);
    html_number(plot->out, sum);
    fputs(" requests\nof agents ", plot->out);
    html_number(plot->out, tally->hours[day][hour][TALLY_AGENT]);
    fputs("</title></rect>\n", plot->out);
}

static void draw_hours(const struct tally *tally, FILE *out, bool narrow)
{
    static const char days[] = "MonTueWedThuFriSatSun";
    struct plot plot;
    uint64_t most = 0;

    plot_open(&plot, out, narrow, narrow ? 190 : 230, "Requests by hour");
    for (size_t day = 0; day < WEEK_DAYS; day++) {
        for (size_t hour = 0; hour < DAY_HOURS; hour++) {
            uint64_t sum = hour_total(tally, day, hour);
            most = sum > most ? sum : most;
        }
    }
    double height = (plot.bottom - plot.top) / WEEK_DAYS;
    for (size_t day = 0; day < WEEK_DAYS; day++) {
        fprintf(out, "<text class=\"end\" x=\"%.0f\" y=\"%.1f\">%.3s</text>\n",
                plot.left - 8, plot.top + height * ((double)day + 0.5) + 4,
                days + 3 * day);
        for (size_t hour = 0; hour < DAY_HOURS; hour++) {
            draw_hour(&plot, tally, day, hour, most);
        }
    }
    for (size_t hour = 0; hour < DAY_HOURS; hour += narrow ? 6 : 3) {
        fprintf(out,
                "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%02zu</text>\n",
                plot.left +
                    (plot.right - plot.left) * ((double)hour + 0.5) / DAY_HOURS,
                plot.bottom + 18, hour);
    }
    plot_close(&plot);
}

void plots_hours(const struct tally *tally, FILE *out)
{
    if (tally->line.count == 0) {
        return;
    }
    fputs("<section id=\"hours\"><h2>Hours of the week</h2><p class=\"soft\">"
          "All requests by weekday and hour, UTC; the fullest hour is "
          "strongest.</p><figure>",
          out);
    draw_hours(tally, out, false);
    draw_hours(tally, out, true);
    fputs("</figure></section>\n", out);
}
