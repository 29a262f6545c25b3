/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Revenue under assumptions that the reader states: which share of each
 * class's charged requests would be paid for, and how demand answers to
 * prices (elasticity e: at f times the price, f^-e of the requests remain).
 * A forecast is no money: it is reckoned in floating point, and every figure
 * is shown with what it assumes.
 */
#ifndef WB_REPLAY_FORECAST_H
#define WB_REPLAY_FORECAST_H

#include "replay/tally.h"

struct forecast {
    bool given;
    double pays[TALLY_CLASSES]; /* 0 to 1 */
    double elasticity;          /* 0: demand does not answer */
};

/* Prices that are tried: so many times those of the policy. */
#define FORECAST_FACTORS 5
extern const double forecast_factors[FORECAST_FACTORS];

/* From "agent=0.2" and "1.5". */
bool forecast_pays(struct forecast *forecast, const char *text);
bool forecast_elasticity(struct forecast *forecast, const char *text);
/* What is paid in `asset`, in whole units, with all prices `factor` times as
 * high. With `before` (may be NULL) demand answers to the change of the mean
 * price of each class and route, too. */
double forecast_revenue(const struct forecast *forecast,
                        const struct tally *tally, const struct tally *before,
                        const struct tally_asset *asset, double factor);
/* "5% of agent, 0% of human, ... pay; elasticity 1" */
void forecast_say(const struct forecast *forecast, struct text *out);

#endif
