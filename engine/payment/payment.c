/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door of the payment floor: the tables, the defaults, and the finding
 * of payment headers in a request. What a header says is its protocol's
 * file's work (x402.c).
 *
 *   PAYMENT-SIGNATURE ─┐
 *                      ├─ each once, both equal ─► one struct payment
 *   X-PAYMENT ─────────┘
 */
#include "payment/payment.h"

#include "payment/recover.h"
#include "payment/x402.h"

const struct payment_state_row payment_states[PAYMENT_STATES] = {
#define PAYMENT_STATE_ROW(id, name, error, status) {name, error, status},
    PAYMENT_STATE_TABLE(PAYMENT_STATE_ROW)
#undef PAYMENT_STATE_ROW
};

const char *const payment_protocol_names[PROTOCOL_COUNT] = {"none", "x402"};

/* A version of x402 has a header of its own. */
#define HEADERS 2
static const unsigned header_versions[HEADERS] = {2, 1};
#define HEADER_2 "PAYMENT-SIGNATURE"
#define HEADER_1 "X-PAYMENT"
const char *const payment_headers[] = {HEADER_2, HEADER_1, NULL};
static const struct view header_names[HEADERS] = {
    {HEADER_2, sizeof(HEADER_2) - 1}, {HEADER_1, sizeof(HEADER_1) - 1}};

const char *const payment_guarded_headers[] = {
    "PAYMENT-RESPONSE",    "X-PAYMENT-RESPONSE",   "PAYMENT-REQUIRED",
    "X-PAYMENT-REQUIRED",  "Settlement-Overrides", "EXTENSION-RESPONSES",
    NULL};

const char *const payment_proof_names[PROOFS] = {
    [PROOF_NONE] = "none",
    [PROOF_UNKNOWN] = "unknown",
    [PROOF_PROVEN] = "proven",
    [PROOF_FAILED] = "failed",
};

#define SECOND INT64_C(1000000)

void payment_settings_default(struct payment_settings *settings)
{
    *settings = (struct payment_settings){
        .max_header_bytes = 8 * 1024,
        .settle_margin = 6 * SECOND,
        .skew = 5 * SECOND,
        .max_lifetime = 3600 * SECOND,
        .signatures = recover_available() ? SIGNATURES_FLAG : SIGNATURES_OFF,
    };
    for (size_t i = 0; i < PAYMENT_STATES; i++) {
        settings->actions[i] = PAYMENT_REJECT;
    }
    settings->actions[PAYMENT_NONE] = PAYMENT_PASS;
    for (size_t i = PAYMENT_WRONG_NETWORK; i <= PAYMENT_WRONG_AMOUNT; i++) {
        settings->actions[i] = PAYMENT_STRIP;
    }
    settings->actions[PAYMENT_UNNEEDED] = PAYMENT_STRIP;
    settings->actions[PAYMENT_UNKNOWN_SCHEME] = PAYMENT_PASS;
    settings->actions[PAYMENT_REUSABLE] = PAYMENT_PASS;
    settings->actions[PAYMENT_SOUND] = PAYMENT_PASS;
}

/* Only what is sure stays: that there is a payment, in which header. */
static void set_malformed(struct payment *payment, const char *reason)
{
    *payment = (struct payment){
        .protocol = payment->protocol,
        .malformed = true,
        .reason = reason,
        .header = payment->header,
        .version = payment->version,
        .payload_raw = payment->payload_raw,
    };
}

static void read_header(const struct header *header, unsigned version,
                        const struct payment_settings *settings,
                        struct arena *workspace, struct payment *out)
{
    const char *reason;

    *out = (struct payment){.protocol = PROTOCOL_X402,
                            .header = header->name,
                            .version = version};
    reason = x402_read(view_trim(header->value), settings->max_header_bytes,
                       workspace, out);
    if (reason) {
        set_malformed(out, reason);
    }
}

/* Do two headers carry one payment? */
static bool is_same(const struct payment *a, const struct payment *b)
{
    return a->known_scheme == b->known_scheme &&
           view_equal(a->scheme, b->scheme) &&
           !memcmp(a->identity, b->identity, sizeof(a->identity)) &&
           !memcmp(a->content, b->content, sizeof(a->content));
}

/* Clients that do not know the gate's version send both headers: they are
 * told as the version that the gate takes, the newer if it takes both. */
static void join(struct payment *newer, const struct payment *older,
                 const struct payment_settings *settings)
{
    unsigned versions = settings->gate_versions;

    if (newer->malformed) {
        return;
    }
    if (older->malformed) {
        *newer = *older;
    } else if (!is_same(newer, older)) {
        set_malformed(newer, "headers_disagree");
    } else if (versions != 0 && !(versions & 1u << newer->version)) {
        *newer = *older;
    }
}

/* The payment headers that the request has; false if one comes twice. */
static bool find_headers(const struct request *request,
                         const struct header *found[HEADERS])
{
    bool once = true;

    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];

        for (size_t j = 0; j < HEADERS; j++) {
            if (view_equal_fold(header->name, header_names[j])) {
                once = once && !found[j];
                found[j] = header;
            }
        }
    }
    return once;
}

static bool headers_known(const struct request *request)
{
    for (size_t j = 0; j < HEADERS; j++) {
        if (!request_header_known(request, header_names[j])) {
            return false;
        }
    }
    return true;
}

void payment_parse(const struct request *request,
                   const struct payment_settings *settings,
                   struct arena *workspace, struct payment *out)
{
    const struct header *found[HEADERS] = {NULL, NULL};
    bool once = find_headers(request, found);
    size_t first = found[0] ? 0 : 1;
    struct payment other;

    *out = (struct payment){.protocol = PROTOCOL_NONE};
    if (!found[first]) {
        out->unknown = !headers_known(request);
        return;
    }
    if (!once) {
        out->protocol = PROTOCOL_X402;
        out->header = found[first]->name;
        out->version = header_versions[first];
        set_malformed(out, "doubled_header");
        return;
    }
    read_header(found[first], header_versions[first], settings, workspace, out);
    if (first == 0 && found[1]) {
        read_header(found[1], header_versions[1], settings, workspace, &other);
        join(out, &other, settings);
    }
}

void payment_fill_slots(const struct payment *payment,
                        struct payment_slots *out)
{
    bool there = payment->protocol != PROTOCOL_NONE;

    *out = (struct payment_slots){
        .filled = !payment->unknown,
        .state = payment->malformed ? "malformed" : there ? "present" : "none",
        .scheme = payment->scheme,
        .network = payment->network,
        .payer = payment->payer,
        .version = payment->version,
        .amount = payment->amount,
        .has_amount = payment->has_amount,
    };
    if (there) {
        out->protocol = view_text(payment_protocol_names[payment->protocol]);
    }
}
