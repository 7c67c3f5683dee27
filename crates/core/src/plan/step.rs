//! The steps of a plan, resolved to integers. Two engines that execute the same steps give the same bytes.

use palmette_ops::{Composite, ImageIndex};

use super::graph::ValueId;
use super::kind::StepKind;
use crate::arith::saturate;
use crate::{Reading, Size};

/// One thing that is done: a value is made of others, or measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Who asked for it.
    pub origin: Origin,
    /// What it takes: none to read a source; the target and then the overlay to draw; else one.
    pub inputs: Vec<ValueId>,
    /// What it makes; absent if it measures.
    pub output: Option<ValueId>,
    /// The operation.
    pub kind: StepKind,
}

impl Step {
    /// Tells whether this is a measurement that was made already, and is kept for readers of the plan.
    #[must_use]
    pub const fn is_answered(&self) -> bool {
        matches!(self.kind, StepKind::Measure { answer: Some(_), .. })
    }
}

/// Who asked for a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The node of the tree whose picture it makes.
    pub node: ImageIndex,
    /// The entry of the list, from 0; absent for a source, which no entry asks for.
    pub op_position: Option<usize>,
    /// The option; empty for a source.
    pub option: &'static str,
}

impl Origin {
    /// A source, by its index.
    ///
    /// # Panics
    ///
    /// If the index does not fit 32 bits, as those of lists do.
    #[must_use]
    pub fn source(index: usize) -> Self {
        let node = ImageIndex(u32::try_from(index).expect("an index of 32 bits"));
        Self { node, op_position: None, option: "" }
    }
}

/// How a source becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadStep {
    /// Its index.
    pub source: usize,
    /// The layout and the part in which it is read.
    pub reading: Reading,
}

/// Adds what a small blur takes away: `v + (strength / 2) · (v - b)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharpenStep {
    /// Strength, 0 to 10, in units of 1 / [`SharpenStep::STRENGTH_ONE`].
    pub strength: u16,
}

impl SharpenStep {
    /// The strength of 1. Two decimals are exact, and 32 bits are enough: see [`SharpenStep::apply`].
    pub const STRENGTH_ONE: u16 = 500;

    /// Returns the strength as it was asked for, to the nearest unit.
    #[must_use]
    pub fn real_strength(self) -> f64 {
        f64::from(self.strength) / f64::from(Self::STRENGTH_ONE)
    }

    /// Sharpens one sample, given 16 times the mean around it; rounded to nearest, halves up, and clamped to 16 bits.
    ///
    /// With `S` the strength in units, that is `(v·16000 + S·(16·v - mean_16)) / 16000`; for samples of 0 to 16,320 no
    /// number on the way is above 1.6·10⁹.
    #[must_use]
    pub fn apply(self, sample: i16, mean_16: i32) -> i16 {
        const SCALE: i32 = 32 * SharpenStep::STRENGTH_ONE as i32;
        let sample = i32::from(sample);
        let sharpened = sample * SCALE + i32::from(self.strength) * (16 * sample - mean_16);
        saturate((sharpened + SCALE / 2).div_euclid(SCALE))
    }
}

/// One overlay on one target.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawStep {
    /// The node that is drawn, for readers of the plan.
    pub foreground: ImageIndex,
    /// The size of the overlay.
    pub foreground_size: Size,
    /// How its pixels combine with those below.
    pub composite: Composite,
    /// Multiplies the overlay's alpha, in units of 1 / [`DrawStep::OPACITY_ONE`].
    pub opacity: u32,
    /// Where it lies from left to right.
    pub horizontal: Tiling,
    /// Where it lies from top to bottom.
    pub vertical: Tiling,
}

impl DrawStep {
    /// The opacity that changes nothing.
    ///
    /// 16,000 = 2⁷·5³, so that every decimal of up to three digits and every 128th is exact, and halves round as the real
    /// number would. It is the largest such number that keeps the weights of a blend, at most 255·255·16,000, below 2³⁰: a
    /// GPU can then divide exactly with 32-bit integers.
    pub const OPACITY_ONE: u32 = 16_000;

    /// Returns the size of the part of a target that the overlay covers, at most.
    #[must_use]
    pub fn covered(&self, target: Size) -> Size {
        let side = |tiling: Tiling, foreground: u32, target: u32| match tiling {
            Tiling::Once(_) => foreground.min(target),
            Tiling::Repeat(_) => target,
        };
        Size::new(
            side(self.horizontal, self.foreground_size.width, target.width),
            side(self.vertical, self.foreground_size.height, target.height),
        )
    }
}

/// Where an overlay lies along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiling {
    /// Once, its first sample at this one of the target; may be negative or outside.
    Once(i64),
    /// Side by side over the whole axis; target sample 0 shows this sample of the overlay.
    Repeat(u32),
}
