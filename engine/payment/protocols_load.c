/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: what the `payments:` section says by protocol.
 *
 *   malformed: { x402: reject, mpp: strip }    or one action for all
 *   gate: { x402: [1, 2], protocols: [x402, mpp], networks: [eip155:8453] }
 *   headers: { X-Toll: x402 }
 *
 *   M001 an action that would not be safe
 *   M002 a version that x402 does not have
 *   M003 a gate that takes nothing
 *   M005 a protocol that there is not, or that no header is mapped to
 *   M006 a name that is no header's, or that has a meaning of its own
 *   M007 a network that is not written as CAIP-2
 */
#include "payment/protocols_load.h"

#include "config/schema.h"
#include "payment/network.h"

static const char *const actions[] = {
    [PAYMENT_REJECT] = "reject", [PAYMENT_STRIP] = "strip", NULL};

/* ---- malformed ---- */

#define MALFORMED(name, protocol)                                              \
    {                                                                          \
        name, SCHEMA_CHOICE, sizeof(int) * PROTOCOL_##protocol, false, NULL,   \
            actions, 0, 0, "what is done with one of that protocol"            \
    }
static const struct schema_key malformed_keys[] = {
    MALFORMED("x402", X402),
    MALFORMED("mpp", MPP),
    MALFORMED("l402", L402),
    MALFORMED("crawler-price", CRAWLER_PRICE),
    MALFORMED("rsl", RSL),
    MALFORMED("siwx", SIWX),
    {0}};

static const struct shape action_shape = {.kind = SHAPE_CHOICE,
                                          .words = actions};
static const struct shape each_shape = {.kind = SHAPE_KEYS,
                                        .keys = malformed_keys};
static const struct shape *const malformed_any[] = {&action_shape, &each_shape,
                                                    NULL};
const struct shape malformed_shape = {.kind = SHAPE_EITHER,
                                      .either = malformed_any};

/* It has no identity that could be claimed. */
static bool refuse_pass(const struct node *node, struct problems *problems)
{
    problems_add(problems, PROBLEM_ERROR, node->place, "M001",
                 "it has no identity that can be claimed",
                 "'malformed: pass' is not safe; reject or strip");
    return false;
}

bool protocols_read_malformed(const struct node *node,
                              struct payment_settings *settings,
                              struct arena *arena, struct problems *problems)
{
    int read[PROTOCOL_COUNT];

    if (!node) {
        return true;
    }
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        read[i] = (int)settings->malformed[i];
    }
    if (node->kind == NODE_MAP) {
        if (!schema_read(malformed_keys, node, "malformed", read, arena,
                         problems)) {
            return false;
        }
    } else if (view_equal(node->text, VIEW("pass"))) {
        return refuse_pass(node, problems);
    } else if (!schema_choice(node, actions, &read[0], problems)) {
        return false;
    }
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        settings->malformed[i] =
            (enum payment_action)read[node->kind == NODE_MAP ? i : 0];
    }
    return true;
}

static enum payment_protocol find_protocol(struct view name)
{
    for (size_t i = PROTOCOL_NONE + 1; i < PROTOCOL_COUNT; i++) {
        if (view_equal(name, view_text(payment_protocol_names[i]))) {
            return (enum payment_protocol)i;
        }
    }
    return PROTOCOL_NONE;
}

static bool refuse_protocol(const struct node *node, const char *hint,
                            struct problems *problems)
{
    problems_add(problems, PROBLEM_ERROR, node->place, "M005", hint,
                 "expected a payment protocol, found '%.*s'",
                 VIEW_ARG(node->text));
    return false;
}

/* ---- gate ---- */

struct gate {
    struct schema_texts x402, protocols, networks;
};

static const struct schema_key gate_keys[] = {
    {"x402", SCHEMA_TEXTS, offsetof(struct gate, x402), false, NULL, NULL, 0, 0,
     "versions of x402: 1, 2"},
    {"protocols", SCHEMA_TEXTS, offsetof(struct gate, protocols), false, NULL,
     NULL, 0, 0, "x402, mpp, l402, crawler-price, rsl, siwx"},
    {"networks", SCHEMA_TEXTS, offsetof(struct gate, networks), false, NULL,
     NULL, 0, 0, "networks as CAIP-2 writes them: eip155:8453"},
    {0}};

const struct shape gate_shape = {.kind = SHAPE_KEYS, .keys = gate_keys};
const struct shape payment_headers_shape = {.kind = SHAPE_MAP,
                                            .of = &shape_scalar};

static bool read_versions(const struct schema_texts *texts, unsigned *versions,
                          struct problems *problems)
{
    bool fine = true;

    *versions = 0;
    for (size_t i = 0; i < texts->count; i++) {
        struct view text = texts->nodes[i]->text;

        if (view_equal(text, VIEW("1")) || view_equal(text, VIEW("2"))) {
            *versions |= 1u << (text.at[0] - '0');
        } else {
            problems_add(
                problems, PROBLEM_ERROR, texts->nodes[i]->place, "M002", NULL,
                "x402 has versions 1 and 2, found '%.*s'", VIEW_ARG(text));
            fine = false;
        }
    }
    return fine;
}

static bool read_protocols(const struct schema_texts *texts,
                           unsigned *protocols, struct problems *problems)
{
    bool fine = true;

    *protocols = 0;
    for (size_t i = 0; i < texts->count; i++) {
        enum payment_protocol found = find_protocol(texts->nodes[i]->text);

        if (found == PROTOCOL_NONE) {
            fine = refuse_protocol(
                texts->nodes[i], "x402, mpp, l402, crawler-price, rsl or siwx",
                problems);
        }
        *protocols |= 1u << found;
    }
    return fine;
}

static bool read_networks(const struct schema_texts *texts,
                          struct payment_settings *settings,
                          struct arena *arena, struct problems *problems)
{
    struct view *networks =
        arena_array(arena, texts->count + 1, sizeof(*networks));
    bool fine = networks != NULL;

    for (size_t i = 0; i < texts->count && networks; i++) {
        const struct node *node = texts->nodes[i];

        networks[i] = node->text;
        if (view_find(node->text, ':') == node->text.size ||
            !network_is_canonical(node->text)) {
            problems_add(problems, PROBLEM_ERROR, node->place, "M007",
                         "as in eip155:8453",
                         "expected a network as CAIP-2 writes it, found "
                         "'%.*s'",
                         VIEW_ARG(node->text));
            fine = false;
        }
    }
    settings->gate_networks = networks;
    settings->gate_network_count = texts->count;
    return fine;
}

bool protocols_read_gate(const struct node *node,
                         struct payment_settings *settings, struct arena *arena,
                         struct problems *problems)
{
    struct gate gate = {{NULL, 0}, {NULL, 0}, {NULL, 0}};

    if (!node) {
        return true;
    }
    if (!schema_read(gate_keys, node, "a gate", &gate, arena, problems)) {
        return false;
    }
    for (const struct node *child = node->first; child; child = child->next) {
        if (child->kind == NODE_LIST && child->count == 0) {
            problems_add(problems, PROBLEM_ERROR, child->place, "M003",
                         "leave it out if the gate takes all of them",
                         "a gate that takes nothing: '%.*s' is empty",
                         VIEW_ARG(child->key));
            return false;
        }
    }
    return read_versions(&gate.x402, &settings->gate_versions, problems) &&
           read_protocols(&gate.protocols, &settings->gate_protocols,
                          problems) &&
           read_networks(&gate.networks, settings, arena, problems);
}

/* ---- headers ---- */

static bool is_header_name(struct view name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.at[i];

        if (!ascii_is_alnum(c) && c != '-' && c != '_') {
            return false;
        }
    }
    return name.size > 0 && name.size <= 64;
}

/* Names that requests cannot do without, or that carry payments already. */
static bool is_taken(struct view name)
{
    static const char *const plain[] = {"host",
                                        "connection",
                                        "trailer",
                                        "cookie",
                                        "user-agent",
                                        "accept",
                                        "accept-encoding",
                                        "signature",
                                        "via",
                                        "forwarded",
                                        "content-length",
                                        "transfer-encoding",
                                        "signature-input",
                                        "access-control-expose-headers"};

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (view_equal_fold(name, view_text(plain[i]))) {
            return true;
        }
    }
    for (size_t i = 0; payment_guarded_headers[i]; i++) {
        if (view_equal_fold(name, view_text(payment_guarded_headers[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < payment_header_count; i++) {
        if (view_equal_fold(name, payment_headers[i].name)) {
            return true;
        }
    }
    return false;
}

/* The header that is mapped unless the operator says otherwise. */
static bool is_mapped_already(struct view name)
{
    return view_equal_fold(name, VIEW("X-Payment-Authorization"));
}

/* One more header, if all is well with it. */
static bool map_header(const struct node *node, struct payment_header *out,
                       struct problems *problems)
{
    bool maps = node->kind == NODE_SCALAR;

    if (!is_header_name(node->key) ||
        (is_taken(node->key) && !is_mapped_already(node->key))) {
        problems_add(problems, PROBLEM_ERROR, node->key_place, "M006", NULL,
                     "'%.*s' cannot be mapped to a payment protocol",
                     VIEW_ARG(node->key));
        return false;
    }
    out->name = node->key;
    out->protocol = maps ? find_protocol(node->text) : PROTOCOL_NONE;
    out->version = 0;
    if (out->protocol == PROTOCOL_NONE ||
        out->protocol == PROTOCOL_CRAWLER_PRICE) {
        return refuse_protocol(node, "x402, mpp, l402, rsl or siwx", problems);
    }
    return true;
}

static void remap(struct payment_header *headers,
                  const struct payment_header *to)
{
    for (size_t i = 0; i < payment_header_count; i++) {
        if (view_equal_fold(headers[i].name, to->name)) {
            headers[i].protocol = to->protocol;
        }
    }
}

bool protocols_read_headers(const struct node *node,
                            struct payment_settings *settings,
                            struct arena *arena, struct problems *problems)
{
    struct payment_header *headers;
    struct view *names;
    size_t n = payment_header_count;

    if (!node) {
        return true;
    }
    if (!schema_expect(node, NODE_MAP, problems)) {
        return false;
    }
    if (n + node->count > PAYMENT_HEADERS_MAX) {
        problems_add(problems, PROBLEM_ERROR, node->place, "M006", NULL,
                     "at most %zu headers can be mapped",
                     PAYMENT_HEADERS_MAX - n);
        return false;
    }
    headers = arena_array(arena, PAYMENT_HEADERS_MAX, sizeof(*headers));
    names = arena_array(arena, PAYMENT_HEADERS_MAX, sizeof(*names));
    if (!headers || !names) {
        return false;
    }
    memcpy(headers, payment_headers, n * sizeof(*headers));
    for (const struct node *child = node->first; child; child = child->next) {
        if (!map_header(child, &headers[n], problems)) {
            return false;
        }
        if (is_mapped_already(child->key)) {
            remap(headers, &headers[n]);
            continue;
        }
        names[n - payment_header_count] = headers[n].name;
        n++;
    }
    settings->headers = headers;
    settings->header_count = n;
    settings->mapped = (struct retry_names){names, n - payment_header_count};
    return true;
}
