/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of schemes. A row says which shapes its payload may have, each
 * told by a key; there must be one of them and no other, for else a gate
 * could settle by one and we claim the other.
 *
 *   authorization         EIP-3009      channelConfig   a batch's channel
 *   permit2Authorization  Permit2       transaction     most other chains
 *   delegationManager     ERC-7710      ...
 *
 * A scheme that is not here may still carry a nonce or a transaction that a
 * chain takes once, whatever else its payload says: that is its identity.
 */
#include "payment/x402_schemes.h"

#include "payment/network.h"

#define SHAPE(key) (UINT64_C(1) << SHAPE_##key)

enum shape {
    SHAPE_AUTHORIZATION,
    SHAPE_PERMIT2,
    SHAPE_DELEGATION_MANAGER,
    SHAPE_CHANNEL,
    SHAPE_TRANSACTION,
    SHAPE_OPEN_TRANSACTION,
    SHAPE_GROUP,
    SHAPE_BLOCK,
    SHAPE_BOC,
    SHAPE_DELEGATE_ACTION,
    SHAPE_TX_BLOB,
    SHAPES
};
static const enum x402_key shape_keys[SHAPES] = {
    [SHAPE_AUTHORIZATION] = PAYLOAD_AUTHORIZATION,
    [SHAPE_PERMIT2] = PAYLOAD_PERMIT2,
    [SHAPE_DELEGATION_MANAGER] = PAYLOAD_DELEGATION_MANAGER,
    [SHAPE_CHANNEL] = PAYLOAD_CHANNEL,
    [SHAPE_TRANSACTION] = PAYLOAD_TRANSACTION,
    [SHAPE_OPEN_TRANSACTION] = PAYLOAD_OPEN_TRANSACTION,
    [SHAPE_GROUP] = PAYLOAD_GROUP,
    [SHAPE_BLOCK] = PAYLOAD_BLOCK,
    [SHAPE_BOC] = PAYLOAD_BOC,
    [SHAPE_DELEGATE_ACTION] = PAYLOAD_DELEGATE_ACTION,
    [SHAPE_TX_BLOB] = PAYLOAD_TX_BLOB,
};

static const char *read_evm(struct x402_context *c, struct payment *out)
{
    const struct x402_values *v = c->values;
    const char *reason;

    if (x402_is_there(v, PAYLOAD_DELEGATION_MANAGER)) {
        return x402_erc7710_read(v, out); /* the generic identity */
    }
    reason = x402_is_there(v, PAYLOAD_PERMIT2) ? x402_permit2_read(v, out)
                                               : x402_eip3009_read(v, out);
    c->identified = true;
    return reason;
}

static const struct scheme_row {
    const char *scheme;
    const char *namespace;
    const char *(*read)(struct x402_context *context, struct payment *out);
    uint64_t shapes;
    bool version_1; /* it has this scheme too */
} schemes[] = {
    {"exact", "eip155:", read_evm,
     SHAPE(AUTHORIZATION) | SHAPE(PERMIT2) | SHAPE(DELEGATION_MANAGER), true},
    {"upto", "eip155:", read_evm, SHAPE(PERMIT2), true},
    {"auth-capture", "eip155:", x402_auth_capture_read,
     SHAPE(AUTHORIZATION) | SHAPE(PERMIT2), false},
    {"batch-settlement", "eip155:", x402_batch_read, SHAPE(CHANNEL), false},
    {"batch-settlement", "cloudflare:", x402_cloudflare_read, 0, false},
    {"exact", "solana:", x402_svm_exact_read, SHAPE(TRANSACTION), true},
    {"upto", "solana:", x402_svm_upto_read, SHAPE(OPEN_TRANSACTION), false},
    {"exact", "aptos:", x402_aptos_read, SHAPE(TRANSACTION), false},
    {"exact", "sui:", x402_sui_read, SHAPE(TRANSACTION), false},
    {"exact", "stellar:", x402_stellar_read, SHAPE(TRANSACTION), false},
    {"exact", "algorand:", x402_algorand_read, SHAPE(GROUP), false},
    {"exact", "hedera:", x402_hedera_read, SHAPE(TRANSACTION), false},
    {"exact", "keeta:", x402_keeta_read, SHAPE(BLOCK), false},
    {"exact", "tvm:", x402_ton_read, SHAPE(BOC), false},
    {"exact", "near:", x402_near_read, SHAPE(DELEGATE_ACTION), false},
    {"exact", "xrpl:", x402_xrpl_read, SHAPE(TX_BLOB), false},
    {"exact", "cardano:", x402_cardano_read, SHAPE(TRANSACTION), false},
    {"exact", "cip34:", x402_cardano_read, SHAPE(TRANSACTION), false},
};
#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

static uint64_t shapes_of(const struct x402_values *v)
{
    uint64_t shapes = 0;

    for (size_t i = 0; i < SHAPES; i++) {
        if (x402_is_there(v, shape_keys[i])) {
            shapes |= UINT64_C(1) << i;
        }
    }
    return shapes;
}

/* "Exact" is no scheme of its own. */
static bool is_misspelled(struct view scheme)
{
    for (size_t i = 0; i < SCHEMES; i++) {
        struct view known = view_text(schemes[i].scheme);

        if (view_equal_fold(scheme, known)) {
            return !view_equal(scheme, known);
        }
    }
    return false;
}

static const struct scheme_row *find_row(const struct payment *payment)
{
    for (size_t i = 0; i < SCHEMES; i++) {
        const struct scheme_row *row = &schemes[i];

        if (view_starts(payment->network, view_text(row->namespace)) &&
            view_equal(payment->scheme, view_text(row->scheme)) &&
            (payment->version == 2 || row->version_1)) {
            return row;
        }
    }
    return NULL;
}

const char *x402_scheme_read(struct x402_context *context, bool *known,
                             struct payment *out)
{
    const struct scheme_row *row = find_row(out);
    uint64_t shapes;

    *known = row != NULL;
    if (!row) {
        return is_misspelled(out->scheme) ? "scheme" : NULL;
    }
    shapes = shapes_of(context->values);
    if (shapes & ~row->shapes || (shapes & (shapes - 1)) ||
        (row->shapes && !shapes)) {
        return "shape";
    }
    return row->read(context, out);
}

bool x402_scheme_identity(struct x402_context *context, struct payment *out)
{
    const struct x402_values *v = context->values;

    if (network_is_evm(out->network)) {
        return x402_eip3009_nonce(v, out) || x402_permit2_nonce(v, out);
    }
    return x402_svm_identity(context, out);
}
