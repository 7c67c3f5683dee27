//! JPEG of rare processes, read by libjpeg-turbo.

use palmette_core::{Limits, Pixmap};

use super::damaged;
use super::markers::Header;
use super::turbo::{Decoder, Failure, Model};
use crate::icc::ToSrgb;
use crate::reader::Stored;
use crate::{Cause, Error};

/// The most scans that a progressive file may have.
///
/// Every scan walks the whole picture however few bytes it has, so a small file of many scans costs minutes. Encoders
/// write about 10; a file can hold a few hundred that each say something new, which nobody has a reason to write.
const MAX_SCANS: i32 = 100;

/// Decodes to sRGB. A damaged file is refused.
///
/// # Errors
///
/// [`Error::Damaged`], and [`Error::Core`] for limits and memory.
pub(super) fn decode(header: &Header<'_>, bytes: &[u8], limits: &Limits) -> Result<Stored, Error> {
    let decoded = match decode_samples(bytes, limits)? {
        Err(failure) if failure.is_harmless() => match header.cleaned(bytes)? {
            Some(clean) => decode_samples(&clean, limits)?,
            None => Err(failure),
        },
        result => result,
    };
    let (mut pixmap, model) = decoded.map_err(|failure| damaged(failure.into()))?;
    if pixmap.size() != header.size {
        return Err(damaged(Cause::new("it has headers of several sizes")));
    }
    let icc = header.icc()?;
    match model {
        Model::Gray => ToSrgb::from_gray(icc.as_deref()).convert(&mut pixmap),
        Model::Rgb => ToSrgb::from_rgb(icc.as_deref()).convert(&mut pixmap),
        Model::Cmyk => {
            // As in `rows`.
            pixmap.data_mut().iter_mut().for_each(|sample| *sample = !*sample);
            ToSrgb::from_cmyk(icc.as_deref()).convert(&mut pixmap);
        }
    }
    Ok(Stored { pixmap, damage: None })
}

/// Decodes the samples, as they are stored, of a file that may have to be cleaned first: RGBA, or four inks.
///
/// # Errors
///
/// Outer: the limits, and memory. Inner: what the library said.
fn decode_samples(bytes: &[u8], limits: &Limits) -> Result<Result<(Pixmap, Model), Failure>, Error> {
    let decoder = match Decoder::open(bytes, MAX_SCANS) {
        Ok(decoder) => decoder,
        Err(failure) => return Ok(Err(failure)),
    };
    let (size, model) = (decoder.size(), decoder.model());
    limits.check(size)?;
    let mut pixmap = Pixmap::filled(size, [0; 4])?;
    Ok(decoder.decode(pixmap.data_mut()).map(|()| (pixmap, model)))
}
