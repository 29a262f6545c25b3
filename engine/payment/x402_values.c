/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An x402 header as values: base64 of a JSON object.
 *
 *   v1 {x402Version: 1, scheme, network, payload}
 *   v2 {x402Version: 2, accepted {scheme, network, amount, asset, payTo,
 *       maxTimeoutSeconds, extra?}, payload, resource?, extensions?}
 *
 * The key tables say which values are looked at; all others are skipped.
 * Whether a value is any good is not asked here.
 */
#include "payment/x402_values.h"

#include "base/codec.h"

struct key_row {
    struct view name;
    enum x402_key key;
    const struct key_row *inside; /* of an object; NULL: not looked into */
};

#define ROW(name, key, inside)                                                 \
    {                                                                          \
        {name, sizeof(name) - 1}, key, inside                                  \
    }
#define LAST_ROW                                                               \
    {                                                                          \
        {NULL, 0}, X402_KEYS, NULL                                             \
    }

static const struct key_row extra_rows[] = {ROW("quote", EXTRA_QUOTE, NULL),
                                            LAST_ROW};

static const struct key_row accepted_rows[] = {
    ROW("scheme", ACCEPTED_SCHEME, NULL),
    ROW("network", ACCEPTED_NETWORK, NULL),
    ROW("amount", ACCEPTED_AMOUNT, NULL),
    ROW("asset", ACCEPTED_ASSET, NULL),
    ROW("payTo", ACCEPTED_PAY_TO, NULL),
    ROW("maxTimeoutSeconds", ACCEPTED_MAX_TIMEOUT, NULL),
    ROW("extra", ACCEPTED_EXTRA, extra_rows),
    LAST_ROW};

static const struct key_row authorization_rows[] = {
    ROW("from", AUTHORIZATION_FROM, NULL),
    ROW("to", AUTHORIZATION_TO, NULL),
    ROW("value", AUTHORIZATION_VALUE, NULL),
    ROW("validAfter", AUTHORIZATION_VALID_AFTER, NULL),
    ROW("validBefore", AUTHORIZATION_VALID_BEFORE, NULL),
    ROW("nonce", AUTHORIZATION_NONCE, NULL),
    LAST_ROW};

static const struct key_row permitted_rows[] = {
    ROW("token", PERMITTED_TOKEN, NULL), ROW("amount", PERMITTED_AMOUNT, NULL),
    LAST_ROW};

static const struct key_row witness_rows[] = {
    ROW("to", WITNESS_TO, NULL), ROW("validAfter", WITNESS_VALID_AFTER, NULL),
    LAST_ROW};

static const struct key_row permit2_rows[] = {
    ROW("from", PERMIT2_FROM, NULL),
    ROW("permitted", PERMIT2_PERMITTED, permitted_rows),
    ROW("spender", PERMIT2_SPENDER, NULL),
    ROW("nonce", PERMIT2_NONCE, NULL),
    ROW("deadline", PERMIT2_DEADLINE, NULL),
    ROW("witness", PERMIT2_WITNESS, witness_rows),
    LAST_ROW};

static const struct key_row payload_rows[] = {
    ROW("signature", PAYLOAD_SIGNATURE, NULL),
    ROW("authorization", PAYLOAD_AUTHORIZATION, authorization_rows),
    ROW("permit2Authorization", PAYLOAD_PERMIT2, permit2_rows),
    ROW("delegationManager", PAYLOAD_DELEGATION_MANAGER, NULL),
    ROW("permissionContext", PAYLOAD_PERMISSION_CONTEXT, NULL),
    ROW("delegator", PAYLOAD_DELEGATOR, NULL),
    ROW("transaction", PAYLOAD_TRANSACTION, NULL),
    LAST_ROW};

static const struct key_row info_rows[] = {
    ROW("id", INFO_ID, NULL), ROW("required", INFO_REQUIRED, NULL), LAST_ROW};

static const struct key_row identifier_rows[] = {
    ROW("info", IDENTIFIER_INFO, info_rows), LAST_ROW};

static const struct key_row extension_rows[] = {
    ROW("payment-identifier", EXTENSION_IDENTIFIER, identifier_rows), LAST_ROW};

static const struct key_row top_rows[] = {
    ROW("x402Version", X402_VERSION, NULL),
    ROW("scheme", X402_SCHEME, NULL),
    ROW("network", X402_NETWORK, NULL),
    ROW("accepted", X402_ACCEPTED, accepted_rows),
    ROW("payload", X402_PAYLOAD, payload_rows),
    ROW("resource", X402_RESOURCE, NULL),
    ROW("extensions", X402_EXTENSIONS, extension_rows),
    LAST_ROW};

static const struct key_row *find_row(const struct key_row *rows,
                                      struct view name)
{
    for (; rows->name.at; rows++) {
        if (view_equal(rows->name, name)) {
            return rows;
        }
    }
    return NULL;
}

/* Reads an object whose start was just read, to its end. Goes as deep as the
 * tables do. False: the JSON is wrong (json->kind says so). */
static bool collect(struct json *json, const struct key_row *rows,
                    struct x402_values *values)
{
    while (json_next(json) == JSON_KEY) {
        const struct key_row *row = find_row(rows, json->text);
        struct x402_value *value;
        size_t from;

        json_next(json);
        if (!row) {
            json_skip(json);
            continue;
        }
        from = json->from;
        value = &values->of[row->key];
        *value = (struct x402_value){json->kind, json->text};
        if (json->kind == JSON_OBJECT && row->inside) {
            collect(json, row->inside, values);
        } else {
            json_skip(json);
        }
        if (value->kind == JSON_OBJECT || value->kind == JSON_ARRAY) {
            value->text = view_of(json->input.at + from, json->at - from);
        }
    }
    return json->kind == JSON_END;
}

const char *x402_decode(struct view value, struct arena *workspace,
                        struct x402_values *values, struct view *text)
{
    struct json json;
    char *room = arena_alloc(workspace, base64_room(value.size));
    char *scratch = NULL;
    size_t size;

    if (!room) {
        return "no_room";
    }
    if (!base64_decode(value, room, &size)) {
        return "not_base64";
    }
    *text = view_of(room, size);
    if (memchr(room, '\\', size)) {
        scratch = arena_alloc(workspace, size);
        if (!scratch) {
            return "no_room";
        }
    }
    json_start(&json, *text, JSON_DEPTH_MAX, scratch, size);
    if (json_next(&json) != JSON_OBJECT) {
        return json.kind == JSON_ERROR ? "not_json" : "not_an_object";
    }
    if (!collect(&json, top_rows, values) || json_next(&json) != JSON_DONE) {
        return "not_json";
    }
    return NULL;
}
