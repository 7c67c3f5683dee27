//! Pixels or planes to a JPEG, band by band.

use palmette_core::{Band, Deadline, Layout, Size, Spacing};
use palmette_jpeg::encode::{Coding, Encoder, Error as JpegError, Options, PlaneRows, Sampling};
use palmette_ops::Color;

use crate::flatten::flatten_pixels;
use crate::writer::RowWriter;
use crate::writer::gather::{Gather, PlaneSlices};
use crate::{Cause, EncodeFormat, EncodeOptions, Error, Kept, WorkingMemory, exif};

/// From this quality on chroma keeps its full size.
const FULL_CHROMA_QUALITY: u8 = 90;

/// Pictures of fewer pixels are baseline: a preview of so little gains nothing.
const MIN_PROGRESSIVE_AREA_PX: u64 = 50 * 50;
/// Pictures of more pixels are baseline: scans need all coefficients in memory, in both encoder and viewer.
const MAX_PROGRESSIVE_AREA_PX: u64 = 3000 * 3000;

/// The longest EXIF that fits into a segment; a notice that is longer is left out.
const MAX_EXIF_BYTES: usize = 65_527;

/// Bytes of a band for each of its columns: 16 rows of pixels that were gathered, and of the planes made of them.
const BAND_BYTES: u64 = 16 * (4 + 3);

/// A JPEG that grows with the rows of its picture.
pub(crate) struct Writer {
    encoder: Encoder<Vec<u8>>,
    gather: Gather,
    layout: Layout,
    /// The bytes of a row of each plane.
    strides: [usize; Layout::MAX_PLANES],
    background: Color,
    deadline: Deadline,
    kept: Kept,
}

impl Writer {
    /// Starts a file, with what is kept of another one, or an EXIF of nothing but a copyright notice, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] for a size that a JPEG cannot have, [`Error::Core`] for planes that it cannot have, or if memory
    /// runs out.
    pub(crate) fn new(options: &EncodeOptions, size: Size, layout: Layout) -> Result<Self, Error> {
        let quality = options.lossy_quality();
        let exif = options.copyright.as_deref().map(exif::copyright_only).filter(|exif| exif.len() <= MAX_EXIF_BYTES);
        let jpeg = Options {
            quality: options.setting.unwrap_or(quality).clamp(1, 100),
            sampling: sampling(layout, quality)?,
            coding: if options.is_baseline { Coding::Baseline } else { coding(size) },
            exif: exif.as_deref().filter(|_| options.kept.is_empty()),
            ..Options::default()
        };
        let encoder = Encoder::new(Vec::new(), size.width, size.height, &jpeg).map_err(failed)?;
        let gather = Gather::new(size, layout, encoder.band_rows());
        let mut strides = [0; Layout::MAX_PLANES];
        for (plane, stride) in strides.iter_mut().enumerate().take(layout.planes()) {
            *stride = layout.row_bytes(plane, size);
        }
        let background = options.background.unwrap_or(Color::WHITE);
        let (deadline, kept) = (options.deadline, options.kept.clone());
        Ok(Self { encoder, gather, layout, strides, background, deadline, kept })
    }
}

impl RowWriter for Writer {
    fn push(&mut self, band: Band<'_>) -> Result<(), Error> {
        let Self { encoder, gather, layout, strides, background, deadline, .. } = self;
        gather.push(band, |rows: PlaneSlices<'_>| {
            deadline.check()?;
            let written = if layout.is_rgba() {
                let [pixels, ..] = rows;
                flatten_pixels(pixels, *background);
                encoder.write_rgba_band(pixels)
            } else {
                let [y, cb, cr] = rows.map(|samples| &*samples);
                let [y, cb, cr] = [(y, strides[0]), (cb, strides[1]), (cr, strides[2])]
                    .map(|(samples, stride)| PlaneRows { samples, stride });
                encoder.write_band(&[y, cb, cr][..layout.planes()])
            };
            written.map_err(failed)
        })
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error> {
        self.gather.check_whole()?;
        let Self { encoder, kept, .. } = *self;
        kept.put_into(encoder.finish().map_err(failed)?)
    }
}

/// Returns the spacing of chroma that is best at a quality.
pub(crate) const fn planes_taken(quality: u8) -> Spacing {
    if quality >= FULL_CHROMA_QUALITY { Spacing::ONE } else { Spacing::new(2, 2) }
}

/// Says what encoding a picture holds: tokens of its symbols, if they are written more than once, the file, and a band.
pub(crate) fn encoding_memory(size: Size, quality: u8) -> WorkingMemory {
    let tokens = match (coding(size), planes_taken(quality)) {
        (Coding::Progressive, Spacing::ONE) => 6,
        (Coding::Progressive, _) => 4,
        _ => 0,
    };
    WorkingMemory::own(size.area() * (tokens + 1) + u64::from(size.width) * BAND_BYTES)
}

/// Chooses how chroma is sampled: as planes have it, or as it is best at a quality.
fn sampling(layout: Layout, quality: u8) -> Result<Sampling, Error> {
    let wanted = planes_taken(quality);
    let chroma = match layout {
        Layout::Rgba => Some(wanted),
        Layout::Planes { luma: Spacing::ONE, chroma: None } => return Ok(Sampling::Gray),
        Layout::Planes { luma: Spacing::ONE, chroma } => chroma,
        Layout::Planes { .. } => None,
    };
    match chroma.map(|Spacing { x, y }| (x, y)) {
        Some((1, 1)) => Ok(Sampling::S444),
        Some((2, 1)) => Ok(Sampling::S422),
        Some((1, 2)) => Ok(Sampling::S440),
        Some((2, 2)) => Ok(Sampling::S420),
        _ => Err(palmette_core::Error::WrongLayout { expected: Layout::ycc(wanted), actual: layout }.into()),
    }
}

/// Chooses how coefficients are coded.
fn coding(size: Size) -> Coding {
    match (MIN_PROGRESSIVE_AREA_PX..=MAX_PROGRESSIVE_AREA_PX).contains(&size.area()) {
        true => Coding::Progressive,
        false => Coding::Baseline,
    }
}

/// Translates a failure of the encoder.
fn failed(error: JpegError) -> Error {
    match error {
        JpegError::Memory { bytes } => Error::Core(palmette_core::Error::OutOfMemory { bytes: bytes as u64 }),
        error => Error::Encode { format: EncodeFormat::Jpeg, source: Cause::from(error) },
    }
}
