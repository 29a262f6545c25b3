/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a target: one scan finds where the path ends and whether servers
 * may disagree on it. A plain path costs that scan and no copy.
 */
#include "request/path.h"

#include <stdint.h>

#include "base/sixteen.h"
#include "request/path_wide.h"

/* What one scan finds. */
struct scan {
    size_t end; /* of the path: at '?', '#' or the target's end */
    bool ambiguous;
    bool rewritten; /* canonical is not raw */
    bool escaped;   /* there is an escape */
};

/* Bytes that the scan must look at; all others are themselves. */
static const bool special[256] = {
    [0x00] = true, [0x01] = true, [0x02] = true, [0x03] = true, [0x04] = true,
    [0x05] = true, [0x06] = true, [0x07] = true, [0x08] = true, [0x09] = true,
    [0x0a] = true, [0x0b] = true, [0x0c] = true, [0x0d] = true, [0x0e] = true,
    [0x0f] = true, [0x10] = true, [0x11] = true, [0x12] = true, [0x13] = true,
    [0x14] = true, [0x15] = true, [0x16] = true, [0x17] = true, [0x18] = true,
    [0x19] = true, [0x1a] = true, [0x1b] = true, [0x1c] = true, [0x1d] = true,
    [0x1e] = true, [0x1f] = true, [0x7f] = true, [' '] = true,  ['#'] = true,
    ['%'] = true,  ['.'] = true,  ['/'] = true,  [';'] = true,  ['?'] = true,
    ['\\'] = true, [0xc0] = true, [0xc1] = true, [0xe0] = true, [0xef] = true,
    [0xf0] = true,
};

static bool is_unreserved(int c)
{
    return ascii_is_alnum((char)c) || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

static bool is_lower_hex(char c)
{
    return c >= 'a' && c <= 'f';
}

/* Does a segment end before target[i]? */
static bool segment_ends(struct view target, size_t i)
{
    return i >= target.size || target.at[i] == '/' || target.at[i] == '?' ||
           target.at[i] == '#';
}

/* Up to four bytes from target[i] on, escapes decoded once. */
static size_t peek(struct view target, size_t i, char bytes[4])
{
    size_t n = 0;

    while (n < 4 && i < target.size) {
        int value = target.at[i] == '%' && i + 2 < target.size
                        ? path_hex(target.at[i + 1], target.at[i + 2])
                        : -1;

        bytes[n++] = value < 0 ? target.at[i] : (char)value;
        i += value < 0 ? 1 : 3;
    }
    return n;
}

/* Is there, at target[i], raw or escaped, a sequence that a lax decoder of
 * UTF-8 takes for an ASCII byte? */
static bool is_lax_utf8(struct view target, size_t i)
{
    char bytes[4];

    return path_is_lax_utf8(bytes, peek(target, i, bytes));
}

/* Does decoding the escaped '%' at target[i] uncover an escape? "%252F",
 * "%25%32F", "%25u002F" */
static bool is_nested(struct view target, size_t i)
{
    char bytes[4];
    size_t n = peek(target, i, bytes);

    return n >= 3 &&
           (ascii_lower(bytes[1]) == 'u' || path_hex(bytes[1], bytes[2]) >= 0);
}

/* May an escaped `byte` (its '%' at target[i]) be taken for more than a
 * character of its segment? */
static bool is_wide_escape(struct view target, size_t i, int byte)
{
    switch (byte) {
    case '/':
    case '\\':
    case ';':
    case '.':
    case '?':
    case '#':
    case 0x7f:
    case 0xc0:
    case 0xc1:
        return true;
    case ' ':
        return segment_ends(target, i + 3);
    case '%':
        return is_nested(target, i);
    case 0xe0:
    case 0xef:
    case 0xf0:
        return is_lax_utf8(target, i);
    default:
        return byte < 0x20;
    }
}

/* Looks at the escape at target[i]; returns how many bytes it has. */
static size_t scan_escape(struct scan *scan, struct view target, size_t i)
{
    int byte =
        i + 2 < target.size ? path_hex(target.at[i + 1], target.at[i + 2]) : -1;

    scan->escaped = true;
    if (byte < 0) {
        scan->ambiguous = true;
        return 1;
    }
    if (is_unreserved(byte) || is_lower_hex(target.at[i + 1]) ||
        is_lower_hex(target.at[i + 2])) {
        scan->rewritten = true;
    }
    if (is_wide_escape(target, i, byte)) {
        scan->ambiguous = true;
    }
    return 3;
}

/* Looks at the special byte at target[i] (no escape, no end). */
static void scan_special(struct scan *scan, struct view target, size_t i)
{
    switch (target.at[i]) {
    case '/':
        if (i + 1 < target.size && target.at[i + 1] == '/') {
            scan->ambiguous = true;
        }
        break;
    case '.':
        if (segment_ends(target, i + 1)) {
            scan->ambiguous = true;
            scan->rewritten = true; /* perhaps a dot segment */
        }
        break;
    case ' ':
        scan->ambiguous |= segment_ends(target, i + 1);
        break;
    case (char)0xe0:
    case (char)0xef:
    case (char)0xf0:
        scan->ambiguous |= is_lax_utf8(target, i);
        break;
    default: /* controls, '\', ';', bytes that no UTF-8 has */
        scan->ambiguous = true;
    }
}

/* Where the path ends whose bytes are letters, digits, '-', '_', '.' and
 * single slashes, with no dot at a segment's end: it needs no more looking at.
 * SIZE_MAX of any other, and of short ones. The last sixteen bytes are looked
 * at from the end, and what was seen before is shifted out. */
static size_t plain_end(struct view target)
{
    unsigned after_slash = 0, after_dot = 0;

    if (target.size < 16 || target.at[0] != '/') {
        return SIZE_MAX;
    }
    for (size_t i = 0;; i += 16) {
        size_t left = target.size - i;
        unsigned seen = left < 16 ? (unsigned)(16 - left) : 0;
        sixteen all = sixteen_at(target.at + i - seen);
        sixteen plain = sixteen_between(all | sixteen_of(0x20), 'a', 'z') |
                        sixteen_between(all, '0', '9') | sixteen_is(all, '-') |
                        sixteen_is(all, '_');
        unsigned slash = sixteen_bits(sixteen_is(all, '/')) >> seen;
        unsigned dot = sixteen_bits(sixteen_is(all, '.')) >> seen;
        unsigned end = sixteen_bits(sixteen_is(all, '?')) >> seen |
                       (seen ? 1u << left : 0);
        unsigned good = sixteen_bits(plain) >> seen | slash | dot | end;
        unsigned bad = (~good & 0xffff) | (slash & (slash << 1 | after_slash)) |
                       ((slash | end) & (dot << 1 | after_dot));

        bad &= end ^ (end - 1); /* up to the first end; all if there is none */
        if (bad || end) {
            return bad ? SIZE_MAX : i + (size_t)__builtin_ctz(end);
        }
        after_slash = slash >> 15;
        after_dot = dot >> 15;
    }
}

static struct scan scan_target(struct view target)
{
    struct scan scan = {.end = plain_end(target)};
    size_t i = 0;

    if (scan.end != SIZE_MAX) {
        return scan;
    }
    while (i < target.size) {
        char c = target.at[i];

        if (!special[(unsigned char)c]) {
            i++;
        } else if (c == '?' || c == '#') {
            scan.ambiguous |= c == '#';
            break;
        } else if (c == '%') {
            i += scan_escape(&scan, target, i);
        } else {
            scan_special(&scan, target, i);
            i++;
        }
    }
    scan.end = i;
    if (i == 0 || target.at[0] != '/') {
        scan.ambiguous = true;
        scan.rewritten = true;
    }
    return scan;
}

/* Decodes what needs no escape and puts the others in one form. */
static size_t decode_unreserved(char *out, struct view in)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t size = 0;

    for (size_t i = 0; i < in.size; i++) {
        int byte = in.at[i] == '%' && i + 2 < in.size
                       ? path_hex(in.at[i + 1], in.at[i + 2])
                       : -1;

        if (byte < 0) {
            out[size++] = in.at[i];
            continue;
        }
        if (is_unreserved(byte)) {
            out[size++] = (char)byte;
        } else {
            out[size++] = '%';
            out[size++] = digits[byte >> 4];
            out[size++] = digits[byte & 15];
        }
        i += 2;
    }
    return size;
}

/* "http://host/path" without its scheme and authority; else as it is. */
static struct view cut_origin(struct view raw)
{
    size_t colon = view_find(raw, ':');
    struct view rest;

    if (raw.size == 0 || raw.at[0] == '/' || raw.size - colon < 3 ||
        raw.at[colon + 1] != '/' || raw.at[colon + 2] != '/') {
        return raw;
    }
    rest = view_of(raw.at + colon + 3, raw.size - colon - 3);
    colon = view_find(rest, '/');
    return colon == rest.size ? VIEW("/")
                              : view_of(rest.at + colon, rest.size - colon);
}

static struct view canonical_of(struct view raw, struct arena *workspace)
{
    struct view from = cut_origin(raw);
    char *room = arena_alloc(workspace, from.size);
    size_t size;

    if (!room) {
        return VIEW_NONE;
    }
    size = decode_unreserved(room, from);
    return view_of(room, path_resolve_dots(room, view_of(room, size)));
}

/* The widest reading of a path that is not ambiguous. */
static bool add_widest(struct path *path, bool escaped, struct arena *workspace)
{
    struct view canonical = path->canonical, widest = canonical;
    size_t room_size = canonical.size + 1;
    char *room;

    if (escaped) {
        room = arena_array(workspace, 2, room_size);
        if (!room) {
            return false;
        }
        widest = path_widest(room, room + room_size, canonical);
    } else if (widest.size > 1 && widest.at[widest.size - 1] == '/') {
        widest.size--;
    }
    if (widest.size != canonical.size ||
        (escaped && !view_equal(widest, canonical))) {
        path->readings[path->reading_count++] = widest;
    }
    return true;
}

static void cut_query(struct path *path, struct view target, size_t end)
{
    path->query = VIEW_NONE;
    if (end < target.size && target.at[end] == '?') {
        path->query = view_of(target.at + end + 1, target.size - end - 1);
        path->query.size = view_find(path->query, '#');
    }
}

bool path_read(struct path *path, struct view target, struct arena *workspace)
{
    struct scan scan;
    struct view unhashed = VIEW_NONE;

    path->raw = path->canonical = path->query = VIEW_NONE;
    path->ambiguous = path->crowded = !target.at;
    path->reading_count = 0;
    if (!target.at) {
        return true;
    }
    scan = scan_target(target);
    path->raw = view_of(target.at, scan.end);
    cut_query(path, target, scan.end);
    path->ambiguous = scan.ambiguous;
    path->canonical = path->raw;
    if (scan.rewritten) {
        path->canonical = canonical_of(path->raw, workspace);
        if (!path->canonical.at) {
            return false;
        }
    }
    path->readings[path->reading_count++] = path->canonical;
    if (!scan.ambiguous) {
        return add_widest(path, scan.escaped, workspace);
    }
    if (scan.end < target.size && target.at[scan.end] == '#') {
        unhashed = view_of(target.at, view_find(target, '?'));
    }
    return path_widen(path, unhashed, workspace);
}

struct view query_field(struct view query, struct view name)
{
    while (query.at) {
        struct view value = view_cut(&query, '&');
        struct view key = view_cut(&value, '=');

        if (key.size > 0 && view_equal(key, name)) {
            return value.at ? value : view_of(key.at + key.size, 0);
        }
    }
    return VIEW_NONE;
}
