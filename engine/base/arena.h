/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena: memory of one lifetime, freed in one act. Loading uses one; a
 * request has one of fixed size (a workspace) that is emptied between
 * requests and never grows while deciding.
 *
 *   growing arena:   chunk -> chunk -> chunk       (loading)
 *   fixed arena:     one block, fails when full    (a request)
 *
 * Under AddressSanitizer a growing arena mallocs each piece on its own, so
 * that an overrun is seen.
 */
#ifndef WB_BASE_ARENA_H
#define WB_BASE_ARENA_H

#include "base/view.h"

struct arena;

/* A growing arena; NULL when out of memory. */
struct arena *arena_new(void);
/* One block of `size` bytes that never grows. */
struct arena *arena_new_fixed(size_t size);
void arena_free(struct arena *arena);
/* Forgets all pieces. A fixed arena keeps its block. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned to 16 bytes; NULL when out of memory or full. */
void *arena_alloc(struct arena *arena, size_t size);
/* n * size with overflow check. */
void *arena_array(struct arena *arena, size_t n, size_t size);
/* A copy with a NUL after it; VIEW_NONE when out of memory. */
struct view arena_copy(struct arena *arena, struct view v);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);
/* Bytes that a fixed arena still has. */
size_t arena_left(const struct arena *arena);

#endif
