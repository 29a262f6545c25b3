/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads partial summaries and adds them up. They come from other machines:
 * a line that does not fit, parts of unlike configurations and a part that
 * was cut refuse the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "replay/json_line.h"
#include "replay/partial.h"

#define NUMBERS_MAX PARTIAL_HOURS /* of the longest list */

enum member {
    M_WEIGHBRIDGE,
    M_V,
    M_SIDES,
    M_MODE,
    M_GENERATION,
    M_AGAINST,
    M_RATES,
    M_NUMBERS,
    M_READ,
    M_LEFT_OUT,
    M_ALLOW,
    M_REJECT,
    M_BROWSERS_CHARGED,
    M_LABELLED,
    M_TIMED,
    M_FIRST,
    M_LAST,
    M_FAULTS,
    M_CLASSES,
    M_BYTES,
    M_CONFUSION,
    M_HOURS,
    M_OF,
    M_ROW,
    M_TABLE,
    M_NAME,
    M_OTHER,
    M_ASSET,
    M_REQUESTS,
    M_CHARGED,
    M_AMOUNT,
    M_OVERFLOW,
    M_ADDRESS,
    M_NETWORK,
    M_SYMBOL,
    M_DECIMALS,
    M_TIME,
    M_START,
    M_WIDTH,
    M_BY_DEMAND,
    M_DEMAND,
    M_MOVED,
    M_END,
    MEMBERS
};
static const char *const members[MEMBERS] = {
    "weighbridge",
    "v",
    "sides",
    "mode",
    "generation",
    "against",
    "rates",
    "numbers",
    "read",
    "left_out",
    "allow",
    "reject",
    "browsers_charged",
    "labelled",
    "timed",
    "first",
    "last",
    "faults",
    "classes",
    "bytes",
    "confusion",
    "hours",
    "of",
    "row",
    "table",
    "name",
    "other",
    "asset",
    "requests",
    "charged",
    "amount",
    "overflow",
    "address",
    "network",
    "symbol",
    "decimals",
    "time",
    "start",
    "width",
    "by_demand",
    "demand",
    "moved",
    "end",
};

/* One line, taken apart: texts by member; a list's numbers. */
struct partial_line {
    struct view texts[MEMBERS];
    struct {
        enum member member;
        uint64_t items[NUMBERS_MAX];
        size_t count;
    } lists[4];
    size_t lists_count;
    bool wrong;
};

static uint64_t number_of(struct partial_line *line, struct view text)
{
    unsigned long long n = 0;

    line->wrong |= !view_to_u64(text, &n);
    return n;
}

static uint64_t number(struct partial_line *line, enum member member)
{
    return number_of(line, line->texts[member]);
}

static int64_t signed_number(struct partial_line *line, enum member member)
{
    struct view text = line->texts[member];
    bool minus = view_starts(text, VIEW("-"));

    if (minus) {
        text = view_of(text.at + 1, text.size - 1);
    }
    uint64_t n = number_of(line, text);
    line->wrong |= n > INT64_MAX;
    return minus ? -(int64_t)(n & INT64_MAX) : (int64_t)(n & INT64_MAX);
}

static bool is_list(enum member m)
{
    return m == M_FAULTS || m == M_CLASSES || m == M_BYTES ||
           m == M_CONFUSION || m == M_OF || m == M_MOVED;
}

static void add_item(struct partial_line *line, enum member member,
                     struct view value)
{
    size_t last = line->lists_count;

    if (last == 0 || line->lists[last - 1].member != member) {
        if (last == 4) {
            line->wrong = true;
            return;
        }
        line->lists[last].member = member;
        line->lists[last].count = 0;
        last = ++line->lists_count;
    }
    if (line->lists[last - 1].count == NUMBERS_MAX) {
        line->wrong = true;
        return;
    }
    line->lists[last - 1].items[line->lists[last - 1].count++] =
        number_of(line, value);
}

static void value_found(void *user, const struct view *keys, size_t depth,
                        struct view value)
{
    struct partial_line *line = user;

    for (unsigned i = 0; depth == 1 && i < MEMBERS; i++) {
        if (!view_equal(keys[0], view_text(members[i]))) {
            continue;
        }
        if (is_list((enum member)i)) {
            add_item(line, (enum member)i, value);
        } else {
            line->texts[i] = value;
            json_line_unescape(&line->texts[i]);
        }
    }
}

/* Adds a list to as many numbers. */
static void add_list(struct partial_line *line, enum member member,
                     uint64_t *to, size_t count)
{
    for (size_t i = 0; i < line->lists_count; i++) {
        if (line->lists[i].member == member && line->lists[i].count == count) {
            for (size_t k = 0; k < count; k++) {
                to[k] += line->lists[i].items[k];
            }
            return;
        }
    }
    line->wrong = true;
}

static struct amount amount_of(struct partial_line *line, enum member member)
{
    struct amount amount = {{0}};

    line->wrong |= !amount_from_digits(line->texts[member], &amount);
    return amount;
}

/* The side that a line is of. */
static struct tally *side_of(struct result *result, struct partial_line *line,
                             enum member member)
{
    uint64_t side = number(line, member);

    if (side >= result->sides) {
        line->wrong = true;
        side = 0;
    }
    return &result->tallies[side];
}

static void take_numbers(struct result *result, struct partial_line *line)
{
    struct tally *t = side_of(result, line, M_NUMBERS);
    int64_t first = signed_number(line, M_FIRST);
    int64_t last = signed_number(line, M_LAST);

    t->read += number(line, M_READ);
    t->left_out += number(line, M_LEFT_OUT);
    t->allowed += number(line, M_ALLOW);
    t->rejected += number(line, M_REJECT);
    t->browsers_charged += number(line, M_BROWSERS_CHARGED);
    t->labelled += number(line, M_LABELLED);
    if (number(line, M_TIMED)) {
        tally_span(t, first, last);
    }
    add_list(line, M_FAULTS, t->faults, LINE_FAULTS);
    add_list(line, M_CLASSES, t->classes, TALLY_CLASSES);
    add_list(line, M_BYTES, t->bytes, TALLY_CLASSES);
    add_list(line, M_CONFUSION, t->confusion[0], TALLY_LABELS * TALLY_CLASSES);
}

static struct table *table_of(struct result *result, struct partial_line *line)
{
    struct tally *t = side_of(result, line, M_ROW);

    for (size_t i = 0; i < TALLY_TABLES; i++) {
        if (view_equal(line->texts[M_TABLE], view_text(tally_tables[i]))) {
            return &t->tables[i];
        }
    }
    line->wrong |= !view_equal(line->texts[M_TABLE], VIEW(PARTIAL_MOVES));
    return &result->moves;
}

static void take_row(struct result *result, struct partial_line *line)
{
    struct table *table = table_of(result, line);
    struct row from = {
        .requests = number(line, M_REQUESTS),
        .charged = number(line, M_CHARGED),
        .amount = amount_of(line, M_AMOUNT),
        .overflow = number(line, M_OVERFLOW) != 0,
    };
    /* A move is told of its arrow's two sides. */
    line->wrong |=
        !line->texts[M_NAME].at ||
        (table == &result->moves &&
         view_search(line->texts[M_OTHER], VIEW(MOVE_ARROW)) == SIZE_MAX);
    if (line->wrong) {
        return;
    }
    struct row *row = table_row_of_copies(
        table, line->texts[M_NAME], line->texts[M_OTHER], line->texts[M_ASSET]);
    if (row) {
        row_add(row, &from);
    } else {
        result->tallies[0].failed = true;
    }
}

static void take_asset(struct result *result, struct partial_line *line)
{
    struct tally *t = side_of(result, line, M_ASSET);
    uint64_t decimals = number(line, M_DECIMALS);
    struct tally_asset *asset = tally_asset(t, line->texts[M_ADDRESS]);

    line->wrong |= decimals > 36;
    if (!asset) {
        t->failed = true;
    } else if (!asset->symbol.at) {
        asset->symbol = arena_copy(t->names, line->texts[M_SYMBOL]);
        asset->network = arena_copy(t->names, line->texts[M_NETWORK]);
        asset->decimals = (unsigned)(decimals & 63);
    }
}

static void take_time(struct result *result, struct partial_line *line)
{
    struct tally *t = side_of(result, line, M_TIME);
    struct bucket from = {.charged = number(line, M_CHARGED),
                          .amount = amount_of(line, M_AMOUNT)};
    struct timeline *into = &t->line;
    struct timeline one;

    if (line->texts[M_BY_DEMAND].at) {
        from.moved = number(line, M_BY_DEMAND);
        from.demand = amount_of(line, M_DEMAND);
    }
    add_list(line, M_OF, from.classes, TIMELINE_CLASSES);
    line->wrong |= !timeline_of_bucket(&one, signed_number(line, M_START),
                                       signed_number(line, M_WIDTH), &from);
    if (line->wrong) {
        return;
    }
    if (line->texts[M_ASSET].at) {
        struct tally_asset *asset = tally_asset(t, line->texts[M_ASSET]);
        into = asset ? &asset->line : NULL;
    }
    if (!into || !timeline_merge(into, &one)) {
        t->failed = true;
    }
}

static bool same_generation(const char *mine, struct view other)
{
    return view_equal(view_text(mine), other);
}

static const char *take_head(struct result *result, struct partial_line *line)
{
    uint64_t sides = number(line, M_SIDES);
    struct view mode = line->texts[M_MODE];
    struct view first = line->texts[M_GENERATION];
    struct view second = line->texts[M_AGAINST];

    if (number(line, M_V) != 1 || sides < 1 || sides > 2 ||
        first.size >= sizeof result->generations[0] ||
        second.size >= sizeof result->generations[1] ||
        mode.size >= sizeof result->mode) {
        return "a partial summary of another version";
    }
    result->counts |= (unsigned)(number(line, M_RATES) & 3);
    if (result->parts++ > 0) {
        return same_generation(result->generations[0], first) &&
                       same_generation(result->generations[1], second) &&
                       result->sides == sides
                   ? NULL
                   : "made with another configuration than the first";
    }
    result->sides = (unsigned)sides;
    snprintf(result->mode, sizeof result->mode, "%.*s", VIEW_ARG(mode));
    snprintf(result->generations[0], sizeof result->generations[0], "%.*s",
             VIEW_ARG(first));
    snprintf(result->generations[1], sizeof result->generations[1], "%.*s",
             VIEW_ARG(second));
    return NULL;
}

/* A file that is read: parts follow each other. */
struct partial_file {
    bool open;      /* within a part */
    uint64_t lines; /* of it */
};

static const char *take_line(struct result *result, struct partial_file *file,
                             struct partial_line *line)
{
    const char *why = NULL;

    if (line->texts[M_WEIGHBRIDGE].at) {
        if (file->open) {
            return "a part is cut";
        }
        *file = (struct partial_file){true, 0};
        why = take_head(result, line);
    } else if (!file->open) {
        return "not a partial summary";
    } else if (line->texts[M_END].at) {
        file->open = false;
        return number(line, M_END) == file->lines ? NULL : "a part is cut";
    } else if (line->texts[M_NUMBERS].at) {
        take_numbers(result, line);
    } else if (line->texts[M_HOURS].at) {
        add_list(line, M_OF, side_of(result, line, M_HOURS)->hours[0][0],
                 PARTIAL_HOURS);
    } else if (line->texts[M_ROW].at) {
        take_row(result, line);
    } else if (line->texts[M_TIME].at) {
        take_time(result, line);
    } else if (line->texts[M_ASSET].at) {
        take_asset(result, line);
    } else {
        add_list(line, M_MOVED, result->moved, MOVE_KINDS);
    }
    file->lines++;
    return why ? why : line->wrong ? "not a partial summary" : NULL;
}

static const char *read_lines(struct result *result, FILE *in,
                              struct partial_line *line, char **room)
{
    struct partial_file file = {false, 0};
    size_t size = 0;
    ssize_t got;

    while ((got = getline(room, &size, in)) > 0) {
        struct view text = view_trim(view_of(*room, (size_t)got - 1));
        memset(line->texts, 0, sizeof line->texts);
        line->lists_count = 0;
        line->wrong = false;
        if (got > 1 << 20 || (*room)[got - 1] != '\n' ||
            !json_line_read(text, value_found, line)) {
            return "not a partial summary, or cut";
        }
        const char *why = take_line(result, &file, line);
        if (why) {
            return why;
        }
    }
    return ferror(in)           ? "cannot be read"
           : file.open          ? "cut before its end"
           : result->parts == 0 ? "empty"
                                : NULL;
}

bool partial_read(struct result *result, FILE *in, const char **why)
{
    struct partial_line *line = malloc(sizeof *line);
    char *room = NULL;

    *why = line ? read_lines(result, in, line, &room) : "out of memory";
    if (!*why && (result->tallies[0].failed || result->tallies[1].failed)) {
        *why = "out of memory";
    }
    free(room);
    free(line);
    return !*why;
}
