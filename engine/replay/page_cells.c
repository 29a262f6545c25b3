/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells of the page's tables; see page_cells.h.
 */
#include "replay/page_cells.h"

#include <math.h>

#include "replay/html.h"

double sum_as_double(const struct row *row, unsigned decimals)
{
    double sum = 0;

    for (int i = 3; i >= 0; i--) {
        sum = sum * 18446744073709551616.0 + (double)row->amount.word[i];
    }
    return sum / pow(10, decimals);
}

void table_open(FILE *out, const struct column *columns, size_t count)
{
    fputs("<div class=\"scroll\"><table class=\"sorts\"><thead><tr>", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "<th scope=\"col\"%s><button>%s</button></th>",
                columns[i].number ? " class=\"n\"" : "", columns[i].title);
    }
    fputs("</tr></thead><tbody>\n", out);
}

void table_close(FILE *out)
{
    fputs("</tbody></table></div>\n", out);
}

void cell_number(FILE *out, uint64_t n)
{
    fprintf(out, "<td class=\"n\" data-v=\"%llu\">", (unsigned long long)n);
    html_number(out, n);
    fputs("</td>", out);
}

void cell_text(FILE *out, struct view v)
{
    bool none = !v.at || view_equal(v, VIEW("-"));

    fputs(none ? "<td class=\"dim\">" : "<td>", out);
    html_text(out, none ? VIEW("\xe2\x80\x93") : v);
    fputs("</td>", out);
}

void cell_share(FILE *out, uint64_t part, uint64_t whole)
{
    double share = whole ? 100.0 * (double)part / (double)whole : 0;

    fprintf(out, "<td class=\"n\" data-v=\"%.6f\">%.2f%%</td>", share, share);
}

void put_sum(FILE *out, const struct tally_asset *asset, const struct row *row)
{
    char room[AMOUNT_TEXT];
    struct text amount = text_in(room, sizeof room);

    if (row->overflow) {
        fputs("too much to count", out);
        return;
    }
    amount_write_decimal(&amount, &row->amount, asset->decimals);
    fprintf(out, "%.*s ", (int)amount.size, amount.at);
    html_text(out, asset->symbol);
}

void cell_sum(FILE *out, const struct tally *tally, const struct row *row)
{
    const struct tally_asset *asset = tally_asset_find(tally, row->asset);

    if (!asset || row->charged == 0) {
        fputs("<td class=\"n dim\" data-v=\"0\">\xe2\x80\x93</td>", out);
        return;
    }
    fprintf(out, "<td class=\"n\" data-v=\"%.9g\">",
            sum_as_double(row, asset->decimals));
    put_sum(out, asset, row);
    fputs("</td>", out);
}
