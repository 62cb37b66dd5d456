#!/usr/bin/env bash
# The whole suite; further words go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prepare-tests.sh
# As many at a time as there are cores, shared out again when one runs dry; `scripts/test.sh -n 0 …` takes them one by one.
exec .venv/bin/python -m pytest -n auto --dist worksteal --durations=40 --durations-min=4 "$@"
