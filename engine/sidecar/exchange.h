/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP exchange as the rest of the sidecar sees it: what came in, what
 * goes out. The transport (server.c) fills the upper half and sends the
 * lower one; nobody else knows which HTTP library is used.
 */
#ifndef WB_SIDECAR_EXCHANGE_H
#define WB_SIDECAR_EXCHANGE_H

#include <stdbool.h>

#include "sidecar/client_ip.h"
#include "weighbridge.h"

/* The engine refuses more than 128 header lines by itself; the proxy's own
 * lines (X-Original-URI and so on) come on top. */
#define EXCHANGE_FIELDS_MAX 160
#define EXCHANGE_TARGET_MAX (16 * 1024)
#define EXCHANGE_ANSWER_MAX 64

struct field {
    struct wb_text name, value;
};

struct slot; /* door.c: what one decision needs */

struct exchange {
    /* In; views live until the exchange is over. */
    const struct peer *peer;
    struct wb_text method, target, version; /* "HTTP/1.1" */
    struct field fields[EXCHANGE_FIELDS_MAX];
    size_t field_count;
    bool fields_over; /* more lines than that */
    bool target_over;
    bool layout_bad;     /* bytes that the HTTP library hid from us */
    bool has_body;       /* one is announced */
    struct wb_text body; /* read only if room was given, see server.h */
    bool body_over;      /* it was longer than the room */

    /* Out; views need to live until the handler's call returns only. */
    unsigned status;
    struct field answer[EXCHANGE_ANSWER_MAX];
    size_t answer_count;
    bool answer_over; /* a header had no room: no answer is sent then */
    bool answer_once; /* it holds what the client sent: not to be kept */
    struct wb_text answer_body;
    bool close; /* the connection is not fit for another exchange */

    struct slot *slot; /* the handler's own */
};

/* Text of a literal or a C string. */
static inline struct wb_text text_of(const char *string)
{
    return (struct wb_text){string, __builtin_strlen(string)};
}

static inline char char_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The same, in any case of ASCII letters? */
static inline bool text_is_fold(struct wb_text a, struct wb_text b)
{
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; i++) {
        if (char_lower(a.data[i]) != char_lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

static inline bool text_is(struct wb_text text, const char *string)
{
    return text.size == __builtin_strlen(string) &&
           __builtin_memcmp(text.data, string, text.size) == 0;
}

/* For the next head of a connection; its peer and target stand. */
static inline void exchange_clear(struct exchange *x)
{
    x->field_count = 0;
    x->fields_over = false;
    x->body = (struct wb_text){NULL, 0};
    x->body_over = false;
    x->answer_count = 0;
    x->answer_over = false;
    x->answer_once = false;
    x->answer_body = (struct wb_text){NULL, 0};
    x->close = false;
    x->slot = NULL;
}

/* Adds a header to the answer. */
static inline void exchange_set(struct exchange *x, struct wb_text name,
                                struct wb_text value)
{
    if (x->answer_count < EXCHANGE_ANSWER_MAX) {
        x->answer[x->answer_count++] = (struct field){name, value};
    } else {
        x->answer_over = true;
    }
}

#endif
