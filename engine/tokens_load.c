/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of the admin API, from a file that only its owner may read:
 *
 *   version: 1
 *   tokens:
 *     - { name: gate, scopes: [outcomes], env: GATE_TOKEN }
 *     - { name: ops, scopes: [read, admin], token: "..." }
 *
 *   C030 others may read the file     C031 a token that is too short
 *   C032 neither or both of token and env, or the variable is not set
 */
#include "tokens_load.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "config/schema.h"
#include "weighbridge.h"

struct file {
    int64_t version;
    const struct node *tokens;
};

struct row {
    struct view name, token, env;
    struct schema_texts scopes;
};

static const struct schema_key file_keys[] = {
    {"version", SCHEMA_INTEGER, offsetof(struct file, version), true, NULL,
     NULL, 1, 1, "version of this file's form: 1"},
    {"tokens", SCHEMA_NODE, offsetof(struct file, tokens), true, NULL, NULL, 0,
     0, "who may do what"},
    {0}};

static const struct schema_key row_keys[] = {
    {"name", SCHEMA_TEXT, offsetof(struct row, name), true, NULL, NULL, 0, 0,
     "whose it is"},
    {"scopes", SCHEMA_TEXTS, offsetof(struct row, scopes), true, NULL, NULL, 0,
     0, "read, outcomes, demand, admin (which is all)"},
    {"token", SCHEMA_TEXT, offsetof(struct row, token), false, NULL, NULL, 0, 0,
     "what is sent"},
    {"env", SCHEMA_TEXT, offsetof(struct row, env), false, NULL, NULL, 0, 0,
     "variable of the environment that holds it"},
    {0}};

static const struct {
    const char *name;
    unsigned scopes;
} scope_rows[] = {
    {"read", WB_SCOPE_READ},
    {"outcomes", WB_SCOPE_OUTCOMES},
    {"demand", WB_SCOPE_DEMAND},
    {"admin",
     WB_SCOPE_READ | WB_SCOPE_OUTCOMES | WB_SCOPE_DEMAND | WB_SCOPE_ADMIN},
};

static bool read_scope(const struct node *node, unsigned *scopes,
                       struct problems *problems)
{
    for (size_t i = 0; i < sizeof scope_rows / sizeof *scope_rows; i++) {
        if (view_equal(node->text, view_text(scope_rows[i].name))) {
            *scopes |= scope_rows[i].scopes;
            return true;
        }
    }
    problems_add(problems, PROBLEM_ERROR, node->place, "C033", NULL,
                 "scopes: found '%.*s', expected read, outcomes, demand or "
                 "admin",
                 VIEW_ARG(node->text));
    return false;
}

/* The token itself is never shown. */
static bool read_secret(const struct node *node, const struct row *row,
                        struct view *out, struct problems *problems)
{
    *out = row->env.at ? view_text(getenv(row->env.at)) : row->token;
    if (!out->at || (row->env.at && row->token.at)) {
        problems_add(problems, PROBLEM_ERROR, node->place, "C032", NULL,
                     row->env.at && !row->token.at
                         ? "token '%.*s': its variable is not set"
                         : "token '%.*s': expected one of token and env",
                     VIEW_ARG(row->name));
        return false;
    }
    if (out->size < TOKEN_MIN || out->size > TOKEN_MAX) {
        problems_add(problems, PROBLEM_ERROR, node->place, "C031", NULL,
                     "token '%.*s': found %zu bytes, expected %d to %d",
                     VIEW_ARG(row->name), out->size, TOKEN_MIN, TOKEN_MAX);
        return false;
    }
    return true;
}

static bool read_row(const struct node *node, struct arena *arena,
                     struct tokens *out, bool *written,
                     struct problems *problems)
{
    struct row row = {0};
    struct token *token = &out->items[out->count];
    struct view secret;

    if (!schema_read(row_keys, node, "a token", &row, arena, problems) ||
        !read_secret(node, &row, &secret, problems)) {
        return false;
    }
    *written = *written || row.token.at;
    for (size_t i = 0; i < row.scopes.count; i++) {
        if (!read_scope(row.scopes.nodes[i], &token->scopes, problems)) {
            return false;
        }
    }
    hash_sha256(token->hash, secret);
    out->count++;
    return true;
}

static bool is_private(struct view path, struct place place,
                       struct problems *problems)
{
    struct stat file;

    if (stat(path.at, &file) == 0 && (file.st_mode & 077) != 0) {
        problems_add(problems, PROBLEM_ERROR, place, "C030",
                     "chmod 600 it, and change the tokens",
                     "tokens: others may read '%.*s'", VIEW_ARG(path));
        return false;
    }
    return true;
}

bool tokens_load(struct view path, struct place place, struct arena *arena,
                 struct tokens *out, struct problems *problems)
{
    const struct node *tree = tree_read_file(arena, path.at, problems);
    struct file file = {0};
    bool good, written = false;

    if (!tree ||
        !schema_read(file_keys, tree, "a file of tokens", &file, arena,
                     problems) ||
        !schema_expect(file.tokens, NODE_LIST, problems)) {
        return false;
    }
    if (file.tokens->count > TOKENS_MAX) {
        problems_add(problems, PROBLEM_ERROR, file.tokens->place, "C034", NULL,
                     "tokens: found %zu, expected at most %d",
                     file.tokens->count, TOKENS_MAX);
        return false;
    }
    out->items = arena_array(arena, TOKENS_MAX, sizeof *out->items);
    good = out->items != NULL;
    for (const struct node *node = file.tokens->first; node && good;
         node = node->next) {
        good = read_row(node, arena, out, &written, problems);
    }
    return good && (!written || is_private(path, place, problems));
}
