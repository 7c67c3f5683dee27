//! From planes to pixels: chroma enlarged, colours by the matrix of the file, rounded once.
//!
//! Where nothing is left to do after that, 8 bits come out at once; else 16, from which alpha that was multiplied into the
//! colours is taken out and which are converted to sRGB, before they become 8.

use palmette_core::{Deadline, Pixmap, alloc};

use super::chroma::ChromaRows;
use super::matrix::{Level, Matrix};
use super::{AnyPlanes, Planes, Sample};
use crate::Error;
use crate::heif::Nclx;
use crate::icc::ToSrgb16;

/// Rows between two looks at the clock.
const ROWS_AT_A_TIME: u32 = 64;

/// How planes become pixels.
pub(crate) struct Conversion<'a> {
    /// What the samples mean.
    pub(crate) colors: Nclx,
    /// The way to sRGB.
    pub(crate) to_srgb: &'a ToSrgb16,
    /// How opaque pixels are; of the same size.
    pub(crate) alpha: Option<Alpha<'a>>,
    /// Whether colours were multiplied by alpha.
    pub(crate) is_premultiplied: bool,
    /// After this moment no further row is converted.
    pub(crate) deadline: Deadline,
}

/// The plane of alpha.
#[derive(Clone, Copy)]
pub(crate) struct Alpha<'a> {
    /// Its luma counts.
    pub(crate) planes: AnyPlanes<'a>,
    /// Whether samples use all values.
    pub(crate) is_full_range: bool,
}

impl Conversion<'_> {
    /// Converts planes to straight RGBA.
    pub(crate) fn run(&self, planes: &AnyPlanes<'_>) -> Result<Pixmap, Error> {
        let is_deep = self.is_premultiplied || !self.to_srgb.is_identity();
        match (planes, is_deep) {
            (AnyPlanes::Bytes(planes), false) => self.run_shallow(planes),
            (AnyPlanes::Words(planes), false) => self.run_shallow(planes),
            (AnyPlanes::Bytes(planes), true) => self.run_deep(planes),
            (AnyPlanes::Words(planes), true) => self.run_deep(planes),
        }
    }

    /// Converts planes to 8 bits at once.
    fn run_shallow<T: Sample>(&self, planes: &Planes<'_, T>) -> Result<Pixmap, Error> {
        let mut rows = Rows::new(self, planes)?;
        let mut pixmap = Pixmap::filled(planes.size(), [0; 4])?;
        for y in 0..planes.size().height {
            self.check_time(y)?;
            rows.write(y, pixmap.row_mut(y).as_chunks_mut().0);
        }
        Ok(pixmap)
    }

    /// Converts planes to 16 bits first.
    fn run_deep<T: Sample>(&self, planes: &Planes<'_, T>) -> Result<Pixmap, Error> {
        let mut rows = Rows::new(self, planes)?;
        let mut pixmap = Pixmap::filled(planes.size(), [0; 4])?;
        let mut deep = alloc::try_filled(planes.size().width as usize, [0; 4])?;
        for y in 0..planes.size().height {
            self.check_time(y)?;
            rows.write(y, &mut deep);
            if self.is_premultiplied {
                deep.iter_mut().for_each(unmultiply);
            }
            self.to_srgb.convert_pixels(deep.as_flattened_mut());
            let pixels = pixmap.row_mut(y).as_chunks_mut().0;
            pixels.iter_mut().zip(&deep).for_each(|(to, from)| *to = from.map(to_8_bits));
        }
        Ok(pixmap)
    }

    /// Looks at the clock, now and then.
    fn check_time(&self, y: u32) -> Result<(), Error> {
        if y.is_multiple_of(ROWS_AT_A_TIME) {
            self.deadline.check()?;
        }
        Ok(())
    }
}

/// What a row goes through, and the memory for it.
struct Rows<'a, T, L> {
    planes: &'a Planes<'a, T>,
    matrix: Matrix<L>,
    chroma: ChromaRows,
    /// The plane of alpha, and what its samples become.
    alpha: Option<(AnyPlanes<'a>, Vec<L>)>,
}

impl<'a, T: Sample, L: Level> Rows<'a, T, L> {
    /// Prepares for the rows of a picture.
    fn new(conversion: &Conversion<'a>, planes: &'a Planes<'a, T>) -> Result<Self, Error> {
        let matrix = Matrix::new(conversion.colors, planes.format)?;
        let alpha = match conversion.alpha {
            Some(alpha) => Some((alpha.planes, L::alpha_table(alpha.planes.format().bits, alpha.is_full_range)?)),
            None => None,
        };
        Ok(Self { planes, matrix, chroma: ChromaRows::new(planes)?, alpha })
    }

    /// Writes a row of pixels.
    fn write(&mut self, y: u32, pixels: &mut [[L; 4]]) {
        let luma = self.planes.planes[0].row(y);
        let [blue, red] = self.chroma.row(self.planes, y);
        self.matrix.convert(luma, blue, red, pixels);
        match &self.alpha {
            Some((AnyPlanes::Bytes(alpha), table)) => write_alpha(alpha.planes[0].row(y), table, pixels),
            Some((AnyPlanes::Words(alpha), table)) => write_alpha(alpha.planes[0].row(y), table, pixels),
            None => {}
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
