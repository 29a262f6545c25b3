/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a request that was written for a test; see the header.
 */
#include "classify/written_request_load.h"

#include "classify/draft_load.h"
#include "config/schema.h"

#define WORDS_MAX 32

static bool refuse(const struct written_request *w, const struct node *node,
                   const char *expected)
{
    problems_add(w->problems, PROBLEM_ERROR, node->place, w->code, NULL,
                 "'%.*s' of a request, found '%.*s', expected %s",
                 VIEW_ARG(node->key), VIEW_ARG(node->text), expected);
    return false;
}

static bool read_known(const struct written_request *w, const struct node *node)
{
    struct view *names;

    if (!schema_expect(node, NODE_LIST, w->problems)) {
        return false;
    }
    names = arena_array(w->workspace, node->count + 1, sizeof(*names));
    if (!names) {
        return refuse(w, node, "fewer names");
    }
    w->request->headers_limited = true;
    w->request->headers_known = names;
    for (const struct node *n = node->first; n; n = n->next) {
        if (!schema_expect(n, NODE_SCALAR, w->problems)) {
            return false;
        }
        names[w->request->headers_known_count++] = n->text;
    }
    return true;
}

/* Keys whose text goes into the request as it is. */
struct plain_key {
    const char *name;
    size_t offset;
    const char *preset; /* NULL: unknown */
};

#define AT(member) offsetof(struct request, member)
static const struct plain_key plain_keys[] = {
    {"method", AT(method), "GET"},
    {"scheme", AT(scheme), "https"},
    {"host", AT(host), "example.com"},
    {"path", AT(target), "/"},
    {"http-version", AT(http_version), "1.1"},
    {"client-ip", AT(client_ip), "192.0.2.1"},
    {"transport", AT(transport), NULL},
    {"country", AT(country), NULL},
    {"as-org", AT(as_org), NULL},
    {"ja3", AT(ja3), NULL},
    {"ja4", AT(ja4), NULL}};
#undef AT
#define PLAIN_KEYS (sizeof(plain_keys) / sizeof(plain_keys[0]))

static void put_plain(struct request *request, const struct plain_key *key,
                      struct view text)
{
    memcpy((char *)request + key->offset, &text, sizeof(text));
}

static bool add_header(const struct written_request *w, const struct node *node,
                       struct view name)
{
    if (request_add_header(w->request, name, node->text)) {
        return true;
    }
    return refuse(w, node, "less: a request has limits");
}

static bool read_asn(const struct written_request *w, const struct node *node)
{
    unsigned long long n;

    if (!view_to_u64(node->text, &n)) {
        return refuse(w, node, "a whole number");
    }
    w->request->asn = n;
    w->request->has_asn = true;
    return true;
}

/* ---- its shape ---- */

static const struct shape known_shape = {.kind = SHAPE_LIST,
                                         .of = &shape_scalar};

static bool is_open(const char *word)
{
    return view_ends(view_text(word), VIEW("."));
}

static void write_named(struct shape_writer *w, const char *word)
{
    char room[64];
    struct text pattern = text_in(room, sizeof(room) - 1);

    text_addf(&pattern, "^%.*s\\..", (int)strlen(word) - 1, word);
    room[pattern.size] = '\0';
    shape_pattern(w, room, &shape_scalar, NULL);
}

void written_request_shape(struct shape_writer *w, const char *const *more)
{
    shape_open_object(w);
    for (size_t i = 0; i < PLAIN_KEYS; i++) {
        shape_property(w, plain_keys[i].name, &shape_scalar, NULL);
    }
    shape_property(w, "user-agent", &shape_scalar, NULL);
    shape_property(w, "asn", &shape_scalar, NULL);
    shape_property(w, "headers-known", &known_shape,
                   "what was captured; without it: all");
    for (size_t i = 0; more[i]; i++) {
        if (!is_open(more[i])) {
            shape_property(w, more[i], &shape_scalar, NULL);
        }
    }
    shape_close_properties(w);
    shape_open_patterns(w);
    write_named(w, "header.");
    for (size_t i = 0; more[i]; i++) {
        if (is_open(more[i])) {
            write_named(w, more[i]);
        }
    }
    shape_close_properties(w);
    shape_close_object(w, 0);
}

/* ---- reading ---- */

static bool read_unknown(const struct written_request *w,
                         const struct node *node)
{
    const char *words[WORDS_MAX] = {"user-agent", "header.", "headers-known",
                                    "asn"};
    char room[HINT_ROOM];
    size_t count = 4;

    for (size_t i = 0; i < PLAIN_KEYS; i++) {
        words[count++] = plain_keys[i].name;
    }
    for (size_t i = 0; w->words && w->words[i] && count < WORDS_MAX; i++) {
        words[count++] = w->words[i];
    }
    problems_add(w->problems, PROBLEM_ERROR, node->key_place, w->code,
                 hint_nearest(room, problems_nearest(node->key, words, count)),
                 "unknown key '%.*s' in a request", VIEW_ARG(node->key));
    return false;
}

static bool read_key(const struct written_request *w, const struct node *node)
{
    const struct view header = VIEW("header.");
    bool taken = false;

    if (view_equal(node->key, VIEW("headers-known"))) {
        return read_known(w, node);
    }
    if (!schema_expect(node, NODE_SCALAR, w->problems)) {
        return false;
    }
    for (size_t i = 0; i < PLAIN_KEYS; i++) {
        if (view_equal(node->key, view_text(plain_keys[i].name))) {
            put_plain(w->request, &plain_keys[i], node->text);
            return true;
        }
    }
    if (view_equal(node->key, VIEW("user-agent"))) {
        return add_header(w, node, VIEW("user-agent"));
    }
    if (view_equal(node->key, VIEW("asn"))) {
        return read_asn(w, node);
    }
    if (view_starts(node->key, header) && node->key.size > header.size) {
        return add_header(
            w, node,
            view_of(node->key.at + header.size, node->key.size - header.size));
    }
    if (w->other && (!w->other(w->context, node, &taken) || taken)) {
        return taken;
    }
    return read_unknown(w, node);
}

bool written_request_read(const struct written_request *w,
                          const struct node *map)
{
    bool good = schema_expect(map, NODE_MAP, w->problems);

    request_clear(w->request);
    w->request->order_kept = true;
    for (size_t i = 0; i < PLAIN_KEYS; i++) {
        put_plain(w->request, &plain_keys[i], view_text(plain_keys[i].preset));
    }
    for (const struct node *n = good ? map->first : NULL; n; n = n->next) {
        good = read_key(w, n) && good;
    }
    return good;
}
