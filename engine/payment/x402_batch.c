/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch-settlement on EVM chains: a channel that the payer fills once, and
 * vouchers that let the seller claim more and more of it.
 *
 *   {type: deposit | voucher | refund, channelConfig, voucher {channelId,
 *    maxClaimableAmount, signature}, deposit {amount, authorization}?}
 *
 *   channelId = EIP-712 hash of channelConfig, worked out again here
 *   voucher   identity = SHA-256("voucher\n" network "\n" type "\n"
 *                                channelId max[32] signature)
 *   deposit   the identity of the EIP-3009 or Permit2 nonce that fills it
 *
 * A channel's number and sums can be guessed, so that a voucher's identity
 * holds its signature: nobody takes its place without it. The seller keeps
 * count of a channel itself and a client may send a voucher again after a
 * request that failed; so its claim lasts for the time of one request only.
 */
#include "base/codec.h"
#include "payment/signature.h"
#include "payment/x402_evm.h"
#include "payment/x402_schemes.h"

#define WITHDRAW_MIN 900
#define WITHDRAW_MAX 2592000

/* Who takes a deposit to the channel, on every chain. */
static const char transfer_collector[] =
    "0x4020806089470a89826cB9fB1f4059150b550004";
static const char permit_collector[] =
    "0x4020425FAf3B746C082C2f942b4E5159887B0005";

/* payer, payerAuthorizer, receiver, receiverAuthorizer, token,
 * withdrawDelay, salt: words of the EIP-712 struct ChannelConfig. */
#define CHANNEL_WORDS 7
struct channel {
    unsigned char words[CHANNEL_WORDS][EVM_WORD];
    unsigned char id[EVM_WORD];
    unsigned char signer[EVM_ADDRESS]; /* of vouchers */
    struct amount max;                 /* the voucher's */
};

enum kind { DEPOSIT, VOUCHER, REFUND, KINDS };
static const char *const kinds[KINDS] = {"deposit", "voucher", "refund"};

static enum kind read_kind(const struct x402_values *v)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (x402_is_string(v, PAYLOAD_TYPE) &&
            view_equal(v->of[PAYLOAD_TYPE].text, view_text(kinds[i]))) {
            return (enum kind)i;
        }
    }
    return KINDS;
}

static const char *read_addresses(const struct x402_values *v,
                                  struct channel *out)
{
    static const struct {
        enum x402_key key;
        const char *reason;
    } rows[] = {
        {CHANNEL_PAYER, "channel_payer"},
        {CHANNEL_PAYER_AUTHORIZER, "channel_payer_authorizer"},
        {CHANNEL_RECEIVER, "channel_receiver"},
        {CHANNEL_RECEIVER_AUTHORIZER, "channel_receiver_authorizer"},
        {CHANNEL_TOKEN, "channel_token"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char address[EVM_ADDRESS];

        if (!x402_read_hex(v, rows[i].key, address, EVM_ADDRESS)) {
            return rows[i].reason;
        }
        x402_put_address(out->words[i], address);
    }
    return NULL;
}

static const char *read_channel(const struct x402_values *v,
                                struct channel *out)
{
    const struct json_value *delay = &v->of[CHANNEL_WITHDRAW_DELAY];
    const char *reason = read_addresses(v, out);
    unsigned long long seconds;
    struct amount number;

    if (reason) {
        return reason;
    }
    if (delay->kind != JSON_NUMBER || !view_to_u64(delay->text, &seconds) ||
        seconds < WITHDRAW_MIN || seconds > WITHDRAW_MAX) {
        return "withdraw_delay";
    }
    number = amount_from_u64(seconds);
    amount_to_bytes(&number, out->words[5]);
    if (!x402_read_hex(v, CHANNEL_SALT, out->words[6], EVM_WORD)) {
        return "channel_salt";
    }
    return NULL;
}

static const char *read_voucher(const struct x402_values *v,
                                const struct payment *payment,
                                struct channel *out)
{
    unsigned char said[EVM_WORD];

    if (!x402_is_object(v, PAYLOAD_VOUCHER)) {
        return "voucher";
    }
    if (!x402_read_hex(v, VOUCHER_CHANNEL_ID, said, EVM_WORD)) {
        return "channel_id";
    }
    if (!x402_read_digits(v, VOUCHER_MAX, &out->max) || out->max.word[2] ||
        out->max.word[3]) { /* a uint128 */
        return "max_claimable";
    }
    if (!x402_is_signature(v, VOUCHER_SIGNATURE)) {
        return "signature";
    }
    if (!signature_channel(payment->network, out->words, out->id) ||
        memcmp(said, out->id, EVM_WORD) != 0) {
        return "channel_id_mismatch";
    }
    return NULL;
}

static const char *check_agreement(const struct x402_values *v,
                                   const struct channel *channel,
                                   const struct payment *payment)
{
    const size_t address = EVM_WORD - EVM_ADDRESS;
    struct evm_accepted accepted;
    const char *reason = x402_check_accepted(v, payment, &accepted);

    if (reason) {
        return reason;
    }
    if (memcmp(channel->words[2] + address, accepted.pay_to, EVM_ADDRESS)) {
        return "recipient_mismatch";
    }
    if (memcmp(channel->words[4] + address, accepted.asset, EVM_ADDRESS)) {
        return "asset_mismatch";
    }
    return NULL;
}

/* The key that signs vouchers: the authorizer, or the payer's own. */
static enum x402_key choose_signer(struct channel *channel)
{
    static const unsigned char nobody[EVM_WORD];
    bool own = !memcmp(channel->words[1], nobody, EVM_WORD);

    memcpy(channel->signer,
           channel->words[own ? 0 : 1] + EVM_WORD - EVM_ADDRESS, EVM_ADDRESS);
    return own ? CHANNEL_PAYER : CHANNEL_PAYER_AUTHORIZER;
}

static void keep_voucher(const struct x402_values *v,
                         const struct channel *channel,
                         struct signed_message *message)
{
    if (x402_keep_signature(v, VOUCHER_SIGNATURE, SIGNED_VOUCHER,
                            channel->signer, message)) {
        memcpy(message->words[0], channel->id, EVM_WORD);
        amount_to_bytes(&channel->max, message->words[1]);
    }
}

/* ---- a voucher alone ---- */

static void fill_voucher(const struct x402_values *v, enum kind kind,
                         struct channel *channel, struct payment *out)
{
    struct sha256 hash;

    sha256_start(&hash);
    sha256_add(&hash, VIEW("voucher\n"));
    sha256_add(&hash, out->network);
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, view_text(kinds[kind]));
    sha256_add(&hash, VIEW("\n"));
    x402_add_bytes(&hash, channel->id, EVM_WORD);
    x402_add_number(&hash, &channel->max);
    x402_add_signature(&hash, v, VOUCHER_SIGNATURE);
    sha256_end(&hash, out->identity);
    memcpy(out->content, out->identity, sizeof(out->content));
    out->brief = true;
    out->payer = v->of[choose_signer(channel)].text;
    keep_voucher(v, channel, &out->message);
}

static const char *read_voucher_alone(const struct x402_values *v,
                                      enum kind kind, struct channel *channel,
                                      struct payment *out)
{
    if (x402_is_there(v, PAYLOAD_DEPOSIT)) {
        return "shape";
    }
    if (kind == VOUCHER && amount_compare(&channel->max, &out->amount) < 0) {
        return "amount_mismatch";
    }
    fill_voucher(v, kind, channel, out);
    return NULL;
}

/* ---- a deposit, with its voucher ---- */

static const char *read_deposit_transfer(const struct x402_values *v,
                                         const struct channel *channel,
                                         const struct amount *sum,
                                         struct payment *out)
{
    struct evm_transfer t = {.value = *sum};
    struct amount salt;
    unsigned char words[2][EVM_WORD];

    if (!x402_is_object(v, DEPOSIT_EIP3009)) {
        return "deposit_authorization";
    }
    if (!x402_read_digits(v, DEPOSIT_VALID_AFTER, &t.valid_after)) {
        return "valid_after";
    }
    if (!x402_read_digits(v, DEPOSIT_VALID_BEFORE, &t.valid_before)) {
        return "valid_before";
    }
    if (amount_compare(&t.valid_after, &t.valid_before) >= 0) {
        return "window";
    }
    if (!x402_read_number(v, DEPOSIT_SALT, &salt)) {
        return "deposit_salt";
    }
    if (!x402_is_signature(v, DEPOSIT_EIP3009_SIGNATURE)) {
        return "signature";
    }
    memcpy(words[0], channel->id, EVM_WORD);
    amount_to_bytes(&salt, words[1]);
    hash_keccak256(t.nonce, view_of((const char *)words[0], sizeof(words)));
    memcpy(t.from, channel->words[0] + EVM_WORD - EVM_ADDRESS, EVM_ADDRESS);
    if (!hex_decode_0x(view_text(transfer_collector), t.to, EVM_ADDRESS)) {
        return "deposit_authorization";
    }
    x402_transfer_fill(v, &t, DEPOSIT_EIP3009_SIGNATURE, SIGNED_RECEIVE, out);
    return NULL;
}

static const struct evm_permit_keys deposit_keys = {
    DEPOSIT_PERMIT2,         DEPOSIT_FROM,
    DEPOSIT_PERMITTED_TOKEN, DEPOSIT_PERMITTED_AMOUNT,
    DEPOSIT_SPENDER,         DEPOSIT_NONCE,
    DEPOSIT_DEADLINE,        DEPOSIT_PERMIT2_SIGNATURE};

static const char *read_deposit_permit(const struct x402_values *v,
                                       const struct channel *channel,
                                       const struct amount *sum,
                                       struct payment *out)
{
    const size_t address = EVM_WORD - EVM_ADDRESS;
    unsigned char witness[1][EVM_WORD];
    struct evm_permit p;
    const char *reason = x402_permit_read(v, &deposit_keys, &p);

    if (reason) {
        return reason;
    }
    if (!x402_read_hex(v, DEPOSIT_WITNESS_CHANNEL, witness[0], EVM_WORD) ||
        memcmp(witness[0], channel->id, EVM_WORD) != 0) {
        return "channel_id_mismatch";
    }
    if (memcmp(p.from, channel->words[0] + address, EVM_ADDRESS) != 0) {
        return "from";
    }
    if (memcmp(p.token, channel->words[4] + address, EVM_ADDRESS) != 0) {
        return "asset_mismatch";
    }
    if (amount_compare(&p.amount, sum) != 0) {
        return "amount_mismatch";
    }
    if (!view_equal_fold(v->of[DEPOSIT_SPENDER].text,
                         view_text(permit_collector))) {
        out->misdirected = "collector_not_known";
    }
    x402_permit_fill(v, &deposit_keys, &p, SIGNED_PERMIT_DEPOSIT, witness, 1,
                     out);
    return NULL;
}

static const char *read_deposit(const struct x402_values *v,
                                struct channel *channel, struct payment *out)
{
    bool transfer = x402_is_there(v, DEPOSIT_EIP3009);
    struct amount sum;
    const char *reason;

    if (!x402_is_object(v, PAYLOAD_DEPOSIT) ||
        !x402_is_object(v, DEPOSIT_AUTHORIZATION)) {
        return "deposit";
    }
    if (!x402_read_digits(v, DEPOSIT_AMOUNT, &sum)) {
        return "deposit_amount";
    }
    if (amount_compare(&channel->max, &out->amount) < 0) {
        return "amount_mismatch";
    }
    if (transfer == x402_is_there(v, DEPOSIT_PERMIT2)) {
        return "deposit_authorization"; /* none or both */
    }
    reason = transfer ? read_deposit_transfer(v, channel, &sum, out)
                      : read_deposit_permit(v, channel, &sum, out);
    out->payer = v->of[CHANNEL_PAYER].text;
    choose_signer(channel);
    keep_voucher(v, channel, &out->voucher);
    return reason;
}

const char *x402_batch_read(struct x402_context *context, struct payment *out)
{
    const struct x402_values *v = context->values;
    enum kind kind = read_kind(v);
    struct channel channel;
    const char *reason;

    context->identified = true;
    if (kind == KINDS) {
        return "type";
    }
    if (!x402_is_object(v, PAYLOAD_CHANNEL)) {
        return "channel_config";
    }
    reason = read_channel(v, &channel);
    if (!reason) {
        reason = read_voucher(v, out, &channel);
    }
    if (!reason) {
        reason = check_agreement(v, &channel, out);
    }
    if (reason) {
        return reason;
    }
    return kind == DEPOSIT ? read_deposit(v, &channel, out)
                           : read_voucher_alone(v, kind, &channel, out);
}
