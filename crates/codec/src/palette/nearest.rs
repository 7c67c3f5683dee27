//! The nearest colour of a palette, exactly, without asking all of them each time.
//!
//! For each bin of colours, when it is first met, those colours are listed that are nearest to something in it; a few of
//! 256 as a rule. Only they are compared then.

use std::ops::Range;

use palmette_core::alloc;

use super::split::Group;
use super::{METRIC, distance};
use crate::Error;

/// Finds the nearest of some colours.
pub(super) struct Nearest {
    group: Group,
    /// The colours, premultiplied or opaque; at most 256.
    colors: Vec<[u8; 4]>,
    /// For each bin the part of `candidates` that belongs to it; empty if the bin was not met yet.
    bins: Vec<Range<u32>>,
    /// Places in `colors`.
    candidates: Vec<u8>,
}

impl Nearest {
    /// Prepares to search in some colours of a group.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory cannot be had.
    pub(super) fn new(group: Group, colors: &[[u8; 4]]) -> Result<Self, Error> {
        let bins = if colors.is_empty() { Vec::new() } else { alloc::try_filled(group.bins(), 0..0)? };
        Ok(Self { group, colors: colors.to_vec(), bins, candidates: Vec::new() })
    }

    /// Returns the place of the colour that is nearest to a premultiplied one; the first of those equally near.
    ///
    /// # Panics
    ///
    /// If there are no colours.
    pub(super) fn find(&mut self, color: [u8; 4]) -> usize {
        let bin = self.group.bin(color);
        if self.bins[bin].is_empty() {
            self.bins[bin] = self.list_candidates(color);
        }
        let Range { start, end } = self.bins[bin];
        let candidates = &self.candidates[start as usize..end as usize];
        let nearest = candidates.iter().min_by_key(|&&place| distance(self.colors[usize::from(place)], color));
        usize::from(nearest.copied().unwrap_or_default())
    }

    /// Lists the colours that may be nearest to something in the bin of a colour.
    ///
    /// None is that which is, even in the corner nearest to it, farther away than another colour in the corner farthest
    /// from that.
    fn list_candidates(&mut self, color: [u8; 4]) -> Range<u32> {
        let (low, high) = self.group.bounds(color);
        let farthest = |color: &[u8; 4]| {
            corner_distance(*color, |level, channel| level.abs_diff(low[channel]).max(level.abs_diff(high[channel])))
        };
        let nearest = |color: &[u8; 4]| {
            corner_distance(*color, |level, channel| level.abs_diff(level.clamp(low[channel], high[channel])))
        };
        let reach = self.colors.iter().map(farthest).min().unwrap_or_default();
        let start = self.candidates.len();
        self.candidates
            .extend((0..=255).zip(&self.colors).filter(|(_, color)| nearest(color) <= reach).map(|(place, _)| place));
        let place = |len| u32::try_from(len).unwrap_or(u32::MAX);
        place(start)..place(self.candidates.len())
    }
}

/// Returns the distance of a colour from a corner of a bin, whose difference in each channel is given.
fn corner_distance(color: [u8; 4], difference: impl Fn(u8, usize) -> u8) -> i32 {
    let difference = |channel: usize| i32::from(difference(color[channel], channel));
    (0..4).map(|channel| METRIC[channel] * difference(channel) * difference(channel)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_is_nearest() {
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            (state >> 5).to_le_bytes()
        };
        for (group, count) in [(Group::Opaque, 256), (Group::Opaque, 1), (Group::Translucent, 100)] {
            let mut color = || {
                let [red, green, blue, alpha] = random();
                [red, green, blue, if group == Group::Opaque { 255 } else { alpha }]
            };
            let colors: Vec<[u8; 4]> = (0..count).map(|_| color()).collect();
            let mut nearest = Nearest::new(group, &colors).unwrap();
            for _ in 0..20_000 {
                let color = color();
                let best = colors.iter().map(|&other| distance(other, color)).min().unwrap();
                assert_eq!(distance(colors[nearest.find(color)], color), best);
            }
        }
    }
}
