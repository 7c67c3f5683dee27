//! Sources that a picture can be opened from.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use palmette_core::Pixmap;

/// A source that a picture is opened from: the bytes of a file, or pixels. Both convert into it.
///
/// Bytes that are lent are copied; a [`Vec`] or [`Bytes`] is taken as it is.
#[derive(Clone)]
pub struct Source(pub(crate) Given);

/// The source as it was given.
#[derive(Clone)]
pub(crate) enum Given {
    File(Bytes),
    Pixels(Arc<Pixmap>),
}

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Self(Given::File(bytes))
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<&[u8]> for Source {
    fn from(bytes: &[u8]) -> Self {
        Bytes::copy_from_slice(bytes).into()
    }
}

impl From<&Vec<u8>> for Source {
    fn from(bytes: &Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl<const N: usize> From<&[u8; N]> for Source {
    fn from(bytes: &[u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl From<Pixmap> for Source {
    fn from(pixmap: Pixmap) -> Self {
        Arc::new(pixmap).into()
    }
}

impl From<Arc<Pixmap>> for Source {
    fn from(pixmap: Arc<Pixmap>) -> Self {
        Self(Given::Pixels(pixmap))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Given::File(bytes) => write!(f, "Source({} bytes)", bytes.len()),
            Given::Pixels(pixmap) => write!(f, "Source({} pixels)", pixmap.size()),
        }
    }
}
