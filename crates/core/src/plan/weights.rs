//! Weight tables of resampling: real kernels in, 16-bit integers out.
//!
//! # Where samples lie
//!
//! A sample of a plane stands for some pixels and lies in their middle, in the source and in the result; so a plane of half
//! size is resampled from where its samples are, and not from where those of another plane are. A [`Sampling`] says all
//! about one axis of a plane in whole numbers; kernel, stretch and centres follow from it as fractions of integers.
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

use std::cmp::Ordering;
use std::ops::Range;
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

/// What one axis of a plane is resampled from and to, in whole numbers.
///
/// Output sample `i` lies in the middle of the pixels that it stands for, at pixel `offset + (i + 0.5)·scaled_spacing` of the
/// scaled picture. That is pixel `x`, `picture_len / scaled_len` times as much, of the source, and so `x / spacing` in
/// samples of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// Pixels of the whole source.
    pub picture_len: u32,
    /// Pixels that a sample of the source stands for.
    pub spacing: u32,
    /// Pixels before the first one of the source that were read with it, so that its first sample begins there.
    pub lead: u32,
    /// Samples that were read.
    pub source_len: u32,
    /// Pixels that the whole source is scaled to.
    pub scaled_len: u32,
    /// Pixels that a sample of the result stands for, 1 or 2.
    pub scaled_spacing: u32,
    /// The first pixel of the scaled picture that is kept, and how many are.
    pub window: (u32, u32),
}

impl Sampling {
    /// Describes an axis of which all was read, and nothing else.
    #[must_use]
    pub const fn whole(
        (picture_len, spacing): (u32, u32),
        (scaled_len, scaled_spacing): (u32, u32),
        window: (u32, u32),
    ) -> Self {
        let source_len = picture_len.div_ceil(spacing);
        Self { picture_len, spacing, lead: 0, source_len, scaled_len, scaled_spacing, window }
    }

    /// Returns the source samples that lie in the picture, at least in part.
    const fn inside(self) -> std::ops::Range<u32> {
        self.lead / self.spacing..(self.lead + self.picture_len).div_ceil(self.spacing)
    }

    /// Returns the number of output samples.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.window.1.div_ceil(self.scaled_spacing)
    }

    /// Tells whether there is no output sample.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the number of samples that the whole axis is scaled to, counted so that the window begins with one.
    #[must_use]
    pub const fn whole_len(self) -> u32 {
        (self.scaled_len - self.phase()).div_ceil(self.scaled_spacing)
    }

    /// Returns the source sample that the window begins with, where samples are copied.
    #[must_use]
    pub const fn first_copied(self) -> u32 {
        self.inside().start + self.first()
    }

    /// Returns which of those the window begins with.
    #[must_use]
    pub const fn first(self) -> u32 {
        self.window.0 / self.scaled_spacing
    }

    /// Chooses the kernel; `None` where source samples lie exactly where output samples do, which are copied.
    ///
    /// Lanczos3 where the axis shrinks, Catmull-Rom where it grows, and in the seldom case that samples only move. At full
    /// size the triangle, for chroma that becomes as dense as luma.
    #[must_use]
    pub fn kernel(self) -> Option<Kernel> {
        let (source, scaled) = self.ratio();
        match scaled.cmp(&source) {
            Ordering::Less => Some(Kernel::Lanczos3),
            Ordering::Equal if self.phase() == 0 && self.lead.is_multiple_of(self.spacing) => None,
            Ordering::Greater if self.scaled_len == self.picture_len => Some(Kernel::Triangle),
            Ordering::Equal | Ordering::Greater => Some(Kernel::CatmullRom),
        }
    }

    /// Returns how many source samples there are to how many output samples, not in lowest terms.
    fn ratio(self) -> (u64, u64) {
        let product = |a: u32, b: u32| u64::from(a) * u64::from(b);
        (product(self.picture_len, self.scaled_spacing), product(self.scaled_len, self.spacing))
    }

    /// Returns the pixels between the left edge of the scaled picture and that of its first output sample.
    const fn phase(self) -> u32 {
        self.window.0 % self.scaled_spacing
    }

    /// Returns the centre of an output sample of the whole axis, in source samples.
    ///
    /// Both numbers are exact up to 2⁵³, and the quotient is the one that is nearest.
    #[expect(
        clippy::cast_precision_loss,
        reason = "positions are below 2^35, and scaled lengths times spacings below 2^40"
    )]
    fn centre(self, i: u32) -> f64 {
        let spacing = u64::from(self.scaled_spacing);
        let half_pixels = 2 * u64::from(self.phase()) + (2 * u64::from(i) + 1) * spacing;
        let (_, scaled) = self.ratio();
        let lead = 2 * u64::from(self.lead) * u64::from(self.scaled_len);
        // A lead is below a few samples, so nothing is lost by adding it.
        (half_pixels as f64 * f64::from(self.picture_len) + lead as f64) / (2 * scaled) as f64
    }

    /// Checks what every table relies on.
    fn check(self) {
        assert!(self.picture_len > 0 && self.spacing > 0 && self.window.1 > 0, "an axis has samples");
        assert!((1..=2).contains(&self.scaled_spacing), "no result has samples for more than two pixels");
        let end = u64::from(self.window.0) + u64::from(self.window.1);
        assert!(end <= u64::from(self.scaled_len), "the window lies inside the scaled axis");
    }
}

/// The resampling kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Windowed sinc of three lobes, for shrinking.
    Lanczos3,
    /// Cubic with B = 0, C = 0.5, for enlarging.
    CatmullRom,
    /// Linear interpolation, for chroma at full size.
    Triangle,
}

impl Kernel {
    /// Names the kernel for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lanczos3 => "lanczos3",
            Self::CatmullRom => "catmull-rom",
            Self::Triangle => "triangle",
        }
    }

    /// Returns the distance from which on the kernel is 0.
    const fn radius(self) -> f64 {
        match self {
            Self::Lanczos3 => 3.0,
            Self::CatmullRom => 2.0,
            Self::Triangle => 1.0,
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
            Self::Triangle => 1.0 - x,
        }
    }
}

/// The weights of every output sample as real numbers that add up to 1, one after the other.
struct RealWeights {
    kernel: Kernel,
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
    /// Evaluates the kernel around the centre of each of `len` output samples of the whole axis, from `offset` on.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the samples of the axis")]
    #[expect(clippy::cast_precision_loss, reason = "lengths times spacings are far below 2^53")]
    fn new(kernel: Kernel, sampling: Sampling, offset: u32, len: u32) -> Result<Self, Error> {
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
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number, at most the taps")]
        let units = missing.abs() as usize;
        let later = |a: &(usize, f64), b: &(usize, f64)| {
            // Ties by position, so that the order is total and the table the same everywhere.
            (b.1 * f64::from(step)).total_cmp(&(a.1 * f64::from(step))).then(a.0.cmp(&b.0))
        };
        let most_wrong = &mut self.errors[..];
        if (1..most_wrong.len()).contains(&units) {
            most_wrong.select_nth_unstable_by(units - 1, later);
        }
        for &(k, _) in most_wrong.iter().take(units) {
            rounded[k] += step;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use approx::{abs_diff_eq, assert_abs_diff_eq};

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

    /// Every axis of the grid: of pixels; of planes of half, quarter and eighth size; to planes of half size, with windows that
    /// begin at a sample and between two.
    fn samplings() -> impl Iterator<Item = Sampling> {
        let spacings = [(1, 1, 0), (2, 1, 0), (8, 1, 0), (1, 2, 0), (2, 2, 0), (2, 2, 1), (4, 2, 1)];
        let full_size = [(1, 1), (2, 2), (3, 3), (97, 97), (12_000, 12_000)];
        let lens = GRID.into_iter().chain(full_size);
        let all = lens.flat_map(move |lens| spacings.map(|spacings| (lens, spacings)));
        all.map(|((picture_len, scaled_len), (spacing, scaled_spacing, offset))| {
            let offset = offset.min(scaled_len - 1);
            Sampling::whole((picture_len, spacing), (scaled_len, scaled_spacing), (offset, scaled_len - offset))
        })
    }

    fn tables() -> impl Iterator<Item = (Sampling, WeightTable)> {
        samplings().filter_map(|sampling| Some((sampling, WeightTable::of(sampling).unwrap()?)))
    }

    #[test]
    fn weights_add_up_to_the_scale_and_never_overflow() {
        for (sampling, table) in tables() {
            let scale = 1_i64 << (table.shift() + table.chunk_shift());
            for (start, weights) in table.iter() {
                assert!(start + weights.len() <= sampling.source_len as usize);
                assert_eq!(weights.iter().map(|&w| i64::from(w)).sum::<i64>(), scale, "{sampling:?}");
                let group = if table.chunk_shift() == 0 { weights.len() } else { WeightTable::CHUNK_TAPS };
                for chunk in weights.chunks(group) {
                    let sum: i64 = chunk.iter().map(|&w| i64::from(w).abs()).sum();
                    assert!(sum * 32_767 + (1 << 15) < 1 << 31, "{sampling:?}: {sum}");
                }
            }
        }
    }

    #[test]
    fn weights_are_within_a_fifth_of_a_level_of_the_real_ones() {
        for (sampling, table) in tables() {
            let real = RealWeights::new(table.kernel(), sampling, sampling.first(), sampling.len()).unwrap();
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
                assert!(error * 255.0 < 0.2, "{sampling:?}, sample {i}: {}", error * 255.0);
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
    fn weights_of_a_part_are_those_of_the_whole() {
        let whole = WeightTable::new(997, 311, 100, 50).unwrap();
        let needed = whole.source_range();
        let part = whole.on_part(needed.start - 3..needed.end + 5).unwrap();
        assert_eq!(part.source_len(), needed.end - needed.start + 8);
        assert!(part.iter().eq(whole.iter().map(|(start, weights)| (start - needed.start as usize + 3, weights))));
        assert_eq!(part.source_range(), 3..needed.end - needed.start + 3);
    }

    /// Finds the weighted mean of sample centres, which is where an output sample lies, for a kernel that keeps ramps.
    fn centres(sampling: Sampling) -> Vec<f64> {
        let table = WeightTable::of(sampling).unwrap().unwrap();
        let scale = power_of_two(table.shift() + table.chunk_shift());
        let sum = |start: usize, weights: &[i16]| -> f64 {
            (start..).zip(weights).map(|(j, &w)| (2 * j + 1) as f64 / 2.0 * f64::from(w) / scale).sum()
        };
        table.iter().map(|(start, weights)| sum(start, weights)).collect()
    }

    #[test]
    fn weights_are_around_where_samples_lie() {
        for (spacing, scaled_len, scaled_spacing, offset) in
            [(1, 1200, 1, 0), (2, 1200, 1, 0), (2, 400, 1, 3), (2, 1000, 2, 1), (2, 1700, 2, 7), (8, 100, 2, 0)]
        {
            let window = (offset, scaled_len - offset);
            let sampling = Sampling::whole((1000, spacing), (scaled_len, scaled_spacing), window);
            let centres = centres(sampling);
            for (i, centre) in centres.iter().enumerate().take(centres.len() - 20).skip(20) {
                let pixel = f64::from(offset) + (i as f64 + 0.5) * f64::from(scaled_spacing);
                let expected = pixel * 1000.0 / f64::from(scaled_len) / f64::from(spacing);
                assert!(
                    abs_diff_eq!(*centre, expected, epsilon = 0.02),
                    "{sampling:?}: {i} at {centre}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn weights_of_chroma_at_full_size_are_the_triangle() {
        let sampling = Sampling::whole((5, 2), (5, 1), (0, 5));
        let table = WeightTable::of(sampling).unwrap().unwrap();
        assert_eq!((table.kernel(), table.source_len(), table.shift(), table.taps()), (Kernel::Triangle, 3, 14, 2));
        let quarters: Vec<_> =
            table.iter().map(|(start, weights)| (start, weights[0] >> 12, weights[1] >> 12)).collect();
        assert_eq!(quarters, [(0, 4, 0), (0, 3, 1), (0, 1, 3), (1, 3, 1), (1, 1, 3)]);
    }

    #[test]
    fn kernels_have_their_textbook_values() {
        assert_eq!(Kernel::CatmullRom.at(0.0), 1.0);
        assert_eq!(Kernel::CatmullRom.at(0.5), 0.5625);
        assert_eq!(Kernel::CatmullRom.at(1.5), -0.0625);
        assert_eq!(Kernel::Lanczos3.at(0.0), 1.0);
        assert_abs_diff_eq!(Kernel::Lanczos3.at(1.0), 0.0, epsilon = 1e-15);
        assert_abs_diff_eq!(Kernel::Lanczos3.at(1.5), -0.135_094_9, epsilon = 1e-6);
        assert_eq!(Kernel::Lanczos3.at(3.0), 0.0);
    }
}
