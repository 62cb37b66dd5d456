#!/usr/bin/env bash
# The whole suite; further words go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prepare-tests.sh
# Two files at a time on two cores; `make test` leaves none out, `scripts/test.sh -n 0 …` takes them one by one.
exec .venv/bin/python -m pytest -n auto --dist loadfile "$@"
