/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which requests are counted; see filter.h.
 */
#include "replay/filter.h"

#include "base/record_time.h"

/* Keys and the answer that each is compared with. */
static const struct {
    const char *name;
    enum wb_answer answer;
} keys[] = {
    {"class", WB_ANSWER_CLASS},
    {"site", WB_ANSWER_SITE},
    {"action", WB_ANSWER_ACTION},
    {"agent", WB_ANSWER_AGENT_NAME},
    {"org", WB_ANSWER_AGENT_ORG},
    {"category", WB_ANSWER_AGENT_CATEGORY},
    {"route", WB_ANSWER_ROUTE},
    {"price", WB_ANSWER_PRICE_ACTION},
    {"payment", WB_ANSWER_PAYMENT_STATE},
    {"reason", WB_ANSWER_REASON},
    {"browser-charged", WB_ANSWER_BROWSER_CHARGED},
};
#define KEYS (sizeof keys / sizeof *keys)

const char *filter_key(size_t i)
{
    return i < KEYS        ? keys[i].name
           : i == KEYS     ? "since"
           : i == KEYS + 1 ? "until"
                           : NULL;
}

/* A time, or a day's begin. */
static bool time_read(struct view text, int64_t *out)
{
    char room[32];
    struct text whole = text_in(room, sizeof room);

    if (text.size == 10 && text.at[4] == '-') {
        text_add(&whole, text);
        text_add(&whole, VIEW("T00:00:00Z"));
        text = text_view(&whole);
    }
    return record_time_read(text, out);
}

static bool add_row(struct filter *f, unsigned key, struct view value)
{
    size_t at = f->count;

    if (f->count == FILTER_MAX) {
        return false;
    }
    while (at > 0 && f->rows[at - 1].key > key) {
        f->rows[at] = f->rows[at - 1];
        at--;
    }
    f->rows[at] = (struct filter_row){key, value};
    f->count++;
    return true;
}

bool filter_add(struct filter *f, const char *text)
{
    struct view value = view_text(text);
    struct view key = view_cut(&value, '=');

    if (!value.at) {
        return false;
    }
    for (unsigned i = 0; i < KEYS; i++) {
        if (view_equal(key, view_text(keys[i].name))) {
            return add_row(f, i, value);
        }
    }
    if (view_equal(key, VIEW("since"))) {
        f->since_given = true;
        return time_read(value, &f->since);
    }
    f->until_given = true;
    return view_equal(key, VIEW("until")) && time_read(value, &f->until);
}

bool filter_passes(const struct filter *f, const struct wb_request *request)
{
    int64_t time = wb_request_time(request);

    if ((f->since_given && time < f->since) ||
        (f->until_given && time >= f->until)) {
        return false;
    }
    for (size_t i = 0; i < f->count;) {
        unsigned key = f->rows[i].key;
        struct wb_text got = wb_decision_answer(request, keys[key].answer);
        bool any = false;
        for (; i < f->count && f->rows[i].key == key; i++) {
            any |= view_equal(view_of(got.data, got.size), f->rows[i].value);
        }
        if (!any) {
            return false;
        }
    }
    return true;
}
