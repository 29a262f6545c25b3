/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building a signature base. The list of components is written again from
 * what was read of it, as the RFC demands, for the signer's own spaces are
 * not what he signed.
 */
#include "request/signature_base.h"

#define BASE_ROOM ((size_t)24 * 1024)
#define PARAMS_ROOM ((size_t)8 * 1024)

/* One component identifier: a name, and the key of ;key. */
struct component {
    struct view name;
    struct view key; /* NONE: no ;key */
    bool odd;        /* it has parameters that are not known here */
};

struct building {
    const struct request *request;
    struct arena *workspace;
    struct signature_base *out;
    struct text base;
    struct text params; /* "(...)" and what follows */
    struct component seen[SIGNATURE_COMPONENTS_MAX];
    size_t count;
};

/* ---- header fields ---- */

struct view signature_field(const struct request *request, struct view name,
                            struct arena *workspace)
{
    struct view value = VIEW_NONE;
    struct text text;
    size_t lines = 0, size = 0;
    char *room;

    for (size_t i = 0; i < request->header_count; i++) {
        if (view_equal_fold(request->headers[i].name, name)) {
            value = view_trim(request->headers[i].value);
            size += value.size + 2;
            lines++;
        }
    }
    if (lines <= 1) {
        return value;
    }
    room = arena_alloc(workspace, size);
    if (!room) {
        return VIEW_NONE;
    }
    text = text_in(room, size);
    for (size_t i = 0; i < request->header_count; i++) {
        if (view_equal_fold(request->headers[i].name, name)) {
            text_add(&text, text.size ? VIEW(", ") : VIEW(""));
            text_add(&text, view_trim(request->headers[i].value));
        }
    }
    return text_view(&text);
}

static void write_params(struct sf *sf, struct text *out)
{
    struct view key;
    struct sf_item value;

    while (sf_param(sf, &key, &value)) {
        text_add_char(out, ';');
        text_add(out, key);
        if (value.kind != SF_BOOLEAN || !value.number) {
            text_add_char(out, '=');
            sf_write(out, &value);
        }
    }
}

/* The value of the member that was just entered, as its parser read it. */
static void write_member(struct sf *sf, struct text *out)
{
    struct sf_item item;

    if (sf_list(sf)) {
        char before = '(';

        while (sf_next(sf, &item)) {
            text_add_char(out, before);
            sf_write(out, &item);
            write_params(sf, out);
            before = ' ';
        }
        text_add(out, before == '(' ? VIEW("()") : VIEW(")"));
    } else if (sf_item(sf, &item)) {
        sf_write(out, &item);
    }
    write_params(sf, out);
}

/* The last member of that key, for it is the one that holds. */
static enum signature_base_result add_keyed(struct building *b,
                                            struct view value, struct view key)
{
    size_t start = b->base.size;
    bool found = false;
    struct view name;
    struct sf sf;

    sf_start(&sf, value);
    while (sf_member(&sf, &name)) {
        struct text nowhere = text_in(NULL, 0);
        bool wanted = view_equal(name, key);

        if (wanted) {
            b->base.size = start;
            found = true;
        }
        write_member(&sf, wanted ? &b->base : &nowhere);
    }
    return found && !sf.failed ? SIGNATURE_BASE_WHOLE : SIGNATURE_BASE_UNSURE;
}

/* A field that is not there may have been taken out on the way. */
static enum signature_base_result add_field(struct building *b,
                                            const struct component *c)
{
    struct view value = signature_field(b->request, c->name, b->workspace);

    if (view_equal(c->name, VIEW("signature-agent"))) {
        b->out->covers_agent = true;
    } else {
        b->out->fragile = true;
    }
    if (!value.at) {
        return SIGNATURE_BASE_UNSURE;
    }
    if (c->key.at) {
        return add_keyed(b, value, c->key);
    }
    text_add(&b->base, value);
    return SIGNATURE_BASE_WHOLE;
}

/* ---- derived components ---- */

/* The host as sent, small letters, without the port of its scheme. A browser
 * never writes that port; where the scheme is unknown, neither is taken. */
static struct view authority(const struct request *r)
{
    struct view host = r->host;
    bool plain = r->scheme.at && view_equal_fold(r->scheme, VIEW("http"));
    bool secure = r->scheme.at && view_equal_fold(r->scheme, VIEW("https"));

    if (!secure && view_ends(host, VIEW(":80"))) {
        host.size -= 3;
    } else if (!plain && view_ends(host, VIEW(":443"))) {
        host.size -= 4;
    }
    return host;
}

static void add_lower(struct text *out, struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        text_add_char(out, ascii_lower(v.at[i]));
    }
}

static void add_query(struct text *out, const struct request *r)
{
    text_add_char(out, '?');
    text_add(out, r->path.query);
}

static void add_path(struct text *out, const struct request *r)
{
    text_add(out, r->path.raw.size ? r->path.raw : VIEW("/"));
}

enum derived { METHOD, AUTHORITY, SCHEME, PATH, QUERY, TARGET, TARGET_URI };

static const struct {
    const char *name;
    enum derived derived;
    bool needs_host, needs_path, needs_scheme;
} derived_components[] = {
    {"@method", METHOD, false, false, false},
    {"@authority", AUTHORITY, true, false, false},
    {"@scheme", SCHEME, false, false, true},
    {"@path", PATH, false, true, false},
    {"@query", QUERY, false, true, false},
    {"@request-target", TARGET, false, true, false},
    {"@target-uri", TARGET_URI, true, true, true},
};

static void add_derived(struct building *b, enum derived derived)
{
    const struct request *r = b->request;

    switch (derived) {
    case METHOD:
        text_add(&b->base, r->method);
        break;
    case TARGET_URI:
        add_lower(&b->base, r->scheme);
        text_add(&b->base, VIEW("://"));
        add_lower(&b->base, authority(r));
        add_path(&b->base, r);
        if (r->path.query.at) {
            add_query(&b->base, r);
        }
        break;
    case AUTHORITY:
        add_lower(&b->base, authority(r));
        break;
    case SCHEME:
        add_lower(&b->base, r->scheme);
        break;
    case PATH:
        add_path(&b->base, r);
        break;
    case QUERY:
        add_query(&b->base, r);
        break;
    case TARGET:
        text_add(&b->base, r->target);
        break;
    }
}

static enum signature_base_result add_named(struct building *b,
                                            const struct component *c)
{
    const struct request *r = b->request;
    size_t rows = sizeof derived_components / sizeof *derived_components;

    for (size_t i = 0; i < rows; i++) {
        if (!view_equal(c->name, view_text(derived_components[i].name))) {
            continue;
        }
        if ((!r->method.at) || c->key.at ||
            (derived_components[i].needs_host && !r->host.at) ||
            (derived_components[i].needs_path && !r->path.raw.at) ||
            (derived_components[i].needs_scheme && !r->scheme.at)) {
            return SIGNATURE_BASE_UNSURE;
        }
        /* The scheme is what the last proxy says; a path with more than one
         * reading may have been put in order by one. */
        b->out->fragile |= derived_components[i].needs_scheme;
        b->out->fragile |=
            derived_components[i].needs_path &&
            (r->path.ambiguous || !view_equal(r->path.raw, r->path.canonical));
        b->out->covers_authority |= derived_components[i].needs_host;
        add_derived(b, derived_components[i].derived);
        return SIGNATURE_BASE_WHOLE;
    }
    return SIGNATURE_BASE_UNSURE; /* @query-param, @status, ... */
}

/* ---- components ---- */

static bool is_field_name(struct view name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.at[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
            !strchr("!#$%&'*+-.^_`|~", c)) {
            return false;
        }
    }
    return name.size > 0;
}

/* Reads its parameters, which are a part of its name. */
static void read_component(struct building *b, struct sf *sf,
                           const struct sf_item *item, struct component *c)
{
    struct sf params = *sf;
    struct sf_item value;
    struct view key;

    *c = (struct component){item->text, VIEW_NONE, false};
    while (sf_param(&params, &key, &value)) {
        if (view_equal(key, VIEW("key")) && value.kind == SF_STRING &&
            !c->key.at) {
            c->key = value.text;
        } else {
            c->odd = true;
        }
    }
    text_add(&b->params, b->count ? VIEW(" \"") : VIEW("\""));
    text_add(&b->params, c->name);
    text_add_char(&b->params, '"');
    write_params(sf, &b->params);
}

static bool is_doubled(const struct building *b, const struct component *c)
{
    for (size_t i = 0; i < b->count; i++) {
        if (!c->odd && !b->seen[i].odd &&
            view_equal(b->seen[i].name, c->name) &&
            (b->seen[i].key.at != NULL) == (c->key.at != NULL) &&
            view_equal(b->seen[i].key, c->key)) {
            return true;
        }
    }
    return false;
}

static enum signature_base_result
add_component(struct building *b, struct sf *sf, const struct sf_item *item)
{
    enum signature_base_result result;
    size_t start = b->params.size + (b->count > 0);
    struct component c;

    if (item->kind != SF_STRING || b->count == SIGNATURE_COMPONENTS_MAX) {
        return SIGNATURE_BASE_WRONG;
    }
    read_component(b, sf, item, &c);
    if (is_doubled(b, &c) || c.name.size == 0 ||
        (c.name.at[0] != '@' && !is_field_name(c.name))) {
        return SIGNATURE_BASE_WRONG;
    }
    b->seen[b->count++] = c;
    if (c.odd || b->params.cut) {
        return SIGNATURE_BASE_UNSURE;
    }
    text_add(&b->base, view_of(b->params.at + start, b->params.size - start));
    text_add(&b->base, VIEW(": "));
    result = c.name.at[0] == '@' ? add_named(b, &c) : add_field(b, &c);
    text_add_char(&b->base, '\n');
    return result;
}

enum signature_base_result signature_base(const struct request *request,
                                          struct view member,
                                          struct arena *workspace,
                                          struct signature_base *out)
{
    char *base = arena_alloc(workspace, BASE_ROOM);
    char *params = arena_alloc(workspace, PARAMS_ROOM);
    struct building b = {
        .request = request, .workspace = workspace, .out = out};
    enum signature_base_result result = SIGNATURE_BASE_WHOLE;
    struct sf sf = {.input = member, .begun = true};
    struct sf_item item;

    *out = (struct signature_base){.text = VIEW_NONE};
    if (!base || !params || !sf_list(&sf)) {
        return SIGNATURE_BASE_UNSURE;
    }
    b.base = text_in(base, BASE_ROOM);
    b.params = text_in(params, PARAMS_ROOM);
    text_add_char(&b.params, '(');
    while (sf_next(&sf, &item)) {
        enum signature_base_result one = add_component(&b, &sf, &item);

        if (one == SIGNATURE_BASE_WRONG) {
            return one;
        }
        result = one == SIGNATURE_BASE_UNSURE ? one : result;
    }
    text_add_char(&b.params, ')');
    write_params(&sf, &b.params);
    text_add(&b.base, VIEW("\"@signature-params\": "));
    text_add(&b.base, text_view(&b.params));
    out->text = text_view(&b.base);
    return b.base.cut || b.params.cut ? SIGNATURE_BASE_UNSURE : result;
}
