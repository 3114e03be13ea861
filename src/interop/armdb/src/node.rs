//! What a leader and a follower have in common: the conversation over stdin and stdout, and a
//! stop that ends even when armdb's threads do not.

use std::fs::File;
use std::io::{BufRead, BufWriter, Write};
use std::sync::mpsc;
use std::time::Duration;

use armdb::FixedMap;

use crate::Outcome;
use crate::content::{from_hex, to_hex};
use crate::counters;
use crate::store::entries;

/// The longest that armdb's own threads legitimately need: 10 s in the wait for an ack.
const STOP_LIMIT: Duration = Duration::from_secs(15);

pub type Answer = Result<String, Box<dyn std::error::Error>>;

/// How the conversation ended.
#[derive(PartialEq)]
pub enum End {
    /// `quit`: it is answered once everything is closed.
    Quit,
    /// The other side of stdin is gone.
    EndOfInput,
}

/// Answers each line with one line; one that fails with `error <reason>`.
pub fn converse(mut answer: impl FnMut(&[&str]) -> Answer) -> Result<End, std::io::Error> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if words == ["quit"] {
            return Ok(End::Quit);
        }
        match answer(&words) {
            Ok(text) => println!("{text}"),
            Err(e) => println!("error {}", e.to_string().replace('\n', " ")),
        }
    }
    Ok(End::EndOfInput)
}

/// The commands that read; every node knows them.
pub fn read_command<const K: usize, const V: usize>(
    map: &FixedMap<[u8; K], V>,
    words: &[&str],
) -> Answer {
    Ok(match *words {
        ["get", key] => match map.get(&from_hex(key)?) {
            Some(value) => format!("value {}", to_hex(&value)),
            None => "absent".to_owned(),
        },
        ["count"] => format!("count {}", map.len()),
        ["metric", name] => format!("metric {}", counters::read(name)?),
        ["dump", path] => {
            let entries = entries(map)?;
            let mut out = BufWriter::new(File::create(path)?);
            for (key, value) in &entries {
                writeln!(out, "{} {}", to_hex(key), to_hex(value))?;
            }
            out.flush()?;
            format!("ok {}", entries.len())
        }
        _ => return Err(format!("unknown command: {}", words.join(" ")).into()),
    })
}

pub fn parse(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("not a number: {word}"))
}

/// Stops armdb's threads (by dropping what owns them), then closes the map. A follower's thread
/// waits for a leader's first answer without a limit, so this gives up after `STOP_LIMIT`: the
/// process ends with an error and the directory stays unclean.
pub fn stop(threads: impl Send + 'static, close: impl FnOnce() -> Outcome, end: End) -> Outcome {
    let (done, stopped) = mpsc::channel();
    std::thread::spawn(move || {
        drop(threads);
        let _ = done.send(());
    });
    stopped
        .recv_timeout(STOP_LIMIT)
        .map_err(|_| format!("armdb's threads still run after {STOP_LIMIT:?}"))?;
    close()?;
    if end == End::Quit {
        println!("ok");
    }
    Ok(())
}
