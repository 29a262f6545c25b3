/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query fields read as widely as servers do.
 */
#include "pricing/query.h"

#include "tap.h"

static const struct {
    const char *query, *name, *value; /* NULL: present */
    enum fit wanted;
} tests[] = {
    {"a=1", "a", "1", FIT_YES},
    {"a=1", "a", NULL, FIT_YES},
    {"a=1", "a", "2", FIT_NO},
    {"a", "a", NULL, FIT_YES},
    {"a", "a", "1", FIT_NO},
    {"", "a", NULL, FIT_NO},
    {"b=1&a=1&c=2", "a", "1", FIT_YES},
    {"a=1&a=2", "a", "1", FIT_MAYBE},
    {"a=2&a=1", "a", "1", FIT_MAYBE},
    {"a=1&A=2", "a", "1", FIT_MAYBE},
    {"A=1", "a", "1", FIT_MAYBE},
    {"a=%31", "a", "1", FIT_MAYBE},
    {"%61=1", "a", "1", FIT_MAYBE},
    {"%2561=1", "a", "1", FIT_MAYBE},
    {"%252561=1", "a", "1", FIT_MAYBE},
    {"b=2;a=1", "a", "1", FIT_MAYBE},
    {"a=1;b=2", "a", "1", FIT_MAYBE},
    {"a[]=1", "a", "1", FIT_MAYBE},
    {"a%5B0%5D=1", "a", "1", FIT_MAYBE},
    {"a%00b=1", "a", "1", FIT_MAYBE},
    {"a=1%00b", "a", "1", FIT_MAYBE},
    {"a.b=1", "a_b", "1", FIT_MAYBE},
    {"a+b=1", "a_b", "1", FIT_MAYBE},
    {"+a=1", "a", "1", FIT_MAYBE},
    {"%20%20a=1", "a", "1", FIT_MAYBE},
    {"ab=1", "a", "1", FIT_NO},
    {"a=11", "a", "1", FIT_NO},
    {"xa=1", "a", "1", FIT_NO},
    {"a%zz=1", "a", "1", FIT_NO},
    {"a%", "a", NULL, FIT_NO},
    {"&&=&;;", "a", NULL, FIT_NO},
    {"%", "a", NULL, FIT_NO},
    {"%2", "a", NULL, FIT_NO},
    {"%25", "a", NULL, FIT_NO},
};

int main(void)
{
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        struct query_test test = {view_text(tests[i].name),
                                  view_text(tests[i].value)};
        is_number(query_fits(view_text(tests[i].query), &test), tests[i].wanted,
                  "?%s and %s=%s", tests[i].query, tests[i].name,
                  tests[i].value ? tests[i].value : "(any)");
    }
    struct query_test test = {VIEW("a"), VIEW_NONE};
    is_number(query_fits(VIEW_NONE, &test), FIT_NO, "no query at all");
    ok(query_mentions(VIEW("x=1&_METHOD=x"), VIEW("_method")), "mentioned");
    ok(!query_mentions(VIEW("x=_method"), VIEW("_method")), "not mentioned");
    ok(!query_mentions(VIEW_NONE, VIEW("_method")), "no query");
    return tap_end();
}
