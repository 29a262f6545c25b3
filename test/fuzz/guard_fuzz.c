/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as headers ("name:value" lines, but ended by byte 0x1e so that
 * values can hold line ends): the guard must judge as a plain reading of its
 * rules does.
 */
#include <stdint.h>
#include <stdlib.h>

#include "request/guard.h"

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            abort();                                                           \
        }                                                                      \
    } while (0)

static void check(struct view rest, const struct guard *guard,
                  const struct known_names *looked_up)
{
    static struct request request;
    enum guard_verdict wanted = GUARD_PASS;
    const struct header *culprit = NULL;
    size_t bad = 0;

    request_clear(&request);
    request.names = looked_up;
    while (rest.at && rest.size > 0) {
        struct view value = view_cut(&rest, 0x1e);
        struct view name = view_cut(&value, ':');

        request_add_header(&request, name, value);
    }
    while (bad < request.header_count && wanted == GUARD_PASS) {
        wanted = judge(&request.headers[bad]);
        bad += wanted == GUARD_PASS;
    }
    if (request.overflow) {
        wanted = GUARD_LIMIT;
    }
    CHECK(guard_check(guard, &request, &culprit) == wanted);
    CHECK(culprit == (wanted == GUARD_PASS || wanted == GUARD_LIMIT
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
