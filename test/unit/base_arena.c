/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas: zeroed, aligned, apart from each other; a fixed one never grows. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

static bool is_zeroed(const char *at, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (at[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Pieces of many sizes, each filled with its own byte, all still right at
 * the end. */
static void pieces(struct arena *arena, const char *name)
{
    enum { N = 2000 };
    static char *piece[N];
    static size_t size[N];
    bool zeroed = true, aligned = true, intact = true;
    size_t sum = 0;

    for (size_t i = 0; i < N; i++) {
        size[i] = i % 97 == 0 ? 5000 + i * 13 : i % 50;
        piece[i] = arena_alloc(arena, size[i]);
        if (!piece[i]) {
            ok(false, "%s: out of memory", name);
            return;
        }
        zeroed &= is_zeroed(piece[i], size[i]);
        aligned &= (uintptr_t)piece[i] % 16 == 0;
        memset(piece[i], (int)(i % 251) + 1, size[i]);
        sum += size[i];
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t b = 0; b < size[i]; b++) {
            intact &= piece[i][b] == (char)(i % 251 + 1);
        }
    }
    ok(zeroed, "%s: zeroed", name);
    ok(aligned, "%s: aligned to 16", name);
    ok(intact, "%s: no piece lies in another", name);
    ok(arena_used(arena) >= sum, "%s: counts what it hands out", name);
}

static void large(void)
{
    struct arena *arena = arena_new();
    char *first = arena_alloc(arena, 40000);
    char *small = arena_alloc(arena, 1);
    char *second = arena_alloc(arena, 5000000);

    ok(first && small && second, "pieces larger than any chunk");
    memset(first, 1, 40000);
    memset(second, 2, 5000000);
    ok(*small == 0 && first[39999] == 1, "apart from each other");
    arena_free(arena);
}

static void growing(void)
{
    struct arena *arena = arena_new();

    pieces(arena, "new");
    arena_reset(arena);
    is_number(arena_used(arena), 0, "nothing used after a reset");
    pieces(arena, "after a reset");
    ok(arena_alloc(arena, 0) != NULL, "a piece of size 0 is not NULL");
    ok(!arena_alloc(arena, SIZE_MAX), "too large");
    ok(!arena_alloc(arena, SIZE_MAX - 20), "too large with its head");
    ok(!arena_array(arena, SIZE_MAX / 2, 3), "n * size overflows");
    ok(arena_array(arena, 0, 8) != NULL, "an array of nothing");
    arena_free(arena);
    arena_free(NULL);
}

static void fixed(void)
{
    struct arena *arena = arena_new_fixed(64);
    char *first = arena_alloc(arena, 16);
    char *again;

    ok(first != NULL, "fixed: the first piece");
    ok(!arena_alloc(arena, 49), "fixed: larger than what is left");
    ok(arena_alloc(arena, 48) != NULL, "fixed: what is left");
    ok(!arena_alloc(arena, 1) && !arena_alloc(arena, 0), "fixed: full");
    memset(first, 1, 16);
    arena_reset(arena);
    again = arena_alloc(arena, 16);
    ok(again == first, "fixed: keeps its block");
    ok(is_zeroed(again, 16), "fixed: zeroed again");
    arena_free(arena);
    ok(!arena_new_fixed(SIZE_MAX), "fixed: too large");
    arena = arena_new_fixed(0);
    ok(arena && !arena_alloc(arena, 0), "fixed: of size 0");
    arena_free(arena);
}

static void copies(void)
{
    struct arena *arena = arena_new();
    struct view copy = arena_copy(arena, VIEW("a\0b"));

    ok(view_equal(copy, VIEW("a\0b")), "a copy");
    is_number(copy.at[3], 0, "with a NUL after it");
    copy = arena_copy(arena, VIEW_NONE);
    ok(copy.at && copy.size == 0 && !copy.at[0], "a copy of nothing is empty");
    arena_free(arena);
    arena = arena_new_fixed(16);
    ok(!arena_copy(arena, VIEW("sixteen letters.")).at, "no room for the NUL");
    arena_free(arena);
}

int main(void)
{
    large();
    growing();
    fixed();
    copies();
    return tap_end();
}
