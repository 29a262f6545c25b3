/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading half: the `payments:` section.
 *
 *   payments:
 *     malformed: { x402: reject, mpp: strip }   or one for all protocols
 *     replayed: reject           what is done with payments in a state:
 *     ...                          reject, strip or pass
 *     max-header-bytes: 8KiB
 *     gate: { x402: [1, 2], protocols: [x402, mpp], networks: [eip155:8453] }
 *     headers: { X-Toll: x402 }  more headers that payments come in
 *     signature: flag            off, flag or reject
 *
 *   M001 an action that would not be safe in that state
 *   M004 a signature check that was not built in
 *   others: protocols_load.c
 *
 * Not every action is to be had in every state: what passes downstream must
 * have been claimed, be reusable, or be an equal copy that a gate answers
 * from its own memory.
 */
#include "payment/settings_load.h"

#include "config/schema.h"
#include "payment/protocols_load.h"
#include "payment/recover.h"

#define SECOND INT64_C(1000000)

struct section {
    int actions[PAYMENT_STATES];
    int64_t max_header_bytes;
    int64_t settle_margin, skew, max_lifetime;
    int signatures;
    const struct node *malformed, *gate, *headers;
};

static const char *const actions[] = {[PAYMENT_REJECT] = "reject",
                                      [PAYMENT_STRIP] = "strip",
                                      [PAYMENT_PASS] = "pass",
                                      NULL};

static const char *const signatures[] = {[SIGNATURES_OFF] = "off",
                                         [SIGNATURES_FLAG] = "flag",
                                         [SIGNATURES_REJECT] = "reject",
                                         NULL};

#define AT(field) offsetof(struct section, field)
#define ACTION(name, state, preset, doc)                                       \
    {                                                                          \
        name, SCHEMA_CHOICE, AT(actions[PAYMENT_##state]), false, preset,      \
            actions, 0, 0, doc                                                 \
    }
#define NUMBER(name, type, field, preset, min, max, doc)                       \
    {                                                                          \
        name, SCHEMA_##type, AT(field), false, preset, NULL, min, max, doc     \
    }

static const struct schema_key keys[] = {
    {"malformed", SCHEMA_NODE, AT(malformed), false, NULL, NULL, 0, 0,
     "undecodable, of a wrong shape, too long, doubled; one action, or one "
     "for each protocol"},
    ACTION("unneeded", UNNEEDED, "strip",
           "nothing is sold, or not to this version"),
    ACTION("unknown-scheme", UNKNOWN_SCHEME, "pass",
           "a scheme or network that is not checked here; claimed"),
    ACTION("wrong-network", WRONG_NETWORK, "strip", "not the policy's network"),
    ACTION("wrong-asset", WRONG_ASSET, "strip", "not the policy's asset"),
    ACTION("wrong-recipient", WRONG_RECIPIENT, "strip",
           "not the policy's pay-to"),
    ACTION("wrong-payer", WRONG_PAYER, "strip",
           "not the payer whom the price was told"),
    ACTION("expired", EXPIRED, "strip", "over before it could settle"),
    ACTION("early", EARLY, "strip", "not valid yet"),
    ACTION("too-long", TOO_LONG, "strip", "valid beyond max-lifetime"),
    ACTION("wrong-amount", WRONG_AMOUNT, "strip", "not a price that holds"),
    ACTION("locked-out", LOCKED_OUT, "reject",
           "a payer whose settlements failed, for a while"),
    ACTION("conflicting", CONFLICTING, "reject",
           "a payment-identifier that came with another payload"),
    ACTION("repeated", REPEATED, "reject",
           "a payment-identifier and payload that came before"),
    ACTION("replayed", REPLAYED, "reject", "a payment that came before"),
    ACTION("reusable", REUSABLE, "pass", "made to be used many times"),
    NUMBER("max-header-bytes", SIZE, max_header_bytes, "8KiB", 1024, 16384,
           "a longer payment header is malformed"),
    NUMBER("settle-margin", DURATION, settle_margin, "6s", 0, 600 * SECOND,
           "a payment must be valid for this much longer"),
    NUMBER("skew", DURATION, skew, "5s", 0, 600 * SECOND,
           "how far clients' clocks may be ahead"),
    NUMBER("max-lifetime", DURATION, max_lifetime, "1h", SECOND,
           INT64_C(31) * 86400 * SECOND,
           "a payment that is valid for longer is too-long"),
    {"signature", SCHEMA_CHOICE, AT(signatures), false, NULL, signatures, 0, 0,
     "what is done with one that is not of the payer's own key"},
    {"gate", SCHEMA_NODE, AT(gate), false, NULL, NULL, 0, 0,
     "what the gate takes"},
    {"headers", SCHEMA_NODE, AT(headers), false, NULL, NULL, 0, 0,
     "more headers that payments come in, by protocol"},
    {0}};

static const struct shape_part parts[] = {{"malformed", &malformed_shape},
                                          {"gate", &gate_shape},
                                          {"headers", &payment_headers_shape},
                                          {0}};
const struct shape payments_shape = {
    .kind = SHAPE_KEYS, .keys = keys, .parts = parts};

/* What may not be, and why. */
static const struct unsafe {
    const char *key;
    enum payment_state state;
    const char *why;
} never_passes[] = {
    {"unneeded", PAYMENT_UNNEEDED, "nothing is claimed where nothing is sold"},
    {"too-long", PAYMENT_TOO_LONG,
     "its claim would have to be kept as long; see max-lifetime"},
    {"locked-out", PAYMENT_LOCKED_OUT, "nothing of its payer's is claimed"},
    {"conflicting", PAYMENT_CONFLICTING, "its identifier is claimed already"},
    {"replayed", PAYMENT_REPLAYED, "one payment would be let through twice"}};

static bool check_actions(const struct node *map, const struct section *section,
                          struct problems *problems)
{
    bool fine = true;

    for (size_t i = 0; i < sizeof(never_passes) / sizeof(never_passes[0]);
         i++) {
        const struct unsafe *unsafe = &never_passes[i];

        if (section->actions[unsafe->state] == PAYMENT_PASS) {
            problems_add(problems, PROBLEM_ERROR,
                         node_get(map, unsafe->key)->place, "M001", unsafe->why,
                         "'%s: pass' is not safe; reject or strip",
                         unsafe->key);
            fine = false;
        }
    }
    return fine;
}

static bool check_signatures(const struct node *map,
                             const struct section *section,
                             struct problems *problems)
{
    if (section->signatures == SIGNATURES_OFF || recover_available()) {
        return true;
    }
    problems_add(problems, PROBLEM_ERROR, node_get(map, "signature")->place,
                 "M004", "install libsecp256k1-dev and build again",
                 "'signature: %s' needs libsecp256k1, which this build was "
                 "made without",
                 signatures[section->signatures]);
    return false;
}

bool payment_settings_read(const struct node *section,
                           struct payment_settings *out, struct arena *arena,
                           struct problems *problems)
{
    struct payment_settings settings;
    struct section read = {0};

    payment_settings_default(&settings);
    if (section) {
        for (size_t i = 0; i < PAYMENT_STATES; i++) {
            read.actions[i] = (int)settings.actions[i];
        }
        read.signatures = (int)settings.signatures;
        if (!schema_read(keys, section, "payments", &read, arena, problems) ||
            !check_actions(section, &read, problems) ||
            !check_signatures(section, &read, problems) ||
            !protocols_read_malformed(read.malformed, &settings, arena,
                                      problems) ||
            !protocols_read_gate(read.gate, &settings, arena, problems) ||
            !protocols_read_headers(read.headers, &settings, arena, problems)) {
            return false;
        }
        for (size_t i = 0; i < PAYMENT_STATES; i++) {
            settings.actions[i] = (enum payment_action)read.actions[i];
        }
        settings.max_header_bytes = (size_t)read.max_header_bytes;
        settings.settle_margin = read.settle_margin;
        settings.skew = read.skew;
        settings.max_lifetime = read.max_lifetime;
        settings.signatures = (enum payment_signatures)read.signatures;
    }
    *out = settings;
    return true;
}
