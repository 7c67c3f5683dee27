//! Rows of pixels, compared with libjpeg-turbo: every byte.

use palmette_jpeg::{Decoder, Error};

use crate::decode::picture;
use crate::turbo::{self, Encode, SAMPLINGS, Sampling, Space};

/// Compares whole pictures.
#[track_caller]
pub(crate) fn check(file: &[u8], what: &str) {
    let decoder = Decoder::new(file).expect("a header");
    let mut rows = decoder.rows().expect("a model");
    let mut pixels = Vec::new();
    while let Some(row) = rows.next_row() {
        pixels.extend_from_slice(row);
    }
    assert_eq!(rows.damage(), None, "{what}");
    let theirs = turbo::decode_pixels(file).expect("a picture");
    assert_eq!(theirs.warning, None, "{what}");
    assert_eq!(pixels.len(), theirs.result.len(), "{what}");
    let width = decoder.size().0 as usize;
    if let Some(i) = (0..pixels.len()).find(|&i| pixels[i] != theirs.result[i]) {
        let (x, y) = (i / 4 % width, i / 4 / width);
        panic!("{what}: ({x}, {y}), channel {}: {} instead of {}", i % 4, pixels[i], theirs.result[i]);
    }
}

#[test]
fn rows_of_every_sampling_and_size() {
    for (sampling, _) in SAMPLINGS {
        for side in 1..=40 {
            for (width, height) in [(side, 41 - side), (side, side), (side * 7, 3)] {
                let file = Encode::new(90, sampling).rgba(&picture(width, height, 60), width, height);
                check(&file, &format!("{sampling:?}, {width}×{height}"));
            }
        }
    }
}

#[test]
fn rows_of_large_progressive_pictures() {
    for (sampling, _) in SAMPLINGS {
        for (width, height) in [(641, 363), (363, 641)] {
            let encode = Encode { progressive: true, ..Encode::new(75, sampling) };
            check(
                &encode.rgba(&picture(width, height, 200), width, height),
                &format!("{sampling:?}, {width}×{height}"),
            );
        }
    }
}

#[test]
fn rows_of_all_models() {
    let (width, height) = (61, 47);
    let pixels = picture(width, height, 100);
    let rgb = Encode { space: Some(Space::Rgb), ..Encode::new(95, Sampling::S444) };
    check(&rgb.rgba(&pixels, width, height), "RGB");
    for space in [Space::Cmyk, Space::Ycck] {
        for sampling in [Sampling::S444, Sampling::S420, Sampling::S422] {
            let encode = Encode { space: Some(space), ..Encode::new(80, sampling) };
            check(&encode.cmyk(&pixels, width, height), &format!("{space:?}, {sampling:?}"));
        }
    }
}

/// Sets the sampling factors of the components in the frame header of a file.
fn with_sampling(file: &[u8], factors: [u8; 3]) -> Vec<u8> {
    let mut file = file.to_vec();
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
    for (i, factor) in factors.into_iter().enumerate() {
        file[frame + 11 + 3 * i] = factor;
    }
    file
}

#[test]
fn rows_of_odd_ratios() {
    // The data are those of a file whose MCU has as many blocks; what they show is of no matter.
    let pixels = picture(100, 90, 30);
    let file = Encode::new(90, Sampling::S420).rgba(&pixels, 100, 90);
    for factors in [[0x22, 0x11, 0x11], [0x41, 0x11, 0x11], [0x14, 0x11, 0x11], [0x12, 0x21, 0x21], [0x21, 0x12, 0x21]]
    {
        let odd = with_sampling(&file, factors);
        let decoder = Decoder::new(&odd).unwrap();
        let mut ours = Vec::new();
        let mut rows = decoder.rows().unwrap();
        while let Some(row) = rows.next_row() {
            ours.extend_from_slice(row);
        }
        // Both may find the data too long or too short; then they need not agree.
        let theirs = turbo::decode_pixels(&odd).unwrap();
        if theirs.warning.is_none() && rows.damage().is_none() {
            assert!(ours == theirs.result, "factors {factors:02x?}");
        }
    }
    let odd = with_sampling(&Encode::new(90, Sampling::S444).rgba(&pixels, 100, 90), [0x31, 0x21, 0x11]);
    assert!(matches!(Decoder::new(&odd).unwrap().rows(), Err(Error::UnsupportedSampling)));
}

#[test]
fn rows_end() {
    let file = Encode::new(90, Sampling::S420).rgba(&picture(9, 5, 0), 9, 5);
    let mut rows = Decoder::new(&file).unwrap().rows().unwrap();
    let mut row = [0; 36];
    for _ in 0..5 {
        assert!(rows.read_row(&mut row));
    }
    for _ in 0..3 {
        assert!(!rows.read_row(&mut row));
        assert_eq!(rows.next_row(), None);
    }
}
