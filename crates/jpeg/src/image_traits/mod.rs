//! The traits of the crate `image`: with the feature `image`.
//!
//! [`JpegDecoder`] and [`JpegEncoder`] stand wherever `image` takes a decoder or an encoder:
//!
//! ```
//! use image::{DynamicImage, ImageEncoder, RgbImage};
//! use palmette_jpeg::encode::Options;
//! use palmette_jpeg::image_traits::{JpegDecoder, JpegEncoder};
//!
//! # fn main() -> Result<(), image::ImageError> {
//! let red = RgbImage::from_pixel(64, 48, image::Rgb([200, 30, 30]));
//! let mut file = Vec::new();
//! let options = Options { quality: 90, ..Options::default() };
//! red.write_with_encoder(JpegEncoder::new(&mut file, options))?;
//! let decoder = JpegDecoder::new(&file)?;
//! let image = DynamicImage::from_decoder(decoder)?;
//! assert_eq!((image.width(), image.height()), (64, 48));
//! # Ok(())
//! # }
//! ```
//!
//! After [`register_hooks`] `image` itself reads JPEG by this crate, be it built with its own decoder or without:
//!
//! ```
//! palmette_jpeg::image_traits::register_hooks();
//! # let file = palmette_jpeg::encode::Encoder::new(Vec::new(), 8, 8, &Default::default()).and_then(|mut encoder| {
//! #     encoder.write_rgba_band(&[90; 256])?;
//! #     encoder.finish()
//! # }).unwrap();
//! let image = image::load_from_memory(&file)?;
//! # assert_eq!(image.color(), image::ColorType::Rgb8);
//! # Ok::<(), image::ImageError>(())
//! ```
//!
//! # Colours
//!
//! | the file has | read as | by |
//! | --- | --- | --- |
//! | grey | `L8` | nothing |
//! | YCbCr, RGB | `Rgb8` | the rows of [`Decoder::rows`](crate::Decoder::rows), without alpha |
//! | CMYK, YCCK | `Rgb8` | each light that an ink lets through, times that of black; a profile is not applied |
//! | two components | nothing | unsupported, for nobody knows what they are |
//!
//! `L8`, as grey, and `Rgb8` are written. A program with alpha decides itself how to flatten it.

mod decoder;
mod encoder;

use image::error::{
    DecodingError, EncodingError, ImageFormatHint, LimitError, LimitErrorKind, UnsupportedError, UnsupportedErrorKind,
};
use image::{ImageError, ImageFormat, hooks};

pub use self::decoder::JpegDecoder;
pub use self::encoder::JpegEncoder;

/// Makes `image` read JPEG by this crate: files that start as JPEG does, and those whose names end in `jpg`, `jpeg` or
/// `jfif`.
///
/// Returns whether all of these were free; where another decoder was registered before, that stays.
pub fn register_hooks() -> bool {
    let mut are_free = true;
    for extension in ["jpg", "jpeg", "jfif"] {
        let hook: hooks::DecodingHook = Box::new(|reader| Ok(Box::new(JpegDecoder::from_reader(reader)?)));
        are_free &= hooks::register_decoding_hook(extension.into(), hook);
    }
    if are_free {
        hooks::register_format_detection_hook("jpg".into(), &[0xff, 0xd8, 0xff], None);
    }
    are_free
}

/// JPEG, as `image` names it in errors.
const FORMAT: ImageFormatHint = ImageFormatHint::Exact(ImageFormat::Jpeg);

/// Makes an error of an unsupported request.
fn unsupported(what: String) -> ImageError {
    let kind = UnsupportedErrorKind::GenericFeature(what);
    ImageError::Unsupported(UnsupportedError::from_format_and_kind(FORMAT, kind))
}

impl From<crate::Error> for ImageError {
    fn from(error: crate::Error) -> Self {
        use crate::Error;
        match error {
            Error::UnsupportedProcess(_)
            | Error::UnsupportedPrecision { .. }
            | Error::UnsupportedSampling
            | Error::UnsupportedComponents { .. } => unsupported(error.to_string()),
            Error::Memory { .. } => Self::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory)),
            _ => Self::Decoding(DecodingError::new(FORMAT, error)),
        }
    }
}

impl From<crate::encode::Error> for ImageError {
    fn from(error: crate::encode::Error) -> Self {
        match error {
            crate::encode::Error::Write(error) => Self::IoError(error),
            error => Self::Encoding(EncodingError::new(FORMAT, error)),
        }
    }
}
