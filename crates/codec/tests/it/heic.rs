//! HEIC, where the machine has libheif; made by the encoder of Debian.

use palmette_codec::{DecodeOptions, Error, Format, heic, probe};
use palmette_core::{Limits, Pixmap, Size};
use palmette_ops::Class;

use crate::draw::{QUADRANTS, assert_corners};
use crate::files::{decode, fixture};
use crate::heif::{Item, Place, file, grid_item, ispe};

/// Decodes, if the machine can.
fn decoded(bytes: &[u8]) -> Option<Pixmap> {
    match (decode(bytes), heic::version()) {
        (Ok(pixmap), Some(_)) => Some(pixmap),
        (Err(Error::LibraryMissing { .. }), _) => {
            eprintln!("skipped: there is no libheif with a decoder of HEVC (apt-get install libheif1)");
            None
        }
        (result, version) => panic!("{result:?} with libheif {version:?}"),
    }
}

/// Takes the item out of a fixture, to build other files around it.
fn item(name: &str) -> Item {
    let bytes = fixture(name);
    let at = |kind: &[u8; 4]| bytes.windows(4).position(|window| window == kind).unwrap();
    let config = at(b"hvcC") - 4;
    let len = u32::from_be_bytes(bytes[config..config + 4].try_into().unwrap()) as usize;
    let payload = bytes[at(b"mdat") + 4..].to_vec();
    Item {
        kind: *b"hvc1",
        payload,
        properties: vec![ispe(64, 64), bytes[config..config + len].to_vec()],
        references: Vec::new(),
    }
}

/// Names a file of AVIF as one of HEIC.
fn as_heic(mut bytes: Vec<u8>) -> Vec<u8> {
    let brands = bytes[..28].to_vec();
    for (at, _) in brands.windows(4).enumerate().filter(|(_, window)| window == b"avif") {
        bytes[at..at + 4].copy_from_slice(b"heic");
    }
    bytes
}

#[test]
fn heic_is_probed_without_the_library() {
    for (name, size) in [("quadrants.heic", Size::new(64, 64)), ("odd-alpha.heic", Size::new(47, 33))] {
        let probed = probe(&fixture(name)).unwrap();
        assert_eq!((probed.format, probed.size, probed.is_animated), (Format::Heic, size, false), "{name}");
    }
}

#[test]
fn heic_comes_out_right() {
    for name in ["quadrants.heic", "quadrants-444.heic", "quadrants-10-bits.heic"] {
        let Some(pixmap) = decoded(&fixture(name)) else { return };
        assert_corners(&pixmap, QUADRANTS, 3);
    }
}

#[test]
fn heic_keeps_alpha_and_odd_sizes() {
    let Some(pixmap) = decoded(&fixture("odd-alpha.heic")) else { return };
    assert_eq!(pixmap.size(), Size::new(47, 33));
    for x in [3, 20, 40] {
        let [.., alpha] = pixmap.pixel(x, 10);
        let expected = 16 + x * 5;
        assert!(u32::from(alpha).abs_diff(expected) <= 3, "{alpha} instead of {expected}");
    }
}

#[test]
fn heic_turns_crops_and_grids_are_those_of_its_container() {
    let [red, green, blue, white] = QUADRANTS;
    let mut turned = item("quadrants.heic");
    turned.properties.push(crate::heif::boxed(b"irot", &[1]));
    let bytes = as_heic(file(1, &[turned], Place::Behind));
    let Some(pixmap) = decoded(&bytes) else { return };
    assert_corners(&pixmap, [green, white, red, blue], 3);
    // Two beside each other, cut by the edge of the picture.
    let items = [item("quadrants.heic"), item("quadrants.heic"), grid_item(1, 2, 128, 64, &[1, 2])];
    let pixmap = decoded(&as_heic(file(3, &items, Place::Behind))).unwrap();
    assert_eq!(pixmap.size(), Size::new(128, 64));
    for left in [0, 64] {
        for (x, y, color) in [(16, 16, red), (48, 16, green), (16, 48, blue), (48, 48, white)] {
            let actual = pixmap.pixel(left + x, y);
            assert!(crate::draw::max_difference(&actual, &color) <= 3, "{actual:?} at {left} + {x}, {y}");
        }
    }
}

#[test]
fn heic_over_the_limits_is_refused_by_its_boxes() {
    let mut item = item("quadrants.heic");
    for side in [17_000, u32::MAX] {
        item.properties[0] = ispe(side, side);
        let bytes = as_heic(file(1, std::slice::from_ref(&item), Place::Behind));
        assert_eq!(probe(&bytes).unwrap().size, Size::new(side, side));
        assert_eq!(decode(&bytes).unwrap_err().class(), Class::Limit);
    }
}

#[test]
fn heic_whose_bitstream_has_another_size_is_damaged() {
    if heic::version().is_none() {
        return;
    }
    let mut item = item("quadrants.heic");
    item.properties[0] = ispe(16, 16);
    let error = decode(&as_heic(file(1, &[item], Place::Behind))).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
}

#[test]
fn hostile_heic_cut_or_changed_ends_well() {
    const LIMITS: Limits = Limits { max_side_px: 200, max_area_px: 20_000, max_animation_area_px: 20_000 };
    let whole = fixture("odd-alpha.heic");
    let survive = |bytes: &[u8]| {
        let _ = probe(bytes);
        if let Ok(decoded) = palmette_codec::decode(bytes, &DecodeOptions::new(LIMITS)) {
            LIMITS.check(decoded.pixmap.size()).unwrap();
        }
    };
    for len in 0..whole.len() {
        survive(&whole[..len]);
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x80;
        survive(&bytes);
    }
}
