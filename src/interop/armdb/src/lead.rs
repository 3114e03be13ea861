//! A leader. Beyond the reading commands it knows
//!
//! - `put <keyhex> <valuehex>` → `ok`, `del <keyhex>` → `ok` or `absent`
//! - `fill <from> <to> <seed> [rate]`: key(i) = value(i, seed) for from <= i < to
//! - `delrange <from> <to> [rate]`: deletes key(i)
//! - `churn <from> <to> <seed> [rate]`: deletes key(i), then puts key(i + 2^32), which takes a
//!   freed slot of its shard
//!
//! The last three answer `ok <n> <nanos>`: how many keys (that were there, for `delrange`) and how
//! long it took. `rate` is in keys a second; without it they run at full speed, and a burst of
//! more than 8,192 events a shard overflows the ring to the follower: armdb drops the newest ones
//! silently and only counts them (`metric events_dropped`).

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use armdb::fixed_replication::FixedReplicationServer;
use armdb::{DbError, FixedMap, ShutdownSignal};

use crate::Outcome;
use crate::content::{CHURN_OFFSET, from_hex, key, value};
use crate::counters;
use crate::node::{Answer, converse, parse, read_command, stop};
use crate::options::Options;
use crate::store::open;

pub fn lead<const K: usize, const V: usize>(options: &Options) -> Outcome {
    counters::install(None)?;
    let map = open::<K, V>(options.dir()?, options.config()?)?;
    let (server, port) = start_server(&map, options.number("port")?)?;
    println!("READY port={port}");
    let end = converse(|words| command(&map, words))?;
    stop(server, || Ok(map.close()?), end)
}

/// Starts a server on 127.0.0.1. It does not say which port it bound, so port 0 is resolved here:
/// a listener picks a free one and lets go of it, and should somebody else be faster, another is
/// picked. Never probe that port by connecting: the first connection, whatever it then says,
/// starts to fill the rings.
pub fn start_server<const K: usize, const V: usize>(
    map: &FixedMap<[u8; K], V>,
    port: u16,
) -> Result<(FixedReplicationServer, u16), DbError> {
    let mut attempts = if port == 0 { 10 } else { 1 };
    loop {
        let mut address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if port == 0 {
            address = TcpListener::bind(address)?.local_addr()?;
        }
        attempts -= 1;
        let signal = ShutdownSignal::new();
        match FixedReplicationServer::start(address, map.fixed_engine_access(), signal) {
            Ok(server) => return Ok((server, address.port())),
            Err(DbError::Io(e)) if e.kind() == ErrorKind::AddrInUse && attempts > 0 => {}
            Err(e) => return Err(e),
        }
    }
}

fn command<const K: usize, const V: usize>(map: &FixedMap<[u8; K], V>, words: &[&str]) -> Answer {
    match *words {
        ["put", key, value] => {
            map.put(&from_hex(key)?, &from_hex(value)?)?;
            Ok("ok".to_owned())
        }
        ["del", key] => Ok(match map.delete(&from_hex(key)?)? {
            Some(_) => "ok".to_owned(),
            None => "absent".to_owned(),
        }),
        ["fill", from, to, seed, ref rate @ ..] => {
            let seed = parse(seed)?;
            for_each(from, to, rate, |i| {
                map.put(&key(i), &value(i, seed))?;
                Ok(true)
            })
        }
        ["delrange", from, to, ref rate @ ..] => {
            for_each(from, to, rate, |i| Ok(map.delete(&key(i))?.is_some()))
        }
        ["churn", from, to, seed, ref rate @ ..] => {
            let seed = parse(seed)?;
            for_each(from, to, rate, |i| {
                map.delete(&key(i))?;
                let next = i.wrapping_add(CHURN_OFFSET);
                map.put(&key(next), &value(next, seed))?;
                Ok(true)
            })
        }
        _ => read_command(map, words),
    }
}

/// Runs the action over a range, at the given rate if there is one, and counts its `true`s.
fn for_each(
    from: &str,
    to: &str,
    rate: &[&str],
    mut action: impl FnMut(u64) -> Result<bool, DbError>,
) -> Answer {
    let (from, to) = (parse(from)?, parse(to)?);
    let rate = match *rate {
        [] => None,
        [rate] => Some(parse(rate)?.max(1)),
        _ => return Err("too many words".into()),
    };
    let start = Instant::now();
    let mut count = 0u64;
    for i in from..to {
        if action(i)? {
            count += 1;
        }
        if let Some(rate) = rate {
            let due = Duration::from_secs_f64((i - from + 1) as f64 / rate as f64);
            let ahead = due.saturating_sub(start.elapsed());
            if ahead >= Duration::from_millis(1) {
                std::thread::sleep(ahead);
            }
        }
    }
    Ok(format!("ok {count} {}", start.elapsed().as_nanos()))
}
