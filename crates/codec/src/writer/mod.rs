//! Pictures by rows to files.
//!
//! A format that is written by rows has a [`RowWriter`], which takes each band as it comes; nothing but what the encoder keeps
//! is in memory then. The others collect the whole picture first. Rows are asked for outside of the guard around encoders: what
//! makes them may be a decoder, and a mistake of that is not one of the encoder.

pub(crate) mod gather;

use palmette_core::{Band, PictureRows, Pixmap, Rows, Size, Spacing};
use palmette_ops::Color;

use crate::{EncodeFormat, EncodeOptions, Encoded, Error, WorkingMemory, flatten, formats, guard, raw};

/// A file that grows with the rows of its picture.
pub(crate) trait RowWriter {
    /// Writes the next rows; may change them.
    fn push(&mut self, band: Band<'_>) -> Result<(), Error>;

    /// Ends the file, behind the last row.
    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error>;
}

/// Encodes a picture. It is consumed, so that flattening happens in place and bare pixels are handed out as they are.
///
/// # Errors
///
/// [`Error::Disabled`] for a format that was left out, [`Error::Encode`] if an encoder fails, [`Error::Core`] if memory
/// runs out or the deadline passed.
pub fn encode(pixmap: Pixmap, options: &EncodeOptions) -> Result<Encoded, Error> {
    encode_rows(Box::new(PictureRows::new(pixmap.into())), options)
}

/// Encodes a picture that comes by rows, to the same bytes as [`encode()`].
///
/// Planes are written as they are, at any quality: see [`planes_taken()`].
///
/// # Errors
///
/// Those of [`encode()`]; what the rows return, as [`Error::Core`], which also says if they are too few or too many, or have a
/// layout that the format does not take: see [`planes_taken()`].
pub fn encode_rows(mut rows: Box<dyn Rows + '_>, options: &EncodeOptions) -> Result<Encoded, Error> {
    let format = options.format;
    let (size, layout) = (rows.size(), rows.layout());
    let writer = guard::writing(format, || formats::row_writer(options, size, layout))?;
    let bytes = match writer {
        Some(mut writer) => {
            while let Some(band) = rows.next_band()? {
                guard::writing(format, || writer.push(band))?;
            }
            guard::writing(format, || writer.finish())?
        }
        None if layout.is_rgba() => encode_whole(rows.into_picture()?.into_pixmap()?, options)?,
        None => {
            formats::check_planes(options, layout)?;
            let picture = rows.into_picture()?;
            guard::writing(format, || formats::encode_planes(picture, options))?
        }
    };
    Ok(Encoded { bytes, content_type: format.content_type() })
}

/// Encodes a whole picture.
fn encode_whole(mut pixmap: Pixmap, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    match (options.format, options.background) {
        (EncodeFormat::Rgb, background) => flatten::flatten(&mut pixmap, background.unwrap_or(Color::WHITE)),
        (_, Some(background)) => flatten::draw_under(&mut pixmap, background),
        (_, None) => {}
    }
    match options.format {
        EncodeFormat::Rgb => Ok(raw::encode_rgb(pixmap)),
        EncodeFormat::Rgba => Ok(pixmap.into_vec()),
        format => guard::writing(format, || formats::encode(pixmap, options)),
    }
}

/// Returns the spacing of chroma that suits these options best, if [`encode_rows()`] takes planes; nothing if only pixels.
///
/// A picture without chroma is taken as well then. Luma has a sample for every pixel. Other spacings of chroma than the one that
/// suits best are written as they are, where the format has them: of 1 or 2 along each axis in JPEG; the same, but none that is
/// halved from top to bottom alone, in AVIF; WebP has one.
#[must_use]
pub fn planes_taken(options: &EncodeOptions) -> Option<Spacing> {
    formats::planes_taken(options)
}

/// Tells whether [`encode_rows()`] works row by row with these options; otherwise it collects the whole picture.
#[must_use]
pub fn takes_rows(options: &EncodeOptions) -> bool {
    formats::takes_rows(options.format)
}

/// Returns the most memory that [`encode_rows()`] holds, besides the picture if it [does not go by rows](takes_rows()). The
/// picture may have alpha or is opaque.
#[must_use]
pub fn encoding_memory(options: &EncodeOptions, size: Size, has_alpha: bool) -> WorkingMemory {
    let has_alpha = has_alpha && options.background.is_none_or(|background| background.alpha < u8::MAX);
    formats::encoding_memory(options, size, has_alpha)
}
