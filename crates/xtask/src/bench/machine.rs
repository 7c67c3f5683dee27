//! What a record says about where it was made.

use std::fmt::Write;
use std::fs;

use super::folder::{commit, text};
use crate::error::Error;

/// What of a processor's abilities matters here.
const FEATURES: [&str; 3] = ["avx2", "avx512f", "asimd"];

/// The facts of this machine, as the first lines of a record.
///
/// # Errors
///
/// Those of running git and rustc.
pub(super) fn facts() -> Result<String, Error> {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let changes = text(&["git", "status", "--porcelain", "--untracked-files=no"])?;
    let changes = if changes.is_empty() { "" } else { ", and changes that are in no commit" };
    let mut facts = format!("- commit: {}{changes}\n", commit()?);
    write!(
        facts,
        "- processor: {}, {} cores, {}\n- compiler: {}\n- load before: {}\n",
        model(&processor),
        cores(),
        FEATURES.into_iter().filter(|feature| processor.contains(feature)).collect::<Vec<_>>().join(" "),
        text(&["rustc", "--version"])?,
        fs::read_to_string("/proc/loadavg").unwrap_or_default().trim(),
    )
    .expect("a string takes everything");
    Ok(facts)
}

/// Makes a name of the processor's and the number of cores.
pub(super) fn name() -> String {
    name_of(model(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()), cores())
}

/// Names a machine: no marks of trade, no words that every processor has.
fn name_of(model: &str, cores: usize) -> String {
    let model = model.replace("(R)", "").replace("(TM)", "").to_lowercase();
    let words = model.split(|character: char| !character.is_ascii_alphanumeric());
    let words = words.filter(|word| !["", "processor", "cpu", "core"].contains(word));
    format!("{}-{cores}-cores", words.collect::<Vec<_>>().join("-"))
}

/// Finds the name of the processor in `/proc/cpuinfo`.
fn model(processor: &str) -> &str {
    let line = processor.lines().find_map(|line| line.strip_prefix("model name"));
    line.map_or("unknown", |name| name.trim_start_matches([':', ' ', '\t']))
}

/// How many cores there are for this process.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(0, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_has_no_marks() {
        assert_eq!(model("processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Processor\n"), "Intel(R) Xeon(R) Processor");
        assert_eq!(name_of("Intel(R) Xeon(R) Processor", 2), "intel-xeon-2-cores");
        assert_eq!(name_of(model(""), 1), "unknown-1-cores");
    }
}
