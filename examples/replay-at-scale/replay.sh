#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Replays the logs of many hosts where they lie, and adds up what they found.
#
#   replay.sh CONFIG LOGS PAGE HOST...
#
# CONFIG goes to every host, into a folder of its own; LOGS is a path there.
# SSH is how a host is reached (ssh), WEIGHBRIDGE the program on it.
set -eu
[ $# -ge 4 ] || {
    echo "usage: replay.sh CONFIG LOGS PAGE HOST..." >&2
    exit 2
}
config=$1
logs=$2
page=$3
shift 3
ssh=${SSH:-ssh}
weighbridge=${WEIGHBRIDGE:-weighbridge}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One host: its partial summary comes back on stdout. The folder of the
# configuration goes along, for rules and policies lie beside it; it is named
# without its path, which is part of what makes configurations the same.
cat >"$work/one" <<END
#!/bin/sh
tar -C "$(dirname "$config")" -cf - . |
    $ssh "\$1" 'set -e; d=\$(mktemp -d); trap "rm -rf \$d" EXIT
        logs=\$(realpath $logs)
        cd "\$d"
        tar -xf -
        $weighbridge replay -c $(basename "$config") --partial - "\$logs"'
END
chmod +x "$work/one"
printf '%s\n' "$@" |
    parallel --jobs 8 --halt now,fail=1 --results "$work/out/" "$work/one" {} \
        >/dev/null
"$weighbridge" merge --summary "$page.json" --report "$page" \
    "$work"/out/*/*/stdout
