/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical JSON in one pass: values are written as they come; at an
 * object's end its members, which lie side by side in the output, are put
 * in order.
 *
 *   out:      {"b":1,"a":{...}        members: b a
 *   at '}':   {"a":{...},"b":1}
 */
#include "payment/canonical.h"

#include <limits.h>

#include "base/json.h"

/* Where decimal notation ends, as ECMAScript has it. */
#define POINT_MAX 21
#define POINT_MIN (-6)
#define EXPONENT_MAX 1000000000L

struct member {
    struct view key; /* unescaped */
    size_t at;       /* of "key":value in the output, without commas */
    size_t size;
};

struct container {
    size_t first; /* its first member, in members */
    size_t at;    /* just after its brace */
    bool comma;   /* something was written in it */
};

struct canonical {
    struct json json;
    struct text out;
    char *spare; /* for members that move; as large as out */
    struct member members[JSON_KEYS_OPEN];
    size_t member_count;
    struct container containers[JSON_DEPTH_MAX + 1];
};

static void write_string(struct text *out, struct view v)
{
    static const char short_from[] = "\b\t\n\f\r\"\\";
    static const char short_to[] = "btnfr\"\\";
    size_t plain = 0;

    text_add_char(out, '"');
    for (size_t i = 0; i < v.size; i++) {
        unsigned char c = (unsigned char)v.at[i];
        const char *known;

        if (c >= ' ' && c != '"' && c != '\\') {
            continue;
        }
        text_add(out, view_of(v.at + plain, i - plain));
        plain = i + 1;
        known = c ? strchr(short_from, c) : NULL;
        text_add_char(out, '\\');
        if (known) {
            text_add_char(out, short_to[known - short_from]);
        } else {
            text_add(out, VIEW("u00"));
            text_add_hex(out, &c, 1);
        }
    }
    text_add(out, view_of(v.at + plain, v.size - plain));
    text_add_char(out, '"');
}

/* A number as its significant digits (with a point among them perhaps, which
 * does not count) and the place of its point: 0.digits * 10^point. */
struct number {
    struct view digits; /* from the first to the last that is not 0 */
    size_t count;       /* of digits */
    long point;
};

static long within(long value, long most)
{
    return value > most ? most : value < -most ? -most : value;
}

static long read_exponent(struct view text)
{
    bool negative = view_starts(text, VIEW("-"));
    long value = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] >= '0' && text.at[i] <= '9' && value < EXPONENT_MAX) {
            value = value * 10 + (text.at[i] - '0');
        }
    }
    return negative ? -value : value;
}

/* Of the text without its sign. */
static struct number read_number(struct view text)
{
    struct number number = {VIEW_NONE, 0, 0};
    size_t mantissa = 0;
    size_t first = SIZE_MAX;
    size_t last = 0;
    long before = 0; /* digits before the point */
    long zeros = 0;  /* digits before the first significant one */
    bool point = false;

    for (; mantissa < text.size && (text.at[mantissa] | 0x20) != 'e';
         mantissa++) {
        char c = text.at[mantissa];

        if (c == '.') {
            point = true;
            continue;
        }
        before += !point;
        if (c != '0') {
            first = first == SIZE_MAX ? mantissa : first;
            last = mantissa;
        }
        zeros += first == SIZE_MAX;
    }
    if (first == SIZE_MAX) {
        return number;
    }
    number.digits = view_of(text.at + first, last - first + 1);
    number.count = number.digits.size -
                   (view_find(number.digits, '.') < number.digits.size);
    number.point = before - zeros;
    if (mantissa < text.size) {
        number.point += read_exponent(
            view_of(text.at + mantissa + 1, text.size - mantissa - 1));
    }
    /* Beyond sense all are one; what is written reads as the same again. */
    number.point = within(number.point, EXPONENT_MAX);
    return number;
}

static void write_zeros(struct text *out, long n)
{
    for (; n > 0; n--) {
        text_add_char(out, '0');
    }
}

/* The digits, with a point after `point` of them if it falls between. */
static void write_digits(struct text *out, const struct number *number,
                         long point)
{
    long written = 0;

    for (size_t i = 0; i < number->digits.size; i++) {
        if (number->digits.at[i] == '.') {
            continue;
        }
        if (written == point && written > 0) {
            text_add_char(out, '.');
        }
        text_add_char(out, number->digits.at[i]);
        written++;
    }
}

static void write_number(struct text *out, struct view text)
{
    bool negative = view_starts(text, VIEW("-"));
    struct number n =
        read_number(negative ? view_of(text.at + 1, text.size - 1) : text);

    if (n.count == 0) {
        text_add_char(out, '0'); /* -0 too */
        return;
    }
    if (negative) {
        text_add_char(out, '-');
    }
    if (n.point > POINT_MIN && n.point <= 0) {
        text_add(out, VIEW("0."));
        write_zeros(out, -n.point);
        write_digits(out, &n, -1);
    } else if (n.point > 0 && n.point <= POINT_MAX) {
        write_digits(out, &n, n.point);
        write_zeros(out, n.point - (long)n.count);
    } else {
        write_digits(out, &n, 1);
        text_add_char(out, 'e');
        text_add_char(out, n.point > 0 ? '+' : '-');
        text_add_u64(out, (uint64_t)(n.point > 0 ? n.point - 1 : 1 - n.point));
    }
}

/* Puts the last container's members in order. */
static void order_members(struct canonical *c, const struct container *last)
{
    struct member *members = c->members + last->first;
    size_t count = c->member_count - last->first;
    struct text sorted = text_in(c->spare, c->out.room);
    bool moved = false;

    for (size_t i = 1; i < count; i++) {
        struct member member = members[i];
        size_t j = i;

        for (; j > 0 && view_compare(members[j - 1].key, member.key) > 0; j--) {
            members[j] = members[j - 1];
            moved = true;
        }
        members[j] = member;
    }
    if (!moved || c->out.cut) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            text_add_char(&sorted, ',');
        }
        text_add(&sorted, view_of(c->out.at + members[i].at, members[i].size));
    }
    memcpy(c->out.at + last->at, sorted.at, sorted.size);
}

static void end_member(struct canonical *c, const struct container *in)
{
    if (c->member_count > in->first) {
        struct member *member = &c->members[c->member_count - 1];

        member->size = c->out.size - member->at;
    }
}

static void start_key(struct canonical *c, struct container *in)
{
    end_member(c, in);
    if (in->comma) {
        text_add_char(&c->out, ',');
    }
    in->comma = false; /* the value follows at once */
    c->members[c->member_count++] =
        (struct member){c->json.text, c->out.size, 0};
    write_string(&c->out, c->json.text);
    text_add_char(&c->out, ':');
}

static void write_end(struct canonical *c, const struct container *ended)
{
    bool is_object = c->json.input.at[c->json.at - 1] == '}';

    if (is_object) {
        end_member(c, ended);
        order_members(c, ended);
        c->member_count = ended->first;
    }
    text_add_char(&c->out, is_object ? '}' : ']');
}

static void write_start(struct canonical *c, char bracket)
{
    text_add_char(&c->out, bracket);
    c->containers[c->json.depth] =
        (struct container){c->member_count, c->out.size, false};
}

static void write_scalar(struct canonical *c)
{
    switch (c->json.kind) {
    case JSON_STRING:
        write_string(&c->out, c->json.text);
        break;
    case JSON_NUMBER:
        write_number(&c->out, c->json.text);
        break;
    case JSON_TRUE:
        text_add(&c->out, VIEW("true"));
        break;
    case JSON_FALSE:
        text_add(&c->out, VIEW("false"));
        break;
    default:
        text_add(&c->out, VIEW("null"));
        break;
    }
}

/* One event of the reader. */
static void step(struct canonical *c)
{
    enum json_kind kind = c->json.kind;
    bool starts = kind == JSON_OBJECT || kind == JSON_ARRAY;
    /* what the value stands in */
    struct container *in = &c->containers[c->json.depth - (starts ? 1 : 0)];

    if (kind == JSON_KEY) {
        start_key(c, in);
        return;
    }
    if (kind == JSON_END) {
        write_end(c, &c->containers[c->json.depth + 1]);
        return;
    }
    if (in->comma) {
        text_add_char(&c->out, ',');
    }
    in->comma = true;
    if (starts) {
        write_start(c, kind == JSON_OBJECT ? '{' : '[');
    } else {
        write_scalar(c);
    }
}

bool canonical_json(struct view value, struct arena *workspace,
                    struct view *out)
{
    struct canonical c;
    size_t room = 2 * value.size;
    char *scratch = arena_alloc(workspace, value.size);
    char *at = arena_alloc(workspace, room);

    c.spare = arena_alloc(workspace, room);
    if (!scratch || !at || !c.spare) {
        return false;
    }
    c.out = text_in(at, room);
    c.member_count = 0;
    c.containers[0] = (struct container){0, 0, false};
    json_start(&c.json, value, JSON_DEPTH_MAX, scratch, value.size);
    while (json_next(&c.json) != JSON_DONE) {
        if (c.json.kind == JSON_ERROR) {
            return false;
        }
        step(&c);
    }
    *out = text_view(&c.out);
    return !c.out.cut;
}
