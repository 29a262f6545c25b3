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

#include "base/sixteen.h"

/* No browser's user agent is longer, nor its platform comment. */
#define USER_AGENT_READ 1024
#define COMMENT_READ 256

#define V(literal)                                                             \
    {                                                                          \
        literal, sizeof(literal) - 1                                           \
    }
static const struct product {
    struct view name;
    struct view family;
    bool ios; /* whatever the comment says ("Request desktop site") */
} products[] = {
    {V("Edg"), V("edge"), false},
    {V("EdgA"), V("edge"), false},
    {V("EdgiOS"), V("edge"), true},
    {V("Edge"), V("edge"), false},
    {V("OPR"), V("opera"), false},
    {V("OPT"), V("opera"), true},
    {V("OPX"), V("opera"), true},
    {V("SamsungBrowser"), V("samsung"), false},
    {V("FxiOS"), V("firefox"), true},
    {V("Firefox"), V("firefox"), false},
    {V("CriOS"), V("chrome"), true},
    {V("Chrome"), V("chrome"), false},
    {V("HeadlessChrome"), V("chrome"), false},
    {V("Version"), V("safari"),
     false}, /* beside "Safari", on Apple's systems */
};
#define PRODUCTS (sizeof(products) / sizeof(products[0]))
#define PRODUCT_SAFARI (PRODUCTS - 1)

/* In this order: iPhones say "like Mac OS X", Android says "Linux". */
static const struct platform {
    struct view token;
    struct view name;
} platforms[] = {
    {V("Windows"), V("windows")}, {V("iPhone"), V("ios")},
    {V("iPad"), V("ios")},        {V("iPod"), V("ios")},
    {V("Android"), V("android")}, {V("CrOS"), V("chromeos")},
    {V("Macintosh"), V("macos")}, {V("Mac OS X"), V("macos")},
    {V("Linux"), V("linux")},     {V("X11"), V("linux")},
};
#define PLATFORMS (sizeof(platforms) / sizeof(platforms[0]))

/* The first that a user agent names is meant: Edge names Chrome, and all that
 * name Chrome name AppleWebKit. Trident stands in the comment. */
static const struct engine {
    struct view product;
    struct view name;
} engines[] = {
    {V("Edge"), V("edgehtml")},  {V("Chrome"), V("blink")},
    {V("Chromium"), V("blink")}, {V("HeadlessChrome"), V("blink")},
    {V("Presto"), V("presto")},  {V("AppleWebKit"), V("webkit")},
    {V("Gecko"), V("gecko")},
};
#define ENGINES (sizeof(engines) / sizeof(engines[0]))
#undef V

/* The sizes of the names that start with a letter, in either case: most
 * products are passed over by them. */
#define LETTER(c) ((c)&31)
#define SIZE(size) (UINT32_C(1) << (size))
static const uint32_t product_sizes[32] = {
    [LETTER('E')] = SIZE(3) | SIZE(4) | SIZE(6),
    [LETTER('O')] = SIZE(3),
    [LETTER('S')] = SIZE(14),
    [LETTER('F')] = SIZE(5) | SIZE(7),
    [LETTER('C')] = SIZE(5) | SIZE(6),
    [LETTER('H')] = SIZE(14),
    [LETTER('V')] = SIZE(7),
};
static const uint32_t engine_sizes[32] = {
    [LETTER('E')] = SIZE(4),  [LETTER('C')] = SIZE(6) | SIZE(8),
    [LETTER('H')] = SIZE(14), [LETTER('P')] = SIZE(6),
    [LETTER('A')] = SIZE(11), [LETTER('G')] = SIZE(5),
};

static bool may_be(const uint32_t sizes[32], struct view name)
{
    return name.size < 32 && sizes[LETTER(name.at[0])] >> name.size & 1;
}

/* Cuts the comment that *rest starts with; comments nest. *closed: it ends. */
static struct view cut_comment(struct view *rest, bool *closed)
{
    size_t depth = 1;
    size_t i = 1;
    struct view inside;

    for (;; i++) {
        i = view_find_either(*rest, i, '(', ')');
        if (i == rest->size) {
            break;
        }
        depth = rest->at[i] == '(' ? depth + 1 : depth - 1;
        if (depth == 0) {
            break;
        }
    }
    inside = view_of(rest->at + 1, i - 1);
    *closed = depth == 0;
    i += i < rest->size;
    *rest = view_of(rest->at + i, rest->size - i);
    return inside;
}

static size_t product_find(struct view name)
{
    if (name.size == 0 || !may_be(product_sizes, name)) {
        return PRODUCTS;
    }
    for (size_t i = 0; i < PRODUCTS; i++) {
        if (view_equal(name, products[i].name)) {
            return i;
        }
    }
    return PRODUCTS;
}

/* "156.0.1" -> 156 */
static bool major_of(struct view version, uint64_t *out)
{
    uint64_t major = 0;
    size_t i = 0;

    for (; i < version.size && version.at[i] != '.'; i++) {
        unsigned digit = (unsigned)(unsigned char)version.at[i] - '0';

        if (digit > 9 || i == 9) {
            return false;
        }
        major = major * 10 + digit;
    }
    if (i == 0) {
        return false;
    }
    *out = major;
    return true;
}

/* The first of the table that starts the text; `than` if none before it. */
static size_t platform_at(struct view text, size_t than)
{
    for (size_t i = 0; i < than; i++) {
        if (text.at[0] == platforms[i].token.at[0] &&
            view_starts(text, platforms[i].token)) {
            return i;
        }
    }
    return than;
}

/* The first bytes of the platforms' tokens. */
static const bool platform_starts[256] = {
    ['W'] = true, ['i'] = true, ['A'] = true, ['C'] = true,
    ['M'] = true, ['L'] = true, ['X'] = true};

static struct view platform_of(struct view comment)
{
    size_t best = PLATFORMS;

    if (comment.size > COMMENT_READ) {
        comment.size = COMMENT_READ;
    }
    for (size_t i = 0; i < comment.size && best > 0; i++) {
        if (platform_starts[(unsigned char)comment.at[i]] &&
            (comment.at[i] != 'i' ||
             view_starts(view_of(comment.at + i, comment.size - i),
                         VIEW("iP")))) {
            best = platform_at(view_of(comment.at + i, comment.size - i), best);
        }
    }
    return best < PLATFORMS ? platforms[best].name : VIEW_NONE;
}

/* The next product ("Chrome/156.0"); size 0: there is none. */
static struct view next_product(struct browser_reading *reading,
                                struct view *rest)
{
    size_t end;
    struct view product;

    while (rest->size > 0 && (rest->at[0] == ' ' || rest->at[0] == '(')) {
        if (rest->at[0] == '(') {
            struct view comment = cut_comment(rest, &reading->closed);

            if (!reading->comment.at) {
                reading->comment = comment;
                reading->browser.platform = platform_of(comment);
            }
        } else {
            *rest = view_of(rest->at + 1, rest->size - 1);
            reading->closed = false;
        }
    }
    end = view_find_either(*rest, 0, ' ', '(');
    product = view_of(rest->at, end);
    *rest = view_of(rest->at + end, rest->size - end);
    reading->closed &= end == 0;
    return product;
}

static bool says_mobile(struct view ua)
{
    const struct view word = VIEW("Mobile");
    size_t from = 0, at;

    while ((at = from + view_find(view_of(ua.at + from, ua.size - from), 'M')) <
           ua.size) {
        size_t end = at + word.size;

        if (view_starts(view_of(ua.at + at, ua.size - at), word) &&
            (at == 0 || !ascii_is_alnum(ua.at[at - 1])) &&
            (end == ua.size || !ascii_is_alnum(ua.at[end]))) {
            return true;
        }
        from = at + 1;
    }
    return false;
}

static bool is_apple(struct view platform)
{
    return view_equal(platform, VIEW("macos")) ||
           view_equal(platform, VIEW("ios"));
}

/* An engine that this product is, if none before it in the table was met. */
static size_t engine_find(struct view name, size_t than)
{
    if (!may_be(engine_sizes, name)) {
        return than;
    }
    for (size_t i = 0; i < than; i++) {
        if (name.size == engines[i].product.size &&
            name.at[0] == engines[i].product.at[0] &&
            view_equal(name, engines[i].product)) {
            return i;
        }
    }
    return than;
}

/* Where a token starts in a comment, by its first two bytes; or SIZE_MAX. */
static size_t find_token(struct view comment, struct view token)
{
    size_t i = 0;

    if (comment.size < token.size) {
        return SIZE_MAX;
    }
    for (; i + 17 <= comment.size; i += 16) {
        sixteen found =
            sixteen_is(sixteen_at(comment.at + i), (unsigned char)token.at[0]) &
            sixteen_is(sixteen_at(comment.at + i + 1),
                       (unsigned char)token.at[1]);

        if (sixteen_any(found)) {
            break;
        }
    }
    for (; i + token.size <= comment.size; i++) {
        if (comment.at[i] == token.at[0] &&
            !memcmp(comment.at + i, token.at, token.size)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* The version behind a token of the comment: "rv:" and "Trident/". */
static bool comment_version(struct view comment, struct view token,
                            uint64_t *out)
{
    size_t at = find_token(comment, token);
    struct view rest;

    if (at == SIZE_MAX) {
        return false;
    }
    rest =
        view_of(comment.at + at + token.size, comment.size - at - token.size);
    rest.size = view_find_either(rest, 0, ';', ')');
    return major_of(rest, out);
}

/* What the comment knows of the engine: all of Trident, Gecko's version. */
static void finish_engine(struct browser *browser, size_t engine,
                          struct view comment)
{
    if (comment.size > COMMENT_READ) {
        comment.size = COMMENT_READ;
    }
    if (engine < ENGINES) {
        browser->engine = engines[engine].name;
    }
    if (engine + 1 < ENGINES) {
        return;
    }
    if (comment_version(comment, VIEW("Trident/"), &browser->engine_major) ||
        find_token(comment, VIEW("MSIE ")) != SIZE_MAX) {
        browser->engine = VIEW("trident");
        browser->has_engine_major = browser->engine_major != 0;
    } else if (engine < ENGINES) {
        browser->has_engine_major =
            comment_version(comment, VIEW("rv:"), &browser->engine_major);
    }
}

/* Behind what is read of it already. */
static void read_products(struct browser_reading *r, struct view user_agent)
{
    struct view rest =
        view_of(user_agent.at + r->size, user_agent.size - r->size);

    r->browser.mobile |= says_mobile(rest);
    for (;;) {
        struct view version = next_product(r, &rest);
        struct view name = view_cut(&version, '/');
        size_t product = product_find(name), kind;

        if (name.size == 0) {
            break;
        }
        kind = engine_find(name, r->engine);
        if (kind < r->engine) {
            r->engine = kind;
            r->browser.has_engine_major =
                major_of(version, &r->browser.engine_major);
        }
        r->safari |= view_equal(name, VIEW("Safari"));
        if (product < r->product) {
            r->product = product;
            r->browser.has_major = major_of(version, &r->browser.major);
        }
    }
    r->size = user_agent.size - rest.size;
}

bool browser_begin(struct browser_reading *reading, struct view beginning)
{
    *reading = (struct browser_reading){.product = PRODUCTS, .engine = ENGINES};
    read_products(reading, beginning);
    return reading->closed && reading->size <= USER_AGENT_READ;
}

void browser_end(struct browser *browser, const struct browser_reading *reading,
                 struct view user_agent)
{
    struct browser_reading r = *reading;
    size_t best;

    if (user_agent.size > USER_AGENT_READ) {
        user_agent.size = USER_AGENT_READ;
    }
    read_products(&r, user_agent);
    best = r.product;
    *browser = r.browser;
    finish_engine(browser, r.engine, r.comment);
    if (best < PRODUCTS && products[best].ios) {
        browser->platform = VIEW("ios");
    }
    if (best == PRODUCTS || !view_starts(user_agent, VIEW("Mozilla/")) ||
        (best == PRODUCT_SAFARI &&
         (!r.safari || !is_apple(browser->platform)))) {
        browser->has_major = false;
        return;
    }
    browser->family = products[best].family;
}

void browser_read(struct browser *browser, struct view user_agent)
{
    const struct browser_reading nothing = {.product = PRODUCTS,
                                            .engine = ENGINES};

    browser_end(browser, &nothing, user_agent);
}
