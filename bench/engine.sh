#!/bin/sh
# Get and put of the engine at 1,000,000 keys of 16 bytes with values of 100, beside other maps in a process: one on
# the heap (no persistence: the bound), Chronicle Map (a file, no log), LMDB (no sync) and armdb. Rounds in turn, medians.
#   ROUNDS=5 bench/engine.sh
. "$(dirname "$0")/common.sh"
rounds=${ROUNDS:-5}
keys=${KEYS:-1000000}
machine
cargo build -q --release --locked --manifest-path src/interop/armdb/Cargo.toml --target-dir target/armdb-peer
./mvnw -q -B -Pjmh test-compile
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Prints lines of: benchmark peer score unit.
jmh() {
  ./mvnw -q -o -B -Pjmh exec:exec@jmh -Djmh.args="$1 -f 1 -wi 3 -i 3 -w 1 -r 2 -p keys=$keys -rf csv -rff $dir/csv -prof gc" >"$dir/log" 2>&1 ||
    { cat "$dir/log" >&2; exit 1; }
  sed '1d; s/"//g' "$dir/csv"
}

round=0
while [ "$round" -lt "$rounds" ]; do
  round=$((round + 1))
  jmh EngineBenchmark | awk -F, '{ print $1, "slotstream", $5 }' >>"$dir/all"
  jmh PeerBenchmark | awk -F, '{ print $1, $(NF), $5 }' >>"$dir/all"
  target/armdb-peer/release/armdb-peer bench-engine --dir "$dir/armdb" --shards 2 --shape 16x100 --keys "$keys" >>"$dir/armdb.txt"
  rm -rf "$dir/armdb"
done
cat "$dir/armdb.txt"
cut -d ' ' -f 1,2 "$dir/all" | sort -u | while read -r what who; do
  printf '%s %s %s\n' "$what" "$who" "$(awk -v w="$what" -v p="$who" '$1 == w && $2 == p { print $3 }' "$dir/all" | median)"
done
