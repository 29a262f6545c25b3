/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one door to libmaxminddb.
 *
 *   search tree   one bit of the address a node, to an offset of ...
 *   data section  ... a map: { country: { iso_code: "US" }, ... }
 *
 * At load every node is looked at, so that a cut or overwritten file does not
 * serve. What stands in the data section is read when it is asked for; a
 * record that cannot be read is counted, and its fact is unknown.
 */
#include "request/mmdb.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/utf8.h"

/* Records of which one must have the fact that the database is opened for. */
#define SAMPLES_MAX 4096
#define ORG_MAX 256

struct mmdb {
    MMDB_s file;
    atomic_uint_least64_t damaged;
};

#define PATHS_MAX 3
/* Where a fact may stand, by layout. */
static const char *const paths[MMDB_FACTS][PATHS_MAX][3] = {
    [MMDB_COUNTRY] = {{"country", "iso_code", NULL}, {"country_code", NULL}},
    [MMDB_AS_NUMBER] = {{"autonomous_system_number", NULL}},
    [MMDB_AS_ORG] = {{"autonomous_system_organization", NULL}},
};
static const char *const lacks[MMDB_FACTS] = {
    [MMDB_COUNTRY] = "its records hold no country.iso_code or country_code",
    [MMDB_AS_NUMBER] = "its records hold no autonomous_system_number",
    [MMDB_AS_ORG] = "its records hold no autonomous_system_organization",
};

/* ---- one record ---- */

static bool take_number(const MMDB_entry_data_s *data, uint64_t *number)
{
    switch (data->type) {
    case MMDB_DATA_TYPE_UINT16:
        *number = data->uint16;
        return true;
    case MMDB_DATA_TYPE_UINT32:
        *number = data->uint32;
        return true;
    case MMDB_DATA_TYPE_UINT64:
        *number = data->uint64;
        return true;
    default:
        return false;
    }
}

static bool is_country(struct view text)
{
    return text.size == 2 && ascii_is_alnum(text.at[0]) &&
           ascii_is_alnum(text.at[1]);
}

static bool is_utf8(struct view text)
{
    for (size_t at = 0; at < text.size;) {
        size_t length = utf8_length(text.at + at, text.size - at);

        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

static enum mmdb_answer take_text(const MMDB_entry_data_s *data,
                                  enum mmdb_fact fact, struct view *text)
{
    struct view found;

    if (data->type != MMDB_DATA_TYPE_UTF8_STRING) {
        return MMDB_UNKNOWN;
    }
    if (data->data_size == 0) {
        return MMDB_NONE;
    }
    found = view_of(data->utf8_string, data->data_size);
    if (fact == MMDB_COUNTRY ? !is_country(found)
                             : found.size > ORG_MAX || !is_utf8(found)) {
        return MMDB_UNKNOWN;
    }
    *text = found;
    return MMDB_FOUND;
}

static enum mmdb_answer take(const MMDB_entry_data_s *data, enum mmdb_fact fact,
                             struct mmdb_value *out)
{
    if (fact == MMDB_AS_NUMBER) {
        return take_number(data, &out->number) ? MMDB_FOUND : MMDB_UNKNOWN;
    }
    return take_text(data, fact, &out->text);
}

static enum mmdb_answer read_record(MMDB_entry_s *entry, enum mmdb_fact fact,
                                    struct mmdb_value *out)
{
    for (size_t i = 0; i < PATHS_MAX && paths[fact][i][0]; i++) {
        MMDB_entry_data_s data;
        int status = MMDB_aget_value(entry, &data, paths[fact][i]);

        if (status == MMDB_SUCCESS && data.has_data) {
            return take(&data, fact, out);
        }
        if (status != MMDB_SUCCESS &&
            status != MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR) {
            return MMDB_UNKNOWN;
        }
    }
    return MMDB_NONE;
}

/* ---- loading ---- */

/* Looks at both records of every node, and into data until one record has
 * the fact. NULL, or what is wrong. */
static const char *check_tree(const MMDB_s *file, enum mmdb_fact fact)
{
    bool has_fact = false;
    unsigned samples = 0;

    for (uint32_t i = 0; i < file->metadata.node_count; i++) {
        MMDB_search_node_s node;

        if (MMDB_read_node(file, i, &node) != MMDB_SUCCESS) {
            return "its search tree is damaged";
        }
        for (int side = 0; side < 2; side++) {
            int type = side ? node.right_record_type : node.left_record_type;
            struct mmdb_value value;

            if (type == MMDB_RECORD_TYPE_INVALID) {
                return "its search tree is damaged";
            }
            if (type == MMDB_RECORD_TYPE_DATA && !has_fact &&
                samples < SAMPLES_MAX) {
                samples++;
                has_fact = read_record(side ? &node.right_record_entry
                                            : &node.left_record_entry,
                                       fact, &value) == MMDB_FOUND;
            }
        }
    }
    return has_fact ? NULL : lacks[fact];
}

struct mmdb *mmdb_open(const char *path, enum mmdb_fact fact,
                       const char **error)
{
    struct mmdb *mmdb = calloc(1, sizeof(*mmdb));
    int status;

    *error = "out of memory";
    if (!mmdb) {
        return NULL;
    }
    status = MMDB_open(path, MMDB_MODE_MMAP, &mmdb->file);
    if (status != MMDB_SUCCESS) {
        if (status != MMDB_OUT_OF_MEMORY_ERROR) {
            *error = status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR
                         ? "it cannot be read"
                         : "it is no database of this form, or is damaged";
        }
        free(mmdb);
        return NULL;
    }
    atomic_init(&mmdb->damaged, 0);
    *error = check_tree(&mmdb->file, fact);
    if (*error) {
        mmdb_close(mmdb);
        return NULL;
    }
    return mmdb;
}

void mmdb_close(struct mmdb *mmdb)
{
    if (mmdb) {
        MMDB_close(&mmdb->file);
        free(mmdb);
    }
}

static void close_all(struct mmdb_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        mmdb_close(list->items[i]);
    }
    list->count = 0;
}

void databases_close(struct databases *databases)
{
    close_all(&databases->country);
    close_all(&databases->as);
}

void mmdb_write_edition(const struct mmdb *mmdb, struct text *out)
{
    const MMDB_metadata_s *about = &mmdb->file.metadata;

    text_addf(out, "%.100s %llu %u %lld",
              about->database_type ? about->database_type : "",
              (unsigned long long)about->build_epoch, about->node_count,
              (long long)mmdb->file.file_size);
}

int64_t mmdb_built(const struct mmdb *mmdb, size_t *nodes)
{
    const MMDB_metadata_s *about = &mmdb->file.metadata;
    uint64_t most = INT64_MAX / 1000000;

    *nodes = about->node_count;
    return (int64_t)(about->build_epoch < most ? about->build_epoch : most) *
           1000000;
}

uint64_t mmdb_damaged(const struct mmdb *mmdb)
{
    return atomic_load_explicit(&mmdb->damaged, memory_order_relaxed);
}

/* ---- asking ---- */

union socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static void to_socket_address(const struct address *address,
                              union socket_address *out)
{
    memset(out, 0, sizeof(*out));
    if (address_is_v4(address)) {
        out->v4.sin_family = AF_INET;
        memcpy(&out->v4.sin_addr, address->bytes + 12, 4);
    } else {
        out->v6.sin6_family = AF_INET6;
        memcpy(&out->v6.sin6_addr, address->bytes, 16);
    }
}

static enum mmdb_answer ask_one(struct mmdb *mmdb, enum mmdb_fact fact,
                                const union socket_address *address,
                                struct mmdb_value *out)
{
    int status = MMDB_SUCCESS;
    MMDB_lookup_result_s result =
        MMDB_lookup_sockaddr(&mmdb->file, &address->any, &status);
    enum mmdb_answer answer = MMDB_UNKNOWN;

    if (status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) {
        return MMDB_UNKNOWN; /* not damaged: it does not say */
    }
    if (status == MMDB_SUCCESS) {
        answer = result.found_entry ? read_record(&result.entry, fact, out)
                                    : MMDB_NONE;
    }
    if (answer == MMDB_UNKNOWN) {
        atomic_fetch_add_explicit(&mmdb->damaged, 1, memory_order_relaxed);
    }
    return answer;
}

enum mmdb_answer mmdb_ask(const struct mmdb_list *list, enum mmdb_fact fact,
                          const struct address *address, struct mmdb_value *out)
{
    enum mmdb_answer answer = list->count ? MMDB_NONE : MMDB_UNKNOWN;
    union socket_address socket_address;

    to_socket_address(address, &socket_address);
    for (size_t i = 0; i < list->count; i++) {
        enum mmdb_answer one =
            ask_one(list->items[i], fact, &socket_address, out);

        if (one == MMDB_FOUND) {
            return MMDB_FOUND;
        }
        answer = one == MMDB_UNKNOWN ? MMDB_UNKNOWN : answer;
    }
    return answer;
}
