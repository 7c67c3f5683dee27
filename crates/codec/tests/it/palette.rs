//! Pictures with a palette: PNG of few colours or when a quality is given, and GIF.

use approx::assert_abs_diff_eq;
use palmette_codec::{EncodeFormat, EncodeOptions, encode, probe};
use palmette_core::Pixmap;
use proptest::prelude::*;

use crate::draw::{gradient, mean_difference, noise, picture, soft};
use crate::files::{decode, encoded};

/// Where a PNG says its depth and its colour type, and the latter for a palette.
const DEPTH_AT: usize = 24;
const COLOR_TYPE_AT: usize = 25;
const PALETTE: u8 = 3;

/// Draws so many colours without an order, the first of them with alpha; every one of them is there.
fn confetti(colors: u32) -> Pixmap {
    let order = noise(97, 79);
    picture(97, 79, |x, y| {
        let number = x + y * 97;
        let color = if number < colors { number } else { u32::from_le_bytes(order.pixel(x, y)) % colors };
        [(color * 97) as u8, (color * 59) as u8, 77, if color == 0 { 40 } else { 255 }]
    })
}

#[test]
fn palette_png_of_few_colours_loses_nothing() {
    for (colors, depth) in [(1, 1), (2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8)] {
        for quality in [1, 50, 85, 100] {
            let drawing = confetti(colors);
            let png = encoded(&drawing, EncodeFormat::Png, quality);
            assert_eq!((png[COLOR_TYPE_AT], png[DEPTH_AT]), (PALETTE, depth), "{colors} colours");
            assert!(decode(&png).unwrap() == drawing, "{colors} colours at quality {quality}");
        }
    }
}

#[test]
fn palette_png_that_loses_needs_a_quality_below_100() {
    let drawing = gradient(60, 40);
    let options = EncodeOptions::new(EncodeFormat::Png);
    for quality in [None, Some(100)] {
        let png = encode(drawing.clone(), &EncodeOptions { quality, ..options.clone() }).unwrap().bytes;
        assert_ne!(png[COLOR_TYPE_AT], PALETTE);
        assert!(decode(&png).unwrap() == drawing);
    }
    assert_eq!(encoded(&drawing, EncodeFormat::Png, 99)[COLOR_TYPE_AT], PALETTE);
    // Where a palette loses nothing it needs no leave.
    let png = encode(confetti(16), &options).unwrap().bytes;
    assert_eq!(png[COLOR_TYPE_AT], PALETTE);
}

#[test]
fn palette_png_follows_the_quality() {
    let drawing = gradient(128, 96);
    let colors = |quality| {
        let png = encoded(&drawing, EncodeFormat::Png, quality);
        let decoded = decode(&png).unwrap();
        let mut colors: Vec<[u8; 4]> = decoded.data().as_chunks().0.to_vec();
        colors.sort_unstable();
        colors.dedup();
        (colors.len(), mean_difference(&decoded, &drawing))
    };
    let steps = [1, 10, 35, 50, 80, 99].map(colors);
    for ((count, _), most) in steps.iter().zip([4, 32, 112, 160, 256, 256]) {
        assert!(*count <= most && *count * 10 >= most * 8, "{count} colours of {most}");
    }
    assert!(steps.is_sorted_by(|(_, worse), (_, better)| worse >= better), "{steps:?}");
    assert!(steps[4].1 < 4.0, "{steps:?}");
}

#[test]
fn palette_keeps_alpha_where_a_format_can() {
    let drawing = soft(256, 64);
    let decoded = decode(&encoded(&drawing, EncodeFormat::Png, 80)).unwrap();
    let alphas = |pixmap: &Pixmap| pixmap.data().iter().skip(3).step_by(4).copied().collect::<Vec<_>>();
    for (actual, expected) in alphas(&decoded).into_iter().zip(alphas(&drawing)) {
        assert!(actual.abs_diff(expected) <= 24, "{actual} instead of {expected}");
        assert_eq!((actual == 0, actual == 255), (expected == 0, expected == 255));
    }
    let gif = decode(&encoded(&drawing, EncodeFormat::Gif, 80)).unwrap();
    for (actual, expected) in alphas(&gif).into_iter().zip(alphas(&drawing)) {
        assert_eq!(actual, if expected < 128 { 0 } else { 255 });
    }
}

#[test]
fn palette_gif_of_256_colours_loses_nothing() {
    let drawing = picture(16, 16, |x, y| [(x * 16) as u8, (y * 16) as u8, 3, 255]);
    let gif = encoded(&drawing, EncodeFormat::Gif, 10);
    assert!(decode(&gif).unwrap() == drawing);
    assert!(!probe(&gif).unwrap().is_animated);
    // Clear pixels take a colour.
    let holed =
        picture(17, 15, |x, y| if (x, y) == (3, 3) { [0; 4] } else { [(x * 15) as u8, (y * 17) as u8, 3, 255] });
    assert!(decode(&encoded(&holed, EncodeFormat::Gif, 10)).unwrap() == holed);
}

#[test]
fn palette_gif_of_a_gradient_is_near_on_the_whole() {
    let drawing = gradient(200, 150);
    let decoded = decode(&encoded(&drawing, EncodeFormat::Gif, 85)).unwrap();
    assert!(mean_difference(&decoded, &drawing) < 4.0);
    // Dithering keeps the mean of every part.
    for (left, top) in [(0, 0), (100, 20), (160, 110)] {
        for channel in 0..3 {
            let mean = |pixmap: &Pixmap| {
                let levels = (top..top + 40).flat_map(|y| (left..left + 40).map(move |x| (x, y)));
                levels.map(|(x, y)| f64::from(pixmap.pixel(x, y)[channel])).sum::<f64>() / 1600.0
            };
            let (actual, expected) = (mean(&decoded), mean(&drawing));
            assert_abs_diff_eq!(actual, expected, epsilon = 1.5);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn palette_of_any_picture_keeps_clear_and_opaque(
        (width, height, data) in (1..40_u32, 1..40_u32).prop_flat_map(|(width, height)| {
            let alpha = prop_oneof![Just(0), Just(255), any::<u8>()];
            let pixel = (any::<[u8; 3]>(), alpha).prop_map(|([red, green, blue], alpha)| [red, green, blue, alpha]);
            (Just(width), Just(height), proptest::collection::vec(pixel, (width * height) as usize))
        }),
        quality in 1..100_u8,
    ) {
        let drawing = picture(width, height, |x, y| data[(y * width + x) as usize]);
        let decoded = decode(&encoded(&drawing, EncodeFormat::Png, quality)).unwrap();
        for (actual, expected) in decoded.data().as_chunks::<4>().0.iter().zip(&data) {
            prop_assert_eq!((actual[3] == 0, actual[3] == 255), (expected[3] == 0, expected[3] == 255));
        }
    }
}
