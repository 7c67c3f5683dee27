//! The message of a format library that gave up: one opaque type, so that no library shows in the public interface.

use std::fmt;
use std::sync::Arc;

/// The reason inside [`Error::Damaged`](crate::Error::Damaged) and [`Error::Encode`](crate::Error::Encode).
#[derive(Clone, Debug)]
pub struct Cause(Arc<Inner>);

/// The reasons, by where they come from.
#[derive(Debug)]
enum Inner {
    /// Found by code of this crate.
    Here(&'static str),
    /// The message of a C library.
    Library(Box<str>),
    /// Code of a format panicked: its task, and the media type.
    Panicked(&'static str, &'static str),
    /// The error of our JPEG decoder.
    #[cfg(feature = "jpeg")]
    Jpeg(palmette_jpeg::Error),
    /// The damage that our JPEG decoder found.
    #[cfg(feature = "jpeg")]
    JpegDamage(palmette_jpeg::Damage),
    /// The error of our JPEG encoder.
    #[cfg(feature = "jpeg")]
    JpegEncoding(palmette_jpeg::encode::Error),
    /// The error of the png crate on the way in.
    #[cfg(feature = "png")]
    PngDecoding(png::DecodingError),
    /// The error of the gif crate on the way out.
    #[cfg(feature = "gif")]
    GifEncoding(gif::EncodingError),
}

impl Cause {
    /// Makes a cause from words of our own.
    pub(crate) fn new(reason: &'static str) -> Self {
        Self(Arc::new(Inner::Here(reason)))
    }

    /// Makes the cause of a panic in the code of a format: its task (`decoder of`), and the media type.
    pub(crate) fn panicked(part: &'static str, mime: &'static str) -> Self {
        Self(Arc::new(Inner::Panicked(part, mime)))
    }

    /// Makes a cause from the message of a C library.
    pub(crate) fn library(message: &str) -> Self {
        Self(Arc::new(Inner::Library(message.into())))
    }
}

#[cfg(feature = "jpeg")]
impl From<palmette_jpeg::Error> for Cause {
    fn from(error: palmette_jpeg::Error) -> Self {
        Self(Arc::new(Inner::Jpeg(error)))
    }
}

#[cfg(feature = "jpeg")]
impl From<palmette_jpeg::Damage> for Cause {
    fn from(damage: palmette_jpeg::Damage) -> Self {
        Self(Arc::new(Inner::JpegDamage(damage)))
    }
}

#[cfg(feature = "jpeg")]
impl From<palmette_jpeg::encode::Error> for Cause {
    fn from(error: palmette_jpeg::encode::Error) -> Self {
        Self(Arc::new(Inner::JpegEncoding(error)))
    }
}

#[cfg(feature = "png")]
impl From<png::DecodingError> for Cause {
    fn from(error: png::DecodingError) -> Self {
        Self(Arc::new(Inner::PngDecoding(error)))
    }
}

#[cfg(feature = "gif")]
impl From<gif::EncodingError> for Cause {
    fn from(error: gif::EncodingError) -> Self {
        Self(Arc::new(Inner::GifEncoding(error)))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Inner::Here(reason) => f.write_str(reason),
            Inner::Library(message) => f.write_str(message),
            Inner::Panicked(part, mime) => write!(f, "the {part} {mime} panicked"),
            #[cfg(feature = "jpeg")]
            Inner::Jpeg(error) => error.fmt(f),
            #[cfg(feature = "jpeg")]
            Inner::JpegDamage(damage) => damage.fmt(f),
            #[cfg(feature = "jpeg")]
            Inner::JpegEncoding(error) => error.fmt(f),
            #[cfg(feature = "png")]
            Inner::PngDecoding(error) => error.fmt(f),
            #[cfg(feature = "gif")]
            Inner::GifEncoding(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Inner::Here(_) | Inner::Library(_) | Inner::Panicked(..) => None,
            #[cfg(feature = "jpeg")]
            Inner::Jpeg(error) => error.source(),
            #[cfg(feature = "jpeg")]
            Inner::JpegDamage(_) => None,
            #[cfg(feature = "jpeg")]
            Inner::JpegEncoding(error) => error.source(),
            #[cfg(feature = "png")]
            Inner::PngDecoding(error) => error.source(),
            #[cfg(feature = "gif")]
            Inner::GifEncoding(error) => error.source(),
        }
    }
}
