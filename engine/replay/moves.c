/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares two decisions on one request; see moves.h.
 */
#include "replay/moves.h"

#include "base/text.h"

const char *const move_kinds[MOVE_KINDS] = {"class", "action", "price"};

#define NAME_ROOM 512

struct move {
    enum move_kind kind;
    char from_to_room[NAME_ROOM], blame_room[NAME_ROOM];
    struct view from_to, blame;
};

static struct view answer(const struct wb_request *request,
                          enum wb_answer which)
{
    struct wb_text text = wb_decision_answer(request, which);

    return view_of(text.data, text.size);
}

static bool fired(const struct wb_request *request, struct wb_text rule)
{
    struct wb_text other;

    for (size_t i = 0; (other = wb_decision_rule(request, i, NULL)).data; i++) {
        if (view_equal(view_of(other.data, other.size),
                       view_of(rule.data, rule.size))) {
            return true;
        }
    }
    return false;
}

/* The heaviest rule that fired in one and not in the other. */
static struct view heaviest(const struct wb_request *in,
                            const struct wb_request *not_in, int *weight)
{
    struct view best = VIEW_NONE;
    struct wb_text rule;
    int score;

    for (size_t i = 0; (rule = wb_decision_rule(in, i, &score)).data; i++) {
        int heavy = score < 0 ? -score : score;
        if ((!best.at || heavy > *weight) && !fired(not_in, rule)) {
            best = view_of(rule.data, rule.size);
            *weight = heavy;
        }
    }
    return best;
}

static bool same(const struct wb_request *before,
                 const struct wb_request *after, enum wb_answer which)
{
    return view_equal(answer(before, which), answer(after, which));
}

/* Is the rule that is there now to blame, rather than the one that is gone?
 * Whoever refuses is; else the heavier. */
static bool blames_fresh(const struct move *move, struct view fresh,
                         struct view gone, int fresh_weight, int gone_weight,
                         const struct wb_request *after)
{
    if (!fresh.at || !gone.at) {
        return fresh.at != NULL;
    }
    return move->kind == MOVE_ACTION
               ? view_equal(answer(after, WB_ANSWER_ACTION), VIEW("reject"))
               : fresh_weight >= gone_weight;
}

/* A rule that only one of them knows or met; else the scores of those that
 * both met; else the route, or what is neither: settings. A price that moves
 * for one who is taken for the same as before is the route's. */
static void blame(struct move *move, const struct wb_request *before,
                  const struct wb_request *after)
{
    struct text out = text_in(move->blame_room, sizeof move->blame_room);
    int fresh_weight = 0, gone_weight = 0;
    struct view fresh = heaviest(after, before, &fresh_weight);
    struct view gone = heaviest(before, after, &gone_weight);
    struct view route = answer(after, WB_ANSWER_ROUTE);

    if (move->kind == MOVE_PRICE && same(before, after, WB_ANSWER_CLASS) &&
        same(before, after, WB_ANSWER_AGENT_NAME)) {
        fresh = gone = VIEW_NONE;
    }
    if (blames_fresh(move, fresh, gone, fresh_weight, gone_weight, after)) {
        text_add(&out, VIEW("rule "));
        text_add(&out, fresh);
    } else if (gone.at) {
        text_add(&out, VIEW("rule "));
        text_add(&out, gone);
        text_add(&out, VIEW(" no more"));
    } else if (move->kind == MOVE_CLASS) {
        text_add(&out, VIEW("scores and bands"));
    } else if (!view_equal(route, VIEW("-"))) {
        text_add(&out, VIEW("route "));
        text_add(&out, route);
    } else {
        text_add(&out, VIEW("settings"));
    }
    move->blame = text_view(&out);
}

static void add_price(struct text *out, const struct wb_request *request)
{
    struct view action = answer(request, WB_ANSWER_PRICE_ACTION);

    if (!view_equal(action, VIEW("charge"))) {
        text_add(out, view_equal(action, VIEW("-")) ? VIEW("none") : action);
        return;
    }
    text_add(out, answer(request, WB_ANSWER_PRICE));
    text_add_char(out, ' ');
    text_add(out, answer(request, WB_ANSWER_PRICE_SYMBOL));
}

static void add_side(struct text *out, enum move_kind kind,
                     const struct wb_request *request)
{
    if (kind == MOVE_CLASS) {
        text_add(out, answer(request, WB_ANSWER_CLASS));
    } else if (kind == MOVE_PRICE) {
        add_price(out, request);
    } else {
        struct view reason = answer(request, WB_ANSWER_REASON);
        text_add(out, answer(request, WB_ANSWER_ACTION));
        if (!view_equal(reason, VIEW("-"))) {
            text_add(out, VIEW(": "));
            text_add(out, reason);
        }
    }
}

static bool differs(enum move_kind kind, const struct wb_request *before,
                    const struct wb_request *after)
{
    switch (kind) {
    case MOVE_CLASS:
        return !same(before, after, WB_ANSWER_CLASS);
    case MOVE_ACTION:
        return !same(before, after, WB_ANSWER_ACTION) ||
               !same(before, after, WB_ANSWER_REASON);
    default:
        return !same(before, after, WB_ANSWER_PRICE_ACTION) ||
               !same(before, after, WB_ANSWER_PRICE_AMOUNT) ||
               !same(before, after, WB_ANSWER_PRICE_ASSET);
    }
}

/* Does it move in this way? Then the move is filled. */
static bool find(struct move *move, enum move_kind kind,
                 const struct wb_request *before,
                 const struct wb_request *after)
{
    if (!differs(kind, before, after)) {
        return false;
    }
    move->kind = kind;
    struct text out = text_in(move->from_to_room, sizeof move->from_to_room);
    add_side(&out, kind, before);
    text_add(&out, VIEW(MOVE_ARROW));
    add_side(&out, kind, after);
    move->from_to = text_view(&out);
    blame(move, before, after);
    return true;
}

bool moves_count(struct table *moves, const struct wb_request *before,
                 const struct wb_request *after, uint64_t *moved)
{
    struct move move;
    bool fine = true;

    for (unsigned kind = 0; kind < MOVE_KINDS; kind++) {
        if (find(&move, (enum move_kind)kind, before, after)) {
            struct row *row = table_row_of_copies(
                moves, view_text(move_kinds[kind]), move.from_to, move.blame);
            moved[kind]++;
            fine = fine && row;
            if (row) {
                row->requests++;
            }
        }
    }
    return fine;
}

void moves_sample(struct samples *samples, const struct wb_request *before,
                  const struct wb_request *after)
{
    struct move move;

    for (unsigned kind = 0; kind < MOVE_KINDS; kind++) {
        if (find(&move, (enum move_kind)kind, before, after)) {
            samples_add(samples, view_text(move_kinds[kind]), move.from_to,
                        move.blame, after);
        }
    }
}
