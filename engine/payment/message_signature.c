/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dictionary of inner lists with parameters, and one of byte sequences.
 */
#include "payment/message_signature.h"

#include "base/codec.h"
#include "base/structured_field.h"
#include "request/signature_base.h"

static void skip_params(struct sf *sf)
{
    struct sf_item item;
    struct view key;

    while (sf_param(sf, &key, &item)) {
    }
}

/* The components of the list; does `name` stand among them, as it is? With a
 * parameter it is a part of the header, or another one. */
static bool take_components(struct sf *sf, struct view name)
{
    bool covered = false;
    struct sf_item item, value;
    struct view key;

    while (sf_next(sf, &item)) {
        bool plain = !sf_param(sf, &key, &value);

        if (!plain) {
            skip_params(sf);
        }
        covered = covered || (plain && item.kind == SF_STRING &&
                              view_equal(item.text, name));
    }
    return covered;
}

static void take_time(const struct sf_item *item, bool *has, uint64_t *out)
{
    *has = item->kind == SF_INTEGER && item->number >= 0;
    *out = *has ? (uint64_t)item->number : 0;
}

static void take_params(struct sf *sf, struct message_signature *out)
{
    struct sf_item item;
    struct view key;

    while (sf_param(sf, &key, &item)) {
        bool text = item.kind == SF_STRING;

        if (view_equal(key, VIEW("created"))) {
            take_time(&item, &out->has_created, &out->created);
        } else if (view_equal(key, VIEW("expires"))) {
            take_time(&item, &out->has_expires, &out->expires);
        } else if (text && view_equal(key, VIEW("keyid"))) {
            out->key = item.text;
        } else if (text && view_equal(key, VIEW("nonce"))) {
            out->nonce = item.text;
        }
    }
}

/* One member; does it cover the header? */
static bool read_member(struct sf *sf, struct view name,
                        struct message_signature *out)
{
    struct sf_item item;
    bool covers;

    *out = (struct message_signature){.key = VIEW_NONE};
    if (!sf_list(sf)) {
        sf_item(sf, &item);
        skip_params(sf);
        return false;
    }
    covers = take_components(sf, name);
    take_params(sf, out);
    return covers;
}

/* The bytes under that label; NONE: there are none. */
static struct view bytes_of(struct view value, struct view label,
                            struct arena *workspace)
{
    char *room = arena_alloc(workspace, base64_room(value.size));
    struct view found = VIEW_NONE;
    struct message_signature other;
    struct view key;
    struct sf sf;

    sf_start(&sf, value);
    while (room && sf_member(&sf, &key)) {
        struct sf ahead = sf;
        struct sf_item item = {0};
        size_t size;

        if (sf_item(&ahead, &item) && item.kind == SF_BYTES &&
            item.text.size > 0 && view_equal(key, label) &&
            base64_decode(item.text, room, &size)) {
            found = view_of(room, size);
        }
        read_member(&sf, VIEW_NONE, &other);
    }
    return sf.failed ? VIEW_NONE : found;
}

const char *message_signature_find(const struct request *request,
                                   struct view name, struct arena *workspace,
                                   struct message_signature *out)
{
    struct view input =
        signature_field(request, VIEW("signature-input"), workspace);
    struct view bytes = signature_field(request, VIEW("signature"), workspace);
    struct message_signature one;
    struct view label, chosen = VIEW_NONE;
    struct sf sf;

    if (!input.at || !bytes.at) {
        return "signature_required";
    }
    sf_start(&sf, input);
    while (sf_member(&sf, &label)) {
        if (read_member(&sf, name, &one) && !chosen.at) {
            *out = one;
            chosen = label;
        }
    }
    if (sf.failed) {
        return "signature_input";
    }
    if (!chosen.at) {
        return "signature_required";
    }
    if (out->key.size == 0) {
        return "signature_input";
    }
    out->bytes = bytes_of(bytes, chosen, workspace);
    return out->bytes.at ? NULL : "signature";
}
