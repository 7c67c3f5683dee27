//! The nearest colour of a palette, exactly, without asking all of them each time.
//!
//! For each bin of colours, when it is first met, those colours are listed that are nearest to something in it; a few of
//! 256 as a rule. Only they are compared then. Large bins are listed first, and what is in them is listed from their lists.

use std::ops::Range;

use palmette_core::alloc;

use super::split::Group;
use super::{METRIC, distance};
use crate::Error;

/// Bits of a channel that are left out of the number of a large bin.
const COARSER_BITS: u8 = 2;

/// Finds the nearest of some colours.
pub(super) struct Nearest {
    group: Group,
    /// The colours, premultiplied or opaque; at most 256.
    colors: Vec<[u8; 4]>,
    /// For each bin, and for each large bin, the part of `candidates` that belongs to it; empty if it was not met yet.
    fine: Vec<Range<u32>>,
    coarse: Vec<Range<u32>>,
    /// Places in `colors`; first all of them.
    candidates: Vec<u8>,
}

impl Nearest {
    /// Prepares to search in some colours of a group.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(super) fn new(group: Group, colors: &[[u8; 4]]) -> Result<Self, Error> {
        let lists = |bits| {
            let bins = if colors.is_empty() { 0 } else { group.bins(bits) };
            alloc::try_filled(bins, 0..0)
        };
        Ok(Self {
            group,
            colors: colors.to_vec(),
            fine: lists(group.bits())?,
            coarse: lists(group.bits() - COARSER_BITS)?,
            candidates: (0..=255).zip(colors).map(|(place, _)| place).collect(),
        })
    }

    /// Returns the place of the colour that is nearest to a premultiplied one; the first of those equally near.
    ///
    /// # Panics
    ///
    /// If there are no colours.
    pub(super) fn find(&mut self, color: [u8; 4]) -> usize {
        let bits = self.group.bits();
        let bin = self.group.bin(color, bits);
        if self.fine[bin].is_empty() {
            let large = self.group.bin(color, bits - COARSER_BITS);
            if self.coarse[large].is_empty() {
                let all = 0..index(self.colors.len());
                self.coarse[large] = self.list_candidates(color, bits - COARSER_BITS, all);
            }
            self.fine[bin] = self.list_candidates(color, bits, self.coarse[large].clone());
        }
        let Range { start, end } = self.fine[bin];
        let candidates = &self.candidates[start as usize..end as usize];
        let nearest = candidates.iter().min_by_key(|&&place| distance(self.colors[usize::from(place)], color));
        usize::from(nearest.copied().unwrap_or_default())
    }

    /// Lists those of some candidates that may be nearest to something in the bin of a colour.
    ///
    /// None is that which is, even in the corner nearest to it, farther away than another colour in the corner farthest
    /// from that.
    fn list_candidates(&mut self, color: [u8; 4], bits: u8, from: Range<u32>) -> Range<u32> {
        let [low, high] = self.group.bounds(color, bits);
        let from = from.start as usize..from.end as usize;
        let farthest = |&place: &u8| {
            corner_distance(self.colors[usize::from(place)], |level, channel| {
                level.abs_diff(low[channel]).max(level.abs_diff(high[channel]))
            })
        };
        let reach = self.candidates[from.clone()].iter().map(farthest).min().unwrap_or_default();
        let start = self.candidates.len();
        for at in from {
            let place = self.candidates[at];
            let nearest = corner_distance(self.colors[usize::from(place)], |level, channel| {
                level.abs_diff(level.clamp(low[channel], high[channel]))
            });
            if nearest <= reach {
                self.candidates.push(place);
            }
        }
        index(start)..index(self.candidates.len())
    }
}

/// Narrows the length of a list, which no picture makes long.
fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
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
