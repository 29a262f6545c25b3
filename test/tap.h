/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests that say what they find in TAP:
 *
 *   int main(void)
 *   {
 *       ok(1 + 1 == 2, "one and one");
 *       is_text(name, "weighbridge", "the name");
 *       is_number(count, 20, "the %s's count", name);
 *       return tap_end();
 *   }
 *
 * Include it in one .c file of a program.
 */
#ifndef WB_TEST_TAP_H
#define WB_TEST_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_tests;
static int tap_failed;

__attribute__((format(printf, 4, 5))) static inline bool
tap_ok(bool passed, const char *file, int line, const char *name, ...)
{
    va_list args;

    printf("%sok %d - ", passed ? "" : "not ", ++tap_tests);
    va_start(args, name);
    vprintf(name, args);
    va_end(args);
    putchar('\n');
    if (!passed) {
        tap_failed++;
        printf("#   at %s:%d\n", file, line);
    }
    fflush(stdout);
    return passed;
}

/* A line for the reader of a failure. */
__attribute__((format(printf, 1, 2))) static inline void
tap_note(const char *format, ...)
{
    va_list args;

    fputs("#   ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static inline bool tap_same(const char *got, const char *wanted)
{
    return got && wanted ? !strcmp(got, wanted) : got == wanted;
}

static inline void tap_skip(const char *why)
{
    printf("ok %d # SKIP %s\n", ++tap_tests, why);
}

/* How many times slower than released programs this one is, see test/run:
 * what is repeated for chance's sake alone is repeated that much less. */
static inline unsigned tap_slow(void)
{
    const char *slow = getenv("WB_SLOW");
    unsigned long times = slow ? strtoul(slow, NULL, 10) : 1;

    return times > 1 && times < 100 ? (unsigned)times : 1;
}

static inline int tap_end(void)
{
    printf("1..%d\n", tap_tests);
    return tap_failed != 0 || tap_tests == 0;
}

#define ok(passed, ...) tap_ok(passed, __FILE__, __LINE__, __VA_ARGS__)

#define is_text(got, wanted, ...)                                              \
    do {                                                                       \
        const char *tap_got = (got), *tap_wanted = (wanted);                   \
        if (!ok(tap_same(tap_got, tap_wanted), __VA_ARGS__)) {                 \
            tap_note("got    '%s'", tap_got ? tap_got : "(null)");             \
            tap_note("wanted '%s'", tap_wanted ? tap_wanted : "(null)");       \
        }                                                                      \
    } while (0)

/* `got` is a struct view, `wanted` a C string. */
#define is_view(got, wanted, ...)                                              \
    do {                                                                       \
        struct view tap_got = (got), tap_wanted = view_text(wanted);           \
        if (!ok(view_equal(tap_got, tap_wanted), __VA_ARGS__)) {               \
            tap_note("got    '%.*s'", VIEW_ARG(tap_got));                      \
            tap_note("wanted '%.*s'", VIEW_ARG(tap_wanted));                   \
        }                                                                      \
    } while (0)

#define is_number(got, wanted, ...)                                            \
    do {                                                                       \
        long long tap_got = (long long)(got);                                  \
        long long tap_wanted = (long long)(wanted);                            \
        if (!ok(tap_got == tap_wanted, __VA_ARGS__)) {                         \
            tap_note("got    %lld", tap_got);                                  \
            tap_note("wanted %lld", tap_wanted);                               \
        }                                                                      \
    } while (0)

#endif
