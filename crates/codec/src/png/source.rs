//! A PNG as its decoder sees it: the chunks that pixels depend on, put right where that is clear, and a proper end.
//!
//! What the `png` crate would stumble over never reaches it: unknown chunks, chunks of an animation, duplicates, bits above
//! the depth in a transparent colour, whatever follows the pixels. So it reports only what pixels lack.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use super::chunks::{Chunk, Chunks, Parts};
use crate::{Cause, Error, Format};

/// The first bytes of every file.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The chunk that ends a file.
const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// Colour types, as the header writes them.
const GRAY: u8 = 0;
const RGB: u8 = 2;
const INDEXED: u8 = 3;

/// The bytes that the decoder reads. Checksums were compared before, so those that are made up here are 0.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// Everything before the pixels.
    head: Vec<u8>,
    /// How much of it was read.
    head_read: usize,
    /// What is left of the chunk that is being read.
    current: &'a [u8],
    /// The chunks of pixels that follow.
    image: Chunks<'a>,
    /// Whether nothing follows the current chunk.
    is_last: bool,
}

impl<'a> Source<'a> {
    /// Collects what the decoder is to see.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if the header is missing, or the palette is, of a picture that needs one.
    pub(super) fn new(parts: &Parts<'a>) -> Result<Self, Error> {
        let &[.., depth, color, _, _, _] = parts.header()?;
        let mut head = SIGNATURE.to_vec();
        head.extend_from_slice(parts.header.map(|chunk| chunk.bytes).unwrap_or_default());
        if let Some(profile) = parts.profile.filter(|chunk| !chunk.is_cut_off()) {
            head.extend_from_slice(profile.bytes);
        }
        if color == INDEXED {
            write_chunk(&mut head, *b"PLTE", palette(parts)?);
        }
        if let Some(transparency) = parts.transparency.and_then(Chunk::content) {
            match color {
                GRAY if transparency.len() >= 2 => write_chunk(&mut head, *b"tRNS", &masked(&transparency[..2], depth)),
                RGB if transparency.len() >= 6 => write_chunk(&mut head, *b"tRNS", &masked(&transparency[..6], depth)),
                INDEXED => write_chunk(&mut head, *b"tRNS", transparency),
                _ => {}
            }
        }
        Ok(Self { head, head_read: 0, current: &[], image: parts.image(), is_last: false })
    }

    /// Goes on to the next chunk of pixels, or to the end.
    ///
    /// A chunk that is cut off is the last, without an end behind it, which would be taken for its content.
    fn advance(&mut self) {
        self.current = match self.image.next_image() {
            _ if self.is_last => &[],
            Some(chunk) => {
                self.is_last = chunk.is_cut_off();
                chunk.bytes
            }
            None => {
                self.is_last = true;
                END
            }
        };
    }
}

/// Returns the colours of a picture of indices.
///
/// The png crate panics on a part of a colour.
fn palette<'a>(parts: &Parts<'a>) -> Result<&'a [u8], Error> {
    let palette = parts.palette.and_then(Chunk::content).filter(|palette| palette.len() % 3 == 0);
    palette.ok_or(Error::Damaged { format: Format::Png, source: Cause::new("it has no whole palette") })
}

/// Takes the bits above the depth of the picture off the samples of a colour.
fn masked(color: &[u8], depth: u8) -> Vec<u8> {
    let mask = u16::MAX >> 16_u8.saturating_sub(depth).min(15);
    let (samples, _) = color.as_chunks::<2>();
    samples.iter().flat_map(|&sample| (u16::from_be_bytes(sample) & mask).to_be_bytes()).collect()
}

/// Appends a chunk whose checksum nobody compares. Its content came out of a chunk, so its length has 32 bits.
fn write_chunk(file: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    let len = u32::try_from(content.len()).unwrap_or(u32::MAX);
    file.extend_from_slice(&len.to_be_bytes());
    file.extend_from_slice(&kind);
    file.extend_from_slice(content);
    file.extend_from_slice(&[0; 4]);
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.head_read < self.head.len() {
            return Ok(&self.head[self.head_read..]);
        }
        if self.current.is_empty() && !self.is_last {
            self.advance();
        }
        Ok(self.current)
    }

    fn consume(&mut self, amount: usize) {
        if self.head_read < self.head.len() {
            self.head_read += amount;
        } else {
            self.current = self.current.get(amount..).unwrap_or_default();
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let len = available.len().min(target.len());
        target[..len].copy_from_slice(&available[..len]);
        self.consume(len);
        Ok(len)
    }
}

/// The decoder asks for this trait, and never seeks.
impl Seek for Source<'_> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
