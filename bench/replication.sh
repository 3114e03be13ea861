#!/bin/sh
# Catch-up of 1,000,000 keys and streaming of 500,000 events: Slotstream, armdb and Redis in turn, 5 times each.
. "$(dirname "$0")/common.sh"
keys=${KEYS:-1000000}
events=${EVENTS:-500000}
rounds=${ROUNDS:-5}
need redis-server redis-server
need redis-benchmark redis-tools
machine
redis-server --version
cargo build -q --release --locked --manifest-path src/interop/armdb/Cargo.toml --target-dir target/armdb-peer
./mvnw -q -B -Pjmh test-compile dependency:build-classpath -Dmdep.outputFile=target/bench.classpath -Dmdep.includeScope=test
dir=$(mktemp -d)
first_port=17380
second_port=17381
stop_redis() {
  redis-cli -p $first_port shutdown nosave >/dev/null 2>&1 || true
  redis-cli -p $second_port shutdown nosave >/dev/null 2>&1 || true
}
trap 'stop_redis; rm -rf "$dir"' EXIT

now() {
  date +%s%N
}

rate() {
  echo "$1 $2" | awk '{ printf "%.0f", $1 * 1e9 / $2 }'
}

info() {
  redis-cli -p "$1" info replication | tr -d '\r' | sed -n "s/^$2://p"
}

# A primary and a replica without persistence; the full copy goes over the socket, not through a file.
redis_rates() {
  for port in $first_port $second_port; do
    redis-server --port $port --bind 127.0.0.1 --save '' --appendonly no --repl-diskless-sync yes \
      --repl-diskless-sync-delay 0 --repl-diskless-load swapdb --client-output-buffer-limit 'replica 0 0 0' \
      --enable-debug-command local --daemonize yes --dir "$dir" >/dev/null
    until redis-cli -p $port ping >/dev/null 2>&1; do sleep 0.05; done
  done
  redis-cli -p $first_port debug populate "$keys" 1234567 100 >/dev/null
  start=$(now)
  redis-cli -p $second_port replicaof 127.0.0.1 $first_port >/dev/null
  until [ "$(info $second_port master_link_status)" = up ]; do sleep 0.01; done
  caught_up=$(rate "$keys" $(($(now) - start)))
  start=$(now)
  redis-benchmark -p $first_port -t set -n "$events" -r 1000000000 -d 100 -c 4 -P 64 -q >/dev/null
  end=$(info $first_port master_repl_offset)
  until [ "$(info $second_port slave_repl_offset)" -ge "$end" ]; do sleep 0.01; done
  echo "redis keys=$keys catch-up=$caught_up keys/s streamed=$(rate "$events" $(($(now) - start))) events/s"
  stop_redis
  while redis-cli -p $first_port ping >/dev/null 2>&1 || redis-cli -p $second_port ping >/dev/null 2>&1; do sleep 0.05; done
}

compare() {
  ours=$(sed -n "s/.*$2\([0-9]*\).*/\1/p" "$dir/ours" | median)
  theirs=$(sed -n "s/.*$3\([0-9]*\).*/\1/p" "$dir/theirs" | median)
  redis=$(sed -n "s/.*$2\([0-9]*\).*/\1/p" "$dir/redis" | median)
  echo "$ours $theirs $redis" | awk -v what="median, $shards shard(s), $1" '{
    printf "%s: slotstream %d/s, armdb %d/s (ratio %.2f), redis %d/s (ratio %.2f)\n", what, $1, $2, $1 / $2, $3, $1 / $3 }'
}

for shards in 1 2; do
  : >"$dir/ours" && : >"$dir/theirs" && : >"$dir/redis"
  for round in $(seq "$rounds"); do
    "$java" --sun-misc-unsafe-memory-access=allow -Xmx1g \
      -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
      dev.slotstream.bench.ReplicationRates "$keys" "$events" "$shards" 2>/dev/null |
      grep '^slotstream' | tee -a "$dir/ours"
    target/armdb-peer/release/armdb-peer bench-replication --dir "$dir" --shape 16x100 --shards "$shards" \
      --keys "$keys" --events "$events" | tee -a "$dir/theirs"
    redis_rates | tee -a "$dir/redis"
  done
  compare "catch-up, keys" 'catch-up=' 'keys_per_second='
  compare "streaming, events" 'streamed=' 'events_per_second='
done
