/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known names are found in any case and at any length, and nothing else is:
 * not what differs in one byte, nor by the bit of case where there is no
 * letter.
 */
#include <stdlib.h>

#include "tap.h"

#include "request/request.h"

#define LONGEST 48

/* All sizes, with signs and digits among the letters. */
static void make_name(char *name, size_t size)
{
    static const char bytes[] = "abc-xyz_1@[`{~";

    for (size_t i = 0; i < size; i++) {
        name[i] = bytes[(i * 5 + size) % (sizeof(bytes) - 1)];
    }
}

/* Every other byte in the value `differ` away. */
static bool found(const struct known_names *names, const char *name,
                  size_t size, size_t place, char differ)
{
    char changed[LONGEST];

    memcpy(changed, name, size);
    changed[place] = (char)(changed[place] ^ differ);
    return known_names_find(names, view_of(changed, size)) != NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void test_all_sizes(struct known_names *names)
{
    size_t missed = 0, wrong = 0;
    char name[LONGEST];

    for (size_t size = 1; size <= LONGEST; size++) {
        make_name(name, size);
        if (!known_names_add(names, view_of(name, size)) ||
            !known_names_add(names, view_of(name, size))) {
            abort();
        }
    }
    for (size_t size = 1; size <= LONGEST; size++) {
        make_name(name, size);
        missed += !known_names_find(names, view_of(name, size));
        for (size_t i = 0; i < size; i++) {
            missed += is_letter(name[i]) && !found(names, name, size, i, 0x20);
            wrong += !is_letter(name[i]) && found(names, name, size, i, 0x20);
            wrong += size > 3 && found(names, name, size, i, 0x01);
            wrong += found(names, name, size, i, (char)0x80);
        }
    }
    is_number(missed, 0, "names of every size are found in any case");
    is_number(wrong, 0, "and nothing else is");
    ok(!known_names_find(names, VIEW("")), "an empty name is not known");
}

static void test_request(struct known_names *names)
{
    static struct request request;

    request_clear(&request);
    request_add_header(&request, VIEW("Host"), VIEW("a"));
    request_add_header(&request, VIEW("X-Not-Known"), VIEW("a"));
    request_add_header(&request, VIEW("X-PAYMENT"), VIEW("a"));
    request_add_header(&request, VIEW("host"), VIEW("b"));
    request_look_up(&request, names);
    ok(request.headers[0].known && !request.headers[1].known &&
           request.headers[2].known,
       "a request looks its names up");
    ok(request.headers[3].known == request.headers[0].known,
       "the same in another case");
}

/* The roles that a request gets with one more header of that name. */
static unsigned roles_with(const struct known_names *names, struct view name)
{
    static struct request request;

    request_clear(&request);
    request_add_header(&request, VIEW("Host"), VIEW("a"));
    request_add_header(&request, name, VIEW("a"));
    request_look_up(&request, names);
    return request.roles;
}

static void test_roles(struct known_names *names)
{
    if (!known_names_retry(names, VIEW("X-Our-Payment")) ||
        !known_names_add(names, VIEW("x_original_url"))) {
        abort();
    }
    is_number(roles_with(names, VIEW("Accept")), 0, "most names have no role");
    is_number(roles_with(names, VIEW("X-Payment")), NAME_RETRY,
              "a payment's header is of a retry");
    is_number(roles_with(names, VIEW("x-our-payment")), NAME_RETRY,
              "so is one that an operator mapped");
    is_number(roles_with(names, VIEW("X-Rewrite-URL")), NAME_OVERRIDES,
              "one may name another path");
    is_number(roles_with(names, VIEW("X-Method-Override")), NAME_OVERRIDES,
              "or another method");
    is_number(roles_with(names, VIEW("Signature-Input")), NAME_SIGNS,
              "one signs");
    is_number(roles_with(names, VIEW("X-Rewrite_URL")), NAME_OTHER,
              "one that is not known may be taken for another");
    is_number(roles_with(names, VIEW("X_Original_URL")), NAME_OTHER,
              "so may one that a rule made known");
}

int main(void)
{
    struct arena *arena = arena_new();
    struct known_names *names = known_names_new(arena);

    if (!names) {
        abort();
    }
    test_all_sizes(names);
    test_request(names);
    test_roles(names);
    arena_free(arena);
    return tap_end();
}
