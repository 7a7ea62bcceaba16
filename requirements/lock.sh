#!/bin/sh
# Rewrites the hashed locks from the .in files; run by `make lock`.
# The locks name no index and no address, so that they install from any mirror.
set -eu
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        "requirements/$1.in" --output-file "requirements/$1.txt" ${2:+--constraint "requirements/$2.txt"}
}
compile dev
for name in local base bootstrap; do
    compile "$name" dev
done
