//! Weights before they are rounded to integers.

use super::quantise::Quantiser;
use super::{Kernel, Sampling};
use crate::plan::power_of_two;
use crate::{Error, alloc};

/// The weights of every output sample as real numbers that add up to 1, one after the other.
pub(super) struct RealWeights {
    pub(super) kernel: Kernel,
    pub(super) source_len: u32,
    pub(super) scaled_len: u32,
    pub(super) offset: u32,
    pub(super) firsts: Vec<u32>,
    /// Where the weights of output sample `i` begin; one more entry than samples.
    bounds: Vec<usize>,
    pub(super) weights: Vec<f64>,
    pub(super) max_taps: usize,
}

impl RealWeights {
    /// Evaluates the kernel around the centre of each of `len` output samples of the whole axis, from `offset` on.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the samples of the axis")]
    #[expect(clippy::cast_precision_loss, reason = "lengths times spacings are far below 2^53")]
    pub(super) fn new(kernel: Kernel, sampling: Sampling, offset: u32, len: u32) -> Result<Self, Error> {
        let (source_len, scaled_len) = (sampling.source_len, sampling.whole_len());
        let inside = sampling.inside();
        let (source, scaled) = sampling.ratio();
        let stretch = (source as f64 / scaled as f64).max(1.0);
        let reach = kernel.radius() * stretch;
        let mut firsts = alloc::try_with_capacity(len as usize)?;
        let mut bounds = alloc::try_with_capacity(len as usize + 1)?;
        let mut weights =
            alloc::try_with_capacity(len as usize * ((2.0 * reach) as usize + 2).min(source_len as usize))?;
        let mut max_taps = 0;
        bounds.push(0);
        for i in offset..offset + len {
            let centre = sampling.centre(i);
            let first = ((centre - reach - 0.5).ceil().max(0.0) as u32).max(inside.start);
            let last = ((centre + reach - 0.5).floor() as u32).min(inside.end - 1);
            let from = weights.len();
            weights.extend((first..=last).map(|j| kernel.at((f64::from(j) + 0.5 - centre) / stretch)));
            let row = &mut weights[from..];
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|weight| *weight /= sum);
            max_taps = max_taps.max(row.len());
            firsts.push(first);
            bounds.push(weights.len());
        }
        Ok(Self { kernel, source_len, scaled_len, offset, firsts, bounds, weights, max_taps })
    }

    /// Returns the real weights of one output sample.
    pub(super) fn row(&self, i: usize) -> &[f64] {
        &self.weights[self.bounds[i]..self.bounds[i + 1]]
    }

    /// Returns the first source sample of each output sample, given that every one has the same number of taps.
    pub(super) fn starts(&self) -> Result<Vec<u32>, Error> {
        let mut starts = alloc::try_with_capacity(self.firsts.len())?;
        starts.extend(self.firsts.iter().map(|&first| self.start(first)));
        Ok(starts)
    }

    /// Moves a first sample to the left where the taps would reach over the end.
    fn start(&self, first: u32) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "taps are at most the samples of the axis")]
        let taps = self.max_taps as u32;
        first.min(self.source_len - taps)
    }

    /// Rounds all weights to a scale of 2^`shift`, the same number of taps each; `None` if one does not fit 16 bits.
    pub(super) fn quantise(&self, shift: u32) -> Result<Option<Vec<i16>>, Error> {
        let mut all = alloc::try_filled(self.firsts.len() * self.max_taps, 0_i16)?;
        let mut quantiser = Quantiser::new(power_of_two(shift), self.max_taps)?;
        for (i, row) in all.chunks_exact_mut(self.max_taps).enumerate() {
            let first = self.firsts[i];
            let skipped = (first - self.start(first)) as usize;
            let real = self.row(i);
            if !quantiser.quantise(real, &mut row[skipped..skipped + real.len()]) {
                return Ok(None);
            }
        }
        Ok(Some(all))
    }
}
