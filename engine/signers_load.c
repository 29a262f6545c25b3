/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signers. A directory that is missing is as one too old: a warning, and a
 * key that is in none is then not unknown but cannot be told. A directory
 * that is there and damaged is an error.
 *
 *   N014 a key of two signers    N015 a signer's name    N016 no file
 */
#include "signers_load.h"

#include <stdlib.h>

#include "base/hash.h"
#include "request/key_directory_load.h"
#include "settings_tables_load.h"

#define SIGNERS_MAX 256
#define ORGS_MAX 1024

struct signers_reading {
    struct arena *arena;
    struct view folder;
    struct problems *problems;
    struct signers *out;
    struct keyring *keyring;
    struct dated_lists *lists;
    struct key_list keys;
    struct sha256 hash;
};

static bool no_memory(struct signers_reading *r, struct place place)
{
    problems_add(r->problems, PROBLEM_ERROR, place, "C012", NULL,
                 "out of memory");
    return false;
}

/* ---- one signer ---- */

static bool read_file(struct signers_reading *r, const struct signer *signer,
                      const struct node *node, int64_t *date)
{
    struct view path = settings_path(r->folder, node->text, r->arena);
    int64_t modified = INT64_MAX;
    if (!path.at || !dated_lists_file(r->lists, path.at)) {
        return no_memory(r, node->place);
    }
    switch (
        key_directory_file(&r->keys, signer, path.at, &modified, r->problems)) {
    case KEY_DIRECTORY_REFUSED:
        return false;
    case KEY_DIRECTORY_MISSING:
        problems_add(r->problems, PROBLEM_WARNING, node->place, "N010",
                     "its signatures cannot be told from others",
                     "there is no file '%.*s'", VIEW_ARG(node->text));
        modified = INT64_MIN;
        break;
    case KEY_DIRECTORY_READ:
        break;
    }
    *date = modified < *date ? modified : *date;
    return true;
}

static bool read_files(struct signers_reading *r, const struct node *node,
                       const struct signer_settings *settings,
                       const struct signer *signer)
{
    size_t before = r->keys.count;
    int64_t date = INT64_MAX, fresh_until = 0;
    bool good = true;
    for (size_t i = 0; i < settings->set.file.count; i++) {
        good = read_file(r, signer, settings->set.file.nodes[i], &date) && good;
    }
    bool missing = date == INT64_MIN;
    if (settings->set.date.at) {
        good =
            networks_date(node, settings->set.date, &date, r->problems) && good;
    }
    if (!missing && good) {
        fresh_until = networks_fresh_until(date, settings->set.max_age);
    }
    if (fresh_until < r->keyring->fresh_until) {
        r->keyring->fresh_until = fresh_until;
    }
    return good &&
           dated_lists_add(r->lists, "keys", signer->name,
                           missing ? INT64_MIN : date, r->keys.count - before);
}

static bool read_signer(struct signers_reading *r, const struct node *node,
                        struct signer *signer)
{
    struct signer_settings settings = {0};
    if (!networks_name_is_good(node->key)) {
        problems_add(r->problems, PROBLEM_ERROR, node->key_place, "N015", NULL,
                     "a signer's name, found '%.*s', expected small letters, "
                     "digits and '-'",
                     VIEW_ARG(node->key));
        return false;
    }
    signer->name = node->key;
    if (!schema_read(signer_keys, node, "a signer", &settings, r->arena,
                     r->problems)) {
        return false;
    }
    signer->org = settings.org.at ? settings.org : signer->name;
    signer->category = settings.category;
    const struct view words[] = {signer->org, signer->category};
    for (size_t i = 0; i < 2; i++) {
        if (words[i].at && !networks_name_is_good(words[i])) {
            problems_add(r->problems, PROBLEM_ERROR, node->place, "N015", NULL,
                         "found '%.*s', expected small letters, digits and "
                         "'-'",
                         VIEW_ARG(words[i]));
            return false;
        }
    }
    if (settings.set.file.count == 0) {
        problems_add(r->problems, PROBLEM_ERROR, node->place, "N016", NULL,
                     "the signer '%.*s' has no file", VIEW_ARG(signer->name));
        return false;
    }
    return read_files(r, node, &settings, signer);
}

static bool read_signers(struct signers_reading *r, const struct node *map)
{
    bool good = true;
    if (!schema_expect(map, NODE_MAP, r->problems)) {
        return false;
    }
    if (map->count > SIGNERS_MAX) {
        problems_add(r->problems, PROBLEM_ERROR, map->place, "N015", NULL,
                     "found %zu signers, expected at most %d", map->count,
                     SIGNERS_MAX);
        return false;
    }
    r->out->items =
        arena_array(r->arena, map->count + 1, sizeof *r->out->items);
    if (!r->out->items) {
        return no_memory(r, map->place);
    }
    for (const struct node *node = map->first; node; node = node->next) {
        good = read_signer(r, node, &r->out->items[r->out->count++]) && good;
    }
    return good;
}

/* ---- the keyring ---- */

static int by_thumbprint(const void *a, const void *b)
{
    const struct signing_key *x = a, *y = b;
    return memcmp(x->thumbprint, y->thumbprint, sizeof x->thumbprint);
}

/* Sorted, each key once; a key of two signers names nobody. */
static bool sort_keys(struct signers_reading *r, const struct node *map)
{
    struct signing_key *keys = r->keys.items;
    bool good = true;
    size_t kept = 0;
    qsort(keys, r->keys.count, sizeof *keys, by_thumbprint);
    for (size_t i = 0; i < r->keys.count; i++) {
        if (kept == 0 || by_thumbprint(&keys[kept - 1], &keys[i]) != 0) {
            keys[kept++] = keys[i];
        } else if (keys[kept - 1].signer != keys[i].signer) {
            problems_add(r->problems, PROBLEM_ERROR, map->place, "N014", NULL,
                         "one key belongs to '%.*s' and to '%.*s'",
                         VIEW_ARG(keys[kept - 1].signer->name),
                         VIEW_ARG(keys[i].signer->name));
            good = false;
        }
    }
    struct signing_key *copy = arena_array(r->arena, kept + 1, sizeof *copy);
    if (!copy) {
        return no_memory(r, map->place);
    }
    memcpy(copy, keys, kept * sizeof *copy);
    r->keyring->keys = copy;
    r->keyring->count = kept;
    for (size_t i = 0; i < kept; i++) {
        sha256_add(&r->hash, copy[i].signer->name);
        sha256_add(&r->hash, view_of((const char *)copy[i].key, 32));
    }
    return good;
}

bool signers_load(const struct node *section, struct view folder,
                  struct arena *arena, struct signers *out,
                  struct keyring *keyring, struct dated_lists *lists,
                  struct problems *problems)
{
    struct web_bot_auth_settings settings = {0};
    struct signers_reading *r = calloc(1, sizeof *r);
    if (!r) {
        return false;
    }
    r->arena = arena;
    r->folder = folder;
    r->problems = problems;
    r->out = out;
    r->keyring = keyring;
    r->lists = lists;
    sha256_start(&r->hash);
    bool good = settings_section(web_bot_auth_keys, section, "web-bot-auth",
                                 &settings, arena, problems);
    *keyring = (struct keyring){.fresh_until = INT64_MAX,
                                .lifetime = settings.lifetime,
                                .skew = settings.skew};
    if (settings.keys) {
        good = read_signers(r, settings.keys) && good;
        good = sort_keys(r, settings.keys) && good;
    }
    sha256_end(&r->hash, out->digest);
    free(r);
    return good;
}

/* ---- rules ---- */

#define RULE_ROOM 1024
#define HEAD_ROOM 128

static bool add_pack(struct rules *rules, struct arena *arena, const char *name,
                     const struct text *text)
{
    struct view copy =
        text->cut ? VIEW_NONE : arena_copy(arena, text_view(text));
    return copy.at && rules_pack_text(rules, view_text(name), copy, NULL, NULL);
}

static struct text start_pack(struct arena *arena, const char *name,
                              size_t room)
{
    char *at = arena_alloc(arena, room + HEAD_ROOM);
    struct text text = text_in(at, at ? room + HEAD_ROOM : 0);
    text_addf(&text,
              "pack: { name: %s, release: 2026.11, language: 1 }\nrules:\n",
              name);
    return text;
}

static void add_view(struct text *out, const char *before, struct view v)
{
    text_add(out, view_text(before));
    text_add(out, v);
}

static void name_signer(struct text *out, const struct signer *s)
{
    add_view(out, "  - id: ", s->name);
    add_view(out, "\n    about: The request is signed with a key of ", s->name);
    add_view(out, "\n    when: { wba.agent: \"", s->name);
    add_view(out, "\" }\n    score: 100\n    labels: [\"agent:name:", s->name);
    add_view(out, "\", \"agent:org:", s->org);
    if (s->category.at) {
        add_view(out, "\", \"agent:category:", s->category);
    }
    text_add(out, VIEW("\"]\n"));
}

bool signers_name(const struct signers *signers, struct arena *arena,
                  struct rules *rules)
{
    if (signers->count == 0) {
        return true;
    }
    struct text text = start_pack(arena, "signers", signers->count * RULE_ROOM);
    for (size_t i = 0; i < signers->count; i++) {
        name_signer(&text, &signers->items[i]);
    }
    return add_pack(rules, arena, "web-bot-auth.keys: names", &text);
}

/* The labels of organisations that are not the signer's, as a list. */
static struct view others(struct arena *arena, const struct view *orgs,
                          size_t count, struct view own)
{
    char label[80];
    struct text mine = text_in(label, sizeof label);
    char *room = arena_alloc(arena, count * 70 + 2);
    struct text list = text_in(room, room ? count * 70 + 2 : 0);
    add_view(&mine, "agent:org:", own);
    for (size_t i = 0; i < count; i++) {
        if (!view_equal(orgs[i], text_view(&mine))) {
            add_view(&list, list.size ? ", \"" : "\"", orgs[i]);
            text_add_char(&list, '"');
        }
    }
    return text_view(&list);
}

static void verify_signer(struct text *out, const struct signer *s,
                          struct view list)
{
    add_view(out, "  - id: ", s->name);
    add_view(out,
             "\n    about: Signed by the agent that it says it is\n"
             "    when: { wba.agent: \"",
             s->name);
    text_add_char(out, '"');
    if (list.size) {
        add_view(out, ", not: { label: [", list);
        text_add(out, VIEW("] }"));
    }
    text_add(out, VIEW(" }\n    labels: [\"agent:verified\"]\n"));
    if (list.size) {
        add_view(out, "  - id: ", s->name);
        add_view(out,
                 "-contradicted\n    about: Signed by one, named as "
                 "another\n    when: { wba.agent: \"",
                 s->name);
        add_view(out, "\", label: [", list);
        text_add(out, VIEW("] }\n    labels: [\"agent:wba:contradicted\"]\n"));
    }
}

bool signers_verify(const struct signers *signers, struct arena *arena,
                    struct rules *rules)
{
    /* Whoever makes a tool is not named by those who use it. */
    static const char *const tools[] = {"agent:category:http-library",
                                        "agent:category:automated-browser",
                                        NULL};
    struct view orgs[ORGS_MAX];
    if (signers->count == 0) {
        return true;
    }
    size_t count = rules_labels(rules, "agent:org:", tools, orgs, ORGS_MAX);
    struct text text = start_pack(
        arena, "signed", signers->count * (RULE_ROOM + 2 * 70 * count));
    for (size_t i = 0; i < signers->count && count < ORGS_MAX; i++) {
        const struct signer *s = &signers->items[i];
        verify_signer(&text, s, others(arena, orgs, count, s->org));
    }
    return count < ORGS_MAX &&
           add_pack(rules, arena, "web-bot-auth.keys: proofs", &text);
}
