//! EXIF orientation in every format that has it, in the picture and in the size that the probe tells.

use palmette_codec::{EncodeFormat, probe};
use palmette_core::{Orientation, Size};
use palmette_ops::{Flip, Rotate};

use crate::draw::{QUADRANTS, assert_corners, quadrants};
use crate::files::{decode, encoded, exif, webp, webp_canvas, webp_chunk, with_jpeg_segment, with_png_chunk};

/// Where each orientation puts the stored quadrants: the stored one (0 top left, 1 top right, 2 bottom left, 3 bottom
/// right) that is shown at each place.
const SHOWN: [[usize; 4]; 8] =
    [[0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1], [0, 2, 1, 3], [2, 0, 3, 1], [3, 1, 2, 0], [1, 3, 0, 2]];

/// The same as a flip and a turn after it.
const STEPS: [Orientation; 8] = [
    Orientation::AS_STORED,
    Orientation { flip: Some(Flip::Horizontal), rotate: Rotate::None },
    Orientation { flip: None, rotate: Rotate::Half },
    Orientation { flip: Some(Flip::Vertical), rotate: Rotate::None },
    Orientation { flip: Some(Flip::Vertical), rotate: Rotate::Quarter },
    Orientation { flip: None, rotate: Rotate::Quarter },
    Orientation { flip: Some(Flip::Horizontal), rotate: Rotate::Quarter },
    Orientation { flip: None, rotate: Rotate::ThreeQuarters },
];

/// Checks a file of stored 48×32 quadrants for each orientation.
fn check(tolerance: u8, file: impl Fn(&[u8]) -> Vec<u8>) {
    for (shown, orientation) in SHOWN.into_iter().zip(1..) {
        let bytes = file(&exif(orientation));
        let size = if orientation >= 5 { Size::new(32, 48) } else { Size::new(48, 32) };
        let probed = probe(&bytes).unwrap();
        assert_eq!((probed.size, probed.stored_size), (size, size), "orientation {orientation}");
        assert_eq!((probed.rows_size(), probed.orientation), (Size::new(48, 32), STEPS[usize::from(orientation) - 1]));
        assert_eq!(probed.copyright.as_deref(), Some("Ada"));
        let decoded = decode(&bytes).unwrap();
        assert_eq!(decoded.size(), size);
        assert_corners(&decoded, shown.map(|quadrant| QUADRANTS[quadrant]), tolerance);
    }
}

#[test]
fn orientation_of_jpeg() {
    let jpeg = encoded(&quadrants(48, 32), EncodeFormat::Jpeg, 95);
    check(4, |exif| with_jpeg_segment(&jpeg, 0xe1, &[b"Exif\0\0", exif].concat()));
}

#[test]
fn orientation_of_png_before_and_after_the_pixels() {
    let png = encoded(&quadrants(48, 32), EncodeFormat::Png, 85);
    check(0, |exif| with_png_chunk(&png, *b"eXIf", exif, false));
    check(0, |exif| with_png_chunk(&png, *b"eXIf", exif, true));
}

#[test]
fn orientation_of_webp_with_and_without_signature() {
    const FLAG_EXIF: u8 = 0x08;
    let still = encoded(&quadrants(48, 32), EncodeFormat::Webp, 100);
    for signature in [&b""[..], b"Exif\0\0"] {
        check(0, |exif| {
            let exif = webp_chunk(b"EXIF", &[signature, exif].concat());
            webp(&[webp_canvas(FLAG_EXIF, 48, 32), still[12..].to_vec(), exif])
        });
    }
}
