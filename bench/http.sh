#!/bin/sh
# PUT and GET over REST with wrk: 64 connections, values of 100 bytes, both durabilities.
. "$(dirname "$0")/common.sh"
need wrk wrk
need curl curl
seconds=${SECONDS_EACH:-10}
connections=${CONNECTIONS:-64}
machine
jar=target/quarkus-app/quarkus-run.jar
[ -f "$jar" ] || ./mvnw -q -B -DskipTests package
dir=$(mktemp -d)
node=
trap '[ -z "$node" ] || kill "$node"; rm -rf "$dir"' EXIT

cat >"$dir/put.lua" <<'LUA'
local counter, thread_number = 0, 0
function setup(thread) thread:set("offset", thread_number * 50000); thread_number = thread_number + 1 end
function init(args) value = string.rep("v", 100) end
function request()
  counter = (counter + 1) % 50000
  return wrk.format("PUT", "/kv/key-" .. (offset + counter), nil, value)
end
LUA
cat >"$dir/get.lua" <<'LUA'
local counter, thread_number = 0, 0
function setup(thread) thread:set("offset", thread_number * 50000); thread_number = thread_number + 1 end
function request()
  counter = (counter * 7919 + 1) % 50000
  return wrk.format("GET", "/kv/key-" .. (offset + counter))
end
LUA

run() {
  wrk -t 2 -c "$connections" -d "${seconds}s" --latency -s "$dir/$2.lua" "http://127.0.0.1:$port" >"$dir/out"
  printf '%-6s %-4s %8.0f requests/s, p50 %s, p99 %s%s\n' "$1" "$2" \
    "$(awk '/Requests\/sec/ { print $2 }' "$dir/out")" "$(awk '$1 == "50%" { print $2 }' "$dir/out")" \
    "$(awk '$1 == "99%" { print $2 }' "$dir/out")" "$(awk '/Non-2xx/ { print ", not 2xx: " $NF }' "$dir/out")"
}

for durability in os fsync; do
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  QUARKUS_HTTP_PORT=$port SLOTSTREAM_DATA_DIR=$dir/$durability SLOTSTREAM_DURABILITY=$durability \
    SLOTSTREAM_REPLICATION_PORT=0 "$java" -Xmx512m --sun-misc-unsafe-memory-access=allow -jar "$jar" >"$dir/log" 2>&1 &
  node=$!
  until curl -fs "http://127.0.0.1:$port/q/health/ready" >/dev/null; do
    kill -0 "$node" || { cat "$dir/log"; exit 1; }
    sleep 0.2
  done
  run "warm" put >/dev/null
  run "$durability" put
  run "warm" get >/dev/null
  run "$durability" get
  kill "$node" && wait "$node" || true
  node=
done
