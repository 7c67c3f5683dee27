//! Files of coefficients that are there already: those of another file, written again without loss, or made elsewhere.

use std::io::Write;

use super::Encoder;
use super::error::Error;
use super::kernels::Kernels;
use super::options::{Options, Sampling};
use super::quality::Steps;
use super::rows::BandRows;
use crate::{Decoder, Levels, Model, NATURAL_ORDER};

/// The largest magnitude of a coefficient of AC, in steps, that a file of 8 bits a sample may hold.
const MAX_AC: i16 = 1023;

impl<W: Write> Encoder<W> {
    /// Starts a file whose coefficients are given, to be written by [`write_levels`](Self::write_levels).
    ///
    /// `steps` are those of luma and, where there is chroma, of chroma, in zigzag order. The quality among the options does
    /// not count. Files are those that `jpegtran -copy none` makes of one with these coefficients, byte for byte, if it has
    /// the usual density in its JFIF segment.
    ///
    /// # Errors
    ///
    /// [`Error::Tables`] or [`Error::Step`] if these are no such steps; otherwise as [`new`](Self::new).
    ///
    /// # Examples
    ///
    /// A file becomes progressive, and no sample of it changes:
    ///
    /// ```no_run
    /// use palmette_jpeg::Decoder;
    /// use palmette_jpeg::encode::{Coding, Encoder, Options, Sampling};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let file = std::fs::read("photo.jpg")?;
    /// let decoder = Decoder::new(&file)?;
    /// let (width, height) = decoder.size();
    /// let sampling = Sampling::of(&decoder).ok_or("a layout that is not written here")?;
    /// let options = Options { sampling, coding: Coding::Progressive, exif: decoder.exif(), ..Options::default() };
    /// let mut bands = decoder.coefficients()?;
    /// let steps: Vec<[u16; 64]> = bands.components().iter().map(|it| *it.steps()).take(2).collect();
    /// let mut encoder = Encoder::of_levels(Vec::new(), width, height, &steps, &options)?;
    /// while let Some(band) = bands.next_band() {
    ///     let blocks: Vec<_> = band.iter().map(|component| component.blocks()).collect();
    ///     encoder.write_levels(&blocks)?;
    /// }
    /// assert!(bands.damage().is_none(), "all of it was there");
    /// let progressive = encoder.finish()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn of_levels(
        writer: W,
        width: u32,
        height: u32,
        steps: &[[u16; 64]],
        options: &Options<'_>,
    ) -> Result<Self, Error> {
        let expected = options.sampling.planes().min(2);
        if steps.len() != expected {
            return Err(Error::Tables { tables: steps.len(), expected });
        }
        let tables = steps.iter().map(natural).collect::<Result<Vec<_>, _>>()?;
        Self::with_tables(writer, (width, height), options, &tables, Kernels::fastest())
    }

    /// Writes the next band, a row of MCUs: of each component all blocks that hold samples of the picture, row by row.
    ///
    /// # Errors
    ///
    /// [`Error::Planes`], [`Error::Blocks`] or [`Error::TooManyBands`] if it is no such band; [`Error::Level`] if a
    /// coefficient cannot be written; [`Error::Memory`], [`Error::Write`].
    pub fn write_levels(&mut self, components: &[&[Levels]]) -> Result<(), Error> {
        self.check_band()?;
        self.check_planes(components.len())?;
        let components = self.grid.components.iter().zip(components).enumerate();
        let components = components.map(|(i, (component, levels))| {
            check(levels)?;
            BandRows::of_levels(i, component, self.band, levels)
        });
        let components = components.collect::<Result<Vec<_>, _>>()?;
        self.code_band(&components)
    }
}

impl Sampling {
    /// Returns the sampling of a file, if it is one of these, and grey or YCbCr.
    #[must_use]
    pub fn of(decoder: &Decoder<'_>) -> Option<Self> {
        let factors: Vec<(u8, u8)> = decoder.components().iter().map(crate::Component::sampling).collect();
        match (decoder.model(), &factors[..]) {
            (Model::Gray, _) => Some(Self::Gray),
            (Model::YCbCr, [luma, (1, 1), (1, 1)]) => match luma {
                (1, 1) => Some(Self::S444),
                (2, 1) => Some(Self::S422),
                (2, 2) => Some(Self::S420),
                (1, 2) => Some(Self::S440),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Brings steps into natural order.
fn natural(steps: &[u16; 64]) -> Result<Steps, Error> {
    let mut natural = [0; 64];
    for (&step, place) in steps.iter().zip(NATURAL_ORDER) {
        natural[usize::from(place)] = match u8::try_from(step) {
            Ok(step @ 1..) => step,
            _ => return Err(Error::Step { step }),
        };
    }
    Ok(natural)
}

/// Checks that all coefficients can be written.
fn check(blocks: &[Levels]) -> Result<(), Error> {
    for block in blocks {
        let [dc, ac @ ..] = block;
        let is_small = |level: &&i16| (-MAX_AC..=MAX_AC).contains(*level);
        // The difference of two DC coefficients has one bit more.
        let wrong = if (-MAX_AC - 1..=MAX_AC).contains(dc) { ac.iter().find(|ac| !is_small(ac)) } else { Some(dc) };
        if let Some(&level) = wrong {
            return Err(Error::Level { level });
        }
    }
    Ok(())
}
