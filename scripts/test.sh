#!/usr/bin/env bash
# The whole suite; further words go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prepare-tests.sh
# Among the heavier tests, LibreOffice opens the workbooks; it is too large to be installed for each change.
case "$*" in *full*) command -v soffice >/dev/null || scripts/packages.sh libreoffice-calc-nogui ||
    echo "Les tests de LibreOffice seront passés." >&2 ;; esac
# Every write of the service waits for its disk; what a test writes is nobody's, and may stay in memory where there is plenty.
readonly MEMORY=/dev/shm ENOUGH_KIB=$((6 << 20))
if [ "$(df --output=avail "$MEMORY" 2>/dev/null | tail -n 1)" -ge "$ENOUGH_KIB" ] 2>/dev/null &&
    [ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -ge $((2 * ENOUGH_KIB)) ]; then
    TMPDIR=$(mktemp -d "$MEMORY/tests-XXXXXX")
    export TMPDIR
    chmod 711 "$TMPDIR" # PostgreSQL's own user passes through it
    trap 'rm -rf "$TMPDIR"' EXIT
fi
# Half of the time a test waits for a browser or a server: three at a time on two cores, shared out again when one runs dry;
# `scripts/test.sh -n 0 …` takes them one by one.
.venv/bin/python -m pytest -n "$(($(getconf _NPROCESSORS_ONLN) * 3 / 2))" --dist worksteal --durations=40 --durations-min=4 "$@"
