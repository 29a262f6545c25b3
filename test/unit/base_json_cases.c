/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is JSON and what is not, case by case after RFC 8259, and where the
 * RFC leaves it open the stricter reading. Each text ends flush at a guard
 * page.
 */
#include "base/json.h"

#include "guard.h"
#include "tap.h"

struct json_case {
    bool is_json;
    const char *text;
    size_t size;
};

/* clang-format off */
#define YES(literal) {true, literal, sizeof(literal) - 1}
#define NO(literal) {false, literal, sizeof(literal) - 1}

static const struct json_case cases[] = {
    /* the top value and what stands around it */
    YES("{}"), YES("[]"), YES("\"\""), YES("0"), YES("true"), YES("false"),
    YES("null"), YES(" \t\r\n[] \t\r\n"), YES("\"a\""), YES("-1"),
    NO(""), NO(" "), NO("\n"), NO("[] []"), NO("1 2"), NO("{}{}"), NO("[],"),
    NO("nulll"), NO("null null"), NO("[]a"), NO("[]\0"), NO("\0"), NO("[\0]"),
    NO("\xef\xbb\xbf[]"), NO("\xef\xbb\xbf"), NO("\xff\xfe[\0]\0"),
    NO("\0[\0]"), NO("[]\v"), NO("\f[]"), NO("[\v]"), NO("\xc2\xa0[]"),
    NO("[]\xe2\x80\xa8"), NO("[1]//x"), NO("/**/[]"), NO("[1/*x*/]"),
    NO("#\n[]"), NO("undefined"), NO("a"), NO("'a'"), NO("]"), NO("}"),
    NO(":"), NO(","), NO("*"), NO("<null>"), NO("\xe2\x82\xac"), NO("\xff"),
    /* the three words */
    YES("[true,false,null]"), NO("tru"), NO("[tru]"), NO("[nul]"), NO("[fals]"),
    NO("truE"), NO("True"), NO("NULL"), NO("[nUll]"), NO("falsey"), NO("t"),
    NO("n"), NO("f"), NO("[truefalse]"), NO("NaN"), NO("[Infinity]"),
    NO("[-Infinity]"), NO("[nan]"), NO("+true"),
    /* numbers */
    YES("[0]"), YES("[-0]"), YES("[1]"), YES("[10]"), YES("[1234567890]"),
    YES("[0.0]"), YES("[-0.0]"), YES("[0.1]"), YES("[1.0]"), YES("[1.25e2]"),
    YES("[1e5]"), YES("[1E5]"), YES("[1e+5]"), YES("[1e-5]"), YES("[0e0]"),
    YES("[0E+00]"), YES("[1e05]"), YES("[-1e-0005]"), YES("[1.50]"),
    YES("[1e9999]"), YES("[-1e-9999]"), YES("[0.00000000000000000000001]"),
    YES("[123456789012345678901234567890123456789012345678901234567890]"),
    YES("[-0e-0]"), YES("[ 4]"), YES("[4 ]"), YES("-0"), YES("1.5"),
    YES("[9007199254740993]"),
    NO("[01]"), NO("[00]"), NO("[-01]"), NO("[-00]"), NO("[0x1]"), NO("[0x]"),
    NO("[0b1]"), NO("[1_000]"), NO("[1 000]"), NO("[1,000.0.0]"), NO("[+1]"),
    NO("[++1]"), NO("[--1]"), NO("[-]"), NO("[- 1]"), NO("[-a]"), NO("[.5]"),
    NO("[-.5]"), NO("[5.]"), NO("[-5.]"), NO("[5.e1]"), NO("[0.]"),
    NO("[.]"), NO("[1.5.5]"), NO("[1e]"), NO("[1e+]"), NO("[1e-]"),
    NO("[1E]"), NO("[e1]"), NO("[1ee1]"), NO("[1e1e1]"), NO("[1e1.5]"),
    NO("[1e+-1]"), NO("[1e 1]"), NO("[1 e1]"), NO("[1.e]"), NO("[0.1e]"),
    NO("[1a]"), NO("[1-]"), NO("[1+2]"), NO("[1\xc2\xa0]"),
    NO("[\xef\xbc\x91]"), NO("[1f]"), NO("[1L]"), NO("[0e]"), NO("[0e+]"),
    NO("-"), NO("1."), NO("1e"), NO("1e+"), NO("01"), NO("0x10"), NO("1\0"),
    /* arrays */
    YES("[[]]"), YES("[[],[]]"), YES("[1,2]"), YES("[ 1 , 2 ]"),
    YES("[\"\"]"), YES("[1,null,\"a\",{},[]]"), YES("[\n]"), YES("[ ]"),
    NO("["), NO("[1"), NO("[1,"), NO("[,"), NO("[,]"), NO("[1,]"),
    NO("[,1]"), NO("[1,,2]"), NO("[1 2]"), NO("[1;2]"), NO("[1:2]"),
    NO("[\"a\":1]"), NO("[}"), NO("[1}"), NO("[[]"), NO("[]]"), NO("[{]}"),
    NO("[{}"), NO("[\"a\""), NO("[\"a\"1]"), NO("[\"\",]"), NO("[x]"),
    NO("[*]"), NO("[a"), NO("[[1]"), NO("[[["), NO("[\n1,\n"), NO("[1\f2]"),
    NO("[][]"), NO("[1]]"), NO("[true"), NO("[-"),
    /* objects */
    YES("{\"a\":1}"), YES("{ \"a\" : 1 , \"b\" : 2 }"), YES("{\"\":0}"),
    YES("{\"a\":{\"a\":{\"a\":1}}}"), YES("{\"a\":[],\"b\":{}}"),
    YES("{\"a\":{\"b\":1},\"b\":1}"), YES("[{\"a\":1},{\"a\":1}]"),
    YES("{\"a\\u0000b\":1}"), YES("{\"A\":1,\"a\":2}"), YES("{\n\"a\"\n:1}"),
    YES("{\"a\":1,\"ab\":1,\"abc\":1,\"\":1}"),
    NO("{"), NO("{\"a\"}"), NO("{\"a\":}"), NO("{\"a\":1"), NO("{\"a\":1,"),
    NO("{\"a\":1,}"), NO("{,}"), NO("{,\"a\":1}"), NO("{\"a\":1,,\"b\":1}"),
    NO("{\"a\" 1}"), NO("{\"a\",1}"), NO("{\"a\"::1}"), NO("{\"a\":1:2}"),
    NO("{\"a\":1 \"b\":2}"), NO("{\"a\":1;\"b\":2}"), NO("{a:1}"),
    NO("{'a':1}"), NO("{1:1}"), NO("{null:1}"), NO("{[]:1}"), NO("{{}:1}"),
    NO("{\"a\":1]"), NO("{]"), NO("}"), NO("{\"a\":1}}"), NO("{\"a"),
    NO("{\"a\""), NO("{\"a\":"), NO("{\"a\":1}#"), NO("{\"a\":1}/**/"),
    NO("{\"a\":a}"), NO("{\"a\":b\"c\"}"), NO("{\"a\"/**/:1}"), NO("{:1}"),
    NO("{\"a\":\"b\"\"c\"}"), NO("{...}"), NO("{ \"a\": 1, ..."),
    /* equal keys: bytes, escapes, empty, far apart, within a child */
    NO("{\"a\":1,\"a\":1}"), NO("{\"a\":1,\"b\":2,\"a\":3}"),
    NO("{\"a\":1,\"\\u0061\":2}"), NO("{\"\\u0061\":1,\"a\":2}"),
    NO("{\"\":1,\"\":2}"), NO("{\"\\n\":1,\"\\u000a\":2}"),
    NO("{\"\\u000A\":1,\"\\u000a\":2}"), NO("{\"/\":1,\"\\/\":2}"),
    NO("{\"\xc3\xa9\":1,\"\\u00e9\":2}"), NO("{\"a\\u0000\":1,\"a\\u0000\":2}"),
    NO("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}"),
    NO("{\"b\":{\"a\":1,\"c\":{},\"a\":2}}"), NO("{\"a\":{\"b\":1},\"a\":1}"),
    NO("[{\"x\":[{\"a\":1,\"a\":2}]}]"),
    YES("{\"a\":1,\"a\\u0000\":2}"), YES("{\"\xc3\xa9\":1,\"e\\u0301\":2}"),
    /* strings: what may stand in them */
    YES("\"abc def\""), YES("\"\x7f\""), YES("\"'\""), YES("\"/\""),
    YES("\"\\\"\""), YES("\"\\\\\""), YES("\"\\/\""),
    YES("\"\\b\\f\\n\\r\\t\""), YES("\"\\u0041\""), YES("\"\\u00e9\""),
    YES("\"\\uABCD\""), YES("\"\\uabcd\""), YES("\"\\u0000\""),
    YES("\"\\\\u0000\""), YES("\"\\\\n\""), YES("\"\\ud83d\\ude00\""),
    YES("\"\\uDBFF\\uDFFF\""), YES("\"\\uD800\\uDC00\""), YES("\"\\uFFFF\""),
    YES("\"\\uE000\\uD7FF\""), YES("\"\\u2028\\u2029\""),
    YES("\"a\\nb\\nc\""), YES("\"[1,2]{}\""), YES("\"//\""),
    NO("\""), NO("\"a"), NO("\"\\\""), NO("\"a\\"), NO("\"\\\\\\\""),
    NO("\"\n\""), NO("\"\t\""), NO("\"\r\""), NO("\"\0\""), NO("\"a\x1f\""),
    NO("\"\x01\""), NO("\"aaaaaaaa\x1f\""), NO("\"aaaaaaaaaaa\nbbbbbbbbbb\""),
    NO("\"\\a\""), NO("\"\\x41\""), NO("\"\\0\""), NO("\"\\'\""),
    NO("\"\\v\""), NO("\"\\ \""), NO("\"\\\n\""), NO("\"\\U0041\""),
    NO("\"\\\0\""), NO("\"\\N\""), NO("\"\\\xc3\xa9\""), NO("\"\\u\""),
    NO("\"\\u0\""), NO("\"\\u00\""), NO("\"\\u004\""), NO("\"\\u004"),
    NO("\"\\u004g\""), NO("\"\\u 041\""), NO("\"\\u+041\""),
    NO("\"\\u-041\""), NO("\"\\u0x41\""), NO("\"\\u{41}\""), NO("\"\\u"),
    NO("'a'"), NO("\"a\"b"), NO("\"a\" \"b\""), NO("[\"a\n\"]"),
    NO("[\"a\\\"]"), NO("[\"\\\\\\\"]"), NO("\"\\u00G0\""), NO("\"\\u0@00\""),
    NO("\"\\u00`0\""), NO("\"\\u00/0\""), NO("\"\\u00:0\""),
    /* surrogates alone or in the wrong order, escaped */
    NO("\"\\ud800\""), NO("\"\\udc00\""), NO("\"\\udfff\""), NO("\"\\udbff\""),
    NO("\"\\ud83d\\ud83d\""), NO("\"\\ude00\\ud83d\""), NO("\"\\ud83dx\""),
    NO("\"\\ud83d\\n\""), NO("\"\\ud83d\\u0041\""), NO("\"\\ud83d\\\""),
    NO("\"\\ud83d\\u\""), NO("\"\\ud83d\\ude0\""), NO("\"\\ud83d\\ude0"),
    NO("\"\\ud83d\\"), NO("\"\\ud83d\\u"), NO("\"\\ud83d"),
    NO("\"\\ud83d \\ude00\""), NO("\"\\ud83d\\\\ude00\""),
    NO("\"\\uD800\\uD800\\uDC00\""), NO("\"\\ud83d\\udbff\""),
    NO("\"\\udc00\\udc00\""), NO("\"\\udfff\\ude00\""),
    NO("{\"\\ud800\":1}"), NO("\"\\ud83d\\ue000\""), NO("\"\\ud83d/ude00\""),
    /* UTF-8 as it is */
    YES("\"\xc2\x80\""), YES("\"\xdf\xbf\""), YES("\"\xe0\xa0\x80\""),
    YES("\"\xed\x9f\xbf\""), YES("\"\xee\x80\x80\""), YES("\"\xef\xbf\xbf\""),
    YES("\"\xf0\x90\x80\x80\""), YES("\"\xf4\x8f\xbf\xbf\""),
    YES("\"\xe2\x80\xa8\""), YES("\"\xef\xbb\xbf\""),
    YES("\"aaaaaaaa\xc3\xa9" "aaaaaaaa\xe2\x82\xac\""),
    YES("{\"\xc3\xa9\":\"\xc3\xa9\\n\xc3\xa9\"}"),
    NO("\"\x80\""), NO("\"\xbf\""), NO("\"\xc0\x80\""), NO("\"\xc0\xaf\""),
    NO("\"\xc1\xbf\""), NO("\"\xc2\""), NO("\"\xc2\x7f\""), NO("\"\xc2\xc0\""),
    NO("\"\xc3\xa9\xa9\""), NO("\"\xe0\x80\x80\""), NO("\"\xe0\x9f\xbf\""),
    NO("\"\xe2\x82\""), NO("\"\xe2\""), NO("\"\xe2\x28\xa1\""),
    NO("\"\xe2\x82\x28\""), NO("\"\xed\xa0\x80\""), NO("\"\xed\xbf\xbf\""),
    NO("\"\xed\xa0\xbd\xed\xb8\x80\""), NO("\"\xf0\x80\x80\x80\""),
    NO("\"\xf0\x8f\xbf\xbf\""), NO("\"\xf0\x9f\x98\""), NO("\"\xf0\x9f\""),
    NO("\"\xf0\""), NO("\"\xf4\x90\x80\x80\""), NO("\"\xf5\x80\x80\x80\""),
    NO("\"\xf8\x88\x80\x80\x80\""), NO("\"\xfc\x84\x80\x80\x80\x80\""),
    NO("\"\xfe\""), NO("\"\xff\""), NO("\"aaaaaaaaaaaa\xff\""),
    NO("\"\xf0\x9f\x98"), NO("\"\xe2\x82"), NO("\"\xc3"), NO("{\"\xff\":1}"),
    NO("\"\\n\xff\""), NO("\"\\n\n\""), NO("\"\\n\xe2\x82\""), NO("\"\\n"),
    NO("[\xc3\xa9]"), NO("[\"a\",\n\"\xe9\"]"),
    /* what the public suites have besides (nst/JSONTestSuite, and where it
     * leaves the answer open, the stricter one) */
    NO("[1 true]"), NO("[a\xe5]"), NO("[\"\": 1]"), NO("[\"\"],"),
    NO("[\"x\",,]"), NO("[\"x\"]]"), NO("[\"x\""), NO("[x"), NO("[3[4]]"),
    NO("[\xff]"), NO("[   , \"\"]"), NO("[\"a\",\n4\n,1,"), NO("[1,,]"),
    NO("[\"\va\"\f]"), NO("[\"\""), NO("[fals"), NO("[nul"), NO("[tru"),
    NO("123\x00"), NO("[++1234]"), NO("[+Inf]"), NO("[-1.0.]"), NO("[-2.]"),
    NO("[-NaN]"), NO("[.-1]"), NO("[.2e-3]"), NO("[0.1.2]"), NO("[0.3e+]"),
    NO("[0.3e]"), NO("[0.e1]"), NO("[0E]"), NO("[0E+]"), NO("[1.0e+]"),
    NO("[1.0e-]"), NO("[1.0e]"), NO("[1eE2]"), NO("[2.e+3]"), NO("[2.e-3]"),
    NO("[2.e3]"), NO("[9.e+]"), NO("[Inf]"), NO("[0x42]"), NO("[0e+-1]"),
    NO("[-123.123foo]"), NO("[123\xe5]"), NO("[1e1\xe5]"), NO("[0\xe5]"),
    NO("[-foo]"), NO("[-012]"), NO("[-.123]"), NO("[-1x]"), NO("[1ea]"),
    NO("[1e\xe5]"), NO("[1.]"), NO("[.123]"), NO("[1.2a-3]"),
    NO("[1.8011670033376514H-308]"), NO("[012]"), NO("[-00.0]"), NO("[-00e0]"),
    NO("[00.0]"), NO("[00e0]"), NO("[\"x\", truth]"), NO("{[: \"x\"}"),
    NO("{\"x\", null}"), NO("{\"x\"::\"b\"}"),
    NO("{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}"), NO("{\"a\":\"a\" 123}"),
    NO("{key: 'value'}"), NO("{\"\xb9\":\"0\",}"), NO("{\"a\" b}"),
    NO("{:\"b\"}"), NO("{\"a\" \"b\"}"), NO("{9999E9999:1}"),
    NO("{null:null,null:null}"), NO("{\"id\":0,,,,,}"), NO("{'a':0}"),
    NO("{\"id\":0,}"), NO("{\"a\":\"b\"}/**/"), NO("{\"a\":\"b\"}/**//"),
    NO("{\"a\":\"b\"}//"), NO("{\"a\":\"b\"}/"),
    NO("{\"a\":\"b\",,\"c\":\"d\"}"), NO("{a: \"b\"}"), NO("{\"a\":\"a"),
    NO("{ \"foo\" : \"bar\", \"a\" }"), NO("{\"a\":\"b\"}#"),
    NO("[\"\\uD800\\\"]"), NO("[\"\\uD800\\u\"]"), NO("[\"\\uD800\\u1\"]"),
    NO("[\"\\uD800\\u1x\"]"), NO("[\"\\\x00\"]"), NO("[\"\\x00\"]"),
    NO("[\"\\\t\"]"), NO("[\"\\\xf0\x9f\x8c\x80\"]"), NO("[\"\\\"]"),
    NO("[\"\\u00A\"]"), NO("[\"\\uD834\\uDd\"]"), NO("[\"\\uD800\\uD800\\x\"]"),
    NO("[\"\\u\xe5\"]"), NO("[\"\\a\"]"), NO("[\"\\uqqqq\"]"),
    NO("[\"\\\xe5\"]"), NO("[\\u0020\"asd\"]"), NO("[\\n]"),
    NO("['single quote']"), NO("abc"), NO("[\"\\"), NO("[\"a\x00" "a\"]"),
    NO("[\"new\nline\"]"), NO("[\"\t\"]"), NO("\"\\UA66D\""), NO("\"\"x"),
    NO("[\"\\101\"]"), NO("[\xe2\x81\xa0]"), NO("<.>"), NO("[<null>]"),
    NO("[1]x"), NO("[\"asd]"), NO("a\xc3\xa5"), NO("[True]"), NO("1]"),
    NO("{\"x\": true,"), NO("\xef\xbb{}"), NO("\xe5"), NO("2@"), NO("{}}"),
    NO("{\"\":"), NO("{\"a\":/*comment*/\"b\"}"), NO("{\"a\": true} \"x\""),
    NO("['"), NO("[{"), NO("[\"a"), NO("{,"), NO("{["), NO("{'a'"),
    NO("[\"\\{[\"\\{[\"\\{[\"\\{"), NO("\xe9"), NO("{\"a\":\"b\"}#{}"),
    NO("[\\u000A\"\"]"), NO("[ false, nul"), NO("[ true, fals"),
    NO("[ false, tru"), NO("{\"asd\":\"asd\""), NO("\xc3\xa5"), NO("[\f]"),
    NO("{\"a\":[{\"\":[{\"\":"), NO("[\"\\uDADA\"]"),
    NO("[\"\\uD888\\u1234\"]"), NO("[\"\\uD800\\n\"]"), NO("[\"\\uDd1ea\"]"),
    NO("[\"\\uD800\\uD800\\n\"]"), NO("[\"\\ud800\"]"), NO("[\"\\ud800abc\"]"),
    NO("[\"\xff\"]"), NO("[\"\\uDd1e\\uD834\"]"), NO("[\"\xe9\"]"),
    NO("[\"\\uDFAA\"]"), NO("[\"\xe6\x97\xa5\xd1\x88\xfa\"]"),
    NO("[\"\xed\xa0\x80\"]"), NO("[\"\xf4\xbf\xbf\xbf\"]"),
    NO("[\"\xc0\xaf\"]"), NO("[\"\xfc\x83\xbf\xbf\xbf\xbf\"]"),
    NO("[\"\xfc\x80\x80\x80\x80\x80\"]"), NO("[\"\xe0\xff\"]"),
    NO("[\"\x81\"]"), NO("[\x00\"\x00\xe9\x00\"\x00]\x00"),
    NO("\xff\xfe[\x00\"\x00\xe9\x00\"\x00]\x00"),
    NO("{\"a\":\"b\",\"a\":\"c\"}"), NO("{\"a\":\"b\",\"a\":\"b\"}"),
    YES("[[]   ]"), YES("[\"a\"]"), YES("[false]"), YES("[null, 1, \"1\", {}]"),
    YES("[null]"), YES("[1\n]"), YES(" [1]"), YES("[1,null,null,null,2]"),
    YES("[123e65]"), YES("[0e+1]"), YES("[0e1]"),
    YES("[-0.000000000000000000000000000000000000000000000000000000000000"
        "000000000000000001]"),
    YES("[20e1]"), YES("[-123]"), YES("[-1]"), YES("[1E22]"), YES("[1E-2]"),
    YES("[1E+2]"), YES("[123e45]"), YES("[123.456e78]"), YES("[1e-2]"),
    YES("[1e+2]"), YES("[123.456789]"),
    YES("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"), YES("{\"asd\":\"sdf\"}"),
    YES("{\"foo\\u0000bar\": 42}"),
    YES("{ \"min\": -1.0e+28, \"max\": 1.0e+28 }"),
    YES("{\"x\":[{\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}],"
        " \"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}"),
    YES("{\"a\":[]}"),
    YES("{\"title\":\"\\u041f\\u043e\\u043b\\u0442\\u043e\\u0440\\u0430\" }"),
    YES("{\n\"a\": \"b\"\n}"), YES("[\"\\u0060\\u012a\\u12AB\"]"),
    YES("[\"\\uD801\\udc37\"]"), YES("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
    YES("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"), YES("[\"\\\\u0000\"]"),
    YES("[\"\\\"\"]"), YES("[\"a/*b*/c/*d//e\"]"), YES("[\"\\\\a\"]"),
    YES("[\"\\\\n\"]"), YES("[\"\\u0012\"]"), YES("[\"\\uFFFF\"]"),
    YES("[\"asd\"]"), YES("[ \"asd\"]"), YES("[\"\\uDBFF\\uDFFF\"]"),
    YES("[\"new\\u00A0line\"]"), YES("[\"\xf4\x8f\xbf\xbf\"]"),
    YES("[\"\xef\xbf\xbf\"]"), YES("[\"\\u0000\"]"), YES("[\"\\u002c\"]"),
    YES("[\"\xcf\x80\"]"), YES("[\"\xf0\x9b\xbf\xbf\"]"), YES("[\"asd \"]"),
    YES("\" \""), YES("[\"\\uD834\\uDd1e\"]"), YES("[\"\\u0821\"]"),
    YES("[\"\\u0123\"]"), YES("[\"\xe2\x80\xa8\"]"), YES("[\"\xe2\x80\xa9\"]"),
    YES("[\"\\u0061\\u30af\\u30EA\\u30b9\"]"), YES("[\"new\\u000Aline\"]"),
    YES("[\"\x7f\"]"), YES("[\"\\uA66D\"]"), YES("[\"\\u005C\"]"),
    YES("[\"\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82\"]"), YES("[\"\\u200B\"]"),
    YES("[\"\\u2064\"]"), YES("[\"\\uFDD0\"]"), YES("[\"\\uFFFE\"]"),
    YES("[\"\\uDBFF\\uDFFE\"]"), YES("[\"\\u0022\"]"),
    YES("[\"\xe2\x82\xac\xf0\x9d\x84\x9e\"]"), YES("[\"a\x7f" "a\"]"),
    YES("42"), YES("-0.1"), YES("\"asd\""), YES("[true]"),
    YES("[123123e100000]"), YES("[-1e+9999]"),
    YES("[0.4e00669999999999999999999999999999999999999999999999999999999"
        "9999999999999999999999999999999999999999999999999999999999999999"
        "9999999999999999999999999999999999999999999999999999999999999999"
        "9999999999999999999999999999999999999999999999999999999999999999"
        "9999999999999999999999999999999999999999999999999999999699999990"
        "06]"),
    YES("[-123123123123123123123123123123]"), YES("[100000000000000000000]"),
    YES("[-237462374673276894279832749832423479823246327846]"),
};
/* clang-format on */

static bool is_json(struct view text, size_t scratch_room)
{
    static char scratch[4096];
    struct json json;
    enum json_kind kind;

    json_start(&json, text, JSON_DEPTH_MAX, scratch, scratch_room);
    do {
        kind = json_next(&json);
    } while (kind != JSON_DONE && kind != JSON_ERROR);
    if (kind == JSON_ERROR) {
        return !json.error || json.at > text.size;
    }
    return true;
}

/* A text for a test's name. */
static const char *shown(const struct json_case *c)
{
    static char room[400];
    size_t used = 0;

    for (size_t i = 0; i < c->size; i++) {
        unsigned char byte = (unsigned char)c->text[i];
        bool plain = byte > 0x20 && byte < 0x7f && byte != '#' && byte != '\\';
        int n = snprintf(room + used, sizeof(room) - used,
                         plain ? "%c" : "<%02x>", byte);

        used += (size_t)n;
    }
    room[used] = '\0';
    return room;
}

/* A byte of white space more wherever it may stand changes nothing; here
 * before and after. */
static bool same_in_space(struct guard *g, const struct json_case *c)
{
    char room[400];

    room[0] = ' ';
    memcpy(room + 1, c->text, c->size);
    room[c->size + 1] = '\n';
    return is_json(guard_view(g, view_of(room, c->size + 2)), c->size) ==
           c->is_json;
}

/* As a value in an array or object a text is JSON if it is so alone. */
static bool same_inside(struct guard *g, const struct json_case *c)
{
    static const char *const around[][2] = {{"[", "]"}, {"{\"k\":", "}"}};
    char room[400];
    bool same = true;

    for (size_t i = 0; i < 2 && c->is_json; i++) {
        int n = snprintf(room, sizeof(room), "%s%.*s%s", around[i][0],
                         (int)c->size, c->text, around[i][1]);

        same &= is_json(guard_view(g, view_of(room, (size_t)n)), c->size);
    }
    return same;
}

/* No proper beginning of an array, object or string is JSON. */
static bool begins_badly(struct guard *g, const struct json_case *c)
{
    bool bad = false;

    if (c->size == 0 || !strchr("[{\"", c->text[0])) {
        return true;
    }
    for (size_t n = 0; n < c->size && c->is_json; n++) {
        struct view text = guard_view(g, view_of(c->text, n));

        bad |= is_json(text, n);
    }
    return !bad;
}

int main(void)
{
    struct guard g = guard_new(4096);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct json_case *c = &cases[i];
        struct view text = guard_view(&g, view_of(c->text, c->size));

        ok(is_json(text, c->size) == c->is_json && same_in_space(&g, c) &&
               same_inside(&g, c) && begins_badly(&g, c),
           "%s: %s", c->is_json ? "JSON" : "not JSON", shown(c));
    }
    guard_free(&g);
    return tap_end();
}
