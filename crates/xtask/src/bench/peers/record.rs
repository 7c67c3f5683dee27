//! What was measured, as tables.

use std::fmt::Write;

use serde_json::Value;

use super::peer::{NAMES, OXIMG, SHARP};
use crate::bench::statistics::median;
use crate::error::Error;

/// What a program did in one case.
#[derive(Debug)]
pub(super) struct Row {
    /// Of the processor, a request, one number for each round.
    pub(super) milliseconds: Vec<f64>,
    /// The most memory at once.
    pub(super) peak_bytes: u64,
    bytes: u64,
    /// Against the source as it is reduced in gamma-encoded values, and in linear light.
    scores: Option<[f64; 2]>,
}

impl Row {
    /// Starts a row that was not timed yet.
    pub(super) const fn new(bytes: u64, scores: Option<[f64; 2]>) -> Self {
        Self { milliseconds: Vec::new(), peak_bytes: 0, bytes, scores }
    }
}

/// Everything of one run.
#[derive(Debug)]
pub(super) struct Record {
    /// What the sources are, in words.
    sources: Vec<String>,
    cases: Vec<(&'static str, [Option<Row>; 3])>,
}

impl Record {
    /// Starts a record of cases that work on sources as `sharp.mjs` describes them.
    ///
    /// # Errors
    ///
    /// [`Error::Unexpected`] if it is no such description.
    pub(super) fn new(description: &str) -> Result<Self, Error> {
        const UNEXPECTED: Error = Error::Unexpected { what: "the sources that sharp makes" };
        let description: Value = serde_json::from_str(description).map_err(|_| UNEXPECTED)?;
        let describe = |source: &Value| {
            let name = source["name"].as_str()?.split('.').next()?;
            let [width, height, bytes] = ["width", "height", "bytes"].map(|key| source[key].as_f64());
            let (pixels, bytes) = (width? * height?, bytes?);
            Some(format!("{name} of {:.1} MP at {:.2} bits a pixel", pixels / 1e6, 8.0 * bytes / pixels))
        };
        // The others are made of the first two.
        let sources = description["sources"].as_array().ok_or(UNEXPECTED)?.iter().take(2).map(describe);
        Ok(Self { sources: sources.collect::<Option<_>>().ok_or(UNEXPECTED)?, cases: Vec::new() })
    }

    /// Adds a case: what each program did, in the order of their names.
    pub(super) fn add(&mut self, case: &'static str, rows: [Option<Row>; 3]) {
        self.cases.push((case, rows));
    }

    /// A table of times, and of ratios to each of the others.
    pub(super) fn times(&self) -> String {
        let [ours, sharp, oximg] = NAMES;
        let mut table = format!(
            "\n| case | {ours} | {sharp} | {oximg} | {ours} / {sharp} | {ours} / {oximg} |\n| --- |{}\n",
            " --- |".repeat(5)
        );
        for (case, rows) in &self.cases {
            write!(table, "| {case} |").expect("a string takes everything");
            for row in rows {
                table += &cell(row.as_ref().and_then(|row| median(&row.milliseconds)), |time| format!("{time:.0} ms"));
            }
            for other in &rows[1..] {
                table += &cell(ratio(rows[0].as_ref(), other.as_ref()), |ratio| format!("**{ratio:.2}**"));
            }
            table += "\n";
        }
        table
    }

    /// A table of memory.
    fn memory(&self) -> String {
        self.table(|row| Some(format!("{:.0} MB", row.peak_bytes as f64 / 1e6)))
    }

    /// A table of bytes and scores.
    fn quality(&self) -> String {
        self.table(|row| {
            let scores = row.scores.map(|[gamma, light]| format!("; {gamma:.1} / {light:.1}"));
            Some(format!("{:.1} kB{}", row.bytes as f64 / 1e3, scores.unwrap_or_default()))
        })
    }

    /// A table with a column for each program.
    fn table(&self, text: impl Fn(&Row) -> Option<String>) -> String {
        let mut table = format!("\n| case | {} |\n| --- |{}\n", NAMES.join(" | "), " --- |".repeat(NAMES.len()));
        for (case, rows) in &self.cases {
            write!(table, "| {case} |").expect("a string takes everything");
            rows.iter().for_each(|row| table += &cell(row.as_ref().and_then(&text), |text| text));
            table += "\n";
        }
        table
    }

    /// Says what was measured, where and how, and what came of it.
    pub(super) fn readme(&self, facts: &str, rounds: usize, has_folder: bool) -> String {
        let folder = if has_folder { " FOLDER" } else { "" };
        let mut readme = format!(
            "# Whole requests beside sharp and oximg\n\n{facts}- peers: sharp {SHARP}, oximg {OXIMG}\n- rounds: {rounds}\n\
             - command: `cargo xtask bench peers --rounds {rounds}{folder}`\n- sources: "
        );
        readme += &self.sources.join(", ");
        for (title, what, table) in [
            ("Time", TIME, self.times()),
            ("Memory", MEMORY, self.memory()),
            ("Bytes and scores", QUALITY, self.quality()),
        ] {
            write!(readme, "\n\n## {title}\n{what}{}", table.trim_end()).expect("a string takes everything");
        }
        readme + "\n"
    }

    /// Every number.
    pub(super) fn raw(&self) -> String {
        let mut csv = "case,program,bytes,peak_bytes,score_gamma,score_linear,milliseconds of each round\n".to_owned();
        for (case, rows) in &self.cases {
            for (program, row) in NAMES.iter().zip(rows) {
                let Some(Row { milliseconds, peak_bytes, bytes, scores }) = row else { continue };
                let times: Vec<String> = milliseconds.iter().map(|time| format!("{time:.2}")).collect();
                let scores = scores.map_or_else(|| ",".to_owned(), |[gamma, light]| format!("{gamma:.2},{light:.2}"));
                writeln!(csv, "\"{case}\",{program},{bytes},{peak_bytes},{scores},{}", times.join(" "))
                    .expect("a string takes everything");
            }
        }
        csv
    }
}

/// What a record says about times.
const TIME: &str = "
Milliseconds of the processor a request, user and system, of all threads: medians over the rounds, in which the programs took turns.
A ratio is the median of the rounds' ratios; below 1 Palmette takes less. Palmette and oximg are servers with one worker, and
Palmette gets its pictures in the form; sharp is in one process of node with one thread and without its cache, and reads the file by
itself. oximg reduces in linear light, as is its default. AVIF is at sharp's fastest setting (`effort: 0`); oximg's AVIF needs
libraries that crates.io does not have, and it neither cuts nor draws.
";

/// What a record says about memory.
const MEMORY: &str = "
The most resident memory of a process that was started for the case, so everything that it loads counts, too.
";

/// What a record says about results.
const QUALITY: &str = "
Thousands of bytes; SSIMULACRA2 against the exact Lanczos3 of the source, reduced in gamma-encoded values / in linear light. Where a
program reduces in one of them, its score against the other is lower. The number of the quality is the same for all, but what
encoders of AVIF and WebP make of it is not, so bytes and scores belong together.
";

/// The median of what ours took over what another took, round by round.
fn ratio(ours: Option<&Row>, other: Option<&Row>) -> Option<f64> {
    let rounds = ours?.milliseconds.iter().zip(&other?.milliseconds);
    median(&rounds.map(|(ours, other)| ours / other).collect::<Vec<_>>())
}

/// A cell, or a dash.
fn cell<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| " – |".to_owned(), |value| format!(" {} |", text(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record {
        let row = |milliseconds: &[f64]| {
            let (bytes, scores) = (68_000, Some([78.25, 77.0]));
            Some(Row { milliseconds: milliseconds.to_vec(), peak_bytes: 50_000_000, ..Row::new(bytes, scores) })
        };
        let sources = r#"{ "sources": [{ "name": "photo.jpg", "width": 1000, "height": 1000, "bytes": 100000 }] }"#;
        let mut record = Record::new(sources).unwrap();
        record.cases = vec![("photo → 720, JPEG", [row(&[10.0, 20.0, 30.0]), row(&[20.0, 20.0, 20.0]), None])];
        record
    }

    #[test]
    fn ratios_are_of_rounds() {
        let times = sample().times();
        assert!(times.contains("| photo → 720, JPEG | 20 ms | 20 ms | – | **1.00** | – |"), "{times}");
    }

    #[test]
    fn record_tells_everything() {
        let readme = sample().readme("- commit: abc\n", 5, true);
        assert!(readme.contains("- commit: abc\n- peers: sharp 0.35.5"), "{readme}");
        assert!(
            readme.contains("--rounds 5 FOLDER`\n- sources: photo of 1.0 MP at 0.80 bits a pixel\n\n## Time\n\n"),
            "{readme}"
        );
        assert!(readme.contains("| photo → 720, JPEG | 50 MB | 50 MB | – |"), "{readme}");
        assert!(readme.contains("| photo → 720, JPEG | 68.0 kB; 78.2 / 77.0 |"), "{readme}");
        assert!(sample().raw().ends_with("sharp,68000,50000000,78.25,77.00,20.00 20.00 20.00\n"));
    }
}
