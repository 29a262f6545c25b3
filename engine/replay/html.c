/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escapes for HTML; see html.h.
 */
#include "replay/html.h"

#include "base/utf8.h"

static const char *reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text(FILE *out, struct view v)
{
    for (size_t i = 0; i < v.size;) {
        size_t length = utf8_length(v.at + i, v.size - i);
        const char *name = reference(v.at[i]);
        if (length == 0) {
            fputs("\xef\xbf\xbd", out);
            i++;
            continue;
        }
        uint32_t code = utf8_code(v.at + i, length);
        if (name) {
            fputs(name, out);
        } else if (utf8_is_unprintable(code)) {
            fprintf(out, "\\u%04x", (unsigned)code);
        } else {
            fwrite(v.at + i, 1, length, out);
        }
        i += length;
    }
}

void html_number(FILE *out, uint64_t n)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) {
            fputc(',', out);
        }
        fputc(digits[i], out);
    }
}

void html_short(FILE *out, double n)
{
    const char *unit = n >= 1e9 ? "G" : n >= 1e6 ? "M" : n >= 1e3 ? "k" : "";
    double by = n >= 1e9 ? 1e9 : n >= 1e6 ? 1e6 : n >= 1e3 ? 1e3 : 1;

    fprintf(out, "%.4g%s", n / by, unit);
}
