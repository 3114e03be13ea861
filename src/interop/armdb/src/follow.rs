//! A follower. Beyond the reading commands it knows
//!
//! - `await <n> <millis>`: until it has exactly n keys → `ok <elapsed ms>`, or `timeout <count>`
//!
//! armdb reconnects after 1, 2, 4 ... 30 s and never goes back to 1 s, not even after a long
//! success: after some interruptions a test must allow for that.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use armdb::fixed_replication::{FixedReplicationClient, FixedReplicationTarget};
use armdb::{DbError, FixedMap, ShutdownSignal};

use crate::Outcome;
use crate::counters;
use crate::node::{Answer, converse, parse, read_command, stop};
use crate::options::Options;
use crate::store::open;

pub fn follow<const K: usize, const V: usize>(options: &Options) -> Outcome {
    counters::install(None)?;
    let leader = options
        .text("leader")?
        .parse()
        .map_err(|e| format!("--leader: {e}"))?;
    let map = Arc::new(open::<K, V>(options.dir()?, options.config()?)?);
    let client = start_client(&map, leader)?;
    println!("READY");
    let end = converse(|words| match *words {
        ["await", count, millis] => {
            await_count(&map, parse(count)?, Duration::from_millis(parse(millis)?))
        }
        _ => read_command(&map, words),
    })?;
    let close = || {
        let map = Arc::into_inner(map).ok_or("the map is still in use")?;
        Ok(map.close()?)
    };
    stop(client, close, end)
}

pub fn start_client<const K: usize, const V: usize>(
    map: &Arc<FixedMap<[u8; K], V>>,
    leader: SocketAddr,
) -> Result<FixedReplicationClient, DbError> {
    let target: Arc<dyn FixedReplicationTarget> = map.clone();
    FixedReplicationClient::start(leader, target, ShutdownSignal::new())
}

fn await_count<const K: usize, const V: usize>(
    map: &FixedMap<[u8; K], V>,
    expected: u64,
    limit: Duration,
) -> Answer {
    let start = Instant::now();
    loop {
        let count = map.len() as u64;
        if count == expected {
            return Ok(format!("ok {}", start.elapsed().as_millis()));
        }
        if start.elapsed() >= limit {
            return Ok(format!("timeout {count}"));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
