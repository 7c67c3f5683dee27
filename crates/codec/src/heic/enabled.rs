//! HEIC in a build with it: sizes and properties by the container, samples by the library.

use palmette_core::{Reading, Size};

use super::libheif;
use crate::cicp::Cicp;
use crate::heif::{Coding, Nclx, Picture, Prefer, View};
use crate::planar::{Chroma, Conversion, Rows};
use crate::reader::{Opened, PixelRows};
use crate::{Cause, DecodeOptions, Error, Format, Note, Probe, WorkingMemory};

/// What a file means that names no colours, and whose bitstream names none either.
const UNNAMED: Nclx = Nclx { cicp: Cicp { primaries: 2, transfer: 2 }, matrix: 2, is_full_range: true };

/// Bytes that the library holds for a pixel: planes of the picture, of a tile, and what it notes of blocks.
const PIXEL_BYTES: u64 = 8;

/// Returns the version of the machine's libheif; `None` if it is not installed. The first call loads it.
#[must_use]
pub fn version() -> Option<&'static str> {
    libheif::library().ok().map(libheif::Library::version)
}

/// Reads size and properties from the boxes; the library is not asked.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let picture = read(bytes)?;
    let orientation = picture.view.orientation;
    let stored = picture.color.size;
    let memory = WorkingMemory::library(stored.area().saturating_mul(PIXEL_BYTES));
    Ok(Probe {
        memory: orientation.with_memory(memory, stored),
        reading: memory,
        stored_size: orientation.displayed(stored),
        notes: notes(&picture),
        ..Probe::still(Format::Heic, picture.view.area.size, orientation)
    })
}

/// Opens a file to be read.
pub(crate) fn open<'a>(bytes: &'a [u8], reading: &Reading, options: &DecodeOptions) -> Result<Opened<'a>, Error> {
    let picture = read(bytes)?;
    picture.check_sizes(&options.limits)?;
    let (View { area, orientation }, options) = (picture.view, *options);
    let open = move || Ok(Box::new(ImageRows::decode(bytes, &picture, &options)?) as Box<dyn PixelRows>);
    Opened::by_rows(area.size, orientation, reading, Box::new(open))
}

/// The picture of the library, which becomes pixels a row at a time.
struct ImageRows<'a> {
    image: libheif::Image<'a>,
    size: Size,
    has_alpha: bool,
    rows: Rows,
}

impl<'a> ImageRows<'a> {
    /// Decodes the picture.
    fn decode(bytes: &'a [u8], picture: &Picture<'a>, options: &DecodeOptions) -> Result<Self, Error> {
        let size = picture.color.size;
        options.deadline.check()?;
        let library = libheif::library()?;
        let image = library.decode(bytes, options.limits.max_side_px)?;
        options.deadline.check()?;
        let planes = image.planes(size).ok_or_else(does_not_fit)?;
        // Red, green and blue come as planes of their own, which is a matrix, too.
        let colors = if image.is_rgb() {
            Nclx { matrix: 0, is_full_range: true, ..picture.nclx.unwrap_or(UNNAMED) }
        } else {
            picture.nclx.or_else(|| image.colors()).unwrap_or(UNNAMED)
        };
        let alpha = picture.alpha.as_ref().and_then(|_| image.alpha(size));
        let conversion = Conversion {
            colors,
            to_srgb: picture.to_srgb(colors, planes.format().chroma == Chroma::None),
            alpha: alpha.map(|planes| (planes.format().bits, true)),
            is_premultiplied: picture.is_premultiplied && alpha.is_some(),
        };
        let (rows, has_alpha) = (Rows::new(conversion, &planes, picture.view.area)?, alpha.is_some());
        Ok(Self { image, size, has_alpha, rows })
    }
}

impl PixelRows for ImageRows<'_> {
    fn read_row(&mut self, y: u32, pixels: &mut [u8]) -> Result<(), Error> {
        let planes = self.image.planes(self.size).ok_or_else(does_not_fit)?;
        let alpha = if self.has_alpha { self.image.alpha(self.size) } else { None };
        self.rows.write(&planes, alpha.as_ref(), y, pixels);
        Ok(())
    }

    fn take_damage(&mut self) -> Option<Cause> {
        None
    }
}

/// Reads the container of a picture that can be decoded.
fn read(bytes: &[u8]) -> Result<Picture<'_>, Error> {
    let picture = Picture::read(bytes, Prefer::Items).map_err(|fault| fault.into_error(Format::Heic))?;
    if picture.color.coding != Coding::Hevc {
        return Err(Error::UnsupportedInput { name: "HEIC of a coding other than HEVC" });
    }
    if picture.frame_count > 1 {
        return Err(Error::UnsupportedInput { name: "HEIC of a sequence alone" });
    }
    Ok(picture)
}

/// Says what is not followed of the colours that a file names.
fn notes(picture: &Picture<'_>) -> Vec<Note> {
    let numbers = picture.nclx.filter(|_| picture.icc.is_none());
    numbers.map(|colors| colors.cicp.notes()).unwrap_or_default()
}

/// Makes the error of a picture of another size than its container says.
fn does_not_fit() -> Error {
    Error::Damaged { format: Format::Heic, source: Cause::new("its bitstream does not fit its container") }
}
