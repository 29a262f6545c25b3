#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what examples/package-lock.json pins, if it is not there yet; says
# why not and ends with 1 if it cannot be. Suites may call it at once.
set -u
cd "$(dirname "$0")/../examples" || exit 2
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo 'no node or no npm'
    exit 1
fi
exec 9>.npm-lock
flock 9
if ! cmp -s package-lock.json node_modules/.installed-lock; then
    log=$(mktemp)
    if ! npm ci --no-audit --no-fund --loglevel=error >"$log" 2>&1; then
        echo "npm ci failed: $(grep -m 1 . "$log")"
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
    cp package-lock.json node_modules/.installed-lock
fi
