//! How near the formats come to each other, as tables.

use std::fmt::Write;

use super::{FORMATS, QUALITIES};

/// A file that was made and scored.
#[derive(Debug)]
struct Entry {
    photo: String,
    quality: u8,
    /// Which of the formats.
    format: usize,
    score: f64,
    bytes: u64,
}

/// Everything of one run.
#[derive(Debug, Default)]
pub(super) struct Record {
    entries: Vec<Entry>,
}

impl Record {
    /// Adds a file of one of [`FORMATS`].
    pub(super) fn add(&mut self, photo: &str, quality: u8, format: usize, score: f64, bytes: u64) {
        self.entries.push(Entry { photo: photo.to_owned(), quality, format, score, bytes });
    }

    /// Mean score and mean bytes of a format at a quality.
    fn means(&self, quality: u8, format: usize) -> (f64, f64) {
        let entries = self.entries.iter().filter(|entry| entry.quality == quality && entry.format == format);
        let entries: Vec<_> = entries.collect();
        let mean = |number: &dyn Fn(&Entry) -> f64| {
            entries.iter().map(|entry| number(entry)).sum::<f64>() / entries.len().max(1) as f64
        };
        (mean(&|entry| entry.score), mean(&|entry| entry.bytes as f64))
    }

    /// A table of mean scores, and what WebP and AVIF have more.
    pub(super) fn summary(&self) -> String {
        let mut table =
            "| quality | JPEG | WebP | AVIF | WebP − JPEG | AVIF − JPEG | WebP bytes | AVIF bytes |\n".to_owned();
        table += "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
        for quality in QUALITIES {
            let [jpeg, webp, avif] = [0, 1, 2].map(|format| self.means(quality, format));
            let percent = |bytes: f64| 100.0 * (bytes / jpeg.1 - 1.0);
            writeln!(
                table,
                "| {quality} | {:.1} | {:.1} | {:.1} | **{:+.1}** | **{:+.1}** | {:+.0} % | {:+.0} % |",
                jpeg.0,
                webp.0,
                avif.0,
                webp.0 - jpeg.0,
                avif.0 - jpeg.0,
                percent(webp.1),
                percent(avif.1)
            )
            .expect("a string takes everything");
        }
        table
    }

    /// Says what was measured, where and how, and what came of it.
    pub(super) fn readme(&self, facts: &str, folders: usize) -> String {
        let mut photos: Vec<&str> = self.entries.iter().map(|entry| &*entry.photo).collect();
        photos.dedup();
        format!(
            "# One scale of quality\n\n{facts}- command: `cargo xtask bench quality{}`\n- photos: {}: {}\n\n{}\n{WHAT}",
            " FOLDER".repeat(folders),
            photos.len(),
            photos.join(", "),
            self.summary()
        )
    }

    /// Every number.
    pub(super) fn raw(&self) -> String {
        let mut csv = "photo,quality,format,score,bytes\n".to_owned();
        for Entry { photo, quality, format, score, bytes } in &self.entries {
            writeln!(csv, "{photo},{quality},{},{score:.2},{bytes}", FORMATS[*format].1)
                .expect("a string takes everything");
        }
        csv
    }
}

/// What a record says about its numbers.
const WHAT: &str = "
Each photo was made at most 448 pixels long and encoded in each format at each quality. Scores are those of SSIMULACRA2 against what
was encoded, in gamma-encoded values: means over all photos, and what WebP and AVIF have more than JPEG. Bytes are means as well,
against JPEG's. The table of settings comes from `cargo xtask bench quality --write`, on the same photos. Every number is in
[raw.csv](raw.csv).
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_tells_means_and_differences() {
        let mut record = Record::default();
        for (photo, shift) in [("kite", 0.0), ("dusk", 2.0)] {
            record.add(photo, 80, 0, 78.0 + shift, 1000);
            record.add(photo, 80, 1, 77.5 + shift, 900);
            record.add(photo, 80, 2, 78.25 + shift, 600);
        }
        let summary = record.summary();
        assert!(summary.contains("| 80 | 79.0 | 78.5 | 79.2 | **-0.5** | **+0.2** | -10 % | -40 % |"), "{summary}");
        assert!(record.raw().ends_with("dusk,80,AVIF,80.25,600\n"));
        let readme = record.readme("- commit: abc\n", 1);
        assert!(readme.contains("quality FOLDER`\n- photos: 2: kite, dusk\n"), "{readme}");
    }
}
