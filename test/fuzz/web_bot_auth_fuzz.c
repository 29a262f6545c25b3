/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as Signature-Input, Signature and Signature-Agent, a line each:
 * only the published signature may be verified, and only as it was signed.
 * Then the first line as a dictionary: written again, it reads the same.
 */
#include "base/hash.h"
#include "base/structured_field.h"
#include "request/web_bot_auth.h"

#include "fuzz.h"

/* The key of RFC 9421 appendix B.1.4 and its thumbprint. */
static const struct signer signer = {{"agent", 5}, {"org", 3}, {NULL, 0}};
static const struct signing_key key = {
    {0xa6, 0x8a, 0xa4, 0x2c, 0x68, 0xb2, 0x9a, 0x1f, 0xd6, 0xd2, 0xe3,
     0xfa, 0x3d, 0x91, 0x70, 0xf9, 0xdb, 0xde, 0xcf, 0x74, 0x09, 0x4f,
     0x94, 0xa8, 0x96, 0xa5, 0xc1, 0x09, 0x6d, 0xfc, 0xaf, 0x45},
    {0x26, 0xb4, 0x0b, 0x8f, 0x93, 0xff, 0xf3, 0xd8, 0x97, 0x11, 0x2f,
     0x7e, 0xbc, 0x58, 0x2b, 0x23, 0x2d, 0xbd, 0x72, 0x51, 0x7d, 0x08,
     0x2f, 0xe8, 0x3c, 0xfb, 0x30, 0xdd, 0xce, 0x43, 0xd1, 0xbb},
    0,
    INT64_MAX,
    &signer};

static struct view rewrite(struct view field, char *room, size_t size)
{
    struct text out = text_in(room, size);
    struct view name;
    struct sf_item item;
    struct sf sf;

    sf_start(&sf, field);
    while (sf_member(&sf, &name)) {
        bool list;

        text_add(&out, out.size ? VIEW(", ") : VIEW(""));
        text_add(&out, name);
        text_add_char(&out, '=');
        list = sf_list(&sf);
        if (list) {
            text_add_char(&out, '(');
            while (sf_next(&sf, &item)) {
                text_add_char(&out, ' ');
                sf_write(&out, &item);
                while (sf_param(&sf, &name, &item)) {
                    text_add_char(&out, ';');
                    text_add(&out, name);
                    text_add_char(&out, '=');
                    sf_write(&out, &item);
                }
            }
            text_add_char(&out, ')');
        } else if (sf_item(&sf, &item)) {
            sf_write(&out, &item);
        }
        while (sf_param(&sf, &name, &item)) {
            text_add_char(&out, ';');
            text_add(&out, name);
            text_add_char(&out, '=');
            sf_write(&out, &item);
        }
    }
    return sf.failed || out.cut ? VIEW_NONE : text_view(&out);
}

static void check_dictionary(struct view field)
{
    char room[16384], again[32768];
    struct view once = rewrite(field, room, sizeof room);

    if (once.at) {
        struct view twice = rewrite(once, again, sizeof again);

        must(twice.at && view_equal(once, twice));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct view names[] = {
        {"Signature-Input", 15}, {"Signature", 9}, {"Signature-Agent", 15}};
    static const struct keyring keyring = {&key, 1, INT64_MAX,
                                           INT64_C(86400000000), 5000000};
    static struct request request;
    struct arena *workspace = arena_new_fixed(512 * 1024);
    struct view rest = view_of((const char *)data, size);
    struct signature_slots slots;
    struct wba wba;

    must(workspace && hash_start());
    request_clear(&request);
    request.time = INT64_C(1735689660000000);
    request.method = VIEW("GET");
    request.scheme = VIEW("https");
    request.host = VIEW("example.com");
    request.target = VIEW("/path/to/resource");
    for (size_t i = 0; rest.at && i < 8; i++) {
        struct view line = view_cut(&rest, '\n');

        if (i == 0) {
            check_dictionary(line);
        }
        request_add_header(&request, names[i % 3], line);
    }
    must(request_prepare(&request, workspace));
    wba_check(&request, &keyring, workspace, &wba);
    wba_fill_slots(&wba, &slots);
    must(wba.state < WBA_STATES && wba.state != WBA_REPLAYED);
    must((wba.state == WBA_VERIFIED) == (slots.agent.at != NULL));
    must(slots.known == (wba.state != WBA_UNSURE));
    if (wba.state == WBA_VERIFIED) {
        must(wba.key == &key && wba.once.at && wba.until > request.time);
    }
    arena_free(workspace);
    return 0;
}
