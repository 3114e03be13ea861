#!/bin/sh
# Get and put of the engine: keys of 16 bytes, values of 100, 2 shards, os durability (a write survives the process), checksums on.
#   peers   one thread, and 64 puts at once, beside a map on the heap (no persistence: the bound), Chronicle Map (a file, no log), LMDB (no
#           sync) and armdb (its defaults, and without sync); bytes allocated per get and put
#   threads two threads beside one
#   keys    10,000,000 keys beside 1,000,000
#   pauses  how long puts take while the store grows, and while checkpoints are made
# Rounds in turn, medians, ratios and the bars.
#   ROUNDS=5 bench/engine.sh [peers] [threads] [keys] [pauses]
# TMPDIR says where the stores are; in a file system in memory (TMPDIR=/dev/shm) the disk is out of it.
. "$(dirname "$0")/common.sh"
parts=${*:-peers threads keys pauses}
rounds=${ROUNDS:-5}
keys=${KEYS:-1000000}
many=${MANY_KEYS:-10000000}
jmh=${JMH:--f 1 -wi 3 -i 3 -w 1 -r 2}
beside=${PEERS:-HASH_MAP,CHRONICLE,LMDB}
machine
jmh_classes
dir=$(mktemp -d)
trap 'end_owned; rm -rf "$dir"' EXIT

# Adds lines of: part, who, what, threads, keys, figure. What is get, put, putAll, get-bytes, put-bytes, putAll-bytes.
jmh() {
  # shellcheck disable=SC2086 # several arguments
  "$java" --sun-misc-unsafe-memory-access=allow -cp "$classpath" org.openjdk.jmh.Main "$@" $jmh \
    -jvmArgsPrepend "-Djava.io.tmpdir=$dir" -foe true -rf csv -rff "$dir/csv" -prof gc >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
  tr -d '"\r' <"$dir/csv" | awk -F, -v part="$part" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
      split($1, part_of, ":")
      n = split(part_of[1], name, ".")
      what = $1 ~ /gc.alloc.rate.norm$/ ? name[n] "-bytes" : name[n]
      if ($1 ~ /:/ && what !~ /-bytes/) next
      who = $1 ~ /PeerBenchmark/ ? $at["Param: peer"] : "slotstream"
      print part, who, what, $at["Threads"], $at["Param: keys"], $at["Score"]
    }' | tee -a "$dir/all"
}

armdb() {
  target/armdb-peer/release/armdb-peer bench-engine --dir "$dir/armdb" --shards 2 --shape 16x100 --keys "$keys" |
    sed -n 's/^engine \([^ ]*\) .*put_overwrite_ns=\([0-9]*\) get_ns=\([0-9]*\).*/\1 \2 \3/p' |
    while read -r name put get; do
      printf "peers $name %s 1 $keys %s\n" put "$put" get "$get"
    done | tee -a "$dir/all"
  rm -rf "$dir/armdb"
}

# Adds lines of: pauses, during, percentile, puts a second, 0, figure in microseconds.
pauses() {
  "$java" --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Xmx1g -Djava.io.tmpdir="$dir" -cp "$classpath" \
    dev.slotstream.bench.PutPauses "$keys" "${PAUSE_SECONDS:-10}" "$1" >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
  sed -n 's/^pauses //p' "$dir/log" | while read -r during figures; do
    echo "$1/s $during $figures" >&2
    for each in $figures; do
      case $each in
        p*=*.* | happened=*) echo "pauses $during ${each%=*} $1 0 ${each#*=}" ;;
      esac
    done
  done >>"$dir/all"
}

# The median of: part, who, what, threads, keys.
of() {
  awk -v l="$1 $2 $3 $4 $5 " 'index($0, l) == 1 { print $6 }' "$dir/all" | median
}

name() {
  case $1 in
    slotstream) echo 'Slotstream' ;;
    HASH_MAP) echo 'ConcurrentHashMap' ;;
    CHRONICLE) echo 'Chronicle Map' ;;
    LMDB) echo 'LMDB, no sync' ;;
    armdb-defaults) echo 'armdb, its defaults' ;;
    no-fsync) echo 'armdb, no sync' ;;
  esac
}

whos() {
  awk -v p="$1" '$1 == p && !seen[$2]++ { print $2 }' "$dir/all"
}

say_peers() {
  results engine-peers
  echo '| | get ns | put ns | bytes allocated per get, put |'
  echo '|---|---|---|---|'
  for who in $(whos peers); do
    case $who in
      armdb-defaults | no-fsync) bytes= ;;
      *) bytes=$(printf '%.2f, %.2f' "$(of peers "$who" get-bytes 1 "$keys")" "$(of peers "$who" put-bytes 1 "$keys")") ;;
    esac
    printf '| %s | %.0f | %.0f | %s |\n' "$(name "$who")" "$(of peers "$who" get 1 "$keys")" "$(of peers "$who" put 1 "$keys")" "$bytes"
    for what in get put; do
      result "engine-$what" "$what, ns: shorter is better" "$(name "$who")" "$(of peers "$who" $what 1 "$keys")"
    done
  done
  at_once=$(of peers slotstream putAll 1 "$keys")
  printf '| Slotstream, 64 puts at once, each | | %.0f | %.2f |\n' "$at_once" "$(of peers slotstream putAll-bytes 1 "$keys")"
  result engine-put 'put, ns: shorter is better' 'Slotstream, 64 at once' "$at_once"
  get=$(of peers slotstream get 1 "$keys")
  put=$(of peers slotstream put 1 "$keys")
  bar 'get, Chronicle Map / Slotstream' "$(ratio "$(of peers CHRONICLE get 1 "$keys")" "$get")" '>=' 2.5
  bar 'get, Slotstream / ConcurrentHashMap' "$(ratio "$get" "$(of peers HASH_MAP get 1 "$keys")")" '<=' 1.2
  bar 'put, Chronicle Map / Slotstream' "$(ratio "$(of peers CHRONICLE put 1 "$keys")" "$put")" '>=' 2
  bar 'put, armdb with its defaults / Slotstream' "$(ratio "$(of peers armdb-defaults put 1 "$keys")" "$put")" '>=' 10
  echo "put, armdb without sync / Slotstream: $(ratio "$(of peers no-fsync put 1 "$keys")" "$put")"
  # What JMH itself allocates is divided among the operations: less than half a byte is none.
  bar 'bytes allocated per get' "$(of peers slotstream get-bytes 1 "$keys")" '<=' 0.5
  bar 'bytes allocated per put' "$(of peers slotstream put-bytes 1 "$keys")" '<=' 0.5
}

say_threads() {
  results engine-threads
  echo '| | get/s, 1 thread | 2 threads | put/s, 1 thread | 2 threads |'
  echo '|---|---|---|---|---|'
  for who in $(whos threads); do
    line="| $(name "$who") |"
    for what in get put; do
      for threads in 1 2; do
        rate=$(ratio $((threads * 1000)) "$(of threads "$who" $what $threads "$keys")")
        line="$line $(printf '%.2f' "$rate") M |"
        result "engine-threads-$what" "$what, million/s" "$(name "$who"), $threads thread(s)" "$rate"
      done
    done
    echo "$line"
  done
  for what in get put; do
    one=$(of threads slotstream $what 1 "$keys")
    two=$(of threads slotstream $what 2 "$keys")
    bar "$what, two threads / one" "$(ratio "$one" "$two" | awk '{ print 2 * $1 }')" '>=' 1.7
  done
}

say_keys() {
  results engine-keys
  for who in $(whos keys); do
    for what in get put; do
      few=$(of keys "$who" $what 1 "$keys")
      lot=$(of keys "$who" $what 1 "$many")
      printf '%s, %s: %.0f ns at %d keys, %.0f ns at %d\n' "$(name "$who")" $what "$few" "$keys" "$lot" "$many"
      result "engine-keys-$what" "$what, ns: shorter is better" "$(name "$who"), $keys keys" "$few"
      result "engine-keys-$what" "$what, ns: shorter is better" "$(name "$who"), $many keys" "$lot"
      [ "$who" != slotstream ] || bar "$what, $many keys / $keys" "$(ratio "$lot" "$few")" '<=' 1.6
    done
  done
}

say_pauses() {
  results engine-pauses
  echo '| puts/s | during | new slots, checkpoints | p50 us | p99 | p99.9 | p99.99 |'
  echo '|---|---|---|---|---|---|---|'
  for rate in ${RATES:-20000 100000}; do
    for during in steady growth checkpoints; do
      printf '| %d | %s | %d | %.1f | %.1f | %.1f | %.1f |\n' "$rate" $during "$(of pauses $during happened "$rate" 0)" \
        "$(of pauses $during p50 "$rate" 0)" "$(of pauses $during p99 "$rate" 0)" "$(of pauses $during p99.9 "$rate" 0)" "$(of pauses $during p99.99 "$rate" 0)"
      result engine-pauses 'Slotstream: put p99.9, microseconds' "$during, $rate puts/s" "$(of pauses $during p99.9 "$rate" 0)"
    done
  done
}

case $parts in
  *peers*) cargo build -q --release --locked --manifest-path src/interop/armdb/Cargo.toml --target-dir target/armdb-peer ;;
esac
: >"$dir/all"
for round in $(seq "$rounds"); do
  for part in $parts; do
    case $part in
      peers)
        jmh EngineBenchmark -t 1 -p keys="$keys"
        jmh PeerBenchmark -t 1 -p keys="$keys" -p peer="$beside"
        armdb
        ;;
      threads)
        for threads in 1 2; do
          jmh 'EngineBenchmark.(get|put)$' -t $threads -p keys="$keys"
          [ "$beside" = none ] || jmh PeerBenchmark -t $threads -p keys="$keys" -p peer="$beside"
        done
        ;;
      keys)
        for count in "$keys" "$many"; do
          jmh 'EngineBenchmark.(get|put)$' -t 1 -p keys="$count"
          [ "$beside" = none ] || jmh PeerBenchmark -t 1 -p keys="$count" -p peer="$beside"
        done
        ;;
      pauses) for rate in ${RATES:-20000 100000}; do pauses "$rate"; done ;;
      *) echo "no such part: $part" >&2; exit 1 ;;
    esac
  done
done
echo "medians of $rounds rounds, keys of 16 bytes, values of 100, 2 shards, os"
for part in $parts; do
  "say_$part"
done
