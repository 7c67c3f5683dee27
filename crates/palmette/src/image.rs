//! A source whose header was read: a file, or pixels that a program made, or a text that was laid out.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use palmette_codec::Probe;
use palmette_core::plan::{ReadStep, ReadingMemory, Source, Value};
use palmette_core::rows::{CropRows, LentRows, PictureRows};
use palmette_core::{Error as CoreError, Layout, Limits, Orientation, Pixmap, Rectangle, Rows, Size};

use crate::text::Typeset;

/// Names pixels that are no file, as [`OutputFormat::Rgba`](palmette_protocol::OutputFormat::Rgba) is named.
const PIXELS: &str = "rgba";

/// Names a text.
const TEXT: &str = "text";

/// A source whose header was read. Clones share the bytes.
#[derive(Clone)]
pub(crate) enum Image {
    /// A file, encoded.
    File {
        bytes: Bytes,
        /// Apart, since it is many times as large as the rest.
        probe: Arc<Probe>,
    },
    /// Pixels of a program.
    Pixels(Arc<Pixmap>),
    /// A text, laid out.
    Text(Arc<Typeset>),
}

impl Image {
    /// Reads the header of a file and checks its sizes.
    pub(crate) fn file(bytes: Bytes, limits: &Limits) -> Result<Self, palmette_codec::Error> {
        let probe = Arc::new(palmette_codec::probe(&bytes)?);
        let image = Self::File { bytes, probe };
        image.check(limits)?;
        Ok(image)
    }

    /// Checks every size that the source has.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), CoreError> {
        limits.check(self.size())?;
        match self {
            Self::File { probe, .. } => limits.check(probe.stored_size),
            Self::Pixels(_) | Self::Text(_) => Ok(()),
        }
    }

    /// Returns the probe of a file.
    pub(crate) fn probe(&self) -> Option<&Probe> {
        match self {
            Self::File { probe, .. } => Some(probe),
            Self::Pixels(_) | Self::Text(_) => None,
        }
    }

    /// Returns the text, if it is one.
    pub(crate) fn text(&self) -> Option<&Typeset> {
        match self {
            Self::Text(text) => Some(text),
            Self::File { .. } | Self::Pixels(_) => None,
        }
    }

    /// Returns the media type of a file; bare pixels and texts, which have none, get a name of their own.
    pub(crate) fn format(&self) -> &'static str {
        match self {
            Self::File { probe, .. } => probe.format.mime(),
            Self::Pixels(_) => PIXELS,
            Self::Text(_) => TEXT,
        }
    }

    /// Returns the size as displayed.
    pub(crate) fn size(&self) -> Size {
        match self {
            Self::File { probe, .. } => probe.size,
            Self::Pixels(pixmap) => pixmap.size(),
            Self::Text(text) => text.size(),
        }
    }

    /// Returns all bytes: of the file, of the pixels, or of the characters.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::File { bytes, .. } => bytes,
            Self::Pixels(pixmap) => pixmap.data(),
            Self::Text(text) => text.content().as_bytes(),
        }
    }

    /// Returns the number of frames.
    pub(crate) fn frame_count(&self) -> u32 {
        self.probe().map_or(1, |probe| probe.frame_count)
    }

    /// Tells whether pixels may be anything but opaque. Those of a program are not looked at to know.
    pub(crate) fn has_alpha(&self) -> bool {
        self.probe().is_none_or(|probe| probe.has_alpha)
    }

    /// Says in the planner's words how the source is stored.
    pub(crate) fn stored(&self) -> Source {
        match self {
            Self::File { probe, .. } => Source {
                stored: Value { size: probe.rows_size(), layout: probe.layout },
                orientation: probe.orientation,
                is_reducible: probe.is_reducible,
            },
            Self::Pixels(_) | Self::Text(_) => Source {
                stored: Value { size: self.size(), layout: Layout::Rgba },
                orientation: Orientation::AS_STORED,
                is_reducible: false,
            },
        }
    }

    /// Estimates the memory for reading the source as a plan does, and the share of a C library in it. Pixels of a program are lent,
    /// which takes next to nothing; a text is drawn whole.
    pub(crate) fn reading(&self, read: &ReadStep) -> (ReadingMemory, u64) {
        let probe = match self {
            Self::File { probe, .. } => probe,
            Self::Pixels(_) => return (ReadingMemory::default(), 0),
            Self::Text(text) => {
                let held = ReadingMemory { before: text.drawing_bytes(), bytes: text.size().bytes(), is_whole: true };
                return (held, 0);
            }
        };
        let held = palmette_codec::reading_memory(probe, &read.reading);
        let is_whole = probe.is_read_whole;
        (ReadingMemory { before: held.own_bytes, bytes: held.own_bytes, is_whole }, held.library_bytes)
    }
}

/// Gives the rows of pixels, or of a part of them.
pub(crate) fn rows_of_pixels<'a>(pixmap: &'a Pixmap, read: &ReadStep) -> Result<Box<dyn Rows + 'a>, CoreError> {
    Ok(window(Box::new(LentRows::of_pixmap(pixmap)?), read))
}

/// Gives the rows of pixels that nobody else needs, or of a part of them.
pub(crate) fn rows_of_drawn(pixmap: Pixmap, read: &ReadStep) -> Box<dyn Rows> {
    window(Box::new(PictureRows::new(pixmap.into())), read)
}

/// Cuts out the part that is read.
fn window<'a>(rows: Box<dyn Rows + 'a>, read: &ReadStep) -> Box<dyn Rows + 'a> {
    if read.reading.window.is_none() {
        return rows;
    }
    let Rectangle { left, top, size } = read.reading.window_of(rows.size());
    Box::new(CropRows::new(rows, left, top, size))
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({}, {} pixels, {} bytes)", self.format(), self.size(), self.bytes().len())
    }
}
