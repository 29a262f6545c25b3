/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing and reading quotes. The payload is JSON of our own making; what is
 * read was signed by us, and is read strictly all the same.
 *
 *   {"iss":"weighbridge","gen":"0123...","site":"default","host":"...",
 *    "method":"GET","path":"/a","route":"a","tier":1,"units":5,
 *    "customer":"0123...","volume":800000,"demand":1250000,"rates":["1"],
 *    "amount":"30000","asset":"0x...","network":"eip155:84532",
 *    "payTo":"0x...","iat":1795245030,"exp":1795245330}
 */
#include "pricing/quote.h"

#include "base/codec.h"
#include "base/json.h"

#define PAYLOAD_MAX 900
#define CLOCK_SKEW 60 /* seconds that another node's clock may be ahead */

/* ---- paths ---- */

struct view quote_path(struct view path, char *room)
{
    unsigned char hash[32];
    struct text t = text_in(room, QUOTE_PATH);

    if (path.size <= QUOTE_PATH) {
        return path;
    }
    hash_sha256(hash, path);
    text_add(&t, VIEW("sha256:"));
    base64url_write(&t, view_of((const char *)hash, sizeof hash));
    return text_view(&t);
}

/* ---- writing ---- */

/* Plain text between quotes needs no escapes: most is. */
static void add_text(struct text *t, struct view key, struct view v)
{
    struct json_writer w = {t, false};

    text_add(t, key);
    for (size_t i = 0; i < v.size; i++) {
        unsigned char c = (unsigned char)v.at[i];
        if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<') {
            json_string(&w, v);
            return;
        }
    }
    text_add_char(t, '"');
    text_add(t, v);
    text_add_char(t, '"');
}

static void add_number(struct text *t, struct view key, uint64_t n)
{
    text_add(t, key);
    text_add_u64(t, n);
}

static void add_optional(struct text *t, const struct quote *q)
{
    if (q->tier) {
        add_number(t, VIEW(",\"tier\":"), q->tier);
    }
    if (q->units) {
        add_number(t, VIEW(",\"units\":"), q->units);
    }
    if (q->counted) {
        text_add(t, VIEW(",\"customer\":\""));
        text_add_hex(t, &q->customer, sizeof q->customer);
        text_add_char(t, '"');
    }
    if (q->volume) {
        add_number(t, VIEW(",\"volume\":"), q->volume);
    }
    if (q->multiplier) {
        add_number(t, VIEW(",\"demand\":"), q->multiplier);
    }
    for (size_t i = 0; i < q->rate_count; i++) {
        text_add(t, i ? VIEW(",\"") : VIEW(",\"rates\":[\""));
        text_add_u64(t, q->rates[i]);
        text_add(t, i + 1 < q->rate_count ? VIEW("\"") : VIEW("\"]"));
    }
}

static void write_payload(struct text *t, const struct quote *q)
{
    add_text(t, VIEW("{\"iss\":\"weighbridge\",\"gen\":"), q->generation);
    add_text(t, VIEW(",\"site\":"), q->site);
    add_text(t, VIEW(",\"host\":"), q->host);
    add_text(t, VIEW(",\"method\":"), q->method);
    add_text(t, VIEW(",\"path\":"), q->path);
    add_text(t, VIEW(",\"route\":"), q->route);
    add_optional(t, q);
    text_add(t, VIEW(",\"amount\":\""));
    amount_write(t, &q->amount);
    add_text(t, VIEW("\",\"asset\":"), q->asset);
    add_text(t, VIEW(",\"network\":"), q->network);
    add_text(t, VIEW(",\"payTo\":"), q->pay_to);
    add_number(t, VIEW(",\"iat\":"), (uint64_t)q->issued);
    add_number(t, VIEW(",\"exp\":"), (uint64_t)q->expires);
    text_add_char(t, '}');
}

static void add_signature(const struct quote_key *key, struct text *t)
{
    unsigned char signature[64];
    struct view message = text_view(t);

    if (key->algorithm == QUOTE_HS256) {
        hmac_sign(&key->hmac, message, signature);
    } else {
        hash_ed25519_sign(key->secret, message, signature);
    }
    text_add_char(t, '.');
    base64url_write(t, view_of((const char *)signature,
                               key->algorithm == QUOTE_HS256 ? 32 : 64));
}

void quote_write(const struct quote_keys *keys, const struct quote *quote,
                 struct text *out)
{
    char payload_room[PAYLOAD_MAX];
    char room[QUOTE_MAX];
    struct text payload = text_in(payload_room, sizeof payload_room);
    struct text token = text_in(room, sizeof room);

    for (size_t i = 0; i < keys->count; i++) {
        const struct quote_key *key = &keys->keys[i];
        if (!key->signs) {
            continue;
        }
        write_payload(&payload, quote);
        text_add(&token, key->header);
        base64url_write(&token, text_view(&payload));
        if (!payload.cut && !token.cut) {
            add_signature(key, &token);
        }
        if (!payload.cut && !token.cut) {
            text_add(out, text_view(&token));
        }
        return;
    }
}

/* ---- reading ---- */

static const struct quote_key *find_key(const struct quote_keys *keys,
                                        struct view token)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (view_starts(token, keys->keys[i].header)) {
            return &keys->keys[i];
        }
    }
    return NULL;
}

static bool is_signed(const struct quote_key *key, struct view message,
                      struct view signature)
{
    char room[96];
    size_t size;
    bool hs = key->algorithm == QUOTE_HS256;

    if (signature.size != (hs ? 43 : 86) ||
        !base64url_decode(signature, room, &size)) {
        return false;
    }
    return hs ? hmac_holds(&key->hmac, message, (unsigned char *)room)
              : hash_ed25519_holds((unsigned char *)room, message, key->public);
}

enum member_kind { MEMBER_TEXT, MEMBER_NUMBER };

#define TEXT_OF(member) MEMBER_TEXT, offsetof(struct quote, member)
#define NUMBER_OF(member) MEMBER_NUMBER, offsetof(struct quote, member)
static const struct member {
    struct view key;
    enum member_kind kind;
    size_t offset;
} members[] = {
    {{"gen", 3}, TEXT_OF(generation)},  {{"site", 4}, TEXT_OF(site)},
    {{"host", 4}, TEXT_OF(host)},       {{"method", 6}, TEXT_OF(method)},
    {{"path", 4}, TEXT_OF(path)},       {{"route", 5}, TEXT_OF(route)},
    {{"tier", 4}, NUMBER_OF(tier)},     {{"units", 5}, NUMBER_OF(units)},
    {{"asset", 5}, TEXT_OF(asset)},     {{"network", 7}, TEXT_OF(network)},
    {{"payTo", 5}, TEXT_OF(pay_to)},    {{"iat", 3}, NUMBER_OF(issued)},
    {{"exp", 3}, NUMBER_OF(expires)},   {{"demand", 6}, NUMBER_OF(multiplier)},
    {{"volume", 6}, NUMBER_OF(volume)},
};

static bool read_number(struct view text, uint64_t *out)
{
    unsigned long long n;
    bool fine = view_to_u64(text, &n);
    *out = fine ? n : 0;
    return fine;
}

static bool read_rates(struct json *json, struct quote *out)
{
    enum json_kind kind = json_next(json);

    if (kind != JSON_ARRAY) {
        return false;
    }
    while ((kind = json_next(json)) == JSON_STRING) {
        if (out->rate_count == PRICE_OFFERS_MAX ||
            !read_number(json->text, &out->rates[out->rate_count++])) {
            return false;
        }
    }
    return kind == JSON_END;
}

static bool read_member(struct json *json, struct quote *out)
{
    struct view key = json->text;

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        void *place = (char *)out + members[i].offset;
        if (!view_equal(key, members[i].key)) {
            continue;
        }
        if (members[i].kind == MEMBER_TEXT) {
            bool fine = json_next(json) == JSON_STRING;
            *(struct view *)place = json->text;
            return fine;
        }
        return json_next(json) == JSON_NUMBER && read_number(json->text, place);
    }
    if (view_equal(key, VIEW("amount"))) {
        return json_next(json) == JSON_STRING &&
               amount_from_digits(json->text, &out->amount);
    }
    if (view_equal(key, VIEW("customer"))) {
        out->counted = true;
        return json_next(json) == JSON_STRING &&
               hex_decode(json->text, (unsigned char *)&out->customer,
                          sizeof out->customer);
    }
    return view_equal(key, VIEW("rates")) ? read_rates(json, out)
                                          : json_skip(json);
}

static bool read_payload(struct view payload, char *room, size_t size,
                         struct quote *out)
{
    struct json json;
    enum json_kind kind;

    json_start(&json, payload, 2, room, size);
    if (json_next(&json) != JSON_OBJECT) {
        return false;
    }
    while ((kind = json_next(&json)) == JSON_KEY) {
        if (!read_member(&json, out)) {
            return false;
        }
    }
    return kind == JSON_END && json_next(&json) == JSON_DONE;
}

enum quote_status quote_read(const struct quote_keys *keys, struct view token,
                             int64_t now, char *scratch, struct quote *out)
{
    const struct quote_key *key =
        token.size <= QUOTE_MAX ? find_key(keys, token) : NULL;
    int64_t seconds = now / 1000000;
    struct quote quote = {0};
    struct view payload;
    struct view signature;
    size_t point;
    size_t size;

    if (!key) {
        return QUOTE_INVALID;
    }
    payload =
        view_of(token.at + key->header.size, token.size - key->header.size);
    point = view_find(payload, '.');
    if (point == payload.size) {
        return QUOTE_INVALID;
    }
    signature = view_of(payload.at + point + 1, payload.size - point - 1);
    payload.size = point;
    if (!is_signed(key, view_of(token.at, key->header.size + point),
                   signature) ||
        base64_room(payload.size) > QUOTE_MAX ||
        !base64url_decode(payload, scratch, &size) ||
        !read_payload(view_of(scratch, size), scratch + size, QUOTE_MAX - size,
                      &quote)) {
        return QUOTE_INVALID;
    }
    if (quote.issued > seconds + CLOCK_SKEW) {
        return QUOTE_INVALID;
    }
    if (quote.expires <= seconds) {
        return QUOTE_EXPIRED;
    }
    *out = quote;
    return QUOTE_GOOD;
}
