/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to spell a path that some origin reads as the path itself: each
 * rewrites one place. Used on their own and one over another.
 */
#ifndef WB_TEST_UNIT_PRICING_SPELLINGS_H
#define WB_TEST_UNIT_PRICING_SPELLINGS_H

#include <stdio.h>
#include <string.h>

#define SPELLING_MAX 1024

/* What is put in place of path[at]; %c is that byte, %X its hex digits. */
struct spelling {
    const char *name;
    char place; /* '/': at a slash, 'a': at a letter or digit, '$': at the
                   end, '^': before the start */
    const char *text;
};

/* How often a server must decode to undo it: origins are taken to do so at
 * most three times in all. */
#define DECODES_MAX 3
static inline int spelling_decodes(const struct spelling *s)
{
    const char *escapes =
        s->place == 'a' && s->text[0] == '%' && s->text[1] == '%' ? s->text + 2
                                                                  : s->text;
    int decodes = strchr(s->text, '%') && strcmp(s->text, "%U") ? 1 : 0;

    for (const char *at = strstr(escapes, "25"); at; at = strstr(at, "25")) {
        decodes++;
        at += 2;
    }
    return decodes;
}

static const struct spelling spellings[] = {
    {"doubled slash", '/', "//"},
    {"dot segment", '/', "/./"},
    {"segment and back", '/', "/zz/../"},
    {"escaped dots", '/', "/zz/%2e%2e/"},
    {"half-escaped dots", '/', "/zz/.%2E/"},
    {"dots with parameter", '/', "/zz/..;/"},
    {"dots with parameter x", '/', "/zz/..;x=1/"},
    {"escaped slash", '/', "%2f"},
    {"ESCAPED slash", '/', "%2F"},
    {"twice escaped slash", '/', "%252f"},
    {"thrice escaped slash", '/', "%25252f"},
    {"slash and escaped slash", '/', "/%2f"},
    {"backslash", '/', "\\"},
    {"escaped backslash", '/', "%5c"},
    {"both slashes", '/', "/\\"},
    {"back with backslash", '/', "/zz\\..\\"},
    {"back with escapes", '/', "/zz%2f..%2f"},
    {"parameter", '/', ";p=1/"},
    {"empty parameter", '/', ";/"},
    {"dot before slash", '/', "./"},
    {"escaped dot before slash", '/', "%2e/"},
    {"blank before slash", '/', "%20/"},
    {"overlong slash", '/', "%c0%af"},
    {"wide escape of slash", '/', "%u002f"},
    {"full-width slash", '/', "%ef%bc%8f"},
    {"escape", 'a', "%%%X"},
    {"escape of an escape", 'a', "%%25%X"},
    {"escape of that", 'a', "%%2525%X"},
    {"wide escape", 'a', "%%u00%X"},
    {"upper case", 'a', "%U"},
    {"tab before", 'a', "%%09%c"},
    {"slash at the end", '$', "/"},
    {"slashes at the end", '$', "//"},
    {"dot segment at the end", '$', "/."},
    {"and back at the end", '$', "/zz/.."},
    {"dot at the end", '$', "."},
    {"dots at the end", '$', "..."},
    {"blank at the end", '$', "%20"},
    {"blank", '$', " "},
    {"parameter at the end", '$', ";jsessionid=1"},
    {"NUL", '$', "%00"},
    {"NUL and a suffix", '$', "%00.txt"},
    {"query", '$', "?a=b"},
    {"free path in the query", '$', "?/robots.txt"},
    {"fragment", '$', "#/robots.txt"},
    {"escaped query", '$', "%3fa=b"},
    {"escaped fragment", '$', "%23/robots.txt"},
    {"backslash at the end", '$', "\\"},
    {"origin", '^', "http://example.com"},
    {"another origin", '^', "https://other.example:443"},
    {"slash before", '^', "/"},
    {"backslash before", '^', "\\"},
    {"free path before", '^', "/robots.txt/.."},
    {"free path with parameter", '^', "/robots.txt/..;"},
    {"free path escaped", '^', "/.well-known/%2e%2e"},
    {"free folder before", '^', "/free/x/../.."},
    {"dot before", '^', "/."},
};
#define SPELLINGS (sizeof spellings / sizeof spellings[0])

static inline int spelling_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* "..." is no ".." with a dot at its end; nor is a dot welcome in "http:/". */
static inline int spelling_after_name(const char *path, size_t at)
{
    return at > 0 && spelling_is_letter(path[at - 1]) &&
           (at < 3 || path[at - 3] != '%');
}

/* Where the path starts, behind "http://host". */
static inline size_t spelling_start(const char *path)
{
    const char *colon = strstr(path, "://");
    return path[0] != '/' && colon
               ? (size_t)(colon - path) + 3 + strcspn(colon + 3, "/")
               : 0;
}

/* May this spelling be used at path[at]? `at` runs to the size included. */
static inline int spelling_fits(const struct spelling *s, const char *path,
                                size_t at)
{
    size_t size = strlen(path);
    size_t end = strcspn(path, "?#");
    if (at > end || at < spelling_start(path)) {
        return 0; /* the query is not the path, nor is the origin */
    }
    if ((s->text[0] == '.' || !strncmp(s->text, "%2e", 3)) && s->place != '^' &&
        !spelling_after_name(path, at)) {
        return 0;
    }
    switch (s->place) {
    case '/':
        return at < end && path[at] == '/';
    case 'a':
        return at < end && spelling_is_letter(path[at]) &&
               (at == 0 || path[at - 1] != '%') &&
               (at < 2 || path[at - 2] != '%');
    case '$':
        return at == end && (end == size || !strpbrk(s->text, "?#"));
    default:
        return at == 0 && path[0] == '/';
    }
}

/* Writes the path with that place respelled; 0 when it does not fit. */
static inline int spelling_write(const struct spelling *s, const char *path,
                                 size_t at, char out[SPELLING_MAX])
{
    char room[64];
    size_t n = 0;
    char c = path[at];
    int replaces = s->place == '/' || s->place == 'a';

    for (const char *t = s->text; *t && n + 4 < sizeof room; t++) {
        if (s->place != 'a' || *t != '%') {
            room[n++] = *t;
        } else if (*++t == '%') {
            room[n++] = '%';
        } else if (*t == 'c') {
            room[n++] = c;
        } else if (*t == 'U') {
            room[n++] = (char)(c >= 'a' ? c - 32 : c);
        } else {
            n += (size_t)snprintf(room + n, sizeof room - n, "%02x",
                                  (unsigned)(unsigned char)c);
        }
    }
    room[n] = '\0';
    int written = snprintf(out, SPELLING_MAX, "%.*s%s%s", (int)at, path, room,
                           path + at + (replaces ? 1 : 0));
    return written > 0 && written < SPELLING_MAX;
}

#endif
