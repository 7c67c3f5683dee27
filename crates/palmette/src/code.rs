//! The numeric codes of failures below this crate.
//!
//! Engines and codecs know whose fault a failure is, but no number of any protocol. Their errors get one here, where both sides
//! are known, by matches without a rest: a failure that is added there has no code until somebody thinks of one.

use palmette_protocol::Code;

/// Returns the code of a failure of planning or of an engine.
pub(crate) fn code_of_core(error: &palmette_core::Error) -> Code {
    use palmette_core::Error;
    match error {
        Error::At { source, .. } => code_of_core(source),
        Error::TooLarge { .. } | Error::AnimationTooLarge { .. } => Code::DimensionsTooLarge,
        Error::NeedsModel { .. } | Error::NodeMissing { .. } | Error::NothingLeft { .. } => Code::InvalidOption,
        Error::WrongMeasurement
        | Error::Unmeasured
        | Error::SourceFailed { .. }
        | Error::SinkFailed
        | Error::ModelFailed { .. }
        | Error::EmptyPixmap { .. }
        | Error::PixmapLength { .. }
        | Error::RowsMissing { .. }
        | Error::WrongLayout { .. }
        | Error::SourceMismatch { .. }
        | Error::OutOfMemory { .. }
        | Error::Device { .. } => Code::Internal,
        Error::ColorSpace => Code::UnsupportedFormat,
        Error::DeadlineExceeded => Code::TimedOut,
    }
}

/// Returns the code of a failure of a codec.
pub(crate) fn code_of_codec(error: &palmette_codec::Error) -> Code {
    use palmette_codec::Error;
    match error {
        Error::Empty | Error::NotAPicture | Error::Svg => Code::NotAPicture,
        Error::UnsupportedInput { .. }
        | Error::UnsupportedOutput { .. }
        | Error::LibraryMissing { .. }
        | Error::Disabled { .. } => Code::UnsupportedFormat,
        Error::Damaged { .. } | Error::Encode { .. } => Code::Damaged,
        Error::FrameSize { .. } => Code::Internal,
        Error::Core(error) => code_of_core(error),
    }
}

#[cfg(test)]
mod tests {
    use palmette_codec::{DecodeOptions, EncodeFormat, EncodeOptions, Error, decode, encode};
    use palmette_core::{Limits, Pixmap, Size};

    use super::*;

    #[test]
    fn codes_of_codecs_are_those_of_the_protocol() {
        let damaged = decode(b"\x89PNG\r\n\x1a\n", &DecodeOptions::default()).unwrap_err();
        let wide = Pixmap::filled(Size::new(16_384, 1), [0; 4]).unwrap();
        let not_encoded = encode(wide, &EncodeOptions::new(EncodeFormat::Webp)).unwrap_err();
        assert!(matches!((&damaged, &not_encoded), (Error::Damaged { .. }, Error::Encode { .. })));
        let too_large = Limits::default().check(Size::new(0, 1)).unwrap_err();
        for (error, code) in [
            (Error::Empty, Code::NotAPicture),
            (Error::NotAPicture, Code::NotAPicture),
            (Error::Svg, Code::NotAPicture),
            (Error::UnsupportedInput { name: "JPEG XL" }, Code::UnsupportedFormat),
            (Error::UnsupportedOutput { format: EncodeFormat::Gif }, Code::UnsupportedFormat),
            (Error::Disabled { name: "image/avif" }, Code::UnsupportedFormat),
            (damaged, Code::Damaged),
            (not_encoded, Code::Damaged),
            (Error::FrameSize { expected: Size::new(1, 2), actual: Size::new(2, 1) }, Code::Internal),
            (Error::Core(too_large), Code::DimensionsTooLarge),
        ] {
            assert_eq!(code_of_codec(&error), code, "{error}");
        }
    }
}
