/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authorization: SCHEME CREDENTIALS, and of payments among others:
 *
 *   Payment   MPP          L402, LSAT   L402
 *   License   RSL          any other    not a payment
 *
 * Some gates look for their scheme among several that commas separate, in any
 * case and behind any white space. So do we, and a little wider: what no gate
 * takes for a payment may be refused, the other way round would let it by.
 */
#include "payment/protocol.h"

static const struct scheme {
    struct view name;
    enum payment_protocol protocol;
} schemes[] = {
    {{"payment", 7}, PROTOCOL_MPP},
    {{"l402", 4}, PROTOCOL_L402},
    {{"lsat", 4}, PROTOCOL_L402},
    {{"license", 7}, PROTOCOL_RSL},
};

/* The protocol of the word that the item begins with; *rest is what follows
 * it. */
static enum payment_protocol read_scheme(struct view item, struct view *rest)
{
    size_t from = 0, to;

    while (from < item.size && !ascii_is_alnum(item.at[from])) {
        from++;
    }
    for (to = from; to < item.size && ascii_is_alnum(item.at[to]);) {
        to++;
    }
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (view_equal_fold(view_of(item.at + from, to - from),
                            schemes[i].name)) {
            *rest = view_trim(view_of(item.at + to, item.size - to));
            return schemes[i].protocol;
        }
    }
    return PROTOCOL_NONE;
}

enum payment_protocol authorization_find(struct view value,
                                         struct view *credentials,
                                         const char **reason)
{
    enum payment_protocol found = PROTOCOL_NONE;
    struct view left = value;

    while (left.at) {
        struct view whole = left, rest;
        struct view item = view_cut(&left, ',');
        enum payment_protocol protocol = read_scheme(item, &rest);

        if (protocol == PROTOCOL_NONE) {
            continue;
        }
        if (found != PROTOCOL_NONE) {
            *reason = "several_credentials";
        }
        found = protocol;
        if (protocol == PROTOCOL_L402) {
            read_scheme(whole, &rest); /* its tokens are a list too */
        }
        *credentials = rest;
    }
    return found;
}
