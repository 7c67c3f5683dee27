//! The segments before the first scan: size, profile and EXIF. Plain Rust, nothing is decoded.

use palmette_core::{Size, alloc};

use crate::segments::next_segment;
use crate::{Cause, Error, Format};

/// Start of a segment of ICC data.
const ICC_SIGNATURE: &[u8] = b"ICC_PROFILE\0";
/// Start of a segment of EXIF.
const EXIF_SIGNATURE: &[u8] = b"Exif\0\0";

/// What the segments say.
#[derive(Debug)]
pub(super) struct Header<'a> {
    /// The size as stored.
    pub(super) size: Size,
    /// Samples of a pixel.
    components: u8,
    /// Bits of a sample.
    pub(super) precision: u8,
    /// Whether it is coded by a process that only libjpeg-turbo reads.
    pub(super) is_rare: bool,
    /// The EXIF, with its signature.
    pub(super) exif: Option<&'a [u8]>,
    /// The parts of the profile with their numbers, as they come.
    icc_parts: Vec<(u8, &'a [u8])>,
}

impl<'a> Header<'a> {
    /// Walks the segments up to the first scan.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if the bytes end before a frame header, or are no segments.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut frame = None;
        let mut exif = None;
        let mut icc_parts = Vec::new();
        let mut is_rare = false;
        let mut rest = bytes.get(2..).unwrap_or_default();
        while let Some((marker, segment, after)) = next_segment(rest) {
            rest = after;
            match marker {
                // Start of frame, of every kind; C4, C8 and CC are tables and reserved.
                0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf if frame.is_none() => {
                    frame = read_frame(segment);
                    // Baseline, extended and progressive, by codes of Huffman.
                    is_rare = !matches!(marker, 0xc0..=0xc2);
                }
                0xda => break,
                0xe1 if exif.is_none() && segment.starts_with(EXIF_SIGNATURE) => exif = Some(segment),
                0xe2 => icc_parts.extend(read_icc_part(segment)),
                _ => {}
            }
        }
        let (precision, mut size, components) = frame.ok_or_else(|| damaged("it ends before the frame header"))?;
        if size.height == 0 {
            // Then it may be said behind the first scan.
            size.height = palmette_jpeg::Decoder::new(bytes).map_or(0, |decoder| decoder.size().1);
        }
        Ok(Self { size, components, precision, is_rare, exif, icc_parts })
    }

    /// Copies a file without what its decoder minds, but no pixel depends on, before the first scan: stray bytes between
    /// segments go, a version of JFIF becomes 1, an unknown transform of Adobe what it is taken for, and the profile,
    /// which is [read here](Self::icc), goes. From the first scan on the bytes stay as they are.
    ///
    /// Absent if there is no scan, or if the stray bytes hold another start of a file.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(super) fn cleaned(&self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some((start, mut rest)) = bytes.split_at_checked(2) else { return Ok(None) };
        let mut clean = alloc::try_with_capacity(bytes.len())?;
        clean.extend_from_slice(start);
        while let Some((marker, segment, after)) = next_segment(rest) {
            // The marker and the length take two bytes each.
            let (stray, whole) = rest.split_at(rest.len() - after.len() - segment.len() - 4);
            if stray.windows(2).any(|pair| pair == [0xff, 0xd8]) {
                return Ok(None);
            }
            if marker == 0xda {
                clean.extend_from_slice(whole);
                return Ok(Some(clean));
            }
            rest = after;
            if marker == 0xe2 && segment.starts_with(ICC_SIGNATURE) {
                continue;
            }
            let content = clean.len() + 4;
            clean.extend_from_slice(&whole[..4 + segment.len()]);
            match (marker, &mut clean[content..]) {
                (0xe0, [b'J', b'F', b'I', b'F', 0, version, ..]) => *version = 1,
                (0xee, [b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => {
                    *transform = match (self.components, *transform) {
                        (3, 2..) => 1,
                        (4, 1 | 3..) => 2,
                        (_, known) => known,
                    };
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Joins the parts of the profile; a profile with a part missing or doubled is none, as for browsers.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(super) fn icc(&self) -> Result<Option<Vec<u8>>, Error> {
        let mut parts = self.icc_parts.clone();
        parts.sort_unstable_by_key(|&(number, _)| number);
        if parts.is_empty() || !parts.iter().map(|&(number, _)| usize::from(number)).eq(1..=parts.len()) {
            return Ok(None);
        }
        let mut profile = alloc::try_with_capacity(parts.iter().map(|(_, part)| part.len()).sum())?;
        parts.iter().for_each(|(_, part)| profile.extend_from_slice(part));
        Ok(Some(profile))
    }
}

/// Reads precision, size and the number of components of a frame header.
fn read_frame(segment: &[u8]) -> Option<(u8, Size, u8)> {
    let &[precision, h1, h0, w1, w0, ref rest @ ..] = segment else { return None };
    let size = Size::new(u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into());
    Some((precision, size, rest.first().copied().unwrap_or(0)))
}

/// Reads the number of a part of a profile, and the part.
fn read_icc_part(segment: &[u8]) -> Option<(u8, &[u8])> {
    let [number, _count, part @ ..] = segment.strip_prefix(ICC_SIGNATURE)? else { return None };
    Some((*number, part))
}

/// Makes the error of a damaged JPEG.
fn damaged(reason: &'static str) -> Error {
    Error::Damaged { format: Format::Jpeg, source: Cause::new(reason) }
}
