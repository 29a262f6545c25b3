/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header count, order and shape. Values play no part, nor do the headers
 * that a paid retry adds.
 */
#include "request/shape.h"

#include "base/hash.h"
#include "base/sixteen.h"
#include "request/retry.h"

static bool is_of_retry(const struct request *request,
                        const struct header *header)
{
    return request->names ? header->known && header->known->roles & NAME_RETRY
                          : header_is_of_retry(header->name, NULL);
}

size_t shape_count(const struct request *request)
{
    size_t count = 0;

    for (size_t i = 0; i < request->header_count; i++) {
        count += !is_of_retry(request, &request->headers[i]);
    }
    return count;
}

static void write_lower(char *to, struct view name)
{
    size_t i = 0;

    for (; i + 16 <= name.size; i += 16) {
        sixteen all = sixteen_lower(sixteen_at(name.at + i));

        memcpy(to + i, &all, sizeof(all));
    }
    if (i > 0 && i < name.size) { /* some of it once more */
        sixteen all = sixteen_lower(sixteen_at(name.at + name.size - 16));

        memcpy(to + name.size - 16, &all, sizeof(all));
        return;
    }
    for (; i + 8 <= name.size; i += 8) {
        sixteen all = sixteen_lower(sixteen_short(name.at + i, 8));

        memcpy(to + i, &all, 8);
    }
    for (; i < name.size; i++) {
        to[i] = ascii_lower(name.at[i]);
    }
}

struct view shape_order(const struct request *request, struct arena *workspace)
{
    size_t size = KNOWN_NAME_ROOM;
    char *room;
    char *at;

    for (size_t i = 0; i < request->header_count; i++) {
        size += request->headers[i].name.size + 1;
    }
    room = at = arena_alloc(workspace, size);
    if (!room) {
        return VIEW_NONE;
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];

        if (is_of_retry(request, header)) {
            continue;
        }
        if (at > room) {
            *at++ = ',';
        }
        if (header->known && header->name.size <= KNOWN_NAME_ROOM) {
            memcpy(at, header->known->name.at, KNOWN_NAME_ROOM);
        } else {
            write_lower(at, header->name);
        }
        at += header->name.size;
    }
    return view_of(room, (size_t)(at - room));
}

struct view shape_code(const struct request *request, char *room, size_t size)
{
    size_t at = 0;

    if (request->names && request->order_known) {
        return view_of((const char *)request->order,
                       request->order_count * sizeof(*request->order));
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];
        uint16_t spelled[2] = {UINT16_MAX, (uint16_t)header->name.size};

        if (is_of_retry(request, header)) {
            continue;
        }
        if (size - at < sizeof(spelled) + header->name.size) {
            return VIEW_NONE;
        }
        if (header->known && header->known->number < UINT16_MAX) {
            spelled[0] = (uint16_t)header->known->number;
        }
        memcpy(room + at, spelled, sizeof(spelled));
        at += sizeof(spelled);
        if (spelled[0] == UINT16_MAX) {
            write_lower(room + at, header->name);
            at += header->name.size;
        }
    }
    return view_of(room, at);
}

struct view shape_hash(struct view order, struct arena *workspace)
{
    static const unsigned char key[16] = {0};
    uint64_t hash = hash_sip(key, order);
    char *room = arena_alloc(workspace, SHAPE_SIZE);
    struct text hex;

    if (!room) {
        return VIEW_NONE;
    }
    hex = text_in(room, SHAPE_SIZE);
    for (unsigned i = 0; i < 8; i++) {
        unsigned char byte = (unsigned char)(hash >> (56 - 8 * i));

        text_add_hex(&hex, &byte, 1);
    }
    return text_view(&hex);
}
