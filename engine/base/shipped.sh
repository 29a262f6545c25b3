#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writes a C file that holds the named files in a table: the shipped rules and
# policies become part of the library, so that the demo needs no installed
# folder.
#
#   shipped.sh TABLE FILE...
set -eu
table=$1
shift
echo '/* Made by engine/base/shipped.sh. */'
echo '#include "base/shipped.h"'
echo "extern const struct shipped_file ${table}[];"
n=0
for file in "$@"; do
    at=${table}_$n
    printf '__asm__(".pushsection .rodata\\n.balign 16\\n"\n'
    printf '    "%s:\\n.incbin \\"%s\\"\\n"\n' "$at" "$file"
    printf '    "%s_end:\\n.byte 0\\n.popsection\\n");\n' "$at"
    printf 'extern const char %s[], %s_end[];\n' "$at" "$at"
    n=$((n + 1))
done
echo "const struct shipped_file ${table}[] = {"
n=0
for file in "$@"; do
    printf '    {"%s", %s_%d, %s_%d_end},\n' "$file" "$table" $n "$table" $n
    n=$((n + 1))
done
echo '    {0, 0, 0},'
echo '};'
