/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a request, judged: names are tokens, values hold no control
 * bytes, Host comes at most once, and it is clear where the body ends. A
 * proxy in front sends none of what is refused here; whoever does is talking
 * to two parsers at once.
 */
#include "sidecar/head.h"

#include <stdint.h>
#include <string.h>

/* RFC 9110 tchar. */
#define ROW(c)                                                                 \
    [c] = true, [c + 1] = true, [c + 2] = true, [c + 3] = true, [c + 4] = true
static const bool token_bytes[256] = {
    ['!'] = true,  ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true,
    ['\''] = true, ['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true,
    ['^'] = true,  ['_'] = true, ['`'] = true, ['|'] = true, ['~'] = true,
    ROW('0'),      ROW('5'),     ROW('A'),     ROW('F'),     ROW('K'),
    ROW('P'),      ROW('U'),     ['Z'] = true, ROW('a'),     ROW('f'),
    ROW('k'),      ROW('p'),     ROW('u'),     ['z'] = true};
#undef ROW

static bool is_token(struct wb_text text)
{
    bool fine = text.size != 0;

    for (size_t i = 0; i < text.size; i++) {
        fine &= token_bytes[(unsigned char)text.data[i]];
    }
    return fine;
}

/* Has one of eight bytes its top bit clear and a value below 0x20, or is it
 * 0x7f? */
static bool has_control(const char *eight)
{
    const uint64_t ones = UINT64_MAX / 255;
    uint64_t word, below, delete;

    memcpy(&word, eight, sizeof word);
    below = (word - ones * 0x20) & ~word;
    word ^= ones * 0x7f;
    delete = (word - ones) & ~word;
    return ((below | delete) & (ones * 0x80)) != 0;
}

/* HTAB, SP, printable, and bytes from 0x80 on. */
static bool is_value(struct wb_text text)
{
    size_t i = 0;

    for (; i + 8 <= text.size && !has_control(text.data + i); i += 8) {
    }
    for (; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

/* No blanks and no control bytes. */
static bool is_target(struct wb_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if (c <= 0x20 || c == 0x7f) {
            return false;
        }
    }
    return text.size != 0;
}

static void trim(struct wb_text *value)
{
    while (value->size > 0 && (value->data[value->size - 1] == ' ' ||
                               value->data[value->size - 1] == '\t')) {
        value->size--;
    }
}

static bool all_nul(const char *from, const char *to, size_t expected)
{
    if (to < from || (size_t)(to - from) != expected) {
        return false;
    }
    while (from < to && *from == '\0') {
        from++;
    }
    return from == to;
}

/* NUL where the colon was, then blanks only. */
static bool colon_gap(const char *from, const char *to)
{
    if (to <= from || *from != '\0') {
        return false;
    }
    for (from++; from < to; from++) {
        if (*from != ' ' && *from != '\t') {
            return false;
        }
    }
    return true;
}

bool head_layout(const struct exchange *x, const char *start, const char *end)
{
    for (size_t i = 0; i < x->field_count; i++) {
        const struct field *field = &x->fields[i];
        const char *name_end = field->name.data + field->name.size;

        if (!all_nul(start, field->name.data, 2) ||
            !colon_gap(name_end, field->value.data)) {
            return false;
        }
        start = field->value.data + field->value.size;
    }
    return all_nul(start, end, 4);
}

/* One length or one coding, never both: anything else is two requests to
 * one of the two readers. */
static enum refusal framing_check(const struct exchange *x)
{
    static const struct wb_text host = {"host", 4};
    static const struct wb_text length = {"content-length", 14};
    static const struct wb_text coding = {"transfer-encoding", 17};
    unsigned hosts = 0, frames = 0;

    for (size_t i = 0; i < x->field_count; i++) {
        const struct field *field = &x->fields[i];

        if (field->name.size != host.size && field->name.size < length.size) {
            continue;
        }
        hosts += text_is_fold(field->name, host);
        frames += text_is_fold(field->name, length);
        if (text_is_fold(field->name, coding)) {
            frames++;
            if (!text_is_fold(field->value, text_of("chunked"))) {
                return REFUSE_FRAMING;
            }
        }
    }
    if (hosts > 1) {
        return REFUSE_TWO_HOSTS;
    }
    return frames > 1 ? REFUSE_FRAMING : REFUSE_NOT;
}

enum refusal head_check(struct exchange *x)
{
    if (!is_token(x->method) || (!x->target_over && !is_target(x->target))) {
        return REFUSE_REQUEST_LINE;
    }
    if (x->target_over) {
        return REFUSE_TARGET_LENGTH;
    }
    if (x->fields_over) {
        return REFUSE_FIELD_COUNT;
    }
    if (x->layout_bad) {
        return REFUSE_FIELD;
    }
    for (size_t i = 0; i < x->field_count; i++) {
        struct field *field = &x->fields[i];

        trim(&field->value);
        if (!is_token(field->name) || !is_value(field->value)) {
            return REFUSE_FIELD;
        }
    }
    return framing_check(x);
}

bool head_has_body(const struct exchange *x)
{
    for (size_t i = 0; i < x->field_count; i++) {
        const struct field *field = &x->fields[i];

        if (text_is_fold(field->name, text_of("transfer-encoding"))) {
            return true;
        }
        if (text_is_fold(field->name, text_of("content-length")) &&
            !text_is(field->value, "0")) {
            return true;
        }
    }
    return false;
}
