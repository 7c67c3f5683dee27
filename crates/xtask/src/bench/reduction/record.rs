//! What reading reduced costs, as tables.

use std::fmt::Write;

/// One of the two ways to read.
#[derive(Debug)]
pub(super) struct Reading {
    /// Of the file.
    pub(super) bytes: u32,
    /// Against the source as it is reduced in gamma-encoded values, and in linear light.
    pub(super) scores: [f64; 2],
}

/// A photo made smaller, both ways.
#[derive(Debug)]
pub(super) struct Pair {
    /// The name of the photo.
    pub(super) photo: String,
    /// How many times smaller it was to be.
    pub(super) reduction: u32,
    /// Width and height of the results.
    pub(super) result: (u32, u32),
    /// Pixels of the photo to a sample of luma and of chroma, as the plan read them.
    pub(super) spacings: (u32, u32),
    /// Read in full.
    pub(super) full: Reading,
    /// Read as the plan says.
    pub(super) reduced: Reading,
}

impl Pair {
    /// What reading reduced costs, in points; below 0 if it is better.
    const fn loss(&self) -> f64 {
        self.full.scores[0] - self.reduced.scores[0]
    }
}

/// Everything of one run.
#[derive(Debug, Default)]
pub(super) struct Record {
    pairs: Vec<Pair>,
}

impl Record {
    /// Adds a photo at one reduction.
    pub(super) fn add(&mut self, pair: Pair) {
        self.pairs.push(pair);
    }

    /// A table of losses, by reduction and in all.
    pub(super) fn summary(&self) -> String {
        let mut reductions: Vec<u32> = self.pairs.iter().map(|pair| pair.reduction).collect();
        reductions.sort_unstable();
        reductions.dedup();
        let mut table =
            "\n| reduction | photos | mean loss | largest loss | of | mean score in full | bytes |\n| --- |".to_owned();
        table += &" --- |".repeat(6);
        for reduction in reductions.iter().map(|&reduction| Some(reduction)).chain([None]) {
            let name = reduction.map_or_else(|| "all".to_owned(), |reduction| format!("{reduction}×"));
            let pairs = self.pairs.iter().filter(|pair| reduction.is_none_or(|reduction| pair.reduction == reduction));
            table += &line(&name, &pairs.collect::<Vec<_>>());
        }
        table + "\n"
    }

    /// Says what was measured, where and how, and what came of it.
    pub(super) fn readme(&self, facts: &str, quality: u8, folders: usize) -> String {
        let mut photos: Vec<&str> = self.pairs.iter().map(|pair| &*pair.photo).collect();
        photos.dedup();
        format!(
            "# Reading a JPEG reduced\n\n{facts}- command: `cargo xtask bench reduction --quality {quality}{}`\n- photos: {}: {}\n\n\
             {}\n{WHAT}",
            " FOLDER".repeat(folders),
            photos.len(),
            photos.join(", "),
            self.summary().trim()
        )
    }

    /// Every number.
    pub(super) fn raw(&self) -> String {
        let mut csv =
            "photo,reduction,width,height,luma_spacing,chroma_spacing,full_bytes,reduced_bytes,full_score_gamma,\
                       full_score_linear,reduced_score_gamma,reduced_score_linear\n"
                .to_owned();
        for Pair { photo, reduction, result: (width, height), spacings: (luma, chroma), full, reduced } in &self.pairs {
            writeln!(
                csv,
                "{photo},{reduction},{width},{height},{luma},{chroma},{},{},{:.2},{:.2},{:.2},{:.2}",
                full.bytes, reduced.bytes, full.scores[0], full.scores[1], reduced.scores[0], reduced.scores[1]
            )
            .expect("a string takes everything");
        }
        csv
    }
}

/// A line of the table; nothing of no photos.
fn line(name: &str, pairs: &[&Pair]) -> String {
    let Some(worst) = pairs.iter().max_by(|a, b| a.loss().total_cmp(&b.loss())) else { return String::new() };
    let mean = |number: fn(&Pair) -> f64| pairs.iter().map(|pair| number(pair)).sum::<f64>() / pairs.len() as f64;
    format!(
        "\n| {name} | {} | **{:.2}** | **{:.2}** | {} | {:.1} | {:+.1} % |",
        pairs.len(),
        mean(Pair::loss),
        worst.loss(),
        worst.photo,
        mean(|pair| pair.full.scores[0]),
        100.0 * (mean(|pair| f64::from(pair.reduced.bytes) / f64::from(pair.full.bytes)) - 1.0),
    )
}

/// What a record says about its numbers.
const WHAT: &str = "
Each photo was made so many times smaller twice: read as the plan says, at a half, a quarter or an eighth by plane, and read in full.
Both results are JPEGs of one quality, decoded again and scored by SSIMULACRA2 against the exact Lanczos3 of the source in
gamma-encoded values. The loss is the score of reading in full less that of reading reduced, in points. Results with a side below 64
pixels are left out. `bytes` is how much larger the files are on average. Every number, and scores in linear light, are in
[raw.csv](raw.csv).
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_tells_mean_and_largest_loss() {
        let pair = |photo: &str, reduction, full: f64, reduced: f64| Pair {
            photo: photo.to_owned(),
            reduction,
            result: (160, 100),
            spacings: (2, 4),
            full: Reading { bytes: 1000, scores: [full, full] },
            reduced: Reading { bytes: 990, scores: [reduced, reduced] },
        };
        let mut record = Record::default();
        [pair("kite", 4, 80.0, 79.5), pair("dusk", 4, 80.0, 80.1), pair("kite", 8, 70.0, 69.8)]
            .into_iter()
            .for_each(|pair| record.add(pair));
        let summary = record.summary();
        assert!(summary.contains("| 4× | 2 | **0.20** | **0.50** | kite | 80.0 | -1.0 % |"), "{summary}");
        assert!(summary.contains("| all | 3 | **0.20** | **0.50** | kite | 76.7 | -1.0 % |"), "{summary}");
        assert!(record.raw().ends_with("kite,8,160,100,2,4,1000,990,70.00,70.00,69.80,69.80\n"));
        let readme = record.readme("- commit: abc\n", 80, 1);
        assert!(readme.contains("`cargo xtask bench reduction --quality 80 FOLDER`"), "{readme}");
    }
}
