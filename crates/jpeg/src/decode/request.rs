//! The wanted part of a picture: the scale of each plane, and a window.

use std::ops::Range;

use crate::idct::{Idct, Kernels};

/// The size of a plane beside its full size: a side is divided, and rounded up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Full size, 8×8 samples from a block.
    #[default]
    Full,
    /// 1/2, 4×4 samples from a block.
    Half,
    /// 1/4, 2×2 samples from a block.
    Quarter,
    /// 1/8, one sample from a block.
    Eighth,
}

impl Scale {
    /// All scales, from the largest on.
    pub const ALL: [Self; 4] = [Self::Full, Self::Half, Self::Quarter, Self::Eighth];

    /// Returns the divisor of sides: 1, 2, 4 or 8.
    #[must_use]
    pub const fn denominator(self) -> u32 {
        match self {
            Self::Full => 1,
            Self::Half => 2,
            Self::Quarter => 4,
            Self::Eighth => 8,
        }
    }

    /// Returns the samples of a block, along each axis.
    pub(super) const fn block_side(self) -> usize {
        match self {
            Self::Full => 8,
            Self::Half => 4,
            Self::Quarter => 2,
            Self::Eighth => 1,
        }
    }

    /// Returns the transform to this scale.
    pub(super) const fn idct(self, kernels: &Kernels) -> Idct {
        match self {
            Self::Full => kernels.idct8,
            Self::Half => kernels.idct4,
            Self::Quarter => kernels.idct2,
            Self::Eighth => kernels.idct1,
        }
    }
}

/// Which MCUs are wanted; parts beyond the picture are cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Columns of MCUs.
    pub columns: Range<u32>,
    /// Rows of MCUs.
    pub rows: Range<u32>,
}

impl Window {
    /// Cuts a window to a picture of so many columns and rows of MCUs; absent, it is all of them.
    pub(super) fn cut(window: Option<&Self>, (columns, rows): (u32, u32)) -> Self {
        let clip = |range: &Range<u32>, end: u32| {
            let end = range.end.min(end);
            range.start.min(end)..end
        };
        match window {
            Some(window) => Self { columns: clip(&window.columns, columns), rows: clip(&window.rows, rows) },
            None => Self { columns: 0..columns, rows: 0..rows },
        }
    }
}

/// The wanted part of a picture; by default all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The scale of each component's plane.
    pub scales: [Scale; 4],
    /// Which MCUs are wanted; absent: all.
    pub window: Option<Window>,
}

impl Request {
    /// Asks for all planes at one scale.
    #[must_use]
    pub const fn at(scale: Scale) -> Self {
        Self { scales: [scale; 4], window: None }
    }
}
