/* SPDX-License-Identifier: Apache-2.0 */
/* The payments section: defaults, what each key sets, what is refused. */
#include "payment/recover.h"
#include "payment/settings_load.h"

#include "tap.h"

static struct arena *arena;

static bool reads(const char *yaml, struct payment_settings *out,
                  struct problems *problems)
{
    struct node *tree =
        tree_read_text(arena, VIEW("payments.yaml"), view_text(yaml), problems);

    return tree && payment_settings_read(tree, out, arena, problems);
}

static void refuses(const char *yaml, const char *code)
{
    struct problems *problems = problems_new();
    struct payment_settings settings = {.skew = 12345};

    ok(!reads(yaml, &settings, problems) && settings.skew == 12345, "%s", yaml);
    is_number(problems_count(problems), 1, "  one problem");
    is_text(problems_count(problems) ? problems_code(problems, 0) : NULL, code,
            "  its code");
    problems_free(problems);
}

static void defaults(void)
{
    struct problems *problems = problems_new();
    struct payment_settings preset, none, empty;

    payment_settings_default(&preset);
    memset(&none, 0, sizeof(none));
    memset(&empty, 0, sizeof(empty));
    ok(payment_settings_read(NULL, &none, arena, problems), "no section");
    ok(reads("{}", &empty, problems), "an empty section");
    is_number(none.skew, 5000000, "skew");
    is_number(none.settle_margin, 6000000, "settle-margin");
    is_number(none.max_lifetime, 3600000000, "max-lifetime");
    is_number(none.max_header_bytes, 8192, "max-header-bytes");
    is_number(empty.gate_versions, 0, "any version");
    ok(empty.skew == preset.skew &&
           empty.settle_margin == preset.settle_margin &&
           empty.max_lifetime == preset.max_lifetime &&
           empty.max_header_bytes == preset.max_header_bytes,
       "the table's presets are the defaults");
    for (size_t i = 0; i < PAYMENT_STATES; i++) {
        is_number(empty.actions[i], preset.actions[i], "the preset of %s",
                  payment_states[i].name);
    }
    is_number(problems_count(problems), 0, "no problem");
    problems_free(problems);
}

static void every_state(void)
{
    static const struct {
        enum payment_state state;
        enum payment_action action;
    } rows[] = {{PAYMENT_MALFORMED, PAYMENT_REJECT},
                {PAYMENT_UNNEEDED, PAYMENT_STRIP},
                {PAYMENT_UNKNOWN_SCHEME, PAYMENT_PASS},
                {PAYMENT_WRONG_NETWORK, PAYMENT_STRIP},
                {PAYMENT_EXPIRED, PAYMENT_STRIP},
                {PAYMENT_EARLY, PAYMENT_STRIP},
                {PAYMENT_TOO_LONG, PAYMENT_STRIP},
                {PAYMENT_WRONG_AMOUNT, PAYMENT_STRIP},
                {PAYMENT_FORGED, PAYMENT_REJECT},
                {PAYMENT_LOCKED_OUT, PAYMENT_REJECT},
                {PAYMENT_CONFLICTING, PAYMENT_REJECT},
                {PAYMENT_REPEATED, PAYMENT_REJECT},
                {PAYMENT_REPLAYED, PAYMENT_REJECT},
                {PAYMENT_REUSABLE, PAYMENT_PASS},
                {PAYMENT_SOUND, PAYMENT_PASS}};
    struct payment_settings preset;

    payment_settings_default(&preset);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        is_number(preset.actions[rows[i].state], rows[i].action, "%s",
                  payment_states[rows[i].state].name);
    }
}

static void all_keys(void)
{
    struct problems *problems = problems_new();
    struct payment_settings s;

    memset(&s, 0, sizeof(s));
    ok(reads("malformed: strip\nunneeded: reject\nunknown-scheme: reject\n"
             "wrong-network: reject\nwrong-asset: pass\n"
             "wrong-recipient: reject\nwrong-payer: reject\nexpired: reject\n"
             "early: reject\ntoo-long: reject\nwrong-amount: pass\n"
             "conflicting: strip\nrepeated: pass\nreplayed: strip\n"
             "reusable: strip\nmax-header-bytes: 16KiB\nsettle-margin: 10s\n"
             "skew: 1s\nmax-lifetime: 2h\ngate: { x402: [2] }\n",
             &s, problems),
       "all keys");
    is_number(s.malformed[PROTOCOL_X402], PAYMENT_STRIP, "malformed");
    is_number(s.actions[PAYMENT_REPEATED], PAYMENT_PASS, "repeated");
    is_number(s.actions[PAYMENT_WRONG_AMOUNT], PAYMENT_PASS, "wrong-amount");
    is_number(s.max_header_bytes, 16384, "max-header-bytes");
    is_number(s.settle_margin, 10000000, "settle-margin");
    is_number(s.skew, 1000000, "skew");
    is_number(s.max_lifetime, INT64_C(7200000000), "max-lifetime");
    is_number(s.gate_versions, 4, "gate");
    ok(reads("gate: { x402: 1 }", &s, problems) && s.gate_versions == 2,
       "one version without a list");
    problems_free(problems);
}

/* What is said by protocol. */
static void by_protocol(void)
{
    struct problems *problems = problems_new();
    struct payment_settings s;
    struct payment p = {.protocol = PROTOCOL_MPP};

    payment_settings_default(&s);
    is_number(payment_action(&p, &s, PAYMENT_MALFORMED), PAYMENT_STRIP,
              "malformed MPP is stripped: its gates answer 402");
    p.protocol = PROTOCOL_X402;
    is_number(payment_action(&p, &s, PAYMENT_MALFORMED), PAYMENT_REJECT,
              "malformed x402 is 400");
    is_number(payment_action(&p, &s, PAYMENT_EXPIRED), PAYMENT_STRIP,
              "other states are of all protocols");
    ok(reads("malformed: { mpp: reject, siwx: strip }", &s, problems),
       "malformed by protocol");
    is_number(s.malformed[PROTOCOL_MPP], PAYMENT_REJECT, "mpp");
    is_number(s.malformed[PROTOCOL_SIWX], PAYMENT_STRIP, "siwx");
    is_number(s.malformed[PROTOCOL_L402], PAYMENT_STRIP, "l402, as it was");
    ok(reads("gate: { protocols: [x402, rsl], networks: [eip155:8453] }", &s,
             problems),
       "a gate of two protocols");
    is_number(s.gate_protocols, 1u << PROTOCOL_X402 | 1u << PROTOCOL_RSL,
              "protocols");
    is_number(s.gate_network_count, 1, "networks");
    ok(reads("headers: { X-Toll: x402, X-Licence: rsl }", &s, problems),
       "headers that are mapped");
    is_number(s.header_count, payment_header_count + 2, "two more");
    is_number(s.mapped.count, 2, "of which rules are told");
    ok(reads("headers: { x-payment-authorization: mpp }", &s, problems),
       "one that is mapped already");
    is_number(s.header_count, payment_header_count, "is mapped elsewhere");
    is_number(s.headers[2].protocol, PROTOCOL_MPP, "than it was");
    problems_free(problems);
}

/* What was not built in cannot be asked for, and is not by default. */
static void signatures(void)
{
    struct problems *problems = problems_new();
    struct payment_settings s;

    payment_settings_default(&s);
    is_number(s.signatures,
              recover_available() ? SIGNATURES_FLAG : SIGNATURES_OFF,
              "checked by default where they can be");
    ok(reads("signature: off", &s, problems) && s.signatures == SIGNATURES_OFF,
       "signature: off");
    if (recover_available()) {
        ok(reads("signature: reject", &s, problems) &&
               s.signatures == SIGNATURES_REJECT,
           "signature: reject");
        ok(reads("skew: 1s", &s, problems) && s.signatures == SIGNATURES_FLAG,
           "the default stands where the key is left out");
    } else {
        refuses("signature: reject", "M004");
        refuses("signature: flag", "M004");
    }
    refuses("signature: on", "S006");
    problems_free(problems);
}

int main(void)
{
    arena = arena_new();
    defaults();
    every_state();
    all_keys();
    by_protocol();
    refuses("malformed: pass", "M001");
    refuses("malformed: { mpp: pass }", "S006");
    refuses("malformed: { paypal: strip }", "S001");
    refuses("headers: { X-Toll: paypal }", "M005");
    refuses("headers: { X-Toll: crawler-price }", "M005");
    refuses("headers: { X-Toll: [x402] }", "M005");
    refuses("headers: { 'X Toll': x402 }", "M006");
    refuses("headers: { Cookie: x402 }", "M006");
    refuses("headers: { X-PAYMENT: x402 }", "M006");
    refuses("headers: { PAYMENT-RESPONSE: x402 }", "M006");
    refuses("headers: [X-Toll]", "S002");
    refuses("gate: { protocols: [paypal] }", "M005");
    refuses("gate: { networks: [base] }", "M007");
    refuses("gate: { networks: [EIP155:1] }", "M007");
    refuses("gate: { protocols: [] }", "M003");
    refuses("unneeded: pass", "M001");
    refuses("too-long: pass", "M001");
    refuses("conflicting: pass", "M001");
    refuses("replayed: pass", "M001");
    refuses("replayed: allow", "S006");
    refuses("sound: strip", "S001");
    signatures();
    refuses("max-header-bytes: 8192", "S004");
    refuses("max-header-bytes: 32KiB", "S005");
    refuses("skew: -1s", "S004");
    refuses("max-lifetime: 0s", "S005");
    refuses("gate: 2", "S002");
    refuses("gate: { x402: [3] }", "M002");
    refuses("gate: { x402: [] }", "M003");
    refuses("gate: { x402: [1], mpp: [1] }", "S001");
    arena_free(arena);
    return tap_end();
}
