//! How the samples of a picture lie in memory: pixels of RGBA, or planes of luma and chroma.
//!
//! Planes are Y, Cb and Cr of 8 bits, full range, by the matrix of JFIF (BT.601), opaque. A plane may have fewer samples than
//! the picture has pixels, because a file stores chroma at half size, or because a decoder reads it reduced. Both are the same
//! thing here: a sample stands for a rectangle of pixels, and lies in its middle.

use crate::Size;

/// The pixels that a sample stands for, from left to right and from top to bottom: 1, 2, 4, 8 or 16 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spacing {
    /// Pixels from left to right.
    pub x: u32,
    /// Pixels from top to bottom.
    pub y: u32,
}

impl Spacing {
    /// A sample for every pixel.
    pub const ONE: Self = Self { x: 1, y: 1 };

    /// Makes a spacing.
    #[must_use]
    pub const fn new(x: u32, y: u32) -> Self {
        Self { x, y }
    }

    /// Returns the samples of a plane with this spacing; those at the right and the lower edge may stand for fewer pixels.
    #[must_use]
    pub const fn samples(self, size: Size) -> Size {
        Size::new(size.width.div_ceil(self.x), size.height.div_ceil(self.y))
    }
}

/// How the samples of a picture lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Pixels of straight (unassociated) red, green, blue and alpha.
    Rgba,
    /// Luma and chroma, each in a plane of its own.
    Planes {
        /// The spacing of Y; [`Spacing::ONE`] unless a decoder reads it reduced.
        luma: Spacing,
        /// The spacing of Cb and Cr; absent in grey.
        chroma: Option<Spacing>,
    },
}

impl Layout {
    /// The most planes that a layout has.
    pub const MAX_PLANES: usize = 3;

    /// Luma alone.
    pub const GRAY: Self = Self::Planes { luma: Spacing::ONE, chroma: None };

    /// Luma at full size, and chroma at this spacing.
    #[must_use]
    pub const fn ycc(chroma: Spacing) -> Self {
        Self::Planes { luma: Spacing::ONE, chroma: Some(chroma) }
    }

    /// Tells whether there are pixels, not planes.
    #[must_use]
    pub const fn is_rgba(self) -> bool {
        matches!(self, Self::Rgba)
    }

    /// Returns the number of planes; pixels of RGBA are one.
    #[must_use]
    pub const fn planes(self) -> usize {
        match self {
            Self::Rgba | Self::Planes { chroma: None, .. } => 1,
            Self::Planes { chroma: Some(_), .. } => 3,
        }
    }

    /// Returns the pixels that a sample of a plane stands for.
    ///
    /// # Panics
    ///
    /// If there is no such plane.
    #[must_use]
    pub const fn spacing(self, plane: usize) -> Spacing {
        match (self, plane) {
            (Self::Rgba, 0) => Spacing::ONE,
            (Self::Planes { luma, .. }, 0) => luma,
            (Self::Planes { chroma: Some(chroma), .. }, 1 | 2) => chroma,
            _ => panic!("no such plane"),
        }
    }

    /// Returns the samples of a plane; those of RGBA have four bytes each.
    ///
    /// # Panics
    ///
    /// If there is no such plane.
    #[must_use]
    pub const fn samples(self, plane: usize, size: Size) -> Size {
        self.spacing(plane).samples(size)
    }

    /// Returns the bytes of a sample.
    #[must_use]
    pub const fn sample_bytes(self) -> usize {
        if self.is_rgba() { 4 } else { 1 }
    }

    /// Returns the bytes of a row of a plane.
    ///
    /// # Panics
    ///
    /// If there is no such plane.
    #[must_use]
    pub const fn row_bytes(self, plane: usize, size: Size) -> usize {
        self.samples(plane, size).width as usize * self.sample_bytes()
    }

    /// Returns the bytes of a picture.
    #[must_use]
    pub const fn bytes(self, size: Size) -> u64 {
        let mut bytes = 0_u64;
        let mut plane = 0;
        while plane < self.planes() {
            let samples = self.samples(plane, size).area();
            bytes = bytes.saturating_add(samples.saturating_mul(self.sample_bytes() as u64));
            plane += 1;
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_of_odd_sizes_rounds_up() {
        let size = Size::new(5, 3);
        let layout = Layout::ycc(Spacing::new(2, 2));
        assert_eq!([0, 1, 2].map(|plane| layout.samples(plane, size)), [size, Size::new(3, 2), Size::new(3, 2)]);
        assert_eq!((layout.bytes(size), Layout::Rgba.bytes(size), Layout::GRAY.bytes(size)), (27, 60, 15));
        let reduced = Layout::Planes { luma: Spacing::new(4, 4), chroma: Some(Spacing::new(4, 4)) };
        assert_eq!(reduced.bytes(size), 3 * 2);
    }
}
