#!/bin/sh
# Get and put of the engine at 1,000,000 keys of 16 bytes with values of 100, beside the same of armdb.
. "$(dirname "$0")/common.sh"
machine
cargo build -q --release --locked --manifest-path src/interop/armdb/Cargo.toml --target-dir target/armdb-peer
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
target/armdb-peer/release/armdb-peer bench-engine --dir "$dir" --shards 2 --shape 16x100 --keys 1000000
./mvnw -q -B -Pjmh test-compile exec:exec@jmh -Djmh.args="EngineBenchmark -prof gc ${*:-}"
