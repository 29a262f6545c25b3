/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cloudflare's prices for crawlers: a header says what the crawler pays, an
 * HTTP message signature that covers it says who.
 *
 *   crawler-exact-price: USD 0.01     the price, and no other
 *   crawler-max-price: USD 0.01       any price up to it
 *
 *   identity = SHA-256("crawler-price\n" keyid "\nnonce\n" nonce), or without
 *              a nonce of "\nbytes\n" and the signature, which no stranger
 *              knows and no spelling of its header changes
 *
 * The network is "cloudflare:402", as x402 calls the same payments; its asset
 * a currency.
 */
#include "base/hash.h"
#include "payment/message_signature.h"
#include "payment/protocol.h"
#include "payment/x402_schemes.h"

#define NETWORK VIEW("cloudflare:402")

/* "USD 0.01" */
static bool read_price(struct view value, struct payment *out)
{
    struct view currency = view_cut(&value, ' ');
    bool point = false;

    if (currency.size != 3 || !value.at || value.size == 0 ||
        value.size > AMOUNT_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < currency.size; i++) {
        if (currency.at[i] < 'A' || currency.at[i] > 'Z') {
            return false;
        }
    }
    for (size_t i = 0; i < value.size; i++) {
        bool digit = value.at[i] >= '0' && value.at[i] <= '9';
        bool inside = i > 0 && i + 1 < value.size;

        if (!digit && (value.at[i] != '.' || point || !inside)) {
            return false;
        }
        point = point || !digit;
    }
    out->asset = currency;
    out->decimal = value;
    return true;
}

/* Who signed, until when, and what makes it another one. */
static const char *read_signature(const struct request *request,
                                  struct view name, struct arena *workspace,
                                  struct payment *out)
{
    struct message_signature signature;
    const char *reason =
        message_signature_find(request, name, workspace, &signature);
    struct sha256 hash;

    if (reason) {
        return reason;
    }
    if (!signature.has_created || !signature.has_expires ||
        signature.created >= signature.expires) {
        return "signature_window";
    }
    out->has_window = true;
    out->valid_after = signature.created;
    out->valid_before = signature.expires;
    out->payer = signature.key;
    sha256_start(&hash);
    sha256_add(&hash, VIEW("crawler-price\n"));
    sha256_add(&hash, signature.key);
    sha256_add(&hash,
               signature.nonce.at ? VIEW("\nnonce\n") : VIEW("\nbytes\n"));
    sha256_add(&hash, signature.nonce.at ? signature.nonce : signature.bytes);
    sha256_end(&hash, out->identity);
    hash_sha256(out->content, signature.bytes);
    return NULL;
}

const char *crawler_price_read(const struct payment_input *in,
                               struct payment *out)
{
    bool exact = out->version == CRAWLER_EXACT;
    struct view name =
        exact ? VIEW("crawler-exact-price") : VIEW("crawler-max-price");

    out->version = 0;
    out->scheme = exact ? VIEW("exact-price") : VIEW("max-price");
    if (!read_price(in->value, out)) {
        return "crawler_price";
    }
    out->network = NETWORK;
    out->known_scheme = true;
    out->exact_amount = exact;
    return read_signature(in->request, name, in->workspace, out);
}

/* x402's batch-settlement on the same network: {amount, asset}, signed as
 * above. Amounts are cents. */
const char *x402_cloudflare_read(struct x402_context *context,
                                 struct payment *out)
{
    const struct x402_values *v = context->values;
    struct amount amount;

    if (!value_is_token(&v->of[PAYLOAD_ASSET])) {
        return "payload_asset";
    }
    if (v->of[PAYLOAD_AMOUNT].kind != JSON_STRING ||
        !amount_from_digits(v->of[PAYLOAD_AMOUNT].text, &amount)) {
        return "value";
    }
    if (!out->has_amount) {
        return "amount";
    }
    if (!view_equal(v->of[PAYLOAD_ASSET].text, out->asset)) {
        return "asset_mismatch";
    }
    if (amount_compare(&amount, &out->amount) != 0) {
        return "amount_mismatch";
    }
    context->identified = true;
    return read_signature(context->request, VIEW("payment-signature"),
                          context->workspace, out);
}
