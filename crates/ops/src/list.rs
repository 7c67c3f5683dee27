//! One entry of the flat list that a tree is flattened to.

use std::fmt;

use crate::{Draw, Transform};

/// Numbers a source of the form: 0 is the canvas, then one count over `draw_image` and `draw_text` parts alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageIndex(pub u32);

impl ImageIndex {
    /// The node that becomes the result.
    pub const CANVAS: Self = Self(0);
}

impl fmt::Display for ImageIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One entry of the flat list.
#[derive(Clone, Debug, PartialEq)]
pub enum Op<T = Transform, D = Draw> {
    /// Applies one `transform` object to the picture of a node.
    Transform {
        /// The node that is changed.
        image_index: ImageIndex,
        /// The options.
        options: T,
    },
    /// Draws one node on another; the drawn node is finished by then and is gone afterwards.
    Draw {
        /// The overlay.
        draw_image_index: ImageIndex,
        /// The node it is drawn on, which keeps its size.
        target_image_index: ImageIndex,
        /// Where and how.
        options: D,
    },
}

impl<T, D> Op<T, D> {
    /// Returns the kind of the entry: `transform` or `draw`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Transform { .. } => "transform",
            Self::Draw { .. } => "draw",
        }
    }
}
