/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `price: reject` in full: who is told what, and where a licence is to be
 * had. Every text here may stand in a header or a page as it is.
 */
#include "pricing/parts_load.h"

#define REASON_MAX_SIZE 64
#define LICENSE_MAX_SIZE 512
#define CONTACT_MAX_SIZE 200

struct refusal_keys {
    int64_t status;
    struct view reason, license, contact;
};
static const struct schema_key refusal_schema[] = {
    {"status", SCHEMA_INTEGER, offsetof(struct refusal_keys, status), false,
     "403", NULL, 0, 0, "402, 403 or 451"},
    {"reason", SCHEMA_TEXT, offsetof(struct refusal_keys, reason), false, NULL,
     NULL, 0, 0, "a word for the answer: no-training"},
    {"license", SCHEMA_TEXT, offsetof(struct refusal_keys, license), false,
     NULL, NULL, 0, 0, "where a licence is to be had: an http or https URL"},
    {"contact", SCHEMA_TEXT, offsetof(struct refusal_keys, contact), false,
     NULL, NULL, 0, 0, "whom to ask: an address, a URL"},
    {0}};

static const struct schema_key reject_schema[] = {
    {"reject", SCHEMA_NODE, 0, true, NULL, NULL, 0, 0,
     "status, reason, license, contact"},
    {0}};

static const struct shape terms_shape = {.kind = SHAPE_KEYS,
                                         .keys = refusal_schema};
static const struct shape_part reject_parts[] = {{"reject", &terms_shape}, {0}};
const struct shape refusal_shape = {
    .kind = SHAPE_KEYS, .keys = reject_schema, .parts = reject_parts};

static bool is_token(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if ((!ascii_is_alnum(c) || ascii_lower(c) != c) && c != '-' &&
            c != '_') {
            return false;
        }
    }
    return v.size > 0 && v.size <= REASON_MAX_SIZE;
}

/* What may stand in a Link header between < and >. */
static bool is_url(struct view v)
{
    size_t scheme = view_starts(v, VIEW("https://"))  ? 8
                    : view_starts(v, VIEW("http://")) ? 7
                                                      : 0;
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if (c <= ' ' || c > '~' || c == '<' || c == '>' || c == '"' ||
            c == '\\' || c == '^' || c == '`' || c == '{' || c == '|' ||
            c == '}') {
            return false;
        }
    }
    return scheme > 0 && v.size > scheme && v.size <= LICENSE_MAX_SIZE;
}

static bool is_printable(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        unsigned char c = (unsigned char)v.at[i];
        if (c < ' ' || c == 0x7f) {
            return false;
        }
    }
    return v.size > 0 && v.size <= CONTACT_MAX_SIZE;
}

static bool refuse_text(struct loader *loader, const struct node *map,
                        const char *key, const char *code, const char *expected)
{
    const struct node *node = node_get(map, key);
    return load_error(loader, node, code, NULL,
                      "'%s': expected %s, found '%.*s'", key, expected,
                      VIEW_ARG(load_shown(node->text)));
}

static bool check_refusal(struct loader *loader, const struct node *map,
                          const struct refusal_keys *keys)
{
    bool fine = true;

    if (keys->status != 402 && keys->status != 403 && keys->status != 451) {
        fine = refuse_text(loader, map, "status", "P019", "402, 403 or 451");
    }
    if (keys->reason.at && !is_token(keys->reason)) {
        fine = refuse_text(loader, map, "reason", "P020",
                           "a word of a-z, 0-9, '-' and '_'");
    }
    if (keys->license.at && !is_url(keys->license)) {
        fine =
            refuse_text(loader, map, "license", "P021", "an http or https URL");
    }
    if (keys->contact.at && !is_printable(keys->contact)) {
        fine = refuse_text(loader, map, "contact", "P022",
                           "1 to 200 printable bytes");
    }
    return fine;
}

bool refusal_read(struct loader *loader, const struct node *node,
                  struct outcome *out)
{
    const struct node *map = NULL;
    struct refusal_keys keys = {0};
    struct refusal *refusal;

    if (!load_map(loader, reject_schema, node, "a price", &map) ||
        !load_map(loader, refusal_schema, map, "reject", &keys) ||
        !check_refusal(loader, map, &keys)) {
        return false;
    }
    refusal = load_array(loader, node, 1, sizeof *refusal);
    if (!refusal) {
        return false;
    }
    refusal->status = (unsigned)keys.status;
    refusal->reason = keys.reason;
    refusal->license = keys.license;
    refusal->contact = keys.contact;
    out->refusal = refusal;
    out->action = PRICE_REJECT;
    return true;
}
