#!/usr/bin/env bash
# What the tests and checks need beyond the service: the locked tools, the assets, Chromium and PostgreSQL.
# Where these two can't be installed the tests that need them are skipped, in words (a failure when CI=true).
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh dev
.venv/bin/python scripts/assets.py

missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
if [ ${#missing[@]} -gt 0 ] && ! scripts/packages.sh "${missing[@]}"; then
    echo "Les tests qui ont besoin de ${missing[*]} seront passés." >&2
fi
