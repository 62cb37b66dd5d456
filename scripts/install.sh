#!/usr/bin/env bash
# Makes .venv ready: `scripts/install.sh run` for the service, `scripts/install.sh dev` for its tests and checks too.
# Does nothing (in some hundredths of a second) while the locks, pyproject.toml and this script have not changed.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly LEVEL=${1:?run or dev}

fingerprint() {
    { pwd && cat "requirements/$1.txt" pyproject.toml scripts/install.sh; } | sha256sum
}

if [ "$(cat ".venv/.ready-$LEVEL" 2>/dev/null)" = "$(fingerprint "$LEVEL")" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

# The first Python that is recent enough; `PYTHON=… make run` names another.
find_python() {
    local name
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "Python 3.11 ou plus récent est nécessaire. Installez-le, ou donnez son chemin : PYTHON=/chemin/python3 make run" >&2
    return 1
}

missing_packages() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    "$1" -c 'import ctypes; ctypes.CDLL("libmagic.so.1")' 2>/dev/null || echo libmagic1
    command -v bwrap >/dev/null || echo bubblewrap
}

python=$(find_python)
mapfile -t missing < <(missing_packages "$python")
if [ "${missing[*]}" = bubblewrap ] && [ "$(id -u)" != 0 ]; then
    scripts/packages.sh bubblewrap || echo "Sans bubblewrap, les fichiers reçus sont examinés sous simples limites de ressources." >&2
elif [ ${#missing[@]} -gt 0 ]; then
    scripts/packages.sh "${missing[@]}"
fi

echo "Installation des dépendances dans .venv (une à deux minutes la première fois)…"
.venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet --quiet "$@"; }
pip install --require-hashes --requirement "requirements/$LEVEL.txt"
# Apart: hashes can't be demanded of the project's own folder.
pip install --no-deps --no-build-isolation --editable .
fingerprint "$LEVEL" >".venv/.ready-$LEVEL"
# The tools' lock holds the service's versions too.
fingerprint run >.venv/.ready-run
