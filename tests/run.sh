#!/usr/bin/env bash
# Runs every test of this repository, the proof included, and needs only Rust and Python 3.11 or newer.
#
#   tests/run.sh           all tests
#   tests/run.sh --quick   all but the proof
#
# The proof generates projects and puts each through what its user would do, with uv; where uv is not installed it is brought
# from PyPI, into target/. At its end it says what it did and what it left out because the machine lacks it. Variables:
#
#   PROOF_ALL=1                    every combination of answers, not only every pair: takes hours
#   PROOF_REQUIRE=postgres,python3.14   fail where these are missing
#   PROOF_PYTHONS=/a/python3.12:/b/python3.13   use these interpreters
#   PROOF_KEEP=1                   leave the generated projects where they are
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    printf 'usage: tests/run.sh [--quick]\n' >&2
    exit 2
}

# Puts uv on PATH.
bring_uv() {
    local folder="$PWD/target/test-tools"
    if uv --version >/dev/null 2>&1; then
        return
    fi
    if ! "$folder/bin/uv" --version >/dev/null 2>&1; then
        install_uv "$folder"
    fi
    PATH="$folder/bin:$PATH"
    export PATH
}

# Installs uv from PyPI into a folder, with the first interpreter that is new enough and can install anything.
install_uv() {
    local folder=$1 python
    for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            continue
        fi
        rm -rf -- "$folder"
        # Some systems give Python without venv, some without pip.
        if "$python" -m venv "$folder" >/dev/null 2>&1; then
            if "$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv; then
                return
            fi
        elif "$python" -m pip install --quiet --disable-pip-version-check --target "$folder" uv; then
            return
        fi
    done
    printf 'error: uv is not installed, and no Python 3.11 or newer with venv or pip could install it\n' >&2
    return 1
}

case "$#:${1-}" in
    0:)
        bring_uv
        cargo test --locked --no-fail-fast --lib --bins --tests
        ;;
    1:--quick)
        targets=(--lib --bins)
        for main in tests/*/main.rs; do
            name=$(basename "$(dirname "$main")")
            if [ "$name" != proof ]; then
                targets+=(--test "$name")
            fi
        done
        cargo test --locked --no-fail-fast "${targets[@]}"
        ;;
    *)
        usage
        ;;
esac
