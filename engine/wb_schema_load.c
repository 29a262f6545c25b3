/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wb_schema_write(): what files look like, as JSON Schemas, from the tables
 * that they are read by.
 */
#include "classify/rules_load.h"
#include "pricing/policy_load.h"
#include "settings_tables_load.h"
#include "weighbridge.h"

enum wb_status wb_schema_write(enum wb_schema what, wb_sink *sink,
                               void *context)
{
    static const struct {
        const struct shape *shape;
        const char *title;
    } files[] = {
        [WB_SCHEMA_CONFIG] = {&settings_shape, "weighbridge.yaml"},
        [WB_SCHEMA_RULES] = {&pack_shape, "A rule pack of Weighbridge"},
        [WB_SCHEMA_POLICY] = {&policy_shape, "A price policy of Weighbridge"},
    };

    if ((size_t)what >= sizeof files / sizeof *files) {
        return WB_ERROR_ARGUMENT;
    }
    return shape_print(files[what].shape, files[what].title, sink, context)
               ? WB_OK
               : WB_ERROR_MEMORY;
}
