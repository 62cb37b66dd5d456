#!/usr/bin/env bash
# The whole suite; further words go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prepare-tests.sh
# One more at a time than there are cores, since many wait for a browser or a server; shared out again when one runs dry.
# `scripts/test.sh -n 0 …` takes them one by one.
exec .venv/bin/python -m pytest -n "$(($(nproc) + 1))" --dist worksteal "$@"
