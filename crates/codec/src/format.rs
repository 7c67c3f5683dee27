//! The formats that come in and the formats that go out, with their names on the wire.

use std::fmt;

use palmette_core::{Deadline, IdleCores};
use palmette_ops::Color;

use crate::Kept;

/// The formats that are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Baseline, progressive, lossless and arithmetic JPEG of 8 bits.
    Jpeg,
    /// PNG; of an APNG the picture that viewers without animation show.
    Png,
    /// GIF 87a and 89a.
    Gif,
    /// WebP, lossy, lossless and animated.
    Webp,
    /// AVIF, still pictures.
    Avif,
    /// HEIC, still pictures; decoded by the machine's own libheif, where it is installed.
    Heic,
    /// Windows bitmaps.
    Bmp,
    /// TIFF and BigTIFF of integers; of several pictures the first.
    Tiff,
    /// Icons of Windows; of several pictures the largest.
    Ico,
    /// QOI.
    Qoi,
    /// Portable any-maps, `P1` to `P7`.
    Pnm,
}

impl Format {
    /// Every format that is decoded.
    pub const ALL: [Self; 11] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::Webp,
        Self::Avif,
        Self::Heic,
        Self::Bmp,
        Self::Tiff,
        Self::Ico,
        Self::Qoi,
        Self::Pnm,
    ];

    /// Returns the media type, such as `image/png`.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
            Self::Heic => "image/heic",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Ico => "image/vnd.microsoft.icon",
            Self::Qoi => "image/qoi",
            Self::Pnm => "image/x-portable-anymap",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mime())
    }
}

/// The formats that are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EncodeFormat {
    /// JPEG: opaque, progressive at ordinary sizes.
    Jpeg,
    /// PNG: lossless; with a quality below 100 a palette.
    Png,
    /// GIF: up to 256 colours a frame, binary alpha.
    Gif,
    /// WebP: lossy, and lossless at quality 100.
    Webp,
    /// AVIF: lossy, 8 bits.
    Avif,
    /// Bare bytes: red, green, blue, row by row, flattened as JPEG is.
    Rgb,
    /// Bare bytes: red, green, blue, straight alpha, row by row.
    Rgba,
}

impl EncodeFormat {
    /// Returns the name in the form field `output_format`: a media type, `rgb` or `rgba`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
            Self::Rgb => "rgb",
            Self::Rgba => "rgba",
        }
    }

    /// Tells whether the format holds animations.
    #[must_use]
    pub const fn can_move(self) -> bool {
        matches!(self, Self::Gif | Self::Webp)
    }

    /// Returns the content type of the file; bare bytes are `application/octet-stream`.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Rgb | Self::Rgba => "application/octet-stream",
            picture => picture.as_str(),
        }
    }
}

/// How a picture is written.
#[derive(Clone, Debug)]
pub struct EncodeOptions {
    /// The format.
    pub format: EncodeFormat,
    /// 1 to 100, clamped; absent means [`EncodeOptions::DEFAULT_QUALITY`] where a format is lossy. One scale for all of them: a
    /// number gives about the same score on photos. PNG takes any as leave to use a palette; GIF knows none.
    pub quality: Option<u8>,
    /// The number for a lossy encoder in place of the one that [`quality`](Self::quality) stands for: 0 to 100 for WebP, a quantiser of 63
    /// to 0 for AVIF, a quality of 1 to 100 for JPEG; clamped. Everything else still follows `quality`. It is there to measure
    /// the meaning of a number of `quality`. Default: absent.
    pub setting: Option<u8>,
    /// A colour that is laid under the picture first; absent means white where a format has no alpha, else none.
    pub background: Option<Color>,
    /// The copyright notice of a JPEG, see [`Probe::copyright`](crate::Probe::copyright); other formats keep none.
    pub copyright: Option<String>,
    /// Metadata of a JPEG for a JPEG; if there is some, it stands for [`copyright`](Self::copyright) too. Default: nothing.
    pub kept: Kept,
    /// Whether a JPEG is baseline whatever its size. Default: no.
    pub is_baseline: bool,
    /// After this moment encoders stop, as soon as they can: between rows or frames. Default: never.
    pub deadline: Deadline,
    /// Cores that an encoder which takes long may use beside its own. The file is the same whatever their number. Default: none.
    pub idle: IdleCores,
}

impl EncodeOptions {
    /// The quality of a lossy format when nothing was said.
    pub const DEFAULT_QUALITY: u8 = 85;

    /// Makes options of the given format with nothing else said.
    #[must_use]
    pub fn new(format: EncodeFormat) -> Self {
        Self {
            format,
            quality: None,
            setting: None,
            background: None,
            copyright: None,
            kept: Kept::default(),
            is_baseline: false,
            deadline: Deadline::NONE,
            idle: IdleCores::default(),
        }
    }

    /// Returns the quality that a lossy format works with, 1 to 100.
    pub(crate) fn lossy_quality(&self) -> u8 {
        self.quality.unwrap_or(Self::DEFAULT_QUALITY).clamp(1, 100)
    }
}

/// A picture as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The bytes of the file, or the bare pixels.
    pub bytes: Vec<u8>,
    /// The content type, such as `image/avif`.
    pub content_type: &'static str,
}
