#!/usr/bin/env bash
# What the tests and checks need beyond the service: the locked tools, the assets, Chromium, PostgreSQL, an S3
# server, ffmpeg and nginx. Where these can't be installed the tests that need them are skipped, in words (a failure when CI=true).
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh dev
.venv/bin/python scripts/assets.py

# Chromium draws nothing without a font, and depends on none.
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || scripts/packages.sh chromium fonts-liberation ||
    echo "Les tests du navigateur seront passés." >&2
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || scripts/packages.sh postgresql ||
    echo "Les tests sur PostgreSQL seront passés." >&2
{ command -v radosgw && command -v ceph-mon && command -v ceph-osd; } >/dev/null ||
    scripts/packages.sh radosgw ceph-mon ceph-osd ceph-common || echo "Les tests sur S3 seront passés." >&2
{ command -v ffmpeg && { command -v nginx || [ -x /usr/sbin/nginx ]; }; } >/dev/null || scripts/packages.sh ffmpeg nginx-light ||
    echo "L'essai des mesures sera passé." >&2
