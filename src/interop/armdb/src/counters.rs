//! armdb's own counters, kept by name over all labels, so that a test can tell what armdb lost
//! (`armdb.fixed.events_dropped`) from what it lost itself.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

const PREFIX: &str = "armdb.fixed.";

const NAMES: [&str; 8] = [
    "applied_events",
    "catchup_slots_scanned",
    "events_dropped",
    "reconnect_count",
    "skipped_events",
    "stale_cleanup_count",
    "streaming_events_sent",
    "version_near_wrap",
];

type Table = Mutex<HashMap<String, Arc<AtomicU64>>>;

static TABLE: OnceLock<Table> = OnceLock::new();

struct Counters {
    only: Option<&'static str>,
}

fn counter(name: &str) -> Arc<AtomicU64> {
    let mut table = TABLE.get_or_init(Table::default).lock().expect("counters");
    if let Some(counter) = table.get(name) {
        return counter.clone();
    }
    table.entry(name.to_owned()).or_default().clone()
}

/// Counts from here on what `NAMES` lists, or one of them only: armdb registers its counters again
/// at every single operation, and a measurement should not pay for more than it needs.
pub fn install(only: Option<&'static str>) -> Result<(), String> {
    metrics::set_global_recorder(Counters { only }).map_err(|e| e.to_string())
}

/// The sum over all labels of a counter from `NAMES`. Any other name is refused: it would read as 0
/// for ever, and a test that expects 0 would not notice.
pub fn read(name: &str) -> Result<u64, String> {
    if !NAMES.contains(&name) {
        return Err(format!("no counter {name}, only {}", NAMES.join(", ")));
    }
    Ok(counter(&format!("{PREFIX}{name}")).load(Ordering::Relaxed))
}

impl Recorder for Counters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        match key.name().strip_prefix(PREFIX) {
            Some(name) if self.only.is_none_or(|only| only == name) => {
                Counter::from_arc(counter(key.name()))
            }
            _ => Counter::noop(),
        }
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
