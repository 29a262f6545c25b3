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
           request.headers[2].known->retry,
       "a request looks its names up");
    ok(request.headers[3].known == request.headers[0].known,
       "the same in another case");
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
    arena_free(arena);
    return tap_end();
}
