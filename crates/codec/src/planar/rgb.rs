//! From planes to pixels: chroma enlarged, colours by the matrix of the file, rounded once.
//!
//! Where nothing is left to do after that, 8 bits come out at once; else 16, from which alpha that was multiplied into the
//! colours is taken out and which are converted to sRGB, before they become 8.

use palmette_core::alloc;

use super::chroma::ChromaRows;
use super::matrix::{Level, Matrix};
use super::{AnyPlanes, Format, Planes, Sample};
use crate::Error;
use crate::area::Area;
use crate::heif::Nclx;
use crate::icc::ToSrgb16;

/// What samples mean, and what becomes of them.
pub(crate) struct Conversion {
    /// What the samples mean.
    pub(crate) colors: Nclx,
    /// The way to sRGB.
    pub(crate) to_srgb: ToSrgb16,
    /// Of a picture with a plane of alpha, its depth, and whether its samples use all values.
    pub(crate) alpha: Option<(u32, bool)>,
    /// Whether colours were multiplied by alpha.
    pub(crate) is_premultiplied: bool,
}

/// The way of rows from planes, or a part of them, to straight RGBA, and the memory for it.
pub(crate) struct Rows {
    way: Way,
    chroma: ChromaRows,
    /// The part.
    area: Area,
    /// A row of the whole; none if the part is as wide.
    whole_row: Vec<[u8; 4]>,
}

/// The two ways.
enum Way {
    /// To 8 bits at once.
    Shallow(Levels<u8>),
    /// To 16 bits first.
    Deep {
        levels: Levels<u16>,
        to_srgb: ToSrgb16,
        is_premultiplied: bool,
        /// A row.
        row: Vec<[u16; 4]>,
    },
}

/// What samples become.
struct Levels<L> {
    matrix: Matrix<L>,
    /// What samples of alpha become, if there are any.
    alpha: Option<Vec<L>>,
}

impl<L: Level> Levels<L> {
    /// Prepares for pictures of a format.
    fn new(conversion: &Conversion, format: Format) -> Result<Self, Error> {
        let alpha = conversion.alpha.map(|(bits, is_full_range)| L::alpha_table(bits, is_full_range)).transpose()?;
        Ok(Self { matrix: Matrix::new(conversion.colors, format)?, alpha })
    }

    /// Writes a row of pixels.
    fn write<T: Sample>(
        &self,
        planes: &Planes<'_, T>,
        [blue, red]: [&[i32]; 2],
        alpha: Option<&AnyPlanes<'_>>,
        y: u32,
        pixels: &mut [[L; 4]],
    ) {
        self.matrix.convert(planes.planes[0].row(y), blue, red, pixels);
        match (alpha, &self.alpha) {
            (Some(AnyPlanes::Bytes(alpha)), Some(table)) => write_alpha(alpha.planes[0].row(y), table, pixels),
            (Some(AnyPlanes::Words(alpha)), Some(table)) => write_alpha(alpha.planes[0].row(y), table, pixels),
            _ => {}
        }
    }
}

impl Rows {
    /// Prepares for the rows of a part of planes like these.
    pub(crate) fn new(conversion: Conversion, planes: &AnyPlanes<'_>, area: Area) -> Result<Self, Error> {
        let is_deep = conversion.is_premultiplied || !conversion.to_srgb.is_identity();
        let way = if is_deep {
            Way::Deep {
                levels: Levels::new(&conversion, planes.format())?,
                to_srgb: conversion.to_srgb,
                is_premultiplied: conversion.is_premultiplied,
                row: alloc::try_filled(planes.size().width as usize, [0; 4])?,
            }
        } else {
            Way::Shallow(Levels::new(&conversion, planes.format())?)
        };
        let chroma = match planes {
            AnyPlanes::Bytes(planes) => ChromaRows::new(planes)?,
            AnyPlanes::Words(planes) => ChromaRows::new(planes)?,
        };
        let width = planes.size().width;
        let whole_pixels = if area.size.width == width { 0 } else { width as usize };
        Ok(Self { way, chroma, area, whole_row: alloc::try_filled(whole_pixels, [0; 4])? })
    }

    /// Writes a row of the part, as straight RGBA; planes of alpha are of the same size.
    pub(crate) fn write(&mut self, planes: &AnyPlanes<'_>, alpha: Option<&AnyPlanes<'_>>, y: u32, pixels: &mut [u8]) {
        let (y, pixels) = (self.area.top + y, pixels.as_chunks_mut().0);
        if self.whole_row.is_empty() {
            self.write_whole(planes, alpha, y, pixels);
            return;
        }
        let mut whole_row = std::mem::take(&mut self.whole_row);
        self.write_whole(planes, alpha, y, &mut whole_row);
        pixels.copy_from_slice(&whole_row[self.area.left as usize..][..pixels.len()]);
        self.whole_row = whole_row;
    }

    /// Writes a row of the whole.
    fn write_whole(&mut self, planes: &AnyPlanes<'_>, alpha: Option<&AnyPlanes<'_>>, y: u32, pixels: &mut [[u8; 4]]) {
        match planes {
            AnyPlanes::Bytes(planes) => self.write_samples(planes, alpha, y, pixels),
            AnyPlanes::Words(planes) => self.write_samples(planes, alpha, y, pixels),
        }
    }

    /// Writes a row of samples of either width.
    fn write_samples<T: Sample>(
        &mut self,
        planes: &Planes<'_, T>,
        alpha: Option<&AnyPlanes<'_>>,
        y: u32,
        pixels: &mut [[u8; 4]],
    ) {
        let chroma = self.chroma.row(planes, y);
        match &mut self.way {
            Way::Shallow(levels) => levels.write(planes, chroma, alpha, y, pixels),
            Way::Deep { levels, to_srgb, is_premultiplied, row } => {
                levels.write(planes, chroma, alpha, y, row);
                if *is_premultiplied {
                    row.iter_mut().for_each(unmultiply);
                }
                to_srgb.convert_pixels(row.as_flattened_mut());
                pixels.iter_mut().zip(row).for_each(|(to, from)| *to = from.map(to_8_bits));
            }
        }
    }
}

/// Writes a row of alpha. Samples are below the length of the table.
fn write_alpha<T: Sample, L: Level>(samples: &[T], table: &[L], pixels: &mut [[L; 4]]) {
    for (pixel, &sample) in pixels.iter_mut().zip(samples) {
        let sample: i32 = sample.into();
        pixel[3] = table.get(sample.unsigned_abs() as usize).copied().unwrap_or(L::OPAQUE);
    }
}

/// Divides colours by alpha, rounded to nearest; they cannot be more than white.
fn unmultiply([red, green, blue, alpha]: &mut [u16; 4]) {
    let alpha = u32::from(*alpha);
    for channel in [red, green, blue] {
        let straight = (u32::from(*channel) * 65_535 + alpha / 2).checked_div(alpha).unwrap_or(0);
        *channel = u16::try_from(straight).unwrap_or(u16::MAX);
    }
}

/// Reduces 16 bits to 8: divided by 257, rounded to nearest.
#[expect(clippy::cast_possible_truncation, reason = "65,535 becomes 255")]
const fn to_8_bits(value: u16) -> u8 {
    ((value as u32 + 128) / 257) as u8
}
