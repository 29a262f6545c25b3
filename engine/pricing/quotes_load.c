/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quotes: how long a price told holds, and the keys that sign what was told.
 *
 *   quotes: { ttl: 300s, keys: quote.keys, without-token: on }
 *
 * The keys are a JWK set (RFC 7517), of mode 0600, made with one key in it if
 * there is none. The first key that signs, signs; put a new one first, and
 * take an old one out when what it signed is over.
 *
 *   {"keys":[{"kty":"oct","kid":"k1","alg":"HS256","k":"..."},
 *            {"kty":"OKP","kid":"k0","crv":"Ed25519","x":"...","d":"..."}]}
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/json.h"
#include "pricing/parts_load.h"

#define KEYS_MAX 16
#define FILE_MAX_SIZE ((size_t)64 * 1024)
#define KID_MAX_SIZE 64
#define SECRET_MAX 512 /* bytes of an HMAC key */

struct quotes_keys {
    int64_t ttl;
    const struct node *keys;
    bool without_token;
};
static const struct schema_key quotes_schema[] = {
    {"ttl", SCHEMA_DURATION, offsetof(struct quotes_keys, ttl), false, "300s",
     NULL, 1000000, INT64_C(86400000000), "how long a price told holds"},
    {"keys", SCHEMA_NODE, offsetof(struct quotes_keys, keys), false, NULL, NULL,
     0, 0, "file with a JWK set, made if it is not there; signs X-Price-Quote"},
    {"without-token", SCHEMA_BOOL, offsetof(struct quotes_keys, without_token),
     false, "on", NULL, 0, 0,
     "honour what was told to who brings no quote, too"},
    {0}};

static const struct shape_part quotes_parts[] = {{"keys", &shape_scalar}, {0}};
const struct shape quotes_shape = {
    .kind = SHAPE_KEYS, .keys = quotes_schema, .parts = quotes_parts};

/* ---- one key ---- */

struct jwk {
    struct view kty, kid, alg, crv, k, x, d;
};

static bool read_jwk(struct json *json, struct jwk *out)
{
    static const struct {
        struct view key;
        size_t offset;
    } members[] = {
        {{"kty", 3}, offsetof(struct jwk, kty)},
        {{"kid", 3}, offsetof(struct jwk, kid)},
        {{"alg", 3}, offsetof(struct jwk, alg)},
        {{"crv", 3}, offsetof(struct jwk, crv)},
        {{"k", 1}, offsetof(struct jwk, k)},
        {{"x", 1}, offsetof(struct jwk, x)},
        {{"d", 1}, offsetof(struct jwk, d)},
    };
    enum json_kind kind;

    while ((kind = json_next(json)) == JSON_KEY) {
        size_t i = 0;
        size_t n = sizeof members / sizeof *members;
        while (i < n && !view_equal(json->text, members[i].key)) {
            i++;
        }
        if (i == n) {
            if (!json_skip(json)) {
                return false;
            }
        } else if (json_next(json) != JSON_STRING) {
            return false;
        } else {
            *(struct view *)((char *)out + members[i].offset) = json->text;
        }
    }
    return kind == JSON_END;
}

static bool is_kid(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        char c = v.at[i];
        if (!ascii_is_alnum(c) && c != '-' && c != '_' && c != '.' &&
            c != ':') {
            return false;
        }
    }
    return v.size > 0 && v.size <= KID_MAX_SIZE;
}

static bool make_header(struct loader *loader, const struct node *node,
                        struct quote_key *key)
{
    char room[KID_MAX_SIZE + 64];
    char encoded[2 * sizeof room];
    struct text t = text_in(room, sizeof room);
    struct text out = text_in(encoded, sizeof encoded);

    text_addf(&t, "{\"alg\":\"%s\",\"kid\":\"%.*s\"}",
              key->algorithm == QUOTE_HS256 ? "HS256" : "EdDSA",
              VIEW_ARG(key->id));
    base64url_write(&out, text_view(&t));
    text_add_char(&out, '.');
    key->header = arena_copy(loader->arena, text_view(&out));
    return key->header.at ? true : load_memory(loader, node);
}

static bool read_secret(const struct jwk *jwk, struct quote_key *key)
{
    char room[SECRET_MAX + 4];
    size_t size;

    if (jwk->k.size > SECRET_MAX / 3 * 4 ||
        !base64url_decode(jwk->k, room, &size) || size < 32) {
        return false;
    }
    key->algorithm = QUOTE_HS256;
    key->signs = true;
    hmac_key(&key->hmac, view_of(room, size));
    return true;
}

static bool read_point(struct view text, unsigned char out[32])
{
    char room[48];
    size_t size;

    if (text.size != 43 || !base64url_decode(text, room, &size)) {
        return false;
    }
    memcpy(out, room, 32);
    return true;
}

static bool read_pair(const struct jwk *jwk, struct quote_key *key)
{
    unsigned char seed[32];
    unsigned char own[32];

    key->algorithm = QUOTE_EDDSA;
    if (!view_equal(jwk->crv, VIEW("Ed25519")) ||
        !read_point(jwk->x, key->public)) {
        return false;
    }
    if (!jwk->d.at) {
        return true; /* checks only */
    }
    key->signs = true;
    if (!read_point(jwk->d, seed)) {
        return false;
    }
    hash_ed25519_key(seed, own, key->secret);
    return !memcmp(own, key->public, sizeof own);
}

static bool read_key(struct loader *loader, const struct node *node,
                     const struct jwk *jwk, struct quote_key *key)
{
    bool oct = view_equal(jwk->kty, VIEW("oct")) &&
               (!jwk->alg.at || view_equal(jwk->alg, VIEW("HS256")));
    bool okp = view_equal(jwk->kty, VIEW("OKP")) &&
               (!jwk->alg.at || view_equal(jwk->alg, VIEW("EdDSA")));

    if (!is_kid(jwk->kid)) {
        return load_error(loader, node, "P052", NULL,
                          "%.*s: a key needs a 'kid' of 1 to %d letters, "
                          "digits and -_.:",
                          VIEW_ARG(load_shown(node->text)), KID_MAX_SIZE);
    }
    key->id = arena_copy(loader->arena, jwk->kid);
    if (!(oct ? read_secret(jwk, key) : okp && read_pair(jwk, key))) {
        return load_error(loader, node, "P052", NULL,
                          "%.*s: key '%.*s': expected kty oct with a k of 32 "
                          "bytes or more, for HS256, or kty OKP with crv "
                          "Ed25519, x and d, for EdDSA",
                          VIEW_ARG(load_shown(node->text)), VIEW_ARG(jwk->kid));
    }
    for (size_t i = 0; i < loader->policy->quote_keys.count; i++) {
        if (view_equal(loader->policy->quote_keys.keys[i].id, key->id)) {
            return load_error(loader, node, "P052", NULL,
                              "%.*s: two keys have the kid '%.*s'",
                              VIEW_ARG(load_shown(node->text)),
                              VIEW_ARG(key->id));
        }
    }
    return make_header(loader, node, key);
}

/* ---- the set ---- */

static bool read_keys(struct loader *loader, const struct node *node,
                      struct json *json)
{
    struct quote_keys *set = &loader->policy->quote_keys;
    enum json_kind kind = JSON_ERROR;

    set->keys = load_array(loader, node, KEYS_MAX, sizeof *set->keys);
    while (set->keys && (kind = json_next(json)) == JSON_OBJECT) {
        struct jwk jwk = {0};
        if (set->count == KEYS_MAX) {
            return load_error(loader, node, "P052", NULL,
                              "%.*s: more than %d keys",
                              VIEW_ARG(load_shown(node->text)), KEYS_MAX);
        }
        if (!read_jwk(json, &jwk)) {
            return false;
        }
        if (!read_key(loader, node, &jwk, &set->keys[set->count])) {
            return true; /* said so */
        }
        set->count++;
    }
    return kind == JSON_END;
}

static void parse_set(struct loader *loader, const struct node *node,
                      struct view bytes)
{
    const struct quote_keys *set = &loader->policy->quote_keys;
    static const char what[] = "{\"keys\":[{\"kty\":\"oct\",\"kid\":...}]}";
    char *scratch = malloc(bytes.size + 1);
    struct json json;
    bool fine = false;
    bool signs = false;

    if (!scratch) {
        load_memory(loader, node);
        return;
    }
    json_start(&json, bytes, 8, scratch, bytes.size + 1);
    if (json_next(&json) == JSON_OBJECT) {
        enum json_kind kind;
        fine = true;
        while (fine && (kind = json_next(&json)) == JSON_KEY) {
            if (view_equal(json.text, VIEW("keys"))) {
                fine = json_next(&json) == JSON_ARRAY &&
                       read_keys(loader, node, &json);
            } else {
                fine = json_skip(&json);
            }
            if (loader->failed) {
                break;
            }
        }
    }
    free(scratch);
    for (size_t i = 0; i < set->count; i++) {
        signs |= set->keys[i].signs;
    }
    if (!loader->failed && (!fine || !signs)) {
        load_error(loader, node, "P052", what,
                   fine ? "%.*s has no key that signs" : "%.*s is no JWK set",
                   VIEW_ARG(load_shown(node->text)));
    }
}

/* ---- the file ---- */

/* From the folder of the policy's file, unless it is absolute. */
static bool make_path(const struct loader *loader, struct view name,
                      struct text *out)
{
    struct view file = loader->policy->file;
    size_t end = file.size;

    while (end > 0 && file.at[end - 1] != '/') {
        end--;
    }
    if (!view_starts(name, VIEW("/"))) {
        text_add(out, view_of(file.at, end));
    }
    text_add(out, name);
    text_add_char(out, '\0');
    return !out->cut;
}

/* A new set with one key, under a name of its own first, so that nobody ever
 * reads half of one; who comes second takes the other's. */
static bool make_file(const char *path)
{
    unsigned char secret[32];
    unsigned char id[4];
    char name[640];
    char room[256];
    struct text t = text_in(room, sizeof room);
    bool fine;
    int fd;

    hash_random(secret, sizeof secret);
    hash_random(id, sizeof id);
    text_add(&t, VIEW("{\"keys\":[{\"kty\":\"oct\",\"kid\":\""));
    text_add_hex(&t, id, sizeof id);
    text_add(&t, VIEW("\",\"alg\":\"HS256\",\"k\":\""));
    base64url_write(&t, view_of((const char *)secret, sizeof secret));
    text_add(&t, VIEW("\"}]}\n"));
    snprintf(name, sizeof name, "%s.%ld", path, (long)getpid());
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    fine = write(fd, room, t.size) == (ssize_t)t.size && fsync(fd) == 0;
    fine = close(fd) == 0 && fine && (link(name, path) == 0 || errno == EEXIST);
    unlink(name);
    return fine;
}

static void check_mode(struct loader *loader, const struct node *node, int fd)
{
    struct stat status;

    if (fstat(fd, &status) == 0 && status.st_mode & 077) {
        load_warn(loader, node, "P053", "chmod 600",
                  "%.*s can be read by others (mode %03o): who reads it can "
                  "make prices",
                  VIEW_ARG(load_shown(node->text)),
                  (unsigned)status.st_mode & 0777);
    }
}

static void read_file(struct loader *loader, const struct node *node,
                      const char *path)
{
    char *bytes = malloc(FILE_MAX_SIZE);
    FILE *file = fopen(path, "rbe");
    size_t size;

    if (!file && errno == ENOENT && make_file(path)) {
        file = fopen(path, "rbe");
    }
    if (!file || !bytes) {
        load_error(loader, node, "P052", NULL, "%s: %s", path, strerror(errno));
    } else {
        check_mode(loader, node, fileno(file));
        size = fread(bytes, 1, FILE_MAX_SIZE, file);
        parse_set(loader, node,
                  view_of(bytes, size < FILE_MAX_SIZE ? size : 0));
    }
    if (file) {
        fclose(file);
    }
    free(bytes);
}

bool quotes_read(struct loader *loader, const struct node *map)
{
    struct quotes_keys keys = {.ttl = 300000000, .without_token = true};
    struct policy *policy = loader->policy;
    char room[512];
    struct text path = text_in(room, sizeof room);

    if (map && !load_map(loader, quotes_schema, map, "quotes", &keys)) {
        return false;
    }
    policy->quote_ttl = keys.ttl;
    policy->without_token = keys.without_token;
    if (!keys.keys) {
        return keys.without_token ||
               load_error(loader, map, "P051", NULL,
                          "without keys there are no quotes: nothing that was "
                          "told would hold with 'without-token: off'");
    }
    if (!schema_expect(keys.keys, NODE_SCALAR, loader->problems)) {
        loader->failed = true;
        return false;
    }
    if (!make_path(loader, keys.keys->text, &path)) {
        return load_error(loader, keys.keys, "P052", NULL,
                          "the path of the keys is too long");
    }
    read_file(loader, keys.keys, room);
    return !loader->failed;
}
