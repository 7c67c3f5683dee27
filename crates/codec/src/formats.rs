//! From the name of a format to its module. The only place that knows which formats are in this build.

use std::num::NonZeroU32;

use palmette_core::{Picture, Pixmap, Reading, Size, Spacing};

use crate::animation::Layout;
use crate::reader::Opened;
use crate::writer::RowWriter;

#[cfg(feature = "avif")]
use crate::avif;
#[cfg(feature = "extra")]
use crate::extra;
#[cfg(feature = "gif")]
use crate::gif;
#[cfg(feature = "heic")]
use crate::heic;
#[cfg(feature = "jpeg")]
use crate::jpeg;
#[cfg(feature = "png")]
use crate::png;
#[cfg(feature = "webp")]
use crate::webp;
use crate::{DecodeOptions, Decoded, EncodeFormat, EncodeOptions, Error, Format, Probe, WorkingMemory, decode_as};

/// Reads the header of a file of the given format.
pub(crate) fn probe(format: Format, bytes: &[u8]) -> Result<Probe, Error> {
    match format {
        #[cfg(feature = "jpeg")]
        Format::Jpeg => jpeg::probe(bytes),
        #[cfg(feature = "png")]
        Format::Png => png::probe(bytes),
        #[cfg(feature = "gif")]
        Format::Gif => gif::probe(bytes),
        #[cfg(feature = "webp")]
        Format::Webp => webp::probe(bytes),
        #[cfg(feature = "avif")]
        Format::Avif => avif::probe(bytes),
        #[cfg(feature = "heic")]
        Format::Heic => heic::probe(bytes),
        #[cfg(feature = "extra")]
        Format::Bmp | Format::Tiff | Format::Ico | Format::Qoi | Format::Pnm => extra::probe(format, bytes),
        #[cfg(not(all(
            feature = "jpeg",
            feature = "png",
            feature = "gif",
            feature = "webp",
            feature = "avif",
            feature = "heic",
            feature = "extra"
        )))]
        format => Err(Error::Disabled { name: format.mime() }),
    }
}

/// Opens a file of the given format to be read.
pub(crate) fn open<'a>(
    format: Format,
    bytes: &'a [u8],
    reading: &Reading,
    options: &DecodeOptions,
) -> Result<Opened<'a>, Error> {
    if !reading.layout.is_rgba() && !matches!(format, Format::Jpeg | Format::Avif) {
        return Err(wrong_layout(reading.layout, palmette_core::Layout::Rgba));
    }
    match format {
        #[cfg(feature = "jpeg")]
        Format::Jpeg => jpeg::open(bytes, reading, options),
        #[cfg(feature = "png")]
        Format::Png => png::open(bytes, reading, options),
        #[cfg(feature = "gif")]
        Format::Gif => gif::open(bytes, reading, options),
        #[cfg(feature = "webp")]
        Format::Webp => webp::open(bytes, reading, options),
        #[cfg(feature = "avif")]
        Format::Avif => avif::open(bytes, reading, options),
        #[cfg(feature = "heic")]
        Format::Heic => heic::open(bytes, reading, options),
        #[cfg(feature = "extra")]
        Format::Bmp | Format::Tiff | Format::Ico | Format::Qoi | Format::Pnm => {
            extra::open(format, bytes, reading, options)
        }
        #[cfg(not(all(
            feature = "jpeg",
            feature = "png",
            feature = "gif",
            feature = "webp",
            feature = "avif",
            feature = "heic",
            feature = "extra"
        )))]
        format => Err(Error::Disabled { name: format.mime() }),
    }
}

/// Reads a file of the given format in several ways at once, all of them in planes; nothing if that would save nothing.
pub(crate) fn read_together(
    format: Format,
    bytes: &[u8],
    readings: &[Reading],
    options: &DecodeOptions,
) -> Result<Option<Vec<Picture>>, Error> {
    match format {
        #[cfg(feature = "jpeg")]
        Format::Jpeg => jpeg::read_together(bytes, readings, options),
        _ => Ok(None),
    }
}

/// Frames of any format, decoded one at a time.
#[derive(Debug)]
pub(crate) enum Frames<'a> {
    /// The one frame of a picture of a format that does not move here.
    Still(Format, &'a [u8], DecodeOptions),
    #[cfg(feature = "gif")]
    Gif(Box<gif::Frames<'a>>),
    #[cfg(feature = "webp")]
    Webp(Box<webp::Frames<'a>>),
}

impl Frames<'_> {
    /// Decodes the next frame; returns the canvas as it is then, and the delay in milliseconds.
    pub(crate) fn next_frame(&mut self) -> Result<(Decoded, u32), Error> {
        match self {
            Self::Still(format, bytes, options) => Ok((decode_as(*format, bytes, options)?, 0)),
            #[cfg(feature = "gif")]
            Self::Gif(frames) => frames.next_frame(),
            #[cfg(feature = "webp")]
            Self::Webp(frames) => frames.next_frame(),
        }
    }
}

/// Counts the frames of a file of the given format, and prepares to decode them.
pub(crate) fn animation<'a>(
    format: Format,
    bytes: &'a [u8],
    options: &DecodeOptions,
) -> Result<(Layout, Frames<'a>), Error> {
    match format {
        #[cfg(feature = "gif")]
        Format::Gif => gif::animation(bytes, options).map(|(layout, frames)| (layout, Frames::Gif(Box::new(frames)))),
        #[cfg(feature = "webp")]
        Format::Webp if webp::is_animation(bytes) => {
            webp::animation(bytes, options).map(|(layout, frames)| (layout, Frames::Webp(Box::new(frames))))
        }
        format => {
            let size = probe(format, bytes)?.size;
            options.limits.check(size)?;
            let layout = Layout { size, frame_count: 1, plays: Some(NonZeroU32::MIN) };
            Ok((layout, Frames::Still(format, bytes, *options)))
        }
    }
}

/// A file of frames as it grows.
#[derive(Debug)]
pub(crate) enum Writer {
    #[cfg(feature = "gif")]
    Gif(gif::Writer),
    #[cfg(feature = "webp")]
    Webp(webp::Writer),
}

impl Writer {
    /// Starts a file.
    pub(crate) fn new(options: &EncodeOptions, size: Size, plays: Option<NonZeroU32>) -> Result<Self, Error> {
        match options.format {
            #[cfg(feature = "gif")]
            EncodeFormat::Gif => gif::Writer::new(size, plays).map(Self::Gif),
            #[cfg(feature = "webp")]
            EncodeFormat::Webp => webp::Writer::new(options, size, plays).map(Self::Webp),
            #[cfg(not(all(feature = "gif", feature = "webp")))]
            format @ (EncodeFormat::Gif | EncodeFormat::Webp) => Err(Error::Disabled { name: format.as_str() }),
            format => Err(Error::UnsupportedOutput { format }),
        }
    }

    /// Adds a frame of the size of the canvas.
    pub(crate) fn push(&mut self, pixmap: Pixmap, delay_ms: u32) -> Result<(), Error> {
        // The place, not a reference to it: in a build without either format there is none.
        match *self {
            #[cfg(feature = "gif")]
            Self::Gif(ref mut writer) => writer.push(pixmap, delay_ms),
            #[cfg(feature = "webp")]
            Self::Webp(ref mut writer) => writer.push(pixmap, delay_ms),
        }
    }

    /// Returns the bytes that the file takes in memory by now, spare ones included.
    pub(crate) fn file_bytes(&self) -> usize {
        match *self {
            #[cfg(feature = "gif")]
            Self::Gif(ref writer) => writer.file_bytes(),
            #[cfg(feature = "webp")]
            Self::Webp(ref writer) => writer.file_bytes(),
        }
    }

    /// Ends the file.
    pub(crate) fn finish(self) -> Result<Vec<u8>, Error> {
        match self {
            #[cfg(feature = "gif")]
            Self::Gif(writer) => writer.finish(),
            #[cfg(feature = "webp")]
            Self::Webp(writer) => writer.finish(),
        }
    }
}

/// Returns the memory for encoding a picture of a size in the given format, besides its pixels.
pub(crate) fn encoding_memory(options: &EncodeOptions, size: Size, has_alpha: bool) -> WorkingMemory {
    match options.format {
        #[cfg(feature = "jpeg")]
        EncodeFormat::Jpeg => jpeg::encoding_memory(size, options.lossy_quality()),
        #[cfg(feature = "png")]
        EncodeFormat::Png => png::encoding_memory(size),
        #[cfg(feature = "gif")]
        EncodeFormat::Gif => gif::encoding_memory(size),
        #[cfg(feature = "webp")]
        EncodeFormat::Webp => webp::encoding_memory(size, options.lossy_quality(), has_alpha),
        #[cfg(feature = "avif")]
        EncodeFormat::Avif => avif::encoding_memory(size, options.lossy_quality(), has_alpha),
        // Bare pixels become the file where they are. A format that was left out is refused before it takes anything.
        _ => WorkingMemory::default(),
    }
}

/// Tells whether a format is written by rows.
pub(crate) const fn takes_rows(format: EncodeFormat) -> bool {
    cfg!(feature = "jpeg") && matches!(format, EncodeFormat::Jpeg)
}

/// Returns the spacing of chroma that a format that takes planes is best given.
pub(crate) fn planes_taken(options: &EncodeOptions) -> Option<Spacing> {
    match options.format {
        #[cfg(feature = "jpeg")]
        EncodeFormat::Jpeg => Some(jpeg::planes_taken(options.lossy_quality())),
        #[cfg(feature = "webp")]
        EncodeFormat::Webp => webp::planes_taken(options.lossy_quality()),
        #[cfg(feature = "avif")]
        EncodeFormat::Avif => Some(avif::planes_taken(options.lossy_quality())),
        _ => None,
    }
}

/// Checks that a format that is written at once takes planes of a layout.
pub(crate) fn check_planes(options: &EncodeOptions, layout: palmette_core::Layout) -> Result<(), Error> {
    let Some(wanted) = planes_taken(options) else {
        return Err(wrong_layout(palmette_core::Layout::Rgba, layout));
    };
    let is_taken = match options.format {
        #[cfg(feature = "webp")]
        EncodeFormat::Webp => webp::takes_planes(layout),
        #[cfg(feature = "avif")]
        EncodeFormat::Avif => avif::takes_planes(layout),
        _ => false,
    };
    if is_taken { Ok(()) } else { Err(wrong_layout(palmette_core::Layout::ycc(wanted), layout)) }
}

/// Makes the error of planes that a format does not take.
const fn wrong_layout(expected: palmette_core::Layout, actual: palmette_core::Layout) -> Error {
    Error::Core(palmette_core::Error::WrongLayout { expected, actual })
}

/// Encodes planes that [were checked](check_planes) as the given format.
pub(crate) fn encode_planes(picture: Picture, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    match options.format {
        #[cfg(feature = "webp")]
        EncodeFormat::Webp => webp::encode_planes(picture, options),
        #[cfg(feature = "avif")]
        EncodeFormat::Avif => avif::encode_planes(&picture, options),
        _ => Err(wrong_layout(palmette_core::Layout::Rgba, picture.layout())),
    }
}

/// Starts a file of a picture that comes by rows; nothing for a format that is written at once.
pub(crate) fn row_writer(
    options: &EncodeOptions,
    size: Size,
    layout: palmette_core::Layout,
) -> Result<Option<Box<dyn RowWriter>>, Error> {
    match options.format {
        #[cfg(feature = "jpeg")]
        EncodeFormat::Jpeg => Ok(Some(Box::new(jpeg::Writer::new(options, size, layout)?))),
        _ => Ok(None),
    }
}

/// Encodes as the given format, which is none of bare pixels.
pub(crate) fn encode(pixmap: Pixmap, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    match options.format {
        #[cfg(feature = "png")]
        EncodeFormat::Png => png::encode(&pixmap, options),
        #[cfg(feature = "gif")]
        EncodeFormat::Gif => gif::encode(pixmap),
        #[cfg(feature = "webp")]
        EncodeFormat::Webp => webp::encode(&pixmap, options),
        #[cfg(feature = "avif")]
        EncodeFormat::Avif => avif::encode(&pixmap, options),
        #[cfg(not(all(feature = "png", feature = "gif", feature = "webp", feature = "avif")))]
        format @ (EncodeFormat::Png | EncodeFormat::Gif | EncodeFormat::Webp | EncodeFormat::Avif) => {
            Err(Error::Disabled { name: format.as_str() })
        }
        // With its feature it is written by rows.
        format @ EncodeFormat::Jpeg => Err(Error::Disabled { name: format.as_str() }),
        format @ (EncodeFormat::Rgb | EncodeFormat::Rgba) => Err(Error::UnsupportedOutput { format }),
    }
}
