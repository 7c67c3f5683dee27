//! Embedded profiles: followed where they say something, skipped where they say nothing, ignored where they make no
//! sense.

use moxcms::{ColorProfile, DataColorSpace};
use palmette_codec::{EncodeFormat, Note, probe};
use palmette_core::Pixmap;
use png::{BitDepth, ColorType};

use crate::draw::{gradient, max_difference, noise, picture};
use crate::files::{
    decode, encoded, fixture, png, png_info_with_icc, png_with, webp, webp_canvas, webp_chunk, with_jpeg_icc,
    with_png_chunk,
};

/// Computes what a colour of Display P3 is in sRGB: from the primaries of both, clipped, rounded.
pub(crate) fn p3_to_srgb(color: [u8; 3]) -> [u8; 4] {
    const P3_TO_SRGB: [[f64; 3]; 3] =
        [[1.224_940, -0.224_940, 0.0], [-0.042_057, 1.042_057, 0.0], [-0.019_638, -0.078_636, 1.098_274]];
    let linear = color.map(|level| {
        let value = f64::from(level) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    let [red, green, blue] = P3_TO_SRGB.map(|row| {
        let value: f64 = row.iter().zip(linear).map(|(factor, value)| factor * value).sum();
        let value = value.clamp(0.0, 1.0);
        let encoded = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0 + 0.5).floor() as u8
    });
    [red, green, blue, 255]
}

fn display_p3() -> Vec<u8> {
    ColorProfile::new_display_p3().encode().unwrap()
}

/// Returns what [`noise`] in Display P3 is in sRGB, with its alpha.
fn noise_from_p3(width: u32, height: u32) -> Pixmap {
    let stored = noise(width, height);
    picture(width, height, |x, y| {
        let [red, green, blue, alpha] = stored.pixel(x, y);
        let [red, green, blue, _] = p3_to_srgb([red, green, blue]);
        [red, green, blue, alpha]
    })
}

#[test]
fn color_png_follows_its_profile_within_a_level() {
    let stored = noise(40, 30);
    let bytes = png_with(png_info_with_icc(40, 30, &display_p3()), ColorType::Rgba, BitDepth::Eight, stored.data());
    let decoded = decode(&bytes).unwrap();
    assert!(max_difference(decoded.data(), noise_from_p3(40, 30).data()) <= 1);
}

#[test]
fn color_png_of_16_bits_is_converted_before_it_is_rounded() {
    let stored = noise(40, 30);
    let deep: Vec<u8> = stored.data().iter().flat_map(|&level| [level, level]).collect();
    let bytes = png_with(png_info_with_icc(40, 30, &display_p3()), ColorType::Rgba, BitDepth::Sixteen, &deep);
    let decoded = decode(&bytes).unwrap();
    assert!(max_difference(decoded.data(), noise_from_p3(40, 30).data()) <= 1);
}

#[test]
fn color_jpeg_joins_the_parts_of_its_profile() {
    let muted = picture(16, 16, |_, _| [200, 100, 50, 255]);
    let jpeg = encoded(&muted, EncodeFormat::Jpeg, 100);
    let profile = display_p3();
    for part_bytes in [profile.len(), 100] {
        let shown = decode(&with_jpeg_icc(&jpeg, &profile, part_bytes)).unwrap().pixel(8, 8);
        assert!(max_difference(&shown, &p3_to_srgb([200, 100, 50])) <= 2, "{shown:?}");
    }
    // One part of two: no profile.
    let incomplete = with_jpeg_icc(&jpeg, &profile, profile.len() / 2 + 1);
    let at = incomplete.windows(13).position(|window| window == b"ICC_PROFILE\0\x01").unwrap();
    let mut incomplete = incomplete;
    incomplete[at + 12] = 2;
    assert_eq!(decode(&incomplete).unwrap(), decode(&jpeg).unwrap());
}

#[test]
fn color_webp_follows_its_profile() {
    const FLAG_ICC: u8 = 0x20;
    let stored = picture(16, 16, |_, _| [200, 100, 50, 255]);
    let still = encoded(&stored, EncodeFormat::Webp, 100);
    let bytes = webp(&[webp_canvas(FLAG_ICC, 16, 16), webp_chunk(b"ICCP", &display_p3()), still[12..].to_vec()]);
    let shown = decode(&bytes).unwrap().pixel(3, 3);
    assert!(max_difference(&shown, &p3_to_srgb([200, 100, 50])) <= 1, "{shown:?}");
}

#[test]
fn color_srgb_profile_leaves_pixels_exactly() {
    let profile = ColorProfile::new_srgb().encode().unwrap();
    let stored = noise(64, 64);
    let bytes = png_with(png_info_with_icc(64, 64, &profile), ColorType::Rgba, BitDepth::Eight, stored.data());
    assert_eq!(decode(&bytes).unwrap(), stored);
}

#[test]
fn color_gray_profile_is_followed_at_8_and_16_bits() {
    let profile = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    for level in [0_u8, 1, 60, 128, 254, 255] {
        // Linear light to sRGB.
        let value = f64::from(level) / 255.0;
        let encoded = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        let expected = (encoded * 255.0 + 0.5).floor() as u8;
        for (depth, row) in [(BitDepth::Eight, &[level, 77][..]), (BitDepth::Sixteen, &[level, level, 77, 77])] {
            let bytes = png_with(png_info_with_icc(1, 1, &profile), ColorType::GrayscaleAlpha, depth, row);
            let [red, green, blue, alpha] = decode(&bytes).unwrap().pixel(0, 0);
            assert_eq!((red, green, alpha), (green, blue, 77));
            assert!(red.abs_diff(expected) <= 1, "{level} at {depth:?}: {red} instead of {expected}");
        }
    }
}

#[test]
fn color_profile_that_makes_no_sense_is_ignored() {
    let stored = gradient(20, 10);
    let gray = png(1, 1, ColorType::Grayscale, BitDepth::Eight, &[99]);
    let mut broken = display_p3();
    broken.truncate(200);
    let wrong_model = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    for profile in [&b"no profile"[..], &broken, &wrong_model] {
        let bytes = png_with(png_info_with_icc(20, 10, profile), ColorType::Rgba, BitDepth::Eight, stored.data());
        assert_eq!(decode(&bytes).unwrap(), stored);
        let deep: Vec<u8> = stored.data().iter().flat_map(|&level| [level, level]).collect();
        let bytes = png_with(png_info_with_icc(20, 10, profile), ColorType::Rgba, BitDepth::Sixteen, &deep);
        assert_eq!(decode(&bytes).unwrap(), stored);
    }
    let bytes = png_with(png_info_with_icc(1, 1, &display_p3()), ColorType::Grayscale, BitDepth::Eight, &[99]);
    assert_eq!(decode(&bytes).unwrap(), decode(&gray).unwrap());
}

/// Builds a PNG of one pixel whose colours are named by numbers.
fn png_by_numbers(color: ColorType, depth: BitDepth, pixel: &[u8], numbers: [u8; 4]) -> Vec<u8> {
    with_png_chunk(&png(1, 1, color, depth, pixel), *b"cICP", &numbers, false)
}

#[test]
fn color_png_by_numbers_is_followed() {
    assert_eq!(decode(&fixture("png-cicp-p3.png")).unwrap().pixel(0, 0), [215, 93, 31, 255]);
    let eight = png_by_numbers(ColorType::Rgba, BitDepth::Eight, &[100, 200, 100, 7], [12, 13, 0, 1]);
    let shown = decode(&eight).unwrap().pixel(0, 0);
    let [red, green, blue, _] = p3_to_srgb([100, 200, 100]);
    assert!(max_difference(&shown, &[red, green, blue, 7]) <= 1, "{shown:?}");
    let deep = png_by_numbers(ColorType::Rgb, BitDepth::Sixteen, &[200, 200, 100, 100, 50, 50], [12, 13, 0, 1]);
    let shown = decode(&deep).unwrap().pixel(0, 0);
    assert!(max_difference(&shown, &[215, 93, 31, 255]) <= 1, "{shown:?}");
    // Linear grey: half the light is level 188.
    let linear = png_by_numbers(ColorType::Grayscale, BitDepth::Eight, &[128], [1, 8, 0, 1]);
    assert_eq!(decode(&linear).unwrap().pixel(0, 0), [188, 188, 188, 255]);
    // A matrix or a range that PNG has not.
    for numbers in [[12, 13, 1, 1], [12, 13, 0, 0]] {
        let file = png_by_numbers(ColorType::Rgb, BitDepth::Eight, &[200, 100, 50], numbers);
        assert_eq!(decode(&file).unwrap().pixel(0, 0), [200, 100, 50, 255]);
    }
}

#[test]
fn color_png_numbers_count_more_than_a_profile() {
    let info = png_info_with_icc(1, 1, &display_p3());
    let file = png_with(info, ColorType::Rgb, BitDepth::Eight, &[200, 100, 50]);
    let file = with_png_chunk(&file, *b"cICP", &[1, 13, 0, 1], false);
    assert_eq!(decode(&file).unwrap().pixel(0, 0), [200, 100, 50, 255]);
}

#[test]
fn color_notes_say_what_is_not_followed() {
    let notes = |numbers| probe(&png_by_numbers(ColorType::Rgb, BitDepth::Eight, &[1, 2, 3], numbers)).unwrap().notes;
    assert_eq!(notes([12, 13, 0, 1]), []);
    assert_eq!(notes([9, 16, 0, 1]), [Note::HighDynamicRange]);
    assert_eq!(notes([99, 77, 0, 1]), [Note::Primaries { code: 99 }, Note::Transfer { code: 77 }]);
    let with_profile = |profile: &[u8]| {
        let info = png_info_with_icc(1, 1, profile);
        probe(&png_with(info, ColorType::Rgb, BitDepth::Eight, &[1, 2, 3])).unwrap().notes
    };
    assert_eq!(with_profile(&display_p3()), []);
    assert_eq!(with_profile(b"nonsense"), [Note::Profile]);
    assert_eq!(with_profile(&ColorProfile::new_gray_with_gamma(2.2).encode().unwrap()), [Note::Profile]);
    let still = encoded(&picture(2, 2, |_, _| [1, 2, 3, 255]), EncodeFormat::Webp, 100);
    for (profile, notes) in [(display_p3(), vec![]), (b"nonsense".to_vec(), vec![Note::Profile])] {
        let file = webp(&[webp_canvas(0x20, 2, 2), webp_chunk(b"ICCP", &profile), still[12..].to_vec()]);
        assert_eq!(probe(&file).unwrap().notes, notes);
    }
}

#[test]
fn color_profiles_to_lab_are_followed() {
    // By littlecms, of Display P3 as a table.
    let expected =
        [[215, 93, 31], [44, 203, 85], [61, 60, 187], [128, 128, 128], [0, 0, 0], [255, 255, 255], [255, 0, 0]];
    let decoded = decode(&fixture("png-lab-profile.png")).unwrap();
    for (x, color) in (0..).zip(expected) {
        let shown = decoded.pixel(x, 0);
        assert!(max_difference(&shown[..3], &color) <= 1, "{shown:?} instead of {color:?}");
    }
    // Grey by lightness, with a gamma of 2.2; by littlecms, too.
    let mut profile = ColorProfile::new_gray_with_gamma(2.2);
    profile.pcs = DataColorSpace::Lab;
    let profile = profile.encode().unwrap();
    for (level, expected) in [(200, 141), (128, 53), (100, 33), (60, 15), (0, 0), (255, 255)] {
        for (depth, sample) in [(BitDepth::Eight, &[level][..]), (BitDepth::Sixteen, &[level, level])] {
            let info = png_info_with_icc(1, 1, &profile);
            let file = png_with(info, ColorType::Grayscale, depth, sample);
            let [shown, ..] = decode(&file).unwrap().pixel(0, 0);
            assert!(shown.abs_diff(expected) <= 1, "{shown} instead of {expected} for {level}, {depth:?}");
            assert_eq!(probe(&file).unwrap().notes, []);
        }
    }
}
