//! The command line: `armdb-peer <command> --name value ... [--flag ...]`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::str::FromStr;

use armdb::FixedConfig;

const FLAGS: [&str; 2] = ["unclean", "verbose"];

pub struct Options {
    values: HashMap<String, String>,
}

impl Options {
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut values = HashMap::new();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let name = argument
                .strip_prefix("--")
                .ok_or_else(|| format!("not an option: {argument}"))?;
            let value = if FLAGS.contains(&name) {
                String::new()
            } else {
                arguments
                    .next()
                    .ok_or_else(|| format!("--{name} needs a value"))?
            };
            values.insert(name.to_owned(), value);
        }
        Ok(Self { values })
    }

    pub fn flag(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub fn text(&self, name: &str) -> Result<&str, String> {
        self.values
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| format!("--{name} is missing"))
    }

    pub fn number<T: FromStr>(&self, name: &str) -> Result<T, String> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| format!("--{name}={text} is not a number of its range"))
    }

    pub fn number_or<T: FromStr>(&self, name: &str, absent: T) -> Result<T, String> {
        if self.flag(name) {
            self.number(name)
        } else {
            Ok(absent)
        }
    }

    pub fn dir(&self) -> Result<PathBuf, String> {
        Ok(PathBuf::from(self.text("dir")?))
    }

    /// armdb's own defaults for everything that the command line does not name. They fsync after
    /// 1,024 writes or 50 ms, on the thread of the write that is due.
    pub fn config(&self) -> Result<FixedConfig, String> {
        Ok(FixedConfig {
            shard_count: self.number("shards")?,
            shard_prefix_bits: self.number_or("prefix-bits", 0)?,
            grow_step: self.number_or("grow-step", 4096)?,
            ..FixedConfig::default()
        })
    }
}
