/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as headers ("name:value" lines, but ended by byte 0x1e so that
 * values can hold line ends): the guard must judge as a plain reading of its
 * rules does.
 */
#include "request/guard.h"

#include "fuzz.h"

static const struct name {
    const char *name;
    enum guard_kind kind;
} names[] = {
    {"X-Price", GUARD_NEVER},
    {"X-Agent-Class", GUARD_NEVER},
    {"x-amzn-waf-", GUARD_NEVER_PREFIX},
    {"x-x402-", GUARD_NEVER_PREFIX},
    {"PAYMENT-SIGNATURE", GUARD_SPELLED},
    {"X-PAYMENT", GUARD_SPELLED},
    {"q", GUARD_NEVER},
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static bool is_token_char(char c)
{
    return ascii_is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct view v)
{
    for (size_t i = 0; i < v.size; i++) {
        if (!is_token_char(v.at[i])) {
            return false;
        }
    }
    return v.size > 0;
}

static char fold(char c)
{
    return ascii_is_alnum(c) ? ascii_lower(c) : '-';
}

static bool folds_alike(struct view a, struct view b)
{
    for (size_t i = 0; i < a.size && i < b.size; i++) {
        if (fold(a.at[i]) != fold(b.at[i])) {
            return false;
        }
    }
    return true;
}

/* 0: none of ours, 1: ours as it may be sent, 2: spoofed */
static int judge_name(struct view v)
{
    for (size_t i = 0; i < NAMES; i++) {
        struct view ours = view_text(names[i].name);
        bool prefix = names[i].kind == GUARD_NEVER_PREFIX;

        if ((prefix ? v.size < ours.size : v.size != ours.size) ||
            !folds_alike(v, ours)) {
            continue;
        }
        return names[i].kind == GUARD_SPELLED && view_equal_fold(v, ours) ? 1
                                                                          : 2;
    }
    return 0;
}

static bool lists_ours(struct view list)
{
    while (list.at) {
        struct view name = view_trim(view_cut(&list, ','));

        if (is_token(name) && judge_name(name)) {
            return true;
        }
    }
    return false;
}

static enum guard_verdict judge(const struct header *header)
{
    if (!is_token(header->name)) {
        return GUARD_BAD_HEADER;
    }
    for (size_t i = 0; i < header->value.size; i++) {
        unsigned char c = (unsigned char)header->value.at[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return GUARD_BAD_HEADER;
        }
    }
    if (judge_name(header->name) == 2) {
        return GUARD_SPOOFED_HEADER;
    }
    if ((view_equal_fold(header->name, VIEW("connection")) ||
         view_equal_fold(header->name, VIEW("trailer"))) &&
        lists_ours(header->value)) {
        return GUARD_CONNECTION;
    }
    return GUARD_PASS;
}

static struct known_names *known;

static const struct guard *guard_once(void)
{
    static struct guard *guard;
    static struct arena *arena;

    if (!guard) {
        arena = arena_new();
        must(arena);
        guard = guard_new(arena);
        for (size_t i = 0; i < NAMES; i++) {
            must(guard_add(guard, names[i].name, names[i].kind));
        }
        must(guard_close(guard));
        known = known_names_new(arena);
        for (size_t i = 0; i < NAMES; i++) {
            must(known_names_add(known, view_text(names[i].name)));
        }
        guard_names(guard, known);
    }
    return guard;
}

static void check(struct view rest, const struct guard *guard,
                  const struct known_names *looked_up)
{
    static struct request request;
    enum guard_verdict wanted = GUARD_PASS;
    const struct header *culprit = NULL;
    size_t bad = 0;

    request_clear(&request);
    while (rest.at && rest.size > 0) {
        struct view value = view_cut(&rest, 0x1e);
        struct view name = view_cut(&value, ':');

        request_add_header(&request, name, value);
    }
    if (looked_up) {
        request_look_up(&request, looked_up);
    }
    while (bad < request.header_count && wanted == GUARD_PASS) {
        wanted = judge(&request.headers[bad]);
        bad += wanted == GUARD_PASS;
    }
    if (request.overflow) {
        wanted = GUARD_LIMIT;
    }
    must(guard_check(guard, &request, &culprit) == wanted);
    must(culprit == (wanted == GUARD_PASS || wanted == GUARD_LIMIT
                         ? NULL
                         : &request.headers[bad]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct guard *guard = guard_once();

    check(view_of((const char *)data, size), guard, NULL);
    check(view_of((const char *)data, size), guard, known);
    return 0;
}
