/* SPDX-License-Identifier: Apache-2.0 */
/* Views: comparing, searching, cutting, and numbers. */
#include "base/view.h"

#include <stdint.h>

#include "guard.h"
#include "tap.h"

static void compare(void)
{
    ok(view_equal(VIEW("ab"), VIEW("ab")), "equal");
    ok(!view_equal(VIEW("ab"), VIEW("aB")), "case counts");
    ok(view_equal(VIEW_NONE, VIEW("")), "no bytes are no bytes");
    ok(view_equal_fold(VIEW("Sec-CH-UA"), VIEW("sec-ch-ua")), "folded");
    ok(!view_equal_fold(VIEW("["), VIEW("{")), "only letters fold");
    ok(!view_equal_fold(VIEW("\xc3\x84"), VIEW("\xc3\xa4")),
       "only ASCII folds");
    ok(view_compare(VIEW("a"), VIEW("b")) < 0, "a before b");
    ok(view_compare(VIEW("a"), VIEW("ab")) < 0, "a before ab");
    ok(view_compare(VIEW("\xff"), VIEW("a")) > 0, "bytes are unsigned");
    is_number(view_compare(VIEW("a"), VIEW("a")), 0, "a and a");
    is_number(view_compare(VIEW_NONE, VIEW("")), 0, "none and empty");
}

static void ends(void)
{
    ok(view_starts(VIEW("0xab"), VIEW("0x")), "starts");
    ok(!view_starts(VIEW("0"), VIEW("0x")), "shorter than its start");
    ok(view_starts(VIEW_NONE, VIEW("")), "everything starts with nothing");
    ok(view_starts_fold(VIEW("BEARER x"), VIEW("Bearer ")), "starts folded");
    ok(!view_starts_fold(VIEW("Bear"), VIEW("Bearer")), "shorter, folded");
    ok(view_ends(VIEW("a.yaml"), VIEW(".yaml")), "ends");
    ok(!view_ends(VIEW("yaml"), VIEW(".yaml")), "shorter than its end");
    ok(view_ends(VIEW_NONE, VIEW_NONE), "everything ends with nothing");
}

static void search(void)
{
    struct guard g = guard_new(64);
    struct view v = guard_view(&g, VIEW("user-agent"));

    is_number(view_find(v, '-'), 4, "find");
    is_number(view_find(v, ':'), 10, "not found is the size");
    is_number(view_find(VIEW_NONE, 'a'), 0, "nothing in nothing");
    is_number(view_search(v, VIEW("agent")), 5, "search");
    ok(view_search(v, VIEW("agents")) == SIZE_MAX, "not found");
    ok(view_search(VIEW("a"), VIEW("ab")) == SIZE_MAX, "needle is longer");
    is_number(view_search(VIEW_NONE, VIEW("")), 0, "an empty needle");
    is_number(view_search(VIEW("a\0b"), VIEW("\0b")), 1, "a NUL is a byte");
    guard_free(&g);
}

static void cut(void)
{
    struct view rest = VIEW("a,,b");

    is_view(view_cut(&rest, ','), "a", "first part");
    is_view(view_cut(&rest, ','), "", "an empty part");
    is_view(view_cut(&rest, ','), "b", "last part");
    ok(!rest.at, "nothing left");
    ok(!view_cut(&rest, ',').at, "nothing from nothing");
    rest = VIEW("a,");
    view_cut(&rest, ',');
    ok(rest.at && rest.size == 0, "an empty last part is a part");
    is_view(view_trim(VIEW(" \t a b\t ")), "a b", "trim");
    is_view(view_trim(VIEW(" \t ")), "", "trim to nothing");
    is_view(view_trim(VIEW("\na")), "\na", "a line end is no blank");
    ok(!view_trim(VIEW_NONE).at, "trim none");
}

static void numbers(void)
{
    unsigned long long n = 7;

    ok(view_to_u64(VIEW("0"), &n) && n == 0, "0");
    ok(view_to_u64(VIEW("007"), &n) && n == 7, "leading zeros");
    ok(view_to_u64(VIEW("18446744073709551615"), &n) && n == UINT64_MAX,
       "the largest");
    ok(!view_to_u64(VIEW("18446744073709551616"), &n), "one more");
    ok(!view_to_u64(VIEW("99999999999999999999"), &n), "far more");
    ok(!view_to_u64(VIEW("000000000000000000001"), &n), "21 digits");
    ok(!view_to_u64(VIEW(""), &n) && !view_to_u64(VIEW_NONE, &n), "none");
    ok(!view_to_u64(VIEW("+1"), &n) && !view_to_u64(VIEW("-1"), &n), "signs");
    ok(!view_to_u64(VIEW("1 "), &n) && !view_to_u64(VIEW("1\0"), &n), "junk");
    ok(!view_to_u64(VIEW("1/"), &n) && !view_to_u64(VIEW("1:"), &n),
       "neighbours of the digits");
    ok(n == UINT64_MAX, "written on success only");
}

int main(void)
{
    compare();
    ends();
    search();
    cut();
    numbers();
    return tap_end();
}
