/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard's table of folded names and its check of one request. A name is
 * looked up by a hash of a few of its bytes, folded:
 *
 *   "X_Price"  folds to  "x-price"  ->  table  ->  NEVER
 *
 * Every list of names here is small and the operator's own.
 */
#include "request/guard.h"

#include <stdint.h>

#include "base/sixteen.h"

struct guarded {
    struct view name; /* as spelled, lower case */
    struct view folded;
    enum guard_kind kind;
    struct guarded *next;
};

struct guard {
    struct arena *arena;
    struct guarded *names; /* newest first */
    struct guarded *prefixes;
    size_t count;           /* of names */
    struct guarded **table; /* made by guard_close */
    size_t mask;
    size_t name_max;
    const struct known_names *judged; /* names that were, or NULL */
    uint64_t starts[32];              /* see may_be_ours() */
};

/* RFC 9110 tokens: letters in lower case, digits, and '-' for every other
 * sign; 0 is no token character. */
#define SIGN '-'
static const char fold[256] = {
    ['!'] = SIGN, ['#'] = SIGN,  ['$'] = SIGN, ['%'] = SIGN, ['&'] = SIGN,
    ['*'] = SIGN, ['\''] = SIGN, ['+'] = SIGN, ['-'] = SIGN, ['.'] = SIGN,
    ['^'] = SIGN, ['_'] = SIGN,  ['`'] = SIGN, ['|'] = SIGN, ['~'] = SIGN,
    ['0'] = '0',  ['1'] = '1',   ['2'] = '2',  ['3'] = '3',  ['4'] = '4',
    ['5'] = '5',  ['6'] = '6',   ['7'] = '7',  ['8'] = '8',  ['9'] = '9',
    ['A'] = 'a',  ['B'] = 'b',   ['C'] = 'c',  ['D'] = 'd',  ['E'] = 'e',
    ['F'] = 'f',  ['G'] = 'g',   ['H'] = 'h',  ['I'] = 'i',  ['J'] = 'j',
    ['K'] = 'k',  ['L'] = 'l',   ['M'] = 'm',  ['N'] = 'n',  ['O'] = 'o',
    ['P'] = 'p',  ['Q'] = 'q',   ['R'] = 'r',  ['S'] = 's',  ['T'] = 't',
    ['U'] = 'u',  ['V'] = 'v',   ['W'] = 'w',  ['X'] = 'x',  ['Y'] = 'y',
    ['Z'] = 'z',  ['a'] = 'a',   ['b'] = 'b',  ['c'] = 'c',  ['d'] = 'd',
    ['e'] = 'e',  ['f'] = 'f',   ['g'] = 'g',  ['h'] = 'h',  ['i'] = 'i',
    ['j'] = 'j',  ['k'] = 'k',   ['l'] = 'l',  ['m'] = 'm',  ['n'] = 'n',
    ['o'] = 'o',  ['p'] = 'p',   ['q'] = 'q',  ['r'] = 'r',  ['s'] = 's',
    ['t'] = 't',  ['u'] = 'u',   ['v'] = 'v',  ['w'] = 'w',  ['x'] = 'x',
    ['y'] = 'y',  ['z'] = 'z',
};

static char fold_char(char c)
{
    return fold[(unsigned char)c];
}

/* Are all of them letters or '-', as in most names? */
static bool is_plain(sixteen all)
{
    sixteen letters = sixteen_between(all | sixteen_of(0x20), 'a', 'z');

    return !sixteen_any(~(letters | sixteen_is(all, '-')));
}

static bool is_token(struct view name)
{
    bool token = name.size > 0;

    if (token &&
        (name.size < 16 ? is_plain(sixteen_short(name.at, name.size))
                        : name.size <= 32 && is_plain(sixteen_at(name.at)) &&
                              is_plain(sixteen_at(name.at + name.size - 16)))) {
        return true;
    }
    for (size_t i = 0; i < name.size; i++) {
        token &= fold_char(name.at[i]) != 0;
    }
    return token;
}

/* Of a token: its size and six of its bytes. */
static size_t guard_hash(struct view name)
{
    size_t last = name.size - 1;
    uint64_t h = name.size;

    for (unsigned i = 0; i < 4; i++) {
        h = h << 8 | (unsigned char)fold_char(name.at[last * i / 4]);
    }
    h = h << 8 | (unsigned char)fold_char(name.at[last - (last > 0)]);
    h = h << 8 | (unsigned char)fold_char(name.at[last]);
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 32);
}

static bool folds_to(struct view name, struct view folded)
{
    if (name.size != folded.size) {
        return false;
    }
    for (size_t i = 0; i < name.size; i++) {
        if (fold_char(name.at[i]) != folded.at[i]) {
            return false;
        }
    }
    return true;
}

/* Most names differ from all of ours in their first byte or their size: a
 * bit for a size in the word of a byte, both shrunk. */
#define SIZE_BITS 63

static uint64_t size_bit(size_t size)
{
    return UINT64_C(1) << (size < SIZE_BITS ? size : SIZE_BITS);
}

static uint64_t *start_of(struct guard *guard, struct view folded)
{
    return &guard->starts[(unsigned char)folded.at[0] & 31];
}

static bool may_be_ours(const struct guard *guard, struct view name)
{
    return guard->starts[(unsigned char)fold_char(name.at[0]) & 31] &
           size_bit(name.size);
}

/* ---- loading ---- */

struct guard *guard_new(struct arena *arena)
{
    struct guard *guard = arena_alloc(arena, sizeof(*guard));

    if (guard) {
        guard->arena = arena;
    }
    return guard;
}

bool guard_add(struct guard *guard, const char *name, enum guard_kind kind)
{
    struct view text = view_text(name);
    struct guarded *entry = arena_alloc(guard->arena, sizeof(*entry));
    char *folded = arena_alloc(guard->arena, text.size);

    if (!entry || !folded || !is_token(text)) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        folded[i] = fold_char(text.at[i]);
    }
    entry->name = arena_copy(guard->arena, text);
    entry->folded = view_of(folded, text.size);
    entry->kind = kind;
    if (kind == GUARD_NEVER_PREFIX) {
        entry->next = guard->prefixes;
        guard->prefixes = entry;
        *start_of(guard, entry->folded) |= ~(size_bit(text.size) - 1);
    } else {
        entry->next = guard->names;
        guard->names = entry;
        guard->count++;
        *start_of(guard, entry->folded) |= size_bit(text.size);
    }
    return entry->name.at != NULL;
}

bool guard_close(struct guard *guard)
{
    size_t size = 16;

    while (size < 4 * guard->count) {
        size *= 2;
    }
    guard->table = arena_array(guard->arena, size, sizeof(struct guarded *));
    if (!guard->table) {
        return false;
    }
    guard->mask = size - 1;
    for (struct guarded *e = guard->names; e; e = e->next) {
        size_t i = guard_hash(e->folded) & guard->mask;

        while (guard->table[i]) {
            i = (i + 1) & guard->mask;
        }
        guard->table[i] = e;
        if (e->name.size > guard->name_max) {
            guard->name_max = e->name.size;
        }
    }
    return true;
}

/* ---- checking ---- */

/* Is the name, a token, one of the prefixed? */
static bool is_prefixed(const struct guard *guard, struct view name)
{
    for (const struct guarded *e = guard->prefixes; e; e = e->next) {
        if (name.size >= e->folded.size &&
            folds_to(view_of(name.at, e->folded.size), e->folded)) {
            return true;
        }
    }
    return false;
}

/* Is the name, a token, one of ours, and was it sent as it may be? */
struct finding {
    bool ours;
    bool spoofed;
};

static struct finding look_up(const struct guard *guard, struct view name)
{
    struct finding finding = {false, false};
    bool spelled = false;
    size_t i;

    if (is_prefixed(guard, name)) {
        return (struct finding){true, true};
    }
    if (name.size > guard->name_max) {
        return finding;
    }
    i = guard_hash(name) & guard->mask;
    for (; guard->table[i]; i = (i + 1) & guard->mask) {
        const struct guarded *e = guard->table[i];

        if (folds_to(name, e->folded)) {
            finding.ours = true;
            finding.spoofed |= e->kind == GUARD_NEVER;
            spelled |= view_equal_fold(name, e->name);
        }
    }
    finding.spoofed |= finding.ours && !spelled;
    return finding;
}

/* Control characters, the tab with them. */
static sixteen controls(sixteen all)
{
    return (sixteen)(all < sixteen_of(' ')) | sixteen_is(all, 0x7f);
}

static bool holds_tabs_alone(struct view value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.at[i];

        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

/* Of all bytes of a value, in any place. */
static inline sixteen controls_of(struct view value)
{
    sixteen found = sixteen_of(0);

    if (value.size < 16) {
        return value.size == 0 ? found
                               : controls(sixteen_short(value.at, value.size));
    }
    for (size_t i = 0; i + 16 < value.size; i += 16) {
        found |= controls(sixteen_at(value.at + i));
    }
    return found | controls(sixteen_at(value.at + value.size - 16));
}

bool guard_is_value(struct view value)
{
    return !sixteen_any(controls_of(value)) || holds_tabs_alone(value);
}

/* Headers whose values are names of headers that a hop removes or moves. */
static bool lists_names(struct view name)
{
    return view_equal_fold(name, VIEW("connection")) ||
           view_equal_fold(name, VIEW("trailer"));
}

static bool names_ours(const struct guard *guard, struct view list)
{
    while (list.at) {
        struct view name = view_trim(view_cut(&list, ','));

        if (name.size > 0 && may_be_ours(guard, name) && is_token(name) &&
            look_up(guard, name).ours) {
            return true;
        }
    }
    return false;
}

void guard_names(struct guard *guard, struct known_names *names)
{
    for (unsigned i = 0; i < names->count; i++) {
        struct known_name *known = names->known[i];

        known->spoofed = may_be_ours(guard, known->name) &&
                         look_up(guard, known->name).spoofed;
        known->harmless = !known->spoofed && !known->lists;
    }
    guard->judged = names;
}

/* A known name is a token, and was judged when it became known. */
static enum guard_verdict check_known(const struct guard *guard,
                                      const struct header *header)
{
    if (header->known->spoofed) {
        return GUARD_SPOOFED_HEADER;
    }
    if (header->known->lists && names_ours(guard, header->value)) {
        return GUARD_CONNECTION;
    }
    return GUARD_PASS;
}

static enum guard_verdict check_name(const struct guard *guard,
                                     const struct header *header)
{
    if (!is_token(header->name)) {
        return GUARD_BAD_HEADER;
    }
    if (may_be_ours(guard, header->name) &&
        look_up(guard, header->name).spoofed) {
        return GUARD_SPOOFED_HEADER;
    }
    if (lists_names(header->name) && names_ours(guard, header->value)) {
        return GUARD_CONNECTION;
    }
    return GUARD_PASS;
}

static inline enum guard_verdict
judge_name(const struct guard *guard, const struct header *header, bool judged)
{
    if (!judged || !header->known) {
        return check_name(guard, header);
    }
    return header->known->harmless ? GUARD_PASS : check_known(guard, header);
}

/* Nothing to look at more closely, as in most requests? */
static bool all_pass(const struct guard *guard, const struct request *request)
{
    const struct header *header = request->headers;
    sixteen found = sixteen_of(0);

    for (size_t i = request->header_count; i > 0; i--, header++) {
        found |= controls_of(header->value);
        if (judge_name(guard, header, true) != GUARD_PASS) {
            return false;
        }
    }
    return !sixteen_any(found);
}

enum guard_verdict guard_check(const struct guard *guard,
                               const struct request *request,
                               const struct header **culprit)
{
    bool judged = request->names == guard->judged;
    const struct header *header = request->headers;

    if (culprit) {
        *culprit = NULL;
    }
    if (request->overflow) {
        return GUARD_LIMIT;
    }
    if (request->target.size > REQUEST_TARGET_MAX) {
        return GUARD_TARGET;
    }

    if (judged && all_pass(guard, request)) {
        return GUARD_PASS;
    }
    for (size_t i = request->header_count; i > 0; i--, header++) {
        enum guard_verdict verdict = guard_is_value(header->value)
                                         ? judge_name(guard, header, judged)
                                         : GUARD_BAD_HEADER;

        if (verdict != GUARD_PASS) {
            if (culprit) {
                *culprit = header;
            }
            return verdict;
        }
    }
    return GUARD_PASS;
}
