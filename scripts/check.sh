#!/usr/bin/env bash
# Form, types, imports and house rules: runs every step, then says which failed.
# `scripts/check.sh --without-guards` leaves the house rules to the whole suite, which holds them too.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

scripts/prepare-tests.sh || exit 1

failed=()
step() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed+=("$name")
}

step format .venv/bin/ruff format --check .
step lint .venv/bin/ruff check .
step types .venv/bin/mypy
step imports .venv/bin/lint-imports --no-logo
[ "${1:-}" = --without-guards ] || step guards .venv/bin/python -m pytest -q tests/guards

if [ ${#failed[@]} -gt 0 ]; then
    printf '\nmake check: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
printf '\nmake check: all good\n'
