/* SPDX-License-Identifier: Apache-2.0 */
/* Structured fields: what is one, what is none, and that what was read is
 * written in its one form. */
#include "base/structured_field.h"

#include "tap.h"

static void write_params(struct sf *sf, struct text *out)
{
    struct view key;
    struct sf_item item;

    while (sf_param(sf, &key, &item)) {
        text_add_char(out, ';');
        text_add(out, key);
        if (item.kind != SF_BOOLEAN || !item.number) {
            text_add_char(out, '=');
            sf_write(out, &item);
        }
    }
}

/* A dictionary read and written again; "!" when it is none. */
static const char *again(const char *field)
{
    static char room[512];
    struct text out = text_in(room, sizeof room - 1);
    struct sf_item item;
    struct view key;
    struct sf sf;

    sf_start(&sf, view_text(field));
    while (sf_member(&sf, &key)) {
        text_add(&out, out.size ? VIEW(", ") : VIEW(""));
        text_add(&out, key);
        if (sf_list(&sf)) {
            text_add(&out, VIEW("=("));
            for (bool first = true; sf_next(&sf, &item); first = false) {
                text_add(&out, first ? VIEW("") : VIEW(" "));
                sf_write(&out, &item);
                write_params(&sf, &out);
            }
            text_add_char(&out, ')');
        } else if (sf_item(&sf, &item) &&
                   (item.kind != SF_BOOLEAN || !item.number)) {
            text_add_char(&out, '=');
            sf_write(&out, &item);
        }
        write_params(&sf, &out);
    }
    room[out.size] = '\0';
    return sf.failed ? "!" : room;
}

static const char *const same[] = {
    "",
    "a",
    "a=1",
    "a=-7, b=12.5, c=?0",
    "a=\"x\\\\y\\\"z\"",
    "a=tok/en:1",
    "a=*x",
    "a=:aGVsbG8=:",
    "a=::",
    "a=@1659578233",
    "a=%\"f%c3%bc\"",
    "a=()",
    "a=(\"x\";k 1 :AQ==:);p=1;q",
    "sig1=(\"@authority\" \"signature-agent\";key=\"a\");created=1;tag=\"t\"",
    "*k-e_y.9=1",
};

static const char *const altered[][2] = {
    {"a=1,b=2", "a=1, b=2"},
    {"  a=1 \t,\t b", "a=1, b"},
    {"a=( 1   2 )", "a=(1 2)"},
    {"a=1;  x;y=?1", "a=1;x;y"},
    {"a=007", "a=7"},
    {"a=-0", "a=0"},
    {"a=?1", "a"},
    {"a=1.500", "a=1.5"},
    {"a=01.0", "a=1.0"},
    {"a=:aGVsbG8:", "a=:aGVsbG8=:"},
    {"a=999999999999999", "a=999999999999999"},
};

static const char *const wrong[] = {
    "A=1",
    "=1",
    "a=",
    "a=1,",
    "a=1, ",
    ",a",
    "a b",
    "a=1 b=2",
    "a;",
    "a;=1",
    "a; X",
    "a=(1",
    "a=(1,2)",
    "a=(1\"x\")",
    "a=((1))",
    "a=\"x",
    "a=\"\\n\"",
    "a=\"\x7f\"",
    "a=\"\xc3\xa9\"",
    "a=:a",
    "a=:*:",
    "a=?2",
    "a=?",
    "a=-",
    "a=1.",
    "a=1.2345",
    "a=1234567890123.1",
    "a=1234567890123456",
    "a=@1.5",
    "a=@",
    "a=%x",
    "a=%\"x",
    "a= 1",
    "a =1",
    "\ta=1",
    "a=1;b= 2",
    "a=(1)(2)",
    "a=:aGVsbG9=:",
};

int main(void)
{
    struct sf sf;
    struct sf_item item;

    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        is_text(again(same[i]), same[i], "'%s'", same[i]);
    }
    for (size_t i = 0; i < sizeof altered / sizeof *altered; i++) {
        is_text(again(altered[i][0]), altered[i][1], "'%s'", altered[i][0]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        is_text(again(wrong[i]), "!", "none: '%s'", wrong[i]);
    }
    sf_start(&sf, VIEW(" \"https://agent.example\" "));
    ok(sf_item(&sf, &item) && item.kind == SF_STRING && sf_done(&sf),
       "a field that is one item");
    sf_start(&sf, VIEW("\"a\" b"));
    ok(sf_item(&sf, &item) && !sf_done(&sf) && sf.failed,
       "one item, and no more");
    return tap_end();
}
