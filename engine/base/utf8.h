/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 (RFC 3629): well-formed means shortest form, no surrogates, nothing
 * above U+10FFFF. One definition for the JSON reader and writer, the YAML
 * door and the printing of problems.
 */
#ifndef WB_BASE_UTF8_H
#define WB_BASE_UTF8_H

#include <stdint.h>

#include "base/view.h"

/* The size of the well-formed character at `at`, of which `size` bytes may be
 * read: 1 to 4, or 0 when there is none. */
size_t utf8_length(const char *at, size_t size);
/* The code point of a character that utf8_length() measured. */
uint32_t utf8_code(const char *at, size_t length);
/* Writes a code point (not a surrogate, at most U+10FFFF); its size. */
size_t utf8_write(char out[4], uint32_t code);
/* The place of the first byte that is not well-formed, or v.size. */
size_t utf8_check(struct view v);
/* Code points that must not reach a terminal as they are: C0, DEL and C1
 * controls, line and paragraph separators, marks that turn the direction. */
bool utf8_is_unprintable(uint32_t code);

#endif
