/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to LMDB.
 *
 *   main database   "format"    ──► FORMAT
 *                   "forgotten" ──► int64: end of the last bucket dropped
 *                   "until" + hex ──► a bucket: a database of its own
 *   bucket          kind, key ──► a record, see claim_record.h
 *
 * A bucket holds what expires before its end, and is dropped whole then. No
 * index, no delete but of what the table put out. No map that is written to:
 * a full disk would be SIGBUS. LMDB's own lock is left out: the folder's is
 * held, one thread at a time calls, and no reader is beside it.
 */
#include "state/claim_file.h"

#ifdef WITH_LMDB

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/claim_record.h"
#include "state/shared_record.h"

#define FORMAT "weighbridge claims 2"
/* 70 of minutes, 48 of hours, 400 of days, one for ever; twice. */
#define BUCKETS_MAX 1040
#define MAP_RESERVE ((size_t)16 << 20)

struct bucket {
    int64_t end;
    MDB_dbi dbi; /* while open */
    bool open;
};

struct claim_file {
    int folder; /* locked while the file is open */
    MDB_env *env;
    MDB_dbi main;
    size_t map_bytes;
    struct bucket buckets[BUCKETS_MAX];
    size_t bucket_count;
    int64_t forgotten;
};

static MDB_val val_of(const void *data, size_t size)
{
    return (MDB_val){size, (void *)(uintptr_t)data};
}

/* ---- buckets ---- */

static struct bucket *find_bucket(struct claim_file *f, int64_t end)
{
    for (size_t i = f->bucket_count; i-- > 0;) {
        if (f->buckets[i].end == end) {
            return &f->buckets[i];
        }
    }
    return NULL;
}

static int open_bucket(MDB_txn *txn, struct bucket *bucket, unsigned flags)
{
    char name[CLAIM_BUCKET_NAME];
    int error = 0;

    if (!bucket->open) {
        claim_bucket_name(bucket->end, name);
        error = mdb_dbi_open(txn, name, flags, &bucket->dbi);
        bucket->open = error == 0;
    }
    return error;
}

/* The bucket of a claim, made if need be. */
static int take_bucket(struct claim_file *f, MDB_txn *txn, int64_t end,
                       MDB_dbi *dbi)
{
    struct bucket *bucket = find_bucket(f, end);
    int error;

    if (!bucket && f->bucket_count == BUCKETS_MAX) {
        return MDB_DBS_FULL;
    }
    if (!bucket) {
        bucket = &f->buckets[f->bucket_count++];
        *bucket = (struct bucket){.end = end};
    }
    error = open_bucket(txn, bucket, MDB_CREATE);
    *dbi = bucket->dbi;
    return error;
}

/* After a transaction that failed: it closed the handles that it opened, and
 * LMDB does not tell which. Opening one that is open gives it again. */
static void forget_handles(struct claim_file *f)
{
    for (size_t i = 0; i < f->bucket_count; i++) {
        f->buckets[i].open = false;
    }
}

/* Ends a transaction: commits it, unless there was an error. */
static int end_txn(struct claim_file *f, MDB_txn *txn, int error)
{
    if (error != 0) {
        mdb_txn_abort(txn);
    } else {
        error = mdb_txn_commit(txn);
    }
    if (error != 0) {
        forget_handles(f);
    }
    return error;
}

static int drop_bucket(MDB_txn *txn, struct bucket *bucket)
{
    int error = open_bucket(txn, bucket, 0);

    if (error == MDB_NOTFOUND) {
        return 0; /* the transaction that made it failed */
    }
    bucket->open = false; /* dropping closes it */
    return error ? error : mdb_drop(txn, bucket->dbi, 1);
}

static int drop_until(struct claim_file *f, int64_t ended, int64_t forgotten)
{
    MDB_val key = val_of("forgotten", 9);
    MDB_val value = val_of(&forgotten, sizeof(forgotten));
    MDB_txn *txn;
    int error = mdb_txn_begin(f->env, NULL, 0, &txn);

    if (error != 0) {
        return error;
    }
    error = mdb_put(txn, f->main, &key, &value, 0);
    for (size_t i = 0; i < f->bucket_count && error == 0; i++) {
        if (f->buckets[i].end <= ended) {
            error = drop_bucket(txn, &f->buckets[i]);
        }
    }
    return end_txn(f, txn, error);
}

static int64_t latest_ended(const struct claim_file *f, int64_t now)
{
    int64_t ended = INT64_MIN;

    for (size_t i = 0; i < f->bucket_count; i++) {
        if (f->buckets[i].end <= now && f->buckets[i].end > ended) {
            ended = f->buckets[i].end;
        }
    }
    return ended;
}

/* Dropping takes pages itself: a full map grows a little for it. What cannot
 * be dropped now is tried again. */
void claim_file_drop(struct claim_file *f, int64_t now)
{
    int64_t ended = latest_ended(f, now);
    int64_t forgotten = ended > f->forgotten ? ended : f->forgotten;
    size_t kept = 0;
    int error;

    if (ended == INT64_MIN) {
        return;
    }
    error = drop_until(f, ended, forgotten);
    if (error == MDB_MAP_FULL &&
        mdb_env_set_mapsize(f->env, f->map_bytes + MAP_RESERVE) == 0) {
        f->map_bytes += MAP_RESERVE;
        error = drop_until(f, ended, forgotten);
    }
    if (error != 0) {
        return;
    }
    f->forgotten = forgotten;
    for (size_t i = 0; i < f->bucket_count; i++) {
        if (f->buckets[i].end > ended) {
            f->buckets[kept++] = f->buckets[i];
        }
    }
    f->bucket_count = kept;
}

/* ---- writing ---- */

static int put_half(struct claim_file *f, MDB_txn *txn,
                    const struct claim_half_kept *half)
{
    struct claim_record_key key = claim_record_key_of(half, half->proven);
    struct claim_record record = claim_record_of(&key, half);
    MDB_val at = val_of(&key, sizeof(key));
    MDB_val value = val_of(&record, sizeof(record));
    MDB_dbi dbi;
    int error = take_bucket(
        f, txn, claim_record_end(half->expires, half->claimed_at), &dbi);

    return error ? error : mdb_put(txn, dbi, &at, &value, 0);
}

/* Deletes a key's record if that decision's. It may lie in a coarser bucket
 * than now; it may have been claimed anew. *found (may be NULL): it was
 * there. */
static int delete_record(struct claim_file *f, MDB_txn *txn,
                         struct claim_record_key *key, int64_t expires,
                         const unsigned char decision[16], bool *found)
{
    int64_t ends[CLAIM_RECORD_ENDS];
    MDB_val at = val_of(key, sizeof(*key)), value;
    int error = 0;

    claim_record_ends(expires, ends);
    for (size_t i = 0; i < CLAIM_RECORD_ENDS && error == 0; i++) {
        struct bucket *bucket = find_bucket(f, ends[i]);

        error = bucket ? open_bucket(txn, bucket, 0) : MDB_NOTFOUND;
        if (error == 0) {
            error = mdb_get(txn, bucket->dbi, &at, &value);
        }
        if (error == 0 && value.mv_size == sizeof(struct claim_record) &&
            !memcmp((const char *)value.mv_data +
                        offsetof(struct claim_record, decision),
                    decision, 16)) {
            error = mdb_del(txn, bucket->dbi, &at, NULL);
            if (found) {
                *found = true;
            }
        }
        error = error == MDB_NOTFOUND ? 0 : error;
    }
    return error;
}

/* What the table put out goes, or an attacker's claims would fill the
 * file. */
static int delete_evicted(struct claim_file *f, MDB_txn *txn,
                          const struct claim_evicted *evicted, bool identifier)
{
    struct claim_half_kept half = {.identifier = identifier};
    struct claim_record_key key;

    memcpy(half.key, evicted->key, sizeof(half.key));
    key = claim_record_key_of(&half, false);
    return delete_record(f, txn, &key, evicted->expires, evicted->decision,
                         NULL);
}

static int put_call(struct claim_file *f, MDB_txn *txn,
                    const struct claim_call *call)
{
    int error = 0;

    if (call->evicted_identity.there) {
        error = delete_evicted(f, txn, &call->evicted_identity, false);
    }
    if (error == 0 && call->evicted_identifier.there) {
        error = delete_evicted(f, txn, &call->evicted_identifier, true);
    }
    for (int i = 0; i < 2 && error == 0; i++) {
        struct claim_half_kept half = claim_half_of(call, i == 1);

        if (i == 0 || call->claim.has_identifier) {
            error = put_half(f, txn, &half);
        }
    }
    return error;
}

int claim_file_write(struct claim_file *f, const struct claim_call *first)
{
    MDB_txn *txn;
    int error = mdb_txn_begin(f->env, NULL, 0, &txn);

    if (error != 0) {
        return error;
    }
    for (const struct claim_call *call = first; call && error == 0;
         call = call->next) {
        error = call->held ? put_call(f, txn, call) : 0;
    }
    return end_txn(f, txn, error);
}

static int settle_half(struct claim_file *f, MDB_txn *txn,
                       const struct outcome_half *told)
{
    const struct claim_half_kept *half = &told->half;
    struct claim_record_key key = claim_record_key_of(half, told->was_proven);
    bool found = false;
    int error =
        delete_record(f, txn, &key, half->expires, half->decision, &found);
    return error == 0 && found && half->fate != FATE_RELEASED
               ? put_half(f, txn, half)
               : error;
}

int claim_file_settle(struct claim_file *f, const struct outcome_call *first)
{
    MDB_txn *txn;
    int error = mdb_txn_begin(f->env, NULL, 0, &txn);

    if (error != 0) {
        return error;
    }
    for (const struct outcome_call *call = first; call && error == 0;
         call = call->next) {
        for (int i = 0; i < 2 && error == 0; i++) {
            if (call->halves[i].there) {
                error = settle_half(f, txn, &call->halves[i]);
            }
        }
    }
    return end_txn(f, txn, error);
}

int claim_file_keep(struct claim_file *f, const struct shared_record *records,
                    size_t count)
{
    MDB_txn *txn;
    MDB_dbi dbi;
    int error = mdb_txn_begin(f->env, NULL, 0, &txn);

    if (error != 0) {
        return error;
    }
    for (size_t i = 0; i < count && error == 0; i++) {
        struct shared_file_key key;
        struct shared_file_record record;
        MDB_val at = val_of(&key, sizeof(key));
        MDB_val value = val_of(&record, sizeof(record));

        shared_record_write(&records[i], &key, &record);
        error = take_bucket(
            f, txn, claim_record_end(record.expires, record.changed), &dbi);
        error = error ? error : mdb_put(txn, dbi, &at, &value, 0);
    }
    return end_txn(f, txn, error);
}

/* ---- reading what is there ---- */

static int visit_record(const MDB_val *key, const MDB_val *value,
                        const struct claim_file_visitor *visitor)
{
    struct claim_half_kept half;
    struct shared_record shared;

    if (claim_record_read(key->mv_data, key->mv_size, value->mv_data,
                          value->mv_size, &half)) {
        return visitor->claim(visitor->context, &half) ? 0 : ENOMEM;
    }
    if (!shared_record_read(key->mv_data, key->mv_size, value->mv_data,
                            value->mv_size, &shared)) {
        return MDB_CORRUPTED;
    }
    visitor->shared(visitor->context, &shared);
    return 0;
}

static int visit_bucket(MDB_txn *txn, struct bucket *bucket,
                        const struct claim_file_visitor *visitor)
{
    MDB_val key, value;
    MDB_cursor *cursor;
    MDB_stat stat;
    size_t seen = 0;
    int error = open_bucket(txn, bucket, 0);

    if (error != 0 || (error = mdb_stat(txn, bucket->dbi, &stat)) != 0 ||
        (error = mdb_cursor_open(txn, bucket->dbi, &cursor)) != 0) {
        return error;
    }
    while (error == 0 &&
           (error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        seen++;
        error = visit_record(&key, &value, visitor);
    }
    mdb_cursor_close(cursor);
    if (error == MDB_NOTFOUND) {
        error = seen == stat.ms_entries ? 0 : MDB_CORRUPTED;
    }
    return error;
}

int claim_file_visit(struct claim_file *f,
                     const struct claim_file_visitor *visitor)
{
    MDB_txn *txn;
    int error = mdb_txn_begin(f->env, NULL, 0, &txn);

    if (error != 0) {
        return error;
    }
    for (size_t i = 0; i < f->bucket_count && error == 0; i++) {
        error = visit_bucket(txn, &f->buckets[i], visitor);
    }
    return end_txn(f, txn, error); /* keeps the handles */
}

int64_t claim_file_forgotten(const struct claim_file *f)
{
    return f->forgotten;
}

/* A name of the main database. */
static int read_name(struct claim_file *f, const MDB_val *key,
                     const MDB_val *value)
{
    char name[CLAIM_BUCKET_NAME], again[CLAIM_BUCKET_NAME];
    int64_t end;

    if (key->mv_size == 6 && !memcmp(key->mv_data, "format", 6)) {
        return 0;
    }
    if (key->mv_size == 9 && !memcmp(key->mv_data, "forgotten", 9)) {
        if (value->mv_size != sizeof(f->forgotten)) {
            return MDB_CORRUPTED;
        }
        memcpy(&f->forgotten, value->mv_data, sizeof(f->forgotten));
        return 0;
    }
    if (key->mv_size != CLAIM_BUCKET_NAME - 1 ||
        f->bucket_count == BUCKETS_MAX) {
        return MDB_CORRUPTED;
    }
    memcpy(name, key->mv_data, CLAIM_BUCKET_NAME - 1);
    name[CLAIM_BUCKET_NAME - 1] = '\0';
    end = (int64_t)strtoull(name + CLAIM_BUCKET_PREFIX, NULL, 16);
    claim_bucket_name(end, again);
    if (strcmp(name, again) != 0) {
        return MDB_CORRUPTED;
    }
    f->buckets[f->bucket_count++] = (struct bucket){.end = end};
    return 0;
}

/* The buckets' names; in an empty file, writes the format. EPROTO: a foreign
 * file. */
static int read_main(struct claim_file *f, MDB_txn *txn)
{
    MDB_val key = val_of("format", 6), value;
    MDB_val format = val_of(FORMAT, sizeof(FORMAT) - 1);
    MDB_cursor *cursor;
    MDB_stat stat;
    int error = mdb_get(txn, f->main, &key, &value);

    if (error == MDB_NOTFOUND && (error = mdb_stat(txn, f->main, &stat)) == 0) {
        return stat.ms_entries ? EPROTO
                               : mdb_put(txn, f->main, &key, &format, 0);
    }
    if (error == 0 && (value.mv_size != format.mv_size ||
                       memcmp(value.mv_data, FORMAT, format.mv_size) != 0)) {
        error = EPROTO;
    }
    if (error != 0 || (error = mdb_cursor_open(txn, f->main, &cursor)) != 0) {
        return error;
    }
    while (error == 0 &&
           (error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        error = read_name(f, &key, &value);
    }
    mdb_cursor_close(cursor);
    return error == MDB_NOTFOUND ? 0 : error;
}

/* ---- opening and closing ---- */

/* A page beyond the end of the file cannot be read, only die of. One that is
 * all zero can, and LMDB knows that it is none. The last pages may never have
 * been written: they were taken and given back. */
static int lengthen(struct claim_file *f)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat file;
    off_t whole;
    int fd;
    int error = mdb_env_info(f->env, &info);

    error = error ? error : mdb_env_stat(f->env, &stat);
    error = error ? error : mdb_env_get_fd(f->env, &fd);
    if (error != 0) {
        return error;
    }
    whole = (off_t)((info.me_last_pgno + 1) * stat.ms_psize);
    if (fstat(fd, &file) != 0 ||
        (file.st_size < whole && ftruncate(fd, whole) != 0)) {
        return errno;
    }
    return 0;
}

/* The folder's lock: two tables over one file would each let a payment
 * through. The system drops it when the process dies. */
static int lock_folder(struct claim_file *f, const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return errno;
    }
    f->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->folder < 0 || flock(f->folder, LOCK_EX | LOCK_NB) != 0) {
        return errno;
    }
    return 0;
}

static int read_file(struct claim_file *f)
{
    MDB_txn *txn;
    int error = mdb_txn_begin(f->env, NULL, 0, &txn);

    if (error != 0) {
        return error;
    }
    error = mdb_dbi_open(txn, NULL, 0, &f->main);
    error = error ? error : read_main(f, txn);
    return end_txn(f, txn, error);
}

static int open_env(struct claim_file *f, const char *path, bool power)
{
    unsigned flags = MDB_NOLOCK | (power ? 0 : MDB_NOSYNC);
    int error = mdb_env_create(&f->env);

    error = error ? error : mdb_env_set_maxdbs(f->env, BUCKETS_MAX);
    error = error ? error : mdb_env_set_mapsize(f->env, f->map_bytes);
    error = error ? error : mdb_env_open(f->env, path, flags, 0600);
    error = error ? error : lengthen(f);
    error = error ? error : read_file(f);
    if (error == 0 && power && fsync(f->folder) != 0) {
        error = errno;
    }
    return error;
}

int claim_file_open(const char *path, bool power, size_t map_bytes,
                    struct claim_file **out)
{
    struct claim_file *f = calloc(1, sizeof(*f));
    int error;

    if (!f) {
        return ENOMEM;
    }
    f->map_bytes = map_bytes;
    error = lock_folder(f, path);
    error = error ? error : open_env(f, path, power);
    if (error != 0) {
        claim_file_close(f);
        return error;
    }
    *out = f;
    return 0;
}

void claim_file_close(struct claim_file *f)
{
    if (!f) {
        return;
    }
    if (f->env) {
        mdb_env_sync(f->env, 1); /* fails when it never opened */
        mdb_env_close(f->env);
    }
    if (f->folder >= 0) {
        close(f->folder);
    }
    free(f);
}

const char *claim_file_why(int error)
{
    switch (error) {
    case EWOULDBLOCK:
        return "it is open already";
    case EPROTO:
        return "it holds something else, or claims in a form that this "
               "version does not know";
    case MDB_CORRUPTED:
    case MDB_INVALID:
    case MDB_PAGE_NOTFOUND:
        return "it is damaged; without it, claims start empty";
    default:
        return mdb_strerror(error);
    }
}

#endif
