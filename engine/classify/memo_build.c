/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User agents that differ in build numbers alone are remembered as one: what
 * stands behind the second dot of a number is read by few rules, and by
 * nobody who reads a browser's version.
 *
 *   Chrome/156.0.7204.49 Safari/537.36    what was sent
 *   Chrome/156.0.0000.00 Safari/537.36    what it is remembered as
 *
 * Exact, for such a digit is part of no literal. A literal's own numbers say
 * which numbers it could stand on, and these are left as they are: a number in
 * its midst is one of the value, at its start ("360spider") it ends one, and
 * at its end ("chrome/82.0.4") it begins one.
 */
#include "classify/memo.h"

/* More read numbers than these, and none is left out. */
#define READ_MAX 32

enum stands { STANDS_ANYWHERE, STANDS_FIRST, STANDS_LAST };

struct read_number {
    struct view text;
    enum stands stands;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_of_number(char c)
{
    return c == '.' || is_digit(c);
}

/* The end of the number at `from`. */
static size_t number_end(struct view text, size_t from)
{
    while (from < text.size && is_of_number(text.at[from])) {
        from++;
    }
    return from;
}

/* Where the build of a number starts, behind its second dot; or its size. */
static size_t build_of(struct view number)
{
    size_t first = view_find(number, '.');

    if (first + 1 >= number.size) {
        return number.size;
    }
    first++;
    first += view_find(view_of(number.at + first, number.size - first), '.');
    return first < number.size ? first + 1 : number.size;
}

/* ---- numbers that rules read ---- */

static bool has_digit(struct view text)
{
    size_t i = 0;

    while (i < text.size && !is_digit(text.at[i])) {
        i++;
    }
    return i < text.size;
}

/* Lists the numbers of a literal that could stand on a build. False: there are
 * too many. */
static bool add_literal(struct memo *memo, struct view text, bool glob)
{
    for (size_t i = 0, end; i < text.size; i = end + 1) {
        bool first = i == 0 || glob, last;
        struct view number;
        size_t from;

        end = number_end(text, i);
        last = end == text.size || glob;
        number = view_of(text.at + i, end - i);
        from = first ? 0 : build_of(number);
        if (!has_digit(view_of(number.at + from, number.size - from))) {
            continue;
        }
        if (memo->read_number_count == READ_MAX) {
            return false;
        }
        memo->read_numbers[memo->read_number_count++] =
            (struct read_number){number, first && last ? STANDS_ANYWHERE
                                         : first       ? STANDS_LAST
                                                       : STANDS_FIRST};
    }
    return true;
}

/* A text that is decoded has other numbers. */
static bool is_decoded(const struct plan *plan, uint32_t slot)
{
    for (unsigned i = 0; i < TRANSFORMS_MAX; i++) {
        if (plan->slots[slot].transforms[i] == TRANSFORM_URL_DECODE) {
            return true;
        }
    }
    return false;
}

static bool list_reads(struct memo *memo)
{
    const struct program *p = memo->program;

    for (uint32_t i = 0; i < p->atom_count; i++) {
        const struct atom *atom = &p->atoms[i];

        if (p->plan->source_of[atom->slot] != p->plan->agent ||
            (atom->kind != OP_LITERAL && atom->kind != OP_GLOB)) {
            continue;
        }
        if (is_decoded(p->plan, atom->slot)) {
            return false;
        }
        for (uint32_t k = 0; k < atom->operands.count; k++) {
            if (!add_literal(memo, p->texts[atom->operands.first + k].text,
                             atom->kind == OP_GLOB)) {
                return false;
            }
        }
    }
    return true;
}

bool memo_make_builds(struct memo *memo)
{
    memo->read_numbers =
        arena_array(memo->arena, READ_MAX, sizeof(*memo->read_numbers));
    memo->leaves_builds = memo->read_numbers && list_reads(memo);
    return memo->read_numbers != NULL;
}

/* ---- leaving builds out ---- */

static bool stands(const struct read_number *read, struct view number)
{
    const char *at = number.at;

    if (read->text.size > number.size) {
        return false;
    }
    if (read->stands == STANDS_ANYWHERE) {
        return view_search(number, read->text) != SIZE_MAX;
    }
    if (read->stands == STANDS_LAST) {
        at += number.size - read->text.size;
    }
    return *at == *read->text.at && !memcmp(at, read->text.at, read->text.size);
}

/* Of a number as it was sent, and with zeros. */
static bool is_read(const struct memo *memo, struct view number,
                    const char *zeros)
{
    for (uint32_t i = 0; i < memo->read_number_count; i++) {
        if (stands(&memo->read_numbers[i], number) ||
            stands(&memo->read_numbers[i], view_of(zeros, number.size))) {
            return true;
        }
    }
    return false;
}

/* Writes zeros for the build of the number at the user agent's dot, and sets
 * *left if there was another, which no rule could read. Returns its end. */
static size_t leave_build(const struct memo *memo, struct view agent,
                          size_t dot, char *room, bool *left)
{
    size_t build = dot + 1, end, start = dot;
    bool other = false;

    while (build < agent.size && is_digit(agent.at[build])) {
        build++;
    }
    if (build == agent.size || agent.at[build] != '.') {
        return build;
    }
    for (end = build; end < agent.size && is_of_number(agent.at[end]); end++) {
        if (agent.at[end] != '.') {
            other |= agent.at[end] != '0';
            room[end] = '0';
        }
    }
    while (start > 0 && is_digit(agent.at[start - 1])) {
        start--;
    }
    if (other &&
        is_read(memo, view_of(agent.at + start, end - start), room + start)) {
        memcpy(room + build, agent.at + build, end - build);
        other = false;
    }
    *left |= other;
    return end;
}

struct view memo_without_builds(const struct memo *memo, struct view agent,
                                char room[MEMO_AGENT_MAX])
{
    size_t end = 0, i = 0;
    bool left = false;

    if (!memo->leaves_builds || agent.size > MEMO_AGENT_MAX) {
        return VIEW_NONE;
    }
    memcpy(room, agent.at, agent.size);
    for (; i + 16 <= agent.size; i += 16) {
        unsigned dots = sixteen_bits(sixteen_is(sixteen_at(agent.at + i), '.'));

        for (; dots; dots &= dots - 1) {
            size_t dot = i + (size_t)__builtin_ctz(dots);

            if (dot >= end) {
                end = leave_build(memo, agent, dot, room, &left);
            }
        }
    }
    for (i = end > i ? end : i; i < agent.size; i++) {
        if (agent.at[i] == '.') {
            i = leave_build(memo, agent, i, room, &left) - 1;
        }
    }
    return left ? view_of(room, agent.size) : VIEW_NONE;
}
