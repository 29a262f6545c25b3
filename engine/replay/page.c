/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay found, as one page of HTML that needs nothing else: style,
 * script and plots are in it, and its Content-Security-Policy allows just
 * these, by their hashes, and no request to anywhere.
 */
#include "replay/page.h"

#include "base/hash.h"
#include "replay/html.h"
#include "replay/page_cells.h"
#include "replay/plot.h"

/* ---- the head ---- */

static void put_base64(FILE *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t word = (uint32_t)bytes[i] << 16 |
                        (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                        (left > 2 ? bytes[i + 2] : 0);
        for (size_t k = 0; k < 4; k++) {
            fputc(k <= left ? digits[word >> (18 - 6 * k) & 63] : '=', out);
        }
    }
}

static void put_source(FILE *out, const char *what, struct view text)
{
    unsigned char hash[32];

    hash_sha256(hash, text);
    fprintf(out, "; %s 'sha256-", what);
    put_base64(out, hash, sizeof hash);
    fputc('\'', out);
}

static void put_view(FILE *out, struct view v)
{
    fwrite(v.at, 1, v.size, out);
}

static void put_head(FILE *out)
{
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" "
          "content=\"default-src 'none'; base-uri 'none'; form-action 'none'",
          out);
    put_source(out, "style-src", page_style());
    put_source(out, "script-src", page_script());
    fputs("\">\n<meta name=\"viewport\" content=\"width=device-width, "
          "initial-scale=1\">\n<meta name=\"referrer\" "
          "content=\"no-referrer\">\n<title>Weighbridge replay</title>\n"
          "<style>",
          out);
    put_view(out, page_style());
    fputs("</style></head>\n<body><main>\n", out);
}

/* ---- the first lines ---- */

static void put_span(const struct tally *tally, FILE *out)
{
    if (tally->timed) {
        plot_put_time(out, tally->first / 1000000);
        fputs(" to ", out);
        plot_put_time(out, tally->last / 1000000);
        fputs(" UTC", out);
    } else {
        fputs("no request tells its time", out);
    }
}

static void put_header(const struct result *result, FILE *out)
{
    const struct tally *tally = &result->tallies[0];
    const char *name;

    fputs("<header><h1>What these rules and prices would have done</h1>"
          "<p class=\"soft\">",
          out);
    put_span(tally, out);
    fputs(" \xc2\xb7 generation ", out);
    html_text(out, view_text(result->generations[0]));
    fputs(" \xc2\xb7 mode ", out);
    html_text(out, view_text(result->mode));
    fputs("</p>", out);
    if (tally->left_out > 0) {
        fputs("<p class=\"note\">", out);
        html_number(out, tally->left_out);
        fputs(" requests were left out, as was asked.</p>", out);
    }
    if (result->parts > 0) {
        fprintf(out, "<p class=\"note\">Added up from %u parts", result->parts);
        for (size_t i = 0; (name = result_stateful(result, i)); i++) {
            fprintf(out, "%s %s", i ? "," : "; each began without", name);
        }
        fputs(".</p>", out);
    }
    fputs("</header>\n", out);
}

static void card(FILE *out, const char *title, uint64_t n, uint64_t whole)
{
    fputs("<div class=\"card\"><b>", out);
    html_number(out, n);
    fprintf(out, "</b><span>%s", title);
    if (whole > 0) {
        fprintf(out, " \xc2\xb7 %.1f%%", 100.0 * (double)n / (double)whole);
    }
    fputs("</span></div>\n", out);
}

static void put_cards(const struct tally *tally, FILE *out)
{
    fputs("<div class=\"cards\">\n", out);
    card(out, "requests", tally->read, 0);
    card(out, "of agents", tally->classes[TALLY_AGENT], tally->read);
    card(out, "of people", tally->classes[TALLY_HUMAN], tally->read);
    card(out, "refused", tally->rejected, tally->read);
    for (size_t i = 0; i < tally->asset_count && i < 3; i++) {
        struct row sum;
        tally_asset_sum(tally, &tally->assets[i], &sum);
        fputs("<div class=\"card\"><b>", out);
        put_sum(out, &tally->assets[i], &sum);
        fputs("</b><span>asked for, ", out);
        html_number(out, sum.charged);
        fputs(" times</span></div>\n", out);
    }
    card(out, "unreadable lines", tally_unreadable(tally), 0);
    fputs("</div>\n", out);
}

static void put_strip(const struct tally *tally, FILE *out)
{
    double x = 0;

    fputs("<svg class=\"strip\" viewBox=\"0 0 1000 14\" "
          "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Shares of "
          "the classes\">",
          out);
    for (size_t i = 0; i < TALLY_CLASSES && tally->read > 0; i++) {
        double width = 1000.0 * (double)tally->classes[i] / (double)tally->read;
        fprintf(out,
                "<rect class=\"%s\" x=\"%.2f\" width=\"%.2f\" "
                "height=\"14\"/>",
                tally_classes[i], x, width);
        x += width;
    }
    fputs("</svg>\n", out);
}

static void put_classes(const struct tally *tally, FILE *out)
{
    fputs("<section id=\"classes\"><h2>Who asked</h2><p class=\"soft\">"
          "Requests by class.</p>",
          out);
    put_strip(tally, out);
    fputs("<ul class=\"legend\">", out);
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        fprintf(out,
                "<li><svg viewBox=\"0 0 11 11\" aria-hidden=\"true\"><rect "
                "class=\"%s\" width=\"11\" height=\"11\" rx=\"3\"/></svg>"
                "%s <b>",
                tally_classes[i], tally_classes[i]);
        html_number(out, tally->classes[i]);
        fputs("</b></li>", out);
    }
    fputs("</ul></section>\n", out);
}

bool page_write(const struct result *result, FILE *out)
{
    const struct tally *tally = &result->tallies[0];

    if (!hash_start()) {
        return false;
    }
    put_head(out);
    put_header(result, out);
    put_cards(tally, out);
    put_classes(tally, out);
    plots_traffic(tally, out);
    plots_prices(tally, out);
    plots_revenue(tally, out);
    plots_hours(tally, out);
    against_all(result, out);
    forecast_section(result, out);
    tables_all(result, out);
    fputs("<footer>Made by weighbridge replay " WB_VERSION
          ". Amounts are what requests would have been asked for.</footer>\n"
          "</main>\n<script>",
          out);
    put_view(out, page_script());
    fputs("</script></body></html>\n", out);
    return !ferror(out);
}
