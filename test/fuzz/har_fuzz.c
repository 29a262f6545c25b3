/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAR: a document is cut into the same entries however it comes, and what is
 * read of an entry holds as for every format, see log_line.h.
 */
#include <stdint.h>

#define FUZZED "har"
#define LLVMFuzzerTestOneInput one_entry
#include "fuzz/log_line.h"
#undef LLVMFuzzerTestOneInput

#include "replay/har.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ENTRY_MAX 400 /* some do not fit */

/* Hashes of all entries, cut from pieces of so many bytes. */
static uint64_t entries(struct view in, size_t piece, bool check)
{
    char *room = malloc(ENTRY_MAX);
    uint64_t sum = 0;
    struct har har;

    must(room != NULL);
    har_start(&har, room, ENTRY_MAX);
    while (in.size > 0) {
        struct view part = view_of(in.at, in.size < piece ? in.size : piece);
        in = view_of(in.at + part.size, in.size - part.size);
        while (har_cut(&har, &part)) {
            sum = sum * 31 + (har.too_long ? 7 : 1);
            for (size_t i = 0; !har.too_long && i < har.size; i++) {
                sum = sum * 31 + (unsigned char)room[i];
            }
            if (check && !har.too_long) {
                one_entry((const uint8_t *)room, har.size);
            }
        }
        must(part.size == 0 && har.size <= ENTRY_MAX);
    }
    free(room);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view in = view_of((const char *)data, size);

    if (size == 0) {
        return 0;
    }
    (void)har_looks(in);
    uint64_t whole = entries(in, size, true);
    must(whole == entries(in, 1, false) && whole == entries(in, 7, false));
    return one_entry(data, size);
}
