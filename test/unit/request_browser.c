/* SPDX-License-Identifier: Apache-2.0 */
/* Browsers by their user agents and client hints. */
#include "request/browser.h"

#include "tap.h"

#define MOZ "Mozilla/5.0 "
#define KIT " AppleWebKit/537.36 (KHTML, like Gecko) "
#define APPLE " AppleWebKit/605.1.15 (KHTML, like Gecko) "
#define MAC "(Macintosh; Intel Mac OS X 10_15_7)"
#define IPHONE "(iPhone; CPU iPhone OS 18_4 like Mac OS X)"
#define DROID "(Linux; Android 10; K)"

static const struct {
    const char *name, *ua, *family, *platform;
    int major; /* -1: none */
    bool mobile;
} rows[] = {
    {"chrome",
     MOZ "(Windows NT 10.0; Win64; x64)" KIT "Chrome/156.0.0.0 Safari/537.36",
     "chrome", "windows", 156, 0},
    {"chrome, android", MOZ DROID KIT "Chrome/156.0.0.0 Mobile Safari/537.36",
     "chrome", "android", 156, 1},
    {"chrome, chromeos",
     MOZ "(X11; CrOS x86_64 14541.0.0)" KIT "Chrome/156.0.0.0 Safari/537.36",
     "chrome", "chromeos", 156, 0},
    {"chrome, ios", MOZ IPHONE APPLE "CriOS/156.0.1 Mobile/15E148 Safari/604.1",
     "chrome", "ios", 156, 1},
    {"chrome, ios as desktop",
     MOZ MAC APPLE "CriOS/156 Version/18.4 Safari/605.1.15", "chrome", "ios",
     156, 0},
    {"headless",
     MOZ "(X11; Linux x86_64)" KIT "HeadlessChrome/156.0.0.0 Safari/537.36",
     "chrome", "linux", 156, 0},
    {"firefox",
     MOZ "(X11; Linux x86_64; rv:153.0) Gecko/20100101 "
         "Firefox/153.0",
     "firefox", "linux", 153, 0},
    {"firefox, android",
     MOZ "(Android 14; Mobile; rv:153.0) Gecko/153.0 "
         "Firefox/153.0",
     "firefox", "android", 153, 1},
    {"firefox, ios",
     MOZ IPHONE APPLE "FxiOS/153.0 Mobile/15E148 "
                      "Safari/605.1.15",
     "firefox", "ios", 153, 1},
    {"safari", MOZ MAC APPLE "Version/18.4 Safari/605.1.15", "safari", "macos",
     18, 0},
    {"safari, ios", MOZ IPHONE APPLE "Version/18.4 Mobile/15E148 Safari/604.1",
     "safari", "ios", 18, 1},
    {"edge",
     MOZ "(Windows NT 10.0; Win64; x64)" KIT
         "Chrome/156.0.0.0 Safari/537.36 Edg/155.0.0.0",
     "edge", "windows", 155, 0},
    {"edge, android",
     MOZ DROID KIT "Chrome/156.0.0.0 Mobile Safari/537.36 EdgA/155.0", "edge",
     "android", 155, 1},
    {"edge, ios",
     MOZ IPHONE APPLE "Version/18.0 EdgiOS/155.0 "
                      "Mobile/15E148 Safari/604.1",
     "edge", "ios", 155, 1},
    {"opera", MOZ MAC KIT "Chrome/156.0.0.0 Safari/537.36 OPR/120.0.0.0",
     "opera", "macos", 120, 0},
    {"opera, ios", MOZ IPHONE APPLE "Version/18.0 OPT/4.0 Safari/604.1",
     "opera", "ios", 4, 0},
    {"opera gx, ios", MOZ IPHONE APPLE "Version/18.0 OPX/2.1 Safari/604.1",
     "opera", "ios", 2, 0},
    {"edge, before Chromium",
     MOZ "(Windows NT 10.0)" KIT "Chrome/64.0 Safari/537.36 Edge/17.17134",
     "edge", "windows", 17, 0},
    {"samsung",
     MOZ DROID KIT "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
     "samsung", "android", 28, 1},
    {"android's old browser",
     MOZ "(Linux; U; Android 4.0; en)" APPLE "Version/4.0 Mobile Safari/534.30",
     NULL, "android", -1, 1},
    {"a web view without a name", MOZ IPHONE APPLE "Mobile/15E148", NULL, "ios",
     -1, 1},
    {"epiphany", MOZ "(X11; Linux x86_64)" APPLE "Version/18.0 Safari/605.1.15",
     NULL, "linux", -1, 0},
    {"no Mozilla", "Chrome/156.0", NULL, NULL, -1, 0},
    {"a crawler", MOZ "(compatible; Example/1.0; +http://example.com)", NULL,
     NULL, -1, 0},
    {"a version that is none", MOZ MAC KIT "Chrome/W.X.Y.Z", "chrome", "macos",
     -1, 0},
    {"a huge version", MOZ MAC KIT "Chrome/12345678901", "chrome", "macos", -1,
     0},
    {"a comment that does not end", MOZ "(X11; Linux Chrome/156", NULL, "linux",
     -1, 0},
    {"nested comments", MOZ "(a (b) Windows) Firefox/1.0", "firefox", "windows",
     1, 0},
    {"names within comments", MOZ "(X11) (Chrome/156.0) x", NULL, "linux", -1,
     0},
    {"part of a word", MOZ "(X11) NotChrome/156.0 Mobiles/1", NULL, "linux", -1,
     0},
    {"curl", "curl/8.14.1", NULL, NULL, -1, 0},
    {"nothing", "", NULL, NULL, -1, 0},
    {"spaces", "   ", NULL, NULL, -1, 0},
    {"a slash", "/", NULL, NULL, -1, 0},
};

static void user_agents(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct browser b;

        browser_read(&b, view_text(rows[i].ua));
        ok(view_equal(b.family, view_text(rows[i].family)) &&
               !b.family.at == !rows[i].family,
           "%s: family", rows[i].name);
        ok(view_equal(b.platform, view_text(rows[i].platform)), "%s: platform",
           rows[i].name);
        is_number(b.has_major ? (int)b.major : -1, rows[i].major, "%s: major",
                  rows[i].name);
        is_number(b.mobile, rows[i].mobile, "%s: mobile", rows[i].name);
    }
}

static void engines(void)
{
    static const struct {
        const char *ua, *engine;
        int major; /* -1: none */
    } found[] = {
        {MOZ MAC KIT "Chrome/156.0.0.0 Safari/537.36 OPR/120.0.0.0", "blink",
         156},
        {MOZ MAC KIT "HeadlessChrome/156.0.0.0 Safari/537.36", "blink", 156},
        {MOZ "(X11) AppleWebKit/537.36 Chromium/156.0", "blink", 156},
        {MOZ "(X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
         "gecko", 153},
        {MOZ "(Android 14; Mobile; rv:109.0) Gecko/115.0 Firefox/115.0",
         "gecko", 109},
        {MOZ "(X11) Gecko/20100101 Firefox/1.5", "gecko", -1},
        {MOZ MAC APPLE "Version/18.4 Safari/605.1.15", "webkit", 605},
        {MOZ IPHONE APPLE "CriOS/156.0 Mobile/15E148 Safari/604.1", "webkit",
         605},
        {MOZ "(Windows NT 10.0; Win64; x64)" KIT
             "Chrome/64.0 Safari/537.36 Edge/17.17134",
         "edgehtml", 17},
        {MOZ "(Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
         "trident", 7},
        {"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)", "trident", -1},
        {"Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18", "presto",
         2},
        {"Lynx/2.9.2 libwww-FM/2.14", NULL, -1},
        {"Mozilla/5.0 (MSIE 9.0", "trident", -1},
        {"", NULL, -1},
    };

    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        struct browser b;

        browser_read(&b, view_text(found[i].ua));
        ok(view_equal(b.engine, view_text(found[i].engine)) &&
               !b.engine.at == !found[i].engine,
           "engine of %s", found[i].ua);
        is_number(b.has_engine_major ? (int)b.engine_major : -1, found[i].major,
                  "its version");
    }
}

static bool same(const struct browser *a, const struct browser *b)
{
    return view_equal(a->family, b->family) &&
           view_equal(a->platform, b->platform) &&
           view_equal(a->engine, b->engine) && a->mobile == b->mobile &&
           a->has_major == b->has_major &&
           (!a->has_major || a->major == b->major) &&
           a->has_engine_major == b->has_engine_major &&
           (!a->has_engine_major || a->engine_major == b->engine_major);
}

/* Where it may be broken off, it is read in two as in one. */
static void in_two(struct view ua, unsigned *read, unsigned *refused)
{
    struct browser whole;

    browser_read(&whole, ua);
    for (size_t i = 1; i <= ua.size; i++) {
        struct view beginning = view_of(ua.at, i);
        struct browser_reading reading;
        struct browser b;

        if (ua.at[i - 1] != ')') {
            continue;
        }
        if (!browser_begin(&reading, beginning)) {
            ++*refused;
            continue;
        }
        browser_end(&b, &reading, ua);
        ++*read;
        ok(same(&b, &whole), "%.*s, read in two", VIEW_ARG(beginning));
    }
}

static void beginnings(void)
{
    static const char *const odd[] = {
        MOZ "(a (b) Chrome/156) Firefox/1.0",
        MOZ "(a (b) Chrome/156 Mobile",
        MOZ "(X11) x)Firefox/1.0 (Windows)Chrome/2",
        MOZ "(iPhone)Mobile",
        MOZ "(iPhone)Mobile (b) Firefox/1 (c)",
        MOZ "(Mobile) ) Firefox/1",
        "/5 (X11) Firefox/1.0",
        "(X11)",
        "(Mobi)le",
        "((X11)) (Macintosh) Version/2 Safari/3",
        MOZ "(X11))Firefox/2",
    };
    unsigned read = 0, refused = 0;
    char *longer = malloc(4001);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        in_two(view_text(rows[i].ua), &read, &refused);
    }
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        in_two(view_text(odd[i]), &read, &refused);
    }
    for (size_t i = 0; longer && i < 4000; i += 10) {
        memcpy(longer + i, i == 30 ? "Chrome/3) " : "x (a) b c ", 10);
    }
    in_two(view_of(longer, longer ? 4000 : 0), &read, &refused);
    free(longer);
    ok(read > 60 && refused > 300, "%u were read so, %u could not be", read,
       refused);
}

/* brands NULL: not a list */
static void hint(const char *text, const char *brands, int major)
{
    char room[512];
    struct text out = text_in(room, strlen(text));
    struct hints hints;
    bool read = hints_read(&hints, view_text(text), &out);

    is_number(read, brands != NULL, "is '%s' a list", text);
    if (read && brands) {
        is_view(text_view(&out), brands, "brands");
        is_number(hints.has_major ? (int)hints.major : -1, major, "major");
        ok(!out.cut, "it fits");
    }
}

static void hint_lists(void)
{
    hint("\"Chromium\";v=\"156\", \"Google Chrome\";v=\"155\", "
         "\"Not?A_Brand\";v=\"24\"",
         "Chromium,Google Chrome", 156);
    hint("\"Not;A=Brand\";v=\"8\", \"Chromium\";v=\"150.0.1\"", "Chromium",
         150);
    hint("\"Microsoft Edge\";v=\"101\"", "Microsoft Edge", -1);
    hint("\"a\\\"b\\\\\";v=\"1\"", "a\"b\\", -1);
    hint("\"Chromium\" ;v=1", NULL, 0);
    hint("\"Chromium\"; v=1;x;y=?0 , \"b\"", "Chromium,b", 1);
    hint("\"Not A Brand\"", "", -1);
    hint("", NULL, 0);
    hint("Chromium", NULL, 0);
    hint("\"Chromium", NULL, 0);
    hint("\"Chromium\\", NULL, 0);
    hint("\"Chromium\",", NULL, 0);
    hint("\"a\" \"b\"", NULL, 0);
    hint("\"a\";", NULL, 0);
    hint("\"Chromium\";v=\"1234567890\"", "Chromium", -1);
    hint("\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\","
         "\"11\",\"12\",\"13\",\"14\",\"15\",\"16\",\"17\"",
         NULL, 0);
}

static void unquoting(void)
{
    is_view(hints_unquote(VIEW("\"macOS\"")), "macOS", "a string");
    is_view(hints_unquote(VIEW(" \"\" ")), "", "an empty one");
    ok(!hints_unquote(VIEW("macOS")).at, "no quotes");
    ok(!hints_unquote(VIEW("\"macOS")).at, "one quote");
    ok(!hints_unquote(VIEW("\"a\"b")).at, "bytes behind");
    ok(!hints_unquote(VIEW("\"a\\\"b\"")).at, "an escape");
    ok(!hints_unquote(VIEW("")).at, "nothing");
}

int main(void)
{
    user_agents();
    engines();
    beginnings();
    hint_lists();
    unquoting();
    return tap_end();
}
