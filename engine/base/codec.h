/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64 (RFC 4648 section 4 alphabet, as x402 headers use) and hexadecimal.
 * Strict: no white space, no other alphabet; padding may be missing but must
 * be right where present, and bits that padding leaves over must be zero.
 */
#ifndef WB_BASE_CODEC_H
#define WB_BASE_CODEC_H

#include "base/text.h"
#include "base/view.h"

/* Bytes that `n` base64 characters can give at most. */
static inline size_t base64_room(size_t n)
{
    return n / 4 * 3 + 3;
}
/* Decodes into `out` (base64_room bytes); false on the first wrong byte. */
bool base64_decode(struct view text, char *out, size_t *size);
/* base64url (section 5) without padding, as JWS and MPP use. */
bool base64url_decode(struct view text, char *out, size_t *size);
/* The same way round; what does not fit cuts the text. */
void base64url_write(struct text *t, struct view bytes);
/* Hex digits of both cases to exactly `size` bytes. */
bool hex_decode(struct view digits, unsigned char *out, size_t size);
/* "0x" and exactly 2 * size hex digits. */
bool hex_decode_0x(struct view text, unsigned char *out, size_t size);
bool view_is_hex(struct view digits);

#endif
