/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door of the payment floor: the tables, the defaults, and the finding
 * of payment headers in a request. What a header says is its protocol's
 * file's work (x402.c, mpp.c, ...).
 *
 *   header, header, ... ─► each read by its protocol ─► one struct payment
 *
 * Several headers: of x402, they must carry one payment. Of what is made to
 * be used many times (a licence, a sign-in), any number may stand beside one
 * payment, which is what is judged and claimed. Two payments of different
 * protocols would be two claims on one answer: malformed.
 */
#include "payment/payment.h"

#include "payment/protocol.h"
#include "payment/recover.h"

const struct payment_state_row payment_states[PAYMENT_STATES] = {
#define PAYMENT_STATE_ROW(id, name, error, status) {name, error, status},
    PAYMENT_STATE_TABLE(PAYMENT_STATE_ROW)
#undef PAYMENT_STATE_ROW
};

static const struct protocol_row {
    const char *name;
    payment_reader *read;
} protocols[PROTOCOL_COUNT] = {
    [PROTOCOL_X402] = {"x402", x402_read},
    [PROTOCOL_MPP] = {"mpp", mpp_read},
    [PROTOCOL_L402] = {"l402", l402_read},
    [PROTOCOL_CRAWLER_PRICE] = {"crawler-price", crawler_price_read},
    [PROTOCOL_RSL] = {"rsl", rsl_read},
    [PROTOCOL_SIWX] = {"siwx", siwx_read},
};

const char *const payment_protocol_names[PROTOCOL_COUNT] = {
    [PROTOCOL_NONE] = "none",
    [PROTOCOL_X402] = "x402",
    [PROTOCOL_MPP] = "mpp",
    [PROTOCOL_L402] = "l402",
    [PROTOCOL_CRAWLER_PRICE] = "crawler-price",
    [PROTOCOL_RSL] = "rsl",
    [PROTOCOL_SIWX] = "siwx",
};

#define HEADER(name, protocol, version)                                        \
    {                                                                          \
        {name, sizeof(name) - 1}, PROTOCOL_##protocol, version                 \
    }
const struct payment_header payment_headers[] = {
    HEADER("PAYMENT-SIGNATURE", X402, 2),
    HEADER("X-PAYMENT", X402, 1),
    HEADER("X-Payment-Authorization", X402, 0),
    HEADER("Authorization", NONE, 0),
    HEADER("Payment-Authorization", MPP, 0),
    HEADER("crawler-exact-price", CRAWLER_PRICE, CRAWLER_EXACT),
    HEADER("crawler-max-price", CRAWLER_PRICE, CRAWLER_MAX),
    HEADER("SIGN-IN-WITH-X", SIWX, 0),
};
const size_t payment_header_count =
    sizeof(payment_headers) / sizeof(payment_headers[0]);

const char *const payment_guarded_headers[] = {"PAYMENT-RESPONSE",
                                               "X-PAYMENT-RESPONSE",
                                               "PAYMENT-REQUIRED",
                                               "X-PAYMENT-REQUIRED",
                                               "Settlement-Overrides",
                                               "EXTENSION-RESPONSES",
                                               "Payment-Receipt",
                                               "crawler-price",
                                               "crawler-charged",
                                               "crawler-error",
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
        .headers = payment_headers,
        .header_count = payment_header_count,
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
    /* What their specifications answer with a fresh challenge is stripped. */
    settings->malformed[PROTOCOL_MPP] = PAYMENT_STRIP;
    settings->malformed[PROTOCOL_L402] = PAYMENT_STRIP;
    settings->malformed[PROTOCOL_RSL] = PAYMENT_STRIP;
}

enum payment_action payment_action(const struct payment *payment,
                                   const struct payment_settings *settings,
                                   enum payment_state state)
{
    return state == PAYMENT_MALFORMED ? settings->malformed[payment->protocol]
                                      : settings->actions[state];
}

/* ---- which headers they are ---- */

static const struct payment_header *
find_row(const struct payment_settings *settings, struct view name)
{
    for (size_t i = 0; i < settings->header_count; i++) {
        if (view_equal_fold(name, settings->headers[i].name)) {
            return &settings->headers[i];
        }
    }
    return NULL;
}

/* A line that carries a payment. */
struct found {
    const struct payment_header *row;
    struct view name;
    struct view value;
    enum payment_protocol protocol;
    const char *reason; /* it is malformed already */
};

struct finding {
    struct found of[PAYMENT_HEADERS_MAX];
    size_t count;
    bool many; /* of one name, or more than there are names */
};

/* Credentials of Authorization may stand in a header of their own, with the
 * scheme before them or without. */
static void open_mapped(struct found *found)
{
    struct view inner = VIEW_NONE;

    if ((found->protocol == PROTOCOL_MPP || found->protocol == PROTOCOL_L402 ||
         found->protocol == PROTOCOL_RSL) &&
        authorization_find(found->value, &inner, &found->reason) ==
            found->protocol) {
        found->value = inner;
    }
}

/* Is it one that carries a payment? Authorization need not. */
static bool open_line(const struct payment_header *row,
                      const struct header *header, struct found *out)
{
    *out = (struct found){row, header->name, view_trim(header->value),
                          row->protocol, NULL};
    if (row->protocol == PROTOCOL_NONE) {
        out->protocol =
            authorization_find(out->value, &out->value, &out->reason);
    } else {
        open_mapped(out);
    }
    return out->protocol != PROTOCOL_NONE;
}

bool payment_line_pays(const struct payment_settings *settings,
                       const struct header *header)
{
    const struct payment_header *row = find_row(settings, header->name);
    struct found found;

    return row && open_line(row, header, &found);
}

static void find_lines(const struct request *request,
                       const struct payment_settings *settings,
                       struct finding *out)
{
    if (request->names && !(request->roles & NAME_RETRY)) {
        return; /* all of ours are known as such */
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];
        const struct payment_header *row = find_row(settings, header->name);
        struct found found;

        if (!row || !open_line(row, header, &found)) {
            continue;
        }
        for (size_t j = 0; j < out->count; j++) {
            out->many = out->many || out->of[j].row == row;
        }
        if (out->count < PAYMENT_HEADERS_MAX) {
            out->of[out->count++] = found;
        }
    }
}

/* ---- one payment of them ---- */

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

static void read_line(const struct found *found, const struct request *request,
                      const struct payment_settings *settings,
                      struct arena *workspace, struct payment *out)
{
    struct payment_input in = {found->value, request, workspace};
    const char *reason = found->reason;

    *out = (struct payment){.protocol = found->protocol,
                            .header = found->name,
                            .version = found->row->version};
    if (!reason && found->value.size > settings->max_header_bytes) {
        reason = "oversize";
    }
    if (!reason) {
        reason = protocols[found->protocol].read(&in, out);
    }
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

/* Clients that do not know the gate's version send both: they are told as the
 * version that the gate takes, the newer if it takes both. */
static bool is_better(const struct payment *one, const struct payment *than,
                      const struct payment_settings *settings)
{
    unsigned versions = settings->gate_versions;
    bool takes = versions == 0 || versions & 1u << one->version;
    bool takes_other = versions == 0 || versions & 1u << than->version;

    return takes == takes_other ? one->version > than->version : takes;
}

static void join(struct payment *one, const struct payment *other,
                 const struct payment_settings *settings)
{
    if (one->malformed || other->malformed) {
        *one = one->malformed ? *one : *other;
    } else if (one->protocol == other->protocol) {
        if (!is_same(one, other)) {
            set_malformed(one, "headers_disagree");
        } else if (is_better(other, one, settings)) {
            *one = *other;
        }
    } else if (one->reusable) {
        *one = *other;
    } else if (!other->reusable) {
        set_malformed(one, "several_payments");
    }
}

static bool headers_known(const struct request *request,
                          const struct payment_settings *settings)
{
    for (size_t i = 0; i < settings->header_count; i++) {
        if (!request_header_known(request, settings->headers[i].name)) {
            return false;
        }
    }
    return true;
}

static void read_lines(const struct finding *found,
                       const struct request *request,
                       const struct payment_settings *settings,
                       struct arena *workspace, struct payment *out)
{
    struct payment other;

    if (found->many) {
        out->protocol = found->of[0].protocol;
        out->header = found->of[0].name;
        out->version = found->of[0].row->version;
        set_malformed(out, "doubled_header");
        return;
    }
    read_line(&found->of[0], request, settings, workspace, out);
    for (size_t i = 1; i < found->count; i++) {
        read_line(&found->of[i], request, settings, workspace, &other);
        join(out, &other, settings);
    }
}

void payment_parse(const struct request *request,
                   const struct payment_settings *settings,
                   struct arena *workspace, struct payment *out)
{
    struct finding found;

    found.count = 0;
    found.many = false;
    find_lines(request, settings, &found);
    *out = (struct payment){.protocol = PROTOCOL_NONE};
    if (found.count == 0) {
        out->unknown = (request->headers_limited || request->overflow) &&
                       !headers_known(request, settings);
        return;
    }
    read_lines(&found, request, settings, workspace, out);
}

void payment_fill_slots(const struct payment *payment,
                        struct payment_slots *out)
{
    out->filled = !payment->unknown;
    if (payment->protocol == PROTOCOL_NONE) {
        out->state = payment->malformed ? "malformed" : "none";
        return;
    }
    *out = (struct payment_slots){
        .filled = !payment->unknown,
        .state = payment->malformed ? "malformed" : "present",
        .protocol = view_text(payment_protocol_names[payment->protocol]),
        .scheme = payment->scheme,
        .network = payment->network,
        .payer = payment->payer,
        .version = payment->version,
        .amount = payment->amount,
        .has_amount = payment->has_amount,
    };
}
