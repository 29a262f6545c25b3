/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reckons a forecast from what was charged; see forecast.h.
 */
#include "replay/forecast.h"

#include <math.h>
#include <stdlib.h>

const double forecast_factors[FORECAST_FACTORS] = {0.25, 0.5, 1, 2, 4};

/* A plain number that ends the text. */
static bool number_read(struct view text, double most, double *out)
{
    char room[32];
    char *end;

    if (text.size == 0 || text.size >= sizeof room ||
        !(text.at[0] >= '0' && text.at[0] <= '9')) {
        return false;
    }
    memcpy(room, text.at, text.size);
    room[text.size] = '\0';
    *out = strtod(room, &end);
    return *end == '\0' && isfinite(*out) && *out >= 0 && *out <= most;
}

bool forecast_pays(struct forecast *forecast, const char *text)
{
    struct view value = view_text(text);
    struct view class = view_cut(&value, '=');

    forecast->given = true;
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        if (view_equal(class, view_text(tally_classes[i]))) {
            return number_read(value, 1, &forecast->pays[i]);
        }
    }
    return false;
}

bool forecast_elasticity(struct forecast *forecast, const char *text)
{
    return number_read(view_text(text), 100, &forecast->elasticity);
}

static double as_double(const struct amount *amount, unsigned decimals)
{
    double sum = 0;

    for (int i = 3; i >= 0; i--) {
        sum = sum * 18446744073709551616.0 + (double)amount->word[i];
    }
    return sum / pow(10, decimals);
}

static double share_of(const struct forecast *forecast, struct view class)
{
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        if (view_equal(class, view_text(tally_classes[i]))) {
            return forecast->pays[i];
        }
    }
    return 0;
}

/* Mean price of a row now over that of the same class and route before. */
static double change(const struct row *row, const struct tally *before,
                     double amount, unsigned decimals)
{
    const struct row *old = before
                                ? table_find(&before->tables[TALLY_CHARGES],
                                             row->name, row->other, row->asset)
                                : NULL;

    if (!old || old->charged == 0 || row->charged == 0) {
        return 1;
    }
    double price = amount / (double)row->charged;
    double was = as_double(&old->amount, decimals) / (double)old->charged;
    return was > 0 && price > 0 ? price / was : 1;
}

double forecast_revenue(const struct forecast *forecast,
                        const struct tally *tally, const struct tally *before,
                        const struct tally_asset *asset, double factor)
{
    const struct table *charges = &tally->tables[TALLY_CHARGES];
    double sum = 0;

    for (size_t i = 0; i < charges->count; i++) {
        const struct row *row = &charges->rows[i];
        if (!view_equal(row->asset, asset->address)) {
            continue;
        }
        double amount = as_double(&row->amount, asset->decimals);
        double times = factor * change(row, before, amount, asset->decimals);
        sum += share_of(forecast, row->name) * amount * factor *
               pow(times, -forecast->elasticity);
    }
    return sum;
}

void forecast_say(const struct forecast *forecast, struct text *out)
{
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        text_addf(out, "%s%g%% of %s", i ? ", " : "", forecast->pays[i] * 100,
                  tally_classes[i]);
    }
    text_addf(out, " pay; elasticity %g", forecast->elasticity);
}
