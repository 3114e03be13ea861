# Sourced by the benchmark scripts: finds the JDK, builds what they run, says on what machine, and owns what they start.

set -eu
cd "$(dirname "$0")/.."
. ./.mvn/find-jdk.sh
java=$JAVA_HOME/bin/java
trap 'exit 1' HUP INT TERM
owned=

machine() {
  printf 'machine: %s, %s processors, %s GiB memory, Linux %s, JDK %s, %s\n' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
    "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)" "$(uname -r)" \
    "$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release")" "$(date -u +%F)"
}

# The median of the numbers on standard input.
median() {
  sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# A bar: what it is about, the figure that counts, ">=" or "<=", the limit.
bar() {
  awk -v what="$1" -v is="$2" -v sign="$3" -v limit="$4" 'BEGIN {
    met = (sign == ">=") ? (is + 0 >= limit + 0) : (is + 0 <= limit + 0)
    printf "bar: %s: %.2f, to be %s %s: %s\n", what, is, sign, limit, (met ? "met" : "NOT met") }'
}

ratio() {
  awk -v a="$1" -v b="$2" 'BEGIN { print (b > 0) ? a / b : 0 }'
}

# Begins a file of bars for bench/charts.sh, as lines of: chart, title, bar, figure.
results() {
  mkdir -p target/bench
  results=target/bench/$1.tsv
  : >"$results"
}

result() {
  printf '%s\t%s\t%s\t%s\n' "$@" >>"$results"
}

need() {
  command -v "$1" >/dev/null 2>&1 && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$2" >/dev/null && return 0
  fi
  echo "this benchmark needs $1: install the package $2" >&2
  exit 1
}

# What src/jmh needs to run: compiles it, and sets the class path.
jmh_classes() {
  ./mvnw -q -B -Pjmh test-compile dependency:build-classpath -Dmdep.outputFile=target/bench.classpath -Dmdep.includeScope=test
  classpath="target/test-classes:target/classes:$(cat target/bench.classpath)"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits until a command succeeds, for some two minutes.
await() {
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -ge 10000 ]; then
      echo "in vain: $*" >&2
      exit 1
    fi
    sleep 0.01
  done
}

# The process that was started last in the background ends with the script at the latest.
own() {
  owned="$owned $!"
}

# Ends processes, and is not put off.
end() {
  for pid in "$@"; do
    kill "$pid" 2>/dev/null || continue
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
      tries=$((tries + 1))
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}

# Starts a node as its users do, and waits until it is ready: its HTTP port, its data directory, settings.
start_node() {
  http=$1
  data=$2
  shift 2
  env QUARKUS_HTTP_PORT="$http" SLOTSTREAM_DATA_DIR="$data" "$@" ./slotstream >"$data.log" 2>&1 &
  own
  node=$!
  await curl -fs "http://127.0.0.1:$http/q/health/ready"
}

end_owned() {
  # shellcheck disable=SC2086 # several processes
  end $owned
  owned=
}
