/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partial summaries: whatever is read of one can be told in every form, and
 * what is told again as a partial summary is read.
 */
#include "replay/result.h"

#include "fuzz.h"

static bool read_text(struct result *result, const void *data, size_t size)
{
    FILE *in = fmemopen((void *)(uintptr_t)data, size, "rb");
    const char *why = NULL;

    must(in && result_start(result));
    bool fine = partial_read(result, in, &why);
    must(fine == !why);
    fclose(in);
    return fine;
}

/* What it tells, in so many forms. */
static void tell(struct result *result)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct result again;

    must(out && partial_write(result, out));
    fclose(out);
    must(read_text(&again, text, size));
    must(again.tallies[0].read == result->tallies[0].read);
    result_end(&again);
    free(text);
    result->forecast.given = true;
    result->forecast.pays[0] = 0.5;
    result_finish(result);
    out = fopen("/dev/null", "wb");
    must(out && summary_write(result, out) && report_write(result, out) &&
         page_write(result, out));
    fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct result result;

    if (size == 0) {
        return 0;
    }
    if (read_text(&result, data, size)) {
        tell(&result);
    }
    result_end(&result);
    return 0;
}
