//! Measuring: what a plan has to know of the pixels before it can go on.
//!
//! Two options need pixels to know geometry: `trim: "border"`, and `gravity` by saliency, entropy or faces. A plan has an
//! explicit step for each; an engine runs it, and the plan is lowered further with the answer. A window is measured by the
//! functions of this module whatever the engine: on a small copy, since one of at most [`COPY_LONG_SIDE_PX`] is nothing to
//! move, or by a model, which lives on the host.

mod border;
mod entropy;
mod faces;
mod saliency;
mod window;

pub use border::{BorderEdges, measure_border};
pub use window::{COPY_LONG_SIDE_PX, copy_size, measure_window};

use palmette_ops::Color;

use crate::model::SharedModel;
use crate::{Error, Rows, Size};

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasureStep {
    /// The rectangle that a border of one colour leaves.
    Border(BorderMeasure),
    /// The window that shows the most.
    Window(WindowMeasure),
}

impl MeasureStep {
    /// Returns the size of the copy that is measured; absent if the picture itself is.
    #[must_use]
    pub const fn copy_size(&self) -> Option<Size> {
        match self {
            Self::Border(_) => None,
            Self::Window(window) => Some(window.copy_size),
        }
    }

    /// Answers as if nothing had been found, in a picture of this size: the whole of it stays, or the first window does.
    #[must_use]
    pub const fn nothing_found(&self, picture: Size) -> Measurement {
        match self {
            Self::Border(_) => Measurement::Rectangle { left: 0, top: 0, size: picture },
            Self::Window(_) => Measurement::Offset { left: 0, top: 0 },
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
    /// Those of the rows; [`Error::ModelFailed`] if a model shall find something and cannot.
    ///
    /// # Panics
    ///
    /// If the picture is not of the size that the step says.
    pub fn run(&self, mut rows: Box<dyn Rows + '_>) -> Result<Measurement, Error> {
        match self {
            Self::Border(border) => measure_border(border, &mut *rows),
            Self::Window(window) => measure_window(window, &rows.into_picture()?.into_pixmap()?),
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

/// Which windows are compared, and by what.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowMeasure {
    /// What makes a window good.
    pub method: WindowMethod,
    /// The size of what is measured.
    pub copy_size: Size,
    /// The size that the picture will be scaled to.
    pub scaled: Size,
    /// The size of the window of that.
    pub window: Size,
}

/// What makes a window good.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowMethod {
    /// The sum of saliency (`gravity: "auto"`).
    Saliency,
    /// The entropy of the histogram of luma (`gravity: "entropy"`).
    Entropy,
    /// How near its middle is to that of all faces that the model finds (`gravity: "face"`).
    Faces(SharedModel),
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
}
