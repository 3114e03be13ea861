//! The real armdb as a peer process: it writes and dumps directories, leads, follows, and measures
//! itself. `README.md` lists the commands; the Java tests drive them through `ArmdbPeer`.

mod bench;
mod content;
mod counters;
mod follow;
mod lead;
mod node;
mod options;
mod store;

use std::process::ExitCode;

use options::Options;
use tracing_subscriber::filter::LevelFilter;

/// What a command ends with.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("armdb-peer: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let command = arguments
        .next()
        .ok_or("usage: armdb-peer <command> --dir D ...; see README.md")?;
    let options = Options::parse(arguments)?;
    let level = if options.flag("verbose") {
        LevelFilter::INFO
    } else {
        LevelFilter::WARN
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();

    let shape = match options.text("shape") {
        Err(_) if command.starts_with("bench-") => "16x100",
        shape => shape?,
    };
    match shape {
        "8x16" => dispatch::<8, 16>(&command, &options),
        "16x100" => dispatch::<16, 100>(&command, &options),
        other => Err(format!("--shape {other} is neither 8x16 nor 16x100").into()),
    }
}

fn dispatch<const K: usize, const V: usize>(command: &str, options: &Options) -> Outcome {
    match command {
        "write" => store::write::<K, V>(options),
        "dump" => store::dump::<K, V>(options),
        "lead" => lead::lead::<K, V>(options),
        "follow" => follow::follow::<K, V>(options),
        "bench-replication" => bench::replication::<K, V>(options),
        "bench-engine" => bench::engine::<K, V>(options),
        other => Err(format!("unknown command: {other}").into()),
    }
}
