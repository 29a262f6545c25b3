/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Web Bot Auth against published vectors: RFC 9421 appendix B.2 (the request
 * and the base of B.2.6, signed by the key of B.1.4), RFC 8037 appendix A.3
 * (the thumbprint), and those of the draft's reference implementation
 * (cloudflare/web-bot-auth, test_data/web_bot_auth_architecture_v1 and v2,
 * the Ed25519 ones). Then everything that can be wrong with a signature.
 */
#include "request/web_bot_auth.h"

#include <sodium.h>

#include "base/codec.h"
#include "base/hash.h"
#include "request/key_directory_load.h"
#include "request/signature_base.h"
#include "tap.h"

#define SECOND INT64_C(1000000)
#define CREATED INT64_C(1735689600)
#define KEYID "poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U"
#define RFC_KEY                                                                \
    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","                         \
    "\"kid\":\"test-key-ed25519\","                                            \
    "\"x\":\"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs\"}]}"

static struct arena *workspace;
static struct request request;
static struct key_list list;
static const struct signer signer = {{"agent", 5}, {"org", 3}, {NULL, 0}};
static struct keyring keyring;

static void start(const char *method, const char *target)
{
    arena_reset(workspace);
    request_clear(&request);
    request.time = (CREATED + 60) * SECOND;
    request.method = view_text(method);
    request.scheme = VIEW("https");
    request.host = VIEW("example.com");
    request.target = view_text(target);
    request.http_version = VIEW("1.1");
}

static void header(const char *name, const char *value)
{
    request_add_header(&request, view_text(name), view_text(value));
}

static const char *check(void)
{
    static struct wba wba;

    request_prepare(&request, workspace);
    if (!wba_is_there(&request)) {
        return "none";
    }
    wba_check(&request, &keyring, workspace, &wba);
    return wba.state == WBA_NONE     ? "none"
           : wba.state == WBA_UNSURE ? "unsure"
                                     : wba_state_names[wba.state];
}

/* ---- published vectors ---- */

static const struct {
    const char *input, *signature, *agent;
} vectors[] = {
    {"sig1=(\"@authority\");created=1735689600;keyid=\"" KEYID
     "\";alg=\"ed25519\";expires=1735693200;nonce=\"mYotfW3CUjI68sbGw6oKd7ky"
     "XqPjZEtU8xFPGWFrqOAf5qC6MDe3pys3SWWCudB0MvwslHy32WXUpkR7u0lt/w==\";"
     "tag=\"web-bot-auth\"",
     "sig1=:+NA/cssf4Y2bQTMTkyvTGRCaVzp9quyUevdwwMtMOWhhOOZ2T1subBj0BtvdnrpD"
     "EuwSAbiTeElXDzHL3WWKCw==:",
     NULL},
    {"sig2=(\"@authority\" \"signature-agent\");created=1735689600;keyid"
     "=\"" KEYID "\";alg=\"ed25519\";expires=1735693200;nonce=\"e8N7S2MFd/qr"
     "d6T2R3tdfAuuANngKI7LFtKYI/vowzk4lAZYadIX6wW25MwG7DCT9RUKAJ0qVkU0mEeLEl"
     "W1qg==\";tag=\"web-bot-auth\"",
     "sig2=:jdq0SqOwHdyHr9+r5jw3iYZH6aNGKijYp/EstF4RQTQdi5N5YYKrD+mCT1HA1nZD"
     "si6nJKuHxUi/5Syp3rLWBA==:",
     "\"https://signature-agent.test\""},
    {"sig1=(\"@authority\");created=1735689600;keyid=\"" KEYID
     "\";alg=\"ed25519\";expires=4889289600;nonce=\"zIW8+cdmA3vdYagbxojpONwa"
     "/l0EKJ/O3/wD486VvsQjO/RxPaSt6ZxvQaMcQzNnqKN/mQ6hpGiFro2L2qkz5A==\";"
     "tag=\"web-bot-auth\"",
     "sig1=:QKN4fTdIYfh82fvoZCQiQA1weuozfCS/Led2zTMbewMMqH8PI2Wsy/5c4ao6B6D0"
     "9nraNQdBNOADg8aM1MqfCg==:",
     NULL},
    {"sig2=(\"@authority\" \"signature-agent\";key=\"agent2\");created=1735689"
     "600;keyid=\"" KEYID "\";alg=\"ed25519\";expires=4889289600;nonce=\"n9p4"
     "33xm+NJ3ph3upfBIGmsuwHw387YV7Q/F+6BSpGCVjYCqQw6rznNA8PVVLySrAWsv0hQtFi"
     "oQb6E1YsauiA==\";tag=\"web-bot-auth\"",
     "sig2=:RdNFx5Bj6au3YgAMQL/RzmUlZE8QZLIaXGRpw985hWnwPfMxT228NMk6ehRS1PSl"
     "4e8PhbNZACSanGdhEwYCCg==:",
     "agent2=\"https://signature-agent.test\""},
};

static void start_vector(size_t i)
{
    start("GET", "/path/to/resource");
    header("Signature-Input", vectors[i].input);
    header("Signature", vectors[i].signature);
    if (vectors[i].agent) {
        header("Signature-Agent", vectors[i].agent);
    }
}

static void drafts_vectors(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        start_vector(i);
        is_text(check(), "verified", "vector %zu of the draft", i + 1);
        start_vector(i);
        request.host = VIEW("EXAMPLE.com:443");
        is_text(check(), "verified", "... the host in capitals, with port");
        start_vector(i);
        request.host = VIEW("example.org");
        is_text(check(), "invalid", "... at another host");
        start_vector(i);
        request.time = (CREATED + 86401) * SECOND;
        is_text(check(), "expired", "... a day later");
    }
    start_vector(1);
    request.headers[2].value = VIEW("\"https://other.test\"");
    is_text(check(), "invalid", "another Signature-Agent");
    start_vector(1);
    request.header_count = 2;
    is_text(check(), "unsure", "a Signature-Agent that got lost");
    start_vector(0);
    header("Signature-Agent", "\"https://signature-agent.test\"");
    is_text(check(), "invalid", "a Signature-Agent that is not covered");
    start_vector(0);
    request.host = VIEW_NONE;
    is_text(check(), "unsure", "no host known");
    start_vector(0);
    request.header_count = 1;
    is_text(check(), "invalid", "no signature");
    request.headers_limited = true;
    is_text(check(), "unsure", "a signature that was not forwarded");
}

/* ---- RFC 9421 appendix B.2 ---- */

static void rfc_request(void)
{
    start("POST", "/foo?param=Value&Pet=dog");
    header("Host", "example.com");
    header("Date", "Tue, 20 Apr 2021 02:07:55 GMT");
    header("Content-Type", "application/json");
    header("Content-Digest",
           "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+"
           "AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:");
    header("Content-Length", "18");
    request_prepare(&request, workspace);
}

static const char *base_of(const char *member)
{
    static char room[2048];
    struct signature_base base;
    enum signature_base_result result =
        signature_base(&request, view_text(member), workspace, &base);

    if (result != SIGNATURE_BASE_WHOLE) {
        return result == SIGNATURE_BASE_WRONG ? "wrong" : "unsure";
    }
    snprintf(room, sizeof room, "%.*s", VIEW_ARG(base.text));
    return room;
}

static void rfc_vectors(void)
{
    char signature[64 + 3];
    size_t size = 0;
    const char *b26 = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
                      "\"@method\": POST\n"
                      "\"@path\": /foo\n"
                      "\"@authority\": example.com\n"
                      "\"content-type\": application/json\n"
                      "\"content-length\": 18\n"
                      "\"@signature-params\": (\"date\" \"@method\" \"@path\" "
                      "\"@authority\" \"content-type\" \"content-length\")"
                      ";created=1618884473;keyid=\"test-key-ed25519\"";
    rfc_request();
    is_text(base_of("=(\"date\" \"@method\" \"@path\" \"@authority\" "
                    "\"content-type\" \"content-length\");created=1618884473"
                    ";keyid=\"test-key-ed25519\""),
            b26, "the base of B.2.6");
    ok(base64_decode(VIEW("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02G"
                          "b04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="),
                     signature, &size) &&
           hash_ed25519_holds((unsigned char *)signature, view_text(b26),
                              list.items[0].key),
       "the signature of B.2.6 holds");
    is_text(base_of("=( \"date\"  \"@method\" \"@path\" \"@authority\" "
                    "\"content-type\" \"content-length\" ); "
                    "created=01618884473;keyid=\"test-key-ed25519\""),
            b26, "... however it is spaced");
    is_text(base_of("=();created=1618884473;keyid=\"test-key-rsa-pss\""
                    ";nonce=\"b3k2pp5k7z-50gnwp.yemd\""),
            "\"@signature-params\": ();created=1618884473;keyid="
            "\"test-key-rsa-pss\";nonce=\"b3k2pp5k7z-50gnwp.yemd\"",
            "the base of B.2.1, which covers nothing");
    is_text(base_of("=(\"@target-uri\" \"@request-target\" \"@scheme\" "
                    "\"@query\")"),
            "\"@target-uri\": https://example.com/foo?param=Value&Pet=dog\n"
            "\"@request-target\": /foo?param=Value&Pet=dog\n"
            "\"@scheme\": https\n"
            "\"@query\": ?param=Value&Pet=dog\n"
            "\"@signature-params\": (\"@target-uri\" \"@request-target\" "
            "\"@scheme\" \"@query\")",
            "what else is derived from a request");
}

static void odd_bases(void)
{
    static const char *const wrong[] = {
        "=(\"@path\" \"@path\")",
        "=(\"Date\")",
        "=(date)",
        "=(\"date\";key=\"a\" \"date\";key=\"a\")",
        "=(\"\")",
    };
    static const char *const unsure[] = {
        "=(\"@query-param\";name=\"Pet\")",
        "=(\"@status\")",
        "=(\"date\";bs)",
        "=(\"x-lost\")",
        "=(\"date\";key=\"a\")",
        "=(\"@path\";req)",
    };
    rfc_request();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        is_text(base_of(wrong[i]), "wrong", "%s", wrong[i]);
    }
    for (size_t i = 0; i < sizeof unsure / sizeof *unsure; i++) {
        is_text(base_of(unsure[i]), "unsure", "%s", unsure[i]);
    }
    start("GET", "");
    header("X-Dict", " a=1,  b=2;x=1;y=2 ");
    header("X-Dict", "c=(a   b   c), a=(\"z\"), d");
    header("X-Empty", "");
    request.scheme = VIEW("http");
    request.host = VIEW("Example.com:80");
    request_prepare(&request, workspace);
    is_text(base_of("=(\"x-dict\" \"x-dict\";key=\"a\" \"x-dict\";key=\"b\" "
                    "\"x-dict\";key=\"c\" \"x-dict\";key=\"d\" \"x-empty\" "
                    "\"@authority\" \"@path\" \"@query\")"),
            "\"x-dict\": a=1,  b=2;x=1;y=2, c=(a   b   c), a=(\"z\"), d\n"
            "\"x-dict\";key=\"a\": (\"z\")\n"
            "\"x-dict\";key=\"b\": 2;x=1;y=2\n"
            "\"x-dict\";key=\"c\": (a b c)\n"
            "\"x-dict\";key=\"d\": ?1\n"
            "\"x-empty\": \n"
            "\"@authority\": example.com\n"
            "\"@path\": /\n"
            "\"@query\": ?\n"
            "\"@signature-params\": (\"x-dict\" \"x-dict\";key=\"a\" "
            "\"x-dict\";key=\"b\" \"x-dict\";key=\"c\" \"x-dict\";key=\"d\" "
            "\"x-empty\" \"@authority\" \"@path\" \"@query\")",
            "lines are joined, members written in their one form");
}

/* ---- signatures of our own, with the RFC's test key ---- */

static void sign(const char *params, const char *base)
{
    static char input[1024], text[1400], signature[128];
    static const unsigned char seed[32] = {
        0x9f, 0x83, 0x62, 0xf8, 0x7a, 0x48, 0x4a, 0x95, 0x4e, 0x6e, 0x74,
        0x0c, 0x5b, 0x4c, 0x0e, 0x84, 0x22, 0x91, 0x39, 0xa2, 0x0a, 0xa8,
        0xab, 0x56, 0xff, 0x66, 0x58, 0x6f, 0x6a, 0x7d, 0x29, 0xc5};
    unsigned char open[32], secret[64], bytes[64];
    char base64[96];

    crypto_sign_seed_keypair(open, secret, seed);
    snprintf(text, sizeof text, "%s\"@signature-params\": %s", base, params);
    crypto_sign_detached(bytes, NULL, (unsigned char *)text, strlen(text),
                         secret);
    sodium_bin2base64(base64, sizeof base64, bytes, 64,
                      sodium_base64_VARIANT_ORIGINAL);
    snprintf(input, sizeof input, "s=%s", params);
    snprintf(signature, sizeof signature, "s=:%s:", base64);
    header("Signature-Input", input);
    header("Signature", signature);
}

#define TIMES ";created=1735689600;expires=1735693200"
#define REST ";keyid=\"" KEYID "\";tag=\"web-bot-auth\""

static void own_signatures(void)
{
    start("GET", "/a%20b?x=1");
    sign("(\"@method\" \"@target-uri\" \"x-a\")" TIMES REST,
         "\"@method\": GET\n\"@target-uri\": https://example.com/a%20b?x=1\n"
         "\"x-a\": 1\n");
    header("X-A", "1");
    is_text(check(), "verified", "method, target and a field");
    request.headers[2].value = VIEW("2");
    is_text(check(), "unsure", "a field that a proxy may have rewritten");
    request.headers[2].value = VIEW("1");
    request.scheme = VIEW("http");
    is_text(check(), "unsure", "a scheme that ended at a proxy");

    start("GET", "/a");
    sign("(\"@authority\" \"@path\")" TIMES REST,
         "\"@authority\": example.com\n\"@path\": /a\n");
    is_text(check(), "verified", "a plain path");
    request.target = VIEW("/b");
    is_text(check(), "invalid", "another plain path");
    request.target = VIEW("//a");
    is_text(check(), "unsure", "a path that a proxy may have put in order");
}

static void wrong_signatures(void)
{
    static const struct {
        const char *params, *found;
    } rows[] = {
        {"(\"@authority\")" TIMES REST, "verified"},
        {"(\"@authority\")" TIMES REST ";alg=\"ed25519\"", "verified"},
        {"(\"@authority\")" TIMES REST ";alg=\"rsa-pss-sha512\"", "invalid"},
        {"(\"@authority\")" TIMES REST ";alg=ed25519", "invalid"},
        {"(\"@authority\")" TIMES REST ";x=1;y=?0;z=\"\"", "verified"},
        {"(\"@authority\")" TIMES REST ";created=1735689600", "invalid"},
        {"(\"@authority\")" TIMES REST ";keyid=\"x\"", "invalid"},
        {"(\"@authority\");created=1735689600" REST, "invalid"},
        {"(\"@authority\");expires=1735693200" REST, "invalid"},
        {"(\"@authority\");created=1735693200;expires=1735689600" REST,
         "invalid"},
        {"(\"@authority\");created=1735689600.0;expires=1735693200" REST,
         "invalid"},
        {"(\"@authority\");created=-1;expires=1735693200" REST, "invalid"},
        {"(\"@authority\");created=1735689666;expires=1735693200" REST,
         "invalid"},
        {"(\"@authority\");created=1735689665;expires=1735693200" REST,
         "verified"},
        {"(\"@authority\");created=1735689600;expires=1735689660" REST,
         "expired"},
        {"(\"@authority\");created=1735689600;expires=1735689661" REST,
         "verified"},
        {"(\"@authority\")" TIMES ";tag=\"web-bot-auth\"", "invalid"},
        {"(\"@authority\")" TIMES
         ";keyid=\"AAAALGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U\""
         ";tag=\"web-bot-auth\"",
         "unknown-key"},
        {"(\"@authority\")" TIMES ";keyid=\"test-key-ed25519\""
         ";tag=\"web-bot-auth\"",
         "unknown-key"},
        {"(\"@authority\")" TIMES ";keyid=\"" KEYID "\";tag=\"other\"", "none"},
        {"(\"@authority\")" TIMES ";keyid=\"" KEYID "\";tag=web-bot-auth",
         "invalid"},
        {"()" TIMES REST, "invalid"},
        {"(\"@method\")" TIMES REST, "invalid"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *base = strstr(rows[i].params, "@authority")
                               ? "\"@authority\": example.com\n"
                           : strstr(rows[i].params, "@method")
                               ? "\"@method\": GET\n"
                               : "";

        start("GET", "/");
        sign(rows[i].params, base);
        is_text(check(), rows[i].found, "%s", rows[i].params);
    }
}

static void several(void)
{
    start("GET", "/");
    header("Signature-Input", "other=(\"@path\");tag=\"mine\"");
    header("Signature-Input", vectors[0].input);
    header("Signature", "other=:AAAA:");
    header("Signature", vectors[0].signature);
    is_text(check(), "verified", "beside a signature of another kind");

    start_vector(0);
    header("Signature-Input", "x=(\"@path\");tag=\"web-bot-auth\"");
    is_text(check(), "verified", "beside one that does not hold");

    start_vector(0);
    header("Signature", vectors[0].signature);
    is_text(check(), "invalid", "the same label twice");

    start("GET", "/");
    header("Signature-Input", "web-bot-auth=(\"@path\"");
    is_text(check(), "invalid", "a field that is none");
    start("GET", "/");
    header("Signature-Input", "a=\"web-bot-auth\"");
    is_text(check(), "none", "the tag elsewhere");
}

/* ---- key directories ---- */

static bool directory(const char *text)
{
    static struct key_list scratch;
    struct problems *problems = problems_new();
    bool good;

    scratch.count = 0;
    good = key_directory_text(&scratch, &signer, VIEW("test"), view_text(text),
                              problems);
    if (!good) {
        tap_note("%s", problems_message(problems, 0));
    }
    problems_free(problems);
    return good && scratch.count == 1;
}

#define X "\"x\":\"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs\""

static void directories(void)
{
    static struct key_list one;
    char thumbprint[32 + 3];
    size_t size = 0;

    ok(key_directory_text(
           &one, &signer, VIEW("RFC 8037"),
           VIEW("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
                "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}"),
           NULL) &&
           base64url_decode(VIEW("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
                            thumbprint, &size) &&
           !memcmp(one.items[0].thumbprint, thumbprint, 32),
       "the thumbprint of RFC 8037 appendix A.3");
    ok(directory(RFC_KEY), "a JWK set");
    ok(directory("{\"jwks\":" RFC_KEY ",\"client_name\":\"x\"}"), "a card");
    ok(directory("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\"},"
                 "{\"kty\":\"OKP\",\"crv\":\"X25519\"," X "},"
                 "{\"use\":\"sig\",\"crv\":\"Ed25519\",\"kty\":\"OKP\"," X
                 ",\"nbf\":1735689600,\"exp\":1735689600000}],\"purpose\":[]}"),
       "beside keys of other kinds, with times");
    ok(!directory("{\"keys\":[]}"), "no key");
    ok(!directory("{\"keys\":[{\"kty\":\"RSA\"}]}"), "none that can be used");
    ok(!directory("{\"keys\":{}}"), "keys that are no list");
    ok(!directory("[]"), "no object");
    ok(!directory(RFC_KEY "x"), "more than one value");
    ok(!directory("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
                  "\"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0b\"}]}"),
       "a short key");
    ok(!directory("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," X
                  ",\"exp\":\"soon\"}]}"),
       "a time that is none");
    ok(!directory("{\"keys\":["
                  "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," X),
       "cut short");
}

static void key_times(void)
{
    struct signing_key key = list.items[0];
    struct keyring old = keyring;

    keyring.keys = &key;
    key.until = (CREATED + 30) * SECOND;
    start_vector(0);
    is_text(check(), "expired", "a key that has ended");
    key.until = INT64_MAX;
    key.from = (CREATED + 1) * SECOND;
    start_vector(0);
    is_text(check(), "invalid", "made before its key");
    keyring = old;
    keyring.count = 0;
    start_vector(0);
    is_text(check(), "unknown-key", "an empty keyring");
    keyring.fresh_until = CREATED * SECOND;
    start_vector(0);
    is_text(check(), "unsure", "a keyring that is too old to say");
    keyring = old;
}

int main(void)
{
    workspace = arena_new_fixed(512 * 1024);
    if (!workspace || !hash_start() ||
        !key_directory_text(&list, &signer, VIEW("rfc"), VIEW(RFC_KEY), NULL)) {
        return 1;
    }
    keyring =
        (struct keyring){list.items, 1, INT64_MAX, 86400 * SECOND, 5 * SECOND};
    drafts_vectors();
    rfc_vectors();
    odd_bases();
    own_signatures();
    wrong_signatures();
    several();
    directories();
    key_times();
    arena_free(workspace);
    return tap_end();
}
