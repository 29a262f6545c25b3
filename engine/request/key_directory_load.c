/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JWK sets. A set that is malformed anywhere is refused whole; a key
 * of another kind is no mistake, for directories hold what their owner's
 * other readers need.
 *
 *   N004 a file that cannot be read    N012 JSON that is no JWK set
 *   N009 out of memory                 N013 no key that can be used
 */
#include "request/key_directory_load.h"

#include <stdlib.h>

#include "base/codec.h"
#include "base/file_load.h"
#include "base/hash.h"
#include "base/json.h"

/* Directories are seen to give seconds and milliseconds; from here on a
 * number is of milliseconds (seconds of the year 5138). */
#define MILLISECONDS_FROM 100000000000ULL

struct directory_reading {
    struct key_list *list;
    const struct signer *signer;
    struct json *json;
    const char *wrong; /* a literal, or NULL */
};

/* One JWK as it is read. */
struct jwk {
    struct view kty, crv, x;
    int64_t from, until;
};

static void read_time(struct directory_reading *r, int64_t *out)
{
    unsigned long long n;

    if (r->json->kind != JSON_NUMBER || !view_to_u64(r->json->text, &n) ||
        n > MILLISECONDS_FROM * 1000) {
        r->wrong = "nbf and exp are whole numbers of seconds";
        return;
    }
    *out = (int64_t)(n < MILLISECONDS_FROM ? n * 1000000 : n * 1000);
}

/* "crv", "kty", "x" in this order, nothing else (RFC 8037 appendix A.3). */
static void make_thumbprint(struct view x, unsigned char out[32])
{
    struct sha256 hash;

    sha256_start(&hash);
    sha256_add(&hash, VIEW("{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\""));
    sha256_add(&hash, x);
    sha256_add(&hash, VIEW("\"}"));
    sha256_end(&hash, out);
}

static void add_key(struct directory_reading *r, const struct jwk *jwk)
{
    struct key_list *list = r->list;
    struct signing_key *key = &list->items[list->count];
    char room[32 + 3];
    size_t size = 0;

    if (!view_equal(jwk->kty, VIEW("OKP")) ||
        !view_equal(jwk->crv, VIEW("Ed25519"))) {
        return;
    }
    if (jwk->x.size != 43 || !base64url_decode(jwk->x, room, &size) ||
        size != 32) {
        r->wrong = "x of an Ed25519 key is 32 bytes in base64url";
        return;
    }
    if (list->count == KEY_DIRECTORY_MAX) {
        r->wrong = "more than 1024 keys";
        return;
    }
    *key = (struct signing_key){
        .from = jwk->from, .until = jwk->until, .signer = r->signer};
    memcpy(key->key, room, 32);
    make_thumbprint(jwk->x, key->thumbprint);
    list->count++;
}

static void read_jwk(struct directory_reading *r)
{
    struct jwk jwk = {.from = 0, .until = INT64_MAX};
    enum json_kind kind;

    while (!r->wrong && (kind = json_next(r->json)) == JSON_KEY) {
        struct view key = r->json->text;
        struct view *text = view_equal(key, VIEW("kty"))   ? &jwk.kty
                            : view_equal(key, VIEW("crv")) ? &jwk.crv
                            : view_equal(key, VIEW("x"))   ? &jwk.x
                                                           : NULL;
        bool first = view_equal(key, VIEW("nbf"));
        bool last = view_equal(key, VIEW("exp"));

        kind = json_next(r->json);
        if (text && kind == JSON_STRING) {
            *text = r->json->text;
        } else if (first || last) {
            read_time(r, first ? &jwk.from : &jwk.until);
        } else if (kind == JSON_ERROR || !json_skip(r->json)) {
            return;
        }
    }
    if (!r->wrong && r->json->kind == JSON_END) {
        add_key(r, &jwk);
    }
}

static void read_keys(struct directory_reading *r)
{
    enum json_kind kind;

    if (json_next(r->json) != JSON_ARRAY) {
        r->wrong = "'keys' is no array";
        return;
    }
    while (!r->wrong && (kind = json_next(r->json)) != JSON_END) {
        if (kind != JSON_OBJECT) {
            r->wrong = "a key is no object";
            return;
        }
        read_jwk(r);
    }
}

/* The top, or what stands under "jwks" there. */
static void read_set(struct directory_reading *r, bool top)
{
    if (json_next(r->json) != JSON_OBJECT) {
        r->wrong = "no object with 'keys'";
        return;
    }
    while (!r->wrong && json_next(r->json) == JSON_KEY) {
        if (view_equal(r->json->text, VIEW("keys"))) {
            read_keys(r);
        } else if (top && view_equal(r->json->text, VIEW("jwks"))) {
            read_set(r, false);
        } else if (!json_skip(r->json)) {
            return;
        }
    }
}

static bool refuse(struct problems *problems, const struct source *source,
                   const char *code, const char *what, const char *why)
{
    struct place place = {source, 0, 0};

    problems_add(problems, PROBLEM_ERROR, place, code, NULL, "%s%s", what, why);
    return false;
}

bool key_directory_text(struct key_list *list, const struct signer *signer,
                        struct view name, struct view text,
                        struct problems *problems)
{
    struct source source = {name, text};
    char *scratch = malloc(text.size + 1);
    struct json json;
    struct directory_reading r = {list, signer, &json, NULL};
    size_t before = list->count;

    if (!scratch) {
        return refuse(problems, &source, "N009", "out of memory", "");
    }
    json_start(&json, text, JSON_DEPTH_MAX, scratch, text.size + 1);
    read_set(&r, true);
    if (!r.wrong && json_next(&json) != JSON_DONE) {
        r.wrong = json.kind == JSON_ERROR ? json.error : "more than one value";
    }
    free(scratch);
    if (r.wrong) {
        list->count = before;
        return refuse(problems, &source, "N012", "no JWK set: ", r.wrong);
    }
    return list->count > before ||
           refuse(problems, &source, "N013",
                  "the directory holds no Ed25519 key", "");
}

enum key_directory_result key_directory_file(struct key_list *list,
                                             const struct signer *signer,
                                             const char *path,
                                             int64_t *modified,
                                             struct problems *problems)
{
    struct source source = {view_text(path), VIEW("")};
    struct file_text file;
    bool good = false;

    file_read(path, KEY_DIRECTORY_BYTES, &file);
    if (file.missing) {
        return KEY_DIRECTORY_MISSING;
    }
    *modified = file.modified;
    if (file.text) {
        good = key_directory_text(list, signer, view_text(path),
                                  view_of(file.text, file.size), problems);
    } else {
        refuse(problems, &source, "N004",
               "the directory cannot be read: ", file.error);
    }
    free(file.text);
    return good ? KEY_DIRECTORY_READ : KEY_DIRECTORY_REFUSED;
}
