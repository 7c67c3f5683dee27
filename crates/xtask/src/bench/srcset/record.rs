//! What was measured, as a table.

use std::fmt::Write;

use super::{NAMES, QUALITY, WIDTHS};
use crate::bench::peers::SHARP;
use crate::bench::statistics::median;
use crate::error::Error;

/// Everything of one run: by program, the milliseconds of its turns.
#[derive(Debug)]
pub(super) struct Record {
    vips: String,
    turns: [Vec<f64>; NAMES.len()],
}

impl Record {
    /// Begins a record; `vips` is what vipsthumbnail says of its version.
    pub(super) fn new(vips: Vec<u8>) -> Self {
        let vips = String::from_utf8(vips).unwrap_or_default();
        Self { vips: vips.split_whitespace().next().unwrap_or("unknown").to_owned(), turns: Default::default() }
    }

    /// Adds a turn of a program.
    pub(super) fn add(&mut self, program: usize, milliseconds: f64) {
        self.turns[program].push(milliseconds);
    }

    /// A row for each program.
    pub(super) fn table(&self) -> Result<String, Error> {
        const UNEXPECTED: Error = Error::Unexpected { what: "a turn of each program" };
        let mut table = "\n| | milliseconds | one request beside it |\n| --- | --- | --- |\n".to_owned();
        for (name, times) in NAMES.iter().zip(&self.turns) {
            let ratios: Vec<f64> = self.turns[0].iter().zip(times).map(|(ours, theirs)| ours / theirs).collect();
            let (time, ratio) = median(times).zip(median(&ratios)).ok_or(UNEXPECTED)?;
            writeln!(table, "| {name} | {time:.0} | **{ratio:.2}** |").expect("a string takes everything");
        }
        Ok(table)
    }

    /// The text of a record.
    pub(super) fn readme(&self, facts: &str, rounds: usize, has_folder: bool) -> Result<String, Error> {
        let folder = if has_folder { " FOLDER" } else { "" };
        let source = if has_folder { "the largest JPEG of a folder" } else { "a JPEG that is drawn, of 4000×3000" };
        let widths = WIDTHS.map(|width| width.to_string()).join(", ");
        Ok(format!(
            "# Eight widths of one JPEG\n\n{facts}- peers: {}, sharp {SHARP}\n- rounds: {rounds}\n\
             - command: `cargo xtask bench srcset --rounds {rounds}{folder}`\n- source: {source}\n- widths: {widths}\n{}{ABOUT}",
            self.vips,
            self.table()?,
        )
        .replace("{QUALITY}", &QUALITY.to_string()))
    }

    /// All numbers.
    pub(super) fn raw(&self) -> String {
        let mut csv = "program,ms\n".to_owned();
        for (program, turns) in NAMES.iter().zip(&self.turns) {
            for milliseconds in turns {
                writeln!(csv, "\"{program}\",{milliseconds:.2}").expect("a string takes everything");
            }
        }
        csv
    }
}

/// What every record says.
const ABOUT: &str = "
Milliseconds of the processor for all eight widths, user and system, of all threads: medians over the rounds, in which the programs took
turns. A ratio is the median of the rounds' ratios. Palmette is a server with one worker and gets the picture in the form. sharp is one
process of node with one thread and without its cache, and reads the file by itself. vipsthumbnail is started for each width, with one thread. All
results are JPEG of quality {QUALITY}. All turns are in [raw.csv](raw.csv).
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_of_rounds() {
        let mut record = Record::new(b"vips-8.14.1\n".to_vec());
        for (program, times) in
            [[100.0, 300.0], [200.0, 1000.0], [400.0, 600.0], [1000.0, 1000.0]].into_iter().enumerate()
        {
            times.into_iter().for_each(|milliseconds| record.add(program, milliseconds));
        }
        let readme = record.readme("- commit: abc\n", 2, false).unwrap();
        for row in [
            "| Palmette, one request | 200 | **1.00** |",
            "| Palmette, eight requests | 600 | **0.40** |",
            "- widths: 320, 480",
        ] {
            assert!(readme.contains(row), "{readme}");
        }
        assert!(readme.contains("- peers: vips-8.14.1, sharp ") && readme.contains("quality 80"), "{readme}");
        assert!(record.raw().ends_with("\"vipsthumbnail, eight times\",1000.00\n"));
    }
}
