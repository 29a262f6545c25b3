/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured fields (RFC 8941), as far as signatures need them: a dictionary
 * of inner lists with parameters, and one of byte sequences. Strings are
 * taken without their escapes: names, key ids and nonces have none.
 */
#include "payment/message_signature.h"

#include "base/codec.h"

#define SIGNATURE_MAX 1024

struct reader {
    struct view left;
    bool wrong;
};

static void skip(struct reader *r, size_t n)
{
    r->left = view_of(r->left.at + n, r->left.size - n);
}

static bool next_is(const struct reader *r, char c)
{
    return r->left.size > 0 && r->left.at[0] == c;
}

static bool take(struct reader *r, char c)
{
    if (!next_is(r, c)) {
        return false;
    }
    skip(r, 1);
    return true;
}

static void skip_spaces(struct reader *r)
{
    while (next_is(r, ' ') || next_is(r, '\t')) {
        skip(r, 1);
    }
}

/* Characters of keys and tokens, also those that keys may not have. */
static struct view take_word(struct reader *r)
{
    size_t n = 0;

    while (n < r->left.size &&
           (ascii_is_alnum(r->left.at[n]) ||
            (r->left.at[n] && strchr("_-.*+/:!#$%&'^`|~", r->left.at[n])))) {
        n++;
    }
    r->wrong = r->wrong || n == 0;
    skip(r, n);
    return view_of(r->left.at - n, n);
}

/* What stands in quotes. */
static struct view take_string(struct reader *r)
{
    size_t n = 0;
    struct view text;

    if (!take(r, '"')) {
        r->wrong = true;
        return VIEW_NONE;
    }
    while (n < r->left.size && r->left.at[n] != '"') {
        n += r->left.at[n] == '\\' ? 2 : 1;
    }
    if (n >= r->left.size) {
        r->wrong = true;
        return VIEW_NONE;
    }
    text = view_of(r->left.at, n);
    skip(r, n + 1);
    return text;
}

static struct view take_item(struct reader *r)
{
    struct view text;

    if (next_is(r, '"')) {
        return take_string(r);
    }
    if (take(r, ':')) { /* bytes */
        text = view_of(r->left.at, view_find(r->left, ':'));
        r->wrong = r->wrong || text.size == r->left.size;
        skip(r, text.size == r->left.size ? text.size : text.size + 1);
        return text;
    }
    take(r, '?'); /* a boolean */
    return take_word(r);
}

/* One `;key=value`; false: there is none. */
static bool take_parameter(struct reader *r, struct view *key,
                           struct view *value)
{
    if (!take(r, ';')) {
        return false;
    }
    skip_spaces(r);
    *key = take_word(r);
    *value = take(r, '=') ? take_item(r) : VIEW_NONE;
    return !r->wrong;
}

/* The components of the list; does `name` stand among them, as it is? */
static bool take_components(struct reader *r, struct view name)
{
    bool covered = false;
    struct view key, value;

    r->wrong = r->wrong || !take(r, '(');
    skip_spaces(r);
    while (!r->wrong && !next_is(r, ')')) {
        struct view component = take_string(r);
        bool plain = !next_is(r, ';'); /* parts of it are not all of it */

        covered = covered || (plain && view_equal(component, name));
        while (take_parameter(r, &key, &value)) {
        }
        skip_spaces(r);
    }
    r->wrong = r->wrong || !take(r, ')');
    return covered && !r->wrong;
}

static void read_seconds(struct reader *r, struct view value, bool *has,
                         uint64_t *out)
{
    unsigned long long n;

    *has = value.at && view_to_u64(value, &n);
    r->wrong = r->wrong || !*has;
    *out = *has ? n : 0;
}

static void take_parameters(struct reader *r, struct message_signature *out)
{
    struct view key, value;

    while (take_parameter(r, &key, &value)) {
        if (view_equal(key, VIEW("created"))) {
            read_seconds(r, value, &out->has_created, &out->created);
        } else if (view_equal(key, VIEW("expires"))) {
            read_seconds(r, value, &out->has_expires, &out->expires);
        } else if (view_equal(key, VIEW("keyid"))) {
            out->key = value;
        } else if (view_equal(key, VIEW("nonce"))) {
            out->nonce = value;
        } else if (view_equal(key, VIEW("tag"))) {
            out->tag = value;
        }
    }
}

/* Goes on behind a comma; false at the end, or when it is wrong. */
static bool next_member(struct reader *r)
{
    skip_spaces(r);
    if (r->wrong || r->left.size == 0) {
        return false;
    }
    r->wrong = !take(r, ',');
    skip_spaces(r);
    r->wrong = r->wrong || r->left.size == 0;
    return !r->wrong;
}

/* Are there bytes under that label? */
static bool has_bytes(struct view value, struct view label)
{
    struct reader r = {view_trim(value), false};
    char room[SIGNATURE_MAX];
    size_t size;

    do {
        struct view key = take_word(&r);
        struct view bytes;

        if (!take(&r, '=') || !next_is(&r, ':')) {
            return false;
        }
        bytes = take_item(&r);
        if (!r.wrong && view_equal(key, label)) {
            return bytes.size > 0 && base64_room(bytes.size) <= sizeof(room) &&
                   base64_decode(bytes, room, &size) && size > 0;
        }
    } while (next_member(&r));
    return false;
}

/* The one line of that name; NONE: there is none, or more than one. */
static struct view only_line(const struct request *request, struct view name)
{
    const struct header *header = request_header(request, name);

    return header && request_header_lines(request, name) == 1 ? header->value
                                                              : VIEW_NONE;
}

const char *message_signature_find(const struct request *request,
                                   struct view name,
                                   struct message_signature *out)
{
    struct view input = only_line(request, VIEW("Signature-Input"));
    struct view bytes = only_line(request, VIEW("Signature"));
    struct reader r = {view_trim(input), false};

    if (!input.at || !bytes.at) {
        return "signature_required";
    }
    do {
        struct view label = take_word(&r);
        const char *from;
        bool covers;

        *out = (struct message_signature){.key = VIEW_NONE};
        r.wrong = r.wrong || !take(&r, '=');
        from = r.left.at;
        covers = take_components(&r, name);
        take_parameters(&r, out);
        if (covers && !r.wrong) {
            out->input = view_of(from, (size_t)(r.left.at - from));
            return !out->key.at               ? "signature_input"
                   : !has_bytes(bytes, label) ? "signature"
                                              : NULL;
        }
    } while (next_member(&r));
    return r.wrong ? "signature_input" : "signature_required";
}
