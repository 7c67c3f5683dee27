//! JPEG of rare processes, read by libjpeg-turbo.

use palmette_core::{Limits, Pixmap};

use super::Samples;
use super::markers::Header;
use super::turbo::{Decoder, Failure};
use crate::{Cause, Error, Format};

/// The most scans that a progressive file may have.
///
/// Every scan walks the whole picture however few bytes it has, so a small file of many scans costs minutes. Encoders
/// write about 10; a file can hold a few hundred that each say something new, which nobody has a reason to write.
const MAX_SCANS: i32 = 100;

/// Decodes the samples as they are stored. A damaged file is refused.
///
/// # Errors
///
/// [`Error::Damaged`], and [`Error::Core`] for limits and memory.
pub(super) fn decode(header: &Header<'_>, bytes: &[u8], limits: &Limits) -> Result<Samples, Error> {
    match decode_samples(bytes, limits)? {
        Err(failure) if failure.is_harmless() => match header.cleaned(bytes)? {
            Some(clean) => decode_samples(&clean, limits)?,
            None => Err(failure),
        },
        result => result,
    }
    .map_err(|failure| Error::Damaged { format: Format::Jpeg, source: Cause::from(failure) })
}

/// Decodes the samples of a file that may have to be cleaned first.
///
/// # Errors
///
/// Outer: the limits, and memory. Inner: what the library said.
fn decode_samples(bytes: &[u8], limits: &Limits) -> Result<Result<Samples, Failure>, Error> {
    let decoder = match Decoder::open(bytes, MAX_SCANS) {
        Ok(decoder) => decoder,
        Err(failure) => return Ok(Err(failure)),
    };
    let (size, model) = (decoder.size(), decoder.model());
    limits.check(size)?;
    let mut pixmap = Pixmap::filled(size, [0; 4])?;
    Ok(decoder.decode(pixmap.data_mut()).map(|()| Samples { pixmap, model, damage: None }))
}
