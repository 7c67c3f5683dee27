//! What is encoded decodes to the same picture: exactly, or as near as the format promises.

use palmette_codec::{EncodeFormat, Format, probe};
use palmette_core::{Pixmap, Size};
use proptest::prelude::*;

use crate::draw::{gradient, max_difference, mean_difference, noise, picture, soft};
use crate::files::{decode, encoded};

/// Sizes at which codecs stumble: one pixel, one row, odd, not a multiple of a block, a block and one more.
const SIZES: [(u32, u32); 8] = [(1, 1), (2, 1), (1, 7), (3, 2), (16, 16), (17, 9), (33, 64), (65, 31)];

fn drawings(width: u32, height: u32) -> [Pixmap; 5] {
    let clear = picture(width, height, |x, y| [(x * 7) as u8, (y * 5) as u8, 3, 0]);
    let gray = picture(width, height, |x, y| {
        [(x * 3 + y) as u8; 3].into_iter().chain([255]).collect::<Vec<_>>().try_into().unwrap()
    });
    [gradient(width, height), soft(width, height), noise(width, height), clear, gray]
}

#[test]
fn round_trip_lossless_is_exact_also_under_clear_pixels() {
    for (width, height) in SIZES {
        for drawing in drawings(width, height) {
            for (format, quality) in [(EncodeFormat::Png, 100), (EncodeFormat::Webp, 100)] {
                let bytes = encoded(&drawing, format, quality);
                assert_eq!(probe(&bytes).unwrap().size, Size::new(width, height));
                let decoded = decode(&bytes).unwrap();
                assert!(decoded == drawing, "{format:?} at {width}×{height}");
            }
        }
    }
}

#[test]
fn round_trip_lossy_is_near() {
    for (width, height) in SIZES {
        for (format, input) in
            [(EncodeFormat::Jpeg, Format::Jpeg), (EncodeFormat::Webp, Format::Webp), (EncodeFormat::Avif, Format::Avif)]
        {
            // A ramp of few pixels is no smooth picture, and chroma at half size would show that.
            let drawing = if width.min(height) < 8 {
                picture(width, height, |_, _| [180, 90, 40, 255])
            } else {
                gradient(width, height)
            };
            let bytes = encoded(&drawing, format, 95);
            let probed = probe(&bytes).unwrap();
            assert_eq!((probed.format, probed.size, probed.is_animated), (input, drawing.size(), false));
            let decoded = decode(&bytes).unwrap();
            assert!(decoded.is_opaque());
            let difference = mean_difference(&decoded, &drawing);
            assert!(difference < 4.0, "{format:?} at {width}×{height}: {difference}");
        }
    }
}

#[test]
fn round_trip_lossy_keeps_alpha() {
    let drawing = soft(97, 64);
    for format in [EncodeFormat::Webp, EncodeFormat::Avif] {
        let decoded = decode(&encoded(&drawing, format, 85)).unwrap();
        let alphas = |pixmap: &Pixmap| pixmap.data().iter().skip(3).step_by(4).copied().collect::<Vec<u8>>();
        assert_eq!(max_difference(&alphas(&decoded), &alphas(&drawing)), 0, "{format:?}");
    }
}

#[test]
fn round_trip_is_the_same_at_every_run() {
    let drawing = soft(120, 80);
    for format in [EncodeFormat::Jpeg, EncodeFormat::Png, EncodeFormat::Gif, EncodeFormat::Webp, EncodeFormat::Avif] {
        assert_eq!(encoded(&drawing, format, 60), encoded(&drawing, format, 60), "{format:?}");
    }
}

#[test]
fn round_trip_better_quality_is_nearer() {
    let drawing = palmette_core::Pixmap::from_vec(Size::new(64, 64), {
        let mut data = noise(64, 64).into_vec();
        data.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
        data
    })
    .unwrap();
    for format in [EncodeFormat::Jpeg, EncodeFormat::Webp, EncodeFormat::Avif] {
        let differences = [10, 50, 90]
            .map(|quality| mean_difference(&decode(&encoded(&drawing, format, quality)).unwrap(), &drawing));
        assert!(differences.is_sorted_by(|worse, better| worse > better), "{format:?}: {differences:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn round_trip_lossless_is_exact_at_any_size(
        (width, height, data) in (1..40_u32, 1..40_u32)
            .prop_flat_map(|(width, height)| {
                (Just(width), Just(height), proptest::collection::vec(any::<u8>(), (width * height * 4) as usize))
            })
    ) {
        let drawing = Pixmap::from_vec(Size::new(width, height), data).unwrap();
        prop_assert!(decode(&encoded(&drawing, EncodeFormat::Png, 100)).unwrap() == drawing);
        prop_assert!(decode(&encoded(&drawing, EncodeFormat::Webp, 100)).unwrap() == drawing);
    }
}
