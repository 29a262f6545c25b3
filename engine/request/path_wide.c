/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wider readings of an ambiguous path. Servers disagree on what is done to a
 * path and in which order, so the readings are a closure: each transform is
 * applied to each reading until none is new.
 *
 *   /x/..;/premium%2fa  --params-->  /x/../premium%2fa  --dots--> ...
 *         |
 *         +--decode-->  /x/..;/premium/a  --params--> ...
 *
 * A path with more readings than are kept is crowded; pricing then thinks
 * any path possible, so that piling up oddities never makes it cheaper.
 * Every transform writes at most in.size + 1 bytes.
 */
#include "request/path_wide.h"

#include <stdint.h>

#define DECODES_MAX 3
/* Passes until the widest reading stands still: each decoding may uncover
 * work for all others, and a segment's end for its neighbour. */
#define WIDEST_PASSES 8

/* ---- decoding ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int path_hex(char high, char low)
{
    int h = hex_digit(high);
    int l = hex_digit(low);

    return h < 0 || l < 0 ? -1 : h * 16 + l;
}

size_t path_decode(char *out, struct view in)
{
    size_t size = 0;

    for (size_t i = 0; i < in.size; i++) {
        int byte = in.at[i] == '%' && i + 2 < in.size
                       ? path_hex(in.at[i + 1], in.at[i + 2])
                       : -1;

        out[size++] = byte >= 0 ? (char)byte : in.at[i];
        i += byte >= 0 ? 2 : 0;
    }
    return size;
}

/* Hex digits of escapes in upper case; nothing is decoded. */
static size_t upper_escapes(char *out, struct view in)
{
    static const char digits[] = "0123456789ABCDEF";

    memmove(out, in.at, in.size);
    for (size_t i = 0; i + 2 < in.size; i++) {
        int byte = out[i] == '%' ? path_hex(out[i + 1], out[i + 2]) : -1;

        if (byte >= 0) {
            out[i + 1] = digits[byte >> 4];
            out[i + 2] = digits[byte & 15];
            i += 2;
        }
    }
    return in.size;
}

/* The ASCII character whose full-width form has that code, if it is one that
 * matters in paths; else -1. */
static int narrow(int code)
{
    int byte = code - 0xfee0;

    return byte == '.' || byte == '/' || byte == '\\' || byte == ';' ||
                   byte == '%'
               ? byte
               : -1;
}

/* The byte that "%uXXXX" at in[i] stands for, or -1. */
static int wide_escape(struct view in, size_t i)
{
    int high, low;

    if (i + 5 >= in.size || in.at[i] != '%' ||
        ascii_lower(in.at[i + 1]) != 'u') {
        return -1;
    }
    high = path_hex(in.at[i + 2], in.at[i + 3]);
    low = path_hex(in.at[i + 4], in.at[i + 5]);
    if (high < 0 || low < 0) {
        return -1;
    }
    return high == 0 ? low : narrow(high * 256 + low);
}

/* "%u002F", which some servers of Microsoft's and libraries decode. */
static size_t decode_wide(char *out, struct view in)
{
    size_t size = 0;

    for (size_t i = 0; i < in.size; i++) {
        int byte = wide_escape(in, i);

        out[size++] = byte >= 0 ? (char)byte : in.at[i];
        i += byte >= 0 ? 5 : 0;
    }
    return size;
}

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

static int overlong(const unsigned char *b, size_t size, size_t *length)
{
    if (size >= 2 && (b[0] & 0xfe) == 0xc0 && is_tail(b[1])) {
        *length = 2;
        return (b[0] & 1) << 6 | (b[1] & 0x3f);
    }
    if (size >= 3 && b[0] == 0xe0 && (b[1] & 0xfe) == 0x80 && is_tail(b[2])) {
        *length = 3;
        return (b[1] & 1) << 6 | (b[2] & 0x3f);
    }
    if (size >= 4 && b[0] == 0xf0 && b[1] == 0x80 && (b[2] & 0xfe) == 0x80 &&
        is_tail(b[3])) {
        *length = 4;
        return (b[2] & 1) << 6 | (b[3] & 0x3f);
    }
    return -1;
}

static int full_width(const unsigned char *b, size_t size, size_t *length)
{
    *length = 3;
    return size >= 3 && b[0] == 0xef && is_tail(b[1]) && is_tail(b[2])
               ? narrow(0xf000 | (b[1] & 0x3f) << 6 | (b[2] & 0x3f))
               : -1;
}

bool path_is_lax_utf8(const char *at, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)at;
    size_t length;

    return overlong(bytes, size, &length) >= 0 ||
           full_width(bytes, size, &length) >= 0;
}

/* Replaces each sequence that `reads` takes for an ASCII byte. */
static size_t fold_utf8(char *out, struct view in,
                        int (*reads)(const unsigned char *, size_t, size_t *))
{
    size_t size = 0;

    for (size_t i = 0; i < in.size; i++) {
        size_t length = 1;
        int byte =
            (in.at[i] & 0xc0) == 0xc0
                ? reads((const unsigned char *)in.at + i, in.size - i, &length)
                : -1;

        out[size++] = byte >= 0 ? (char)byte : in.at[i];
        i += byte >= 0 ? length - 1 : 0;
    }
    return size;
}

static size_t fold_overlong(char *out, struct view in)
{
    return fold_utf8(out, in, overlong);
}

static size_t fold_full_width(char *out, struct view in)
{
    return fold_utf8(out, in, full_width);
}

/* ---- segments ---- */

/* The end of the segment that starts at in[i]. */
static size_t segment_end(struct view in, size_t i)
{
    return i + view_find(view_of(in.at + i, in.size - i), '/');
}

static bool is_dots(const char *at, size_t size)
{
    return size > 0 && size <= 2 && at[0] == '.' && at[size - 1] == '.';
}

size_t path_resolve_dots(char *out, struct view in)
{
    size_t size = 0;

    if (in.size == 0 || in.at[0] != '/') {
        memmove(out, in.at, in.size);
        return in.size;
    }
    for (size_t i = 0; i < in.size;) {
        size_t end = segment_end(in, i + 1); /* in[i] is '/' */
        size_t length = end - i - 1;

        if (!is_dots(in.at + i + 1, length)) {
            memmove(out + size, in.at + i, end - i);
            size += end - i;
        } else {
            while (length == 2 && size > 0 && out[--size] != '/') {
            }
            if (end == in.size) {
                out[size++] = '/';
            }
        }
        i = end;
    }
    return size;
}

static size_t merge_slashes(char *out, struct view in)
{
    size_t size = 0;

    for (size_t i = 0; i < in.size; i++) {
        if (in.at[i] != '/' || size == 0 || out[size - 1] != '/') {
            out[size++] = in.at[i];
        }
    }
    return size;
}

static size_t cut_parameters(char *out, struct view in)
{
    size_t size = 0;

    for (size_t i = 0; i < in.size; i++) {
        if (in.at[i] == ';') {
            i = segment_end(in, i);
            if (i == in.size) {
                break;
            }
        }
        out[size++] = in.at[i];
    }
    return size;
}

/* What a file system that ignores dots and spaces at a name's end opens. */
static size_t trim_segments(char *out, struct view in)
{
    size_t size = 0;

    for (size_t i = 0; i < in.size;) {
        size_t end = segment_end(in, i);
        size_t kept = end;

        while (kept > i && in.at[kept - 1] == ' ') {
            kept--;
        }
        if (!is_dots(in.at + i, kept - i)) {
            while (kept > i &&
                   (in.at[kept - 1] == '.' || in.at[kept - 1] == ' ')) {
                kept--;
            }
        }
        memmove(out + size, in.at + i, kept - i);
        size += kept - i;
        if (end < in.size) {
            out[size++] = '/';
        }
        i = end + 1;
    }
    return size;
}

static size_t trim_end(char *out, struct view in)
{
    size_t size = in.size;

    while (size > 1 && (in.at[size - 1] == '/' || in.at[size - 1] == '.' ||
                        in.at[size - 1] == ' ')) {
        size--;
    }
    memmove(out, in.at, size);
    return size;
}

/* ---- bytes ---- */

static size_t turn_backslashes(char *out, struct view in)
{
    for (size_t i = 0; i < in.size; i++) {
        out[i] = in.at[i] == '\\' ? '/' : in.at[i];
    }
    return in.size;
}

static size_t cut_at(char *out, struct view in, char c)
{
    size_t size = view_find(in, c);

    memmove(out, in.at, size);
    return size;
}

/* Old Java servers and some caches take ';' for the end of the path. */
static size_t cut_at_semicolon(char *out, struct view in)
{
    return cut_at(out, in, ';');
}

/* A C string ends at NUL. */
static size_t cut_at_nul(char *out, struct view in)
{
    return cut_at(out, in, 0);
}

/* A server that decodes first splits at '?' and '#' that were escaped. */
static size_t cut_at_query(char *out, struct view in)
{
    return cut_at(out, in, '?');
}

static size_t cut_at_fragment(char *out, struct view in)
{
    return cut_at(out, in, '#');
}

/* WHATWG URL parsers drop tabs and line ends wherever they stand. */
static size_t drop_controls(char *out, struct view in)
{
    size_t size = 0;

    for (size_t i = 0; i < in.size; i++) {
        unsigned char c = (unsigned char)in.at[i];

        if ((c >= 0x20 && c != 0x7f) || c == 0) {
            out[size++] = in.at[i];
        }
    }
    return size;
}

/* Not all that see a NUL end there. */
static size_t drop_nuls(char *out, struct view in)
{
    size_t size = 0;

    for (size_t i = 0; i < in.size; i++) {
        if (in.at[i] != 0) {
            out[size++] = in.at[i];
        }
    }
    return size;
}

/* ---- URIs ---- */

/* "//host/path" as a URL parser with a base reads it (new URL() of Node). */
static size_t cut_authority(char *out, struct view in)
{
    size_t i = 0;

    if (in.size < 2 || in.at[0] != '/' || in.at[1] != '/') {
        memmove(out, in.at, in.size);
        return in.size;
    }
    while (i < in.size && in.at[i] == '/') {
        i++;
    }
    i = segment_end(in, i);
    if (i == in.size) {
        out[0] = '/';
        return 1;
    }
    memmove(out, in.at + i, in.size - i);
    return in.size - i;
}

/* The place after "scheme:", or 0. */
static size_t after_scheme(struct view in)
{
    size_t i = 0;

    while (i < in.size && (ascii_is_alnum(in.at[i]) || in.at[i] == '+' ||
                           in.at[i] == '-' || in.at[i] == '.')) {
        i++;
    }
    return i > 0 && i < in.size && in.at[i] == ':' ? i + 1 : 0;
}

static size_t cut_scheme(char *out, struct view in)
{
    size_t from = after_scheme(in);

    memmove(out, in.at + from, in.size - from);
    return in.size - from;
}

/* URL parsers pass over spaces and controls before a URL. */
static size_t trim_start(char *out, struct view in)
{
    size_t from = 0;

    while (from < in.size && (unsigned char)in.at[from] <= ' ') {
        from++;
    }
    memmove(out, in.at + from, in.size - from);
    return in.size - from;
}

static size_t add_root(char *out, struct view in)
{
    size_t added = in.size == 0 || in.at[0] != '/';

    memmove(out + added, in.at, in.size);
    out[0] = '/';
    return in.size + added;
}

/* ---- closure ---- */

typedef size_t transform(char *out, struct view in);

/* First those that decode, then the rest of the widest reading's, in its
 * order, then those that are not part of it. */
static transform *const transforms[] = {
    path_decode,      decode_wide,   fold_overlong,   fold_full_width,
    cut_at_nul,       cut_at_query,  cut_at_fragment, drop_controls,
    turn_backslashes, trim_start,    cut_scheme,      add_root,
    cut_parameters,   trim_segments, merge_slashes,   path_resolve_dots,
    cut_at_semicolon, drop_nuls,     cut_authority,   trim_end,
};
#define TRANSFORMS (sizeof(transforms) / sizeof(transforms[0]))
#define TRANSFORMS_DECODE 2
#define TRANSFORMS_WIDEST 16

/* One pass of the widest reading, over `out`; is it changed? */
static bool widen_in_place(char *out, char *spare, struct view *in, bool decode)
{
    bool changed = false;

    for (size_t i = decode ? 0 : TRANSFORMS_DECODE; i < TRANSFORMS_WIDEST;
         i++) {
        size_t size = transforms[i](spare, *in);

        if (!view_equal(view_of(spare, size), *in)) {
            memcpy(out, spare, size);
            *in = view_of(out, size);
            changed = true;
        }
    }
    return changed;
}

struct view path_widest(char *out, char *spare, struct view in)
{
    memmove(out, in.at, in.size);
    in = view_of(out, in.size);
    for (unsigned pass = 0; pass < WIDEST_PASSES; pass++) {
        if (!widen_in_place(out, spare, &in, pass < DECODES_MAX)) {
            break;
        }
    }
    in.size = trim_end(out, in);
    return in;
}

/* The closure under way. */
struct closure {
    struct path *path;
    unsigned char decodes[PATH_READINGS_MAX]; /* of each reading */
    char *room;
    size_t left;
};

/* One place is kept for the widest. */
#define CLOSURE_MAX (PATH_READINGS_MAX - 1)

static bool holds(const struct path *path, struct view reading)
{
    for (size_t i = 0; i < path->reading_count; i++) {
        if (view_equal(path->readings[i], reading)) {
            return true;
        }
    }
    return false;
}

/* Takes a reading that stands outside of the room, or at its start. */
static void take(struct closure *c, struct view reading, unsigned decodes)
{
    struct path *path = c->path;

    if (holds(path, reading)) {
        return;
    }
    if (path->reading_count == CLOSURE_MAX) {
        path->crowded = true;
        return;
    }
    c->decodes[path->reading_count] = (unsigned char)decodes;
    path->readings[path->reading_count++] = reading;
    if (reading.at == c->room) {
        c->room += reading.size;
        c->left -= reading.size;
    }
}

/* A target as sent. Case of hex digits makes no reading of its own. */
static void take_seed(struct closure *c, struct view seed)
{
    if (c->left < seed.size) {
        c->path->crowded = true;
        return;
    }
    take(c, view_of(c->room, upper_escapes(c->room, seed)), 0);
}

static void widen_one(struct closure *c, size_t from)
{
    struct view in = c->path->readings[from];
    unsigned decodes = c->decodes[from];

    for (size_t i = 0; i < TRANSFORMS && !c->path->crowded; i++) {
        bool decoding = i < TRANSFORMS_DECODE;

        if (c->left < in.size + 1) {
            c->path->crowded = true;
        } else if (!decoding || decodes < DECODES_MAX) {
            take(c, view_of(c->room, transforms[i](c->room, in)),
                 decodes + decoding);
        }
    }
}

static size_t closure_room(size_t path_size)
{
    size_t wanted = (path_size + 1) * PATH_READINGS_MAX;

    return wanted < PATH_READING_BYTES ? wanted : PATH_READING_BYTES;
}

/* The widest reading last; in its place if it is there already. */
static void put_last(struct path *path, struct view widest)
{
    for (size_t i = 1; i < path->reading_count; i++) {
        if (view_equal(path->readings[i], widest)) {
            path->readings[i] = path->readings[path->reading_count - 1];
            path->readings[path->reading_count - 1] = widest;
            return;
        }
    }
    if (path->reading_count > 1 || !view_equal(path->readings[0], widest)) {
        path->readings[path->reading_count++] = widest;
    }
}

bool path_widen(struct path *path, struct view more, struct arena *workspace)
{
    size_t longest = more.size > path->raw.size ? more.size : path->raw.size;
    size_t room = closure_room(longest);
    struct closure closure = {.path = path, .left = room};
    char *widest = arena_array(workspace, 2, longest + 1);
    char *spare;

    closure.room = arena_alloc(workspace, room);
    if (!closure.room || !widest) {
        return false;
    }
    spare = widest + longest + 1;
    take_seed(&closure, path->raw);
    if (more.at) {
        take_seed(&closure, more);
    }
    for (size_t i = 0; i < path->reading_count && !path->crowded; i++) {
        widen_one(&closure, i);
    }
    put_last(path, path_widest(widest, spare, path->raw));
    return true;
}
