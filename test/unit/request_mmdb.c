/* SPDX-License-Identifier: Apache-2.0 */
/* Databases damaged in every byte: opened or refused, asked, never read
 * beyond their end. test/networks/ has what their answers mean. */
#include <stdlib.h>
#include <unistd.h>

#include "request/mmdb.h"
#include "tap.h"

/* A database of one node: 0.0.0.0/1 is DE, 128.0.0.0/1 has no record. */
static const char sound[] = "\0\0\0\x11\0\0\0\x01"
                            "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                            "\xe1\x47"
                            "country\xe1\x48"
                            "iso_code\x42"
                            "DE"
                            "\xab\xcd\xefMaxMind.com"
                            "\xe9\x4a"
                            "node_count\xc4\0\0\0\1\x4b"
                            "record_size\xa2\0\x20\x4a"
                            "ip_version\xa2\0\x04\x4d"
                            "database_type\x44"
                            "Test\x49"
                            "languages\0\x04\x5b"
                            "binary_format_major_version\xa2\0\2\x5b"
                            "binary_format_minor_version\xa2\0\0\x4b"
                            "build_epoch\x08\x02\0\0\0\0\x6a\xfd\x4b\xc0\x4b"
                            "description\xe0";

static char path[] = "/tmp/wb-mmdb-XXXXXX";

static struct mmdb *open_bytes(const char *bytes, size_t size,
                               const char **error)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        *error = "the test cannot write";
        return NULL;
    }
    return mmdb_open(path, MMDB_COUNTRY, error);
}

static enum mmdb_answer ask(struct mmdb *mmdb, const char *text,
                            struct mmdb_value *out)
{
    struct mmdb *items[] = {mmdb};
    struct mmdb_list list = {items, 1};
    struct address address;

    return address_read(view_text(text), &address)
               ? mmdb_ask(&list, MMDB_COUNTRY, &address, out)
               : MMDB_UNKNOWN;
}

static void whole(const char *bytes, size_t size)
{
    const char *error = NULL;
    struct mmdb *mmdb = open_bytes(bytes, size, &error);
    struct mmdb_value value;
    struct mmdb_list none = {NULL, 0};
    struct address address = {{0}};

    if (!ok(mmdb, "a sound database opens")) {
        tap_note("%s", error);
        return;
    }
    ok(ask(mmdb, "1.2.3.4", &value) == MMDB_FOUND, "an address in it");
    is_view(value.text, "DE", "its country");
    ok(ask(mmdb, "192.0.2.1", &value) == MMDB_NONE, "an address without");
    ok(ask(mmdb, "2001:db8::1", &value) == MMDB_UNKNOWN, "IPv6: not said");
    is_number(mmdb_damaged(mmdb), 0, "nothing is damaged");
    ok(mmdb_ask(&none, MMDB_COUNTRY, &address, &value) == MMDB_UNKNOWN,
       "no database, no answer");
    mmdb_close(mmdb);
    mmdb_close(NULL);
}

/* Every byte as several others: what opens must answer without harm. */
static void damaged(char *bytes, size_t size)
{
    static const unsigned char others[] = {0x00, 0xff, 0x20, 0x5d, 0x80};
    size_t refused = 0, opened = 0, unknown = 0;

    for (size_t i = 0; i < size; i++) {
        char was = bytes[i];

        for (size_t k = 0; k < sizeof(others); k++) {
            const char *error = NULL;
            struct mmdb_value value;
            struct mmdb *mmdb;

            bytes[i] = (char)others[k];
            mmdb = open_bytes(bytes, size, &error);
            if (mmdb) {
                opened++;
                unknown += ask(mmdb, "1.2.3.4", &value) == MMDB_UNKNOWN;
                ask(mmdb, "192.0.2.1", &value);
            } else {
                refused++;
            }
            mmdb_close(mmdb);
        }
        bytes[i] = was;
    }
    ok(refused > size, "%zu of %zu damaged databases refused", refused,
       refused + opened);
    is_number(unknown, 0, "what was sampled at load answers");
}

static void cut(const char *bytes, size_t size)
{
    size_t opened = 0;

    for (size_t i = 0; i < size - 1; i++) {
        const char *error = NULL;
        struct mmdb *mmdb = open_bytes(bytes, i, &error);

        opened += mmdb != NULL;
        mmdb_close(mmdb);
    }
    is_number(opened, 0, "no cut database opens");
}

int main(void)
{
    size_t size = sizeof(sound) - 1;
    char *bytes = malloc(size);
    int file = mkstemp(path);

    if (!bytes || file < 0) {
        return 1;
    }
    close(file);
    memcpy(bytes, sound, size);
    whole(bytes, size);
    damaged(bytes, size);
    cut(bytes, size);
    unlink(path);
    free(bytes);
    return tap_end();
}
