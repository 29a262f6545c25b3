/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to a server of the Redis protocol: blocking while it is
 * made, then a pipeline of commands and replies for one thread.
 */
#ifndef WB_STATE_REDIS_LINK_H
#define WB_STATE_REDIS_LINK_H

#include <stdint.h>

#include "base/view.h"

struct redis_link_settings {
    const char *address;             /* HOST:PORT, [IPv6]:PORT or unix:PATH */
    const char *username, *password; /* or NULL */
    int64_t database;
    int64_t timeout; /* microseconds, for each step of connecting */
};

enum redis_kind {
    REDIS_NIL,
    REDIS_TEXT,
    REDIS_NUMBER,
    REDIS_ERROR,
    REDIS_STRANGE /* a kind that nothing asked for is answered with */
};

/* text: of TEXT (a status too) and ERROR; views into what reply owns. */
struct redis_reply {
    enum redis_kind kind;
    struct view text;
    int64_t number;
    void *owned;
};

struct redis_link;

/* Connected, authenticated, database chosen. NULL: `problem` says why. */
struct redis_link *redis_link_open(const struct redis_link_settings *settings,
                                   char *problem, size_t room);
void redis_link_close(struct redis_link *link); /* NULL is fine */
/* Sends and waits; before redis_link_pipeline only. False: broken, or longer
 * than the timeout. */
bool redis_link_ask(struct redis_link *link, const struct view *words,
                    size_t count, struct redis_reply *reply);
void redis_reply_free(struct redis_reply *reply);

/* From here on nothing blocks. */
bool redis_link_pipeline(struct redis_link *link);
int redis_link_fd(const struct redis_link *link);
/* Puts a command at the end of what is to be sent. */
bool redis_link_put(struct redis_link *link, const struct view *words,
                    size_t count);
/* Sends what the socket takes; *left: not all of it. False: broken. */
bool redis_link_send(struct redis_link *link, bool *left);
/* Receives what is there. False: broken. */
bool redis_link_receive(struct redis_link *link);
/* The next reply in order: *there. False: broken. */
bool redis_link_reply(struct redis_link *link, struct redis_reply *reply,
                      bool *there);

#endif
