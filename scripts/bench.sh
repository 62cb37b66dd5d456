#!/usr/bin/env bash
# What the service promises to be fast at, beside nginx, ffmpeg and a bare Flask application; further words go to it.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh dev
missing=()
# Any of Debian's builds takes PUT. The server that the package starts by itself is not used.
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
command -v ffmpeg >/dev/null || missing+=(ffmpeg)
[ ${#missing[@]} = 0 ] || scripts/packages.sh "${missing[@]}"

exec .venv/bin/python -m benchmarks "$@"
