/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of answers; JSON as far as answers of the admin listener need it.
 */
#include "sidecar/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sidecar/log.h"

#define PAGE_MAX ((size_t)16 * 1024 * 1024)

void page_start(struct page *page)
{
    page->size = 0;
    page->failed = false;
}

void page_free(struct page *page)
{
    free(page->data);
    page->data = NULL;
    page->size = page->room = 0;
}

void page_add(void *context, const char *data, size_t size)
{
    struct page *page = context;

    if (page->failed || size > PAGE_MAX - page->size) {
        page->failed = true;
        return;
    }
    if (page->room - page->size < size) {
        size_t room = (page->size + size) * 2;
        char *grown = realloc(page->data, room);

        if (grown == NULL) {
            page->failed = true;
            return;
        }
        page->data = grown;
        page->room = room;
    }
    if (size > 0) {
        memcpy(page->data + page->size, data, size);
        page->size += size;
    }
}

void page_put(struct page *page, const char *string)
{
    page_add(page, string, strlen(string));
}

void page_number(struct page *page, uint64_t number)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%" PRIu64, number);

    page_add(page, digits, (size_t)size);
}

void page_quote(struct page *page, const char *data, size_t size)
{
    char quoted[1024];
    size_t needed = wb_json_quote(data, size, quoted, sizeof quoted);
    char *larger = NULL;

    if (needed <= sizeof quoted) {
        page_add(page, quoted, needed);
        return;
    }
    larger = malloc(needed);
    if (larger == NULL) {
        page->failed = true;
        return;
    }
    needed = wb_json_quote(data, size, larger, needed);
    page_add(page, larger, needed);
    free(larger);
}

void page_raw(struct page *page, const char *key, const char *value)
{
    char last = page->size > 0 ? page->data[page->size - 1] : '{';

    page_put(page, last == '{' ? "\"" : ",\"");
    page_put(page, key);
    page_put(page, "\":");
    page_put(page, value);
}

void page_member(struct page *page, const char *key, const char *value)
{
    page_raw(page, key, "");
    page_quote(page, value, strlen(value));
}

void page_item(struct page *page)
{
    if (page->size > 0 && page->data[page->size - 1] != '[') {
        page_put(page, ",");
    }
}

void page_time(struct page *page, const char *key, int64_t time)
{
    char text[LOG_TIME_MAX];

    log_time(time, text);
    page_member(page, key, text);
}
