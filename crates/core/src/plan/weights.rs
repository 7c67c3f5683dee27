//! Weight tables of resampling: real kernels in, 16-bit integers out.
//!
//! # Arithmetic
//!
//! Samples are 16-bit signed (a level of 8-bit colour is 64 units, so that opaque white is 16,320 and the overshoot of a
//! kernel still fits). Weights are 16-bit signed too, a sum of products is 32-bit: that is what both a CPU's pairwise
//! multiply-add and a GPU without 64-bit integers do well. Two rules keep the sum inside 32 bits for *any* samples:
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
//! 1 level away from the exact result. A test below checks that bound over a grid of sizes. The weights of a sample add up
//! to exactly the scale, so a constant picture stays constant.
//!
//! Sines come from `libm`, not from the platform, so that a table is the same on every machine.

use std::sync::Arc;

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

    /// Makes the table that resamples `source_len` samples to `scaled_len` and keeps `len` of those from `offset` on.
    ///
    /// The kernel is Lanczos3 where the axis shrinks and Catmull-Rom where it grows; samples outside the picture do not
    /// count. A window gets the very weights that it has in the table of the whole axis.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    ///
    /// # Panics
    ///
    /// If a length is 0, the axis does not change, or the window is not inside the scaled axis.
    pub fn new(source_len: u32, scaled_len: u32, offset: u32, len: u32) -> Result<Self, Error> {
        assert!(source_len > 0 && len > 0 && source_len != scaled_len, "an axis that does not change is copied");
        assert!(u64::from(offset) + u64::from(len) <= u64::from(scaled_len), "the window lies inside the scaled axis");
        if scaled_len < source_len {
            // The scale depends on every weight of the axis, so the whole table is made; it has some six weights a source
            // sample. An enlarged axis may be thousands of times longer than its window, but its scale is known.
            let mut whole =
                Self::shrinking(&RealWeights::new(Kernel::Lanczos3, source_len, scaled_len, 0, scaled_len)?)?;
            whole.cut(offset, len);
            Ok(whole)
        } else {
            Self::enlarging(&RealWeights::new(Kernel::CatmullRom, source_len, scaled_len, offset, len)?)
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

    /// Rounds the weights of an enlarged axis, whose scale is always the same.
    fn enlarging(real: &RealWeights) -> Result<Self, Error> {
        let weights = real.quantise(Self::ENLARGING_SHIFT)?;
        let weights = weights.expect("weights of at most 1.125 fit 16 bits at a scale of 2^14");
        Self::from_parts(real, weights, Self::ENLARGING_SHIFT, 0)
    }

    /// Puts a table together.
    fn from_parts(real: &RealWeights, weights: Vec<i16>, shift: u32, chunk_shift: u32) -> Result<Self, Error> {
        let &RealWeights { source_len, scaled_len, offset, max_taps: taps, .. } = real;
        let starts = Arc::new(real.starts()?);
        Ok(Self { source_len, scaled_len, offset, taps, starts, weights: Arc::new(weights), shift, chunk_shift })
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

    /// Says whether no output sample of a table that is summed at once can overflow.
    fn fits(weights: &[i16], taps: usize) -> bool {
        let absolute_sum = |row: &[i16]| row.iter().map(|&weight| i32::from(weight).abs()).sum::<i32>();
        weights.chunks_exact(taps).all(|row| absolute_sum(row) <= Self::MAX_ABSOLUTE_SUM)
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
        if self.scaled_len < self.source_len { Kernel::Lanczos3 } else { Kernel::CatmullRom }
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

    /// Returns each output sample's first source sample and weights.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, &[i16])> {
        self.starts.iter().map(|&start| start as usize).zip(self.weights.chunks_exact(self.taps))
    }
}

/// The resampling kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Windowed sinc of three lobes, for shrinking.
    Lanczos3,
    /// Cubic with B = 0, C = 0.5, for enlarging.
    CatmullRom,
}

impl Kernel {
    /// Names the kernel for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lanczos3 => "lanczos3",
            Self::CatmullRom => "catmull-rom",
        }
    }

    /// Returns the distance from which on the kernel is 0.
    const fn radius(self) -> f64 {
        match self {
            Self::Lanczos3 => 3.0,
            Self::CatmullRom => 2.0,
        }
    }

    /// Evaluates the kernel.
    fn at(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            _ if x >= self.radius() => 0.0,
            Self::Lanczos3 if x == 0.0 => 1.0,
            Self::Lanczos3 => {
                let angle = x * std::f64::consts::PI;
                3.0 * libm::sin(angle) * libm::sin(angle / 3.0) / (angle * angle)
            }
            Self::CatmullRom if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::CatmullRom => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
        }
    }
}

/// The weights of every output sample as real numbers that add up to 1, one after the other.
struct RealWeights {
    source_len: u32,
    scaled_len: u32,
    offset: u32,
    firsts: Vec<u32>,
    /// Where the weights of output sample `i` begin; one more entry than samples.
    bounds: Vec<usize>,
    weights: Vec<f64>,
    max_taps: usize,
}

impl RealWeights {
    /// Evaluates the kernel around the centre of each output sample.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the samples of the axis")]
    fn new(kernel: Kernel, source_len: u32, scaled_len: u32, offset: u32, len: u32) -> Result<Self, Error> {
        let (source, scaled) = (f64::from(source_len), f64::from(scaled_len));
        let stretch = (source / scaled).max(1.0);
        let reach = kernel.radius() * stretch;
        let mut firsts = alloc::try_with_capacity(len as usize)?;
        let mut bounds = alloc::try_with_capacity(len as usize + 1)?;
        let mut weights =
            alloc::try_with_capacity(len as usize * ((2.0 * reach) as usize + 2).min(source_len as usize))?;
        let mut max_taps = 0;
        bounds.push(0);
        for i in offset..offset + len {
            let centre = (2.0 * f64::from(i) + 1.0) * source / (2.0 * scaled);
            let first = (centre - reach - 0.5).ceil().max(0.0) as u32;
            let last = ((centre + reach - 0.5).floor() as u32).min(source_len - 1);
            let from = weights.len();
            weights.extend((first..=last).map(|j| kernel.at((f64::from(j) + 0.5 - centre) / stretch)));
            let row = &mut weights[from..];
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|weight| *weight /= sum);
            max_taps = max_taps.max(row.len());
            firsts.push(first);
            bounds.push(weights.len());
        }
        Ok(Self { source_len, scaled_len, offset, firsts, bounds, weights, max_taps })
    }

    /// Returns the real weights of one output sample.
    fn row(&self, i: usize) -> &[f64] {
        &self.weights[self.bounds[i]..self.bounds[i + 1]]
    }

    /// Returns the first source sample of each output sample, given that every one has the same number of taps.
    fn starts(&self) -> Result<Vec<u32>, Error> {
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
    fn quantise(&self, shift: u32) -> Result<Option<Vec<i16>>, Error> {
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

/// Rounds weights so that they add up to exactly the scale.
struct Quantiser {
    scale: f64,
    /// Index and rounding error (real minus rounded) of each weight.
    errors: Vec<(usize, f64)>,
}

impl Quantiser {
    fn new(scale: f64, taps: usize) -> Result<Self, Error> {
        Ok(Self { scale, errors: alloc::try_with_capacity(taps)? })
    }

    /// Rounds to nearest, then gives the missing (or surplus) units one by one to the weights that were rounded most in the
    /// wrong direction. Says whether every weight fits 16 bits.
    fn quantise(&mut self, real: &[f64], rounded: &mut [i16]) -> bool {
        self.errors.clear();
        let mut missing = self.scale;
        for (k, (&weight, rounded)) in real.iter().zip(&mut *rounded).enumerate() {
            let scaled = weight * self.scale;
            let nearest = (scaled + 0.5).floor();
            if nearest.abs() >= f64::from(i16::MAX) {
                return false;
            }
            #[expect(clippy::cast_possible_truncation, reason = "checked above")]
            let nearest_int = nearest as i16;
            *rounded = nearest_int;
            missing -= nearest;
            self.errors.push((k, scaled - nearest));
        }
        let step: i16 = if missing < 0.0 { -1 } else { 1 };
        if missing != 0.0 {
            // Ties by position, so that the order is total and the table the same everywhere.
            self.errors.sort_by(|a, b| (b.1 * f64::from(step)).total_cmp(&(a.1 * f64::from(step))).then(a.0.cmp(&b.0)));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number, at most the taps")]
        let units = missing.abs() as usize;
        for &(k, _) in self.errors.iter().take(units) {
            rounded[k] += step;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(source_len: u32, scaled_len: u32) -> WeightTable {
        WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap()
    }

    /// Sizes that meet every branch: tiny, prime, equal ratios, strong reductions, enlargements.
    const GRID: [(u32, u32); 24] = [
        (1, 2),
        (1, 100),
        (2, 1),
        (2, 3),
        (3, 2),
        (5, 4),
        (7, 1),
        (97, 89),
        (89, 97),
        (100, 99),
        (640, 480),
        (480, 640),
        (1000, 125),
        (1000, 124),
        (1000, 62),
        (1500, 1),
        (4000, 800),
        (4000, 801),
        (4000, 333),
        (12_000, 1),
        (12_000, 7),
        (12_000, 500),
        (12_000, 11_999),
        (3, 12_000),
    ];

    #[test]
    fn weights_add_up_to_the_scale_and_never_overflow() {
        for (source_len, scaled_len) in GRID {
            let table = table(source_len, scaled_len);
            let scale = 1_i64 << (table.shift() + table.chunk_shift());
            for (start, weights) in table.iter() {
                assert!(start + weights.len() <= source_len as usize);
                assert_eq!(weights.iter().map(|&w| i64::from(w)).sum::<i64>(), scale, "{source_len} to {scaled_len}");
                let group = if table.chunk_shift() == 0 { weights.len() } else { WeightTable::CHUNK_TAPS };
                for chunk in weights.chunks(group) {
                    let sum: i64 = chunk.iter().map(|&w| i64::from(w).abs()).sum();
                    assert!(sum * 32_767 + (1 << 15) < 1 << 31, "{source_len} to {scaled_len}: {sum}");
                }
            }
        }
    }

    #[test]
    fn weights_are_within_a_fifth_of_a_level_of_the_real_ones() {
        for (source_len, scaled_len) in GRID {
            let table = table(source_len, scaled_len);
            let kernel = if scaled_len < source_len { Kernel::Lanczos3 } else { Kernel::CatmullRom };
            let real = RealWeights::new(kernel, source_len, scaled_len, 0, scaled_len).unwrap();
            let scale = power_of_two(table.shift() + table.chunk_shift());
            for (i, (start, weights)) in table.iter().enumerate() {
                let skipped = real.firsts[i] as usize - start;
                let error: f64 = weights
                    .iter()
                    .enumerate()
                    .map(|(k, &w)| {
                        let exact = k.checked_sub(skipped).and_then(|k| real.row(i).get(k)).copied().unwrap_or(0.0);
                        (f64::from(w) / scale - exact).abs()
                    })
                    .sum();
                assert!(error * 255.0 < 0.2, "{source_len} to {scaled_len}, sample {i}: {}", error * 255.0);
            }
        }
    }

    #[test]
    fn weights_of_half_size_are_symmetric() {
        let table = table(64, 32);
        let (_, middle) = table.iter().nth(16).unwrap();
        let reversed: Vec<i16> = middle.iter().rev().copied().collect();
        assert!(middle.iter().zip(&reversed).all(|(a, b)| (a - b).abs() <= 1), "{middle:?}");
    }

    #[test]
    fn weights_of_a_window_are_those_of_the_whole() {
        for (source_len, scaled_len) in [(997, 311), (997, 1500), (12_000, 400)] {
            let whole = table(source_len, scaled_len);
            let window = WeightTable::new(source_len, scaled_len, 100, 50).unwrap();
            assert_eq!((window.shift(), window.chunk_shift()), (whole.shift(), whole.chunk_shift()));
            assert!(window.iter().eq(whole.iter().skip(100).take(50)), "{source_len} to {scaled_len}");
            assert_eq!((window.scaled_len(), window.offset(), window.kernel()), (scaled_len, 100, whole.kernel()));
        }
    }

    #[test]
    fn kernels_have_their_textbook_values() {
        assert_eq!(Kernel::CatmullRom.at(0.0), 1.0);
        assert_eq!(Kernel::CatmullRom.at(0.5), 0.5625);
        assert_eq!(Kernel::CatmullRom.at(1.5), -0.0625);
        assert_eq!(Kernel::Lanczos3.at(0.0), 1.0);
        assert!(Kernel::Lanczos3.at(1.0).abs() < 1e-15);
        assert!((Kernel::Lanczos3.at(1.5) - (-0.135_094_9)).abs() < 1e-6);
        assert_eq!(Kernel::Lanczos3.at(3.0), 0.0);
    }
}
