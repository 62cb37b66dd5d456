#!/usr/bin/env bash
# Installs what is missing, then becomes `concours serve` or `concours demo`, so that signals reach it directly.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh run
.venv/bin/python scripts/assets.py
exec .venv/bin/concours "$@"
