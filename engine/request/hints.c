/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client hints: Sec-CH-UA is a list of strings with parameters (RFC 8941),
 *
 *   "Chromium";v="156", "Google Chrome";v="156", "Not?A_Brand";v="24"
 *
 * of which browsers use little. A brand that holds "Not" and "Brand" is
 * GREASE, made up so that nobody relies on the list's form.
 */
#include <stdint.h>

#include "request/browser.h"

#define BRANDS_MAX 16
#define PARAMETERS_MAX 8

static void skip_blanks(struct view *rest)
{
    while (rest->size > 0 && (rest->at[0] == ' ' || rest->at[0] == '\t')) {
        *rest = view_of(rest->at + 1, rest->size - 1);
    }
}

static bool skip_char(struct view *rest, char c)
{
    if (rest->size == 0 || rest->at[0] != c) {
        return false;
    }
    *rest = view_of(rest->at + 1, rest->size - 1);
    return true;
}

/* Cuts a quoted string; *inside still holds its escapes. */
static bool cut_string(struct view *rest, struct view *inside)
{
    size_t i = 0;

    if (!skip_char(rest, '"')) {
        return false;
    }
    while (i < rest->size && rest->at[i] != '"') {
        i += rest->at[i] == '\\' ? 2 : 1;
    }
    if (i >= rest->size) {
        return false;
    }
    *inside = view_of(rest->at, i);
    *rest = view_of(rest->at + i + 1, rest->size - i - 1);
    return true;
}

/* Cuts a key or a token. */
static struct view cut_token(struct view *rest)
{
    size_t i = 0;
    struct view token;

    while (i < rest->size &&
           (ascii_is_alnum(rest->at[i]) || rest->at[i] == '-' ||
            rest->at[i] == '.' || rest->at[i] == '_' || rest->at[i] == '*' ||
            rest->at[i] == '?')) {
        i++;
    }
    token = view_of(rest->at, i);
    *rest = view_of(rest->at + i, rest->size - i);
    return token;
}

/* Reads ";key=value" as often as it comes; *version gets that of "v". */
static bool cut_parameters(struct view *rest, struct view *version)
{
    *version = VIEW_NONE;
    for (unsigned n = 0; skip_char(rest, ';'); n++) {
        struct view key, value = VIEW_NONE;

        skip_blanks(rest);
        key = cut_token(rest);
        if (key.size == 0 || n == PARAMETERS_MAX) {
            return false;
        }
        if (skip_char(rest, '=') && !cut_string(rest, &value)) {
            value = cut_token(rest);
        }
        if (view_equal(key, VIEW("v"))) {
            *version = value;
        }
    }
    return true;
}

static bool is_grease(struct view brand)
{
    return view_search(brand, VIEW("Not")) != SIZE_MAX &&
           view_search(brand, VIEW("Brand")) != SIZE_MAX;
}

static void add_brand(struct text *brands, struct view brand)
{
    if (brands->size > 0) {
        text_add_char(brands, ',');
    }
    for (size_t i = 0; i < brand.size; i++) {
        if (brand.at[i] == '\\' && i + 1 < brand.size) {
            i++;
        }
        text_add_char(brands, brand.at[i]);
    }
}

bool hints_read(struct hints *hints, struct view sec_ch_ua, struct text *brands)
{
    struct view rest = sec_ch_ua;

    hints->has_major = false;
    for (unsigned n = 0; n < BRANDS_MAX; n++) {
        struct view brand, version;
        unsigned long long major;

        skip_blanks(&rest);
        if (!cut_string(&rest, &brand) || !cut_parameters(&rest, &version)) {
            return false;
        }
        if (brands && !is_grease(brand)) {
            add_brand(brands, brand);
        }
        version.size = view_find(version, '.');
        if (view_equal(brand, VIEW("Chromium")) && version.size <= 9 &&
            view_to_u64(version, &major)) {
            hints->major = major;
            hints->has_major = true;
        }
        skip_blanks(&rest);
        if (rest.size == 0) {
            return true;
        }
        if (!skip_char(&rest, ',')) {
            return false;
        }
    }
    return false;
}

bool hints_chromium(struct view sec_ch_ua, uint64_t *major)
{
    const struct view brand = VIEW("\"Chromium\";v=\"");
    size_t at = view_search(sec_ch_ua, brand);
    unsigned long long n = 0;
    size_t digits = 0;

    if (at == SIZE_MAX) {
        return false;
    }
    for (at += brand.size; at < sec_ch_ua.size && digits <= 9 &&
                           sec_ch_ua.at[at] >= '0' && sec_ch_ua.at[at] <= '9';
         at++, digits++) {
        n = 10 * n + (unsigned long long)(sec_ch_ua.at[at] - '0');
    }
    *major = n;
    return digits > 0 && digits <= 9;
}

bool hints_grease(struct view sec_ch_ua)
{
    return view_search(sec_ch_ua, VIEW("Brand")) != SIZE_MAX;
}

struct view hints_unquote(struct view value)
{
    struct view inside;

    value = view_trim(value);
    if (!cut_string(&value, &inside) || value.size > 0 ||
        view_find(inside, '\\') < inside.size) {
        return VIEW_NONE;
    }
    return inside;
}

#define V(literal)                                                             \
    {                                                                          \
        literal, sizeof(literal) - 1                                           \
    }
struct view hints_platform(struct view unquoted)
{
    static const struct {
        struct view hint, platform;
    } rows[] = {
        {V("Windows"), V("windows")},
        {V("macOS"), V("macos")},
        {V("Mac OS X"), V("macos")}, /* before Chromium 93 */
        {V("Android"), V("android")},
        {V("Linux"), V("linux")},
        {V("Chrome OS"), V("chromeos")},
        {V("Chromium OS"), V("chromeos")},
        {V("iOS"), V("ios")},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (view_equal(unquoted, rows[i].hint)) {
            return rows[i].platform;
        }
    }
    return VIEW_NONE;
}
#undef V
