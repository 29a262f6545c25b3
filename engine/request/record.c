/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a request record: one table of keys, one small reader per type.
 * What the record says is kept as views into the line or, where escapes or
 * base64 had to be undone, into the workspace.
 */
#include "request/record.h"

#include "base/codec.h"
#include "base/json.h"
#include "base/record_time.h"

#define DEPTH_MAX 8
#define KNOWN_MAX REQUEST_HEADERS_MAX

/* A reading under way. */
struct reading {
    struct record *record;
    struct arena *workspace;
    struct json json;
    bool headers_listed; /* headers came as a list */
    bool order_given;    /* "order_kept" was there */
    bool known_given;    /* "headers_known" was there */
    struct view *known;
};

static bool fail(struct reading *r, const char *error)
{
    if (!r->record->error) {
        bool broken = r->json.kind == JSON_ERROR;

        r->record->error = broken ? r->json.error : error;
        r->record->error_at = r->json.at;
    }
    return false;
}

/* ---- values ---- */

/* The rest of {"b64":"..."} after its brace. */
static bool read_b64(struct reading *r, struct view *out)
{
    struct json *json = &r->json;
    char *room;
    size_t size = 0;

    if (json_next(json) != JSON_KEY || !view_equal(json->text, VIEW("b64")) ||
        json_next(json) != JSON_STRING) {
        return fail(r, "expected {\"b64\": text}");
    }
    room = arena_alloc(r->workspace, base64_room(json->text.size));
    if (!room) {
        return fail(r, "record does not fit the workspace");
    }
    if (!base64_decode(json->text, room, &size)) {
        return fail(r, "not base64");
    }
    *out = view_of(room, size);
    return json_next(json) == JSON_END ||
           fail(r, "expected only \"b64\" in the object");
}

/* The value whose first event was just read: text or {"b64":..}. */
static bool read_bytes(struct reading *r, struct view *out)
{
    if (r->json.kind == JSON_STRING) {
        *out = r->json.text;
        return true;
    }
    if (r->json.kind == JSON_OBJECT) {
        return read_b64(r, out);
    }
    return fail(r, "expected a string or {\"b64\": text}");
}

static bool read_text(struct reading *r, void *out)
{
    return read_bytes(r, out);
}

/* Text, or a number as it is written. */
static bool read_word(struct reading *r, void *out)
{
    if (r->json.kind == JSON_NUMBER) {
        *(struct view *)out = r->json.text;
        return true;
    }
    return read_bytes(r, out);
}

static bool read_time(struct reading *r, void *out)
{
    if (r->json.kind != JSON_NUMBER && r->json.kind != JSON_STRING) {
        return fail(r, "expected a time: RFC 3339 text or epoch seconds");
    }
    if (!record_time_read(r->json.text, out)) {
        return fail(r, "not a time: RFC 3339 text or epoch seconds");
    }
    r->record->has_time = true;
    return true;
}

/* "wss" is https in the eyes of whoever set the scheme. */
static bool read_scheme(struct reading *r, void *out)
{
    struct view *scheme = out;

    if (!read_bytes(r, scheme)) {
        return false;
    }
    if (view_equal_fold(*scheme, VIEW("ws"))) {
        *scheme = VIEW("http");
    } else if (view_equal_fold(*scheme, VIEW("wss"))) {
        *scheme = VIEW("https");
    }
    return true;
}

/* "HTTP/2.0", "h2" and "2" are all "2"; what is none stays unknown, and so
 * does "HTTP/1", which may be either. */
static bool read_version(struct reading *r, void *out)
{
    static const struct {
        const char *as_sent, *version;
    } names[] = {
        {"1.0", "1.0"}, {"1.1", "1.1"}, {"2", "2"},   {"2.0", "2"}, {"3", "3"},
        {"3.0", "3"},   {"h2", "2"},    {"h2c", "2"}, {"h3", "3"},
    };
    struct view *version = out;
    struct view sent;

    if (!read_word(r, &sent)) {
        return false;
    }
    if (view_starts_fold(sent, VIEW("http/"))) {
        sent = view_of(sent.at + 5, sent.size - 5);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (view_equal_fold(sent, view_text(names[i].as_sent))) {
            *version = view_text(names[i].version);
        }
    }
    return true;
}

static bool read_asn(struct reading *r, void *out)
{
    unsigned long long asn;

    if ((r->json.kind != JSON_NUMBER && r->json.kind != JSON_STRING) ||
        !view_to_u64(r->json.text, &asn)) {
        return fail(r, "expected an autonomous system's number");
    }
    *(uint64_t *)out = asn;
    r->record->request->has_asn = true;
    return true;
}

static bool read_order_kept(struct reading *r, void *out)
{
    if (r->json.kind != JSON_TRUE && r->json.kind != JSON_FALSE) {
        return fail(r, "expected true or false");
    }
    *(bool *)out = r->json.kind == JSON_TRUE;
    r->order_given = true;
    return true;
}

/* Whatever else a data set writes there is its own affair. */
static bool read_label(struct reading *r, void *out)
{
    (void)out;
    if (r->json.kind == JSON_STRING) {
        r->record->label = r->json.text;
        return true;
    }
    return json_skip(&r->json) || fail(r, NULL);
}

/* ---- headers ---- */

/* The rest of ["Name", value] after its bracket. */
static bool read_pair(struct reading *r)
{
    struct view name, value;

    json_next(&r->json);
    if (!read_bytes(r, &name)) {
        return false;
    }
    json_next(&r->json);
    if (!read_bytes(r, &value)) {
        return false;
    }
    request_add_header(r->record->request, name, value);
    return json_next(&r->json) == JSON_END || fail(r, "expected [name, value]");
}

static bool read_header_list(struct reading *r)
{
    r->headers_listed = true;
    while (json_next(&r->json) == JSON_ARRAY) {
        if (!read_pair(r)) {
            return false;
        }
    }
    return r->json.kind == JSON_END || fail(r, "expected [name, value]");
}

/* A member's value: one line, or a list of lines. */
static bool read_lines(struct reading *r, struct view name)
{
    struct view value;

    if (json_next(&r->json) != JSON_ARRAY) {
        if (!read_bytes(r, &value)) {
            return false;
        }
        request_add_header(r->record->request, name, value);
        return true;
    }
    while (json_next(&r->json) != JSON_END) {
        if (!read_bytes(r, &value)) {
            return false;
        }
        request_add_header(r->record->request, name, value);
    }
    return true;
}

static bool read_headers(struct reading *r, void *out)
{
    (void)out;
    if (r->json.kind == JSON_ARRAY) {
        return read_header_list(r);
    }
    if (r->json.kind != JSON_OBJECT) {
        return fail(r, "expected a list or an object of headers");
    }
    while (json_next(&r->json) == JSON_KEY) {
        if (!read_lines(r, r->json.text)) {
            return false;
        }
    }
    return r->json.kind == JSON_END || fail(r, "expected a header");
}

static bool read_known(struct reading *r, void *out)
{
    struct request *request = r->record->request;
    struct view *names;

    (void)out;
    if (r->json.kind != JSON_ARRAY) {
        return fail(r, "expected a list of header names");
    }
    names = arena_array(r->workspace, KNOWN_MAX, sizeof(*names));
    if (!names) {
        return fail(r, "record does not fit the workspace");
    }
    request->headers_limited = true;
    request->headers_known = names;
    while (json_next(&r->json) != JSON_END) {
        if (request->headers_known_count == KNOWN_MAX) {
            return fail(r, "more than 128 header names");
        }
        if (!read_bytes(r, &names[request->headers_known_count])) {
            return false;
        }
        request->headers_known_count++;
    }
    return true;
}

/* ---- the record ---- */

typedef bool reader(struct reading *r, void *out);

/* Where in the request a key's value goes; others find their own place. */
static const struct key {
    const char *name;
    reader *read;
    size_t at;
} keys[] = {
#define AT(member) offsetof(struct request, member)
    {"id", read_word, AT(id)},
    {"time", read_time, AT(time)},
    {"client_ip", read_text, AT(client_ip)},
    {"method", read_text, AT(method)},
    {"scheme", read_scheme, AT(scheme)},
    {"http_version", read_version, AT(http_version)},
    {"host", read_text, AT(host)},
    {"path", read_text, AT(target)},
    {"headers", read_headers, 0},
    {"headers_known", read_known, 0},
    {"order_kept", read_order_kept, AT(order_kept)},
    {"ja3", read_text, AT(ja3)},
    {"ja4", read_text, AT(ja4)},
    {"country", read_text, AT(country)},
    {"asn", read_asn, AT(asn)},
    {"as_org", read_text, AT(as_org)},
    {"transport", read_text, AT(transport)},
    {"label", read_label, 0},
#undef AT
};

static const struct key *key_find(struct view name)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (view_equal(name, view_text(keys[i].name))) {
            return &keys[i];
        }
    }
    return NULL;
}

static bool read_member(struct reading *r)
{
    const struct key *key = key_find(r->json.text);

    json_next(&r->json);
    if (r->json.kind == JSON_ERROR) {
        return fail(r, NULL);
    }
    if (!key) {
        return json_skip(&r->json) || fail(r, NULL);
    }
    return r->json.kind == JSON_NULL ||
           key->read(r, (char *)r->record->request + key->at);
}

/* Room for unescaped text, if the line can hold any. */
static bool start(struct reading *r, struct view line)
{
    size_t room = view_find(line, '\\') < line.size ? line.size : 0;
    char *scratch = room ? arena_alloc(r->workspace, room) : NULL;

    json_start(&r->json, line, DEPTH_MAX, scratch, room);
    return !room || scratch || fail(r, "record does not fit the workspace");
}

bool record_read(struct record *record, struct view line,
                 struct arena *workspace)
{
    struct reading r = {.record = record, .workspace = workspace};
    const struct known_names *names = record->request->names;

    request_clear(record->request);
    record->request->names = names;
    record->label = VIEW_NONE;
    record->has_time = false;
    record->error = NULL;
    record->error_at = 0;
    if (!start(&r, line)) {
        return false;
    }
    if (json_next(&r.json) != JSON_OBJECT) {
        return fail(&r, "expected an object");
    }
    while (json_next(&r.json) == JSON_KEY) {
        if (!read_member(&r)) {
            return false;
        }
    }
    if (r.json.kind != JSON_END || json_next(&r.json) != JSON_DONE) {
        return fail(&r, "expected the end of the record");
    }
    if (!r.order_given) {
        record->request->order_kept = r.headers_listed;
    }
    return true;
}
