#!/usr/bin/env bash
# Installs the named Debian packages when root; otherwise prints the exact command and fails.
set -euo pipefail

if ! command -v apt-get >/dev/null; then
    echo "Il manque à cette machine (noms des paquets Debian) : $*. Installez-les, puis relancez la commande." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "Il manque des paquets à cette machine. Installez-les, puis relancez la commande :" >&2
    echo "    sudo apt-get update && sudo apt-get install -y $*" >&2
    exit 1
fi
echo "Installation de paquets du système : $*"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@" >/dev/null
