/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge explain --id: an old decision as it was written, by the sidecar's
 * log or by replay. Nothing is decided anew: the rules may have changed.
 */
#include "cli/recorded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/cli.h"

#define DEPTH_MAX 8

/* ---- one object, for people ---- */

static void print_bytes(struct view v)
{
    /* foreign text is safe on a terminal as a JSON string only */
    size_t room = 6 * v.size + 3;
    char *out = malloc(room);

    if (out) {
        fwrite(out, 1, wb_json_quote(v.at ? v.at : "", v.size, out, room),
               stdout);
        free(out);
    }
}

static void print_scalar(const struct json *json, enum json_kind kind)
{
    switch (kind) {
    case JSON_STRING:
        print_bytes(json->text);
        break;
    case JSON_NUMBER:
        fwrite(json->text.at, 1, json->text.size, stdout);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        fputs(kind == JSON_TRUE ? "yes" : "no", stdout);
        break;
    default:
        putchar('-');
        break;
    }
}

/* Members one a line, indented by depth, and so are lists in lists. False when
 * the text is no JSON after all. */
static bool print_members(struct json *json)
{
    int depth = 1;
    bool in_list[DEPTH_MAX + 2] = {false};

    for (;;) {
        enum json_kind kind = json_next(json);

        if (kind == JSON_ERROR || kind == JSON_DONE) {
            return kind == JSON_DONE;
        }
        if (kind == JSON_END) {
            depth--;
        } else if (kind == JSON_KEY) {
            printf("\n%*s", 2 * depth, "");
            fwrite(json->text.at, 1, json->text.size, stdout);
        } else if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
            if (kind == JSON_ARRAY && in_list[depth]) {
                printf("\n%*s", 2 * depth, "");
            }
            in_list[++depth] = kind == JSON_ARRAY;
        } else {
            putchar(' ');
            print_scalar(json, kind);
        }
        if (depth == 0) {
            putchar('\n');
        }
    }
}

static bool print_line(struct view line)
{
    char *scratch = malloc(line.size + 1);
    struct json json;
    bool good;

    if (!scratch) {
        return false;
    }
    json_start(&json, line, DEPTH_MAX, scratch, line.size);
    good = json_next(&json) == JSON_OBJECT && print_members(&json);
    free(scratch);
    return good;
}

/* ---- finding it ---- */

/* The member "id" of the line's own object, not of what it holds. */
static bool has_id(struct view line, struct view id)
{
    char scratch[4096];
    struct json json;

    if (view_search(line, id) == SIZE_MAX) {
        return false;
    }
    json_start(&json, line, DEPTH_MAX, scratch, sizeof scratch);
    if (json_next(&json) != JSON_OBJECT) {
        return false;
    }
    while (json_next(&json) == JSON_KEY) {
        if (view_equal(json.text, VIEW("id"))) {
            return json_next(&json) == JSON_STRING && view_equal(json.text, id);
        }
        if (!json_skip(&json)) {
            return false;
        }
    }
    return false;
}

static int search_file(FILE *file, const char *path, struct view id,
                       size_t *found)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;

    while ((size = getline(&line, &room, file)) > 0) {
        struct view text = view_trim(view_of(line, (size_t)size));

        if (text.size > 0 && text.at[text.size - 1] == '\n') {
            text.size--;
        }
        if (has_id(text, id)) {
            ++*found;
            printf("%s:", path);
            print_line(text);
        }
    }
    free(line);
    if (ferror(file)) {
        fprintf(stderr, "weighbridge: %s: %s\n", path, strerror(errno));
        return EXIT_USAGE;
    }
    return EXIT_FINE;
}

int recorded_explain(const char *id, const char *const *paths, size_t count)
{
    size_t found = 0;
    int code = EXIT_FINE;

    for (size_t i = 0; i < count && code == EXIT_FINE; i++) {
        bool is_stdin = !strcmp(paths[i], "-");
        FILE *file = is_stdin ? stdin : fopen(paths[i], "r");

        if (!file) {
            fprintf(stderr, "weighbridge: %s: %s\n", paths[i], strerror(errno));
            return EXIT_USAGE;
        }
        code = search_file(file, paths[i], view_text(id), &found);
        if (!is_stdin) {
            fclose(file);
        }
    }
    if (code == EXIT_FINE && found == 0) {
        fprintf(stderr, "weighbridge: no decision '%s' in what was given\n",
                id);
        code = EXIT_PROBLEMS;
    }
    return code;
}
