//! One-shot work on a directory, always through armdb's own open.

use std::cell::RefCell;
use std::io::{BufWriter, Write};
use std::path::Path;

use armdb::{FixedConfig, FixedMap, FixedTree, MigrateAction};

use crate::Outcome;
use crate::content::{key, to_hex, value};
use crate::options::Options;

/// Writes the content that `ArmdbContent.written` describes and prints `count=<live>`:
///
/// 1. keys `0..N` with seed `S`;
/// 2. every third of them again (`i % 3 == 0`) with seed `S + 1`;
/// 3. every seventh deleted (`i % 7 == 0`);
/// 4. keys `N..N + N / 10` with seed `S`, into slots that step 3 freed.
pub fn write<const K: usize, const V: usize>(options: &Options) -> Outcome {
    let keys: u64 = options.number("keys")?;
    let seed: u64 = options.number_or("seed", 1)?;
    let map = FixedMap::<[u8; K], V>::open(options.dir()?, options.config()?)?;
    for i in 0..keys {
        map.put(&key(i), &value(i, seed))?;
    }
    for i in (0..keys).step_by(3) {
        map.put(&key(i), &value(i, seed.wrapping_add(1)))?;
    }
    for i in (0..keys).step_by(7) {
        map.delete(&key(i))?;
    }
    for i in keys..keys + keys / 10 {
        map.put(&key(i), &value(i, seed))?;
    }
    let live = map.len();
    if options.flag("unclean") {
        // Dropping neither writes the versions sidecar nor sets the clean-shutdown flag.
        map.flush()?;
        drop(map);
    } else {
        map.close()?;
    }
    println!("count={live}");
    Ok(())
}

/// Prints all live entries in the order of their keys. Opening clears the clean-shutdown flag and
/// a close would set it (and write the versions sidecar), so `--unclean` leaves without a close:
/// for a directory that was not closed cleanly and shall stay so.
pub fn dump<const K: usize, const V: usize>(options: &Options) -> Outcome {
    let dir = options.dir()?;
    if !dir.join("db.meta").is_file() {
        return Err(format!("not an armdb directory: {}", dir.display()).into());
    }
    // A tree, not a map: it iterates in order, and it shares the file format.
    let tree = FixedTree::<[u8; K], V>::open(dir, options.config()?)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (key, value) in tree.iter() {
        writeln!(out, "{} {}", to_hex(&key), to_hex(&value))?;
    }
    out.flush()?;
    if !options.flag("unclean") {
        tree.close()?;
    }
    Ok(())
}

/// A key and its value.
pub type Entry<const K: usize, const V: usize> = ([u8; K], [u8; V]);

/// Opens a map, as both nodes do.
pub fn open<const K: usize, const V: usize>(
    dir: impl AsRef<Path>,
    config: FixedConfig,
) -> Result<FixedMap<[u8; K], V>, armdb::DbError> {
    FixedMap::open(dir, config)
}

/// All live entries of an open map, in the order of their keys. A map has no iterator; `migrate`
/// visits every entry, and `Keep` changes none. Not a snapshot while writers run.
pub fn entries<const K: usize, const V: usize>(
    map: &FixedMap<[u8; K], V>,
) -> Result<Vec<Entry<K, V>>, armdb::DbError> {
    let entries = RefCell::new(Vec::with_capacity(map.len()));
    map.migrate(|key, value| {
        entries.borrow_mut().push((*key, *value));
        MigrateAction::Keep
    })?;
    let mut entries = entries.into_inner();
    entries.sort_unstable_by_key(|(key, _)| *key);
    Ok(entries)
}
