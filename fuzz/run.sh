#!/usr/bin/env bash
# Builds the fuzz targets and runs each for a while; fails on the first input that breaks one.
#
#   fuzz/run.sh SECONDS                 every target, one after the other
#   fuzz/run.sh SECONDS path render     these
#
# Inputs that broke a target are kept in fuzz/artifacts, new ones that reached something in fuzz/corpus; git ignores both.
# `cargo +nightly fuzz run TARGET`, where cargo-fuzz is installed, runs the same targets.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"

if [[ ! ${1-} =~ ^[1-9][0-9]*$ ]]; then
    printf 'usage: fuzz/run.sh SECONDS [TARGET...]\n' >&2
    exit 2
fi
seconds=$1
shift
targets=("$@")
if [ "${#targets[@]}" -eq 0 ]; then
    for file in fuzz_targets/*.rs; do
        targets+=("$(basename "$file" .rs)")
    done
fi

# Address sanitizing is a flag of nightly compilers. A stable one has it too and takes it where it is told to boot a compiler: what
# is built here is never shipped, so nothing rests on the flag staying as it is.
if rustup run nightly rustc --version >/dev/null 2>&1; then
    export RUSTUP_TOOLCHAIN=nightly
else
    export RUSTC_BOOTSTRAP=1
fi
host=$(rustc --version --verbose | sed -n 's/^host: //p')
# What is freed is kept for a while, to be found when it is used again; by default as much as a small machine has.
export ASAN_OPTIONS=quarantine_size_mb=32
folder=${CARGO_TARGET_DIR:-$PWD/target}/fuzz

# What cargo-fuzz gives the compiler: count every edge, show the fuzzer what is compared, and check memory.
flags=(
    --cfg fuzzing
    -Zsanitizer=address
    -Cpasses=sancov-module
    -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0
)
# With a target named, build scripts and macros run as they are.
RUSTFLAGS="${flags[*]}" cargo build --locked --release --target "$host" --target-dir "$folder"

for target in "${targets[@]}"; do
    printf '\n== %s for %s s\n' "$target" "$seconds"
    mkdir -p "corpus/$target" "artifacts/$target"
    # An input of a kilobyte that takes ten seconds or a gibibyte is a finding as well.
    "$folder/$host/release/$target" "corpus/$target" "seeds/$target" \
        -artifact_prefix="artifacts/$target/" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 \
        -print_final_stats=1 -verbosity=1 >"artifacts/$target.log" 2>&1 || {
        tail -n 60 "artifacts/$target.log"
        printf 'error: fuzz target %s found something, see above\n' "$target" >&2
        exit 1
    }
    grep -E '^(stat::number_of_executed_units|stat::peak_rss_mb|Done )' "artifacts/$target.log"
done
