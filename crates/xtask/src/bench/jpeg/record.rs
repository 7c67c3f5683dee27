//! What was measured, as tables.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::turns::Task;
use crate::bench::statistics::{geometric_mean, least, median};
use crate::error::Error;

/// The codec that others are compared with.
const BASE: &str = "libjpeg-turbo";
/// The codec that stands beside it in every table.
const OURS: &str = "palmette-jpeg";

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Nanoseconds.
    Time,
    /// Instructions.
    Instructions,
}

/// A picture, as a table describes it.
#[derive(Debug, PartialEq)]
struct Described {
    name: String,
    megapixels: f64,
    bits_per_pixel: f64,
}

/// What a codec did on one picture.
#[derive(Debug)]
pub(super) struct Row {
    codec: String,
    work: String,
    /// What each turn took.
    pub(super) values: Vec<f64>,
    bytes: u64,
    /// Which picture, counted from 0.
    picture: usize,
}

impl Row {
    /// Starts a row that has no values yet.
    pub(super) fn new(task: &Task, bytes: u64) -> Self {
        let (codec, work) = (task.codec.clone(), task.work.clone());
        Self { codec, work, values: Vec::new(), bytes, picture: 0 }
    }
}

/// Everything of one run.
#[derive(Debug)]
pub(super) struct Record {
    unit: Unit,
    pictures: Vec<Described>,
    rows: Vec<Row>,
}

impl Record {
    /// Starts an empty record.
    pub(super) const fn new(unit: Unit) -> Self {
        Self { unit, pictures: Vec::new(), rows: Vec::new() }
    }

    /// Notes the picture that the next rows are of, unless it is the last one still. `answer` is a program's: width, height, bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Unexpected`] if it is no such answer.
    pub(super) fn open(&mut self, name: &str, answer: &str) -> Result<(), Error> {
        const UNEXPECTED: Error = Error::Unexpected { what: "width, height and bytes of a picture" };
        let numbers = answer.split(' ').map(str::parse).collect::<Result<Vec<f64>, _>>();
        let [width, height, bytes] = numbers.map_err(|_| UNEXPECTED)?[..] else { return Err(UNEXPECTED) };
        let pixels = width * height;
        let described =
            Described { name: name.to_owned(), megapixels: pixels / 1e6, bits_per_pixel: 8.0 * bytes / pixels };
        if self.pictures.last() != Some(&described) {
            self.pictures.push(described);
        }
        Ok(())
    }

    /// Adds a row to the picture that was opened last.
    ///
    /// # Panics
    ///
    /// If none was.
    pub(super) fn add(&mut self, row: Row) {
        let picture = self.pictures.len().checked_sub(1).expect("a picture is opened first");
        self.rows.push(Row { picture, ..row });
    }

    /// A table with a row for each work and a column for each codec: geometric means of ratios, and their bounds.
    pub(super) fn by_work(&self) -> String {
        let codecs = names(self.rows.iter().map(|row| &row.codec));
        let codecs: Vec<_> = codecs.into_iter().filter(|codec| *codec != BASE).collect();
        let mut table = format!("\n| | {} |\n| --- |{}\n", codecs.join(" | "), " --- |".repeat(codecs.len()));
        for work in names(self.rows.iter().map(|row| &row.work)) {
            write!(table, "| {work} |").expect("a string takes everything");
            for codec in &codecs {
                let ratios: Vec<f64> =
                    (0..self.pictures.len()).filter_map(|picture| self.ratio(picture, work, codec)).collect();
                table += &cell(&ratios);
            }
            table += "\n";
        }
        table
    }

    /// A table for each work, with a row for each picture.
    ///
    /// # Errors
    ///
    /// [`Error::Unexpected`] if a codec had no turn.
    pub(super) fn by_picture(&self) -> Result<String, Error> {
        let (word, unit) = match self.unit {
            Unit::Time => ("milliseconds, the least of all turns", 1e6),
            Unit::Instructions => ("millions of instructions", 1e6),
        };
        let mut tables = format!("# By picture\n\nEach cell: {word}; the ratio to libjpeg-turbo");
        tables += if self.unit == Unit::Time { ", the median of all turns" } else { "" };
        tables += "; for encoders, thousands of bytes.\n";
        for work in names(self.rows.iter().map(|row| &row.work)) {
            let rows: Vec<&Row> = self.rows.iter().filter(|row| row.work == work).collect();
            let codecs = names(rows.iter().map(|row| &row.codec));
            let lines = " --- |".repeat(codecs.len());
            write!(
                tables,
                "\n## {work}\n\n| picture | MP | bits a pixel | {} |\n| --- | --- | --- |{lines}\n",
                codecs.join(" | ")
            )
            .expect("a string takes everything");
            for (index, picture) in self.pictures.iter().enumerate() {
                let Described { name, megapixels, bits_per_pixel } = picture;
                write!(tables, "| {name} | {megapixels:.1} | {bits_per_pixel:.2} |")
                    .expect("a string takes everything");
                for codec in &codecs {
                    let Some(row) = rows.iter().find(|row| row.picture == index && row.codec == *codec) else {
                        tables += " – |";
                        continue;
                    };
                    let value = least(&row.values).ok_or(Error::Unexpected { what: "a turn of each codec" })?;
                    write!(tables, " {:.2}", value / unit).expect("a string takes everything");
                    if let Some(ratio) = self.ratio(index, work, codec).filter(|_| *codec != BASE) {
                        write!(tables, "; **{ratio:.2}**").expect("a string takes everything");
                    }
                    if !work.starts_with("decode") {
                        write!(tables, "; {:.1} kB", row.bytes as f64 / 1e3).expect("a string takes everything");
                    }
                    tables += " |";
                }
                tables += "\n";
            }
        }
        Ok(tables)
    }

    /// Every value.
    pub(super) fn raw(&self) -> String {
        let unit = if self.unit == Unit::Time { "nanoseconds" } else { "instructions" };
        let mut csv = format!("picture,megapixels,bits_per_pixel,work,codec,bytes,{unit} of each turn\n");
        for row in &self.rows {
            let Described { name, megapixels, bits_per_pixel } = &self.pictures[row.picture];
            let values: Vec<String> = row.values.iter().map(|value| format!("{value:.0}")).collect();
            let Row { codec, work, bytes, .. } = row;
            let values = values.join(" ");
            writeln!(csv, "\"{name}\",{megapixels:.2},{bits_per_pixel:.3},\"{work}\",\"{codec}\",{bytes},{values}")
                .expect("a string takes everything");
        }
        csv
    }

    /// What a codec took over what the one that all are compared with took: the median of all turns.
    fn ratio(&self, picture: usize, work: &str, codec: &str) -> Option<f64> {
        let row =
            |codec: &str| self.rows.iter().find(|row| row.picture == picture && row.work == work && row.codec == codec);
        let (row, base) = (row(codec)?, row(BASE)?);
        let ratios: Vec<f64> = row.values.iter().zip(&base.values).map(|(value, base)| value / base).collect();
        median(&ratios)
    }
}

/// A cell of means and bounds; ours are in bold.
fn cell(ratios: &[f64]) -> String {
    let bounds = ratios.iter().fold((f64::MAX, f64::MIN), |(low, high), &ratio| (low.min(ratio), high.max(ratio)));
    geometric_mean(ratios)
        .map_or_else(|| " – |".to_owned(), |mean| format!(" **{mean:.2}** ({:.2}–{:.2}) |", bounds.0, bounds.1))
}

/// The different names of many, in the order in which they come, the one that all are compared with first and ours second.
fn names<'a>(all: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut places = BTreeMap::new();
    for (place, name) in all.enumerate() {
        let place = match name.as_str() {
            BASE => 0,
            OURS => 1,
            _ => place + 2,
        };
        places.entry(name.as_str()).or_insert(place);
    }
    let mut names: Vec<&str> = places.keys().copied().collect();
    names.sort_by_key(|name| places[name]);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record {
        let mut record = Record::new(Unit::Time);
        for (picture, factor) in [("haze", 1.0), ("noise", 4.0)] {
            record.open(picture, "1000 1000 100000").unwrap();
            record.open(picture, "1000 1000 100000").unwrap();
            for (codec, values) in [("jpegli", vec![3e6, 5e6]), ("libjpeg-turbo", vec![2e6, 4e6]), (OURS, vec![1e6])] {
                let task = Task { codec: codec.to_owned(), work: "RGBA to baseline".to_owned(), number: 0 };
                let mut row = Row::new(&task, 50_000);
                row.values =
                    values.into_iter().map(|value| if codec == OURS { value * factor } else { value }).collect();
                record.add(row);
            }
        }
        record
    }

    #[test]
    fn means_are_geometric() {
        let table = sample().by_work();
        assert!(table.contains("| | palmette-jpeg | jpegli |"), "{table}");
        assert!(table.contains("| RGBA to baseline | **1.00** (0.50–2.00) | **1.38** (1.38–1.38) |"), "{table}");
    }

    #[test]
    fn pictures_are_told_with_their_bytes() {
        let tables = sample().by_picture().unwrap();
        assert!(tables.contains("| haze | 1.0 | 0.80 | 2.00; 50.0 kB | 1.00; **0.50**; 50.0 kB | 3.00;"), "{tables}");
    }

    #[test]
    fn raw_has_every_turn() {
        let raw = sample().raw();
        assert!(
            raw.contains("\"noise\",1.00,0.800,\"RGBA to baseline\",\"libjpeg-turbo\",50000,2000000 4000000"),
            "{raw}"
        );
    }

    #[test]
    fn answer_without_three_numbers_is_refused() {
        assert!(Record::new(Unit::Time).open("haze", "1000 1000").is_err());
    }
}
