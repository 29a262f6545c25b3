/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x402 on Solana: a payment is the message of its transaction. What stands
 * before the message, the signatures, is no part of it: the payer of fees
 * signs later, in the first place.
 *
 *   transaction = base64(count of signatures, signatures[64], message)
 *   message     = header[3] keys blockhash[32] instructions
 *                 | 0x80 the same lookups
 *   identity    = SHA-256("solana\n" network "\n" message)
 *   upto        = SHA-256("solana-upto\n" network "\n" channelId "\n" nonce)
 *
 * One TransferChecked of SPL Token or Token-2022 tells who pays, how much of
 * which mint. The account that gets it is derived on a curve: the gate's to
 * check. A wallet's program may hide the transfer: then only `accepted` says.
 */
#include "base/codec.h"
#include "base/hash.h"
#include "payment/base58.h"
#include "payment/x402_schemes.h"

#define SIGNATURE 64
#define KEY BASE58_KEY
#define TRANSFER_CHECKED 12
#define TRANSFER_BYTES 10   /* 12, amount[8], decimals */
#define TRANSFER_ACCOUNTS 4 /* source, mint, destination, authority */

static const char *const token_programs[] = {
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"};

/* ---- reading bytes ---- */

struct cursor {
    const unsigned char *at;
    size_t left;
    bool cut; /* there was less than was asked for */
};

static const unsigned char *take(struct cursor *c, size_t size)
{
    const unsigned char *at = c->at;

    if (c->left < size) {
        c->cut = true;
        return NULL;
    }
    c->at += size;
    c->left -= size;
    return at;
}

static unsigned take_byte(struct cursor *c)
{
    const unsigned char *at = take(c, 1);

    return at ? *at : 0;
}

/* Seven bits a byte, low ones first, without needless bytes; of 16 bits. */
static size_t take_count(struct cursor *c)
{
    size_t n = 0;

    for (unsigned shift = 0; shift < 21; shift += 7) {
        unsigned byte = take_byte(c);

        n |= (size_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            c->cut = c->cut || (byte == 0 && shift > 0) || n > UINT16_MAX;
            return n;
        }
    }
    c->cut = true;
    return 0;
}

/* ---- a message ---- */

struct transfer {
    unsigned found; /* how many there are */
    const unsigned char *mint, *authority;
    struct amount amount;
};

static bool is_token_program(const unsigned char *key)
{
    char room[BASE58_KEY_TEXT];
    struct view text = base58_write(key, room);

    return view_equal(text, view_text(token_programs[0])) ||
           view_equal(text, view_text(token_programs[1]));
}

static const unsigned char *key_at(const unsigned char *keys, size_t count,
                                   unsigned i)
{
    return i < count ? keys + (size_t)i * KEY : NULL; /* else in a table */
}

static void read_instruction(struct cursor *c, const unsigned char *keys,
                             size_t key_count, struct transfer *out)
{
    const unsigned char *program = key_at(keys, key_count, take_byte(c));
    size_t account_count = take_count(c);
    const unsigned char *accounts = take(c, account_count);
    size_t size = take_count(c);
    const unsigned char *data = take(c, size);

    if (c->cut || size != TRANSFER_BYTES || data[0] != TRANSFER_CHECKED ||
        account_count < TRANSFER_ACCOUNTS || !program ||
        !is_token_program(program)) {
        return;
    }
    out->found++;
    out->mint = key_at(keys, key_count, accounts[1]);
    out->authority = key_at(keys, key_count, accounts[3]);
    out->amount = (struct amount){{0, 0, 0, 0}};
    for (size_t i = 8; i > 0; i--) {
        out->amount.word[0] = out->amount.word[0] << 8 | data[i];
    }
}

/* Tables that keys are looked up in; none of them is read. */
static void read_lookups(struct cursor *c)
{
    size_t count = take_count(c);

    for (size_t i = 0; i < count && !c->cut; i++) {
        take(c, KEY);
        take(c, take_count(c)); /* of accounts that are written */
        take(c, take_count(c)); /* and of those that are read */
    }
}

/* False: it is none. A message with anything behind it would be another by
 * its hash, and the same to those who do not look there. */
static bool read_message(struct view message, struct transfer *out)
{
    struct cursor c = {(const unsigned char *)message.at, message.size, false};
    const unsigned char *keys;
    size_t keys_count, instructions;
    bool versioned = c.left > 0 && c.at[0] & 0x80;

    *out = (struct transfer){0};
    if (versioned && take_byte(&c) != 0x80) {
        return false; /* a version of tomorrow */
    }
    take(&c, 3);
    keys_count = take_count(&c);
    keys = take(&c, keys_count * KEY);
    take(&c, 32);
    instructions = take_count(&c);
    for (size_t i = 0; i < instructions && !c.cut; i++) {
        read_instruction(&c, keys, keys_count, out);
    }
    if (versioned) {
        read_lookups(&c);
    }
    return !c.cut && c.left == 0 && keys_count > 0 && instructions > 0;
}

/* ---- a transaction ---- */

/* What follows the signatures, or NONE. Two bytes of count are more
 * signatures than a transaction has room for. */
static struct view message_of(struct view transaction)
{
    size_t before;

    if (transaction.size == 0 || (unsigned char)transaction.at[0] > 0x7f) {
        return VIEW_NONE;
    }
    before = 1 + SIGNATURE * (size_t)transaction.at[0];
    if (transaction.size <= before) {
        return VIEW_NONE;
    }
    return view_of(transaction.at + before, transaction.size - before);
}

static struct view decode_message(const struct x402_values *v,
                                  enum x402_key key, struct arena *workspace)
{
    struct view text = v->of[key].text;
    char *room;
    size_t size;

    if (v->of[key].kind != JSON_STRING) {
        return VIEW_NONE;
    }
    room = arena_alloc(workspace, base64_room(text.size));
    if (!room || !base64_decode(text, room, &size)) {
        return VIEW_NONE;
    }
    return message_of(view_of(room, size));
}

static void identify(struct view message, struct payment *out)
{
    struct sha256 hash;

    sha256_start(&hash);
    sha256_add(&hash, VIEW("solana\n"));
    sha256_add(&hash, out->network);
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, message);
    sha256_end(&hash, out->identity);
}

bool x402_svm_identity(struct x402_context *context, struct payment *out)
{
    struct view message;

    if (!view_starts(out->network, VIEW("solana:"))) {
        return false;
    }
    message = decode_message(context->values, PAYLOAD_TRANSACTION,
                             context->workspace);
    if (!message.at) {
        return false;
    }
    identify(message, out);
    return true;
}

static bool is_key(const unsigned char *key, struct view text)
{
    char room[BASE58_KEY_TEXT];

    return view_equal(base58_write(key, room), text);
}

static const char *check_transfer(const struct transfer *transfer,
                                  struct arena *workspace, struct payment *out)
{
    char *room;

    if (transfer->found != 1) {
        return NULL;
    }
    if (out->version == 2 && transfer->mint &&
        !is_key(transfer->mint, out->asset)) {
        return "asset_mismatch";
    }
    if (out->version == 2 &&
        amount_compare(&transfer->amount, &out->amount) != 0) {
        return "amount_mismatch";
    }
    out->has_amount = true;
    out->amount = transfer->amount;
    if (transfer->authority) {
        room = arena_alloc(workspace, BASE58_KEY_TEXT);
        if (!room) {
            return "no_room";
        }
        out->payer = base58_write(transfer->authority, room);
    }
    return NULL;
}

static const char *check_accepted(const struct payment *payment)
{
    if (payment->version == 1) {
        return NULL;
    }
    return !payment->has_amount              ? "amount"
           : !base58_is_key(payment->asset)  ? "asset"
           : !base58_is_key(payment->pay_to) ? "pay_to"
                                             : NULL;
}

const char *x402_svm_exact_read(struct x402_context *context,
                                struct payment *out)
{
    struct view message = decode_message(context->values, PAYLOAD_TRANSACTION,
                                         context->workspace);
    struct transfer transfer;
    const char *reason = check_accepted(out);

    if (reason) {
        return reason;
    }
    if (!message.at || !read_message(message, &transfer)) {
        return "transaction";
    }
    identify(message, out);
    memcpy(out->content, out->identity, sizeof(out->content));
    context->identified = true;
    return check_transfer(&transfer, context->workspace, out);
}

/* ---- upto: a channel that is opened ---- */

static const char *check_upto(const struct x402_values *v,
                              const struct payment *payment)
{
    struct amount most, deposit, number;

    if (x402_is_there(v, PAYLOAD_VOUCHER_SIGNATURE) ||
        x402_is_there(v, PAYLOAD_TYPE)) {
        return "voucher"; /* the seller's to add */
    }
    if (!base58_is_key(v->of[PAYLOAD_FROM].text)) {
        return "from";
    }
    if (!base58_is_key(v->of[PAYLOAD_CHANNEL_ID].text)) {
        return "channel_id";
    }
    if (!base58_is_key(v->of[PAYLOAD_AUTHORIZED_SIGNER].text)) {
        return "authorized_signer";
    }
    if (v->of[PAYLOAD_MAX_AMOUNT].kind != JSON_STRING ||
        !amount_from_digits(v->of[PAYLOAD_MAX_AMOUNT].text, &most)) {
        return "value";
    }
    if (v->of[PAYLOAD_DEPOSIT].kind != JSON_STRING ||
        !amount_from_digits(v->of[PAYLOAD_DEPOSIT].text, &deposit) ||
        amount_compare(&most, &deposit) != 0) {
        return "deposit_amount";
    }
    if (v->of[PAYLOAD_NONCE].kind != JSON_STRING ||
        !amount_from_digits(v->of[PAYLOAD_NONCE].text, &number)) {
        return "nonce";
    }
    if (v->of[PAYLOAD_OPEN_SLOT].kind != JSON_STRING ||
        !amount_from_digits(v->of[PAYLOAD_OPEN_SLOT].text, &number)) {
        return "open_slot";
    }
    return amount_compare(&most, &payment->amount) != 0 ? "amount_mismatch"
                                                        : NULL;
}

static const char *read_upto_window(const struct x402_values *v,
                                    struct payment *out)
{
    unsigned long long after, before;

    if (v->of[PAYLOAD_VALID_AFTER].kind != JSON_NUMBER ||
        !view_to_u64(v->of[PAYLOAD_VALID_AFTER].text, &after)) {
        return "valid_after";
    }
    if (v->of[PAYLOAD_EXPIRES_AT].kind != JSON_NUMBER ||
        !view_to_u64(v->of[PAYLOAD_EXPIRES_AT].text, &before)) {
        return "valid_before";
    }
    if (after >= before) {
        return "window";
    }
    out->has_window = true;
    out->valid_after = after;
    out->valid_before = before;
    return NULL;
}

/* The nonce without the zeros before it. */
static struct view digits_of(struct view number)
{
    while (number.size > 1 && number.at[0] == '0') {
        number = view_of(number.at + 1, number.size - 1);
    }
    return number;
}

static void identify_upto(const struct x402_values *v, struct view message,
                          struct payment *out)
{
    struct sha256 hash;

    sha256_start(&hash);
    sha256_add(&hash, VIEW("solana-upto\n"));
    sha256_add(&hash, out->network);
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, v->of[PAYLOAD_CHANNEL_ID].text);
    sha256_add(&hash, VIEW("\n"));
    sha256_add(&hash, digits_of(v->of[PAYLOAD_NONCE].text));
    sha256_end(&hash, out->identity);
    hash_sha256(out->content, message);
}

const char *x402_svm_upto_read(struct x402_context *context,
                               struct payment *out)
{
    const struct x402_values *v = context->values;
    struct view message =
        decode_message(v, PAYLOAD_OPEN_TRANSACTION, context->workspace);
    struct transfer transfer;
    const char *reason = check_accepted(out);

    if (!reason) {
        reason = check_upto(v, out);
    }
    if (!reason) {
        reason = read_upto_window(v, out);
    }
    if (reason) {
        return reason;
    }
    if (!message.at || !read_message(message, &transfer)) {
        return "transaction";
    }
    out->payer = v->of[PAYLOAD_FROM].text;
    identify_upto(v, message, out);
    context->identified = true;
    return NULL;
}
