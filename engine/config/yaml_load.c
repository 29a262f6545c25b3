/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libyaml: the only file that includes yaml.h. Its events become
 * a tree; what YAML offers beyond maps, lists and scalars is refused. The
 * depth is capped while events come, because libyaml takes quadratic time in
 * nesting. Its marks count from 0, our places from 1.
 *
 * The codes of its problems stand in config/yaml_tree.h.
 */
#include "config/yaml_tree.h"

#include <stdlib.h>
#include <yaml.h>

#define DEPTH_LIMIT 32
#define VALUES_LIMIT 1000000
/* Of foreign text in a message, in bytes. */
#define SHOWN_MAX 80

/* A container that is open. */
struct frame {
    struct node *node;
    struct node **tail; /* where the next value is linked */
    bool want_key;      /* of a map: a key comes next */
    struct view key;
    struct place key_place;
};

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct problems *problems;
    const struct source *source;
    struct frame frames[DEPTH_LIMIT];
    size_t depth;
    struct node *root;
    size_t values;
    size_t documents;
    bool failed; /* a problem that reading went on after */
};

static struct place place_of(const struct reader *r, yaml_mark_t mark)
{
    return (struct place){r->source, (unsigned)mark.line + 1,
                          (unsigned)mark.column + 1};
}

static struct view shown(struct view v)
{
    return view_of(v.at, v.size < SHOWN_MAX ? v.size : SHOWN_MAX);
}

static bool out_of_memory(const struct source *source,
                          struct problems *problems)
{
    problems_add(problems, PROBLEM_ERROR, (struct place){source, 0, 0}, "Y015",
                 NULL, "out of memory");
    return false;
}

/* What is wrong at a mark and need not stop the reading. */
static void note(struct reader *r, yaml_mark_t mark, const char *code,
                 const char *hint, const char *message)
{
    r->failed = true;
    problems_add(r->problems, PROBLEM_ERROR, place_of(r, mark), code, hint,
                 "%s", message);
}

/* libyaml's words for what is wrong, ours, and a hint. */
struct wording {
    const char *theirs;
    const char *ours;
    const char *hint;
};

static const struct wording problem_words[] = {
    {"mapping values are not allowed in this context",
     "a ':' cannot stand here",
     "a value that holds ': ' needs quotes; else check the indentation"},
    {"could not find expected ':'", "a key without a ':' after it",
     "write key: value, with a space after the colon"},
    {"found character that cannot start any token",
     "a value cannot begin with this character",
     "put the value in quotes; indent with spaces, not with tabs"},
    {"found a tab character that violates indentation", "a tab cannot indent",
     "indent with spaces"},
    {"found a tab character where an indentation space is expected",
     "a tab cannot indent", "indent with spaces"},
    {"did not find expected key", "a key was expected here",
     "check the indentation and the quotes"},
    {"did not find expected '-' indicator", "a '-' was expected here",
     "check the indentation of the list's items"},
    {"did not find expected ',' or ']'", "a ',' or ']' was expected here",
     NULL},
    {"did not find expected ',' or '}'", "a ',' or '}' was expected here",
     NULL},
    {"did not find expected node content", "a value was expected here",
     "a value that begins with a special character needs quotes"},
    {"block sequence entries are not allowed in this context",
     "a '-' cannot stand here", "begin the list on a line of its own"},
    {"mapping keys are not allowed in this context", "a key cannot stand here",
     "check the indentation"},
    {"found unexpected end of stream", "a quote is not closed", NULL},
    {"found unknown escape character", "an unknown escape",
     "in double quotes a backslash is written \\\\; single quotes take it as "
     "it is"},
    {"did not find expected <document start>",
     "more text after the end of the tree", "check the indentation"},
    {NULL, NULL, NULL}};

static const struct wording context_words[] = {
    {"while parsing a block mapping", "the map", NULL},
    {"while parsing a flow mapping", "the map", NULL},
    {"while parsing a block collection", "the list", NULL},
    {"while parsing a flow sequence", "the list", NULL},
    {"while scanning a quoted scalar", "the quoted text", NULL},
    {"while parsing a quoted scalar", "the quoted text", NULL},
    {"while scanning a double-quoted scalar", "the quoted text", NULL},
    {"while scanning a block scalar", "the block of text", NULL},
    {"while scanning a simple key", "the key", NULL},
    {NULL, NULL, NULL}};

static const struct wording *find_words(const struct wording *words,
                                        const char *theirs)
{
    static const struct wording none = {NULL, NULL, NULL};

    for (; theirs && words->theirs; words++) {
        if (!strcmp(words->theirs, theirs)) {
            return words;
        }
    }
    return &none;
}

/* libyaml cannot go on: says why. */
static bool syntax_problem(struct reader *r)
{
    const yaml_parser_t *parser = &r->parser;
    const struct wording *what = find_words(problem_words, parser->problem);
    const struct wording *in = find_words(context_words, parser->context);
    struct place place = place_of(r, parser->problem_mark);
    struct place begin = place_of(r, parser->context_mark);
    const char *message = what->ours        ? what->ours
                          : parser->problem ? parser->problem
                                            : "this is not YAML";

    if (parser->error == YAML_MEMORY_ERROR) {
        return out_of_memory(r->source, r->problems);
    }
    if (parser->error == YAML_READER_ERROR) {
        place.line = place.column = 0;
    }
    if (in->ours &&
        (begin.line != place.line || begin.column != place.column)) {
        problems_add(r->problems, PROBLEM_ERROR, place, "Y005", what->hint,
                     "%s, in %s that begins at %u:%u", message, in->ours,
                     begin.line, begin.column);
    } else {
        problems_add(r->problems, PROBLEM_ERROR, place, "Y005", what->hint,
                     "%s", message);
    }
    return false;
}

static struct node *node_new(struct reader *r, enum node_kind kind,
                             yaml_mark_t mark)
{
    struct node *node;

    if (++r->values > VALUES_LIMIT) {
        note(r, mark, "Y014", NULL, "more than 1000000 values in one file");
        return NULL;
    }
    node = arena_alloc(r->arena, sizeof(*node));
    if (!node) {
        out_of_memory(r->source, r->problems);
        return NULL;
    }
    node->kind = kind;
    node->place = place_of(r, mark);
    return node;
}

static struct frame *top(struct reader *r)
{
    return r->depth ? &r->frames[r->depth - 1] : NULL;
}

static bool wants_key(struct reader *r)
{
    const struct frame *frame = top(r);

    return frame && frame->want_key;
}

static void link_node(struct reader *r, struct node *node)
{
    struct frame *frame = top(r);

    if (!frame) {
        r->root = node;
        return;
    }
    if (frame->node->kind == NODE_MAP) {
        node->key = frame->key;
        node->key_place = frame->key_place;
        frame->want_key = true;
    }
    *frame->tail = node;
    frame->tail = &node->next;
    frame->node->count++;
}

static void refuse_extras(struct reader *r, yaml_mark_t mark,
                          const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor) {
        note(r, mark, "Y008", "write the value out where it is needed",
             "anchors are not taken");
    }
    if (tag) {
        note(r, mark, "Y009", "a text in quotes is text without a tag",
             "tags are not taken");
    }
}

static bool take_key(struct reader *r, const yaml_event_t *event,
                     struct view text)
{
    struct frame *frame = top(r);
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (plain && text.size == 0) {
        note(r, event->start_mark, "Y011", NULL, "a key is empty");
    }
    if (plain && view_equal(text, VIEW("<<"))) {
        note(r, event->start_mark, "Y012",
             "write the keys out where they are needed",
             "merge keys are not taken");
    }
    frame->key = text;
    frame->key_place = place_of(r, event->start_mark);
    frame->want_key = false;
    return true;
}

static bool take_scalar(struct reader *r, const yaml_event_t *event)
{
    struct view text = view_of((const char *)event->data.scalar.value,
                               event->data.scalar.length);
    struct node *node;

    refuse_extras(r, event->start_mark, event->data.scalar.anchor,
                  event->data.scalar.tag);
    if (view_find(text, '\0') < text.size) {
        note(r, event->start_mark, "Y013", NULL, "a text holds a NUL");
    }
    text = arena_copy(r->arena, text);
    if (!text.at) {
        return out_of_memory(r->source, r->problems);
    }
    if (wants_key(r)) {
        return take_key(r, event, text);
    }
    node = node_new(r, NODE_SCALAR, event->start_mark);
    if (!node) {
        return false;
    }
    node->text = text;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    link_node(r, node);
    return true;
}

static bool take_alias(struct reader *r, const yaml_event_t *event)
{
    struct node *node;

    note(r, event->start_mark, "Y008",
         "a value that begins with * needs quotes", "aliases are not taken");
    if (wants_key(r)) {
        return false;
    }
    node = node_new(r, NODE_SCALAR, event->start_mark);
    if (!node) {
        return false;
    }
    node->text = VIEW("");
    link_node(r, node);
    return true;
}

static bool open_container(struct reader *r, const yaml_event_t *event,
                           enum node_kind kind)
{
    struct node *node;

    if (wants_key(r)) {
        note(r, event->start_mark, "Y011",
             "a value that begins with { or [ needs quotes",
             kind == NODE_MAP ? "a map as a key" : "a list as a key");
        return false;
    }
    if (r->depth == DEPTH_LIMIT) {
        note(r, event->start_mark, "Y006", NULL, "nested more than 32 deep");
        return false;
    }
    node = node_new(r, kind, event->start_mark);
    if (!node) {
        return false;
    }
    link_node(r, node);
    r->frames[r->depth++] = (struct frame){
        .node = node, .tail = &node->first, .want_key = kind == NODE_MAP};
    return true;
}

/* A value, and of the values with the same key the first. */
struct twin {
    const struct node *node;
    const struct node *first;
};

static int compare_places(struct place a, struct place b)
{
    if (a.line != b.line) {
        return a.line < b.line ? -1 : 1;
    }
    return (a.column > b.column) - (a.column < b.column);
}

static int by_key(const void *a, const void *b)
{
    const struct node *x = ((const struct twin *)a)->node;
    const struct node *y = ((const struct twin *)b)->node;
    int order = view_compare(x->key, y->key);

    return order ? order : compare_places(x->key_place, y->key_place);
}

static int by_place(const void *a, const void *b)
{
    return compare_places(((const struct twin *)a)->node->key_place,
                          ((const struct twin *)b)->node->key_place);
}

/* Keeps those of the n values, sorted by key, whose key came before. */
static size_t keep_twins(struct twin *twins, size_t n)
{
    const struct node *first = NULL;
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        const struct node *node = twins[i].node;

        if (first && view_equal(first->key, node->key)) {
            twins[kept++] = (struct twin){node, first};
        } else {
            first = node;
        }
    }
    return kept;
}

/* By sorting: a map may have a million keys. */
static bool refuse_twins(struct reader *r, const struct node *map)
{
    struct twin *twins;
    size_t n = 0;

    if (map->count < 2) {
        return true;
    }
    twins = malloc(map->count * sizeof(*twins));
    if (!twins) {
        return out_of_memory(r->source, r->problems);
    }
    for (const struct node *node = map->first; node; node = node->next) {
        twins[n++] = (struct twin){node, NULL};
    }
    qsort(twins, n, sizeof(*twins), by_key);
    n = keep_twins(twins, n);
    qsort(twins, n, sizeof(*twins), by_place);
    for (size_t i = 0; i < n; i++) {
        r->failed = true;
        problems_add(r->problems, PROBLEM_ERROR, twins[i].node->key_place,
                     "Y007", NULL, "the key '%.*s' is there already, at %u:%u",
                     VIEW_ARG(shown(twins[i].node->key)),
                     twins[i].first->key_place.line,
                     twins[i].first->key_place.column);
    }
    free(twins);
    return true;
}

static bool close_container(struct reader *r)
{
    const struct node *node = top(r)->node;

    r->depth--;
    return node->kind != NODE_MAP || refuse_twins(r, node);
}

static bool begin_document(struct reader *r, const yaml_event_t *event)
{
    if (r->documents++ > 0) {
        note(r, event->start_mark, "Y010", "one file holds one tree",
             "a second document");
        return false;
    }
    if (event->data.document_start.tag_directives.start !=
        event->data.document_start.tag_directives.end) {
        note(r, event->start_mark, "Y009", NULL, "tags are not taken");
    }
    return true;
}

/* False when reading cannot go on; a problem has been added then. */
static bool take_event(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return begin_document(r, event);
    case YAML_ALIAS_EVENT:
        return take_alias(r, event);
    case YAML_SCALAR_EVENT:
        return take_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
        refuse_extras(r, event->start_mark, event->data.sequence_start.anchor,
                      event->data.sequence_start.tag);
        return open_container(r, event, NODE_LIST);
    case YAML_MAPPING_START_EVENT:
        refuse_extras(r, event->start_mark, event->data.mapping_start.anchor,
                      event->data.mapping_start.tag);
        return open_container(r, event, NODE_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_container(r);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return true;
}

static bool take_events(struct reader *r)
{
    bool more = true;

    while (more) {
        yaml_event_t event;
        bool taken;

        if (!yaml_parser_parse(&r->parser, &event)) {
            return syntax_problem(r);
        }
        taken = take_event(r, &event);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (!taken) {
            return false;
        }
    }
    return !r->failed;
}

/* An empty file, or one with comments only, is an empty map. */
static bool settle_root(struct reader *r)
{
    yaml_mark_t begin = {0, 0, 0};

    if (!r->root || (r->root->kind == NODE_SCALAR && !r->root->quoted &&
                     r->root->text.size == 0)) {
        r->root = node_new(r, NODE_MAP, begin);
    }
    return r->root != NULL;
}

struct node *yaml_read(struct arena *arena, const struct source *source,
                       struct problems *problems)
{
    struct reader r = {.arena = arena, .problems = problems, .source = source};
    struct view text = source->text;
    bool fine;

    if (!yaml_parser_initialize(&r.parser)) {
        out_of_memory(source, problems);
        return NULL;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.at,
                                 text.size);
    fine = take_events(&r) && settle_root(&r);
    yaml_parser_delete(&r.parser);
    return fine ? r.root : NULL;
}
