//! What was measured, as a table.

use std::fmt::Write;

use super::{NAMES, PICTURES, QUALITY, WIDTH};
use crate::bench::peers::SHARP;
use crate::bench::statistics::median;
use crate::error::Error;

/// What a turn took, a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub(super) milliseconds: f64,
    pub(super) bytes: u64,
}

/// Everything of one run.
#[derive(Debug)]
pub(super) struct Record {
    vips: String,
    cases: Vec<(&'static str, [Vec<Turn>; NAMES.len()])>,
}

impl Record {
    /// Begins a record; `vips` is what vipsthumbnail says of its version.
    pub(super) fn new(vips: Vec<u8>) -> Self {
        let vips = String::from_utf8(vips).unwrap_or_default();
        Self { vips: vips.split_whitespace().next().unwrap_or("unknown").to_owned(), cases: Vec::new() }
    }

    /// Adds a turn of a program.
    pub(super) fn add(&mut self, format: &'static str, program: usize, turn: Turn) {
        if self.cases.last().is_none_or(|(name, _)| *name != format) {
            self.cases.push((format, Default::default()));
        }
        if let Some((_, turns)) = self.cases.last_mut() {
            turns[program].push(turn);
        }
    }

    /// A row for each format.
    pub(super) fn table(&self) -> Result<String, Error> {
        const UNEXPECTED: Error = Error::Unexpected { what: "a turn of each program" };
        let [ours, vips, sharp] = NAMES;
        let mut table = format!(
            "\n| → {WIDTH} wide | {ours} | {vips} | {sharp} | ratio to the better |\n| --- | --- | --- | --- | --- |\n"
        );
        for (format, turns) in &self.cases {
            let times = turns.each_ref().map(|turns| turns.iter().map(|turn| turn.milliseconds).collect::<Vec<_>>());
            let ratios: Vec<f64> =
                (0..times[0].len()).map(|round| times[0][round] / times[1][round].min(times[2][round])).collect();
            write!(table, "| {format} |").expect("a string takes everything");
            for (times, turns) in times.iter().zip(turns) {
                let (time, turn) = median(times).zip(turns.last()).ok_or(UNEXPECTED)?;
                write!(table, " {time:.1} ms, {:.1} kB |", turn.bytes as f64 / 1e3).expect("a string takes everything");
            }
            writeln!(table, " **{:.2}** |", median(&ratios).ok_or(UNEXPECTED)?).expect("a string takes everything");
        }
        Ok(table)
    }

    /// The text of a record.
    pub(super) fn readme(&self, facts: &str, rounds: usize, has_folder: bool) -> Result<String, Error> {
        let folder = if has_folder { " FOLDER" } else { "" };
        let pictures = if has_folder {
            "copies of the two largest JPEGs of a folder"
        } else {
            "copies of two JPEGs that are drawn, of 2700×2025 and 4000×3000"
        };
        Ok(format!(
            "# Many pictures beside vipsthumbnail and sharp\n\n{facts}- peers: {}, sharp {SHARP}\n- rounds: {rounds}\n\
             - command: `cargo xtask bench batch --rounds {rounds}{folder}`\n- pictures: {PICTURES}, {pictures}\n{}{ABOUT}",
            self.vips,
            self.table()?,
        )
        .replace("{QUALITY}", &QUALITY.to_string()))
    }

    /// All numbers.
    pub(super) fn raw(&self) -> String {
        let mut csv = "format,program,ms a picture,bytes a picture\n".to_owned();
        for (format, turns) in &self.cases {
            for (program, turns) in NAMES.iter().zip(turns) {
                for Turn { milliseconds, bytes } in turns {
                    writeln!(csv, "{format},{program},{milliseconds:.2},{bytes}").expect("a string takes everything");
                }
            }
        }
        csv
    }
}

/// What every record says.
const ABOUT: &str = "
Milliseconds of the processor a picture, user and system, of all threads of a process that makes all pictures, its start included: medians over
the rounds, in which the programs took turns. A ratio is the median of the rounds' ratios to the faster of the other two; below 1 Palmette takes less.
vipsthumbnail and sharp have one thread; Palmette works on a picture for each core. Bytes are those of a result on average. The number of the
quality is {QUALITY} for all, but what encoders of WebP make of it is not the same. All turns are in [raw.csv](raw.csv).
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_to_the_better_of_a_round() {
        let mut record = Record::new(b"vips-8.14.1\n".to_vec());
        for (program, times) in [[10.0, 30.0], [20.0, 100.0], [40.0, 60.0]].into_iter().enumerate() {
            for milliseconds in times {
                record.add("jpeg", program, Turn { milliseconds, bytes: 40_000 });
            }
        }
        let readme = record.readme("- commit: abc\n", 2, false).unwrap();
        assert!(
            readme.contains("| jpeg | 20.0 ms, 40.0 kB | 60.0 ms, 40.0 kB | 50.0 ms, 40.0 kB | **0.50** |"),
            "{readme}"
        );
        assert!(readme.contains("- peers: vips-8.14.1, sharp ") && readme.contains("is 80 for all"), "{readme}");
        assert!(record.raw().ends_with("jpeg,sharp,60.00,40000\n"));
    }
}
