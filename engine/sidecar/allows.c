/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker thread belongs to one server, so a list of each thread's is enough;
 * the server's list of all is for the end only.
 */
#include "sidecar/allows.h"

#include <stdatomic.h>
#include <stdlib.h>

static _Thread_local struct allow *idle;

struct allow *allow_take(struct allows *allows)
{
    struct allow *allow = idle;

    if (allow != NULL) {
        idle = allow->next;
        return allow;
    }
    allow = calloc(1, sizeof *allow);
    if (allow != NULL) {
        allow->made = atomic_load(&allows->made);
        while (
            !atomic_compare_exchange_weak(&allows->made, &allow->made, allow)) {
        }
    }
    return allow;
}

void allow_give(struct allow *allow)
{
    if (allow != NULL) {
        allow->next = idle;
        idle = allow;
    }
}

void allow_empty(struct allow *allow, void (*destroy)(struct MHD_Response *))
{
    if (allow->response != NULL) {
        destroy(allow->response);
    }
    free(allow->kept);
    allow->response = NULL;
    allow->kept = NULL;
}

void allows_free(struct allows *allows, void (*destroy)(struct MHD_Response *))
{
    struct allow *allow = atomic_load(&allows->made);

    while (allow != NULL) {
        struct allow *made = allow->made;

        allow_empty(allow, destroy);
        free(allow);
        allow = made;
    }
}
