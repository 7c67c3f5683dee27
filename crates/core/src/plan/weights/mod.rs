//! Weight tables of resampling: real kernels in, 16-bit integers out.
//!
//! # Arithmetic
//!
//! Samples are 16-bit signed (a level of 8-bit colour is 64 units, so that opaque white is 16,320 and the overshoot of a
//! kernel still fits). Weights are 16-bit signed too, a sum of products is 32-bit, which suits both a CPU's
//! pairwise multiply-add and a GPU without 64-bit integers. Two rules keep the sum inside 32 bits for *any* samples:
//!
//! - The absolute weights of one output sample add up to at most 65,535, since 65,535 · 32,767 < 2³¹. A table that is this
//!   coarse has a scale of 2¹⁵ at most, enough for up to about 48 taps (shrinking to an eighth).
//! - A table with smaller weights has a scale above 2¹⁵. It is summed in chunks of [`WeightTable::CHUNK_TAPS`] taps, each
//!   rounded down to the scale of 2¹⁵ before it joins the total; a weight is then at most 8,192, so that no chunk overflows.
//!
//! # Accuracy
//!
//! Rounding a weight is wrong by at most half a unit of the scale. The scale grows as weights shrink, so the error of an
//! output sample, summed over its taps against the worst possible picture, stays below a fifth of a level however strong
//! the reduction; two axes, and the rounding between them, stay below half a level, and the final rounding then is at most
//! 1 level away from the exact result. A test checks that bound over a grid of sizes. The weights of a sample add up
//! to exactly the scale, so a constant picture stays constant.

mod kernel;
mod quantise;
mod real;
mod sampling;

use std::ops::Range;
use std::sync::Arc;

pub use self::kernel::Kernel;
use self::real::RealWeights;
pub use self::sampling::Sampling;
use super::power_of_two;
use crate::{Error, alloc};

/// Integer weights of one axis, and how to add them up.
///
/// Output sample `i` is `round(total / 2^shift)`, clamped to 16 bits, where `total` adds `weights(i)[k] · source[start(i) + k]`
/// in chunks: see [`WeightTable::chunk_shift`]. `round` is to nearest, halves up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightTable {
    source_len: u32,
    scaled_len: u32,
    offset: u32,
    kernel: Kernel,
    taps: usize,
    /// Shared, like the weights, between the copies of a plan: a list that measures makes many.
    starts: Arc<Vec<u32>>,
    weights: Arc<Vec<i16>>,
    shift: u32,
    chunk_shift: u32,
}

impl WeightTable {
    /// Taps that are added before a chunk is rounded and joins the total.
    pub const CHUNK_TAPS: usize = 8;

    /// The largest sum of absolute weights of an output sample (or of a chunk) that 16-bit samples cannot overflow.
    const MAX_ABSOLUTE_SUM: i32 = 65_535;

    /// The largest weight of a table that is summed in chunks, before its sum is corrected by single units.
    const MAX_CHUNKED_WEIGHT: f64 = 8_191.0;

    /// The scale of a total, as a power of two, in a table that is summed in chunks.
    const TOTAL_SHIFT: u32 = 15;

    /// The scale of an enlarging table, as a power of two: a weight of Catmull-Rom is at most 1.125, at the edges.
    const ENLARGING_SHIFT: u32 = 14;

    /// Makes the table that resamples `source_len` samples to `scaled_len` and keeps `len` of those from `offset` on: a sample
    /// for each pixel, in the source and in the result.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    ///
    /// # Panics
    ///
    /// If a length is 0, the axis does not change, or the window is not inside the scaled axis.
    pub fn new(source_len: u32, scaled_len: u32, offset: u32, len: u32) -> Result<Self, Error> {
        let sampling = Sampling::whole((source_len, 1), (scaled_len, 1), (offset, len));
        let table = Self::of(sampling)?;
        Ok(table.expect("an axis that does not change is copied"))
    }

    /// Makes the table for one axis of a plane; `None` if its samples are copied.
    ///
    /// Samples outside the picture do not count. A window gets the very weights that it has in the table of the whole axis.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    ///
    /// # Panics
    ///
    /// If a length or a spacing is 0, a sample of the result stands for more than two pixels, or the window is not inside
    /// the scaled axis.
    pub fn of(sampling: Sampling) -> Result<Option<Self>, Error> {
        sampling.check();
        let (first, len) = (sampling.first(), sampling.len());
        let Some(kernel) = sampling.kernel() else { return Ok(None) };
        if kernel == Kernel::Lanczos3 {
            // The scale depends on every weight of the axis, so the whole table is made; it has some six weights a source
            // sample. An enlarged axis may be thousands of times longer than its window, but its scale is known.
            let mut whole = Self::shrinking(&RealWeights::new(kernel, sampling, 0, sampling.whole_len())?)?;
            whole.cut(first, len);
            Ok(Some(whole))
        } else {
            Self::enlarging(&RealWeights::new(kernel, sampling, first, len)?).map(Some)
        }
    }

    /// Chooses the finest scale that every weight and every sum fits, and rounds to it.
    fn shrinking(real: &RealWeights) -> Result<Self, Error> {
        let peak = real.weights.iter().fold(0.0_f64, |peak, weight| peak.max(weight.abs()));
        // A peak is at least 1 / taps, so the scale is far below 2^63.
        let fits_chunks = |scale: &u32| peak * power_of_two(*scale) <= Self::MAX_CHUNKED_WEIGHT;
        if let Some(scale) = (Self::TOTAL_SHIFT + 1..64).rev().find(fits_chunks)
            && let Some(weights) = real.quantise(scale)?
        {
            return Self::from_parts(real, weights, Self::TOTAL_SHIFT, scale - Self::TOTAL_SHIFT);
        }
        let mut shift = Self::TOTAL_SHIFT;
        loop {
            match real.quantise(shift)? {
                Some(weights) if Self::fits(&weights, real.max_taps) => {
                    return Self::from_parts(real, weights, shift, 0);
                }
                _ => shift -= 1,
            }
        }
    }

    /// Rounds the weights of an axis that does not shrink, whose scale is always the same.
    fn enlarging(real: &RealWeights) -> Result<Self, Error> {
        let weights = real.quantise(Self::ENLARGING_SHIFT)?;
        let weights = weights.expect("weights of at most 1.125 fit 16 bits at a scale of 2^14");
        Self::from_parts(real, weights, Self::ENLARGING_SHIFT, 0)
    }

    /// Puts a table together.
    fn from_parts(real: &RealWeights, weights: Vec<i16>, shift: u32, chunk_shift: u32) -> Result<Self, Error> {
        let &RealWeights { kernel, source_len, scaled_len, offset, max_taps: taps, .. } = real;
        let starts = Arc::new(real.starts()?);
        let weights = Arc::new(weights);
        Ok(Self { source_len, scaled_len, offset, kernel, taps, starts, weights, shift, chunk_shift })
    }

    /// Keeps `len` output samples from `offset` on.
    fn cut(&mut self, offset: u32, len: u32) {
        self.offset += offset;
        let (offset, len) = (offset as usize, len as usize);
        let (starts, weights) = (Arc::make_mut(&mut self.starts), Arc::make_mut(&mut self.weights));
        starts.truncate(offset + len);
        starts.drain(..offset);
        weights.truncate((offset + len) * self.taps);
        weights.drain(..offset * self.taps);
    }

    /// Returns the source samples that the output samples are made of.
    #[must_use]
    pub fn source_range(&self) -> Range<u32> {
        let [first, last] =
            [self.starts.first(), self.starts.last()].map(|start| *start.expect("a table is not empty"));
        #[expect(clippy::cast_possible_truncation, reason = "taps are at most the samples of the axis")]
        let taps = self.taps as u32;
        first..last + taps
    }

    /// Makes the same table for a source of which only some samples are there.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    ///
    /// # Panics
    ///
    /// If a sample of [`WeightTable::source_range`] is missing.
    pub fn on_part(&self, part: Range<u32>) -> Result<Self, Error> {
        let needed = self.source_range();
        assert!(part.start <= needed.start && needed.end <= part.end, "what is needed was read");
        let mut starts = alloc::try_with_capacity(self.starts.len())?;
        starts.extend(self.starts.iter().map(|start| start - part.start));
        Ok(Self { source_len: part.end - part.start, starts: Arc::new(starts), ..self.clone() })
    }

    /// Returns the bytes of weights and starts.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        (size_of_val(self.weights()) + size_of_val(self.starts())) as u64
    }

    /// Says whether no output sample of a table that is summed at once can overflow.
    fn fits(weights: &[i16], taps: usize) -> bool {
        let absolute_sum = |row: &[i16]| row.iter().map(|&weight| i32::from(weight).abs()).sum::<i32>();
        weights.chunks_exact(taps).all(|row| absolute_sum(row) <= Self::MAX_ABSOLUTE_SUM)
    }

    /// Returns the table for a source and a result that are mirrored. Sums that are added up in chunks would be rounded otherwise.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub fn mirrored(&self) -> Result<Self, Error> {
        #[expect(clippy::cast_possible_truncation, reason = "taps and samples are at most those of an axis")]
        let (taps, len) = (self.taps as u32, self.len() as u32);
        let mut starts = alloc::try_with_capacity(self.starts.len())?;
        starts.extend(self.starts.iter().rev().map(|start| self.source_len - start - taps));
        let mut weights = alloc::try_with_capacity(self.weights.len())?;
        weights.extend(self.weights.iter().rev());
        let offset = self.scaled_len - self.offset - len;
        Ok(Self { offset, starts: Arc::new(starts), weights: Arc::new(weights), ..self.clone() })
    }

    /// Returns the number of source samples the table is made for.
    #[must_use]
    pub const fn source_len(&self) -> u32 {
        self.source_len
    }

    /// Returns the number of samples that the whole axis is scaled to.
    #[must_use]
    pub const fn scaled_len(&self) -> u32 {
        self.scaled_len
    }

    /// Returns which sample of the scaled axis the first output sample is.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }

    /// Returns the kernel that the weights come from.
    #[must_use]
    pub const fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Returns the number of output samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Tells whether there is no output sample, which no table has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Returns the number of weights of every output sample, at most the number of source samples.
    #[must_use]
    pub const fn taps(&self) -> usize {
        self.taps
    }

    /// Returns the power of two that a total is divided by.
    #[must_use]
    pub const fn shift(&self) -> u32 {
        self.shift
    }

    /// Returns the power of two that the sum of each chunk is divided by, rounded, before it joins the total.
    ///
    /// At 0, the common case, chunks make no difference and the products may be added in any order.
    #[must_use]
    pub const fn chunk_shift(&self) -> u32 {
        self.chunk_shift
    }

    /// Returns the first source sample of each output sample, ascending; `start + taps` is at most the number of source
    /// samples.
    #[must_use]
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Returns all weights, [`WeightTable::taps`] for each output sample.
    #[must_use]
    pub fn weights(&self) -> &[i16] {
        &self.weights
    }

    /// Returns the weights of one output sample.
    ///
    /// # Panics
    ///
    /// If there is no such output sample.
    #[must_use]
    pub fn row(&self, output: usize) -> &[i16] {
        &self.weights[output * self.taps..][..self.taps]
    }

    /// Returns the most output samples that have begun at once and are not finished, where source samples come in groups of
    /// `group`.
    #[must_use]
    pub fn overlap(&self, group: usize) -> usize {
        let begun = |first: usize| {
            let seen = (self.starts[first] as usize + self.taps).next_multiple_of(group);
            self.starts[first..].iter().take_while(|&&start| (start as usize) < seen).count()
        };
        (0..self.len()).map(begun).max().unwrap_or_default()
    }

    /// Returns each output sample's first source sample and weights.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, &[i16])> {
        self.starts.iter().map(|&start| start as usize).zip(self.weights.chunks_exact(self.taps))
    }
}

#[cfg(test)]
mod tests;
