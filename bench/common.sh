# Sourced by the benchmark scripts: finds the JDK, builds what they run, says on what machine.

set -eu
cd "$(dirname "$0")/.."
. ./.mvn/find-jdk.sh
java=$JAVA_HOME/bin/java

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

need() {
  command -v "$1" >/dev/null 2>&1 && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q >/dev/null && apt-get install -y -q "$2" >/dev/null && return 0
  fi
  echo "this benchmark needs $1: install the package $2" >&2
  exit 1
}
