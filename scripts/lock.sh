#!/usr/bin/env bash
# Rewrites requirements/*.txt from pyproject.toml: exact versions with their hashes, for Python 3.11 and later on Linux.
# `scripts/lock.sh --upgrade` moves every version forward; without it only what pyproject.toml changed moves.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly UV='uv==0.13.9'
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"${PYTHON:-python3}" -m venv "$tools/venv"
"$tools/venv/bin/pip" install --quiet "$UV"

# No header and no index line: a lock that names a registry's host would bind every machine to that one.
compile() {
    local output=$1
    shift
    "$tools/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --output-file "$output" pyproject.toml requirements/build.in "$@"
}

compile requirements/run.txt "$@"
compile requirements/dev.txt --extra dev --constraint requirements/run.txt "$@"
