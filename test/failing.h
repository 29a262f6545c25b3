/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator that fails when told to, put before the C library's for the
 * whole test program and the libraries it uses, and that counts what is not
 * yet freed. Not for builds with a sanitizer, which bring their own; there
 * FAILING_WORKS is 0.
 */
#ifndef WB_TEST_FAILING_H
#define WB_TEST_FAILING_H

#include <stddef.h>

#define FAILING_WORKS 1
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#undef FAILING_WORKS
#define FAILING_WORKS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||     \
    __has_feature(memory_sanitizer)
#undef FAILING_WORKS
#define FAILING_WORKS 0
#endif
#endif

/* Allocations that still succeed; below 0: all do. */
static long failing_after = -1;
/* Whether one has failed since. */
static bool failing_failed;
/* Pieces not yet freed. */
static long failing_live;

#if FAILING_WORKS

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *at);

__attribute__((visibility("default"))) void *malloc(size_t size);
__attribute__((visibility("default"))) void *calloc(size_t n, size_t size);
__attribute__((visibility("default"))) void *realloc(void *at, size_t size);
__attribute__((visibility("default"))) void *aligned_alloc(size_t alignment,
                                                           size_t size);
__attribute__((visibility("default"))) int
posix_memalign(void **out, size_t alignment, size_t size);
__attribute__((visibility("default"))) void free(void *at);

static bool failing_now(void)
{
    if (failing_after == 0) {
        failing_failed = true;
        return true;
    }
    if (failing_after > 0) {
        failing_after--;
    }
    return false;
}

static void *failing_count(void *at)
{
    failing_live += at != NULL;
    return at;
}

void *malloc(size_t size)
{
    return failing_now() ? NULL : failing_count(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
    return failing_now() ? NULL : failing_count(__libc_calloc(n, size));
}

void *realloc(void *at, size_t size)
{
    if (failing_now()) {
        return NULL;
    }
    return at ? __libc_realloc(at, size) : failing_count(__libc_malloc(size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return failing_now() ? NULL
                         : failing_count(__libc_memalign(alignment, size));
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *at = aligned_alloc(alignment, size);

    if (at) {
        *out = at;
    }
    return at ? 0 : 12; /* ENOMEM */
}

void free(void *at)
{
    failing_live -= at != NULL;
    __libc_free(at);
}

#endif

/* From now on `n` allocations succeed, then all fail. */
static inline void failing_start(long n)
{
    failing_after = n;
    failing_failed = false;
}

/* All succeed again; whether one failed meanwhile. */
static inline bool failing_stop(void)
{
    failing_after = -1;
    return failing_failed;
}

#endif
