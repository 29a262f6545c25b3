/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weighbridge audit verify FILE...: does each line of the audit log carry the
 * hash of the one before? Files are given oldest first and are one chain. The
 * chain has no key: who can write the file can write it anew as a whole, so
 * the last hash is printed, to be kept elsewhere.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "cli/cli.h"

#define HEX 64
#define LINE_MOST ((size_t)64 * 1024)

static const char *end_hash;

static const struct option options[] = {
    {.name = "--end",
     .value = "HASH",
     .about = "what the last hash must be",
     .text = &end_hash},
    {.name = NULL},
};

struct chain {
    bool begun;
    char hash[HEX + 1]; /* of the line before */
    uint64_t seq;
    unsigned long lines, lost;
    const char *file;
    unsigned long number;  /* of the line in its file */
    unsigned long torn_at; /* a line that is none, or 0 */
    unsigned long long torn_size;
};

/* What a line tells of its place in the chain. */
struct told {
    char prev[HEX + 1];
    unsigned long long seq, torn, lost;
};

static bool complain(const struct chain *chain, unsigned long number,
                     const char *what)
{
    printf("%s:%lu: broken: %s\n", chain->file, number, what);
    return false;
}

/* False: it is no line of ours. */
static bool read_line(struct view line, struct told *told)
{
    static char scratch[LINE_MOST];
    struct json json;

    *told = (struct told){.seq = 0};
    json_start(&json, line, JSON_DEPTH_MAX, scratch, sizeof scratch);
    if (json_next(&json) != JSON_OBJECT) {
        return false;
    }
    while (json_next(&json) == JSON_KEY) {
        struct view key = json.text;
        enum json_kind kind = json_next(&json);

        if (kind == JSON_NUMBER && view_equal(key, VIEW("seq"))) {
            (void)view_to_u64(json.text, &told->seq);
        } else if (kind == JSON_NUMBER && view_equal(key, VIEW("torn"))) {
            (void)view_to_u64(json.text, &told->torn);
        } else if (kind == JSON_NUMBER && view_equal(key, VIEW("lost"))) {
            (void)view_to_u64(json.text, &told->lost);
        } else if (kind == JSON_STRING && view_equal(key, VIEW("prev")) &&
                   json.text.size == HEX) {
            memcpy(told->prev, json.text.at, HEX);
        }
        if (!json_skip(&json)) {
            return false;
        }
    }
    return json.kind == JSON_END && json_next(&json) == JSON_DONE &&
           told->seq > 0 && told->prev[0] != '\0';
}

/* A line that is torn is followed by one that says so. */
static bool check_torn(const struct chain *chain, const struct told *told)
{
    if (chain->torn_at != 0 && told->torn != chain->torn_size) {
        return complain(chain, chain->torn_at, "this is no line of the log");
    }
    return chain->torn_at != 0 || told->torn == 0 ||
           complain(chain, chain->number, "the torn line before it is gone");
}

static bool check_place(const struct chain *chain, const struct told *told)
{
    if (!chain->begun) {
        return true; /* older files may be gone */
    }
    if (strcmp(told->prev, chain->hash) != 0) {
        return complain(chain, chain->number,
                        told->seq == 1 ? "a new chain begins here"
                                       : "the line before is not what it was");
    }
    return told->seq == chain->seq + 1 ||
           complain(chain, chain->number, "lines are missing before it");
}

static bool check_line(struct chain *chain, struct view line)
{
    struct told told;
    unsigned char hash[32];
    struct text hex = text_in(chain->hash, HEX);

    chain->number++;
    if (!read_line(line, &told)) {
        if (chain->torn_at != 0) {
            return complain(chain, chain->torn_at,
                            "this is no line of the log");
        }
        chain->torn_at = chain->number;
        chain->torn_size = line.size;
        return true;
    }
    if (!check_torn(chain, &told) || !check_place(chain, &told)) {
        return false;
    }
    if (!chain->begun && told.seq != 1) {
        printf("%s:%lu: the chain begins at line %llu of it\n", chain->file,
               chain->number, told.seq);
    }
    hash_sha256(hash, line);
    text_add_hex(&hex, hash, sizeof hash);
    chain->begun = true;
    chain->seq = told.seq;
    chain->torn_at = 0;
    chain->lines++;
    chain->lost += told.lost;
    return true;
}

static int check_file(struct chain *chain, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t size = 0;
    bool good = true;

    if (!file) {
        fprintf(stderr, "weighbridge: %s: %s\n", path, strerror(errno));
        return EXIT_USAGE;
    }
    chain->file = path;
    chain->number = 0;
    while (good && (size = getline(&line, &room, file)) > 0) {
        size_t n = (size_t)size - (line[size - 1] == '\n');

        good = check_line(chain, view_of(line, n));
    }
    free(line);
    if (good && ferror(file)) {
        fprintf(stderr, "weighbridge: %s: %s\n", path, strerror(errno));
        fclose(file);
        return EXIT_USAGE;
    }
    fclose(file);
    return good ? EXIT_FINE : EXIT_PROBLEMS;
}

static int finish(const struct chain *chain)
{
    if (chain->torn_at != 0) {
        printf("%s:%lu: the last line is torn; the next start says so\n",
               chain->file, chain->torn_at);
    }
    if (end_hash && strcmp(end_hash, chain->hash) != 0) {
        printf("broken: the last hash is %s\n", chain->hash);
        return EXIT_PROBLEMS;
    }
    printf("ok, %lu lines, %lu lost when they were written, last hash %s\n",
           chain->lines, chain->lost, chain->begun ? chain->hash : "-");
    return EXIT_FINE;
}

static int audit(const char *const *operands, size_t count)
{
    struct chain *chain = calloc(1, sizeof *chain);
    int code = EXIT_FINE;

    if (strcmp(operands[0], "verify") != 0 || !chain || !hash_start()) {
        free(chain);
        return usage_error(&command_audit, "'%s' is not known", operands[0]);
    }
    for (size_t i = 1; i < count && code == EXIT_FINE; i++) {
        code = check_file(chain, operands[i]);
    }
    code = code == EXIT_FINE ? finish(chain) : code;
    free(chain);
    return code;
}

const struct command command_audit = {
    .name = "audit",
    .operands = "verify FILE...",
    .about = "check the chain of an audit log",
    .options = options,
    .operands_least = 2,
    .operands_most = 1000,
    .run = audit,
};
