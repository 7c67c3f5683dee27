//! The file around the frames: boxes for a picture and its alpha, in the order that readers expect.

use palmette_core::{Size, alloc};

use super::aom;
use crate::Error;
use crate::heif::Nclx;
use crate::planar::{Chroma, Format};

/// What an auxiliary picture is that is alpha.
const ALPHA_URN: &[u8] = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";

/// A coded frame.
pub(super) struct Coded<'a> {
    /// Its bitstream, as the encoder gave it.
    pub(super) stream: &'a [u8],
    /// Depth and chroma.
    pub(super) format: Format,
}

/// Bytes of a box before its content.
const BOX_HEADER_BYTES: usize = 8;

/// The item that is the picture, and the one that is its alpha.
const ITEMS: [u16; 2] = [1, 2];

impl<'a> Coded<'a> {
    /// Returns the bytes of the item: a temporal delimiter, with which a stream begins, has no place in it.
    fn payload(&self) -> &'a [u8] {
        self.stream.strip_prefix(&[0x12, 0]).unwrap_or(self.stream)
    }

    /// Returns the content of the box `av1C`, which repeats what the stream begins with.
    fn config(&self) -> [u8; 4] {
        let Format { chroma, bits } = self.format;
        let profile = u8::try_from(aom::profile(chroma, bits)).unwrap_or(0);
        let depth = match bits {
            8 => 0,
            10 => 0x40,
            _ => 0x60,
        };
        let chroma = match chroma {
            Chroma::None => 0x1c,
            Chroma::Half => 0x0c,
            Chroma::HalfWidth => 0x08,
            Chroma::Full => 0,
        };
        [0x81, profile << 5 | self.level(), depth | chroma, 0]
    }

    /// Returns the level of the stream, by the reduced header of a still picture; the highest if it has another.
    fn level(&self) -> u8 {
        // An OBU of a sequence header with its length: 3 bits of profile, one each for a still picture and a reduced header,
        // 5 of the level.
        match *self.payload() {
            [0x0a, _, first, second, ..] if first & 0x18 == 0x18 => (first & 7) << 2 | second >> 6,
            _ => 31,
        }
    }
}

/// Writes a file of a picture and its alpha.
///
/// # Errors
///
/// [`Error::Core`] if memory for the file runs out.
pub(super) fn write(size: Size, color: &Coded<'_>, alpha: Option<&Coded<'_>>, colors: Nclx) -> Result<Vec<u8>, Error> {
    let color_payload = color.payload();
    let alpha_payload = alpha.map_or(&[][..], Coded::payload);
    let data_bytes = alpha_payload.len() + color_payload.len();
    let file_type = boxed(b"ftyp", &[b"avif\0\0\0\0avifmif1miaf", brand(color.format)]);
    // Where the bytes lie is told ahead of them: as many digits, whatever it is.
    let head_bytes = file_type.len() + meta(size, color, alpha, colors, 0).len() + BOX_HEADER_BYTES;
    let meta = meta(size, color, alpha, colors, head_bytes);
    let mut file = alloc::try_with_capacity(head_bytes + data_bytes)?;
    file.extend_from_slice(&file_type);
    file.extend_from_slice(&meta);
    file.extend_from_slice(&be_32(BOX_HEADER_BYTES + data_bytes));
    file.extend_from_slice(b"mdat");
    // Alpha first, so that nothing is shown before it is there.
    file.extend_from_slice(alpha_payload);
    file.extend_from_slice(color_payload);
    Ok(file)
}

/// Returns the brand that tells what a reader must know: the baseline profile, or the advanced one.
fn brand(format: Format) -> &'static [u8] {
    match aom::profile(format.chroma, format.bits) {
        0 => b"MA1B",
        1 => b"MA1A",
        _ => b"",
    }
}

/// Makes the box `meta` of a file whose bytes of items start at `data_at`.
fn meta(size: Size, color: &Coded<'_>, alpha: Option<&Coded<'_>>, colors: Nclx, data_at: usize) -> Vec<u8> {
    let count = 1 + usize::from(alpha.is_some());
    let items = &ITEMS[..count];
    let alpha_bytes = alpha.map_or(0, |alpha| alpha.payload().len());
    let places = [(data_at + alpha_bytes, color.payload().len()), (data_at, alpha_bytes)];
    let locations: Vec<u8> = items
        .iter()
        .zip(places)
        .flat_map(|(item, (start, len))| [&item.to_be_bytes()[..], &[0, 0, 0, 1], &be_32(start), &be_32(len)].concat())
        .collect();
    let entries: Vec<u8> =
        items.iter().flat_map(|item| full_box(b"infe", 2, &[&item.to_be_bytes(), b"\0\0av01\0"])).collect();
    let [[_, count], [_, picture], [_, its_alpha]] =
        [if alpha.is_some() { 2 } else { 1 }, ITEMS[0], ITEMS[1]].map(u16::to_be_bytes);
    let references = match alpha {
        Some(_) => full_box(b"iref", 0, &[&boxed(b"auxl", &[&[0, its_alpha, 0, 1, 0, picture]])]),
        None => Vec::new(),
    };
    full_box(
        b"meta",
        0,
        &[
            &full_box(b"hdlr", 0, &[b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"]),
            &full_box(b"pitm", 0, &[&[0, picture]]),
            &full_box(b"iloc", 0, &[&[0x44, 0, 0, count], &locations]),
            &full_box(b"iinf", 0, &[&[0, count], &entries]),
            &references,
            &properties(size, color, alpha, colors),
        ],
    )
}

/// Makes the box of properties, and of whose they are.
fn properties(size: Size, color: &Coded<'_>, alpha: Option<&Coded<'_>>, colors: Nclx) -> Vec<u8> {
    let [width, height] = [size.width, size.height].map(u32::to_be_bytes);
    let Nclx { cicp, matrix, is_full_range } = colors;
    let numbers = [0, cicp.primaries, 0, cicp.transfer, 0, matrix, u8::from(is_full_range) << 7];
    let bits = |coded: &Coded<'_>| {
        let bits = u8::try_from(coded.format.bits).unwrap_or(8);
        let channels: &[u8] = if coded.format.chroma == Chroma::None { &[1, bits] } else { &[3, bits, bits, bits] };
        full_box(b"pixi", 0, &[channels])
    };
    let mut listed = [
        full_box(b"ispe", 0, &[&width, &height]),
        bits(color),
        boxed(b"av1C", &[&color.config()]),
        boxed(b"colr", &[b"nclx", &numbers]),
    ]
    .concat();
    // Which are whose, by their place in the list; the highest bit says that a decoder must know it.
    let mut whose = vec![0, 1, 4, 1, 2, 0x80 | 3, 4];
    if let Some(alpha) = alpha {
        listed.extend(bits(alpha));
        listed.extend(boxed(b"av1C", &[&alpha.config()]));
        listed.extend(full_box(b"auxC", 0, &[ALPHA_URN]));
        whose.extend([0, 2, 4, 1, 5, 0x80 | 6, 7]);
    }
    let count = be_32(1 + usize::from(alpha.is_some()));
    boxed(b"iprp", &[&boxed(b"ipco", &[&listed]), &full_box(b"ipma", 0, &[&count, &whose])])
}

/// Makes a box.
fn boxed(kind: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    [&be_32(BOX_HEADER_BYTES + content.len())[..], kind, &content].concat()
}

/// Makes a box that begins with a version and no flags.
fn full_box(kind: &[u8; 4], version: u8, content: &[&[u8]]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, 0], &content.concat()])
}

/// Writes a number. Files are far below 4 GB: the largest picture takes less in bare bytes.
fn be_32(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}
