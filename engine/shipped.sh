#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writes a C file that holds the named files: the shipped rules and policies
# become part of the library, so that the demo needs no installed folder.
set -eu
echo '/* Made by engine/shipped.sh. */'
echo '#include "shipped.h"'
n=0
for file in "$@"; do
    printf '__asm__(".pushsection .rodata\\n.balign 16\\n"\n'
    printf '    "shipped_%d:\\n.incbin \\"%s\\"\\n"\n' $n "$file"
    printf '    "shipped_%d_end:\\n.byte 0\\n.popsection\\n");\n' $n
    printf 'extern const char shipped_%d[], shipped_%d_end[];\n' $n $n
    n=$((n + 1))
done
echo 'const struct shipped_file shipped_files[] = {'
n=0
for file in "$@"; do
    printf '    {"%s", shipped_%d, shipped_%d_end},\n' "$file" $n $n
    n=$((n + 1))
done
echo '    {0, 0, 0},'
echo '};'
