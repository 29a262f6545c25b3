/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Globs, one row each: in a path '*' and '?' stop at '/', '**' does not.
 */
#include "tap.h"

#include "classify/draft_load.h"

struct row {
    const char *glob, *value;
    bool in_path, folds, fits;
};

static const struct row rows[] = {
    {"", "", false, false, true},
    {"", "a", false, false, false},
    {"*", "", false, false, true},
    {"*", "a/b", false, false, true},
    {"*", "a/b", true, false, false},
    {"**", "a/b", true, false, true},
    {"?", "/", true, false, false},
    {"?", "/", false, false, true},
    {"?", "", false, false, false},
    {"a*b", "ab", false, false, true},
    {"a*b", "aXXb", false, false, true},
    {"a*b", "aXXbc", false, false, false},
    {"a*b", "ba", false, false, false},
    {"ab*ab", "ab", false, false, false},
    {"ab*ab", "abab", false, false, true},
    {"*aab*", "xaaab", false, false, true},
    {"*a*b*c*", "abc", false, false, true},
    {"*a*b*c*", "acb", false, false, false},
    {"A*b", "aB", false, true, true},
    {"A*b", "aB", false, false, false},
    {"a?c*E", "AbCdde", false, true, true},
    {"/a/*/c", "/a/b/c", true, false, true},
    {"/a/*/c", "/a/b/b/c", true, false, false},
    {"/a/*/c", "/a//c", true, false, true},
    {"/a/**/c", "/a/b/b/c", true, false, true},
    {"/a/**/c", "/a/c", true, false, false},
    {"/a/**", "/a/", true, false, true},
    {"/a/**", "/a", true, false, false},
    {"/**a*b/c", "/x/aXb/aYYb/c", true, false, true},
    {"/**a*b/c", "/x/aXb/a/b/c", true, false, false},
    {"/*.html", "/x.html", true, false, true},
    {"/*.html", "/x/y.html", true, false, false},
    {"***", "a/b", true, false, true},
    {"/a***b", "/ax/yb", true, false, true},
    {"0123456789012345678901234567890123456789012345678901234567890123?*z",
     "0123456789012345678901234567890123456789012345678901234567890123--z",
     false, false, true},
    {"0123456789012345678901234567890123456789012345678901234567890123?*z",
     "0123456789012345678901234567890123456789012345678901234567890123z", false,
     false, false},
};

int main(void)
{
    struct arena *arena = arena_new();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct view longest;
        struct glob glob;

        if (!ok(glob_make(arena, view_text(row->glob), row->in_path, row->folds,
                          &glob, &longest),
                "'%s'", row->glob)) {
            continue;
        }
        ok(glob_fits(&glob, view_text(row->value)) == row->fits,
           "'%s' %s '%s'%s", row->glob, row->fits ? "fits" : "does not fit",
           row->value, row->in_path ? " in a path" : "");
    }
    arena_free(arena);
    return tap_end();
}
