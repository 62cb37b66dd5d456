#!/usr/bin/env bash
# What the tests and checks need beyond the service: the locked tools, the assets, Chromium, PostgreSQL, nginx, exiftool,
# ffmpeg, an S3 server and clamd. Where one of these can't be installed the tests that need it are skipped, in words
# (a failure when CI=true).
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh dev
.venv/bin/python scripts/assets.py

# Chromium draws nothing without a font, and depends on none.
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || scripts/packages.sh chromium fonts-liberation ||
    echo "Les tests du navigateur seront passés." >&2
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || scripts/packages.sh postgresql ||
    echo "Les tests sur PostgreSQL seront passés." >&2
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || scripts/packages.sh nginx-light ||
    echo "Les tests derrière un mandataire seront passés." >&2
# Three readers look for an author's marks in the jury copies; ffmpeg also makes films that are full of them.
{ command -v exiftool && command -v ffmpeg; } >/dev/null || scripts/packages.sh libimage-exiftool-perl ffmpeg ||
    echo "Les tests des marques laissées dans les copies seront passés." >&2
{ command -v radosgw && command -v ceph-mon && command -v ceph-osd; } >/dev/null ||
    scripts/packages.sh radosgw ceph-mon ceph-osd ceph-common || echo "Les tests sur S3 seront passés." >&2
command -v clamd >/dev/null || scripts/packages.sh clamav-daemon || echo "Les tests de l'antivirus seront passés." >&2
