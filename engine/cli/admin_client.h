/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of the admin API: one request, one answer, over TCP or a unix
 * socket. The token comes from a file that only its owner may read, or from
 * WEIGHBRIDGE_TOKEN; never from the command line, which everybody can read.
 */
#ifndef WB_CLI_ADMIN_CLIENT_H
#define WB_CLI_ADMIN_CLIENT_H

#include "cli/cli.h"

extern const char *admin_address, *admin_token_file;

#define OPTIONS_ADMIN                                                          \
    {.name = "--admin",                                                        \
     .value = "ADDRESS",                                                       \
     .about = "IP:PORT or unix:PATH; 127.0.0.1:8403",                          \
     .text = &admin_address},                                                  \
    {                                                                          \
        .name = "--token-file", .value = "FILE",                               \
        .about = "holds the token; else WEIGHBRIDGE_TOKEN does",               \
        .text = &admin_token_file                                              \
    }

struct admin_answer {
    unsigned status;
    char *data;       /* owned; all that came */
    const char *body; /* within it */
    size_t body_size;
};

/* False after saying on stderr what went wrong. */
bool admin_ask(const char *method, const char *target, const char *body,
               size_t size, struct admin_answer *answer);
void admin_answer_free(struct admin_answer *answer);

#endif
