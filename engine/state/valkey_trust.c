/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the server to be believed? Its run_id changes when it is started anew,
 * and what it had not kept is gone then. The key "run" holds the run_id under
 * which claims were made, and the time before which claims may have been
 * lost, so that all nodes doubt alike, and a new one too.
 */
#include "state/valkey_talk.h"

#ifdef WITH_HIREDIS

#include <stdio.h>
#include <string.h>

void talk_remember_run(struct talk *t, const char run_id[RUN_ID + 1],
                       int64_t lost_before, bool pipelined)
{
    struct redis_reply reply;
    char key[VALKEY_PREFIX_MAX + 8], value[RUN_ID + 32];
    struct view words[3] = {VIEW("SET")};

    snprintf(key, sizeof(key), "%srun", t->s->prefix);
    snprintf(value, sizeof(value), "%s %lld", run_id, (long long)lost_before);
    words[1] = view_text(key);
    words[2] = view_text(value);
    if (pipelined) {
        talk_expect_nothing(t, redis_link_put(t->link, words, 3));
    } else if (redis_link_ask(t->link, words, 3, &reply)) {
        redis_reply_free(&reply);
    }
}

static bool is_run_id(struct view text)
{
    size_t size = 0;

    while (size < text.size && ascii_is_alnum(text.at[size])) {
        size++;
    }
    return text.size == RUN_ID && size == RUN_ID;
}

/* "RUN_ID TIME"; false: it is not. */
bool talk_read_run(struct view text, char run_id[RUN_ID + 1], int64_t *lost)
{
    unsigned long long number;

    if (text.size <= RUN_ID || !is_run_id(view_of(text.at, RUN_ID)) ||
        text.at[RUN_ID] != ' ' ||
        !view_to_u64(view_of(text.at + RUN_ID + 1, text.size - RUN_ID - 1),
                     &number) ||
        number > INT64_MAX) {
        return false;
    }
    memcpy(run_id, text.at, RUN_ID);
    run_id[RUN_ID] = '\0';
    *lost = (int64_t)number;
    return true;
}

/* A server that is empty where claims were, or that was started anew, may
 * have lost all from before now. */
static void judge_run(struct talk *t, const char now_id[RUN_ID + 1],
                      const struct redis_reply *kept)
{
    int64_t now = talk_clock(CLOCK_REALTIME);
    int64_t lost = 0;
    char kept_id[RUN_ID + 1];
    bool known =
        kept->kind == REDIS_TEXT && talk_read_run(kept->text, kept_id, &lost);

    if (!known) {
        lost = t->run_id[0] ? now : 0;
    } else if (strcmp(kept_id, now_id) != 0 && !t->s->trusted) {
        lost = now;
    }
    if (!known || strcmp(kept_id, now_id) != 0) {
        talk_remember_run(t, now_id, lost, false);
    }
    memcpy(t->run_id, now_id, RUN_ID + 1);
    atomic_store(&t->s->lost_before, lost);
}

/* A line "NAME:value" of INFO. */
static struct view find_line(struct view info, const char *name)
{
    size_t size = strlen(name);

    for (size_t at = 0; at < info.size;) {
        const char *line = info.at + at;
        const char *end = memchr(line, '\n', info.size - at);
        size_t length = end ? (size_t)(end - line) : info.size - at;

        at += length + 1;
        if (length > size && line[size] == ':' && !memcmp(line, name, size)) {
            length -= line[length - 1] == '\r';
            return view_of(line + size + 1, length - size - 1);
        }
    }
    return VIEW_NONE;
}

/* What INFO says; NULL: good, else why it cannot be used. */
const char *talk_judge_info(struct talk *t, struct view info,
                            char run_id[RUN_ID + 1])
{
    struct view id = find_line(info, "run_id");
    struct view role = find_line(info, "role");
    struct view policy = find_line(info, "maxmemory_policy");

    if (!is_run_id(id)) {
        return "it does not tell its run_id";
    }
    if (view_equal(role, VIEW("slave"))) {
        return "it is a replica";
    }
    memcpy(run_id, id.at, RUN_ID);
    run_id[RUN_ID] = '\0';
    atomic_store(&t->s->evicting, !view_equal(policy, VIEW("noeviction")));
    return NULL;
}

/* While it may evict, claims may be lost until now. */
void talk_note_evicting(struct talk *t, bool pipelined)
{
    int64_t now;

    if (atomic_load(&t->s->evicting)) {
        now = talk_clock(CLOCK_REALTIME);
        atomic_store(&t->s->lost_before, now);
        talk_remember_run(t, t->run_id, now, pipelined);
    }
}

/* ---- a new connection ---- */

static bool load_scripts(struct talk *t)
{
    bool good = true;

    for (size_t i = 0; i < SCRIPTS && good; i++) {
        struct redis_reply reply;

        good = redis_link_ask(t->link,
                              (struct view[]){VIEW("SCRIPT"), VIEW("LOAD"),
                                              view_text(valkey_scripts[i])},
                              3, &reply) &&
               reply.kind == REDIS_TEXT &&
               reply.text.size == sizeof(t->digests.of[i]);
        if (good) {
            memcpy(t->digests.of[i], reply.text.at, reply.text.size);
        }
        redis_reply_free(&reply);
    }
    return good;
}

const char *talk_judge(struct talk *t)
{
    struct redis_reply info = {.kind = REDIS_NIL};
    struct redis_reply kept = {.kind = REDIS_NIL};
    char key[VALKEY_PREFIX_MAX + 8], run_id[RUN_ID + 1];
    const char *why = "it does not answer INFO";

    snprintf(key, sizeof(key), "%srun", t->s->prefix);
    if (redis_link_ask(t->link, (struct view[]){VIEW("INFO")}, 1, &info) &&
        info.kind == REDIS_TEXT) {
        why = talk_judge_info(t, info.text, run_id);
    }
    redis_reply_free(&info);
    if (why) {
        return why;
    }
    if (!redis_link_ask(t->link, (struct view[]){VIEW("GET"), view_text(key)},
                        2, &kept) ||
        (kept.kind != REDIS_TEXT && kept.kind != REDIS_NIL)) {
        redis_reply_free(&kept);
        return "it does not answer GET";
    }
    judge_run(t, run_id, &kept);
    redis_reply_free(&kept);
    talk_note_evicting(t, false);
    return load_scripts(t) ? NULL : "it does not load scripts";
}

#endif
