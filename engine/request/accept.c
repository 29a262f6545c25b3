/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds of Accept and Accept-Encoding. Weights (q) play no part: browsers
 * offer nothing that they refuse.
 */
#include "request/accept.h"

#define V(literal)                                                             \
    {                                                                          \
        literal, sizeof(literal) - 1                                           \
    }

struct view accept_kind(struct view accept)
{
    static const struct {
        struct view starts, kind;
    } rows[] = {
        {V("text/html"), V("page")}, {V("application/xhtml+xml"), V("page")},
        {V("*/*"), V("any")},        {V("image/"), V("image")},
        {V("text/css"), V("style")}, {V("application/json"), V("json")},
        {V("video/"), V("media")},   {V("audio/"), V("media")},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (view_starts_fold(accept, rows[i].starts)) {
            return rows[i].kind;
        }
    }
    return VIEW("other");
}

/* From worst to best; the last is for what no browser offers. */
enum kind { IDENTITY, GZIP, BR, ZSTD, OTHER };

static enum kind kind_of(struct view coding)
{
    static const struct {
        struct view name;
        enum kind kind;
    } rows[] = {
        {V("gzip"), GZIP}, {V("deflate"), GZIP},      {V("br"), BR},
        {V("zstd"), ZSTD}, {V("identity"), IDENTITY}, {V("*"), IDENTITY},
        {V(""), IDENTITY}, {V("x-gzip"), GZIP}, /* Presto's and text browsers'
                                                 */
        {V("sdch"), GZIP},                      /* Chromium's until 59 */
        {V("dcb"), ZSTD}, /* with a dictionary: Chromium since 130 */
        {V("dcz"), ZSTD},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (view_equal_fold(coding, rows[i].name)) {
            return rows[i].kind;
        }
    }
    return OTHER;
}

struct view encoding_kind(struct view accept_encoding)
{
    static const struct view names[] = {[IDENTITY] = V("identity"),
                                        [GZIP] = V("gzip"),
                                        [BR] = V("br"),
                                        [ZSTD] = V("zstd"),
                                        [OTHER] = V("other")};
    enum kind best = IDENTITY;

    while (accept_encoding.at) {
        struct view coding = view_cut(&accept_encoding, ',');
        enum kind kind = kind_of(view_trim(view_cut(&coding, ';')));

        best = kind > best ? kind : best;
    }
    return names[best];
}
#undef V
