//! Everything that can go wrong between bytes and pixels, in both directions.

use palmette_core::Size;
use palmette_ops::Class;

use crate::{Cause, EncodeFormat, Format};

/// The formats that are read, as messages name them.
const SUPPORTED: &str = "JPEG, PNG, GIF, WebP, AVIF, HEIC, BMP, TIFF, ICO, QOI, PNM";

/// A failure of sniffing, probing, decoding or encoding.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Occurs when there are no bytes, for example because a stream was read before.
    #[error("the file is empty")]
    Empty,
    /// Occurs when the bytes begin like no picture format that this crate has heard of.
    #[error("not an image in a supported format ({SUPPORTED})")]
    NotAPicture,
    /// Occurs when the bytes are an SVG document, which is a picture, but never decoded to pixels here.
    #[error("SVG is not supported (image/svg+xml); send a raster image")]
    Svg,
    /// Occurs when the bytes are of a picture format, or of a kind within a format, that is not decoded.
    #[error("{name} is not a supported input format (supported: {SUPPORTED})")]
    UnsupportedInput {
        /// The name of the format, as people know it.
        name: &'static str,
    },
    /// Occurs when an animation is to be written in a format that has none.
    #[error("{} cannot hold an animation", format.as_str())]
    UnsupportedOutput {
        /// The format that was asked for.
        format: EncodeFormat,
    },
    /// Occurs when a format is decoded by a library of the machine that is not there.
    #[error("{format} needs the library {library}, which is not installed (Debian, Ubuntu: apt-get install {package})")]
    LibraryMissing {
        /// The format the bytes begin like.
        format: Format,
        /// The missing library.
        library: &'static str,
        /// The package that brings it.
        package: &'static str,
    },
    /// Occurs when a format was left out of this build.
    #[error("this build does not support {name}")]
    Disabled {
        /// The media type of the format whose cargo feature is off.
        name: &'static str,
    },
    /// Occurs when the bytes are of a supported format, but damaged or truncated.
    #[error("the {format} is damaged: {source}")]
    Damaged {
        /// The format the bytes begin like.
        format: Format,
        /// The message of the decoder.
        source: Cause,
    },
    /// Occurs when an encoder fails on pixels that it should have taken.
    #[error("encoding as {} failed: {source}", format.as_str())]
    Encode {
        /// The format that was asked for.
        format: EncodeFormat,
        /// The message of the encoder.
        source: Cause,
    },
    /// Occurs when a frame has another size than its animation.
    #[error("a frame is {actual} pixels, but its animation is {expected}")]
    FrameSize {
        /// The size that the animation was started with.
        expected: Size,
        /// The size of the frame.
        actual: Size,
    },
    /// Occurs when a picture is larger than the limits allow, has a side of 0, or does not fit into memory.
    #[error(transparent)]
    Core(#[from] palmette_core::Error),
}

impl Error {
    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Empty | Self::NotAPicture | Self::Svg | Self::Damaged { .. } => Class::Caller,
            Self::UnsupportedInput { .. }
            | Self::UnsupportedOutput { .. }
            | Self::LibraryMissing { .. }
            | Self::Disabled { .. } => Class::Unsupported,
            Self::Encode { .. } | Self::FrameSize { .. } => Class::Ours,
            Self::Core(error) => error.class(),
        }
    }
}

#[cfg(test)]
mod tests {
    use palmette_core::Limits;

    use super::*;

    #[test]
    fn error_maps_to_class() {
        let cause = || Cause::new("so it is");
        let too_large = Limits::default().check(Size::new(0, 1)).unwrap_err();
        for (error, class) in [
            (Error::Empty, Class::Caller),
            (Error::NotAPicture, Class::Caller),
            (Error::Svg, Class::Caller),
            (Error::UnsupportedInput { name: "JPEG XL" }, Class::Unsupported),
            (Error::UnsupportedOutput { format: EncodeFormat::Gif }, Class::Unsupported),
            (Error::Disabled { name: "image/avif" }, Class::Unsupported),
            (Error::Damaged { format: Format::Png, source: cause() }, Class::Caller),
            (Error::Encode { format: EncodeFormat::Png, source: cause() }, Class::Ours),
            (Error::FrameSize { expected: Size::new(1, 2), actual: Size::new(2, 1) }, Class::Ours),
            (Error::Core(too_large), Class::Limit),
        ] {
            assert_eq!(error.class(), class, "{error}");
        }
    }

    #[test]
    fn error_says_what_and_why() {
        let error = Error::Damaged { format: Format::Png, source: Cause::new("it is cut off") };
        assert_eq!(error.to_string(), "the image/png is damaged: it is cut off");
    }
}
