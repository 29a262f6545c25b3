/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a key directory: it is refused and adds nothing, or each of
 * its keys has a signer and an end. */
#include "base/hash.h"
#include "request/key_directory_load.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct signer signer = {{"agent", 5}, {"org", 3}, {NULL, 0}};
    static struct key_list list;
    struct problems *problems = problems_new();
    bool good;

    must(problems && hash_start());
    list.count = 0;
    good = key_directory_text(&list, &signer, VIEW("fuzzed"),
                              view_of((const char *)data, size), problems);
    must(good == (list.count > 0));
    must(good == (problems_errors(problems) == 0));
    for (size_t i = 0; i < list.count; i++) {
        must(list.items[i].signer == &signer && list.items[i].until >= 0);
    }
    problems_free(problems);
    return 0;
}
