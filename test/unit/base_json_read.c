/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader's events, texts, limits, and places of errors. */
#include "base/json.h"

#include "guard.h"
#include "tap.h"

static struct guard g;
static char scratch[8192];

/* All events of a text on one line. */
static const char *events(struct view text, unsigned depth, size_t room)
{
    static const char *const names[] = {"error", "{",    "[",   "end",
                                        "key",   "str",  "num", "true",
                                        "false", "null", "done"};
    static char out[8192];
    struct text t = text_in(out, sizeof(out) - 1);
    struct json json;
    enum json_kind kind;

    json_start(&json, guard_view(&g, text), depth, scratch, room);
    do {
        kind = json_next(&json);
        text_add(&t, view_text(names[kind]));
        if (json.text.at) {
            text_add_char(&t, '=');
            text_add(&t, json.text);
        }
        if (kind == JSON_ERROR) {
            text_addf(&t, " at %zu: %s", json.at, json.error);
        }
        text_add_char(&t, ' ');
    } while (kind != JSON_DONE && kind != JSON_ERROR);
    out[t.size] = '\0';
    return out;
}

#define is_events(literal, wanted, name)                                       \
    is_text(events(VIEW(literal), 8, 64), wanted, name)

static void orders(void)
{
    is_events("{}", "{ end done ", "an empty object");
    is_events("[ ]", "[ end done ", "an empty array");
    is_events("{\"a\":[1,true],\"b\":\"x\"}",
              "{ key=a [ num=1 true end key=b str=x end done ", "a mixture");
    is_events("[false,null,{\"\":-0.5e+7}]",
              "[ false null { key= num=-0.5e+7 end end done ", "numbers stay");
    is_events(" \"\" ", "str= done ", "an empty string is not no string");
    is_events("[[],[[]]]", "[ [ end [ [ end end end done ", "arrays");
}

static void texts(void)
{
    is_events("\"a\\n\\\"\\\\\\/\\b\\f\\r\\tz\"", "str=a\n\"\\/\b\f\r\tz done ",
              "short escapes");
    is_events("\"\\u0041\\u00e9\\u20aC\\uD83D\\uDE00!\"",
              "str=A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80! done ",
              "escapes to UTF-8");
    is_events("{\"k\\u0031\":\"v\\u0031\",\"k2\":\"\\u0033\"}",
              "{ key=k1 str=v1 key=k2 str=3 end done ",
              "texts do not overwrite each other");
    is_events("\"plain \xc3\xa9 then \\t\xe2\x82\xac\"",
              "str=plain \xc3\xa9 then \t\xe2\x82\xac done ",
              "UTF-8 and escapes mixed");
}

static void places(void)
{
    is_events("[1,]", "[ num=1 error at 3: a value was expected ",
              "a value is missing");
    is_events("{\"a\":1,\"\\u0061\":2}",
              "{ key=a num=1 error at 7: a key comes twice in one object ",
              "the second key's place");
    is_events("[\"ab\x01\"]", "[ error at 4: a control character in a string ",
              "a control");
    is_events("[\"ab\\q\"]", "[ error at 4: a wrong escape in a string ",
              "an escape");
    is_events("[\"a\xff\"]", "[ error at 3: a string is not well-formed UTF-8 ",
              "UTF-8");
    is_events("\"abc", "error at 4: a string is not closed ", "a quote");
    is_events("[1 2]", "[ num=1 error at 3: a comma or ] was expected ",
              "a comma or bracket");
    is_events("{\"a\":1 2}",
              "{ key=a num=1 error at 7: a comma or } was expected ",
              "a comma or brace");
    is_events("{\"a\" 1}", "{ error at 5: a colon was expected after a key ",
              "a colon");
    is_events("{a}", "{ error at 1: a key was expected ", "a key");
    is_events("1 x", "num=1 error at 2: more text after the value ", "more");
    is_events("", "error at 0: the text ends before its value ", "nothing");
    is_events("[1", "[ num=1 error at 2: the text ends in an open container ",
              "an open array");
    is_events("-", "error at 1: a number without digits ", "a sign");
    is_events("1.", "error at 2: no digit after a number's point ", "a point");
    is_events("1e+", "error at 3: no digit in a number's exponent ",
              "an exponent");
}

static void depths(void)
{
    char text[2 * 40];
    unsigned bad = 0;

    for (unsigned limit = 0; limit <= 40; limit++) {
        unsigned real = limit < JSON_DEPTH_MAX ? limit : JSON_DEPTH_MAX;

        for (size_t n = 1; n <= 40; n++) {
            const char *got;

            memset(text, '[', n);
            memset(text + n, ']', n);
            got = events(view_of(text, 2 * n), limit, 0);
            bad += (strstr(got, "done") != NULL) != (n <= real);
            bad += (strstr(got, "nested too deeply") != NULL) != (n > real);
        }
    }
    is_number(bad, 0, "so many levels as the limit says, at most 32");
    is_text(events(VIEW("7"), 0, 0), "num=7 done ", "a number needs no depth");
}

/* {"k0":0,"k1":0,...} with n keys, `levels` of them in each other. */
static size_t keyed(char *to, size_t room, unsigned n, unsigned levels)
{
    struct text t = text_in(to, room);

    for (unsigned level = 0; level < levels; level++) {
        text_add_char(&t, '{');
        for (unsigned i = 0; i < n; i++) {
            text_addf(&t, "%s\"k%u\":", i ? "," : "", i);
            if (i + 1 < n || level + 1 == levels) {
                text_add_char(&t, '0');
            }
        }
    }
    for (unsigned level = 0; level < levels; level++) {
        text_add_char(&t, '}');
    }
    return t.size;
}

static bool is_done(const char *text, size_t size)
{
    struct json json;
    enum json_kind kind;

    json_start(&json, guard_view(&g, view_of(text, size)), 32, NULL, 0);
    do {
        kind = json_next(&json);
    } while (kind != JSON_DONE && kind != JSON_ERROR);
    return kind == JSON_DONE;
}

static void key_limits(void)
{
    static char text[8192];
    size_t at = 1;

    ok(is_done(text, keyed(text, sizeof(text), 64, 1)), "64 keys");
    ok(!is_done(text, keyed(text, sizeof(text), 65, 1)), "65 keys");
    ok(is_done(text, keyed(text, sizeof(text), 64, 4)), "256 keys are open");
    ok(!is_done(text, keyed(text, sizeof(text), 52, 5)), "260 keys are open");
    ok(is_done(text, keyed(text, sizeof(text), 8, 32)), "8 keys, 32 levels");
    text[0] = '[';
    for (size_t i = 0; i < 10; i++) {
        at += keyed(text + at, 700, 60, 1);
        text[at++] = i < 9 ? ',' : ']';
    }
    ok(is_done(text, at), "keys of closed objects do not count");
}

static void scratch_room(void)
{
    is_text(events(VIEW("[\"abc\\n\"]"), 8, 4), "[ str=abc\n end done ",
            "room for just the text");
    is_text(events(VIEW("[\"abc\\n\"]"), 8, 3),
            "[ error at 7: no room to unescape a string ", "one byte less");
    is_text(events(VIEW("\"\\n\""), 8, 0),
            "error at 1: no room to unescape a string ", "no room at all");
    is_text(events(VIEW("\"abcdefghij\""), 8, 0), "str=abcdefghij done ",
            "no escape, no room needed");
}

static void texts_stay(void)
{
    struct view text = VIEW("[\"a\\n\",\"bc\\n\",\"d\\n\"]");
    struct view kept[3];
    struct json json;

    json_start(&json, guard_view(&g, text), 8, scratch, 16);
    json_next(&json);
    for (size_t i = 0; i < 3; i++) {
        json_next(&json);
        kept[i] = json.text;
    }
    ok(view_equal(kept[0], VIEW("a\n")) && view_equal(kept[1], VIEW("bc\n")) &&
           view_equal(kept[2], VIEW("d\n")),
       "unescaped texts live as long as the scratch room");
    is_number(json.scratch_used, 7, "and take just their size");
}

static void skips(void)
{
    struct json json;
    struct view text = VIEW("{\"a\":{\"b\":[1,{}],\"c\":2},\"d\":3}");

    json_start(&json, guard_view(&g, text), 8, scratch, sizeof(scratch));
    json_next(&json);
    json_next(&json);
    json_next(&json);
    ok(json_skip(&json) && json_next(&json) == JSON_KEY, "past an object");
    is_view(json.text, "d", "to the next key");
    ok(json_skip(&json) && json_next(&json) == JSON_END, "a key's value");
    ok(json_skip(&json) && json_next(&json) == JSON_DONE, "end is no value");
    ok(json_next(&json) == JSON_DONE, "done stays done");

    text = VIEW("[[1,[2,\"\\x\"]],3]");
    json_start(&json, guard_view(&g, text), 8, scratch, sizeof(scratch));
    json_next(&json);
    json_next(&json);
    ok(!json_skip(&json) && json.kind == JSON_ERROR, "an error on the way");
    ok(json_next(&json) == JSON_ERROR && !json_skip(&json), "stays an error");
}

static void raws(void)
{
    struct json json;
    struct view text = VIEW("{\"a\": {\"b\" : [ \"}\" ] } ,\"c\" : \"\\n\", "
                            "\"d\":-1e5 , \"e\":[1}");

    json_start(&json, guard_view(&g, text), 8, scratch, sizeof(scratch));
    json_next(&json);
    json_next(&json);
    json_next(&json);
    is_view(json_raw(&json), "{\"b\" : [ \"}\" ] }", "an object as written");
    json_next(&json);
    is_view(json_raw(&json), "\"\\n\"", "a key's string as written");
    json_next(&json);
    json_next(&json);
    is_view(json_raw(&json), "-1e5", "a number as written");
    is_number(json_next(&json), JSON_KEY, "and on");
    ok(!json_raw(&json).at && json.kind == JSON_ERROR, "nothing on error");
}

/* Strings of every length around a word, the odd byte at every place. */
static void words(void)
{
    static const char odd[] = {'"', '\\', 0x1f, 0x20, 0x7f,       '!',
                               '#', '[',  ']',  0x00, (char)0x80, (char)0xff};
    unsigned bad = 0;

    for (size_t n = 1; n <= 40; n++) {
        for (size_t at = 0; at < n; at++) {
            for (size_t i = 0; i < sizeof(odd); i++) {
                char text[48];
                bool fine = (unsigned char)odd[i] >= 0x20 &&
                            (unsigned char)odd[i] < 0x80 && odd[i] != '"' &&
                            odd[i] != '\\';
                bool escapes = odd[i] == '\\' && at + 1 < n;
                const char *got;

                memset(text, 'n', sizeof(text));
                text[0] = '"';
                text[1 + at] = odd[i];
                text[1 + n] = '"';
                got = events(view_of(text, n + 2), 8, 64);
                bad += (strstr(got, "done") != NULL) != (fine || escapes);
            }
        }
    }
    is_number(bad, 0, "an odd byte at each place of strings to 40 bytes");
}

int main(void)
{
    g = guard_new(8192);
    orders();
    texts();
    places();
    depths();
    key_limits();
    scratch_room();
    texts_stay();
    skips();
    raws();
    words();
    guard_free(&g);
    return tap_end();
}
