/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path patterns against paths, strictly and widely; hosts; which pattern
 * covers which.
 */
#include "pricing/pattern.h"

#include "tap.h"

static struct arena *arena;

static struct pattern make(const char *text, bool fold)
{
    struct pattern pattern;
    if (!pattern_make(&pattern, view_text(text), fold, arena)) {
        printf("Bail out! no memory\n");
    }
    return pattern;
}

enum { NO, WIDE, STRICT }; /* what matches strictly matches widely too */

static const struct {
    const char *pattern, *path;
    int wanted;
} paths[] = {
    {"/a", "/a", STRICT},
    {"/a", "/a/", WIDE},
    {"/a", "/A", WIDE},
    {"/a", "/ab", NO},
    {"/a", "/", NO},
    {"/a", "/b/a", NO},
    {"/a/", "/a/", STRICT},
    {"/a/", "/a", WIDE},
    {"/a/", "/a/b", NO},
    {"/", "/", STRICT},
    {"/", "/a", NO},
    {"/*", "/a", STRICT},
    {"/*", "/", WIDE},
    {"/*", "/a/b", NO},
    {"/a/*", "/a", NO},
    {"/a/*", "/a/", WIDE},
    {"/a/*/c", "/a/b/c", STRICT},
    {"/a/*/c", "/a/b/b/c", NO},
    {"/a/b*d", "/a/bd", STRICT},
    {"/a/b*d", "/a/bcdcd", STRICT},
    {"/a/b*d", "/a/bc/d", NO},
    {"/a/b*d*f", "/a/bdxf", STRICT},
    {"/a/b*d*f", "/a/bdfx", NO},
    {"/**", "/", STRICT},
    {"/**", "/a/b/", STRICT},
    {"/a/**", "/a", STRICT},
    {"/a/**", "/a/", STRICT},
    {"/a/**", "/a/b/c", STRICT},
    {"/a/**", "/ab", NO},
    {"/a/**", "/b", NO},
    {"/a/**", "/A/b", WIDE},
    {"/a/**/z", "/a/z", STRICT},
    {"/a/**/z", "/a/b/z", STRICT},
    {"/a/**/z", "/a/b/c/z", STRICT},
    {"/a/**/z", "/a/b/c", NO},
    {"/a/**/z", "/a/z/b", NO},
    {"/a/**/z", "/a/z/b/z/", WIDE},
    {"/**/x/**/z", "/a/x/b/x/c/z", STRICT},
    {"/**/x/*/z", "/x/x/x/z", STRICT},
    {"/**/x/*/z", "/x/x/z/x/z", NO},
    {"/**/x/*/z", "/x/x/z/x/y/z", STRICT},
    {"/caf%C3%A9", "/caf\xc3\xa9", WIDE},
    {"/a;b", "/a", WIDE},
    {"/a;b", "/a;b", STRICT},
};

static const struct {
    const char *pattern, *narrow;
    bool wanted;
} covers[] = {
    {"/**", "/a/b", true},       {"/**", "/a/**", true},
    {"/a/**", "/a", true},       {"/a/**", "/a/*/b", true},
    {"/a/**", "/ab/**", false},  {"/a/*", "/a/b", true},
    {"/a/*", "/a/**", false},    {"/a/*/**", "/a/**", false},
    {"/a/**", "/a/b/**", true},  {"/a/b*", "/a/bc*d", true},
    {"/a/bc*d", "/a/b*", false}, {"/*/b", "/a/b", true},
    {"/a/b", "/*/b", false},     {"/a/*", "/a/*", true},
    {"/a/**/z", "/a/*/z", true}, {"/a/*/z", "/a/**/z", false},
    {"/a", "/a/", false},        {"/a/**/z", "/a/**/z", true},
};

static const struct {
    const char *pattern, *host;
    bool wanted;
} hosts[] = {
    {"a.example", "a.example", true},
    {"a.example", "b.a.example", false},
    {"*.a.example", "a.example", false},
    {"*.a.example", ".a.example", false},
    {"*.a.example", "b.a.example", true},
    {"*.a.example", "c.b.a.example", true},
    {"*.a.example", "ba.example", false},
};

/* Patterns are tried at most once per place: this would take for ever if
 * wildcards tried all their combinations. */
static void test_time(void)
{
    static char path[16000];
    struct pattern p = make("/**/a*a*a*a*b/**/a*a*a*a*b/**/a*c", true);

    memset(path, 'a', sizeof path);
    for (size_t i = 0; i < sizeof path; i += 40) {
        path[i] = '/';
    }
    ok(!pattern_wide(&p, view_of(path, sizeof path)),
       "many wildcards on a long path end");
}

int main(void)
{
    arena = arena_new();
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct pattern p = make(paths[i].pattern, true);
        struct pattern exact = make(paths[i].pattern, false);
        struct view path = view_text(paths[i].path);
        int got = pattern_strict(&p, path) ? STRICT
                  : pattern_wide(&p, path) ? WIDE
                                           : NO;
        is_number(got, paths[i].wanted, "%s and %s", paths[i].pattern,
                  paths[i].path);
        if (got == STRICT) {
            ok(pattern_wide(&p, path) && pattern_wide(&exact, path),
               "%s and %s, widely too", paths[i].pattern, paths[i].path);
        }
    }
    struct pattern exact = make("/Data/**", false);
    ok(pattern_wide(&exact, VIEW("/Data/a/")), "case kept: the same");
    ok(!pattern_wide(&exact, VIEW("/data/a")), "case kept: another");
    for (size_t i = 0; i < sizeof covers / sizeof covers[0]; i++) {
        struct pattern p = make(covers[i].pattern, true);
        struct pattern narrow = make(covers[i].narrow, true);
        ok(pattern_covers(&p, &narrow) == covers[i].wanted, "%s %s %s",
           covers[i].pattern, covers[i].wanted ? "covers" : "does not cover",
           covers[i].narrow);
    }
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        ok(host_matches(view_text(hosts[i].pattern),
                        view_text(hosts[i].host)) == hosts[i].wanted,
           "host %s and %s", hosts[i].pattern, hosts[i].host);
    }
    test_time();
    arena_free(arena);
    return tap_end();
}
