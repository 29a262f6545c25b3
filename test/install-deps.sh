#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs Debian packages that are missing: as root or with INSTALL=1; else
# it prints the one line to run. What the build needs stops the build; what
# only tests need is said loudly, and the tests that need it are skipped.
#
#   install-deps.sh build|check PACKAGE...
set -u
purpose=$1
shift
missing=
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
        grep -q 'ok installed' || missing="$missing $package"
done
# A system of another kind: look for the tools by what they give instead.
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "not a Debian system: see README for what is needed" >&2
    exit 0
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
    sudo=
elif [ "${INSTALL:-0}" = 1 ]; then
    sudo=sudo
else
    echo "missing packages; run this line, or make with INSTALL=1:" >&2
    echo "  sudo apt-get install -y$missing" >&2
    [ "$purpose" = check ] && exit 0
    exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if { $sudo apt-get update && $sudo apt-get install -y --no-install-recommends \
        $missing; } >"$log" 2>&1; then
    exit 0
fi
tail -n 5 "$log" >&2
if [ "$purpose" = check ]; then
    echo "COULD NOT INSTALL:$missing; what needs them is skipped" >&2
    exit 0
fi
exit 1
