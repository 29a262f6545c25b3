/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every fuzzer has: the door that libFuzzer or corpus.c calls, and what
 * must hold whatever comes through it.
 */
#ifndef WB_TEST_FUZZ_FUZZ_H
#define WB_TEST_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

#endif
