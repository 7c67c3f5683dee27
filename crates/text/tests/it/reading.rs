//! Fonts in every format, and files that are none or mean harm.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use palmette_ops::Class;
use palmette_ops::text::Text;
use palmette_text::{Error, Font, FontFolder, MAX_FONT_BYTES, MAX_UNPACKED_BYTES, lay_out};

use crate::fonts::{ALL, HAN, SANS, VARIABLE};

/// Reads bytes that are refused.
fn refused(bytes: Vec<u8>) -> Error {
    Font::read(bytes).expect_err("it is refused")
}

/// Sets four numbers of a WOFF file's directory: tag, offset, packed and unpacked length; the checksum is not read.
fn entry(file: &mut Vec<u8>, tag: &[u8], offset: u32, packed: u32, unpacked: u32) {
    file.extend_from_slice(tag);
    [offset, packed, unpacked, 0].iter().for_each(|number| file.extend_from_slice(&number.to_be_bytes()));
}

/// Begins a WOFF file with some tables.
fn header(tables: u16) -> Vec<u8> {
    let mut file = b"wOFF\0\x01\0\0\0\0\0\0".to_vec();
    file.extend_from_slice(&tables.to_be_bytes());
    file.resize(44, 0);
    file
}

/// Packs a font as WOFF.
fn pack(plain: &[u8]) -> Vec<u8> {
    let number = |at: usize| u32::from_be_bytes([plain[at], plain[at + 1], plain[at + 2], plain[at + 3]]);
    let count = u16::from_be_bytes([plain[4], plain[5]]);
    let short = |length: usize| u32::try_from(length).expect("a font is short");
    let mut file = header(count);
    let mut tables = Vec::new();
    let begin = 44 + usize::from(count) * 20;
    for table in 0..usize::from(count) {
        let at = 12 + table * 16;
        let (offset, length) = (number(at + 8) as usize, number(at + 12));
        let content = &plain[offset..offset + length as usize];
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).expect("memory takes it");
        let packed = encoder.finish().expect("memory takes it");
        let packed = if packed.len() < content.len() { packed } else { content.to_vec() };
        let place = short(begin + tables.len());
        entry(&mut file, &plain[at..at + 4], place, short(packed.len()), length);
        tables.extend_from_slice(&packed);
        tables.resize(tables.len().next_multiple_of(4), 0);
    }
    file.extend(tables);
    let length = short(file.len());
    file[8..12].copy_from_slice(&length.to_be_bytes());
    file
}

#[test]
fn fonts_of_every_format_are_read() {
    for font in ALL {
        assert!(!font.read().name().is_empty(), "{font:?}");
    }
    assert_eq!(SANS.read().name(), "DejaVu Sans");
    assert_eq!(HAN.read().name(), "WenQuanYi Micro Hei");
}

#[test]
fn a_font_in_woff_is_the_plain_one() {
    let plain = SANS.bytes();
    let packed = pack(&plain);
    assert!(packed.len() < plain.len());
    let [one, other] = [plain, packed].map(|bytes| {
        let laid = lay_out(&Text::new("Kerning: AV", ""), &Font::read(bytes).unwrap(), &FontFolder::default()).unwrap();
        laid.draw().unwrap()
    });
    assert_eq!(one, other);
}

#[test]
fn what_is_no_font_is_refused() {
    for bytes in [&b""[..], b"\0", b"<html>", b"%!PS-AdobeFont-1.0", b"\x01\0\x04\x04", b"\x89PNG\r\n\x1a\n"] {
        assert!(matches!(refused(bytes.to_vec()), Error::UnknownFormat), "{bytes:?}");
    }
    for bytes in [&b"\0\x01\0\0"[..], b"OTTO\0\0\0\0\0\0\0\0", b"ttcf", b"true\xff\xff\xff\xff"] {
        let error = refused(bytes.to_vec());
        assert!(matches!(error, Error::DamagedTables), "{bytes:?}: {error}");
        assert!(error.is_of_the_font());
    }
    for bytes in [
        &b"wOFF"[..],
        b"wOF2",
        b"wOF2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        assert!(matches!(refused(bytes.to_vec()), Error::DamagedPacking), "{bytes:?}");
    }
}

#[test]
fn a_font_that_ends_early_is_refused_or_drawn() {
    for font in ALL {
        let bytes = font.bytes();
        for share in 1..20 {
            let Ok(font) = Font::read(bytes[..bytes.len() * share / 20].to_vec()) else { continue };
            let laid = lay_out(&Text::new("Ag 漢 س 🙂", ""), &font, &FontFolder::default()).unwrap();
            laid.draw().unwrap();
        }
    }
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let mut bytes = SANS.bytes();
    bytes.resize(usize::try_from(MAX_FONT_BYTES).unwrap() + 1, 0);
    let error = refused(bytes);
    assert!(matches!(error, Error::FontTooLarge { bytes: 20_000_001, max_bytes: MAX_FONT_BYTES }), "{error}");
    assert_eq!(error.class(), Class::Limit);
}

#[test]
fn a_woff_that_unpacks_to_too_much_is_refused_unread() {
    // One table that claims 4 GB.
    let mut file = header(1);
    entry(&mut file, b"glyf", 64, 4, u32::MAX);
    file.extend([0; 4]);
    assert!(matches!(refused(file), Error::UnpackedTooLarge { max_bytes: MAX_UNPACKED_BYTES }));
    // Many that are the same bytes.
    let mut file = header(1000);
    (0..1000).for_each(|_| entry(&mut file, b"glyf", 44, 100_000, 100_000));
    file.resize(200_000, 0);
    assert!(matches!(refused(file), Error::UnpackedTooLarge { .. }));
    // One that has more in it than it says: it is cut, and then not what it should be.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 50_000_000]).unwrap();
    let packed = encoder.finish().unwrap();
    let mut file = header(1);
    let length = u32::try_from(packed.len()).unwrap();
    entry(&mut file, b"glyf", 64, length, length + 1);
    file.extend(packed);
    assert!(matches!(refused(file), Error::DamagedTables | Error::DamagedPacking));
}

#[test]
fn a_woff2_that_unpacks_to_too_much_is_refused_unread() {
    // A header, one table `glyf` that is packed as it is (flags 0xca) and says to have 100 MB, 1.5 MB of nothing.
    let body = 1_500_000_u32;
    let mut file = b"wOF2\0\x01\0\0".to_vec();
    let table = [0xca, 0xaf, 0xd7, 0xc2, 0x00];
    let total = 48 + u32::try_from(table.len()).unwrap() + body;
    file.extend(total.next_multiple_of(4).to_be_bytes());
    file.extend([0, 1, 0, 0]);
    file.extend(100_000_000_u32.to_be_bytes());
    file.extend(body.to_be_bytes());
    file.resize(48, 0);
    file.extend(table);
    file.resize(total.next_multiple_of(4) as usize, 0);
    let error = refused(file);
    assert!(matches!(error, Error::UnpackedTooLarge { .. }), "{error}");
}

#[test]
fn a_collection_in_woff2_is_refused() {
    let mut file = VARIABLE.bytes();
    file[4..8].copy_from_slice(b"ttcf");
    assert!(matches!(refused(file), Error::CompressedCollection));
}
