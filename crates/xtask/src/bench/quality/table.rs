//! From scores of settings to the table of the codecs.

use std::fmt::Write;

use super::TRIALS;

/// The last quality of JPEG at which chroma has half its size.
const LAST_HALF: u8 = 89;

/// The scores of a run of settings, from the worst to the best.
#[derive(Debug)]
pub(super) struct Curve {
    settings: &'static [u8],
    /// For each setting the sum of its scores, and their number.
    sums: Vec<(f64, u32)>,
}

impl Curve {
    /// Begins.
    pub(super) fn new(settings: &'static [u8]) -> Self {
        Self { settings, sums: vec![(0.0, 0); settings.len()] }
    }

    /// Adds the score of a photo.
    pub(super) fn add(&mut self, setting: usize, score: f64) {
        self.sums[setting].0 += score;
        self.sums[setting].1 += 1;
    }

    /// Settings with their mean scores, which never fall.
    fn points(&self) -> Vec<(f64, f64)> {
        let mut best = f64::NEG_INFINITY;
        let points = self.settings.iter().zip(&self.sums).map(|(&setting, &(sum, count))| {
            best = best.max(sum / f64::from(count.max(1)));
            (f64::from(setting), best)
        });
        points.collect()
    }

    /// Finds the score of a setting.
    fn score(&self, setting: u8) -> f64 {
        along(self.points(), f64::from(setting))
    }

    /// Finds the setting of a score, the nearest whole one.
    fn setting(&self, score: f64) -> f64 {
        along(self.points().into_iter().map(|(setting, score)| (score, setting)).collect(), score).round()
    }
}

/// Goes along a line from point to point, whose x never fall, to the y of an x; before and after it there is no more line.
fn along(points: Vec<(f64, f64)>, x: f64) -> f64 {
    let ends = points.windows(2).map(|pair| (pair[0], pair[1]));
    for ((x0, y0), (x1, y1)) in ends {
        if x <= x1 {
            let share = if x1 > x0 { ((x - x0) / (x1 - x0)).max(0.0) } else { 0.0 };
            return y0 + (y1 - y0) * share;
        }
    }
    points.last().map_or(x, |&(_, y)| y)
}

/// Writes the table: settings that give the mean scores of JPEG. Quality 100 is the best that there is.
pub(super) fn text(curves: &[Curve; TRIALS.len()]) -> String {
    let [jpeg_half, jpeg_full, webp, avif_half, avif_full] = curves;
    let scores = (1..=99).map(|quality| {
        let is_half = quality <= LAST_HALF;
        (is_half, if is_half { jpeg_half.score(quality) } else { jpeg_full.score(quality) })
    });
    let numbers = |setting: &dyn Fn((bool, f64)) -> f64, best: f64| {
        let mut text = String::new();
        for number in scores.clone().map(setting).chain([best]) {
            write!(text, "{number}, ").expect("a string takes everything");
        }
        text
    };
    let webp = numbers(&|(_, score)| webp.setting(score), 100.0);
    let avif = numbers(&|(is_half, score)| if is_half { avif_half } else { avif_full }.setting(score), 0.0);
    format!(
        "//! What WebP and AVIF are told for each quality of 1 to 100. Written by `cargo xtask bench quality --write`.\n\n\
         /// Qualities of libwebp.\npub(super) const WEBP: [u8; 100] = [{webp}];\n\n\
         /// Quantisers of libaom.\npub(super) const AVIF: [u8; 100] = [{avif}];\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_is_followed_and_ends() {
        let line = vec![(0.0, 10.0), (2.0, 20.0), (2.0, 30.0), (4.0, 50.0)];
        for (x, y) in [(-1.0, 10.0), (0.0, 10.0), (1.0, 15.0), (2.0, 20.0), (3.0, 40.0), (9.0, 50.0)] {
            assert_eq!(along(line.clone(), x).to_bits(), f64::to_bits(y), "at {x}");
        }
    }

    #[test]
    fn table_finds_the_settings_of_scores() {
        let curves = TRIALS.map(|trial| {
            let mut curve = Curve::new(trial.settings);
            for (index, &setting) in trial.settings.iter().enumerate() {
                // WebP scores five points less at each number; AVIF's quantisers count down.
                let score = match trial.format {
                    "image/jpeg" => f64::from(setting),
                    "image/webp" => f64::from(setting) - 5.0,
                    _ => 100.0 - f64::from(setting) * 1.5,
                };
                [score - 1.0, score + 1.0].into_iter().for_each(|score| curve.add(index, score));
            }
            curve
        });
        let text = text(&curves);
        assert!(text.contains("[u8; 100] = [6, 7, 8, "), "{text}");
        assert!(text.contains(", 93, 94, 95, "), "{text}");
        assert!(text.contains(", 2, 1, 1, 0, "), "{text}");
    }
}
