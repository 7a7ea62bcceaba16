#!/usr/bin/env bash
# Chromium with Chinese type for the tests of pages, and gettext for those of the catalogues.
# Installed where the machine is ours to change (root on Debian or Ubuntu, as in a container);
# elsewhere it says what to install, and those tests are skipped.
set -uo pipefail

wanted=()
command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null \
    || wanted+=(chromium fonts-noto-cjk)
command -v xgettext >/dev/null || wanted+=(gettext)
[ "${#wanted[@]}" -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "make: installing ${wanted[*]} for the tests"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install --yes --no-install-recommends "${wanted[@]}"; } \
        >/dev/null 2>&1 && exit 0
    echo "make: apt-get could not install them" >&2
fi
cat >&2 <<NOTICE
**********************************************************************
Tests of pages, or of catalogues, will be SKIPPED: ${wanted[*]} missing.
On Debian and Ubuntu: apt install ${wanted[*]}
**********************************************************************
NOTICE
