//! Embedded profiles: followed where they say something, skipped where they say nothing, ignored where they make no
//! sense.

use moxcms::ColorProfile;
use palmette_codec::EncodeFormat;
use palmette_core::Pixmap;
use png::{BitDepth, ColorType};

use crate::draw::{gradient, max_difference, noise, picture};
use crate::files::{decode, encoded, png, png_info_with_icc, png_with, webp, webp_canvas, webp_chunk, with_jpeg_icc};

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
