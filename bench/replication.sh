#!/bin/sh
# What replication does and what it costs.
#   rates   catch-up of 1,000,000 keys and streaming of 500,000 events: Slotstream, armdb and Redis in turn
#   lag     how far a follower is behind a leader that takes 20,000 PUTs/s over HTTP
#   puts    PUTs/s over HTTP with one follower and without, in turn
# Medians, ratios and the bars.
#   ROUNDS=5 bench/replication.sh [rates] [lag] [puts]
. "$(dirname "$0")/common.sh"
parts=${*:-rates lag puts}
keys=${KEYS:-1000000}
events=${EVENTS:-500000}
rehearsals=${REHEARSALS:-6}
rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-10}
connections=${CONNECTIONS:-64}
per_second=${WRITES_PER_SECOND:-20000}
machine
dir=$(mktemp -d)
first_port=17380
second_port=17381
trap 'end_owned; rm -rf "$dir"' EXIT

now() {
  date +%s%N
}

rate() {
  echo "$1 $2" | awk '{ printf "%.0f", $1 * 1e9 / $2 }'
}

info() {
  redis-cli -p "$1" info replication | tr -d '\r' | sed -n "s/^$2://p"
}

link_is_up() {
  [ "$(info $second_port master_link_status)" = up ]
}

replica_has() {
  [ "$(info $second_port slave_repl_offset)" -ge "$1" ]
}

# A primary and a replica without persistence; the full copy goes over the socket, not through a file.
redis_rates() {
  for port in $first_port $second_port; do
    redis-server --port $port --bind 127.0.0.1 --save '' --appendonly no --repl-diskless-sync yes \
      --repl-diskless-sync-delay 0 --repl-diskless-load swapdb --client-output-buffer-limit 'replica 0 0 0' \
      --enable-debug-command local --dir "$dir" >/dev/null 2>&1 &
    own
    await redis-cli -p $port ping
  done
  redis-cli -p $first_port debug populate "$keys" 1234567 100 >/dev/null
  start=$(now)
  redis-cli -p $second_port replicaof 127.0.0.1 $first_port >/dev/null
  await link_is_up
  caught_up=$(rate "$keys" $(($(now) - start)))
  start=$(now)
  redis-benchmark -p $first_port -t set -n "$events" -r 1000000000 -d 100 -c 4 -P 64 -q >/dev/null
  await replica_has "$(info $first_port master_repl_offset)"
  echo "redis keys=$keys catch-up=$caught_up keys/s streamed=$(rate "$events" $(($(now) - start))) events/s" >>"$dir/redis"
  tail -n 1 "$dir/redis"
  end_owned
}

# What is compared, with its unit, its name in our and in Redis' lines and in armdb's, and the least ratios to both.
compare() {
  ours=$(sed -n "s/.*$3\([0-9]*\).*/\1/p" "$dir/ours" | median)
  theirs=$(sed -n "s/.*$4\([0-9]*\).*/\1/p" "$dir/theirs" | median)
  redis=$(sed -n "s/.*$3\([0-9]*\).*/\1/p" "$dir/redis" | median)
  what="$1, $shards shard(s)"
  echo "median, $what, $2/s: slotstream $ours, armdb $theirs, redis $redis"
  for each in "Slotstream $ours" "armdb $theirs" "Redis $redis"; do
    result "replication-$1" "$1, $2/s" "${each% *}, $shards shard(s)" "${each##* }"
  done
  bar "$what, Slotstream / armdb" "$(ratio "$ours" "$theirs")" '>=' "$5"
  if [ "$6" != none ]; then
    bar "$what, Slotstream / Redis" "$(ratio "$ours" "$redis")" '>=' "$6"
  else
    echo "$what, Slotstream / Redis: $(ratio "$ours" "$redis")"
  fi
}

rates() {
  need redis-server redis-server
  need redis-benchmark redis-tools
  redis-server --version
  cargo build -q --release --locked --manifest-path src/interop/armdb/Cargo.toml --target-dir target/armdb-peer
  jmh_classes
  results replication-rates
  for shards in 1 2; do
    : >"$dir/ours" && : >"$dir/theirs" && : >"$dir/redis"
    for round in $(seq "$rounds"); do
      "$java" --sun-misc-unsafe-memory-access=allow -Xmx1g -Djava.io.tmpdir="$dir" -cp "$classpath" \
        dev.slotstream.bench.ReplicationRates "$keys" "$events" "$shards" "$rehearsals" 2>/dev/null |
        grep '^slotstream' | tee -a "$dir/ours"
      target/armdb-peer/release/armdb-peer bench-replication --dir "$dir" --shape 16x100 --shards "$shards" \
        --keys "$keys" --events "$events" | tee -a "$dir/theirs"
      redis_rates
    done
    compare catch-up keys 'catch-up=' 'keys_per_second=' 10 1
    compare streaming events 'streamed=' 'events_per_second=' 5 none
  done
}

packaged() {
  need curl curl
  need python3 python3
  [ -f target/quarkus-app/quarkus-run.jar ] || ./mvnw -q -B -DskipTests package
}

lag() {
  packaged
  jmh_classes
  results replication-lag
  "$java" -Djava.io.tmpdir="$dir" -cp "$classpath" dev.slotstream.process.LagRates "$rounds" "$seconds" "$per_second" >"$dir/lag" 2>&1 ||
    { cat "$dir/lag" >&2; exit 1; }
  grep '^lag' "$dir/lag"
  written=$(sed -n 's/^lag writes=\([0-9]*\).*/\1/p' "$dir/lag" | median)
  most=$(sed -n 's/.* lag-p99=\([0-9.]*\).*/\1/p' "$dir/lag" | median)
  echo "median of $rounds rounds of $seconds s, os, 2 shards, one follower, at $written PUTs/s: lag p99 $most ms"
  bar "lag p99 at $per_second PUTs/s, ms" "$most" '<=' 5
  bar 'PUTs/s that came, of those that should' "$(ratio "$written" "$per_second")" '>=' 0.99
}

caught_up() {
  curl -fs "http://127.0.0.1:$http_port/replication" >"$dir/replication" &&
    grep -q '"lagRecords":0' "$dir/replication" && ! grep -qE '"lagRecords":(-|[1-9])' "$dir/replication"
}

# Processor time of the leader so far, in hundredths of a second.
leader_time() {
  awk '{ print $14 + $15 }' "/proc/$leader/stat"
}

# For so many seconds: "WHAT=PUTs/s WHAT-us=microseconds of processor time of the leader for each".
put_rate() {
  sync
  before=$(leader_time)
  wrk -t 2 -c "$connections" -d "${2}s" -s bench/http.lua "http://127.0.0.1:$http_port" -- slotstream put >"$dir/out"
  ! grep -E 'Non-2xx|Socket errors' "$dir/out" >&2 || exit 1
  awk -v what="$1" -v hundredths=$(($(leader_time) - before)) '
    / requests in / { count = $1 } /Requests\/sec/ { printf "%s=%.0f/s %s-us=%.2f", what, $2, what, hundredths * 1e4 / count }' "$dir/out"
}

puts_median() {
  sed -n "s/.*$1=\([0-9.]*\).*/\1/p" "$dir/puts" | median
}

# Leader and follower share the processors with wrk: what the follower takes to apply is missing for the leader, whose own
# time for a PUT is told for that reason. Before each figure there are some seconds that do not count, and more with a
# follower: for the first ten or so after its start its JVM compiles, on the same processors.
puts() {
  packaged
  need wrk wrk
  results replication-puts
  http_port=$(free_port)
  leader_port=$(free_port)
  follower_port=$(free_port)
  start_node "$http_port" "$dir/leader" SLOTSTREAM_DURABILITY=os SLOTSTREAM_REPLICATION_PORT="$leader_port"
  leader=$node
  put_rate warm 15 >/dev/null
  for round in $(seq "$rounds"); do
    put_rate warm 3 >/dev/null
    without=$(put_rate without "$seconds")
    start_node "$follower_port" "$dir/follower" SLOTSTREAM_DURABILITY=os SLOTSTREAM_REPLICATION_PORT=0 \
      SLOTSTREAM_ROLE=follower SLOTSTREAM_LEADER="127.0.0.1:$leader_port"
    await caught_up
    put_rate warm 12 >/dev/null
    with=$(put_rate with "$seconds")
    start=$(now)
    await caught_up
    echo "puts $without $with caught-up-after=$(awk -v n=$(($(now) - start)) 'BEGIN { printf "%.2f", n / 1e9 }') s" |
      tee -a "$dir/puts"
    end "$node"
  done
  end_owned
  without=$(puts_median without)
  with=$(puts_median with)
  echo "medians of $rounds rounds of $seconds s, os, $connections connections: $without PUTs/s without a follower, $with with one;" \
    "the leader's own time for a PUT: $(puts_median without-us) and $(puts_median with-us) us"
  result replication-puts 'Slotstream: PUTs/s over HTTP' 'without a follower' "$without"
  result replication-puts 'Slotstream: PUTs/s over HTTP' 'with one' "$with"
  bar 'PUTs/s, with one follower / without' "$(ratio "$with" "$without")" '>=' 0.8
}

for part in $parts; do
  case $part in
    rates | lag | puts) $part ;;
    *) echo "no such part: $part" >&2; exit 1 ;;
  esac
done
