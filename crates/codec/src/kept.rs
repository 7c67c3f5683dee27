//! What a JPEG may keep of the metadata of the JPEG that it was made of: EXIF, XMP, and the texts of IPTC.
//!
//! They are kept as they are, except for what is no longer true or shows what was cut away: the orientation, which was applied, and
//! previews. Everything else, colour profiles and makers' segments among it, goes.

use std::ops::Range;

use palmette_core::alloc;

use crate::exif;
use crate::segments::next_segment;
use crate::{Error, Format, sniff};

/// The numbers of the segments, and what they begin with.
const EXIF: (u8, &[u8]) = (0xe1, b"Exif\0\0");
const XMP: (u8, &[u8]) = (0xe1, b"http://ns.adobe.com/xap/1.0/\0");
const PHOTOSHOP: (u8, &[u8]) = (0xed, b"Photoshop 3.0\0");

/// The block of Photoshop's that holds texts of IPTC.
const IPTC_BLOCK: u16 = 0x0404;

/// The property of XMP that says which way is up.
const XMP_ORIENTATION: &[u8] = b"tiff:Orientation";

/// The property of XMP that holds a preview, as a JPEG in base64.
const XMP_PREVIEW: &[u8] = b"xmpGImg:image";

/// The marker behind which there are samples.
const START_OF_SCAN: u8 = 0xda;

/// Metadata of a JPEG, for another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept(Vec<u8>);

impl Kept {
    /// Reads a file; of one that is no JPEG, nothing is kept.
    #[must_use]
    pub fn read(file: &[u8]) -> Self {
        let mut kept = Vec::new();
        if sniff(file).ok() != Some(Format::Jpeg) {
            return Self(kept);
        }
        let mut has = [false; 3];
        for (marker, content) in segments(file) {
            let kinds = [EXIF, XMP, PHOTOSHOP];
            let is = |(number, start): &(u8, &[u8])| *number == marker && content.starts_with(start);
            let Some(kind) = kinds.iter().position(is).filter(|kind| !has[*kind]) else { continue };
            let start = kinds[kind].1;
            let mut content = content.to_vec();
            let rest = &mut content[start.len()..];
            match kind {
                0 => exif::make_upright(rest),
                1 => xmp_make_upright(rest),
                _ => {
                    let blocks = iptc_blocks(&content[start.len()..]);
                    let blocks: Vec<u8> =
                        blocks.into_iter().flat_map(|block| content[start.len()..][block].to_vec()).collect();
                    if blocks.is_empty() {
                        continue;
                    }
                    content.truncate(start.len());
                    content.extend(blocks);
                }
            }
            let Ok(len) = u16::try_from(content.len() + 2) else { continue };
            has[kind] = true;
            kept.extend([0xff, marker]);
            kept.extend(len.to_be_bytes());
            kept.extend(content);
        }
        Self(kept)
    }

    /// Tells whether nothing is kept.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts the segments into a JPEG, behind the first of it, which is that of JFIF.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(crate) fn put_into(&self, file: Vec<u8>) -> Result<Vec<u8>, Error> {
        // The start, a marker, and a length that counts itself.
        let at = match file.get(4..6) {
            Some(&[high, low]) if !self.is_empty() => 4 + usize::from(u16::from_be_bytes([high, low])),
            _ => return Ok(file),
        };
        let Some((start, rest)) = file.split_at_checked(at) else { return Ok(file) };
        let mut whole = alloc::try_with_capacity(file.len() + self.0.len())?;
        [start, &self.0, rest].into_iter().for_each(|part| whole.extend_from_slice(part));
        Ok(whole)
    }
}

/// Walks the segments up to the first scan: their markers, and their content.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (marker, content, after) = next_segment(rest).filter(|(marker, ..)| *marker != START_OF_SCAN)?;
        rest = after;
        Some((marker, content))
    })
}

/// Makes XMP say that the picture is upright, and blanks its previews.
fn xmp_make_upright(xmp: &mut [u8]) {
    for_each_value(xmp, XMP_ORIENTATION, |value| {
        if let Some(digit) = value.iter_mut().find(|byte| **byte != b' ').filter(|byte| byte.is_ascii_digit()) {
            *digit = b'1';
        }
    });
    for_each_value(xmp, XMP_PREVIEW, |value| value.fill(b' '));
}

/// Finds the values of a property, which is an attribute, in quotes, or an element, up to the next tag.
fn for_each_value(xmp: &mut [u8], name: &[u8], mut change: impl FnMut(&mut [u8])) {
    let mut from = 0;
    while let Some(at) = xmp[from..].windows(name.len()).position(|window| window == name) {
        let is_end = xmp[..from + at].ends_with(b"</");
        from += at + name.len();
        let start = from + xmp[from..].iter().take_while(|byte| matches!(byte, b'=' | b' ')).count();
        let end = match xmp.get(start) {
            Some(b'>') if !is_end => b'<',
            Some(&quote @ (b'"' | b'\'')) => quote,
            _ => continue,
        };
        let value = &mut xmp[start + 1..];
        let len = value.iter().take_while(|byte| **byte != end).count();
        change(&mut value[..len]);
    }
}

/// Finds the blocks of IPTC among those of Photoshop, which have previews, too.
fn iptc_blocks(blocks: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0_usize;
    // A signature, a number, a name with its length that has an even size, and bytes with their length, that have an even size, too.
    while let Some(&[b'8', b'B', b'I', b'M', high, low, name_len]) = blocks.get(at..at + 7) {
        let size_at = at + 6 + (usize::from(name_len) + 2) / 2 * 2;
        let Some(&[a, b, c, d]) = blocks.get(size_at..size_at + 4) else { break };
        let Some(end) = (u32::from_be_bytes([a, b, c, d]) as usize).checked_add(size_at + 4) else { break };
        let even = end + (end - size_at) % 2;
        if end > blocks.len() {
            break;
        }
        if u16::from_be_bytes([high, low]) == IPTC_BLOCK {
            found.push(at..even.min(blocks.len()));
        }
        at = even;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a JPEG of segments and a scan that is none.
    fn jpeg(segments: &[(u8, &[u8])]) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8];
        for (marker, content) in [(0xe0, &b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"[..])].iter().chain(segments) {
            file.extend([0xff, *marker]);
            file.extend(u16::try_from(content.len() + 2).unwrap().to_be_bytes());
            file.extend_from_slice(content);
        }
        file.extend(b"\xff\xda\0\x02");
        file
    }

    fn block(number: u16, name: &[u8], data: &[u8]) -> Vec<u8> {
        let mut block = b"8BIM".to_vec();
        block.extend(number.to_be_bytes());
        block.push(u8::try_from(name.len()).unwrap());
        block.extend(name);
        block.resize(block.len() + block.len() % 2, 0);
        block.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        block.extend(data);
        block.resize(block.len() + data.len() % 2, 0);
        block
    }

    #[test]
    fn kept_is_exif_xmp_and_iptc_without_previews() {
        let exif = [EXIF.1, b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"].concat();
        let xmp = [XMP.1, b"<x tiff:Orientation=\"6\"/><tiff:Orientation>8</tiff:Orientation>"].concat();
        let (text, odd) = (block(IPTC_BLOCK, b"", b"by Ada"), block(IPTC_BLOCK, b"ab", b"odd"));
        let photoshop = [PHOTOSHOP.1, &block(0x040c, b"", b"preview"), &text, &odd, b"8BI"].concat();
        let file = jpeg(&[
            (0xe1, &exif),
            (0xe1, &xmp),
            (0xe1, &exif),
            (0xe2, b"ICC_PROFILE\0"),
            (0xed, &photoshop),
            (0xfe, b"comment"),
        ]);
        let kept = Kept::read(&file);
        let upright = [EXIF.1, b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0"].concat();
        let xmp = [XMP.1, b"<x tiff:Orientation=\"1\"/><tiff:Orientation>1</tiff:Orientation>"].concat();
        let photoshop = [PHOTOSHOP.1, &text[..], &odd].concat();
        let expected = jpeg(&[(0xe1, &upright), (0xe1, &xmp), (0xed, &photoshop)]);
        assert_eq!(kept.put_into(jpeg(&[])).unwrap(), expected);
        // What was kept is kept again.
        assert_eq!(Kept::read(&expected), kept);
        assert!(Kept::read(&jpeg(&[])).is_empty());
        assert!(Kept::read(b"\x89PNG\r\n\x1a\n").is_empty());
    }

    #[test]
    fn kept_xmp_has_no_previews() {
        let xmp = b"<a xmpGImg:image=\"/9j/4A\" b='1'/><xmpGImg:image>/9j/4B\n/9j</xmpGImg:image>\n<c>2</c>";
        let blank = b"<a xmpGImg:image=\"      \" b='1'/><xmpGImg:image>          </xmpGImg:image>\n<c>2</c>";
        let of = |xmp: &[u8]| Kept::read(&jpeg(&[(0xe1, &[XMP.1, xmp].concat())]));
        assert_eq!(of(xmp), of(blank));
        assert_ne!(of(xmp), of(b"<c>2</c>"));
    }

    #[test]
    fn kept_finds_iptc_in_a_later_segment() {
        let (preview, text) = (block(0x040c, b"", b"preview"), block(IPTC_BLOCK, b"", b"by Ada"));
        let [first, second] = [&preview, &text].map(|block| [PHOTOSHOP.1, block].concat());
        assert_eq!(Kept::read(&jpeg(&[(0xed, &first), (0xed, &second)])), Kept::read(&jpeg(&[(0xed, &second)])));
    }

    #[test]
    fn kept_survives_nonsense() {
        let photoshop = [PHOTOSHOP.1, &block(IPTC_BLOCK, b"name", b"text")].concat();
        let file = jpeg(&[(0xe1, &[EXIF.1, b"II*\0\x08\0\0\0\x02\0"].concat()), (0xed, &photoshop)]);
        for at in 0..file.len() {
            let _ = Kept::read(&file[..at]);
            for value in [0, 0x7f, 0xff] {
                let mut broken = file.clone();
                broken[at] = value;
                let kept = Kept::read(&broken);
                kept.put_into(jpeg(&[])).unwrap();
            }
        }
    }
}
