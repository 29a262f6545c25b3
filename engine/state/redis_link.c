/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to hiredis. Its replies are looked at as views and given back.
 */
#include "state/redis_link.h"

#ifdef WITH_HIREDIS

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define WORDS_MAX 16

struct redis_link {
    redisContext *context;
};

/* ---- replies ---- */

static void read_reply(redisReply *from, struct redis_reply *reply)
{
    *reply = (struct redis_reply){.owned = from};
    switch (from->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        reply->kind = REDIS_TEXT;
        reply->text = view_of(from->str, (size_t)from->len);
        break;
    case REDIS_REPLY_INTEGER:
        reply->kind = REDIS_NUMBER;
        reply->number = from->integer;
        break;
    case REDIS_REPLY_ERROR:
        reply->kind = REDIS_ERROR;
        reply->text = view_of(from->str, (size_t)from->len);
        break;
    case REDIS_REPLY_NIL:
        reply->kind = REDIS_NIL;
        break;
    default: /* an array, or of a later protocol */
        reply->kind = REDIS_STRANGE;
    }
}

void redis_reply_free(struct redis_reply *reply)
{
    if (reply->owned) {
        freeReplyObject(reply->owned);
        reply->owned = NULL;
    }
}

/* ---- connecting ---- */

/* HOST:PORT or [HOST]:PORT, checked when it was loaded. */
static redisContext *connect_host(const char *address, struct timeval timeout)
{
    const char *colon = strrchr(address, ':');
    bool brackets = address[0] == '[';
    size_t size;
    char host[256];

    if (!colon) {
        return NULL;
    }
    size = (size_t)(colon - address) - (brackets ? 2 : 0);
    if (size >= sizeof(host)) {
        return NULL;
    }
    memcpy(host, address + brackets, size);
    host[size] = '\0';
    return redisConnectWithTimeout(host, atoi(colon + 1), timeout);
}

static redisContext *connect_to(const char *address, struct timeval timeout)
{
    return strncmp(address, "unix:", 5) == 0
               ? redisConnectUnixWithTimeout(address + 5, timeout)
               : connect_host(address, timeout);
}

static bool is_accepted(struct redis_link *link, const struct view *words,
                        size_t count, char *problem, size_t room)
{
    struct redis_reply reply;
    bool good = redis_link_ask(link, words, count, &reply);

    if (!good) {
        snprintf(problem, room, "%s", link->context->errstr);
    } else if (reply.kind == REDIS_ERROR) {
        snprintf(problem, room, "%.*s", (int)reply.text.size, reply.text.at);
    }
    good = good && reply.kind != REDIS_ERROR;
    redis_reply_free(&reply);
    return good;
}

static bool introduce(struct redis_link *link,
                      const struct redis_link_settings *settings, char *problem,
                      size_t room)
{
    struct view auth[3] = {VIEW("AUTH")};
    size_t count = 1;
    char number[24];

    if (settings->username) {
        auth[count++] = view_text(settings->username);
    }
    if (settings->password) {
        auth[count++] = view_text(settings->password);
        if (!is_accepted(link, auth, count, problem, room)) {
            return false;
        }
    }
    if (settings->database == 0) {
        return true;
    }
    snprintf(number, sizeof(number), "%lld", (long long)settings->database);
    return is_accepted(link, (struct view[]){VIEW("SELECT"), view_text(number)},
                       2, problem, room);
}

struct redis_link *redis_link_open(const struct redis_link_settings *settings,
                                   char *problem, size_t room)
{
    struct timeval timeout = {.tv_sec = settings->timeout / 1000000,
                              .tv_usec = settings->timeout % 1000000};
    struct redis_link *link = calloc(1, sizeof(*link));

    snprintf(problem, room, "out of memory");
    if (!link) {
        return NULL;
    }
    link->context = connect_to(settings->address, timeout);
    if (link->context && link->context->err) {
        snprintf(problem, room, "%s", link->context->errstr);
    } else if (link->context &&
               redisSetTimeout(link->context, timeout) == REDIS_OK &&
               introduce(link, settings, problem, room)) {
        return link;
    }
    redis_link_close(link);
    return NULL;
}

void redis_link_close(struct redis_link *link)
{
    if (link) {
        if (link->context) {
            redisFree(link->context);
        }
        free(link);
    }
}

/* ---- commands ---- */

bool redis_link_put(struct redis_link *link, const struct view *words,
                    size_t count)
{
    const char *at[WORDS_MAX];
    size_t sizes[WORDS_MAX];

    for (size_t i = 0; i < count; i++) {
        at[i] = words[i].at;
        sizes[i] = words[i].size;
    }
    return redisAppendCommandArgv(link->context, (int)count, at, sizes) ==
           REDIS_OK;
}

bool redis_link_ask(struct redis_link *link, const struct view *words,
                    size_t count, struct redis_reply *reply)
{
    void *from = NULL;

    *reply = (struct redis_reply){.kind = REDIS_NIL};
    if (!redis_link_put(link, words, count) ||
        redisGetReply(link->context, &from) != REDIS_OK) {
        return false;
    }
    read_reply(from, reply);
    return true;
}

bool redis_link_pipeline(struct redis_link *link)
{
    int flags = fcntl(link->context->fd, F_GETFL);

    link->context->flags &= ~REDIS_BLOCK;
    return flags >= 0 &&
           fcntl(link->context->fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

int redis_link_fd(const struct redis_link *link)
{
    return link->context->fd;
}

bool redis_link_send(struct redis_link *link, bool *left)
{
    int done = 0;

    if (redisBufferWrite(link->context, &done) != REDIS_OK) {
        return false;
    }
    *left = !done;
    return true;
}

bool redis_link_receive(struct redis_link *link)
{
    return redisBufferRead(link->context) == REDIS_OK;
}

bool redis_link_reply(struct redis_link *link, struct redis_reply *reply,
                      bool *there)
{
    void *from = NULL;

    if (redisGetReplyFromReader(link->context, &from) != REDIS_OK) {
        return false;
    }
    *there = from != NULL;
    if (from) {
        read_reply(from, reply);
    }
    return true;
}

#endif
