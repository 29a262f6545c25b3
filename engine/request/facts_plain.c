/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots that are made of no named part of a request. Most are a text that
 * the request holds; a table says where.
 */
#include "request/fill.h"
#include "request/mmdb.h"
#include "request/robots.h"
#include "request/shape.h"

/* Where the request holds the text of a field, plus one; 0: nowhere. */
#define AT(member) (offsetof(struct request, member) + 1)
static const size_t text_at[FIELD_COUNT] = {
    [FIELD_METHOD] = AT(method),
    [FIELD_SCHEME] = AT(scheme),
    [FIELD_HOST] = AT(host_name),
    [FIELD_SITE] = AT(site),
    [FIELD_PATH] = AT(path.canonical),
    [FIELD_RAW_PATH] = AT(path.raw),
    [FIELD_HTTP_VERSION] = AT(http_version),
    [FIELD_COUNTRY] = AT(country),
    [FIELD_AS_ORG] = AT(as_org),
    [FIELD_JA3] = AT(ja3),
    [FIELD_JA4] = AT(ja4),
    [FIELD_TRANSPORT] = AT(transport),
};
/* The same of what is absent, not unknown, where there is none: once the
 * payment is parsed, the signature checked, or the target known. */
static const size_t optional_at[FIELD_COUNT] = {
    [FIELD_QUERY] = AT(path.query),
    [FIELD_PAYMENT_PROTOCOL] = AT(payment.protocol),
    [FIELD_PAYMENT_SCHEME] = AT(payment.scheme),
    [FIELD_PAYMENT_NETWORK] = AT(payment.network),
    [FIELD_PAYMENT_PAYER] = AT(payment.payer),
    [FIELD_WBA_STATE] = AT(signature.state),
    [FIELD_WBA_AGENT] = AT(signature.agent),
    [FIELD_WBA_KEY] = AT(signature.key),
};
#undef AT

static struct view text_of(const struct request *request, size_t at)
{
    struct view text;

    memcpy(&text, (const char *)request + at - 1, sizeof(text));
    return text;
}

static void fill_optional(struct fill *fill, unsigned slot, enum field field)
{
    const struct request *request = fill->request;
    struct view text = text_of(request, optional_at[field]);
    bool known = field_is_of_signature(field) ? request->signature.known
                 : field == FIELD_QUERY       ? request->path.raw.at != NULL
                                              : request->payment.filled;

    if (known && text.at) {
        put_text(fill, slot, text);
    } else if (known) {
        fill->values[slot].state = VALUE_ABSENT;
    }
}

static void fill_payment(struct fill *fill, unsigned slot, enum field field)
{
    const struct payment_slots *payment = &fill->request->payment;
    struct value *value = &fill->values[slot];

    if (!payment->filled) {
        return;
    }
    value->state = VALUE_ABSENT;
    if (field == FIELD_PAYMENT_STATE && payment->state) {
        put_text(fill, slot, view_text(payment->state));
    } else if (field == FIELD_PAYMENT_VERSION && payment->version > 0) {
        put_number(fill, slot, payment->version);
    } else if (field == FIELD_PAYMENT_AMOUNT && payment->has_amount) {
        value->state = VALUE_PRESENT;
        value->amount = &payment->amount;
    }
}

/* What the databases say of the client's address, where the record said
 * nothing. Asked only if a slot wants it. */
static void fill_located(struct fill *fill, unsigned slot, enum field field)
{
    const struct request *request = fill->request;
    const struct databases *databases = request->databases;
    enum mmdb_fact fact = field == FIELD_COUNTRY ? MMDB_COUNTRY
                          : field == FIELD_ASN   ? MMDB_AS_NUMBER
                                                 : MMDB_AS_ORG;
    struct mmdb_value found;

    if (!databases || !request->client_known) {
        return;
    }
    switch (
        mmdb_ask(fact == MMDB_COUNTRY ? &databases->country : &databases->as,
                 fact, &request->client, &found)) {
    case MMDB_FOUND:
        if (fact == MMDB_AS_NUMBER) {
            put_number(fill, slot, found.number);
        } else {
            put_text(fill, slot, found.text);
        }
        break;
    case MMDB_NONE:
        fill->values[slot].state = VALUE_ABSENT;
        break;
    case MMDB_UNKNOWN:
        break;
    }
}

/* What the site's robots.txt says; absent where it has none. */
static void fill_robots(struct fill *fill, unsigned slot)
{
    const struct request *request = fill->request;
    const struct header *agent;
    struct view token;

    if (request->robots_said.at) {
        put_text(fill, slot, request->robots_said);
        return;
    }
    if (!request->robots) {
        fill->values[slot].state = VALUE_ABSENT;
        return;
    }
    agent = request_header(request, VIEW("user-agent"));
    if (request->path.raw.at &&
        (agent || request_header_known(request, VIEW("user-agent")))) {
        token = robots_token(request->robots, agent ? agent->value : VIEW(""));
        put_text(fill, slot,
                 !token.at || robots_allows(request->robots, token,
                                            request->path.canonical,
                                            request->path.query)
                     ? VIEW("allowed")
                     : VIEW("disallowed"));
    }
}

/* Facts that are neither plain text nor optional. */
static void fill_other(struct fill *fill, unsigned slot, enum field field)
{
    const struct request *request = fill->request;

    switch (field) {
    case FIELD_PATH_AMBIGUOUS:
        if (request->path.raw.at) {
            put_number(fill, slot, request->path.ambiguous);
        }
        break;
    case FIELD_HEADER_COUNT:
        if (fill->whole) {
            put_number(fill, slot, shape_count(request));
        }
        break;
    case FIELD_ROBOTS:
        fill_robots(fill, slot);
        break;
    case FIELD_CLIENT_IP:
        if (request->client_known) {
            fill->values[slot].state = VALUE_PRESENT;
            fill->values[slot].address = &request->client;
        }
        break;
    case FIELD_ASN:
        if (request->has_asn) {
            put_number(fill, slot, request->asn);
        } else {
            fill_located(fill, slot, field);
        }
        break;
    case FIELD_PAYMENT_STATE:
    case FIELD_PAYMENT_VERSION:
    case FIELD_PAYMENT_AMOUNT:
        fill_payment(fill, slot, field);
        break;
    default: /* label, score, class, rates: others write them */
        break;
    }
}

void facts_fill_signature(const struct plan *plan,
                          const struct request *request, struct value *values,
                          struct arena *workspace, bool *cut)
{
    struct fill fill = {.plan = plan,
                        .request = request,
                        .values = values,
                        .workspace = workspace,
                        .cut = cut};

    for (size_t i = 0; i < plan->plain_count; i++) {
        struct plain_slot plain = plan->plain[i];

        if (field_is_of_signature(plain.field)) {
            values[plain.slot].state = VALUE_UNKNOWN;
            fill_optional(&fill, plain.slot, plain.field);
        }
    }
}

void fill_plain(struct fill *fill)
{
    const struct plain_slot *plain = fill->plan->plain;
    struct value *values = fill->values;

    for (size_t n = fill->plan->plain_count; n > 0; n--, plain++) {
        unsigned slot = plain->slot;
        enum field field = plain->field;

        values[slot].state = VALUE_UNKNOWN;
        if (text_at[field]) {
            struct view text = text_of(fill->request, text_at[field]);

            if (text.at) {
                put_text(fill, slot, text);
            } else if (field == FIELD_COUNTRY || field == FIELD_AS_ORG) {
                fill_located(fill, slot, field);
            }
        } else if (optional_at[field]) {
            fill_optional(fill, slot, field);
        } else {
            fill_other(fill, slot, field);
        }
    }
}
