#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs suites with the programs of a build under valgrind's memcheck: each one
# has a stand-in in BUILD/valgrind that runs it there. What memcheck finds ends
# a program with 99, which its suite takes for a failure.
#
#   valgrind.sh BUILD [SUITE...]    default: unit tests, the sidecar, replay
set -eu
cd "$(dirname "$0")/.."
build=$1
shift
if ! command -v valgrind >/dev/null 2>&1; then
    echo 'no valgrind: nothing is checked'
    exit 1
fi

# stand_in PROGRAM
stand_in() {
    cat >"$build/valgrind/${1#"$build"/}" <<END
#!/bin/sh
exec valgrind -q --error-exitcode=99 --leak-check=full \\
    --errors-for-leak-kinds=definite --show-leak-kinds=definite '$PWD/$1' "\$@"
END
    chmod +x "$build/valgrind/${1#"$build"/}"
}

mkdir -p "$build/valgrind/test"
for program in "$build/weighbridge" "$build"/test/*; do
    case $program in *.d) continue ;; esac
    if [ -f "$program" ] && [ -x "$program" ]; then
        stand_in "$program"
    fi
done
if [ $# = 0 ]; then
    for source in test/unit/*.c; do
        # memcheck has the allocator that these would let fail
        grep -q '"failing.h"' "$source" ||
            set -- "$@" "$(basename "$source" .c)"
    done
    set -- "$@" sidecar replay partial
fi
WB_SLOW=${WB_SLOW:-12}
export WB_SLOW
exec sh test/run "$build/valgrind" "$@"
