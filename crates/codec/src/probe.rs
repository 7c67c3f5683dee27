//! The header of a file, without decoding a pixel.

use std::fmt;

use palmette_core::{Layout, Orientation, Size};

use crate::{Error, Format, WorkingMemory, formats, guard, orient, sniff};

/// A picture as described by its header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// The format, by its first bytes.
    pub format: Format,
    /// The size as displayed, that is after the orientation of the file was applied.
    pub size: Size,
    /// The size that a decoder has to hold, turned like the picture: along each side at least that of [`size`](Self::size).
    ///
    /// Larger where the picture is cut out of something: in a GIF the larger of the screen and the largest frame along
    /// each side, in an AVIF the coded size. The cost of decoding depends on this one.
    pub stored_size: Size,
    /// How to turn the picture upright; rows come as they are stored.
    pub orientation: Orientation,
    /// How the file stores its samples, for reading by rows.
    ///
    /// Planes, of a JPEG in YCbCr or grey with chroma of full or half size along each axis, and of an AVIF with the same planes
    /// (8 bits, full range, the matrix of BT.601), without alpha, and uncut; where no profile changes colours. All else is read
    /// as RGBA; so is lossy WebP, whose planes have fewer levels: to bring them to full range would round them once more.
    pub layout: Layout,
    /// Whether each of these planes can be read at 1/2, 1/4 and 1/8 of its size, too: so many times its spacing.
    pub is_reducible: bool,
    /// Whether the file holds more than one frame.
    pub is_animated: bool,
    /// The frames that [`animation()`](crate::animation()) gives; 1 for every format but GIF and WebP.
    pub frame_count: u32,
    /// The copyright notice of its EXIF, if it has one; not read from AVIF.
    pub copyright: Option<String>,
    /// Whether its pixels may be anything but opaque, as far as its header tells.
    pub has_alpha: bool,
    /// The memory for decoding it, besides the picture itself; of an animation, for one frame.
    pub memory: WorkingMemory,
    /// The memory for reading it by rows, besides the rows.
    pub(crate) reading: WorkingMemory,
    /// Whether reading it by rows decodes the whole picture at once, which is then lent, or given away.
    pub is_read_whole: bool,
    /// Statements of the file about its pixels that decoding does not follow; it may explain an unexpected result.
    pub notes: Vec<Note>,
}

/// Something that a file says of its pixels, and that decoding does not follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The profile makes no sense, or is of a kind that is not followed; pixels are taken for sRGB.
    Profile,
    /// The primaries, by their number in ITU-T H.273, are not known; pixels are taken for those of sRGB.
    Primaries {
        /// The number.
        code: u8,
    },
    /// The transfer curve, by its number in ITU-T H.273, is not known; pixels are taken for that of sRGB.
    Transfer {
        /// The number.
        code: u8,
    },
    /// The transfer curve, PQ or HLG, reaches beyond white: everything brighter is cut off, not tone mapped.
    HighDynamicRange,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile => f.write_str("its profile is not followed"),
            Self::Primaries { code } => write!(f, "its colour primaries, {code}, are not followed"),
            Self::Transfer { code } => write!(f, "its transfer curve, {code}, is not followed"),
            Self::HighDynamicRange => f.write_str("what is brighter than white is cut off: HDR is not tone mapped"),
        }
    }
}

impl Probe {
    /// Returns the size of the picture as it is read by rows, before it is made upright.
    #[must_use]
    pub const fn rows_size(&self) -> Size {
        self.orientation.turned(self.size)
    }

    /// Makes the description of a still picture of a size as stored, without a notice, that may have alpha, is read as RGBA, and
    /// takes no memory to speak of to decode.
    pub(crate) const fn still(format: Format, stored: Size, orientation: orient::Orientation) -> Self {
        let size = orientation.displayed(stored);
        Self {
            format,
            size,
            stored_size: size,
            orientation: orientation.steps(),
            layout: Layout::Rgba,
            is_reducible: false,
            is_animated: false,
            frame_count: 1,
            copyright: None,
            has_alpha: true,
            memory: WorkingMemory { own_bytes: 0, library_bytes: 0 },
            reading: WorkingMemory { own_bytes: 0, library_bytes: 0 },
            is_read_whole: false,
            notes: Vec::new(),
        }
    }
}

/// Reads the header of a picture.
///
/// # Errors
///
/// Those of [`sniff()`], [`Error::Damaged`] if the header is cut off or makes no sense, and [`Error::Disabled`]. The
/// size is *not* checked against limits: [`Limits::check`](palmette_core::Limits::check) does that.
pub fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let format = sniff(bytes)?;
    guard::reading(format, || formats::probe(format, bytes))
}
