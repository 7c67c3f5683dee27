//! What the values of a graph reach, as it was measured on pictures: a small text beside the code, so that converting needs no picture.
//!
//! A line is the number of a value and, for each channel, a code: the largest magnitude, in eighths of an octave, rounded up. After a `/` the
//! means may follow, in thousandths of that largest magnitude. A channel that is always 0 has a `-`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Error;
use super::float::Planes;

/// What a channel reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reach {
    /// The largest magnitude.
    pub most: f64,
    /// The mean.
    pub mean: f64,
}

/// What each channel of each value reaches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ranges(BTreeMap<usize, Vec<Reach>>);

/// Codes of an octave.
const PER_OCTAVE: f64 = 8.0;

impl Ranges {
    /// Returns what a value reaches.
    #[must_use]
    pub fn of(&self, value: usize) -> Option<&[Reach]> {
        self.0.get(&value).map(|channels| &channels[..])
    }

    /// Forgets all values but some.
    pub fn keep(&mut self, is_kept: impl Fn(usize) -> bool) {
        self.0.retain(|&value, _| is_kept(value));
    }

    /// Widens the ranges by what a value was for one more picture. Means are taken over the pictures that `counts_for_mean`; `before` is how
    /// many of them were seen.
    pub fn see(&mut self, value: usize, planes: &Planes, counts_for_mean: bool, before: u32) {
        let channels = self.0.entry(value).or_insert_with(|| vec![Reach::default(); planes.channels]);
        for (channel, reach) in channels.iter_mut().enumerate() {
            let plane = planes.plane(channel);
            reach.most = plane.iter().fold(reach.most, |most, &value| most.max(f64::from(value.abs())));
            if counts_for_mean {
                #[expect(clippy::cast_precision_loss, reason = "pictures have fewer pixels than that")]
                let mean = plane.iter().map(|&value| f64::from(value)).sum::<f64>() / plane.len() as f64;
                reach.mean += (mean - reach.mean) / f64::from(before + 1);
            }
        }
    }

    /// Writes the text.
    #[must_use]
    pub fn to_text(&self, with_means: bool) -> String {
        let mut text = String::new();
        for (value, channels) in &self.0 {
            let _ = write!(text, "{value}");
            for reach in channels {
                if reach.most > 0.0 {
                    let _ = write!(text, " {}", (libm::log2(reach.most) * PER_OCTAVE).ceil());
                } else {
                    text.push_str(" -");
                }
            }
            if with_means {
                text.push_str(" /");
                for reach in channels {
                    let share = if reach.most > 0.0 { reach.mean / reach.most * 1000.0 } else { 0.0 };
                    let _ = write!(text, " {}", share.round());
                }
            }
            text.push('\n');
        }
        text
    }

    /// Reads the text; lines that begin with `#` are for people.
    ///
    /// # Errors
    ///
    /// [`Error::Broken`], with the line, if it is no such text.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let mut ranges = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let broken = || Error::Broken { at: at + 1 };
            let (most, means) = line.split_once('/').unwrap_or((line, ""));
            let mut most = most.split_whitespace();
            let value = most.next().and_then(|value| value.parse().ok()).ok_or_else(broken)?;
            let mut means = means.split_whitespace();
            let channels = most.map(|code| {
                let most = match code {
                    "-" => 0.0,
                    _ => libm::exp2(f64::from(code.parse::<i16>().map_err(|_| broken())?) / PER_OCTAVE),
                };
                let mean = means.next().map_or(Ok(0), str::parse::<i16>).map_err(|_| broken())?;
                Ok(Reach { most, mean: f64::from(mean) / 1000.0 * most })
            });
            ranges.insert(value, channels.collect::<Result<Vec<_>, Error>>()?);
        }
        Ok(Self(ranges))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_what_was_seen() {
        let mut ranges = Ranges::default();
        let planes = |data: &[f32]| Planes { channels: 2, rows: 1, columns: 2, data: data.to_vec() };
        ranges.see(3, &planes(&[0.0, 0.0, -4.0, 2.0]), true, 0);
        ranges.see(3, &planes(&[0.0, 0.0, 5.0, 5.0]), true, 1);
        let text = ranges.to_text(true);
        assert_eq!(text, "3 - 19 / 0 400\n");
        let read = Ranges::from_text(&text).unwrap();
        let [zero, other] = read.of(3).unwrap() else { panic!("two channels") };
        assert_eq!(*zero, Reach::default());
        assert!((5.0..5.5).contains(&other.most) && (1.9..2.2).contains(&other.mean), "{other:?}");
        assert!(Ranges::from_text("3 x").is_err());
        assert_eq!(Ranges::from_text("# nothing\n").unwrap(), Ranges::default());
    }
}
