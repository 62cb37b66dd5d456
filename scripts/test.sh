#!/usr/bin/env bash
# The whole suite; further words go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prepare-tests.sh
exec .venv/bin/python -m pytest "$@"
