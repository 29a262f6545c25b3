/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searching by the rarest byte. Which bytes are rare in names, paths and
 * words is a guess that only time depends on.
 */
#include "classify/search.h"

struct needle needle_of(struct view text)
{
    static const char common[] = ",-eaitnorscdlhum/pgfwyb.vkxjqz";
    struct needle needle = {text, 0};
    size_t rank = 0;

    for (size_t i = 0; i < text.size; i++) {
        const char *at =
            memchr(common, ascii_lower(text.at[i]), sizeof(common) - 1);
        size_t own = at ? (size_t)(at - common) + 1 : sizeof(common);

        if (own > rank) {
            rank = own;
            needle.rare = i;
        }
    }
    return needle;
}

size_t search_needle(struct view value, size_t from,
                     const struct needle *needle, bool folds)
{
    struct view text = needle->text;
    char one = text.at[needle->rare];
    char other = folds && one >= 'a' && one <= 'z' ? (char)(one - 32) : one;

    if (value.size < text.size) {
        return SIZE_MAX;
    }
    value.size -= text.size - needle->rare - 1; /* where `rare` may stand */
    for (from += needle->rare; from < value.size; from++) {
        from = view_find_either(value, from, one, other);
        if (from == value.size) {
            break;
        }
        if (search_equal(value.at + from - needle->rare, text, folds)) {
            return from - needle->rare;
        }
    }
    return SIZE_MAX;
}
