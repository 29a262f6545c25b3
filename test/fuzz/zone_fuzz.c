/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a TZif file: what is taken for one has rising changes, and an
 * offset of at most 26 hours at any time.
 */
#include <stdlib.h>

#include "pricing/parts_load.h"

#include "fuzz.h"

static void check(bool right)
{
    if (!right) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zone_change changes[ZONE_CHANGES_MAX];
    static const int64_t times[] = {INT64_MIN,  -1,         0,
                                    1795245030, 4102444800, INT64_MAX};
    struct zone zone = {0};

    if (!zone_parse(view_of((const char *)data, size), &zone, changes)) {
        return 0;
    }
    check(zone.count <= ZONE_CHANGES_MAX);
    for (size_t i = 1; i < zone.count; i++) {
        check(changes[i].from > changes[i - 1].from);
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        check(abs(zone_offset(&zone, times[i])) <= 26 * 3600);
    }
    return 0;
}
