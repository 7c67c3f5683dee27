//! What is special about JPEG: inks, warnings, depths.

use palmette_codec::{EncodeFormat, EncodeOptions, Error, encode, probe};
use palmette_ops::Class;

use crate::draw::{assert_corners, gradient};
use crate::files::{decode, decode_damaged, encoded, fixture, with_jpeg_segment};

/// Finds the first segment of a kind.
fn segment_at(jpeg: &[u8], marker: u8) -> usize {
    jpeg.windows(2).position(|window| window == [0xff, marker]).unwrap()
}

#[test]
fn jpeg_inks_with_adobe_marker_are_inverted() {
    let bytes = fixture("cmyk-adobe.jpg");
    let expected = [[0, 255, 255, 255], [255, 0, 255, 255], [255, 255, 0, 255], [0, 0, 0, 255]];
    assert_corners(&decode(&bytes).unwrap(), expected, 2);
}

#[test]
fn jpeg_inks_without_adobe_marker_are_inverted_too() {
    let mut bytes = fixture("cmyk-adobe.jpg");
    let with = decode(&bytes).unwrap();
    let start = segment_at(&bytes, 0xee);
    let len = usize::from(u16::from_be_bytes([bytes[start + 2], bytes[start + 3]]));
    bytes.drain(start..start + 2 + len);
    assert_eq!(decode(&bytes).unwrap(), with);
    let pixmap = decode(&fixture("jpeg-cmyk-no-adobe.jpg")).unwrap();
    assert_eq!((pixmap.pixel(0, 0), pixmap.pixel(15, 7)), ([255, 255, 255, 255], [0, 255, 255, 255]));
}

/// Makes files of one with a single scan that are odd as those of cameras are, all with its pixels.
fn with_oddities(plain: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (body, end) = plain.split_at(plain.len() - 2);
    let scan = segment_at(plain, 0xda);
    let mut samsung = plain.to_vec();
    let len = usize::from(u16::from_be_bytes([plain[scan + 2], plain[scan + 3]]));
    samsung[scan + len - 1..scan + len + 2].copy_from_slice(&[1, 0, 0x21]);
    vec![
        ("parameters of progression", samsung),
        ("no end", body.to_vec()),
        ("half an end", [body, &[0xff]].concat()),
        ("a trailer", [body, &[0, 0, 0x30, 0x0a], b"Image_UTC_Data1234567890123SEFT"].concat()),
        ("stray bytes", [body, &[0; 16], end].concat()),
        ("more stray bytes", [body, &[0x55; 5000], end].concat()),
    ]
}

#[test]
fn jpeg_oddities_of_cameras_change_nothing() {
    let plain = fixture("jpeg-plain.jpg");
    for name in ["jpeg-samsung-sos.jpg", "jpeg-no-eoi-trailer.jpg", "jpeg-stray-before-eoi.jpg"] {
        assert_eq!(decode(&fixture(name)).unwrap(), decode(&plain).unwrap(), "{name}");
    }
    // The area of this one is small enough for a single scan.
    for plain in [plain, encoded(&gradient(40, 40), EncodeFormat::Jpeg, 80), fixture("cmyk-adobe.jpg")] {
        for (name, odd) in with_oddities(&plain) {
            assert_eq!(decode(&odd).unwrap(), decode(&plain).unwrap(), "{name}");
        }
    }
}

#[test]
fn jpeg_of_damage_is_shown_if_it_may_be() {
    for size in [64, 40] {
        let whole = encoded(&gradient(size, size), EncodeFormat::Jpeg, 80);
        let (pixmap, damage) = decode_damaged(&whole[..whole.len() * 4 / 5]).unwrap();
        assert_eq!((pixmap.width(), pixmap.height()), (size, size));
        assert!(damage.is_some());
        let (pixmap, damage) = decode_damaged(&whole).unwrap();
        assert_eq!((&pixmap, damage), (&decode(&whole).unwrap(), None));
    }
}

#[test]
fn jpeg_extraneous_bytes_between_segments_are_harmless() {
    let plain = encoded(&gradient(64, 48), EncodeFormat::Jpeg, 80);
    let table = segment_at(&plain, 0xdb);
    let odd = [&plain[..table], &[0, 17, 4], &plain[table..]].concat();
    assert_eq!(decode(&odd).unwrap(), decode(&plain).unwrap());
    let revision = segment_at(&plain, 0xe0) + 9;
    let mut future = plain.clone();
    future[revision] = 9;
    assert_eq!(decode(&future).unwrap(), decode(&plain).unwrap());
    assert_eq!(decode(&[&plain[..], b"more"].concat()).unwrap(), decode(&plain).unwrap());
}

#[test]
fn jpeg_cut_anywhere_is_damaged() {
    let whole = encoded(&gradient(64, 48), EncodeFormat::Jpeg, 80);
    // Nobody misses the end mark.
    for len in whole.len() - 2..whole.len() {
        assert_eq!(decode(&whole[..len]).unwrap(), decode(&whole).unwrap());
    }
    for len in 3..whole.len() - 2 {
        let error = decode(&whole[..len]).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{len} of {}: {error}", whole.len());
    }
}

/// What no pixel depends on, and what decoders warn of before anything else.
fn with_harmless(plain: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let table = segment_at(plain, 0xdb);
    let adobe = [&b"Adobe"[..], &[0, 100, 0, 0, 0, 0, 77]].concat();
    let mut future = plain.to_vec();
    future[segment_at(plain, 0xe0) + 9] = 9;
    let bare = [&plain[..2], &plain[20..]].concat();
    vec![
        ("stray bytes", [&plain[..table], &[0, 17, 4, 1], &plain[table..]].concat()),
        ("a version from the future", future),
        ("an unknown transform", with_jpeg_segment(&bare, 0xee, &adobe)),
        ("half a profile", with_jpeg_segment(plain, 0xe2, b"ICC_PROFILE\0\x02\x02abc")),
    ]
}

#[test]
fn jpeg_harmless_bytes_change_nothing() {
    let plain = encoded(&gradient(64, 48), EncodeFormat::Jpeg, 80);
    for (name, odd) in with_harmless(&plain) {
        assert_eq!(decode(&odd).unwrap(), decode(&plain).unwrap(), "{name}");
    }
}

#[test]
fn jpeg_harmless_bytes_hide_no_cut() {
    for plain in [(64, 48), (40, 40)].map(|(w, h)| encoded(&gradient(w, h), EncodeFormat::Jpeg, 80)) {
        for (name, odd) in with_harmless(&plain) {
            for len in 3..odd.len() - 2 {
                assert!(matches!(decode(&odd[..len]), Err(Error::Damaged { .. })), "{name}, {len} of {}", odd.len());
            }
        }
    }
}

#[test]
fn jpeg_harmless_bytes_hide_no_corruption() {
    for plain in [(64, 48), (40, 40)].map(|(w, h)| encoded(&gradient(w, h), EncodeFormat::Jpeg, 80)) {
        let scan = segment_at(&plain, 0xda);
        for at in scan..plain.len() {
            let mut corrupt = plain.clone();
            corrupt[at] ^= 0xff;
            let alone = decode(&corrupt).is_err();
            for (name, odd) in with_harmless(&corrupt) {
                assert_eq!(decode(&odd).is_err(), alone, "{name}, byte {at} of {}", plain.len());
            }
        }
    }
}

#[test]
fn jpeg_of_12_bits_is_refused_by_name() {
    let mut bytes = encoded(&gradient(16, 16), EncodeFormat::Jpeg, 80);
    let frame = segment_at(&bytes, 0xc0);
    bytes[frame + 4] = 12;
    let error = decode(&bytes).unwrap_err();
    assert_eq!(error.class(), Class::Unsupported);
    assert!(error.to_string().starts_with("JPEG of other than 8 bits"), "{error}");
}

#[test]
fn jpeg_of_many_scans_is_refused() {
    let whole = encoded(&gradient(64, 64), EncodeFormat::Jpeg, 80);
    let scan = segment_at(&whole, 0xda);
    let next =
        scan + 2 + whole[scan + 2..].windows(2).position(|window| window[0] == 0xff && window[1] >= 0xc0).unwrap();
    let bomb = [&whole[..next], &whole[scan..next].repeat(500), &whole[next..]].concat();
    assert!(matches!(decode(&bomb), Err(Error::Damaged { .. })));
}

#[test]
fn jpeg_probe_reads_segments_only() {
    let whole = encoded(&gradient(64, 48), EncodeFormat::Jpeg, 80);
    let scan = segment_at(&whole, 0xda);
    let len = usize::from(u16::from_be_bytes([whole[scan + 2], whole[scan + 3]]));
    assert_eq!(probe(&whole[..scan + 2 + len]).unwrap(), probe(&whole).unwrap());
    let padded = with_jpeg_segment(&whole, 0xe5, &[0xff; 60_000]);
    assert_eq!(probe(&padded).unwrap(), probe(&whole).unwrap());
}

#[test]
fn jpeg_carries_the_copyright_and_nothing_else() {
    let plain = EncodeOptions::new(EncodeFormat::Jpeg);
    let without = encode(gradient(64, 48), &plain).unwrap().bytes;
    assert_eq!(probe(&without).unwrap().copyright, None);
    for notice in ["Ada", "© Ada Lovelace, 1843; The Editor"] {
        let options = EncodeOptions { copyright: Some(notice.to_owned()), ..plain.clone() };
        let with = encode(gradient(64, 48), &options).unwrap().bytes;
        assert_eq!(probe(&with).unwrap().copyright.as_deref(), Some(notice));
        // Behind the JFIF segment, which has to be first.
        assert_eq!((with[2..4].to_vec(), segment_at(&with, 0xe1)), (vec![0xff, 0xe0], 20));
        let len = 2 + usize::from(u16::from_be_bytes([with[22], with[23]]));
        assert_eq!([&with[..20], &with[20 + len..]].concat(), without);
    }
    let long = EncodeOptions { copyright: Some("x".repeat(100_000)), ..plain };
    let with = encode(gradient(64, 48), &long).unwrap().bytes;
    assert_eq!(probe(&with).unwrap().copyright.unwrap().len(), 4095);
}
