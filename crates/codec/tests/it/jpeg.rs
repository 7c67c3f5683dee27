//! What is special about JPEG: inks, warnings, depths.

use palmette_codec::{EncodeFormat, EncodeOptions, Error, encode, probe};
use palmette_core::Code;

use crate::draw::{assert_corners, gradient};
use crate::files::{decode, encoded, fixture, with_jpeg_segment};

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
fn jpeg_inks_without_adobe_marker_are_as_stored() {
    let mut bytes = fixture("cmyk-adobe.jpg");
    let start = segment_at(&bytes, 0xee);
    let len = usize::from(u16::from_be_bytes([bytes[start + 2], bytes[start + 3]]));
    bytes.drain(start..start + 2 + len);
    // Stored are 0 for full ink and 255 for none: all of the other inks, and black.
    let black = [0, 0, 0, 255];
    assert_corners(&decode(&bytes).unwrap(), [black, black, black, [0, 0, 0, 255]], 2);
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
    for len in 3..whole.len() {
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
            for len in 3..odd.len() {
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
    assert_eq!(error.code(), Code::UnsupportedFormat);
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
    assert_eq!(probe(&whole[..scan]).unwrap(), probe(&whole).unwrap());
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
