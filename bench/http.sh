#!/bin/sh
# GET and PUT over HTTP, 64 connections, 100,000 keys, values of 100 bytes, no pipelining: Slotstream, Webdis before
# redis-server, etcd's JSON gateway, and redis-server itself by redis-benchmark, in turn. Medians, ratios and the bars.
#   ROUNDS=5 SECONDS_EACH=10 bench/http.sh [get] [put]
. "$(dirname "$0")/common.sh"
parts=${*:-get put}
rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-10}
connections=${CONNECTIONS:-64}
need wrk wrk
need curl curl
need python3 python3
need redis-server redis-server
need redis-benchmark redis-tools
need webdis webdis
need etcd etcd-server
[ -f target/quarkus-app/quarkus-run.jar ] || ./mvnw -q -B -DskipTests package
dir=$(mktemp -d)
trap 'end_owned; rm -rf "$dir"' EXIT

# What each figure stands for: the server, its durability, its flags.
describe() {
  case $1 in
    slotstream-os) echo 'Slotstream, os: a write survives the process; ./slotstream, SLOTSTREAM_DURABILITY=os' ;;
    slotstream-fsync) echo 'Slotstream, fsync: a write is on disk; ./slotstream, its defaults' ;;
    webdis) echo "Webdis, no persistence; threads 2, before the redis-server below, answers the value alone (.txt)" ;;
    webdis-json) echo "Webdis in JSON, no persistence; the same, answers as it does by itself" ;;
    etcd) echo 'etcd, fsync: a write is on disk; JSON gateway, its defaults, one member' ;;
    redis) echo "redis-server, no persistence; --save '' --appendonly no; asked by redis-benchmark" ;;
    redis-always) echo "redis-server, fsync: a write is on disk; --save '' --appendonly yes --appendfsync always; asked by redis-benchmark" ;;
  esac
}

short() {
  describe "$1" | sed 's/[;:].*//'
}

start_redis() {
  port=$1
  mkdir -p "$dir/redis-$port"
  shift
  redis-server --port "$port" --bind 127.0.0.1 --dir "$dir/redis-$port" --save '' "$@" >"$dir/redis-$port/log" 2>&1 &
  own
  await redis-cli -p "$port" ping
}

start_webdis() {
  cat >"$dir/webdis.json" <<JSON
{"redis_host": "127.0.0.1", "redis_port": $2, "http_host": "127.0.0.1", "http_port": $1, "threads": 2,
 "daemonize": false, "database": 0, "verbosity": 1, "logfile": "$dir/webdis.log"}
JSON
  webdis "$dir/webdis.json" >"$dir/webdis.out" 2>&1 &
  own
  await curl -fs "http://127.0.0.1:$1/PING"
}

start_etcd() {
  other=http://127.0.0.1:$(free_port)
  etcd --data-dir "$dir/etcd" --listen-client-urls "http://127.0.0.1:$1" --advertise-client-urls "http://127.0.0.1:$1" \
    --listen-peer-urls "$other" --initial-advertise-peer-urls "$other" --initial-cluster "default=$other" >"$dir/etcd.log" 2>&1 &
  own
  await curl -fs -d '{"key": "a2V5"}' "http://127.0.0.1:$1/v3/kv/range"
}

drive() {
  wrk -t 2 -c "$connections" -d "${4:-$seconds}s" --latency -s bench/http.lua "http://127.0.0.1:$3" -- "$2" "$1" >"$dir/out"
}

# Whether a server has both threads' last keys, after which it has all.
has_all() {
  for key in key-0 key-50000; do
    case $1 in
      slotstream) curl -fs "http://127.0.0.1:$2/kv/$key" >/dev/null || return 1 ;;
      webdis_text) curl -fs "http://127.0.0.1:$2/GET/$key.txt" >/dev/null || return 1 ;;
      etcd) curl -fs -d "{\"key\": \"$(printf %s $key | base64)\"}" "http://127.0.0.1:$2/v3/kv/range" | grep -q '"count":"1"' || return 1 ;;
    esac
  done
}

# Puts for longer and longer: each time from the first key on.
fill() {
  for length in 5 10 30 90; do
    drive put "$1" "$2" $length
    if has_all "$1" "$2"; then
      drive get "$1" "$2"
      return 0
    fi
  done
  echo "$1 did not take all keys" >&2
  exit 1
}

# Lines of: get or put, who, requests/s, p50 and p99 in ms.
figure() {
  echo "$*" >>"$dir/figures"
  printf '%-4s %-17s %8.0f/s, p50 %7.3f ms, p99 %7.3f ms\n' "$@"
}

# Of one server by wrk. What it wrote before is on its way to the disk no more.
http() {
  sync
  drive "$1" "$3" "$4"
  if grep -E 'Non-2xx|Socket errors' "$dir/out" >&2; then
    echo "$1 $2: that is no figure" | tee -a "$dir/errors" >&2
  fi
  # shellcheck disable=SC2046 # several figures
  figure "$1" "$2" $(awk '
    function ms(time) { return time ~ /us$/ ? time / 1000 : time ~ /ms$/ ? time + 0 : time * 1000 }
    /Requests\/sec/ { rate = $2 } $1 == "50%" { half = ms($2) } $1 == "99%" { most = ms($2) }
    END { print rate, half, most }' "$dir/out")
}

resp() {
  redis-benchmark -p "$2" -t "$1" -c "$connections" -r 100000 -d 100 -n "$3" --csv | tr -d '"' | tail -n 1
}

# Of redis-server by redis-benchmark, for about as long.
redis() {
  what=$1
  [ "$1" = get ] || what=set
  sync
  count=$(resp "$what" "$3" 20000 | awk -F, -v s="$seconds" '{ printf "%d", $2 * s }')
  # shellcheck disable=SC2046 # several figures
  figure "$1" "$2" $(resp "$what" "$3" "$count" | awk -F, '{ print $2, $5, $7 }')
}

of() {
  awk -v w="$1" -v p="$2" -v f="$3" '$1 == w && $2 == p { print $f }' "$dir/figures" | median
}

# A bar over medians of rounds: the requests/s of one are so many times those of the other.
faster() {
  bar "$(echo "$1" | tr a-z A-Z)/s, $(short "$2") / $(short "$3")" "$(ratio "$(of "$1" "$2" 3)" "$(of "$1" "$3" 3)")" '>=' "$4"
}

no_later() {
  bar "$(echo "$1" | tr a-z A-Z) p99 ms, $(short "$2"), beside $(short "$3")" "$(of "$1" "$2" 5)" '<=' "$(of "$1" "$3" 5)"
}

summary() {
  for who in $2; do
    echo "| $(describe "$who") | $(printf '%.0f | %.2f | %.2f' "$(of "$1" "$who" 3)" "$(of "$1" "$who" 4)" "$(of "$1" "$who" 5)") |"
    result "http-$1" "$3" "$(short "$who")" "$(of "$1" "$who" 3)"
    result "http-$1-p99" "$4" "$(short "$who")" "$(of "$1" "$who" 5)"
  done
}

machine
redis-server --version
webdis=$(dpkg-query -W -f '${Version}' webdis 2>/dev/null || true)
echo "Webdis $webdis, $(etcd --version | head -n 1), $(wrk -v 2>&1 | head -n 1)"
os=$(free_port) && start_node "$os" "$dir/os" SLOTSTREAM_DURABILITY=os SLOTSTREAM_REPLICATION_PORT=0
fsync=$(free_port) && start_node "$fsync" "$dir/fsync" SLOTSTREAM_REPLICATION_PORT=0
redis=$(free_port) && start_redis "$redis" --appendonly no
always=$(free_port) && start_redis "$always" --appendonly yes --appendfsync always
webdis=$(free_port) && start_webdis "$webdis" "$redis"
etcd=$(free_port) && start_etcd "$etcd"
for who in "slotstream $os" "slotstream $fsync" "webdis_text $webdis" "etcd $etcd"; do
  # shellcheck disable=SC2086 # two words
  fill $who
done
redis-benchmark -p "$redis" -t set -r 100000 -d 100 -n 1000000 -P 64 -q >/dev/null

for round in $(seq "$rounds"); do
  for part in $parts; do
    http "$part" slotstream-os slotstream "$os"
    http "$part" webdis webdis_text "$webdis"
    [ "$part" = put ] || http "$part" webdis-json webdis "$webdis"
    [ "$part" = get ] || http "$part" slotstream-fsync slotstream "$fsync"
    http "$part" etcd etcd "$etcd"
    redis "$part" redis "$redis"
    [ "$part" = get ] || redis "$part" redis-always "$always"
  done
done

echo "medians of $rounds rounds of $seconds s, $connections connections, 100,000 keys, values of 100 bytes"
for part in $parts; do
  results "http-$part"
  echo "| $part | requests/s | p50 ms | p99 ms |"
  echo '|---|---|---|---|'
  if [ "$part" = get ]; then
    summary get 'slotstream-os webdis webdis-json redis etcd' 'GET, requests/s' 'GET, p99 in ms: shorter is better'
    faster get slotstream-os webdis 1.5
    faster get slotstream-os etcd 10
    faster get slotstream-os redis 1
    no_later get slotstream-os webdis
    no_later get slotstream-os etcd
  else
    summary put 'slotstream-os webdis redis slotstream-fsync redis-always etcd' 'PUT, requests/s' 'PUT, p99 in ms: shorter is better'
    faster put slotstream-os webdis 1.3
    faster put slotstream-fsync etcd 5
    no_later put slotstream-os webdis
    no_later put slotstream-fsync etcd
  fi
done
[ ! -s "$dir/errors" ] || { echo 'some requests failed: these figures are none'; exit 1; }
