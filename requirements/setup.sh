#!/bin/sh
# Makes or refreshes .venv from the hashed lock; run by `make setup`.
# Needs Python 3.11 or newer with venv, and nothing else: no root, no Docker, no Python download.
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
stamp=.venv/.synced

fail() {
    printf 'make setup: %s\n' "$*" >&2
    exit 1
}

current() {
    [ -x .venv/bin/python ] && [ -f "$stamp" ] && .venv/bin/python -c '' 2>/dev/null \
        && cmp -s requirements/dev.txt "$stamp"
}

# Two runs at once (a demo and a test, say) would otherwise sync into each other.
if command -v flock >/dev/null 2>&1 && [ -z "${SUANJI_SETUP_LOCKED:-}" ]; then
    SUANJI_SETUP_LOCKED=1 exec flock .suanji-setup.lock "$0" "$@"
fi

if current; then
    exit 0
fi

command -v "$python" >/dev/null 2>&1 \
    || fail "no '$python' found. Install Python 3.11 or newer, or name one: make setup PYTHON=python3.12"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || fail "'$python' is $("$python" --version 2>&1); Suanji needs Python 3.11 or newer. Name another: make setup PYTHON=python3.12"
"$python" -c 'import venv, ensurepip' 2>/dev/null \
    || fail "'$python' has no venv. On Debian and Ubuntu: apt install python3-venv"

if ! .venv/bin/python -c '' 2>/dev/null; then
    echo "make setup: creating .venv"
    rm -rf .venv
    "$python" -m venv .venv || fail "could not create .venv; see the lines above"
fi
if ! .venv/bin/uv --version >/dev/null 2>&1; then
    echo "make setup: installing uv"
    # `uv pip sync` removes pip, so an interrupted environment may have lost it.
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements/bootstrap.txt || fail "could not install uv; see the lines above"
fi

if [ ! -w "${UV_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}}}" ]; then
    export UV_CACHE_DIR="$PWD/.venv/.uv-cache"
fi
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"
echo "make setup: installing the locked packages"
sync() {
    .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/dev.txt
}
# Behind a TLS proxy only the system's own certificate store knows the authority.
sync || UV_SYSTEM_CERTS=1 sync || fail "could not install the packages; see the lines above"
cp requirements/dev.txt "$stamp"
echo "make setup: done"
