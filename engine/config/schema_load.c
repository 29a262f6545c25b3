/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map read by a table of keys: the presets first, then what the map says.
 * Each wrong value is one problem at its place; the rest is still read.
 *
 *   S001 an unknown key              S005 out of range
 *   S002 a map, list or value        S006 none of the choices
 *        where another was expected  S007 a key without a value
 *   S003 a key is missing            S008 out of memory
 *   S004 not a number, a duration, a size, a percentage, a truth value
 */
#include "config/schema.h"

#include "base/amount.h"
#include "base/text.h"

#define SHOWN_MAX 80
#define WORDS_MAX 64

/* A unit and how many of the base unit it is; the largest comes last. */
struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit duration_units[] = {{"ms", 1000},
                                             {"s", 1000000},
                                             {"m", INT64_C(60000000)},
                                             {"h", INT64_C(3600000000)},
                                             {"d", INT64_C(86400000000)},
                                             {NULL, 0}};

static const struct unit size_units[] = {
    {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {NULL, 0}};

static struct view shown(struct view v)
{
    return view_of(v.at, v.size < SHOWN_MAX ? v.size : SHOWN_MAX);
}

/* "'key': ", before what is said of a map's value; else nothing. */
struct subject {
    char room[SHOWN_MAX + 8];
};

static const char *name_subject(struct subject *s, const struct node *node)
{
    struct text t = text_in(s->room, sizeof(s->room) - 1);

    if (node->key.at) {
        text_add_char(&t, '\'');
        text_add(&t, shown(node->key));
        text_add(&t, VIEW("': "));
    }
    s->room[t.size] = '\0';
    return s->room;
}

/* "expected X, found Y" */
static bool refuse(const struct node *node, const char *code,
                   const char *expected, const char *hint,
                   struct problems *problems)
{
    struct subject s;
    const char *subject = name_subject(&s, node);

    if (node_is_null(node)) {
        problems_add(problems, PROBLEM_ERROR, node->place, "S007", hint,
                     "%sexpected %s, found nothing", subject, expected);
    } else if (node->kind != NODE_SCALAR) {
        problems_add(problems, PROBLEM_ERROR, node->place, "S002", hint,
                     "%sexpected %s, found %s", subject, expected,
                     node_kind_name(node->kind));
    } else {
        problems_add(problems, PROBLEM_ERROR, node->place, code, hint,
                     "%sexpected %s, found '%.*s'", subject, expected,
                     VIEW_ARG(shown(node->text)));
    }
    return false;
}

bool schema_expect(const struct node *node, enum node_kind kind,
                   struct problems *problems)
{
    const char *hint = NULL;

    if (node->kind == kind && !node_is_null(node)) {
        return true;
    }
    if (node_is_null(node)) {
        hint = kind == NODE_MAP    ? "an empty map is written {}"
               : kind == NODE_LIST ? "an empty list is written []"
                                   : "an empty text is written \"\"";
    }
    return refuse(node, "S002", node_kind_name(kind), hint, problems);
}

static bool is_value(const struct node *node)
{
    return node->kind == NODE_SCALAR && !node_is_null(node);
}

/* A minus sign or none, then digits without a zero before them. */
static bool parse_integer(struct view text, int64_t *out)
{
    bool negative = view_starts(text, VIEW("-"));
    struct view digits = text;
    unsigned long long n;

    if (negative) {
        digits = view_of(text.at + 1, text.size - 1);
    }
    if (!view_to_u64(digits, &n) || (digits.size > 1 && digits.at[0] == '0')) {
        return false;
    }
    if (n > (unsigned long long)INT64_MAX) {
        return false;
    }
    *out = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

/* Digits, perhaps a space, and a unit. */
static bool parse_quantity(struct view text, const struct unit *units,
                           int64_t *out)
{
    unsigned long long n;
    size_t digits = 0;
    struct view name;

    while (digits < text.size && text.at[digits] >= '0' &&
           text.at[digits] <= '9') {
        digits++;
    }
    name = view_of(text.at + digits, text.size - digits);
    if (view_starts(name, VIEW(" "))) {
        name = view_of(name.at + 1, name.size - 1);
    }
    if (!view_to_u64(view_of(text.at, digits), &n)) {
        return false;
    }
    for (; units->name; units++) {
        if (view_equal(name, view_text(units->name))) {
            if (n > (unsigned long long)(INT64_MAX / units->factor)) {
                return false;
            }
            *out = (int64_t)n * units->factor;
            return true;
        }
    }
    return false;
}

/* Parts per million: four decimals of a percent are exact. */
static bool parse_percent(struct view text, int64_t *out)
{
    struct amount amount;
    uint64_t n;

    if (!view_ends(text, VIEW("%"))) {
        return false;
    }
    if (amount_from_decimal(view_of(text.at, text.size - 1), 4, &amount) !=
        AMOUNT_OK) {
        return false;
    }
    n = amount_to_u64(&amount);
    if (n > (uint64_t)INT64_MAX) {
        return false;
    }
    *out = (int64_t)n;
    return true;
}

bool schema_duration(const struct node *node, int64_t *out,
                     struct problems *problems)
{
    if (is_value(node) && parse_quantity(node->text, duration_units, out)) {
        return true;
    }
    return refuse(node, "S004", "a duration",
                  "a number with ms, s, m, h or d, such as 30s", problems);
}

bool schema_size(const struct node *node, int64_t *out,
                 struct problems *problems)
{
    if (is_value(node) && parse_quantity(node->text, size_units, out)) {
        return true;
    }
    return refuse(node, "S004", "a size",
                  "a number with B, KiB, MiB or GiB, such as 64KiB", problems);
}

bool schema_percent(const struct node *node, int64_t *out,
                    struct problems *problems)
{
    if (is_value(node) && parse_percent(node->text, out)) {
        return true;
    }
    return refuse(node, "S004", "a percentage",
                  "a number, at most 4 decimals and %, such as 12.5%",
                  problems);
}

bool schema_bool(const struct node *node, bool *out, struct problems *problems)
{
    static const char *const words[] = {"false", "true", "off",
                                        "on",    "no",   "yes"};

    for (size_t i = 0; i < 6 && is_value(node); i++) {
        if (view_equal_fold(node->text, view_text(words[i]))) {
            *out = i % 2 == 1;
            return true;
        }
    }
    return refuse(node, "S004", "true or false", NULL, problems);
}

/* A value as it would be written, for messages. */
static void write_value(struct text *t, enum schema_type type, int64_t n)
{
    const struct unit *units = type == SCHEMA_DURATION ? duration_units
                               : type == SCHEMA_SIZE   ? size_units
                                                       : NULL;
    const struct unit *unit = units;

    if (type == SCHEMA_PERCENT && n >= 0) {
        struct amount amount = amount_from_u64((uint64_t)n);

        amount_write_decimal(t, &amount, 4);
        text_add_char(t, '%');
        return;
    }
    for (; units && units->name; units++) {
        if (n != 0 && n % units->factor == 0) {
            unit = units;
        }
    }
    text_add_i64(t, unit ? n / unit->factor : n);
    text_add(t, view_text(unit ? unit->name : ""));
}

static bool in_range(const struct node *node, enum schema_type type,
                     int64_t min, int64_t max, int64_t n,
                     struct problems *problems)
{
    char room[128];
    struct text t = text_in(room, sizeof(room) - 1);

    if ((min == 0 && max == 0) || (n >= min && n <= max)) {
        return true;
    }
    if (max == INT64_MAX) {
        text_add(&t, VIEW("at least "));
        write_value(&t, type, min);
    } else {
        write_value(&t, type, min);
        text_add(&t, VIEW(" to "));
        write_value(&t, type, max);
    }
    room[t.size] = '\0';
    return refuse(node, "S005", room, NULL, problems);
}

bool schema_integer(const struct node *node, int64_t min, int64_t max,
                    int64_t *out, struct problems *problems)
{
    int64_t n;

    if (!is_value(node) || !parse_integer(node->text, &n)) {
        return refuse(node, "S004", "a whole number", NULL, problems);
    }
    if (!in_range(node, SCHEMA_INTEGER, min, max, n, problems)) {
        return false;
    }
    *out = n;
    return true;
}

/* "LEAD a, b, c" */
static void write_words(struct text *t, const char *lead,
                        const char *const *words, size_t n)
{
    text_add(t, view_text(lead));
    for (size_t i = 0; i < n; i++) {
        text_add(t, i ? VIEW(", ") : VIEW(" "));
        text_add(t, view_text(words[i]));
    }
    t->at[t->size] = '\0';
}

/* "did you mean 'b'?"; false when no word is near. */
static bool write_nearest(struct text *t, struct view found,
                          const char *const *words, size_t n)
{
    const char *nearest = problems_nearest(found, words, n);

    if (nearest) {
        text_add(t, VIEW("did you mean '"));
        text_add(t, view_text(nearest));
        text_add(t, VIEW("'?"));
        t->at[t->size] = '\0';
    }
    return nearest;
}

bool schema_choice(const struct node *node, const char *const *choices,
                   int *out, struct problems *problems)
{
    char expected[400], hint[SHOWN_MAX + 40];
    struct text e = text_in(expected, sizeof(expected) - 1);
    struct text h = text_in(hint, sizeof(hint) - 1);
    size_t n = 0;
    bool near;

    for (; choices[n]; n++) {
        if (is_value(node) && view_equal(node->text, view_text(choices[n]))) {
            *out = (int)n;
            return true;
        }
    }
    write_words(&e, n > 1 ? "one of" : "only", choices, n);
    near =
        node->kind == NODE_SCALAR && write_nearest(&h, node->text, choices, n);
    return refuse(node, "S006", expected, near ? hint : NULL, problems);
}

static bool out_of_memory(const struct node *node, struct problems *problems)
{
    problems_add(problems, PROBLEM_ERROR, node->place, "S008", NULL,
                 "out of memory");
    return false;
}

static bool read_texts(const struct node *node, struct schema_texts *out,
                       struct arena *arena, struct problems *problems)
{
    const struct node *item = node;
    size_t n = 1;
    struct schema_texts texts = {NULL, 0};
    bool fine = true;

    if (node->kind == NODE_LIST) {
        item = node->first;
        n = node->count;
    }
    texts.nodes = arena_array(arena, n, sizeof(const struct node *));
    if (!texts.nodes) {
        return out_of_memory(node, problems);
    }
    while (texts.count < n) {
        fine &= schema_expect(item, NODE_SCALAR, problems);
        texts.nodes[texts.count++] = item;
        item = item->next;
    }
    if (fine) {
        *out = texts;
    }
    return fine;
}

static bool read_number(const struct schema_key *key, const struct node *node,
                        int64_t *out, struct problems *problems)
{
    int64_t n = 0;
    bool fine;

    switch (key->type) {
    case SCHEMA_DURATION:
        fine = schema_duration(node, &n, problems);
        break;
    case SCHEMA_SIZE:
        fine = schema_size(node, &n, problems);
        break;
    case SCHEMA_PERCENT:
        fine = schema_percent(node, &n, problems);
        break;
    default:
        return schema_integer(node, key->min, key->max, out, problems);
    }
    if (!fine || !in_range(node, key->type, key->min, key->max, n, problems)) {
        return false;
    }
    *out = n;
    return true;
}

/* One value into the field that its key says. */
static bool read_field(const struct schema_key *key, const struct node *node,
                       void *out, struct arena *arena,
                       struct problems *problems)
{
    void *field = (char *)out + key->offset;

    switch (key->type) {
    case SCHEMA_TEXT:
        if (!schema_expect(node, NODE_SCALAR, problems)) {
            return false;
        }
        *(struct view *)field = node->text;
        return true;
    case SCHEMA_BOOL:
        return schema_bool(node, field, problems);
    case SCHEMA_CHOICE:
        return schema_choice(node, key->choices, field, problems);
    case SCHEMA_NODE:
        *(const struct node **)field = node;
        return true;
    case SCHEMA_TEXTS:
        return read_texts(node, field, arena, problems);
    case SCHEMA_INTEGER:
    case SCHEMA_DURATION:
    case SCHEMA_SIZE:
    case SCHEMA_PERCENT:
        break;
    }
    return read_number(key, node, field, problems);
}

/* The preset as if the map had it; the place is the map's. Only a field that
 * keeps its node needs one that lasts. */
static bool read_preset(const struct schema_key *key, const struct node *map,
                        void *out, struct arena *arena,
                        struct problems *problems)
{
    struct node node = {.kind = NODE_SCALAR,
                        .quoted = key->preset[0] == '\0',
                        .text = view_text(key->preset),
                        .place = map->place,
                        .key = view_text(key->name),
                        .key_place = map->place};
    struct node *kept;

    if (key->type != SCHEMA_NODE && key->type != SCHEMA_TEXTS) {
        return read_field(key, &node, out, arena, problems);
    }
    kept = arena_alloc(arena, sizeof(*kept));
    if (!kept) {
        return out_of_memory(map, problems);
    }
    *kept = node;
    return read_field(key, kept, out, arena, problems);
}

static const struct schema_key *find_key(const struct schema_key *keys,
                                         struct view name)
{
    for (; keys->name; keys++) {
        if (view_equal(name, view_text(keys->name))) {
            return keys;
        }
    }
    return NULL;
}

static bool unknown_key(const struct schema_key *keys, const struct node *node,
                        const char *what, struct problems *problems)
{
    const char *words[WORDS_MAX];
    char hint[400];
    struct text t = text_in(hint, sizeof(hint) - 1);
    size_t n = 0;

    for (; keys[n].name && n < WORDS_MAX; n++) {
        words[n] = keys[n].name;
    }
    if (!write_nearest(&t, node->key, words, n)) {
        write_words(&t, "its keys are", words, n);
    }
    problems_add(problems, PROBLEM_ERROR, node->key_place, "S001", hint,
                 "%s has no key '%.*s'", what, VIEW_ARG(shown(node->key)));
    return false;
}

bool schema_read(const struct schema_key *keys, const struct node *map,
                 const char *what, void *out, struct arena *arena,
                 struct problems *problems)
{
    bool fine = true;

    if (!schema_expect(map, NODE_MAP, problems)) {
        return false;
    }
    for (const struct schema_key *key = keys; key->name; key++) {
        if (key->preset) {
            fine &= read_preset(key, map, out, arena, problems);
        }
        if (key->required && !node_get(map, key->name)) {
            problems_add(problems, PROBLEM_ERROR, map->place, "S003", NULL,
                         "%s needs '%s'", what, key->name);
            fine = false;
        }
    }
    for (const struct node *node = map->first; node; node = node->next) {
        const struct schema_key *key = find_key(keys, node->key);

        fine &= key ? read_field(key, node, out, arena, problems)
                    : unknown_key(keys, node, what, problems);
    }
    return fine;
}
