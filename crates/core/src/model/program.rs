//! How a device does what a model does: nets, and what lies between a net and pixels, as data.
//!
//! A model makes a program for a picture of a size; a device that has a kernel for each part of it runs it, and makes the bytes that the
//! model would have made. What a kernel gains nothing from, on copies of some hundred pixels, stays with the model: functions that the
//! host calls in between.

use std::sync::Arc;

use super::{ModelError, Rectangle};
use crate::net::Graph;
use crate::plan::{Placed, ResizeStep, Value};
use crate::{Error, Layout, Pixmap, Size};

/// The work of a device in place of a model.
#[derive(Clone, Debug)]
pub enum Program {
    /// For [`Model::enlarge`](super::Model::enlarge).
    Enlarge(Enlarging),
    /// For [`Model::foreground`](super::Model::foreground), and what becomes of alpha by it.
    Segment(Segmenting),
}

impl Program {
    /// Returns its net.
    #[must_use]
    pub const fn net(&self) -> &Arc<Graph> {
        match self {
            Self::Enlarge(program) => &program.net,
            Self::Segment(program) => &program.net,
        }
    }
}

/// A net that makes a larger picture of levels of red, green and blue; the ordinary resize makes the size that was asked for.
///
/// Samples of the input are levels, samples of the output levels of a picture that is `factor` times as wide and high, to be clamped to 0 to
/// 255. Squares of `shrink` of its pixels a side become one: their mean, before it is clamped, halves up. Alpha is not for the net: it
/// is that of the picture, resized as the picture would be. Where it comes out clear there is no colour either.
#[derive(Clone, Debug)]
pub struct Enlarging {
    /// The net: one input and one output, of three channels each.
    pub net: Arc<Graph>,
    /// How many times wider and higher the net makes a picture.
    pub factor: u32,
    /// Pixels along a side of a square that becomes one: 1 or 2.
    pub shrink: u32,
    /// The size of the picture.
    pub picture: Size,
    /// The size that was asked for.
    pub made: Size,
}

impl Enlarging {
    /// Returns the size of the picture between the net and the resize; absent if its sides cannot be counted.
    #[must_use]
    pub fn pass(&self) -> Option<Size> {
        let side = |px: u32| px.checked_mul(self.factor / self.shrink);
        Some(Size::new(side(self.picture.width)?, side(self.picture.height)?))
    }

    /// Returns what makes the size asked for out of a picture of another one: of what the net made, and of alpha.
    ///
    /// # Errors
    ///
    /// Those of [`ResizeStep::new`].
    pub fn resize(&self, from: Size) -> Result<ResizeStep, Error> {
        ResizeStep::new(&Placed::from(Value::rgba(from)), self.made, Rectangle::whole(self.made), Layout::Rgba)
    }
}

/// The type of [`Segmenting::prepare`].
pub type Prepare = fn(&Pixmap) -> Result<Vec<i16>, ModelError>;

/// The type of [`Segmenting::lines`].
pub type FitLines = fn(&[i16], &Pixmap) -> Result<Vec<Line>, ModelError>;

/// The mask at a pixel of the copy as a function of luma: slope and offset, in 1/65,536.
pub type Line = [i64; 2];

/// A net that looks at a small copy; its mask is refined with the picture as a guide, and multiplies alpha.
///
/// The mask of a pixel is `slope · luma + offset`, clamped to 0 to `one`, which is foreground for sure: with the luma of the pixel, laid on white, and the slope and the offset
/// of the lines of the four pixels of the copy around it, weighed in 1/256, down first. `palmette-models` has it in code (`guide`).
#[derive(Clone, Debug)]
pub struct Segmenting {
    /// The net: one input of three channels, one output of one, both of the size of the copy.
    pub net: Arc<Graph>,
    /// The size of the copy, whatever the picture's proportions.
    pub copy: Size,
    /// The sample that says: foreground for sure.
    pub one: i16,
    /// Makes the samples of the input out of the copy, by row, column and channel.
    pub prepare: Prepare,
    /// Fits a line for each pixel of the copy, by the mask and the copy. Slopes are below 2²⁹, offsets below 2³⁷, as those of any mask of 16 bits are.
    pub lines: FitLines,
}

impl Segmenting {
    /// Returns what makes the copy of a picture; absent if it has that size.
    ///
    /// # Errors
    ///
    /// Those of [`ResizeStep::new`].
    pub fn resize(&self, picture: Size) -> Result<Option<ResizeStep>, Error> {
        if picture == self.copy {
            return Ok(None);
        }
        let source = Placed::from(Value::rgba(picture));
        ResizeStep::new(&source, self.copy, Rectangle::whole(self.copy), Layout::Rgba).map(Some)
    }

    /// Returns between which two pixels of an axis of the copy a pixel of the picture lies, and its distance from the first, in 1/256.
    #[must_use]
    pub fn between(at: u32, picture: u32, copy: u32) -> [u32; 3] {
        // In 1/256 of a pixel of the copy, from the middle of the first.
        let position =
            ((2 * u64::from(at) + 1) * u64::from(copy) * 128 / u64::from(picture.max(1))).saturating_sub(128);
        let last = u64::from(copy.saturating_sub(1));
        let first = (position >> 8).min(last);
        [first, (first + 1).min(last), position & 255].map(|number| u32::try_from(number).unwrap_or(u32::MAX))
    }
}
