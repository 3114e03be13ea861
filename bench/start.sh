#!/bin/sh
# From the start of the process to the first good answer to a GET, and its resident memory then and later: Slotstream without
# and with its AOT cache, Redis and etcd, each with an empty store and its defaults, in turn.
. "$(dirname "$0")/common.sh"
rounds=${ROUNDS:-5}
later=${LATER_SECONDS:-10}
need redis-server redis-server
need etcd etcd-server
need python3 python3
machine
redis-server --version
etcd --version | head -n 1
app=target/quarkus-app
[ -f "$app/quarkus-run.jar" ] || ./mvnw -q -B -DskipTests package
[ -f "$app/slotstream.aot" ] || ./slotstream aot-cache
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# The same package without the cache.
mkdir -p "$dir/without/target" "$dir/without/.mvn"
cp -Rp "$app" "$dir/without/target/"
cp -p .mvn/find-jdk.sh "$dir/without/.mvn/"
cp -p slotstream "$dir/without/"
rm "$dir/without/target/quarkus-app/slotstream.aot"
cat >"$dir/start.py" <<'PY'
import os, shutil, socket, subprocess, sys, time

name, directory, program, later = sys.argv[1], sys.argv[2] + "/data", sys.argv[3:-1], float(sys.argv[-1])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def kib(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


port, peer = free_port(), free_port()
os.makedirs(directory)
environment = dict(os.environ, QUARKUS_HTTP_PORT=str(port), SLOTSTREAM_REPLICATION_PORT="0", SLOTSTREAM_DATA_DIR=directory + "/store")
# A GET of a key that is not there: all of them say so.
ask, good = b"GET /kv/key HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 404"
if name == "redis":
    program += ["--port", str(port), "--bind", "127.0.0.1", "--dir", directory]
    ask, good = b"GET key\r\n", b"$-1"
elif name == "etcd":
    client, other = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer}"
    program += ["--data-dir", directory + "/store", "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", other, "--initial-advertise-peer-urls", other, "--initial-cluster", "default=" + other]
    body = b'{"key": "a2V5"}'
    ask = b"POST /v3/kv/range HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    good = b"HTTP/1.1 200"
with open(directory + "/log", "wb") as log:
    begin = time.monotonic()
    process = subprocess.Popen(program, env=environment, stdout=log, stderr=log)
    while True:
        if process.poll() is not None:
            sys.exit(open(directory + "/log").read())
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as connection:
                connection.settimeout(5)
                connection.sendall(ask)
                if connection.recv(4096).startswith(good):
                    break
        except OSError:
            pass
        time.sleep(0.002)
    millis = (time.monotonic() - begin) * 1000
    first = kib(process.pid)
    time.sleep(later)
    print(f"start {name} ms={millis:.0f} first={first / 1024:.0f} later={kib(process.pid) / 1024:.0f}", flush=True)
    process.terminate()
    process.wait()
shutil.rmtree(directory)
PY
for round in $(seq "$rounds"); do
  python3 "$dir/start.py" without "$dir" "$dir/without/slotstream" "$later"
  python3 "$dir/start.py" with "$dir" ./slotstream "$later"
  python3 "$dir/start.py" redis "$dir" redis-server "$later"
  python3 "$dir/start.py" etcd "$dir" etcd "$later"
done | tee "$dir/figures"

figure() {
  sed -n "s/^start $1 .*$2=\([0-9]*\).*/\1/p" "$dir/figures" | median
}

echo "| | first answer, ms | resident memory then, MiB | $later s later, MiB |"
echo '|---|---|---|---|'
results start
for who in without with redis etcd; do
  case $who in
    without) what='Slotstream without AOT cache' ;;
    with) what='Slotstream with AOT cache' ;;
    redis) what='Redis' ;;
    etcd) what='etcd' ;;
  esac
  echo "| $what | $(figure $who ms) | $(figure $who first) | $(figure $who later) |"
  result start-time 'first answer after so many ms: shorter is better' "$what" "$(figure $who ms)"
  result start-memory "resident memory $later s later, MiB: shorter is better" "$what" "$(figure $who later)"
done
bar 'first answer, with the cache / without' "$(ratio "$(figure with ms)" "$(figure without ms)")" '<=' 0.6
bar 'resident memory with the cache, MB' "$(figure with later | awk '{ print $1 * 1.048576 }')" '<=' 160
