/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks of zones: an offset, or a TZif file (RFC 9636), read once at load.
 *
 *   header, version 1 data | header, version 2+ data | \n TZ string \n
 *   data:  times (8 bytes each) | types (1 each) | offset, dst, name (6 each)
 *
 * What the TZ string says of the time after the last entry ("CET-1CEST,
 * M3.5.0,M10.5.0/3") is written out as changes until 2100. A file of version
 * 1 alone ends where its entries end. Leap seconds are not counted, as the
 * clock of the system does not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "pricing/parts_load.h"

#define FILE_MAX_SIZE ((size_t)256 * 1024)
#define HEADER 44
#define DAY INT64_C(86400)
#define YEAR_FROM 1970
#define YEAR_UNTIL 2100
#define OFFSET_MAX (26 * 3600)

/* ---- the file ---- */

struct reader {
    struct view rest;
    bool bad;
};

static struct view take(struct reader *r, size_t n)
{
    struct view v;
    if (r->bad || r->rest.size < n) {
        r->bad = true;
        return VIEW_NONE;
    }
    v = view_of(r->rest.at, n);
    r->rest = view_of(r->rest.at + n, r->rest.size - n);
    return v;
}

/* Big-endian, signed, of 1, 4 or 8 bytes; 0 when there is no more. */
static int64_t number(struct view v)
{
    uint64_t n = v.size && v.at[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < v.size; i++) {
        n = n << 8 | (unsigned char)v.at[i];
    }
    return (int64_t)n;
}

struct counts {
    int64_t utc, standard, leap, times, types, chars;
    char version;
};

static bool read_header(struct reader *r, struct counts *c)
{
    struct view head = take(r, HEADER);
    if (r->bad || !view_starts(head, VIEW("TZif"))) {
        return false;
    }
    c->version = head.at[4];
    c->utc = number(view_of(head.at + 20, 4));
    c->standard = number(view_of(head.at + 24, 4));
    c->leap = number(view_of(head.at + 28, 4));
    c->times = number(view_of(head.at + 32, 4));
    c->types = number(view_of(head.at + 36, 4));
    c->chars = number(view_of(head.at + 40, 4));
    return c->times >= 0 && c->times <= ZONE_CHANGES_MAX / 2 && c->types > 0 &&
           c->types <= 256 && c->chars >= 0 && c->chars <= 65536 &&
           c->leap >= 0 && c->leap <= 4096 && c->utc >= 0 && c->utc <= 256 &&
           c->standard >= 0 && c->standard <= 256;
}

static bool offset_of(struct view types, size_t i, int32_t *out)
{
    int64_t offset;
    if (i * 6 + 6 > types.size) {
        return false;
    }
    offset = number(view_of(types.at + i * 6, 4));
    *out = (int32_t)offset;
    return offset >= -OFFSET_MAX && offset <= OFFSET_MAX;
}

static bool read_data(struct reader *r, const struct counts *c, size_t width,
                      struct zone *out, struct zone_change *changes)
{
    struct view times = take(r, (size_t)c->times * width);
    struct view indexes = take(r, (size_t)c->times);
    struct view types = take(r, (size_t)c->types * 6);

    take(r, (size_t)c->chars + (size_t)c->leap * (width + 4) +
                (size_t)c->standard + (size_t)c->utc);
    if (r->bad || !offset_of(types, 0, &out->first)) {
        return false;
    }
    out->count = 0;
    out->changes = changes;
    for (size_t i = 0; i < (size_t)c->times; i++) {
        struct zone_change *change = &changes[out->count];
        change->from = number(view_of(times.at + i * width, width));
        if (!offset_of(types, (unsigned char)indexes.at[i], &change->offset) ||
            (i > 0 && change->from <= change[-1].from)) {
            return false;
        }
        out->count++;
    }
    return true;
}

/* ---- the TZ string ---- */

static bool read_digits(struct view *v, int most, int *out)
{
    size_t n = 0;
    int value = 0;

    while (n < v->size && n < 4 && v->at[n] >= '0' && v->at[n] <= '9') {
        value = value * 10 + (v->at[n++] - '0');
    }
    *v = view_of(v->at + n, v->size - n);
    *out = value;
    return n > 0 && value <= most;
}

static bool skip(struct view *v, char c)
{
    if (v->size == 0 || v->at[0] != c) {
        return false;
    }
    *v = view_of(v->at + 1, v->size - 1);
    return true;
}

/* [+-]hh[:mm[:ss]] in seconds */
static bool read_offset(struct view *v, int32_t *out)
{
    bool minus = skip(v, '-');
    int hour;
    int minute = 0;
    int second = 0;

    if (!minus) {
        skip(v, '+');
    }
    if (!read_digits(v, 167, &hour) ||
        (skip(v, ':') && (!read_digits(v, 59, &minute) ||
                          (skip(v, ':') && !read_digits(v, 59, &second))))) {
        return false;
    }
    *out = (hour * 3600 + minute * 60 + second) * (minus ? -1 : 1);
    return true;
}

/* "CET" or "<+03>" */
static bool skip_name(struct view *v)
{
    size_t n = 0;
    if (skip(v, '<')) {
        while (v->size && v->at[0] != '>') {
            *v = view_of(v->at + 1, v->size - 1);
        }
        return skip(v, '>');
    }
    while (n < v->size && ascii_is_alnum(v->at[n]) &&
           !(v->at[n] >= '0' && v->at[n] <= '9')) {
        n++;
    }
    *v = view_of(v->at + n, v->size - n);
    return n >= 3;
}

/* M3.5.0, J60 or 59, and perhaps /time. */
struct turn {
    char kind; /* 'M', 'J' or '0' */
    int month, week, day;
    int32_t time;
};

static bool read_turn(struct view *v, struct turn *out)
{
    *out = (struct turn){.kind = '0', .time = 7200};
    if (!skip(v, ',')) {
        return false;
    }
    if (skip(v, 'M')) {
        out->kind = 'M';
        if (!read_digits(v, 12, &out->month) || out->month < 1 ||
            !skip(v, '.') || !read_digits(v, 5, &out->week) || out->week < 1 ||
            !skip(v, '.') || !read_digits(v, 6, &out->day)) {
            return false;
        }
    } else {
        out->kind = skip(v, 'J') ? 'J' : '0';
        if (!read_digits(v, 365, &out->day) ||
            (out->kind == 'J' && out->day < 1)) {
            return false;
        }
    }
    return !skip(v, '/') || read_offset(v, &out->time);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since the epoch of the year's first. */
static int64_t day_of_year(int year)
{
    int64_t before = year - 1;
    return (year - 1970) * INT64_C(365) + (before / 4 - 492) -
           (before / 100 - 19) + (before / 400 - 4);
}

static const int month_days[] = {31, 28, 31, 30, 31, 30,
                                 31, 31, 30, 31, 30, 31};

/* Seconds since the epoch by the local clock. */
static int64_t moment_of(const struct turn *turn, int year)
{
    int64_t day = day_of_year(year);
    int length;

    if (turn->kind != 'M') {
        bool jumps = turn->kind == 'J' && is_leap(year) && turn->day >= 60;
        day += turn->day - (turn->kind == 'J') + jumps;
        return day * DAY + turn->time;
    }
    for (int m = 1; m < turn->month; m++) {
        day += month_days[m - 1] + (m == 2 && is_leap(year));
    }
    length = month_days[turn->month - 1] + (turn->month == 2 && is_leap(year));
    /* the epoch was a Thursday (4); the first such weekday, then weeks */
    int first = (int)((turn->day - (day + 4) % 7 + 7) % 7);
    int at = first + (turn->week - 1) * 7;
    while (at >= length) {
        at -= 7;
    }
    return (day + at) * DAY + turn->time;
}

static void add_change(struct zone *zone, int64_t from, int32_t offset)
{
    if (zone->count > 0 && zone->changes[zone->count - 1].from >= from) {
        return; /* the file itself says it */
    }
    if (zone->count < ZONE_CHANGES_MAX) {
        zone->changes[zone->count++] = (struct zone_change){from, offset};
    }
}

/* What holds after the last entry, written out. */
static bool read_rule(struct view v, struct zone *zone)
{
    struct turn begin;
    struct turn end;
    int32_t standard;
    int32_t summer;

    if (!skip_name(&v) || !read_offset(&v, &standard)) {
        return false;
    }
    standard = -standard;
    if (v.size == 0) {
        if (zone->count == 0) {
            zone->first = standard;
        }
        return standard >= -OFFSET_MAX && standard <= OFFSET_MAX;
    }
    summer = standard + 3600;
    if (!skip_name(&v)) {
        return false;
    }
    if (v.size && v.at[0] != ',') {
        if (!read_offset(&v, &summer)) {
            return false;
        }
        summer = -summer;
    }
    if (!read_turn(&v, &begin) || !read_turn(&v, &end) || v.size > 0 ||
        standard < -OFFSET_MAX || standard > OFFSET_MAX ||
        summer < -OFFSET_MAX || summer > OFFSET_MAX) {
        return false;
    }
    for (int year = YEAR_FROM; year < YEAR_UNTIL; year++) {
        int64_t on = moment_of(&begin, year) - standard;
        int64_t off = moment_of(&end, year) - summer;
        if (on < off) {
            add_change(zone, on, summer);
            add_change(zone, off, standard);
        } else {
            add_change(zone, off, standard);
            add_change(zone, on, summer);
        }
    }
    return true;
}

bool zone_parse(struct view bytes, struct zone *out,
                struct zone_change *changes)
{
    struct reader r = {bytes, false};
    struct counts counts;
    struct view rule;

    if (!read_header(&r, &counts)) {
        return false;
    }
    if (counts.version == 0) {
        return read_data(&r, &counts, 4, out, changes);
    }
    take(&r, (size_t)counts.times * 5 + (size_t)counts.types * 6 +
                 (size_t)counts.chars + (size_t)counts.leap * 8 +
                 (size_t)counts.standard + (size_t)counts.utc);
    if (!read_header(&r, &counts) || !read_data(&r, &counts, 8, out, changes)) {
        return false;
    }
    rule = r.rest;
    if (!skip(&rule, '\n')) {
        return rule.size == 0;
    }
    rule.size = view_find(rule, '\n');
    return rule.size == 0 || read_rule(rule, out);
}

/* ---- what is written in a policy ---- */

/* "+01:00" */
static bool fixed_offset(struct view v, struct zone *out)
{
    int hour;
    int minute;
    bool minus = v.size && v.at[0] == '-';

    if (v.size != 6 || (v.at[0] != '+' && !minus) || v.at[3] != ':') {
        return false;
    }
    struct view h = view_of(v.at + 1, 2);
    struct view m = view_of(v.at + 4, 2);
    if (!read_digits(&h, 14, &hour) || h.size ||
        !read_digits(&m, 59, &minute) || m.size) {
        return false;
    }
    out->first = (hour * 3600 + minute * 60) * (minus ? -1 : 1);
    return true;
}

/* Letters, digits, '_', '-', '+' and '/', without dots: no way out. */
static bool is_zone_name(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if (!ascii_is_alnum(c) && c != '_' && c != '-' && c != '+' &&
            !(c == '/' && i > 0)) {
            return false;
        }
    }
    return v.size > 0 && v.size < 100;
}

static bool keep_changes(struct loader *loader, const struct node *node,
                         struct zone *out)
{
    struct zone_change *kept =
        load_array(loader, node, out->count, sizeof *kept);
    if (kept && out->count > 0) {
        memcpy(kept, out->changes, out->count * sizeof *kept);
    }
    out->changes = kept;
    return kept != NULL;
}

static bool read_file(struct loader *loader, const struct node *node,
                      const char *path, struct zone *out)
{
    size_t room = ZONE_CHANGES_MAX * sizeof(struct zone_change);
    struct zone_change *changes = malloc(room);
    char *bytes = malloc(FILE_MAX_SIZE);
    FILE *file = changes && bytes ? fopen(path, "rb") : NULL;
    bool fine = false;

    if (file) {
        size_t size = fread(bytes, 1, FILE_MAX_SIZE, file);
        fine = size < FILE_MAX_SIZE &&
               zone_parse(view_of(bytes, size), out, changes) &&
               keep_changes(loader, node, out);
        fclose(file);
    }
    free(changes);
    free(bytes);
    return fine ||
           load_error(loader, node, "P047",
                      file ? NULL
                           : "is tzdata installed? an offset such as "
                             "+01:00 needs no file",
                      file ? "%s is no TZif file" : "%s cannot be read", path);
}

bool zone_read(struct loader *loader, const struct node *node, struct zone *out)
{
    char path[512];
    struct text t = text_in(path, sizeof path - 1);

    if (!schema_expect(node, NODE_SCALAR, loader->problems)) {
        loader->failed = true;
        return false;
    }
    if (view_equal(node->text, VIEW("UTC")) || fixed_offset(node->text, out)) {
        return true;
    }
    if (is_zone_name(node->text)) {
        text_add(&t, VIEW("/usr/share/zoneinfo/"));
    } else if (!view_starts(node->text, VIEW("/"))) {
        return load_error(loader, node, "P047", NULL,
                          "expected a zone such as +01:00, Europe/Berlin or "
                          "the whole path of a TZif file, found '%.*s'",
                          VIEW_ARG(load_shown(node->text)));
    }
    text_add(&t, node->text);
    path[t.size] = '\0';
    return !t.cut ? read_file(loader, node, path, out)
                  : load_error(loader, node, "P047", NULL,
                               "the path of a zone is too long");
}
