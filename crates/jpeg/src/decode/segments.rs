//! The segments of a file, one after the other.

use crate::markers::{APP0, APP15, COM, DNL, EOI, RST0, RST7, SOI, SOS, TEM};
use crate::{Error, Reason};

/// A segment of a file: a marker with content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The code of its marker, the byte behind 0xff: 0xe1 is APP1.
    pub marker: u8,
    /// Where its marker stands in the file.
    pub at: usize,
    /// What follows its length.
    pub content: &'a [u8],
}

impl Segment<'_> {
    /// Makes the error of this segment.
    pub(super) const fn error(&self, reason: Reason) -> Error {
        Error::Segment { marker: self.marker, at: self.at, reason }
    }
}

/// What comes next in a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next<'a> {
    /// A segment with content.
    Segment(Segment<'a>),
    /// The end of the image, by its marker.
    EndOfImage,
    /// The end of the bytes.
    EndOfBytes,
    /// Something that cannot be read on from: why.
    Nonsense(Error),
}

/// Walks through a file.
///
/// Bytes that belong to no segment are skipped, as every decoder does; the data of a scan is skipped by that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walker<'a> {
    bytes: &'a [u8],
    /// Where it goes on.
    pub(super) at: usize,
}

impl<'a> Walker<'a> {
    /// Starts behind the start of the image.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.starts_with(&[0xff, SOI]) { Ok(Self::behind_start(bytes)) } else { Err(Error::NotJpeg) }
    }

    /// Starts behind the start of the image, which is known to be there.
    pub(super) const fn behind_start(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 2 }
    }

    /// Returns what comes next.
    pub(super) fn next(&mut self) -> Next<'a> {
        loop {
            let Some((at, marker)) = find_marker(self.bytes, self.at) else {
                self.at = self.bytes.len();
                return Next::EndOfBytes;
            };
            self.at = at + 2;
            let nonsense = |reason| Next::Nonsense(Error::Segment { marker, at, reason });
            match marker {
                TEM | RST0..=RST7 => {}
                EOI => return Next::EndOfImage,
                SOI => return nonsense(Reason::Second),
                0x02..=0xbf => return nonsense(Reason::Marker),
                _ => {
                    let Some(&[l1, l0]) = self.bytes.get(self.at..self.at + 2) else { return self.cut() };
                    let len = match u16::from_be_bytes([l1, l0]) {
                        // Application data and comments are passed, whatever they are.
                        0 | 1 if matches!(marker, APP0..=APP15 | DNL | COM) => 2,
                        0 | 1 => return nonsense(Reason::Length),
                        len => usize::from(len),
                    };
                    let Some(content) = self.bytes.get(self.at + 2..self.at + len) else { return self.cut() };
                    self.at += len;
                    return Next::Segment(Segment { marker, at, content });
                }
            }
        }
    }

    /// Goes to the end, in the middle of a segment.
    const fn cut(&mut self) -> Next<'a> {
        self.at = self.bytes.len();
        Next::EndOfBytes
    }
}

/// Finds the next marker from a place on: where its 0xff stands, and its code. Stuffed zeros and fill bytes are none.
pub(super) fn find_marker(bytes: &[u8], from: usize) -> Option<(usize, u8)> {
    let mut at = from;
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)?;
        match *bytes.get(at + 1)? {
            0x00 => at += 2,
            0xff => at += 1,
            code => return Some((at, code)),
        }
    }
}

/// The segments before the first scan, in their order: an iterator.
#[derive(Clone, Debug)]
pub struct Segments<'a>(pub(super) Walker<'a>);

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.0.next() {
            Next::Segment(segment) if segment.marker != SOS => Some(segment),
            _ => None,
        }
    }
}
