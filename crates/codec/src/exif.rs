//! The two facts that are read from EXIF: which way is up, and whose picture it is. The latter is written, too.
//!
//! EXIF is a TIFF without pixels. A wrong one is common and harmless, so nothing here fails: what cannot be read is
//! absent. The parser is our own because it is small: one directory, two tags, every access checked.

use crate::orient::Orientation;

/// Tag of the orientation in the first directory.
const TAG_ORIENTATION: u16 = 0x0112;
/// Tag of the copyright notice in the first directory.
const TAG_COPYRIGHT: u16 = 0x8298;
/// Tags of the preview in the second directory: where it begins, and how long it is.
const TAG_PREVIEW_OFFSET: u16 = 0x0201;
const TAG_PREVIEW_BYTES: u16 = 0x0202;
/// Field types: characters, 16-bit and 32-bit numbers.
const TYPE_ASCII: u16 = 2;
const TYPE_SHORT: u16 = 3;
const TYPE_LONG: u16 = 4;
/// Bytes of an entry of a directory.
const ENTRY_BYTES: usize = 12;
/// A longer copyright notice is no notice.
const MAX_COPYRIGHT_BYTES: usize = 4096;
/// Entries that are looked at; directories of cameras have some dozens.
///
/// A directory may claim 65,535 that all point to the same long text.
const MAX_ENTRIES: usize = 512;

/// Bytes of a TIFF header and a directory of one entry; what the entry points to follows.
const ONE_ENTRY_BYTES: u32 = 8 + 2 + 12 + 4;

/// Builds an EXIF that holds a copyright notice and nothing else, without a signature.
///
/// A longer notice than is read is cut; zeros, which would end it, are left out.
pub(crate) fn copyright_only(notice: &str) -> Vec<u8> {
    let mut text: String = notice.chars().filter(|&char| char != '\0').collect();
    while text.len() >= MAX_COPYRIGHT_BYTES {
        text.pop();
    }
    // The text ends in a zero; one that fits into the entry stands there, filled up with more of them.
    text.push('\0');
    let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    tiff.extend_from_slice(&TAG_COPYRIGHT.to_be_bytes());
    tiff.extend_from_slice(&TYPE_ASCII.to_be_bytes());
    tiff.extend_from_slice(&len.to_be_bytes());
    if text.len() <= 4 {
        tiff.extend_from_slice(text.as_bytes());
        tiff.resize(ONE_ENTRY_BYTES as usize, 0);
    } else {
        tiff.extend_from_slice(&ONE_ENTRY_BYTES.to_be_bytes());
        tiff.resize(ONE_ENTRY_BYTES as usize, 0);
        tiff.extend_from_slice(text.as_bytes());
    }
    tiff
}

/// Makes EXIF, given without its signature, that of a picture that was turned upright: it says so, and its preview, which shows what was
/// cut away, is gone.
pub(crate) fn make_upright(bytes: &mut [u8]) {
    let Some(tiff) = Tiff::open(bytes) else { return };
    let Some(start) = tiff.u32_at(4).map(|offset| offset as usize) else { return };
    let upright = if tiff.is_big_endian { [0, 1, 0, 0] } else { [1, 0, 0, 0] };
    let upright_long = if tiff.is_big_endian { [0, 0, 0, 1] } else { [1, 0, 0, 0] };
    let mut changes: Vec<(usize, [u8; 4])> = Vec::new();
    for entry in tiff.entries(start) {
        match (tiff.u16_at(entry), tiff.u16_at(entry + 2)) {
            (Some(TAG_ORIENTATION), Some(TYPE_SHORT)) => changes.push((entry + 8, upright)),
            (Some(TAG_ORIENTATION), Some(TYPE_LONG)) => changes.push((entry + 8, upright_long)),
            _ => {}
        }
    }
    // The second directory is that of the preview.
    let next = start.saturating_add(2 + usize::from(tiff.u16_at(start).unwrap_or(0)) * ENTRY_BYTES);
    let preview = tiff.u32_at(next).map_or(0, |offset| offset as usize);
    let of_preview = |wanted: u16| {
        let entry = tiff.entries(preview).find(|&entry| tiff.u16_at(entry) == Some(wanted))?;
        tiff.u32_at(entry + 8).map(|value| value as usize)
    };
    let range = of_preview(TAG_PREVIEW_OFFSET).zip(of_preview(TAG_PREVIEW_BYTES)).filter(|_| preview != 0);
    changes.push((next, [0; 4]));
    for (at, value) in changes {
        if let Some(place) = at.checked_add(4).and_then(|end| bytes.get_mut(at..end)) {
            place.copy_from_slice(&value);
        }
    }
    if let Some((offset, len)) = range
        && let Some(preview) = bytes.get_mut(offset..offset.saturating_add(len))
    {
        preview.fill(0);
    }
}

/// What is kept of the EXIF of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exif {
    /// Which way is up.
    pub(crate) orientation: Orientation,
    /// The copyright notice, if it says something.
    pub(crate) copyright: Option<String>,
}

impl Exif {
    /// Reads EXIF with or without the `Exif\0\0` that JPEG puts before it; absent bytes give the default.
    pub(crate) fn parse(bytes: Option<&[u8]>) -> Self {
        let Some(bytes) = bytes else { return Self::default() };
        let bytes = bytes.strip_prefix(b"Exif\0\0").unwrap_or(bytes);
        Tiff::open(bytes).map(|tiff| tiff.read_first_directory()).unwrap_or_default()
    }
}

/// A TIFF header and what it points into.
struct Tiff<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

impl<'a> Tiff<'a> {
    /// Reads the byte order.
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let is_big_endian = match bytes.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { bytes, is_big_endian })
    }

    /// Returns where the entries of a directory begin.
    fn entries(&self, start: usize) -> impl Iterator<Item = usize> + use<> {
        let count = usize::from(self.u16_at(start).unwrap_or(0)).min(MAX_ENTRIES);
        (0..count).map(move |index| start.saturating_add(2 + index * ENTRY_BYTES))
    }

    /// Collects the tags of the first directory; an entry that makes no sense is passed over, of two the first counts.
    fn read_first_directory(&self) -> Exif {
        let (mut orientation, mut copyright) = (None, None);
        let Some(start) = self.u32_at(4).map(|offset| offset as usize) else { return Exif::default() };
        for entry in self.entries(start) {
            let (Some(tag), Some(kind), Some(len)) =
                (self.u16_at(entry), self.u16_at(entry + 2), self.u32_at(entry + 4))
            else {
                break;
            };
            match (tag, kind, len) {
                (TAG_ORIENTATION, TYPE_SHORT, 1) if orientation.is_none() => {
                    orientation = self.u16_at(entry + 8).map(u32::from);
                }
                (TAG_ORIENTATION, TYPE_LONG, 1) if orientation.is_none() => orientation = self.u32_at(entry + 8),
                (TAG_COPYRIGHT, TYPE_ASCII, _) if copyright.is_none() => copyright = self.text(entry + 8, len as usize),
                _ => {}
            }
            if orientation.is_some() && copyright.is_some() {
                break;
            }
        }
        Exif { orientation: orientation.map(Orientation::from_exif).unwrap_or_default(), copyright }
    }

    /// Reads a text: inside the entry if it fits there, else where the entry points.
    ///
    /// The notice may hold two texts, photographer and editor, with a zero between them; both are kept.
    fn text(&self, field: usize, len: usize) -> Option<String> {
        let start = if len <= 4 { field } else { self.u32_at(field)? as usize };
        let raw = self.bytes.get(start..start.checked_add(len.min(MAX_COPYRIGHT_BYTES))?)?;
        let text = String::from_utf8_lossy(raw);
        let parts: Vec<&str> = text.split('\0').map(str::trim).filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn u16_at(&self, at: usize) -> Option<u16> {
        let raw = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.is_big_endian { u16::from_be_bytes(raw) } else { u16::from_le_bytes(raw) })
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        let raw = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.is_big_endian { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a directory of an orientation and a copyright notice, the latter after the directory.
    fn tiff(is_big_endian: bool, orientation: u16, copyright: &[u8]) -> Vec<u8> {
        let short = |value: u16| if is_big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let long = |value: u32| if is_big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let len = u32::try_from(copyright.len()).unwrap();
        let mut bytes = if is_big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        bytes.extend(long(8));
        bytes.extend(short(2));
        bytes.extend([short(TAG_ORIENTATION), short(TYPE_SHORT)].concat());
        bytes.extend([&long(1)[..], &short(orientation), &[0, 0]].concat());
        bytes.extend([short(TAG_COPYRIGHT), short(TYPE_ASCII)].concat());
        bytes.extend([long(len), long(8 + 2 + 24 + 4)].concat());
        bytes.extend(long(0));
        bytes.extend(copyright);
        bytes
    }

    #[test]
    fn exif_reads_both_byte_orders() {
        for is_big_endian in [false, true] {
            let bytes = tiff(is_big_endian, 6, b"Ada Lovelace \0The Editor\0");
            let expected =
                Exif { orientation: Orientation::from_exif(6), copyright: Some("Ada Lovelace; The Editor".to_owned()) };
            assert_eq!(Exif::parse(Some(&bytes)), expected);
            assert_eq!(Exif::parse(Some(&[b"Exif\0\0", &bytes[..]].concat())), expected);
        }
    }

    #[test]
    fn exif_written_is_read() {
        for notice in ["A", "Ada", "Ada Lovelace", "© Ada Lovelace, 1843"] {
            let read = Exif::parse(Some(&copyright_only(notice)));
            assert_eq!(read, Exif { copyright: Some(notice.to_owned()), ..Exif::default() });
        }
        let read = Exif::parse(Some(&copyright_only(&"é\0".repeat(9_000)))).copyright.unwrap();
        assert_eq!(read, "é".repeat(2_047));
    }

    #[test]
    fn exif_that_is_upright_has_no_preview() {
        for is_big_endian in [false, true] {
            let number = |value: u32| if is_big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
            let short = |value: u16| if is_big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
            let mut bytes = tiff(is_big_endian, 6, b"Ada Lovelace\0");
            let directory = bytes.len();
            bytes[8 + 2 + 24..][..4].copy_from_slice(&number(u32::try_from(directory).unwrap()));
            bytes.extend(short(2));
            for (tag, value) in [(TAG_PREVIEW_OFFSET, directory + 30), (TAG_PREVIEW_BYTES, 7)] {
                bytes.extend(
                    [&short(tag)[..], &short(TYPE_LONG), &number(1), &number(u32::try_from(value).unwrap())].concat(),
                );
            }
            bytes.extend(number(0));
            bytes.extend(b"preview");
            make_upright(&mut bytes);
            let expected = Exif { copyright: Some("Ada Lovelace".to_owned()), ..Exif::default() };
            assert_eq!(Exif::parse(Some(&bytes)), expected);
            assert!(bytes.ends_with(&[0; 11]) && bytes[8 + 2 + 24..][..4] == [0; 4]);
        }
        for at in 0..40 {
            let mut broken = tiff(true, 6, b"somebody\0");
            broken[at] ^= 0xff;
            make_upright(&mut broken);
            broken.truncate(at);
            make_upright(&mut broken);
        }
    }

    #[test]
    fn exif_of_many_entries_is_not_read_to_its_end() {
        // Nobody counts the texts that were read; that the first stays, and that a late entry is not seen, shows it.
        let entries = |first: u32, last: [u8; 12]| {
            let texts = 8 + 2 + 65_535 * 12;
            let entry = |text: u32, len: u32| {
                let at = texts + 4_096 * text;
                [&[0x82, 0x98, 0, 2][..], &len.to_be_bytes(), &at.to_be_bytes()].concat()
            };
            let mut bytes = b"MM\0*\0\0\0\x08\xff\xff".to_vec();
            bytes.extend(entry(first, 4_096));
            bytes.extend(entry(2, 4_096).repeat(65_533));
            bytes.extend(last);
            bytes.extend([[b' '; 4_096], [b'a'; 4_096], [b' '; 4_096]].concat());
            bytes
        };
        let turn = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
        let first = Exif { copyright: Some("a".repeat(4_096)), ..Exif::default() };
        assert_eq!(Exif::parse(Some(&entries(1, turn))), first);
        assert_eq!(Exif::parse(Some(&entries(0, turn))), Exif::default());
    }

    #[test]
    fn exif_survives_truncation_and_nonsense() {
        let bytes = tiff(false, 3, b"somebody\0");
        for len in 0..bytes.len() {
            let _ = Exif::parse(Some(&bytes[..len]));
        }
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 0xff;
            let _ = Exif::parse(Some(&broken));
        }
        assert_eq!(Exif::parse(None), Exif::default());
        assert_eq!(Exif::parse(Some(b"II*\0\xff\xff\xff\xff")), Exif::default());
        assert_eq!(Exif::parse(Some(&tiff(true, 1, b" \0"))).copyright, None);
    }
}
