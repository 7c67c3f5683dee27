//! Decoded samples before they are colours: one plane of luma, or of grey, and two of chroma, of 8, 10 or 12 bits.

mod chroma;
mod matrix;
mod rgb;

use palmette_core::{Size, alloc};

pub(crate) use self::rgb::{Conversion, Rows};

use crate::Error;

/// Planes of a picture.
pub(crate) const PLANES: usize = 3;

/// A sample of a plane: of 8 bits, or of more in the low bits of 16.
pub(crate) trait Sample: Copy + Default + Into<i32> {
    /// Makes a sample in the middle of the values of a depth: no colour.
    fn middle(bits: u32) -> Self;
}

impl Sample for u8 {
    fn middle(_bits: u32) -> Self {
        128
    }
}

impl Sample for u16 {
    fn middle(bits: u32) -> Self {
        1 << (bits - 1)
    }
}

/// How large the planes of chroma are, beside that of luma.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chroma {
    /// There are none (4:0:0).
    None,
    /// As large (4:4:4).
    Full,
    /// Half as wide (4:2:2).
    HalfWidth,
    /// Half as wide and half as high (4:2:0).
    Half,
}

impl Chroma {
    /// Returns the size of each plane of a picture.
    pub(crate) const fn sizes(self, size: Size) -> [Size; PLANES] {
        let Size { width, height } = size;
        let chroma = match self {
            Self::None => Size::new(0, 0),
            Self::Full => size,
            Self::HalfWidth => Size::new(width.div_ceil(2), height),
            Self::Half => Size::new(width.div_ceil(2), height.div_ceil(2)),
        };
        [size, chroma, chroma]
    }
}

/// How samples are to be read, as the bitstream says; the container may say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// The planes of chroma.
    pub(crate) chroma: Chroma,
    /// Bits of a sample: 8, 10 or 12.
    pub(crate) bits: u32,
}

/// A plane, somewhere in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plane<'a, T> {
    /// Rows, from the top, with what lies between them.
    pub(crate) samples: &'a [T],
    /// Samples from the start of a row to that of the next.
    pub(crate) stride: usize,
    pub(crate) size: Size,
}

impl<'a, T> Plane<'a, T> {
    /// Returns a row.
    pub(crate) fn row(&self, y: u32) -> &'a [T] {
        let start = y as usize * self.stride;
        &self.samples[start..start + self.size.width as usize]
    }
}

/// The planes of a picture, somewhere in memory; those of chroma are empty where there are none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planes<'a, T> {
    pub(crate) format: Format,
    pub(crate) planes: [Plane<'a, T>; PLANES],
}

impl<T> Planes<'_, T> {
    /// Returns the size of the picture.
    pub(crate) const fn size(&self) -> Size {
        self.planes[0].size
    }
}

/// Planes of either width of sample.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnyPlanes<'a> {
    /// Of 8 bits.
    Bytes(Planes<'a, u8>),
    /// Of 10 or 12 bits.
    Words(Planes<'a, u16>),
}

impl AnyPlanes<'_> {
    /// Returns the size of the picture.
    pub(crate) const fn size(&self) -> Size {
        match self {
            Self::Bytes(planes) => planes.size(),
            Self::Words(planes) => planes.size(),
        }
    }

    /// Returns the format.
    pub(crate) const fn format(&self) -> Format {
        match self {
            Self::Bytes(planes) => planes.format,
            Self::Words(planes) => planes.format,
        }
    }
}

/// Planes in memory of our own, into which the cells of a grid are copied.
#[derive(Debug)]
pub(crate) struct Canvas<T> {
    format: Format,
    size: Size,
    planes: [Vec<T>; PLANES],
}

impl<T: Sample> Canvas<T> {
    /// Makes planes, all black.
    pub(crate) fn new(format: Format, size: Size) -> Result<Self, Error> {
        let [luma, blue, red] = format.chroma.sizes(size).map(|plane| plane.width as usize * plane.height as usize);
        let no_color = T::middle(format.bits);
        let filled = alloc::try_filled;
        let planes = [filled(luma, T::default())?, filled(blue, no_color)?, filled(red, no_color)?];
        Ok(Self { format, size, planes })
    }

    /// Returns the planes.
    pub(crate) fn planes(&self) -> Planes<'_, T> {
        let sizes = self.format.chroma.sizes(self.size);
        let planes = std::array::from_fn(|index| Plane {
            samples: &self.planes[index],
            stride: sizes[index].width as usize,
            size: sizes[index],
        });
        Planes { format: self.format, planes }
    }

    /// Returns a row of a plane, to be filled.
    pub(crate) fn row_mut(&mut self, plane: usize, y: u32) -> &mut [T] {
        let width = self.format.chroma.sizes(self.size)[plane].width as usize;
        let start = y as usize * width;
        &mut self.planes[plane][start..start + width]
    }

    /// Copies a cell with its top left sample to (`left`, `top`), which are even where chroma is smaller; what reaches over
    /// the edge is left out. Returns whether the cell is of the same format; else nothing is done.
    pub(crate) fn place(&mut self, cell: &Planes<'_, T>, left: u32, top: u32) -> bool {
        if cell.format != self.format {
            return false;
        }
        let sizes = self.format.chroma.sizes(self.size);
        let corners = self.format.chroma.sizes(Size::new(left, top));
        for index in 0..PLANES {
            let (from, size, corner) = (&cell.planes[index], sizes[index], corners[index]);
            let width = from.size.width.min(size.width.saturating_sub(corner.width)) as usize;
            let height = from.size.height.min(size.height.saturating_sub(corner.height));
            for y in 0..height {
                let start = (corner.height + y) as usize * size.width as usize + corner.width as usize;
                self.planes[index][start..start + width].copy_from_slice(&from.row(y)[..width]);
            }
        }
        true
    }
}
