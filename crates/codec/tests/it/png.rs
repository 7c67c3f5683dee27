//! The kinds of PNG: palettes, transparent colours, 16 bits, grey with alpha, interlacing.

use std::borrow::Cow;

use palmette_codec::probe;
use palmette_core::Code;
use png::{BitDepth, ColorType, Info};

use crate::files::{decode, fixture, png, png_with, with_png_chunk};

#[test]
fn png_palette_with_alpha() {
    let mut info = Info::with_size(3, 1);
    info.palette = Some(Cow::Borrowed(&[255, 0, 0, 0, 255, 0, 0, 0, 255]));
    info.trns = Some(Cow::Borrowed(&[255, 128]));
    // Two bits each: entries 0, 1, 2.
    let decoded = decode(&png_with(info, ColorType::Indexed, BitDepth::Two, &[0x18])).unwrap();
    assert_eq!(decoded.data(), [255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 255]);
}

#[test]
fn png_gray_of_every_depth() {
    for (depth, row, expected) in [
        (BitDepth::One, &[0x40][..], [0, 255]),
        (BitDepth::Two, &[0x60], [85, 170]),
        (BitDepth::Four, &[0x3c], [51, 204]),
        (BitDepth::Eight, &[7, 200], [7, 200]),
        // 0x0180 / 257 = 1.494, 0x0181 / 257 = 1.498; 0x7f80 / 257 = 127.0.
        (BitDepth::Sixteen, &[0x01, 0x80, 0x7f, 0x80], [1, 127]),
    ] {
        let decoded = decode(&png(2, 1, ColorType::Grayscale, depth, row)).unwrap();
        let [first, second] = expected;
        assert_eq!(decoded.data(), [first, first, first, 255, second, second, second, 255], "{depth:?}");
    }
}

#[test]
fn png_gray_with_alpha() {
    let decoded = decode(&png(2, 1, ColorType::GrayscaleAlpha, BitDepth::Eight, &[10, 20, 30, 0])).unwrap();
    assert_eq!(decoded.data(), [10, 10, 10, 20, 30, 30, 30, 0]);
    let row = [0xff, 0xff, 0x80, 0x80, 0, 0, 0, 0x81];
    let decoded = decode(&png(2, 1, ColorType::GrayscaleAlpha, BitDepth::Sixteen, &row)).unwrap();
    // 0x81 / 257 = 0.502 rounds up.
    assert_eq!(decoded.data(), [255, 255, 255, 128, 0, 0, 0, 1]);
}

#[test]
fn png_transparent_color() {
    let mut info = Info::with_size(2, 1);
    info.trns = Some(Cow::Borrowed(&[0, 1, 0, 2, 0, 3]));
    let decoded = decode(&png_with(info, ColorType::Rgb, BitDepth::Eight, &[1, 2, 3, 1, 2, 4])).unwrap();
    assert_eq!(decoded.data(), [1, 2, 3, 0, 1, 2, 4, 255]);
}

/// The sample that the fixtures have at a place.
fn sample(x: u32, y: u32, plane: u32, values: u32) -> u32 {
    (x * 1021 + y * 3049 + plane * 509) % values
}

#[test]
fn png_interlaced() {
    let rgb = decode(&fixture("interlaced-rgb8.png")).unwrap();
    let rgba = decode(&fixture("interlaced-rgba16.png")).unwrap();
    let gray = decode(&fixture("interlaced-gray2.png")).unwrap();
    for y in 0..11 {
        for x in 0..13 {
            let [red, green, blue] = [0, 1, 2].map(|plane| sample(x, y, plane, 256) as u8);
            assert_eq!(rgb.pixel(x, y), [red, green, blue, 255], "({x}, {y})");
            let deep = [0, 1, 2, 3].map(|plane| ((f64::from(sample(x, y, plane, 65_536)) / 257.0) + 0.5).floor() as u8);
            assert_eq!(rgba.pixel(x, y), deep, "({x}, {y})");
            let level = (sample(x, y, 0, 4) * 85) as u8;
            assert_eq!(gray.pixel(x, y), [level, level, level, 255], "({x}, {y})");
        }
    }
}

#[test]
fn png_animation_shows_its_default_picture() {
    let still = png(1, 1, ColorType::Rgb, BitDepth::Eight, &[1, 2, 3]);
    let animated = with_png_chunk(&still, *b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0], false);
    assert!(probe(&animated).unwrap().is_animated);
    assert!(!probe(&still).unwrap().is_animated);
    assert_eq!(decode(&animated).unwrap().data(), [1, 2, 3, 255]);
}

#[test]
fn png_gamma_without_a_profile_is_not_followed() {
    let still = png(1, 1, ColorType::Rgb, BitDepth::Eight, &[100, 150, 200]);
    let linear = with_png_chunk(&still, *b"gAMA", &100_000_u32.to_be_bytes(), false);
    assert_eq!(decode(&linear).unwrap().data(), [100, 150, 200, 255]);
}

#[test]
fn png_palette_of_a_broken_length_is_damaged() {
    let error = decode(&fixture("png-plte-length.png")).unwrap_err();
    assert_eq!(error.code(), Code::Damaged, "{error}");
}
