/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a key directory: it is refused and adds nothing, or each of
 * its keys has a signer and an end. */
#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"
#include "request/key_directory_load.h"

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            abort();                                                           \
        }                                                                      \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct signer signer = {{"agent", 5}, {"org", 3}, {NULL, 0}};
    static struct key_list list;
    struct problems *problems = problems_new();
    bool good;

    CHECK(problems && hash_start());
    list.count = 0;
    good = key_directory_text(&list, &signer, VIEW("fuzzed"),
                              view_of((const char *)data, size), problems);
    CHECK(good == (list.count > 0));
    CHECK(good == (problems_errors(problems) == 0));
    for (size_t i = 0; i < list.count; i++) {
        CHECK(list.items[i].signer == &signer && list.items[i].until >= 0);
    }
    problems_free(problems);
    return 0;
}
