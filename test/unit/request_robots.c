/* SPDX-License-Identifier: Apache-2.0 */
/* robots.txt: the examples of RFC 9309 section 2.2 and 5, and what files of
 * sites do. */
#include "request/robots_load.h"

#include "tap.h"

static struct arena *arena;

static bool allows(const char *text, const char *agent, const char *path)
{
    const struct robots *robots = robots_read(arena, view_text(text));
    struct view target = view_text(path), rest = target;
    struct view plain = view_cut(&rest, '?');
    struct view token = robots_token(robots, view_text(agent));

    return !token.at || robots_allows(robots, token, plain, rest);
}

static const char simple[] = "User-Agent: *\n"
                             "Disallow: *.gif$\n"
                             "Disallow: /example/\n"
                             "Allow: /publications/\n"
                             "\n"
                             "User-Agent: foobot\n"
                             "Disallow:/\n"
                             "Allow:/example/page.html\n"
                             "Allow:/example/allowed.gif\n"
                             "\n"
                             "User-Agent: barbot\n"
                             "User-Agent: bazbot\n"
                             "Disallow: /example/page.html\n"
                             "\n"
                             "User-Agent: quxbot\n";
static const char longest[] = "User-Agent: foobot\n"
                              "Allow: /example/page/\n"
                              "Disallow: /example/page/disallowed.gif\n";

static const struct {
    const char *text, *agent, *path;
    bool allowed;
} cases[] = {
    {simple, "somebot/1.0", "/a.gif", false},
    {simple, "somebot/1.0", "/a.gif?x", true},
    {simple, "somebot/1.0", "/example/x", false},
    {simple, "somebot/1.0", "/example", true},
    {simple, "somebot/1.0", "/publications/x", true},
    {simple, "Mozilla/5.0 (compatible; FooBot/2.1)", "/", false},
    {simple, "foobot", "/example/page.html", true},
    {simple, "foobot", "/example/allowed.gif", true},
    {simple, "foobotic", "/", true},
    {simple, "barbot", "/example/page.html", false},
    {simple, "bazbot", "/example/page.html", false},
    {simple, "bazbot", "/a.gif", true},
    {simple, "quxbot", "/example/page.html", true},
    {longest, "foobot", "/example/page/x", true},
    {longest, "foobot", "/example/page/disallowed.gif", false},
    {longest, "otherbot", "/example/page/disallowed.gif", true},
    {"user-agent: a\nallow: /p\ndisallow: /p\n", "a", "/p", true},
    {"user-agent: a\ndisallow: /p\nallow: /p\n", "a", "/p", true},
    {"user-agent: a\ndisallow: /x\n\nuser-agent: a\ndisallow: /y\n", "a", "/y",
     false},
    {"user-agent: a\ndisallow: /x\n\nuser-agent: a\ndisallow: /y\n", "a", "/x",
     false},
    {"user-agent: *\ndisallow: /\nuser-agent: a\ndisallow:\n", "a", "/x", true},
    {"user-agent: *\ndisallow: /\nuser-agent: a\ndisallow:\n", "b", "/x",
     false},
    {"user-agent: a\nsitemap: /s\ncrawl-delay: 1\ndisallow: /\n", "a", "/x",
     false},
    {"\xef\xbb\xbfUSER-AGENT : a # x\r\nDisallow : /x # y\r\n", "A/1", "/xy",
     false},
    {"disallow: /\nuser-agent: a\nallow: /\n", "a", "/x", true},
    {"user-agent: Googlebot\ndisallow: /\nuser-agent: Googlebot-Image\n"
     "allow: /\n",
     "Googlebot-Image/1.0", "/x", true},
    {"user-agent: a\ndisallow: /%7Eb\n", "a", "/~b", false},
    {"user-agent: a\ndisallow: /a%2fb\n", "a", "/a%2Fb", false},
    {"user-agent: a\ndisallow: /*/x*y$\n", "a", "/1/x2y", false},
    {"user-agent: a\ndisallow: /*/x*y$\n", "a", "/1/x2yz", true},
    {"user-agent: a\ndisallow: /*?id=\n", "a", "/p?id=1", false},
    {"user-agent: a\ndisallow: /*?id=\n", "a", "/p", true},
    {"user-agent: a\ndisallow: /%\n", "a", "/%", false},
    {"user-agent:\ndisallow: /\n", "a", "/x", true},
    {"", "a", "/x", true},
};

int main(void)
{
    arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ok(allows(cases[i].text, cases[i].agent, cases[i].path) ==
               cases[i].allowed,
           "%zu: %s for %s is %s", i, cases[i].path, cases[i].agent,
           cases[i].allowed ? "allowed" : "disallowed");
    }
    ok(robots_are(view_text(simple)) && !robots_are(VIEW("{}")) &&
           !robots_are(VIEW("version: 1\nroutes: []\n")),
       "a robots.txt is known by its user-agent lines");
    arena_free(arena);
    return tap_end();
}
