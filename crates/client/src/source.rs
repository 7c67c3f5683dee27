//! Where the bytes of a picture come from.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

/// Bytes read from a reader at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// The encoded bytes of a picture, in memory or to come.
///
/// Bytes become a source by themselves; anything else goes through one of the functions here. A source is read once, while it
/// is sent.
pub struct Source(Kind);

enum Kind {
    Bytes(Bytes),
    Stream(Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>),
}

impl Source {
    /// Takes bytes as they come. An error ends the request unfinished: the server never takes a cut picture for a whole one, and
    /// the call fails with [`Error::Source`](crate::Error::Source).
    pub fn stream<E>(stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Self
    where
        E: Error + Send + Sync + 'static,
    {
        Self(Kind::Stream(Box::pin(MapErrors(Box::pin(stream)))))
    }

    /// Reads bytes until there are no more. An error is one of [`Source::stream`].
    pub fn reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self(Kind::Stream(Box::pin(Chunks { reader: Box::pin(reader), buffer: vec![0; CHUNK_BYTES] })))
    }

    /// Opens a file, which is read while it is sent.
    ///
    /// # Errors
    ///
    /// What the system says when it does not open the file.
    pub async fn file(path: impl AsRef<Path> + Send) -> io::Result<Self> {
        Ok(Self::reader(File::open(path.as_ref()).await?))
    }

    /// Returns the next bytes.
    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match &mut self.0 {
            Kind::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Bytes(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Kind::Stream(stream) => stream.as_mut().poll_next(cx),
        }
    }
}

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<&'static [u8]> for Source {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl From<File> for Source {
    fn from(file: File) -> Self {
        Self::reader(file)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Bytes(bytes) => write!(f, "Source({} bytes)", bytes.len()),
            Kind::Stream(_) => f.write_str("Source(stream)"),
        }
    }
}

/// A stream whose errors are those of I/O.
struct MapErrors<S>(Pin<Box<S>>);

impl<S, E> Stream for MapErrors<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Error + Send + Sync + 'static,
{
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx).map_err(io::Error::other)
    }
}

/// The bytes of a reader, as they come.
struct Chunks<R> {
    reader: Pin<Box<R>>,
    buffer: Vec<u8>,
}

impl<R: AsyncRead> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { reader, buffer } = self.get_mut();
        let mut chunk = ReadBuf::new(buffer);
        Poll::Ready(match ready!(reader.as_mut().poll_read(cx, &mut chunk)) {
            Ok(()) if chunk.filled().is_empty() => None,
            Ok(()) => Some(Ok(Bytes::copy_from_slice(chunk.filled()))),
            Err(error) => Some(Err(error)),
        })
    }
}
