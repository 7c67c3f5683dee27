//! The chunks of a PNG: which of them matter to pixels, and whether they are what was written.
//!
//! The decoder sees none but these (see [`super::source`]): a chunk that no pixel depends on may be as wrong as it likes.

use crate::cicp::Cicp;
use crate::{Cause, Error, Format};

/// Bytes before the first chunk.
pub(super) const SIGNATURE_BYTES: usize = 8;
/// Bytes of the length and the kind before the content of a chunk.
const HEAD_BYTES: usize = 8;
/// Bytes of the checksum behind it.
const SUM_BYTES: usize = 4;

/// A chunk, as far as it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    kind: [u8; 4],
    /// All of it, from its length to its checksum; shorter where the file ends.
    pub(super) bytes: &'a [u8],
    /// The length of the content, as declared.
    len: usize,
}

impl<'a> Chunk<'a> {
    /// Returns the content, if all of it is there.
    pub(super) fn content(self) -> Option<&'a [u8]> {
        self.bytes.get(HEAD_BYTES..)?.get(..self.len)
    }

    /// Tells whether the file ends within this chunk.
    pub(super) fn is_cut_off(self) -> bool {
        self.bytes.len() - HEAD_BYTES < self.len.saturating_add(SUM_BYTES)
    }

    /// Tells whether the checksum is there and wrong.
    fn is_falsified(self) -> bool {
        let Some((covered, sum)) = self.bytes.split_last_chunk().filter(|_| !self.is_cut_off()) else { return false };
        // The length is not covered.
        crc32fast::hash(&covered[4..]) != u32::from_be_bytes(*sum)
    }
}

/// The chunks of a file one after another; the last may be cut off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunks<'a> {
    rest: &'a [u8],
}

impl<'a> Chunks<'a> {
    /// Starts at the first byte of a chunk.
    pub(super) const fn at(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// Returns the next chunk that holds pixels.
    pub(super) fn next_image(&mut self) -> Option<Chunk<'a>> {
        self.find(|chunk| chunk.kind == *b"IDAT")
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&[l3, l2, l1, l0], after) = self.rest.split_first_chunk()?;
        let (&kind, _) = after.split_first_chunk()?;
        let len = u32::from_be_bytes([l3, l2, l1, l0]) as usize;
        let end = len.saturating_add(HEAD_BYTES + SUM_BYTES).min(self.rest.len());
        let (bytes, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Chunk { kind, bytes, len })
    }
}

/// What the chunks of a file hold that pixels, or how they are shown, depend on.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    /// Size, depth and colour type.
    pub(super) header: Option<Chunk<'a>>,
    /// The palette; of a picture without one, a suggestion.
    pub(super) palette: Option<Chunk<'a>>,
    /// The alpha of the palette, or the colour that is clear.
    pub(super) transparency: Option<Chunk<'a>>,
    /// The profile, compressed.
    pub(super) profile: Option<Chunk<'a>>,
    /// The primaries and the transfer curve, by their numbers, of a picture of full range; they count more than a profile.
    pub(super) colors: Option<Cicp>,
    /// The EXIF; it may stand behind the pixels.
    pub(super) exif: Option<&'a [u8]>,
    /// Whether the file is an animation, too.
    pub(super) is_animated: bool,
    /// Whether the file is of the kind that Xcode makes, which no other program reads.
    is_apples: bool,
    /// The file from its first pixels on.
    image: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    /// Tells whether a pixel may be anything but opaque: by the colour type, or because a colour is clear.
    pub(super) fn has_alpha(&self) -> bool {
        /// The bit of the colour type that means alpha.
        const ALPHA: u8 = 4;
        let color_type = self.header.and_then(Chunk::content).and_then(|header| header.get(9));
        self.transparency.is_some() || color_type.is_none_or(|color_type| color_type & ALPHA != 0)
    }

    /// Steps over all chunks up to the end mark, or the end of the file. Of several of a kind the first counts; what may be
    /// left out is, if its checksum is wrong.
    pub(super) fn parse(bytes: &'a [u8]) -> Self {
        let mut parts = Self::default();
        let mut chunks = Chunks::at(bytes.get(SIGNATURE_BYTES..).unwrap_or_default());
        loop {
            let here = chunks.rest;
            let Some(chunk) = chunks.next() else { break };
            let is_first = |found: &Option<Chunk<'_>>| found.is_none() && parts.image.is_none();
            match &chunk.kind {
                b"IHDR" if parts.header.is_none() => parts.header = Some(chunk),
                b"CgBI" => parts.is_apples = parts.header.is_none(),
                b"PLTE" if is_first(&parts.palette) => parts.palette = Some(chunk),
                b"tRNS" if is_first(&parts.transparency) && !chunk.is_falsified() => parts.transparency = Some(chunk),
                b"iCCP" if is_first(&parts.profile) && !chunk.is_falsified() => parts.profile = Some(chunk),
                b"cICP" if parts.colors.is_none() && parts.image.is_none() && !chunk.is_falsified() => {
                    parts.colors = chunk.content().and_then(read_cicp);
                }
                b"acTL" => parts.is_animated = true,
                b"eXIf" if parts.exif.is_none() && !chunk.is_falsified() => parts.exif = chunk.content(),
                b"IDAT" if parts.image.is_none() => parts.image = Some(here),
                b"IEND" => break,
                _ => {}
            }
        }
        parts
    }

    /// Returns the header: width, height, depth, colour type, and how rows are stored.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it is missing or cut off; [`Error::UnsupportedInput`] for a file that only Apple's programs read.
    pub(super) fn header(&self) -> Result<&'a [u8; 13], Error> {
        if self.is_apples {
            return Err(Error::UnsupportedInput { name: "PNG as Xcode makes it (CgBI)" });
        }
        let content = self.header.and_then(Chunk::content);
        content
            .and_then(|content| content.first_chunk())
            .ok_or(Error::Damaged { format: Format::Png, source: Cause::new("its header chunk is missing") })
    }

    /// Returns the chunks from the first that holds pixels on.
    pub(super) fn image(&self) -> Chunks<'a> {
        Chunks::at(self.image.unwrap_or_default())
    }

    /// Compares the checksums of everything that pixels are made of.
    ///
    /// # Errors
    ///
    /// What is not as it was written. That a chunk is cut off is no error here: the decoder says what is missing.
    pub(super) fn check(&self) -> Result<(), Cause> {
        if self.header.is_some_and(Chunk::is_falsified) {
            return Err(Cause::new("the checksum of its header is wrong"));
        }
        if self.palette.is_some_and(Chunk::is_falsified) {
            return Err(Cause::new("the checksum of its palette is wrong"));
        }
        let mut image = self.image();
        while let Some(chunk) = image.next_image() {
            if chunk.is_falsified() {
                return Err(Cause::new("a checksum of its pixels is wrong"));
            }
        }
        Ok(())
    }
}

/// Reads colours named by numbers; of the matrix only that of RGB, and of the range only the full one make sense in a PNG.
const fn read_cicp(content: &[u8]) -> Option<Cicp> {
    match content {
        &[primaries, transfer, 0, 1] => Some(Cicp { primaries, transfer }),
        _ => None,
    }
}
