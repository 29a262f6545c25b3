/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers of one answer as the HTTP library wants them: names and values
 * with their NULs, one after the other:
 *
 *   X-Agent-Class\0agent\0X-Agent-Score\0100\0...
 */
#ifndef WB_SIDECAR_ANSWER_TEXT_H
#define WB_SIDECAR_ANSWER_TEXT_H

#include <stdint.h>

#include "sidecar/exchange.h"

#define ANSWER_TEXT_MAX (16 * 1024)

struct answer_text {
    size_t count;
    struct {
        uint16_t name, value, end; /* in `text` */
    } at[EXCHANGE_ANSWER_MAX];
    char text[ANSWER_TEXT_MAX];
};

/* False: they do not fit. */
bool answer_text_write(struct answer_text *text, const struct exchange *x);
/* Do both hold the same header at place i? `a` may be NULL. */
bool answer_text_same(const struct answer_text *a, const struct answer_text *b,
                      size_t i);
/* A copy without the room that is not used, made in the place of another one
 * or of NULL, which the caller frees; NULL: out of memory, the other one is
 * freed. */
struct answer_text *answer_text_copy(struct answer_text *other,
                                     const struct answer_text *text);

#endif
