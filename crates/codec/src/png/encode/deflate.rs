//! The two compressors: a fast one for photos, and zlib for everything else.

use std::io::Write;

use flate2::write::ZlibEncoder;

/// How hard to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    /// Runs of zeros and a fixed code, made for photos with the filter of Paeth.
    Fast,
    /// A level of zlib, 1 to 9.
    Zlib(u8),
}

/// A file whose last chunk grows by compressed bytes.
pub(super) enum Deflate {
    /// By fdeflate.
    Fast(fdeflate::Compressor<Vec<u8>>),
    /// By zlib.
    Zlib(ZlibEncoder<Vec<u8>>),
}

/// Why writing does not fail.
const IN_MEMORY: &str = "a vector takes every byte";

impl Deflate {
    /// Starts a stream at the end of a file.
    pub(super) fn start(file: Vec<u8>, compression: Compression) -> Self {
        match compression {
            Compression::Fast => Self::Fast(fdeflate::Compressor::new(file).expect(IN_MEMORY)),
            Compression::Zlib(level) => Self::Zlib(ZlibEncoder::new(file, flate2::Compression::new(u32::from(level)))),
        }
    }

    /// Compresses more bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        match self {
            Self::Fast(compressor) => compressor.write_data(bytes),
            Self::Zlib(encoder) => encoder.write_all(bytes),
        }
        .expect(IN_MEMORY);
    }

    /// Ends the stream, and returns the file.
    pub(super) fn finish(self) -> Vec<u8> {
        match self {
            Self::Fast(compressor) => compressor.finish(),
            Self::Zlib(encoder) => encoder.finish(),
        }
        .expect(IN_MEMORY)
    }
}
