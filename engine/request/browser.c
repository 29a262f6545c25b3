/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user agent, read as RFC 9110 has it: products and comments.
 *
 *   Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (..) Chrome/156.0 ..
 *               `--- platform ---'                          `-- family --'
 *
 * Browsers name those that they descend from as well; of several known
 * products the one that stands first in the table is meant.
 */
#include "request/browser.h"

#include <stdint.h>

/* No browser's user agent is longer, nor its platform comment. */
#define USER_AGENT_READ 1024
#define COMMENT_READ 256

static const struct product {
    const char *name;
    const char *family;
    bool ios; /* whatever the comment says ("Request desktop site") */
} products[] = {
    {"Edg", "edge", false},
    {"EdgA", "edge", false},
    {"EdgiOS", "edge", true},
    {"Edge", "edge", false},
    {"OPR", "opera", false},
    {"OPT", "opera", true},
    {"OPX", "opera", true},
    {"SamsungBrowser", "samsung", false},
    {"FxiOS", "firefox", true},
    {"Firefox", "firefox", false},
    {"CriOS", "chrome", true},
    {"Chrome", "chrome", false},
    {"HeadlessChrome", "chrome", false},
    {"Version", "safari", false}, /* beside "Safari", on Apple's systems */
};
#define PRODUCTS (sizeof(products) / sizeof(products[0]))
#define PRODUCT_SAFARI (PRODUCTS - 1)

/* In this order: iPhones say "like Mac OS X", Android says "Linux". */
static const struct platform {
    const char *token;
    const char *name;
} platforms[] = {
    {"Windows", "windows"}, {"iPhone", "ios"},      {"iPad", "ios"},
    {"iPod", "ios"},        {"Android", "android"}, {"CrOS", "chromeos"},
    {"Macintosh", "macos"}, {"Mac OS X", "macos"},  {"Linux", "linux"},
    {"X11", "linux"},
};
#define PLATFORMS (sizeof(platforms) / sizeof(platforms[0]))

/* The parts of a user agent as they are met. */
struct parts {
    struct view rest;
    struct view comment; /* the first one, without parentheses */
};

/* Cuts the comment that *rest starts with; comments nest. */
static struct view cut_comment(struct view *rest)
{
    size_t depth = 0;
    size_t i = 0;
    struct view inside;

    for (; i < rest->size; i++) {
        depth += rest->at[i] == '(';
        depth -= rest->at[i] == ')';
        if (depth == 0) {
            break;
        }
    }
    inside = view_of(rest->at + 1, i - 1);
    i += i < rest->size;
    *rest = view_of(rest->at + i, rest->size - i);
    return inside;
}

/* The next product ("Chrome/156.0"); size 0: there is none. */
static struct view next_product(struct parts *parts)
{
    struct view *rest = &parts->rest;
    size_t end = 0;
    struct view product;

    while (rest->size > 0 && (rest->at[0] == ' ' || rest->at[0] == '(')) {
        if (rest->at[0] == '(') {
            struct view comment = cut_comment(rest);

            if (!parts->comment.at) {
                parts->comment = comment;
            }
        } else {
            *rest = view_of(rest->at + 1, rest->size - 1);
        }
    }
    while (end < rest->size && rest->at[end] != ' ' && rest->at[end] != '(') {
        end++;
    }
    product = view_of(rest->at, end);
    *rest = view_of(rest->at + end, rest->size - end);
    return product;
}

static size_t product_find(struct view name)
{
    for (size_t i = 0; i < PRODUCTS; i++) {
        if (view_equal(name, view_text(products[i].name))) {
            return i;
        }
    }
    return PRODUCTS;
}

/* "156.0.1" -> 156 */
static bool major_of(struct view version, uint64_t *out)
{
    unsigned long long major;

    version.size = view_find(version, '.');
    if (version.size > 9 || !view_to_u64(version, &major)) {
        return false;
    }
    *out = major;
    return true;
}

static struct view platform_of(struct view comment)
{
    if (comment.size > COMMENT_READ) {
        comment.size = COMMENT_READ;
    }
    for (size_t i = 0; i < PLATFORMS; i++) {
        if (view_search(comment, view_text(platforms[i].token)) != SIZE_MAX) {
            return view_text(platforms[i].name);
        }
    }
    return VIEW_NONE;
}

static bool says_mobile(struct view ua)
{
    const struct view word = VIEW("Mobile");
    size_t at;

    while ((at = view_search(ua, word)) != SIZE_MAX) {
        size_t end = at + word.size;

        if ((at == 0 || !ascii_is_alnum(ua.at[at - 1])) &&
            (end == ua.size || !ascii_is_alnum(ua.at[end]))) {
            return true;
        }
        ua = view_of(ua.at + end, ua.size - end);
    }
    return false;
}

static bool is_apple(struct view platform)
{
    return view_equal(platform, VIEW("macos")) ||
           view_equal(platform, VIEW("ios"));
}

void browser_read(struct browser *browser, struct view user_agent)
{
    struct parts parts = {user_agent, VIEW_NONE};
    size_t best = PRODUCTS;
    bool safari = false;

    memset(browser, 0, sizeof(*browser));
    if (parts.rest.size > USER_AGENT_READ) {
        parts.rest.size = USER_AGENT_READ;
    }
    browser->mobile = says_mobile(parts.rest);
    for (;;) {
        struct view version = next_product(&parts);
        struct view name = view_cut(&version, '/');
        size_t product = product_find(name);

        if (name.size == 0) {
            break;
        }
        safari |= view_equal(name, VIEW("Safari"));
        if (product < best) {
            best = product;
            browser->has_major = major_of(version, &browser->major);
        }
    }
    browser->platform = platform_of(parts.comment);
    if (best < PRODUCTS && products[best].ios) {
        browser->platform = VIEW("ios");
    }
    if (best == PRODUCTS || !view_starts(user_agent, VIEW("Mozilla/")) ||
        (best == PRODUCT_SAFARI && (!safari || !is_apple(browser->platform)))) {
        browser->has_major = false;
        return;
    }
    browser->family = view_text(products[best].family);
}
