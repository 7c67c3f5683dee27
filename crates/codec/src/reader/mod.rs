//! Pictures by rows, as they are stored: a decoder lends its rows before it decodes more.
//!
//! Three kinds of sources come together here, as [`Bands`]. The planes of a JPEG are lent out of the decoder's own memory.
//! Decoders that give pixels row by row ([`rows`]) write them into a band of a few rows. What can only be decoded at once
//! ([`whole`]) is one band. Nothing is turned: see [`Probe::orientation`](crate::Probe::orientation).

mod rows;
mod whole;

use std::fmt;

use palmette_core::{Band, Deadline, Layout, Picture, Reading, Rectangle, Size};

use self::rows::RgbaBands;
pub(crate) use self::rows::{BAND_ROWS, OpenRows, PixelRows};
use self::whole::Whole;
pub(crate) use self::whole::{DecodeWhole, Stored};
use crate::orient::Orientation;
use crate::{Cause, DecodeOptions, Error, Format, formats, guard, sniff};

/// A picture that is read by rows: in sRGB, 8 bits, straight alpha, or in planes; of an animation the first frame.
pub struct Reader<'a> {
    format: Format,
    orientation: Orientation,
    layout: Layout,
    window: Rectangle,
    bands: Box<dyn Bands + 'a>,
    deadline: Deadline,
    /// Whether rows were asked for.
    has_begun: bool,
    /// Whether there is nothing more to be read, or nothing more that could be.
    is_over: bool,
}

/// The rows of a part of a picture.
pub(crate) trait Bands {
    /// Lends the next rows; nothing at the end.
    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error>;

    /// Says, behind the last row, why samples are missing, if they may be.
    fn damage(&self) -> Option<&Cause>;

    /// Collects all rows, none of which was asked for yet.
    fn into_picture(self: Box<Self>, deadline: Deadline) -> Result<(Picture, Option<Cause>), Error>;
}

/// A file that was opened to be read.
pub(crate) struct Opened<'a> {
    orientation: Orientation,
    window: Rectangle,
    bands: Box<dyn Bands + 'a>,
}

impl<'a> Opened<'a> {
    /// Reads a picture of `stored` pixels row by row, or a part of it; nothing is allocated until the first row is asked for.
    pub(crate) fn by_rows(
        stored: Size,
        orientation: Orientation,
        reading: &Reading,
        open: OpenRows<'a>,
    ) -> Result<Self, Error> {
        let window = window_of(reading, stored)?;
        Ok(Self { orientation, window, bands: Box::new(RgbaBands::new(open, stored, window)?) })
    }

    /// Reads a picture of `stored` pixels, or a part of it, that can only be decoded at once.
    pub(crate) fn whole(
        stored: Size,
        orientation: Orientation,
        reading: &Reading,
        decode: DecodeWhole<'a>,
    ) -> Result<Self, Error> {
        let window = window_of(reading, stored)?;
        Ok(Self { orientation, window, bands: Box::new(Whole::new(decode, window)) })
    }

    /// Reads planes of a window.
    pub(crate) fn planes(orientation: Orientation, window: Rectangle, bands: Box<dyn Bands + 'a>) -> Self {
        Self { orientation, window, bands }
    }
}

/// Opens a picture to be read by rows, the way that `reading` says.
///
/// # Errors
///
/// Those of [`probe()`](crate::probe()); [`Error::Core`] if the picture is over the limits (decided before a pixel is
/// allocated), has no such layout, or nothing of it is in the window; [`Error::Damaged`] and [`Error::UnsupportedInput`] as
/// far as is known by now.
///
/// # Examples
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use palmette_codec::{DecodeOptions, probe, reader};
/// use palmette_core::Reading;
///
/// let file = std::fs::read("photo.jpg")?;
/// let mut reader = reader(&file, &Reading::whole(probe(&file)?.layout), &DecodeOptions::default())?;
/// while let Some(band) = reader.next_band()? {
///     println!("{} bytes of luma", band.planes[0].len());
/// }
/// # Ok(())
/// # }
/// ```
pub fn reader<'a>(bytes: &'a [u8], reading: &Reading, options: &DecodeOptions) -> Result<Reader<'a>, Error> {
    open(sniff(bytes)?, bytes, reading, options)
}

/// Reads a picture in several ways at once: at different reductions, or in different windows, but always in planes. The codes of the
/// file are decoded once. Nothing comes of a file for which that would save nothing.
///
/// Each picture is what its reading would give alone, as long as the file is whole: damage anywhere is an error, whatever
/// `options` say of it, and readings alone may lack nothing of it.
///
/// # Errors
///
/// Those of [`reader`], and of all the rows.
pub fn read_together(
    bytes: &[u8],
    readings: &[Reading],
    options: &DecodeOptions,
) -> Result<Option<Vec<Picture>>, Error> {
    let format = sniff(bytes)?;
    options.deadline.check()?;
    guard::reading(format, || formats::read_together(format, bytes, readings, options))
}

/// Opens a picture of a format.
pub(crate) fn open<'a>(
    format: Format,
    bytes: &'a [u8],
    reading: &Reading,
    options: &DecodeOptions,
) -> Result<Reader<'a>, Error> {
    let opened = guard::reading(format, || formats::open(format, bytes, reading, options))?;
    let Opened { orientation, window, bands } = opened;
    Ok(Reader {
        format,
        orientation,
        layout: reading.layout,
        window,
        bands,
        deadline: options.deadline,
        has_begun: false,
        is_over: false,
    })
}

/// Returns the part that is read of a picture as it is stored.
///
/// # Errors
///
/// [`Error::Core`] if nothing of the picture is in it.
pub(crate) fn window_of(reading: &Reading, stored: Size) -> Result<Rectangle, Error> {
    let window = reading.window_of(stored);
    if window.size.area() == 0 {
        return Err(palmette_core::Error::EmptyPixmap { size: window.size }.into());
    }
    Ok(window)
}

impl Reader<'_> {
    /// Returns the size of the rows that come, in pixels: that of [`window`](Self::window).
    #[must_use]
    pub const fn size(&self) -> Size {
        self.window.size
    }

    /// Returns how samples lie in the rows.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// Returns the part that comes of the picture as it is stored: what was asked for, from where samples of all planes start.
    #[must_use]
    pub const fn window(&self) -> Rectangle {
        self.window
    }

    /// Lends the next rows, at least one; nothing at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if samples are missing, unless they may be; [`Error::UnsupportedInput`]; [`Error::Core`] if memory
    /// runs out or the deadline passed. There are no rows after an error.
    pub fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        if self.is_over {
            return Ok(None);
        }
        // Until all is well: a decoder that failed, or panicked, is never called again.
        self.is_over = true;
        self.has_begun = true;
        self.deadline.check()?;
        let band = guard::reading(self.format, || self.bands.next_band())?;
        self.is_over = band.is_none();
        Ok(band)
    }

    /// Returns why samples are missing; only with [`OnDamage::Show`](crate::OnDamage::Show), and known behind the last row.
    ///
    /// Of what a window leaves out, nothing need be known.
    #[must_use]
    pub fn damage(&self) -> Option<&Cause> {
        self.bands.damage()
    }

    /// Collects the rows, which have to be all; says why samples are missing, if they may be.
    ///
    /// # Errors
    ///
    /// Those of [`next_band`](Self::next_band); [`Error::Core`] if rows were read before.
    pub fn into_picture(self) -> Result<(Picture, Option<Cause>), Error> {
        if self.has_begun {
            let expected = self.layout.samples(0, self.window.size).height as usize;
            return Err(palmette_core::Error::RowsMissing { plane: 0, expected, actual: 0 }.into());
        }
        self.deadline.check()?;
        guard::reading(self.format, || self.bands.into_picture(self.deadline))
    }

    /// Returns how to turn the picture upright.
    pub(crate) const fn orientation(&self) -> Orientation {
        self.orientation
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, orientation, layout, window, .. } = self;
        f.debug_struct("Reader")
            .field("format", format)
            .field("orientation", orientation)
            .field("layout", layout)
            .field("window", window)
            .finish_non_exhaustive()
    }
}
