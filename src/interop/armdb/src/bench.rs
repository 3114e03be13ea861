//! armdb measured by itself, as the yardstick for Slotstream on the same machine. Both commands
//! work in a new folder under `--dir` and delete it afterwards.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use armdb::{FixedConfig, FixedMap};

use crate::Outcome;
use crate::content::{key, value};
use crate::counters;
use crate::follow::start_client;
use crate::lead::start_server;
use crate::options::Options;
use crate::store::{entries, open};

/// At most this many events are under way: half of one shard's ring of 8,192, so that no ring
/// overflows even if all of them fall on one shard.
const WINDOW: u64 = 4096;

/// Without any progress for this long, what is missing will not come.
const STALL: Duration = Duration::from_secs(3);

/// A stream that breaks is measured anew this often.
const ATTEMPTS: u32 = 10;

const RECONNECTS: &str = "reconnect_count";

/// A leader and a follower in one process, which share its cores.
///
/// *Catch-up*: from the start of the client until the follower holds all keys of the leader.
/// Includes connecting (the leader looks for connections every 50 ms).
///
/// *Streaming*: E puts of new keys, so that the follower's number of keys is the number of events
/// that arrived: nothing is estimated from what was sent. The writer never has more than `WINDOW`
/// events under way, so armdb has no reason to drop any, and a dropped one would be missed in the
/// end and fail the command.
///
/// armdb's leader now and then loses its place in the follower's acks (it polls without blocking,
/// the follower sends an ack in three pieces) and ends the stream, after which the follower gets
/// scans only. A run in which the follower had to reconnect does not count: everything starts over
/// in a new directory, and `broken_streams` says how often. In a run that counts both sides hold
/// equal entries at the end.
pub fn replication<const K: usize, const V: usize>(options: &Options) -> Outcome {
    counters::install(Some(RECONNECTS))?;
    for broken in 0..ATTEMPTS {
        let scratch = Scratch::create(options)?;
        if let Some(measured) = measure_replication::<K, V>(options, &scratch)? {
            println!("catch-up shape={K}x{V} {}", measured.catch_up);
            println!(
                "streaming shape={K}x{V} {} broken_streams={broken}",
                measured.streaming
            );
            return Ok(());
        }
    }
    Err(format!("the stream broke in each of {ATTEMPTS} attempts").into())
}

struct Measured {
    catch_up: String,
    streaming: String,
}

/// `None` if the stream broke.
fn measure_replication<const K: usize, const V: usize>(
    options: &Options,
    scratch: &Scratch,
) -> Result<Option<Measured>, Box<dyn std::error::Error>> {
    let keys: u64 = options.number("keys")?;
    let events: u64 = options.number("events")?;
    let config = config(options)?;
    let shards = config.shard_count;

    let leader = open::<K, V>(scratch.dir.join("leader"), config.clone())?;
    for i in 0..keys {
        leader.put(&key(i), &value(i, 1))?;
    }
    leader.flush()?;
    let (_server, port) = start_server(&leader, 0)?;
    let follower = Arc::new(open::<K, V>(scratch.dir.join("follower"), config)?);
    let reconnects = counters::read(RECONNECTS)?;

    let start = Instant::now();
    let _client = start_client(&follower, ([127, 0, 0, 1], port).into())?;
    let arrived = await_keys(&follower, keys);
    if arrived != keys {
        return Err(format!("only {arrived} of {keys} keys arrived").into());
    }
    let catch_up = format!("shards={shards} {}", rate("keys", arrived, start.elapsed()));

    // The end of the scan is not visible from outside; it has long passed after this.
    std::thread::sleep(Duration::from_millis(500));
    let start = Instant::now();
    let mut seen = 0;
    for sent in 0..events {
        if sent - seen >= WINDOW {
            let due = sent + 1 - WINDOW;
            seen = await_keys(&follower, keys + due) - keys;
            if seen < due || counters::read(RECONNECTS)? > reconnects {
                return Ok(None);
            }
        }
        leader.put(&key(keys + sent), &value(keys + sent, 2))?;
    }
    let arrived = await_keys(&follower, keys + events) - keys;
    let streaming = format!(
        "shards={shards} {}",
        rate("events", arrived, start.elapsed())
    );
    if counters::read(RECONNECTS)? > reconnects {
        return Ok(None);
    }
    if entries(&leader)? != entries(&follower)? {
        return Err(format!("entries differ: {arrived} of {events} events arrived").into());
    }
    Ok(Some(Measured {
        catch_up,
        streaming,
    }))
}

/// Single thread, one pass each: puts of new keys in order, overwrites and gets in random order.
/// With armdb's defaults, which fsync after 1,024 writes or 50 ms on the writing thread, and again
/// without any fsync, which shows the engine without the disk.
pub fn engine<const K: usize, const V: usize>(options: &Options) -> Outcome {
    let keys: u64 = options.number("keys")?;
    let scratch = Scratch::create(options)?;
    let defaults = config(options)?;
    let without_fsync = FixedConfig {
        sync_interval: Duration::MAX,
        sync_batch_size: u32::MAX,
        ..defaults.clone()
    };
    for (name, config) in [("armdb-defaults", defaults), ("no-fsync", without_fsync)] {
        let map = FixedMap::<[u8; K], V>::open(scratch.dir.join(name), config)?;
        let put_new = nanos_per_key(keys, |i| map.put(&key(i), &value(i, 1)).map(|_| ()))?;
        let overwrite = nanos_per_key(keys, |i| {
            let i = scattered(i, keys);
            map.put(&key(i), &value(i, 2)).map(|_| ())
        })?;
        let get = nanos_per_key(keys, |i| {
            black_box(map.get(&key(scattered(i, keys))));
            Ok(())
        })?;
        println!(
            "engine {name} shape={K}x{V} keys={keys} put_new_ns={put_new:.0} \
             put_overwrite_ns={overwrite:.0} get_ns={get:.0}"
        );
    }
    Ok(())
}

/// As on every command, but with armdb's own growth step: each step ends in an fsync.
fn config(options: &Options) -> Result<FixedConfig, String> {
    Ok(FixedConfig {
        shard_count: options.number_or("shards", 1)?,
        shard_prefix_bits: options.number_or("prefix-bits", 0)?,
        grow_step: options.number_or("grow-step", 1_000_000)?,
        ..FixedConfig::default()
    })
}

fn nanos_per_key(
    keys: u64,
    mut action: impl FnMut(u64) -> Result<(), armdb::DbError>,
) -> Result<f64, armdb::DbError> {
    let start = Instant::now();
    for i in 0..keys {
        action(i)?;
    }
    Ok(start.elapsed().as_nanos() as f64 / keys.max(1) as f64)
}

/// Some key number below `keys`, far from that of `i - 1`.
fn scattered(i: u64, keys: u64) -> u64 {
    i.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31) % keys
}

/// Waits for at least this many keys, as long as they become more; what there is then.
fn await_keys<const K: usize, const V: usize>(map: &FixedMap<[u8; K], V>, keys: u64) -> u64 {
    let mut count = map.len() as u64;
    let mut progress = Instant::now();
    while count < keys && progress.elapsed() < STALL {
        std::thread::sleep(Duration::from_micros(50));
        let now = map.len() as u64;
        if now > count {
            count = now;
            progress = Instant::now();
        }
    }
    count
}

fn rate(what: &str, count: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let rate = count as f64 / seconds;
    format!("{what}={count} seconds={seconds:.3} {what}_per_second={rate:.0}")
}

/// A folder that goes when it is dropped.
struct Scratch {
    dir: PathBuf,
}

impl Scratch {
    fn create(options: &Options) -> Result<Self, Box<dyn std::error::Error>> {
        let parent = options.dir()?;
        let dir = Path::new(&parent).join(format!("bench-{}", std::process::id()));
        std::fs::create_dir_all(&parent)?;
        std::fs::create_dir(&dir)?;
        Ok(Self { dir })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(e) = std::fs::remove_dir_all(&self.dir) {
            eprintln!("could not delete {}: {e}", self.dir.display());
        }
    }
}
