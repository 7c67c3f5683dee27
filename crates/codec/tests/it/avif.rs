//! The properties of AVIF files: turns, mirrors, crops, depths, alpha, sequences.

use palmette_codec::{EncodeFormat, EncodeOptions, Format, encode, probe};
use palmette_core::{IdleCores, Size};
use palmette_ops::Class;

use crate::color::p3_to_srgb;
use crate::draw::{QUADRANTS, assert_corners, soft};
use crate::files::{decode, fixture};

#[test]
fn avif_turns_and_mirrors() {
    let [red, green, blue, white] = QUADRANTS;
    for (name, shown) in [
        ("irot1.avif", [green, white, red, blue]),
        ("irot2.avif", [white, blue, green, red]),
        ("irot3.avif", [blue, red, white, green]),
        ("imir0.avif", [blue, white, red, green]),
        ("imir1.avif", [green, red, white, blue]),
        ("irot1-imir1.avif", [white, green, blue, red]),
    ] {
        let bytes = fixture(name);
        let size = if name.contains("irot1") || name.contains("irot3") { Size::new(32, 48) } else { Size::new(48, 32) };
        assert_eq!(probe(&bytes).unwrap().size, size, "{name}");
        let decoded = decode(&bytes).unwrap();
        assert_eq!(decoded.size(), size, "{name}");
        assert_corners(&decoded, shown, 2);
    }
}

#[test]
fn avif_crop() {
    let bytes = fixture("clap.avif");
    let probed = probe(&bytes).unwrap();
    assert_eq!((probed.size, probed.stored_size), (Size::new(24, 32), Size::new(48, 32)));
    let decoded = decode(&bytes).unwrap();
    assert_eq!(decoded.size(), Size::new(24, 32));
    assert_corners(&decoded, QUADRANTS, 2);
    // The border between the colours is in the middle of the crop.
    assert!(decoded.pixel(11, 0)[0] > 250 && decoded.pixel(12, 0)[1] > 250);
}

#[test]
fn avif_depths_and_chroma() {
    for name in ["depth10.avif", "depth12-420.avif"] {
        assert_corners(&decode(&fixture(name)).unwrap(), QUADRANTS, 2);
    }
    // Luma by the matrix of BT.601: 0.299, 0.587, 0.114.
    let gray = [76, 150, 29, 255].map(|level| [level, level, level, 255]);
    assert_corners(&decode(&fixture("gray.avif")).unwrap(), gray, 2);
}

#[test]
fn avif_premultiplied_alpha_becomes_straight() {
    let decoded = decode(&fixture("premultiplied.avif")).unwrap();
    for (x, alpha) in [(10, 66_u8), (40, 216)] {
        let [.., actual] = decoded.pixel(x, 4);
        assert!(actual.abs_diff(alpha) <= 1, "{actual} instead of {alpha}");
    }
    assert!(decoded.pixel(10, 4)[0] > 245, "{:?}", decoded.pixel(10, 4));
    assert!(decoded.pixel(40, 28)[..3].iter().all(|&level| level > 250), "{:?}", decoded.pixel(40, 28));
}

#[test]
fn avif_wide_primaries_by_number_are_converted() {
    let stored = [[200, 100, 50], [100, 200, 100], [60, 60, 180], [128, 128, 128]];
    assert_corners(&decode(&fixture("display-p3.avif")).unwrap(), stored.map(p3_to_srgb), 2);
}

#[test]
fn avif_sequence_shows_its_first_frame() {
    let bytes = fixture("sequence.avif");
    let probed = probe(&bytes).unwrap();
    assert_eq!((probed.format, probed.size, probed.is_animated), (Format::Avif, Size::new(48, 32), true));
    assert_corners(&decode(&bytes).unwrap(), QUADRANTS, 2);
}

#[test]
fn avif_grid_is_in_the_order_of_its_references() {
    let decoded = decode(&fixture("avif-grid-order.avif")).unwrap();
    assert_eq!(decoded.size(), Size::new(128, 64));
    let (left, right) = (decoded.pixel(32, 32), decoded.pixel(96, 32));
    assert!(left[2] > 250 && left[0] < 5, "{left:?} is blue");
    assert!(right[0] > 250 && right[2] < 5, "{right:?} is red");
}

#[test]
fn avif_item_that_is_not_shown_is_bound_by_no_limit() {
    let decoded = decode(&fixture("avif-larger-second-item.avif")).unwrap();
    assert_eq!(decoded.size(), Size::new(64, 64));
    assert!(decoded.pixel(32, 32)[0] > 250 && decoded.pixel(32, 32)[1] < 5);
}

#[test]
fn avif_of_any_size_is_probed_and_one_over_the_limits_is_too_large() {
    let bytes = fixture("avif-17000.avif");
    assert_eq!(probe(&bytes).unwrap().size, Size::new(17_000, 17_000));
    assert_eq!(decode(&bytes).unwrap_err().class(), Class::Limit);
}

#[test]
fn avif_does_not_depend_on_idle_cores() {
    let picture = soft(700, 520);
    let [alone, others @ ..] = [0, 1, 2, 3, 7, 40].map(|count| {
        let idle = IdleCores::new(count);
        let options = EncodeOptions { idle: idle.clone(), quality: Some(60), ..EncodeOptions::new(EncodeFormat::Avif) };
        let file = encode(picture.clone(), &options).unwrap().bytes;
        assert_eq!(idle.borrow(count).count(), count, "what was borrowed is given back");
        file
    });
    assert!(others.iter().all(|other| *other == alone), "another file by more threads");
}
