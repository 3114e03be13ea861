#!/bin/sh
# Killed with 10 million keys of 100-byte values: how long until it answers again? Slotstream, RocksDB and Redis with its AOF, in turn.
# And closed, Slotstream alone: with the index that is kept then, and without it. ONLY=closed measures nothing else.
. "$(dirname "$0")/common.sh"
keys=${KEYS:-10000000}
rounds=${ROUNDS:-3}
port=17390
only=${ONLY:-all}
[ "$only" = closed ] || need redis-server redis-server
machine
[ "$only" = closed ] || redis-server --version
jmh_classes
dir=$(mktemp -d)
trap 'redis-cli -p $port shutdown nosave >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT

step() {
  "$java" --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -Xmx2g -XX:MaxDirectMemorySize=4g \
    -cp "$classpath" dev.slotstream.bench.RestartRates "$@" 2>/dev/null
}

start_redis() {
  redis-server --port $port --bind 127.0.0.1 --save '' --appendonly yes --appendfsync everysec \
    --auto-aof-rewrite-percentage 0 --daemonize yes --dir "$dir/redis" --pidfile "$dir/redis.pid" >/dev/null
}

redis_answers() {
  [ "$(redis-cli -p $port ping 2>&1)" = PONG ] # while it loads it answers something else
}

redis_is_gone() {
  ! redis-cli -p $port ping
}

# Commands as they go over the wire, so that no client is what is waited for.
commands() {
  awk -v n="$keys" 'BEGIN { value = sprintf("%100s", ""); gsub(/ /, "v", value)
    for (i = 0; i < n; i++) printf "*3\r\n$3\r\nSET\r\n$16\r\n%016d\r\n$100\r\n%s\r\n", i, value }'
}

mkdir -p "$dir/closed"
step slotstream write "$dir/closed" "$keys" || [ $? = 137 ] # it ends in a halt
step slotstream close "$dir/closed" "$keys"
step slotstream reopen "$dir/closed" "$keys" | tee "$dir/reopened"
for how in kept scan; do
  sed -n "s/^reopen $how .*jvm=running firstGet=\([0-9.]*\) ms.*/\1/p" "$dir/reopened" | median |
    sed "s/^/median, milliseconds to the first get after a clean close, running JVM, $how: /"
done
sed -n "s/^reopen kept .*jvm=new firstGet=\([0-9.]*\) ms process=\([0-9]*\) ms.*/the same in a new JVM: \1, since the JVM began: \2/p" "$dir/reopened"
rm -rf "$dir/closed"
[ "$only" = closed ] && exit 0

for round in $(seq "$rounds"); do
  for who in slotstream rocksdb; do
    mkdir -p "$dir/$who"
    step $who write "$dir/$who" "$keys" || [ $? = 137 ] # it ends in a halt
    step $who open "$dir/$who" "$keys"
    rm -rf "${dir:?}/$who"
  done
  mkdir -p "$dir/redis"
  start_redis
  await redis_answers
  commands | redis-cli -p $port --pipe >/dev/null
  kill -9 "$(cat "$dir/redis.pid")"
  await redis_is_gone
  begin=$(date +%s%N)
  start_redis
  await redis_answers
  size=$(redis-cli -p $port dbsize)
  echo "$begin $(date +%s%N)" | awk -v k="$size" '{ printf "restart redis keys=%d process=%.3f s appendfsync everysec\n", k, ($2 - $1) / 1e9 }'
  redis-cli -p $port shutdown nosave >/dev/null 2>&1 || true
  rm -rf "$dir/redis"
done | tee "$dir/figures"
for who in slotstream rocksdb redis; do
  sed -n "s/^restart $who .*process=\([0-9.]*\) s.*/\1/p" "$dir/figures" | median |
    sed "s/^/median, seconds from start to first answer, $who: /"
done
