//! JPEG of the usual processes as pixels, row by row: those that libjpeg-turbo makes by default, in sRGB.

use palmette_jpeg::{Decoder, Model, Rows};

use super::markers::Header;
use super::{damaged, refused};
use crate::icc::ToSrgb;
use crate::reader::PixelRows;
use crate::{Cause, DecodeOptions, Error, OnDamage};

/// Rows that are left out between two looks at the clock: those of a common row of MCUs.
const ROWS_PER_CHECK: u32 = 16;

/// The pixels of a file.
pub(super) struct Pixels<'a> {
    rows: Rows<'a>,
    to_srgb: ToSrgb,
    is_cmyk: bool,
    /// The row that comes next.
    next: u32,
    options: DecodeOptions,
}

impl<'a> Pixels<'a> {
    /// Starts to decode.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedInput`], [`Error::Damaged`], and [`Error::Core`] if memory runs out.
    pub(super) fn open(decoder: &Decoder<'a>, header: &Header<'_>, options: &DecodeOptions) -> Result<Self, Error> {
        let rows = decoder.rows().map_err(refused)?;
        let icc = header.icc()?;
        let (to_srgb, is_cmyk) = match rows.model() {
            Model::Gray => (ToSrgb::from_gray(icc.as_deref()), false),
            Model::Cmyk | Model::Ycck => (ToSrgb::from_cmyk(icc.as_deref()), true),
            _ => (ToSrgb::from_rgb(icc.as_deref()), false),
        };
        Ok(Self { rows, to_srgb, is_cmyk, next: 0, options: *options })
    }

    /// Writes the next row as it is stored: RGBA, or four inks.
    fn read_stored(&mut self, pixels: &mut [u8]) -> Result<(), Error> {
        let is_there = self.rows.read_row(pixels);
        self.next += 1;
        match self.rows.damage() {
            Some(&damage) if self.options.on_damage == OnDamage::Refuse => Err(damaged(damage.into())),
            _ if !is_there => Err(damaged(Cause::new("it has fewer rows than it says"))),
            _ => Ok(()),
        }
    }
}

impl PixelRows for Pixels<'_> {
    fn read_row(&mut self, y: u32, pixels: &mut [u8]) -> Result<(), Error> {
        while self.next < y {
            if self.next.is_multiple_of(ROWS_PER_CHECK) {
                self.options.deadline.check()?;
            }
            self.read_stored(pixels)?;
        }
        self.read_stored(pixels)?;
        if self.is_cmyk {
            // Stored is the light that an ink lets through, not the ink: by Adobe, and so by all others.
            pixels.iter_mut().for_each(|sample| *sample = !*sample);
        }
        self.to_srgb.convert_pixels(pixels);
        Ok(())
    }

    fn take_damage(&mut self) -> Option<Cause> {
        self.rows.damage().copied().map(Cause::from)
    }
}
