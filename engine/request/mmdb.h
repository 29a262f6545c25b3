/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Databases of addresses in MaxMind's format: country, and number and
 * organisation of the autonomous system. Layouts differ between publishers;
 * a table in mmdb.c says under which keys a fact may stand.
 *
 * A file is mapped, not read: it is replaced by renaming a new one over it,
 * never written in place. Answers point into the map.
 */
#ifndef WB_REQUEST_MMDB_H
#define WB_REQUEST_MMDB_H

#include <stdint.h>

#include "base/text.h"
#include "request/address.h"

enum mmdb_fact { MMDB_COUNTRY, MMDB_AS_NUMBER, MMDB_AS_ORG, MMDB_FACTS };

struct mmdb;

/* Databases in the order in which they are asked. */
struct mmdb_list {
    struct mmdb **items;
    size_t count;
};

struct databases {
    struct mmdb_list country, as;
};

/* Opens a file and looks at its whole tree. NULL, and in *error why (a
 * literal), for what is no database, is damaged or knows nothing of `fact`.
 * Closed with mmdb_close(). */
struct mmdb *mmdb_open(const char *path, enum mmdb_fact fact,
                       const char **error);
void mmdb_close(struct mmdb *mmdb); /* NULL is taken */
void databases_close(struct databases *databases);
/* What tells one edition of a database from another. */
void mmdb_write_edition(const struct mmdb *mmdb, struct text *out);
/* When it was built, microseconds since the epoch; *nodes of its tree. */
int64_t mmdb_built(const struct mmdb *mmdb, size_t *nodes);
/* Records met so far that could not be read; any thread. */
uint64_t mmdb_damaged(const struct mmdb *mmdb);

enum mmdb_answer {
    MMDB_UNKNOWN, /* no database, or a damaged record */
    MMDB_NONE,    /* no database has the fact of this address */
    MMDB_FOUND
};

struct mmdb_value {
    struct view text; /* country, organisation; as long as the database */
    uint64_t number;  /* of the autonomous system */
};

/* The first database that has the fact answers. Any thread; allocates
 * nothing. */
enum mmdb_answer mmdb_ask(const struct mmdb_list *list, enum mmdb_fact fact,
                          const struct address *address,
                          struct mmdb_value *out);

#endif
