/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON writer: what it writes is JSON, safe in a terminal and a page. */
#include "base/json.h"

#include "base/utf8.h"
#include "tap.h"

static void shape(void)
{
    char room[256];
    struct text t = text_in(room, sizeof(room));
    struct json_writer w = {&t, false};

    json_open_object(&w);
    json_member(&w, "a", VIEW("x"));
    json_member(&w, "none", VIEW_NONE);
    json_key(&w, "list");
    json_open_array(&w);
    json_number(&w, INT64_MIN);
    json_u64(&w, UINT64_MAX);
    json_bool(&w, true);
    json_bool(&w, false);
    json_null(&w);
    json_open_object(&w);
    json_close_object(&w);
    json_open_array(&w);
    json_close_array(&w);
    json_raw_text(&w, VIEW("[1]"));
    json_close_array(&w);
    json_key_view(&w, VIEW("\""));
    json_string(&w, VIEW(""));
    json_close_object(&w);
    is_view(text_view(&t),
            "{\"a\":\"x\",\"none\":null,\"list\":[-9223372036854775808,"
            "18446744073709551615,true,false,null,{},[],[1]],\"\\\"\":\"\"}",
            "commas and colons");
}

static void is_string(struct view v, const char *wanted, const char *name)
{
    char room[256];
    struct text t = text_in(room, sizeof(room));
    struct json_writer w = {&t, false};

    json_string(&w, v);
    is_view(text_view(&t), wanted, "%s", name);
}

static void strings(void)
{
    is_string(VIEW("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"", "quote and backslash");
    is_string(VIEW("\b\t\n\v\f\r\0\x1f"),
              "\"\\b\\t\\n\\u000b\\f\\r\\u0000\\u001f\"", "controls");
    is_string(VIEW("\x1b[31m"), "\"\\u001b[31m\"", "a terminal's escape");
    is_string(VIEW("\x7f\xc2\x9b"
                   "31m"),
              "\"\\u007f\\u009b31m\"", "DEL and C1");
    is_string(VIEW("</script>"), "\"\\u003c/script>\"", "a script's end");
    is_string(VIEW("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae"),
              "\"\\u2028\\u2029\\u202e\"", "separators and turned text");
    is_string(VIEW("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
              "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "UTF-8 stays");
    is_string(VIEW("a\xff\xc3"
                   "b\xed\xa0\x80\xe2\x82"),
              "\"a\xef\xbf\xbd\xef\xbf\xbd"
              "b\xef\xbf\xbd\xef\xbf\xbd"
              "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
              "each wrong byte is U+FFFD");
}

static void cut(void)
{
    char room[64];
    unsigned bad = 0;

    for (size_t size = 0; size < 20; size++) {
        struct text t = text_in(room, size);
        struct json_writer w = {&t, false};

        memset(room, '~', sizeof(room));
        json_open_array(&w);
        json_string(&w, VIEW("\x01 abc \xff"));
        json_close_array(&w);
        bad += t.cut != (size < 18) || t.size > size || room[size] != '~';
    }
    is_number(bad, 0, "what does not fit is cut, within the room");
}

/* Whatever bytes are written, they are read back as the same text, or as
 * U+FFFD where they were no text. */
static void read_back(void)
{
    unsigned bad = 0;

    for (uint32_t i = 0; i < 1u << 16; i++) {
        char bytes[2] = {(char)(i >> 8), (char)(i & 0xff)};
        char room[64], scratch[64];
        struct text t = text_in(room, sizeof(room));
        struct json_writer w = {&t, false};
        struct json json;

        json_string(&w, view_of(bytes, 2));
        json_start(&json, text_view(&t), 1, scratch, sizeof(scratch));
        bad += json_next(&json) != JSON_STRING;
        if (utf8_check(view_of(bytes, 2)) == 2) {
            bad += !view_equal(json.text, view_of(bytes, 2));
        }
        bad += json_next(&json) != JSON_DONE;
    }
    is_number(bad, 0, "every two bytes are read back");
}

int main(void)
{
    shape();
    strings();
    cut();
    read_back();
    return tap_end();
}
