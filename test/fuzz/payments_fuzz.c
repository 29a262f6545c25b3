/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several payment headers at once: each line names one by its first byte and
 * holds its value, as it is or (from the second letters of the alphabet on) as
 * JSON that is put into base64.
 */
#include "payment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char room[8 * PAYMENT_INPUT_MAX];
    static struct request request;
    struct view rest = view_of((const char *)data, size);
    size_t used = 0;

    if (size > PAYMENT_INPUT_MAX) {
        return 0;
    }
    request_clear(&request);
    while (rest.at) {
        struct view line = view_cut(&rest, 0x0a);
        size_t which;
        bool raw;

        if (line.size == 0) {
            continue;
        }
        which = (size_t)(line.at[0] & 31) % payment_header_count;
        raw = !(line.at[0] & 32);
        line = view_of(line.at + 1, line.size - 1);
        if (!raw) {
            line = payment_encode(line, false, room + used);
            used += line.size;
        }
        request_add_header(&request, payment_headers[which].name, line);
    }
    payment_check(&request);
    return 0;
}
