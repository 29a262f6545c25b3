/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena's chunks, newest first; pieces are cut off the newest one:
 *
 *   arena.chunk -> [next room used | piece piece piece ....free....]
 *                    |
 *                    v
 *                  [next room used | ....]
 *
 * A piece too large to share gets a chunk of its own behind the newest, so
 * that the newest chunk's free room is not lost. In a build with
 * AddressSanitizer each piece of a growing arena is such a chunk, and the
 * free room of a fixed one is poisoned.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifndef ARENA_ASAN
#define ARENA_ASAN 0
#endif

#if ARENA_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

#define ALIGN ((size_t)16)
#define CHUNK_FIRST ((size_t)16 << 10)
#define CHUNK_LAST ((size_t)1 << 20)

struct chunk {
    _Alignas(16) struct chunk *next;
    size_t room;
    size_t used;
    _Alignas(16) char bytes[];
};

struct arena {
    struct chunk *chunk;
    size_t chunk_size; /* of the next shared chunk */
    size_t used;
    bool fixed;
};

static struct chunk *chunk_new(size_t room)
{
    struct chunk *chunk;

    if (room > SIZE_MAX - sizeof(*chunk)) {
        return NULL;
    }
    chunk = malloc(sizeof(*chunk) + room);
    if (chunk) {
        chunk->next = NULL;
        chunk->room = room;
        chunk->used = 0;
    }
    return chunk;
}

struct arena *arena_new(void)
{
    struct arena *arena = calloc(1, sizeof(*arena));

    if (arena) {
        arena->chunk_size = CHUNK_FIRST;
    }
    return arena;
}

struct arena *arena_new_fixed(size_t size)
{
    struct arena *arena = calloc(1, sizeof(*arena));

    if (!arena) {
        return NULL;
    }
    arena->fixed = true;
    arena->chunk = chunk_new(size);
    if (!arena->chunk) {
        free(arena);
        return NULL;
    }
    ASAN_POISON_MEMORY_REGION(arena->chunk->bytes, size);
    return arena;
}

static void free_chunks(struct chunk *chunk)
{
    while (chunk) {
        struct chunk *next = chunk->next;

        ASAN_UNPOISON_MEMORY_REGION(chunk->bytes, chunk->room);
        free(chunk);
        chunk = next;
    }
}

void arena_free(struct arena *arena)
{
    if (arena) {
        free_chunks(arena->chunk);
        free(arena);
    }
}

void arena_reset(struct arena *arena)
{
    arena->used = 0;
    if (arena->fixed) {
        arena->chunk->used = 0;
        ASAN_POISON_MEMORY_REGION(arena->chunk->bytes, arena->chunk->room);
        return;
    }
    free_chunks(arena->chunk);
    arena->chunk = NULL;
    arena->chunk_size = CHUNK_FIRST;
}

/* A piece of `size` bytes (`step` with its padding), or NULL: no room. */
static void *take(struct chunk *chunk, size_t size, size_t step)
{
    void *piece;

    if (!chunk || chunk->room - chunk->used < step) {
        return NULL;
    }
    piece = chunk->bytes + chunk->used;
    chunk->used += step;
    ASAN_UNPOISON_MEMORY_REGION(piece, size);
    return memset(piece, 0, size);
}

/* A chunk of its own for one piece, behind the newest chunk. */
static void *take_alone(struct arena *arena, size_t size)
{
    struct chunk *chunk = chunk_new(size);

    if (!chunk) {
        return NULL;
    }
    if (arena->chunk) {
        chunk->next = arena->chunk->next;
        arena->chunk->next = chunk;
    } else {
        arena->chunk = chunk;
    }
    return take(chunk, size, size);
}

static void *take_growing(struct arena *arena, size_t size, size_t step)
{
    void *piece = take(arena->chunk, size, step);
    struct chunk *chunk;

    if (piece) {
        return piece;
    }
    if (ARENA_ASAN || step > arena->chunk_size / 4) {
        return take_alone(arena, size);
    }
    chunk = chunk_new(arena->chunk_size);
    if (!chunk) {
        return NULL;
    }
    if (arena->chunk_size < CHUNK_LAST) {
        arena->chunk_size *= 2;
    }
    chunk->next = arena->chunk;
    arena->chunk = chunk;
    return take(chunk, size, step);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t step;
    void *piece;

    if (size == 0) {
        size = 1;
    }
    if (size > SIZE_MAX - ALIGN) {
        return NULL;
    }
    step = (size + ALIGN - 1) & ~(ALIGN - 1);
    piece = arena->fixed ? take(arena->chunk, size, step)
                         : take_growing(arena, size, step);
    if (piece) {
        arena->used += step;
    }
    return piece;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size) {
        return NULL;
    }
    return arena_alloc(arena, n * size);
}

struct view arena_copy(struct arena *arena, struct view v)
{
    char *at = v.size < SIZE_MAX ? arena_alloc(arena, v.size + 1) : NULL;

    if (!at) {
        return VIEW_NONE;
    }
    if (v.size > 0) {
        memcpy(at, v.at, v.size);
    }
    return view_of(at, v.size);
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

size_t arena_left(const struct arena *arena)
{
    return arena->chunk->room - arena->chunk->used;
}
