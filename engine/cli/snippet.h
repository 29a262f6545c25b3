/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of proxies' configuration, embedded as they stand in
 * engine/cli/snippets/, one folder a proxy. A template is text with
 *
 *   %%each header    the lines down to %%end once for each header that the
 *   %%each payment   sidecar sets, or for each payment header
 *   %%end
 *   {{name}} {{lower}} {{snake}}   that header: as spelled, x-price, x_price
 *   {{sidecar}} {{host}} {{port}}  where the sidecar listens: IP:PORT, or a
 *                                  unix socket as the proxy writes it
 */
#ifndef WB_CLI_SNIPPET_H
#define WB_CLI_SNIPPET_H

#include <stdio.h>

#include "base/shipped.h"
#include "weighbridge.h"

extern const struct shipped_file snippet_files[];

/* Writes one file of it; `sidecar`: as the proxy is to write it. */
void snippet_write(const struct shipped_file *file,
                   const struct wb_engine *engine, const char *sidecar,
                   FILE *out);

#endif
