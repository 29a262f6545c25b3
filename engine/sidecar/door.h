/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of one ask: checked, read in the listener's dialect, decided,
 * answered. One door per listener; what they share is given by the caller.
 */
#ifndef WB_SIDECAR_DOOR_H
#define WB_SIDECAR_DOOR_H

#include "sidecar/denied.h"
#include "sidecar/log.h"
#include "sidecar/reload.h"
#include "sidecar/server.h"
#include "sidecar/slots.h"

struct door {
    unsigned index; /* of the listener */
    struct reload *reload;
    struct wb_state *state;
    struct slots *slots;
    struct denied *denied;  /* NULL: no listener needs it */
    struct log *log;        /* NULL: off */
    struct wb_audit *audit; /* the same */
};

/* The handler whose context is a struct door. */
struct server_handler door_handler(struct door *door);

/* ---- between door.c and dialect_json.c ---- */

/* Is it an ask of a request record? Else a refusal. */
enum refusal ask_record_head(const struct exchange *x);
/* Reads the body into the slot's request; false: a bad record was answered. */
bool ask_record_read(struct exchange *x);
/* Answers with the decision as JSON. */
void ask_record_answer(struct exchange *x);

#endif
