/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer's text that grows in a buffer kept for the next answer. Owned by
 * one listener of one thread.
 */
#ifndef WB_SIDECAR_PAGE_H
#define WB_SIDECAR_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weighbridge.h"

struct page {
    char *data; /* owned */
    size_t size, room;
    bool failed; /* out of memory, or too much */
};

void page_start(struct page *page);
void page_free(struct page *page);
/* A wb_sink. */
void page_add(void *page, const char *data, size_t size);
void page_put(struct page *page, const char *string);
void page_number(struct page *page, uint64_t number);
/* As a JSON string. */
void page_quote(struct page *page, const char *data, size_t size);
/* `"key":"value"`, with a comma before unless it is an object's first. */
void page_member(struct page *page, const char *key, const char *value);
/* The same with text as it is: a number, true, an object. */
void page_raw(struct page *page, const char *key, const char *value);
/* A comma before all items of an array but its first. */
void page_item(struct page *page);
/* "2026-11-05T12:00:00.123Z" */
void page_time(struct page *page, const char *key, int64_t time);

#endif
