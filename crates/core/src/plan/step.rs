//! The steps of a plan, resolved to integers. Two engines that execute the same steps give the same bytes.

use std::sync::Arc;

use palmette_ops::{Color, Composite, Draw, Flip, ImageIndex, Op, Rotate, Transform};

use super::blur::BlurStep;
use super::lower;
use super::resample::ResizeStep;
use super::tone::{LookupTable, SaturationMatrix};
use crate::arith::saturate;
use crate::measure::{MeasureStep, Measurement};
use crate::model::{ModelStep, SharedModel};
use crate::{Error, Limits, Pixmap, Size};

/// Everything an engine needs to know about a request, apart from the pixels.
///
/// Where an option needs pixels to know geometry, the steps end with one that measures; [`Plan::resume`] makes the plan that
/// goes on from there.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The size of each source; node `i` starts as source `i`.
    pub sources: Vec<Size>,
    /// What is done, in this order.
    pub steps: Vec<Step>,
    /// The size of the canvas after these steps; the result's if the plan [is complete](Plan::is_complete).
    pub result: Size,
    /// What the plan was lowered from.
    pub(super) origin: Origin,
}

/// What a plan was lowered from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Origin {
    pub(super) ops: Arc<[Op<Transform, Draw>]>,
    pub(super) limits: Limits,
    pub(super) model: Option<SharedModel>,
    /// Where lowering goes on; `None` at the end of the list.
    pub(super) pause: Option<Pause>,
}

/// The entry of the list that lowering stopped in for want of a measurement, and how things stood before it.
///
/// Only that entry is lowered again when the measurement is there: a list may measure in every entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pause {
    /// Its index in the list.
    pub(super) position: usize,
    /// The steps before its first one.
    pub(super) step_count: usize,
    /// The sizes of the nodes; `None` for one that was drawn.
    pub(super) nodes: Vec<Option<Size>>,
    /// What is known of its measurements, in their order.
    pub(super) measurements: Vec<Measurement>,
}

impl Plan {
    /// Makes a complete plan of steps that did not come from a list; each must fit the one before it on its node.
    #[must_use]
    pub fn of_steps(sources: &[Pixmap], steps: Vec<Step>) -> Self {
        let sources: Vec<Size> = sources.iter().map(Pixmap::size).collect();
        let last = steps.iter().rfind(|step| step.node == ImageIndex::CANVAS);
        let canvas = last.map(|step| step.output).or(sources.first().copied());
        let result = canvas.unwrap_or(Size::new(0, 0));
        let origin = Origin { ops: Arc::new([]), limits: Limits::default(), model: None, pause: None };
        Self { sources, steps, result, origin }
    }

    /// Checks that pictures are those that the plan was made for.
    ///
    /// # Errors
    ///
    /// [`Error::SourceMismatch`] naming the first one that is missing, too many, or of another size.
    pub fn check_sources(&self, sources: &[Pixmap]) -> Result<(), Error> {
        for index in 0..self.sources.len().max(sources.len()) {
            let (planned, actual) = (self.sources.get(index).copied(), sources.get(index).map(Pixmap::size));
            if planned != actual {
                return Err(Error::SourceMismatch { index, planned, actual });
            }
        }
        Ok(())
    }

    /// Tells whether no measurement is missing.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.origin.pause.is_none()
    }

    /// Goes on after the measuring step that this plan ends with: the same steps, and those that follow from the answer.
    ///
    /// # Errors
    ///
    /// [`Error::WrongMeasurement`] if the plan is complete, or measures something else; and those of
    /// [`lower`](super::lower()).
    pub fn resume(&self, measurement: Measurement) -> Result<Self, Error> {
        let mut plan = self.clone();
        let mut pause = plan.origin.pause.take().ok_or(Error::WrongMeasurement)?;
        pause.measurements.push(measurement);
        plan.steps.truncate(pause.step_count);
        lower::lower_from(plan, pause)
    }
}

/// One thing that is done to the picture of one node.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The node whose picture is replaced by the result.
    pub node: ImageIndex,
    /// The entry of the list that asked for it, from 0.
    pub op_position: usize,
    /// The option that asked for it.
    pub option: &'static str,
    /// The size before.
    pub input: Size,
    /// The size afterwards.
    pub output: Size,
    /// What is done.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// Keeps the rectangle of the output size whose top left pixel is this one.
    Crop {
        /// Columns cut off at the left.
        left: u32,
        /// Rows cut off at the top.
        top: u32,
    },
    /// Mirrors.
    Flip(Flip),
    /// Turns clockwise; never [`Rotate::None`].
    Rotate(Rotate),
    /// Resamples.
    Resize(ResizeStep),
    /// Finds out what the plan cannot know; the picture stays.
    Measure(MeasureStep),
    /// Places the picture, unscaled, on a canvas of the output size.
    Pad {
        /// Columns of canvas left of the picture.
        left: u32,
        /// Rows of canvas above the picture.
        top: u32,
        /// What surrounds the picture.
        surround: Color,
        /// Whether the surround lies under the picture as well.
        under: bool,
    },
    /// Replaces the levels of red, green and blue.
    Lookup(LookupTable),
    /// Moves colours away from grey, or towards it.
    Saturation(SaturationMatrix),
    /// Blurs.
    Blur(BlurStep),
    /// Sharpens.
    Sharpen(SharpenStep),
    /// Draws the picture over one colour.
    Background(Color),
    /// Draws another node, which is finished and used up, over this one.
    Draw(DrawStep),
    /// Has a model change the picture.
    Model(ModelStep),
}

impl StepKind {
    /// Names the kind in logs and errors.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Crop { .. } => "crop",
            Self::Flip(_) => "flip",
            Self::Rotate(_) => "rotate",
            Self::Resize(_) => "resize",
            Self::Measure(_) => "measure",
            Self::Pad { .. } => "pad",
            Self::Lookup(_) => "lookup",
            Self::Saturation(_) => "saturation",
            Self::Blur(_) => "blur",
            Self::Sharpen(_) => "sharpen",
            Self::Background(_) => "background",
            Self::Draw(_) => "draw",
            Self::Model(step) => step.name(),
        }
    }
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
    /// The node that is drawn.
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
}

/// Where an overlay lies along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiling {
    /// Once, its first sample at this one of the target; may be negative or outside.
    Once(i64),
    /// Side by side over the whole axis; target sample 0 shows this sample of the overlay.
    Repeat(u32),
}
