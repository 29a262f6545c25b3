/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading lists of networks. A list with one bad line is refused whole: half
 * a list would call the other half impostors. Three mistakes are told of,
 * for a file of another kind has one in each of a million lines.
 *
 *   N004 a file that cannot be read    N006 a network that is none
 *   N005 JSON that is none             N007 no network at all
 *   N008 too many networks             N009 out of memory
 */
#include "request/network_list_load.h"

#include <stdlib.h>

#include "base/file_load.h"
#include "base/json.h"

#define MISTAKES_MAX 3

struct list_reading {
    struct network_list *list;
    struct source source;
    struct problems *problems;
    unsigned mistakes;
};

void network_list_free(struct network_list *list)
{
    free(list->items);
    *list = (struct network_list){0};
}

/* ---- problems ---- */

/* Line and column are counted only once something is wrong. */
static struct place place_at(const struct list_reading *r, const char *at)
{
    struct place place = {&r->source, 1, 1};

    for (const char *c = r->source.text.at; c < at; c++) {
        place.column++;
        if (*c == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

static bool refuse(struct list_reading *r, const char *at, const char *code,
                   const char *hint, const char *what, struct view found)
{
    struct place nowhere = {&r->source, 0, 0};

    problems_add(r->problems, PROBLEM_ERROR, at ? place_at(r, at) : nowhere,
                 code, hint, what, VIEW_ARG(found));
    r->mistakes++;
    return false;
}

/* ---- networks ---- */

static bool make_room(struct list_reading *r)
{
    struct network_list *list = r->list;
    size_t room = list->room ? 2 * list->room : 64;
    struct network *items;

    if (list->count < list->room) {
        return true;
    }
    if (list->count >= NETWORK_LIST_MAX) {
        r->mistakes = MISTAKES_MAX;
        return refuse(r, NULL, "N008", NULL, "more than 4000000 networks%.*s",
                      VIEW_NONE);
    }
    items = realloc(list->items, room * sizeof(*items));
    if (!items) {
        r->mistakes = MISTAKES_MAX;
        return refuse(r, NULL, "N009", NULL, "out of memory%.*s", VIEW_NONE);
    }
    list->items = items;
    list->room = room;
    return true;
}

static bool add(struct list_reading *r, const char *at, struct view text)
{
    struct network network;

    if (!network_read(text, &network)) {
        return refuse(r, at, "N006", NULL,
                      "found '%.*s', expected an address or a network such "
                      "as 192.0.2.0/24, without host bits",
                      text);
    }
    if (!make_room(r)) {
        return false;
    }
    r->list->items[r->list->count++] = network;
    return true;
}

/* ---- the two forms ---- */

static void read_lines(struct list_reading *r)
{
    struct view rest = r->source.text;

    while (rest.at && r->mistakes < MISTAKES_MAX) {
        struct view line = view_cut(&rest, '\n');

        if (line.size > 0 && line.at[line.size - 1] == '\r') {
            line.size--;
        }
        line.size = view_find(line, '#');
        line = view_trim(line);
        if (line.size > 0) {
            add(r, line.at, line);
        }
    }
}

static bool names_network(struct view key)
{
    return view_equal(key, VIEW("ipv4Prefix")) ||
           view_equal(key, VIEW("ipv6Prefix")) ||
           view_equal(key, VIEW("ip_prefix")) ||
           view_equal(key, VIEW("ipv6_prefix")) ||
           view_equal(key, VIEW("cidr")) ||
           view_equal(key, VIEW("addressPrefixes"));
}

/* Where the value that was just read stands. */
static const char *value_at(const struct json *json)
{
    const char *begin = json->input.at;
    const char *at = json->text.at;

    /* A text with escapes stands in the scratch room. */
    return at >= begin && at <= begin + json->input.size ? at
                                                         : begin + json->at;
}

static void read_json(struct list_reading *r)
{
    struct view text = r->source.text;
    char *scratch = malloc(text.size + 1);
    struct json json;
    bool wanted = false, listed = false; /* the next value; all of an array */
    enum json_kind kind;

    if (!scratch) {
        refuse(r, NULL, "N009", NULL, "out of memory%.*s", VIEW_NONE);
        return;
    }
    json_start(&json, text, JSON_DEPTH_MAX, scratch, text.size + 1);
    while (r->mistakes < MISTAKES_MAX &&
           (kind = json_next(&json)) != JSON_DONE) {
        if (kind == JSON_ERROR) {
            refuse(r, text.at + json.at, "N005", NULL, "%.*s",
                   view_text(json.error));
            break;
        }
        if ((wanted || listed) && kind == JSON_STRING) {
            add(r, value_at(&json), json.text);
        } else if (wanted && kind == JSON_ARRAY) {
            listed = true;
        } else if (listed && kind == JSON_END) {
            listed = false;
        } else if ((wanted || listed) && kind != JSON_NULL) {
            refuse(r, text.at + json.at, "N006", NULL,
                   "expected the text of a network%.*s", VIEW_NONE);
        }
        wanted = kind == JSON_KEY && names_network(json.text);
    }
    free(scratch);
}

static bool begins_json(struct view text)
{
    size_t at = 0;

    while (at < text.size && (text.at[at] == ' ' || text.at[at] == '\t' ||
                              text.at[at] == '\n' || text.at[at] == '\r')) {
        at++;
    }
    return at < text.size && (text.at[at] == '{' || text.at[at] == '[');
}

bool network_list_text(struct network_list *list, struct view name,
                       struct view text, struct problems *problems)
{
    struct list_reading r = {list, {name, text}, problems, 0};
    size_t before = list->count;

    if (view_starts(text, VIEW("\xef\xbb\xbf"))) {
        text = view_of(text.at + 3, text.size - 3);
        r.source.text = text;
    }
    if (begins_json(text)) {
        read_json(&r);
    } else {
        read_lines(&r);
    }
    if (r.mistakes == 0 && list->count == before) {
        refuse(&r, NULL, "N007",
               "lines of networks, or JSON with ipv4Prefix, ipv6Prefix, "
               "ip_prefix, ipv6_prefix, cidr or addressPrefixes",
               "the list holds no network%.*s", VIEW_NONE);
    }
    return r.mistakes == 0;
}

/* ---- files ---- */

enum network_list_result network_list_file(struct network_list *list,
                                           const char *path, int64_t *modified,
                                           struct problems *problems)
{
    struct source source = {view_text(path), VIEW("")};
    struct list_reading r = {list, source, problems, 0};
    struct file_text file;
    bool good = false;

    file_read(path, NETWORK_LIST_BYTES, &file);
    if (file.missing) {
        return NETWORK_LIST_MISSING;
    }
    *modified = file.modified;
    if (file.text) {
        good = network_list_text(list, view_text(path),
                                 view_of(file.text, file.size), problems);
    } else {
        refuse(&r, NULL, "N004", NULL, "the list cannot be read: %.*s",
               view_text(file.error));
    }
    free(file.text);
    return good ? NETWORK_LIST_READ : NETWORK_LIST_REFUSED;
}
