/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of the common or combined log format, as nginx and Apache write it:
 *
 *   [VHOST ]CLIENT IDENT USER [TIME] "REQUEST" STATUS BYTES "REFERER" "AGENT"
 *
 * The last two are missing in the common format; what else follows is
 * skipped. Escapes of both servers (\xHH, \" \\ \n \t ...) are taken back in
 * place. Nothing is allocated; all views are into the line.
 */
#ifndef WB_REPLAY_COMBINED_H
#define WB_REPLAY_COMBINED_H

#include <stdint.h>

#include "base/view.h"
#include "replay/log_time.h"

/* Why a line gives no request. */
enum line_fault {
    LINE_FINE,
    LINE_TOO_LONG,   /* over LINE_SIZE_MAX */
    LINE_NO_TIME,    /* no [time] and "request": another format */
    LINE_NO_REQUEST, /* the server understood no request: "-", TLS bytes */
    LINE_CUT,        /* ends within a field */
    LINE_NO_RECORD,  /* no request record */
    LINE_NOTE,       /* the log's own words: neither read nor unreadable */
    LINE_LOST,       /* a compressed file is cut or corrupt from here on */
    LINE_FAULTS
};

struct combined {
    struct view vhost;  /* NONE: this layout has none */
    struct view client; /* NONE: "-" */
    int64_t time;
    struct view method;
    struct view target;
    struct view version;    /* "1.1", "2"; NONE: unknown */
    bool has_headers;       /* the two below were logged */
    struct view referer;    /* NONE: "-" */
    struct view user_agent; /* NONE: "-" */
    unsigned status;        /* 0: "-" */
    uint64_t bytes;
};

/* Reads `line`, without its newline; its bytes change where escapes are
 * taken back, but only when LINE_FINE is returned. vhost: a host stands
 * before the client's address. */
enum line_fault combined_read(char *line, size_t size, bool vhost,
                              struct log_clock *clock, struct combined *out);
/* Does it look as if a host stood before the client's address? */
bool combined_has_vhost(struct view line);

#endif
