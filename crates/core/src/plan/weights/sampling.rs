//! Where the samples of an axis lie.
//!
//! A sample of a plane stands for some pixels and lies in their middle, in the source and in the result; so a plane of half
//! size is resampled from where its samples are, and not from where those of another plane are. A [`Sampling`] says all
//! about one axis of a plane in whole numbers; kernel, stretch and centres follow from it as fractions of integers.

use std::cmp::Ordering;
use std::ops::Range;

use super::Kernel;

/// The two ends of resampling one axis of a plane, in whole numbers.
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
    pub(super) const fn inside(self) -> Range<u32> {
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
    pub(super) fn ratio(self) -> (u64, u64) {
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
    pub(super) fn centre(self, i: u32) -> f64 {
        let spacing = u64::from(self.scaled_spacing);
        let half_pixels = 2 * u64::from(self.phase()) + (2 * u64::from(i) + 1) * spacing;
        let (_, scaled) = self.ratio();
        let lead = 2 * u64::from(self.lead) * u64::from(self.scaled_len);
        // A lead is below a few samples, so nothing is lost by adding it.
        (half_pixels as f64 * f64::from(self.picture_len) + lead as f64) / (2 * scaled) as f64
    }

    /// Checks the conditions on which every table relies.
    pub(super) fn check(self) {
        assert!(self.picture_len > 0 && self.spacing > 0 && self.window.1 > 0, "an axis has samples");
        assert!((1..=2).contains(&self.scaled_spacing), "no result has samples for more than two pixels");
        let end = u64::from(self.window.0) + u64::from(self.window.1);
        assert!(end <= u64::from(self.scaled_len), "the window lies inside the scaled axis");
    }
}
