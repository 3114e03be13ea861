#!/bin/sh
# Catch-up of 1,000,000 keys and streaming of 500,000 events, Slotstream and armdb in turn, 5 times each.
. "$(dirname "$0")/common.sh"
keys=${KEYS:-1000000}
events=${EVENTS:-500000}
rounds=${ROUNDS:-5}
machine
cargo build -q --release --locked --manifest-path src/interop/armdb/Cargo.toml --target-dir target/armdb-peer
./mvnw -q -B -Pjmh test-compile dependency:build-classpath -Dmdep.outputFile=target/bench.classpath -Dmdep.includeScope=test
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
compare() {
  ours=$(sed -n "s/.*$2\([0-9]*\).*/\1/p" "$dir/ours" | median)
  theirs=$(sed -n "s/.*$3\([0-9]*\).*/\1/p" "$dir/theirs" | median)
  echo "median, $shards shard(s), $1: slotstream $ours/s, armdb $theirs/s, ratio $(echo "$ours $theirs" | awk '{ printf "%.2f", $1 / $2 }')"
}

for shards in 1 2; do
  : >"$dir/ours" && : >"$dir/theirs"
  for round in $(seq "$rounds"); do
    "$java" --sun-misc-unsafe-memory-access=allow -Xmx1g \
      -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
      dev.slotstream.bench.ReplicationRates "$keys" "$events" "$shards" 2>/dev/null |
      grep '^slotstream' | tee -a "$dir/ours"
    target/armdb-peer/release/armdb-peer bench-replication --dir "$dir" --shape 16x100 --shards "$shards" \
      --keys "$keys" --events "$events" | tee -a "$dir/theirs"
  done
  compare "catch-up, keys" 'catch-up=' 'keys_per_second='
  compare "streaming, events" 'streamed=' 'events_per_second='
done
