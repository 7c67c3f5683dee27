//! From planes, or RGBA, to a file.
//!
//! An [`Encoder`] takes a picture band by band, from the top; a band is a row of MCUs, 8 or 16 rows of pixels. Files are
//! those that libjpeg-turbo writes of the same planes with its accurate DCT, byte for byte.
//!
//! ```
//! use palmette_jpeg::encode::{Coding, Encoder, Options, PlaneRows, Sampling};
//!
//! # fn main() -> Result<(), palmette_jpeg::encode::Error> {
//! // A grey slope of 100 × 50 pixels.
//! let luma: Vec<u8> = (0..50_u8).flat_map(|y| (0..100).map(move |x| x + y)).collect();
//! let options =
//!     Options { quality: 90, sampling: Sampling::Gray, coding: Coding::Progressive, ..Options::default() };
//! let mut encoder = Encoder::new(Vec::new(), 100, 50, &options)?;
//! for band in luma.chunks(100 * encoder.band_rows()) {
//!     encoder.write_band(&[PlaneRows { samples: band, stride: 100 }])?;
//! }
//! let file = encoder.finish()?;
//! assert_eq!(file[..4], [0xff, 0xd8, 0xff, 0xe0]);
//! # Ok(())
//! # }
//! ```
//!
//! A program without planes writes RGBA:
//!
//! ```
//! use palmette_jpeg::encode::{Encoder, Options};
//!
//! # fn main() -> Result<(), palmette_jpeg::encode::Error> {
//! let rgba = [200, 30, 30, 255].repeat(64 * 48);
//! let mut encoder = Encoder::new(Vec::new(), 64, 48, &Options::default())?;
//! for band in rgba.chunks(4 * 64 * encoder.band_rows()) {
//!     encoder.write_rgba_band(band)?;
//! }
//! let file = encoder.finish()?;
//! assert_eq!(file[file.len() - 2..], [0xff, 0xd9]);
//! # Ok(())
//! # }
//! ```
//!
//! # What is held
//!
//! With [`Coding::Baseline`] a strip of blocks and the bytes of a band. The others cannot write their first code before
//! the last band has come: they keep a token of two bytes for each symbol. Of a photo at 4:2:0 and quality 80, in bytes with the
//! file itself, if that is kept too:
//!
//! | megapixels | file | [`Optimized`](Coding::Optimized) | [`Progressive`](Coding::Progressive) |
//! | --- | --- | --- | --- |
//! | 12 | 2.0 MB | 9 MB | 10 MB |
//! | 50, drawn by code, with less detail | 3.9 MB | 14 MB | 22 MB |
//!
//! That is three to five times the file. Noise takes most, and most at fine steps: 3 to 4 bytes a pixel at 4:2:0 and qualities of 80
//! to 89, 7 to 10 at 4:4:4 and 90 to 100.
//!
//! # How it is done
//!
//! | module | what it holds |
//! | --- | --- |
//! | `rgba`, `color` | planes from RGBA |
//! | `rows`, `grid` | the rows of a band, and where the blocks stand in them |
//! | `fdct`, `quality` | from samples to multiples of the quantiser's steps |
//! | `levels` | such multiples that are there already |
//! | `sequential`, `mcus`, `direct` | files of one scan |
//! | `progressive`, `bit_planes`, `scan`, `refine` | files of many scans |
//! | `tokens`, `stage`, `huffman` | symbols, their counts and their codes |
//! | `restart` | where decoders may start anew |
//! | `bits`, `output`, `segments` | the bytes |
//! | `kernels`, `avx2`, `neon` | the vectorised parts |

#[cfg(target_arch = "x86_64")]
mod avx2;
mod bit_planes;
mod bits;
mod color;
mod direct;
mod error;
mod fdct;
mod grid;
mod huffman;
mod kernels;
mod levels;
mod mcus;
#[cfg(target_arch = "aarch64")]
mod neon;
mod options;
mod output;
mod progressive;
mod quality;
mod refine;
mod restart;
mod rgba;
mod rows;
mod scan;
mod segments;
mod sequential;
mod stage;
#[cfg(test)]
mod tests;
mod tokens;

use std::io::Write;

pub use self::error::Error;
pub use self::options::{Coding, Options, Restart, Sampling};
pub use self::rows::PlaneRows;

use self::fdct::Divisors;
use self::grid::Grid;
use self::kernels::Kernels;
use self::output::Output;
use self::progressive::Progressive;
use self::quality::Steps;
use self::rgba::Converter;
use self::rows::BandRows;
use self::segments::Segments;
use self::sequential::Sequential;

/// Writes a picture to a file, band by band.
#[derive(Debug)]
pub struct Encoder<W> {
    kernels: Kernels,
    grid: Grid,
    band: usize,
    coder: Coder,
    converter: Option<Converter>,
    output: Output<W>,
}

/// The maker of a file of blocks.
#[derive(Debug)]
enum Coder {
    Sequential(Box<Sequential>),
    Progressive(Box<Progressive>),
}

impl<W: Write> Encoder<W> {
    /// Starts a file of `width` × `height` pixels.
    ///
    /// # Errors
    ///
    /// [`Error::Size`], [`Error::Quality`], [`Error::Exif`] or [`Error::IccProfile`] if an argument is out of range,
    /// [`Error::Memory`].
    pub fn new(writer: W, width: u32, height: u32, options: &Options<'_>) -> Result<Self, Error> {
        Self::with_kernels(writer, width, height, options, Kernels::fastest())
    }

    /// Starts a file, with a choice of kernels.
    fn with_kernels(
        writer: W,
        width: u32,
        height: u32,
        options: &Options<'_>,
        kernels: Kernels,
    ) -> Result<Self, Error> {
        if !(1..=100).contains(&options.quality) {
            return Err(Error::Quality { quality: options.quality });
        }
        let tables = quality::tables(options.quality, options.sampling);
        Self::with_tables(writer, (width, height), options, &tables, kernels)
    }

    /// Starts a file, with the steps of luma and, where there is any, of chroma.
    fn with_tables(
        writer: W,
        (width, height): (u32, u32),
        options: &Options<'_>,
        tables: &[Steps],
        kernels: Kernels,
    ) -> Result<Self, Error> {
        let (Ok(columns @ 1..), Ok(rows @ 1..)) = (u16::try_from(width), u16::try_from(height)) else {
            return Err(Error::Size { width, height });
        };
        let grid = Grid::new(columns, rows, options.sampling);
        let divisors = tables.iter().map(Divisors::new).collect();
        let mut bytes = Vec::new();
        Segments(&mut bytes).start(&grid, options, tables)?;
        let coder = match options.coding {
            Coding::Progressive => {
                Coder::Progressive(Box::new(Progressive::new(&grid, divisors, options.restart, kernels)?))
            }
            Coding::Baseline | Coding::Optimized => {
                let sequential = Sequential::new(&grid, divisors, options, kernels, &mut bytes)?;
                Coder::Sequential(Box::new(sequential))
            }
        };
        Ok(Self { kernels, grid, band: 0, coder, converter: None, output: Output { writer, bytes } })
    }

    /// Returns how many rows of pixels a band has; the last one has what is left.
    #[must_use]
    pub const fn band_rows(&self) -> usize {
        self.grid.band_rows
    }

    /// Writes the next band: the rows of each plane.
    ///
    /// Rows have as many samples as pixels, over the step of chroma, rounded up; a plane of chroma has as many rows as the
    /// band has rows of pixels, over the step, rounded up.
    ///
    /// # Errors
    ///
    /// [`Error::Planes`], [`Error::Rows`] or [`Error::TooManyBands`] if it is no such band; [`Error::Memory`],
    /// [`Error::Write`].
    pub fn write_band(&mut self, planes: &[PlaneRows<'_>]) -> Result<(), Error> {
        self.check_band()?;
        self.check_planes(planes.len())?;
        let planes = self.grid.components.iter().zip(planes).enumerate();
        let planes = planes.map(|(i, (component, &rows))| BandRows::new(i, component, self.band, rows));
        let planes = planes.collect::<Result<Vec<_>, _>>()?;
        self.code_band(&planes)
    }

    /// Writes the next band, which is known to be one.
    fn code_band(&mut self, planes: &[BandRows<'_>]) -> Result<(), Error> {
        match &mut self.coder {
            Coder::Sequential(coder) => coder.code(&self.grid, planes, &mut self.output.bytes)?,
            Coder::Progressive(coder) => coder.code(&self.grid, planes)?,
        }
        self.band += 1;
        self.output.flush()
    }

    /// Writes the next band: its pixels as RGBA, rows tightly packed. Alpha is ignored.
    ///
    /// Luma and chroma are those of JFIF's formula, rounded once, halves up; a chroma sample that stands for several pixels
    /// is the mean of their exact values.
    ///
    /// # Errors
    ///
    /// [`Error::Rows`] (of plane 0, in bytes) or [`Error::TooManyBands`] if it is no such band; [`Error::Memory`],
    /// [`Error::Write`].
    pub fn write_rgba_band(&mut self, rgba: &[u8]) -> Result<(), Error> {
        self.check_band()?;
        let (rows, stride) = (self.grid.components[0].rows_in_band(self.band), color::PIXEL * self.grid.width);
        if rgba.len() != rows * stride {
            return Err(Error::Rows { plane: 0, samples: rgba.len(), stride, rows, width: stride });
        }
        let mut converter = match self.converter.take() {
            Some(converter) => converter,
            None => Converter::new(&self.grid)?,
        };
        converter.convert(&self.grid, &self.kernels, rgba);
        let planes = converter.planes(&self.grid);
        self.write_band(&planes)?;
        self.converter = Some(converter);
        Ok(())
    }

    /// Ends the file, and returns the writer.
    ///
    /// # Errors
    ///
    /// [`Error::MissingBands`], [`Error::Memory`], [`Error::Write`].
    pub fn finish(mut self) -> Result<W, Error> {
        let (row, height) = (self.band * self.grid.band_rows, self.grid.height);
        if row < height {
            return Err(Error::MissingBands { row, height });
        }
        match self.coder {
            Coder::Sequential(coder) => coder.finish(&self.grid, &mut self.output)?,
            Coder::Progressive(coder) => coder.finish(&self.grid, &mut self.output)?,
        }
        Segments(&mut self.output.bytes).end()?;
        self.output.flush()?;
        Ok(self.output.writer)
    }

    /// Checks that a band has as many planes as the picture.
    const fn check_planes(&self, planes: usize) -> Result<(), Error> {
        let expected = self.grid.components.len();
        if planes == expected { Ok(()) } else { Err(Error::Planes { planes, expected }) }
    }

    /// Checks that there is a band left.
    const fn check_band(&self) -> Result<(), Error> {
        let height = self.grid.height;
        if self.band * self.grid.band_rows < height { Ok(()) } else { Err(Error::TooManyBands { height }) }
    }
}
