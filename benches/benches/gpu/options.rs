//! The flags of the bench.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) const USAGE: &str = "usage: gpu [FLAG VALUE…]
  --out DIR                 write rows.csv there, and the photos of the requests for peers to take; default: only print
  --max-megapixels N        leave larger pictures out; default 100
  --seconds N               how long each case is measured at each size, but three rounds at least; default 2
  --max-round-seconds N     leave a size out if one round is expected to take longer, as on an adapter in software; default 15
  --only TEXT               only cases with this in `kind/name`";

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) out: Option<PathBuf>,
    pub(crate) max_megapixels: f64,
    pub(crate) time: Duration,
    pub(crate) max_round: Duration,
    pub(crate) only: String,
}

impl Options {
    /// Reads flags; `None` if they make no sense.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut options = Self {
            out: None,
            max_megapixels: 100.0,
            time: Duration::from_secs(2),
            max_round: Duration::from_secs(15),
            only: String::new(),
        };
        while let Some(flag) = arguments.next() {
            // Cargo says so to every bench.
            if flag == "--bench" {
                continue;
            }
            let value = arguments.next()?;
            let number = || value.to_str()?.parse::<f64>().ok().filter(|number| *number > 0.0);
            let time = || Duration::try_from_secs_f64(number()?).ok();
            match flag.to_str()? {
                "--out" => options.out = Some(PathBuf::from(&value)),
                "--max-megapixels" => options.max_megapixels = number()?,
                "--seconds" => options.time = time()?,
                "--max-round-seconds" => options.max_round = time()?,
                "--only" => options.only = value.to_str()?.to_owned(),
                _ => return None,
            }
        }
        Some(options)
    }

    /// Writes what decides the numbers, defaults too.
    pub(crate) fn flags(&self) -> String {
        let Self { out: _, max_megapixels, time, max_round, only } = self;
        let [time, max_round] = [time, max_round].map(Duration::as_secs_f64);
        let only = if only.is_empty() { String::new() } else { format!(" --only '{only}'") };
        format!("--max-megapixels {max_megapixels} --seconds {time} --max-round-seconds {max_round}{only}")
    }
}
