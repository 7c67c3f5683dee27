//! Measuring: what a plan has to know of the pixels before it can go on.
//!
//! Two options need pixels to know geometry: `trim: "border"`, and `gravity` by saliency, entropy or faces. A plan has an
//! explicit step for each; an engine runs it, and the plan is lowered further with the answer. Windows and faces are found by
//! the functions of this module whatever the engine: on a small copy, which is nothing to move.

mod border;
mod entropy;
mod faces;
mod saliency;
mod window;

pub use border::{BorderEdges, measure_border};
pub use faces::FaceMeasure;
pub use window::{WindowMeasure, WindowMethod};

use palmette_ops::Color;

use crate::plan::geometry::scale_offset;
use crate::{Error, Rectangle, Rows, Size};

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasureStep {
    /// The rectangle that a border of one colour leaves.
    Border(BorderMeasure),
    /// The window that shows the most.
    Window(WindowMeasure),
    /// The box around all faces.
    Faces(FaceMeasure),
}

impl MeasureStep {
    /// Returns the size of the copy that is measured; absent if the picture itself is.
    #[must_use]
    pub const fn copy_size(&self) -> Option<Size> {
        match self {
            Self::Border(_) => None,
            Self::Window(window) => Some(window.copy_size),
            Self::Faces(faces) => Some(faces.copy_size),
        }
    }

    /// Answers as if nothing had been found, in a picture of this size: the whole of it stays, or the first window does.
    #[must_use]
    pub const fn nothing_found(&self, picture: Size) -> Measurement {
        match self {
            Self::Border(_) => Measurement::Rectangle { left: 0, top: 0, size: picture },
            Self::Window(_) => Measurement::Offset { left: 0, top: 0 },
            Self::Faces(_) => Measurement::Faces(None),
        }
    }

    /// Tells whether rows are measured as they come, so that the picture is never there as a whole.
    #[must_use]
    pub const fn takes_rows(&self) -> bool {
        matches!(self, Self::Border(_))
    }

    /// Answers what a plan cannot know, by the pixels of the value that the step takes.
    ///
    /// # Errors
    ///
    /// Those of the rows; [`Error::ModelFailed`] if a model has to find something and cannot.
    ///
    /// # Panics
    ///
    /// If the picture is not of the size that the step says.
    pub fn run(&self, mut rows: Box<dyn Rows + '_>) -> Result<Measurement, Error> {
        match self {
            Self::Border(border) => measure_border(border, &mut *rows),
            Self::Window(window) => Ok(window.find(&rows.into_picture()?.into_pixmap()?)),
            Self::Faces(faces) => faces.find(&rows.into_picture()?.into_pixmap()?),
        }
    }
}

/// What counts as a border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BorderMeasure {
    /// The colour of the border; absent means the top left pixel's.
    pub color: Option<Color>,
    /// The largest difference of a premultiplied channel, in units of 1/255 level.
    pub tolerance: u32,
    /// Pixels of border that stay.
    pub keep: u32,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measurement {
    /// The rectangle that stays; the whole picture if all of it is border.
    Rectangle {
        /// Columns to its left.
        left: u32,
        /// Rows above it.
        top: u32,
        /// Its size.
        size: Size,
    },
    /// The left and top edge of the best window of the scaled picture.
    Offset {
        /// Columns to its left.
        left: u32,
        /// Rows above it.
        top: u32,
    },
    /// The smallest box around all faces; absent if there is none.
    Faces(Option<Rectangle>),
}

/// Returns the size of the copy of a picture that is measured: no side is longer than `long_side_px`, and a smaller picture
/// is its own copy.
fn copy_size(picture: Size, long_side_px: u32) -> Size {
    let long = picture.width.max(picture.height);
    if long <= long_side_px {
        return picture;
    }
    let side = |len: u32| scale_offset(len, long_side_px, long).max(1);
    Size::new(side(picture.width), side(picture.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_keeps_the_aspect_ratio() {
        assert_eq!(copy_size(Size::new(4000, 3000), 256), Size::new(256, 192));
        assert_eq!(copy_size(Size::new(1, 12_000), 256), Size::new(1, 256));
        assert_eq!(copy_size(Size::new(256, 9), 256), Size::new(256, 9));
        // The example of those who published the rule for faces.
        assert_eq!(copy_size(Size::new(125, 2000), 1024), Size::new(64, 1024));
    }
}
