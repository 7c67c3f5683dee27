//! What must hold for every picture, on pictures that make it hard.

use palmette_core::{Pixmap, Size};
use palmette_ops::{Color, Composite, Draw, Fit, Flip, Repeat, Rotate, Transform};
use palmette_tests::Case;
use palmette_tests::pictures::{Alpha, extremes, gradient_with, noise, solid};
use palmette_tests::random::Random;

use crate::options::{COMPOSITES, FITS, into, squeezed, turned};

/// Sizes to resample to and from: a pixel, thin ones, primes, a step up, down and both at once.
const SIZES: [(u32, u32); 10] =
    [(1, 1), (1, 50), (50, 1), (13, 17), (40, 29), (41, 31), (39, 29), (97, 3), (160, 120), (400, 7)];

const SOURCE: Size = Size::new(40, 30);

/// Pictures with every kind of alpha, noisy ones among them.
fn pictures() -> Vec<Pixmap> {
    let mut random = Random::new(11);
    let mut all = Vec::new();
    for alpha in Alpha::ALL {
        all.push(gradient_with(SOURCE, alpha));
        all.push(noise(SOURCE, alpha, &mut random));
        all.push(extremes(SOURCE, alpha, &mut random));
    }
    all
}

#[test]
fn properties_identity_is_exact() {
    let nothing = [
        Transform::default(),
        into(SOURCE.width, SOURCE.height),
        squeezed(SOURCE.width, SOURCE.height),
        Transform { fit: Some(Fit::ScaleDown), ..into(500, 500) },
        Transform { fit: Some(Fit::ScaleUp), ..into(10, 10) },
        Transform { fit: Some(Fit::Pad), ..into(SOURCE.width, SOURCE.height) },
        turned(Rotate::None),
    ];
    for picture in pictures() {
        for options in &nothing {
            let result = Case::of(picture.clone()).transform(options.clone()).run();
            assert!(result == picture, "{options:?} changes a picture that it should not");
        }
    }
}

#[test]
fn properties_two_flips_and_four_turns_are_exact() {
    let flip = |flip| Transform { flip: Some(flip), ..Transform::default() };
    for picture in pictures() {
        for options in [flip(Flip::Horizontal), flip(Flip::Vertical), flip(Flip::Both), turned(Rotate::Half)] {
            let twice = Case::of(picture.clone()).transform(options.clone()).transform(options.clone()).run();
            assert!(twice == picture, "twice {options:?} is not nothing");
        }
        for quarter in [Rotate::Quarter, Rotate::ThreeQuarters] {
            let case = (0..4).fold(Case::of(picture.clone()), |case, _| case.transform(turned(quarter)));
            assert!(case.run() == picture, "four times {quarter:?} is not nothing");
        }
    }
}

#[test]
fn properties_half_turn_is_both_flips_and_two_quarters() {
    for picture in pictures() {
        let half = Case::of(picture.clone()).transform(turned(Rotate::Half)).run();
        let flips = Case::of(picture.clone()).transform(Transform { flip: Some(Flip::Both), ..Transform::default() });
        let quarters = Case::of(picture.clone()).transform(turned(Rotate::Quarter)).transform(turned(Rotate::Quarter));
        assert!(flips.run() == half && quarters.run() == half);
    }
}

#[test]
fn properties_constant_stays_constant() {
    for color in [[0, 0, 0, 255], [255; 4], [200, 100, 50, 255], [1, 254, 128, 254]] {
        for (width, height) in SIZES {
            let result = Case::of(solid(SOURCE, color)).transform(squeezed(width, height)).run();
            assert_eq!(result, solid(Size::new(width, height), color), "{color:?} to {width}×{height}");
        }
    }
}

#[test]
fn properties_constant_low_alpha_stays_within_what_alpha_can_show() {
    for alpha in [1, 2, 3, 10, 60, 128] {
        for (width, height) in SIZES {
            let result = Case::of(solid(SOURCE, [200, 100, 50, alpha])).transform(squeezed(width, height)).run();
            let first = result.pixel(0, 0);
            assert_eq!(result, solid(Size::new(width, height), first), "alpha {alpha} to {width}×{height}");
            assert_eq!(first[3], alpha);
            for (channel, expected) in first.into_iter().zip([200, 100, 50_i32]) {
                let levels = f64::from((i32::from(channel) - expected).abs()) * f64::from(alpha) / 255.0;
                assert!(levels <= 0.5, "alpha {alpha}: {first:?}");
            }
        }
    }
}

#[test]
fn properties_opaque_stays_opaque() {
    for picture in pictures().into_iter().filter(Pixmap::is_opaque) {
        for (width, height) in SIZES {
            for fit in FITS {
                let options = Transform { fit: Some(fit), ..into(width, height) };
                let result = Case::of(picture.clone()).transform(options).run();
                assert!(result.is_opaque(), "{fit:?} to {width}×{height}");
            }
        }
    }
}

#[test]
fn properties_clear_stays_clear_and_loses_its_colour_when_resampled() {
    for picture in pictures().into_iter().filter(|picture| picture.pixel(0, 0)[3] == 0 && picture.pixel(39, 29)[3] == 0)
    {
        for (width, height) in SIZES {
            let result = Case::of(picture.clone()).transform(squeezed(width, height)).run();
            assert_eq!(result, solid(Size::new(width, height), [0; 4]), "{width}×{height}");
        }
    }
}

#[test]
fn properties_colour_never_leaks_out_of_clear_pixels() {
    // Left half opaque green, right half clear over red: wherever anything shows, it is green.
    let mut picture = solid(SOURCE, [0, 255, 0, 255]);
    for y in 0..SOURCE.height {
        for pixel in picture.row_mut(y).as_chunks_mut::<4>().0[20..].iter_mut() {
            *pixel = [255, 0, 0, 0];
        }
    }
    for (width, height) in SIZES {
        let result = Case::of(picture.clone()).transform(squeezed(width, height)).run();
        for pixel in result.data().as_chunks::<4>().0 {
            assert!(*pixel == [0; 4] || pixel[..3] == [0, 255, 0], "{pixel:?} at {width}×{height}");
        }
    }
}

#[test]
fn properties_resize_treats_both_axes_alike() {
    for picture in pictures() {
        for (width, height) in SIZES {
            // Turned, the passes go in the other order; only the rounding between them may show,
            // and each way may be a level off in its own direction.
            let straight = Case::of(picture.clone()).transform(squeezed(width, height)).run();
            let turned = Case::of(picture.clone())
                .transform(Transform { rotate: Some(Rotate::Quarter), ..squeezed(height, width) })
                .transform(turned(Rotate::ThreeQuarters))
                .run();
            let same = palmette_tests::compare::compare(&straight, &turned, palmette_tests::Agreement::Within(2));
            assert_eq!(same, Ok(()), "{width}×{height}");
        }
    }
}

#[test]
fn properties_window_is_cut_from_the_whole() {
    // Only the window is computed, but it must be what computing all and cutting would give.
    for picture in pictures() {
        for (width, height) in [(60, 20), (20, 60), (23, 11), (7, 29), (200, 90)] {
            let cover = Transform { fit: Some(Fit::Cover), ..into(width, height) };
            let cover = Case::of(picture.clone()).transform(cover).run();
            let scale = f64::max(f64::from(width) / 40.0, f64::from(height) / 30.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small size")]
            let scaled = Size::new((40.0 * scale + 0.5) as u32, (30.0 * scale + 0.5) as u32);
            let whole = Case::of(picture.clone()).transform(squeezed(scaled.width, scaled.height)).run();
            let (left, top) = ((scaled.width - width).div_ceil(2), (scaled.height - height).div_ceil(2));
            for y in 0..height {
                for x in 0..width {
                    assert_eq!(cover.pixel(x, y), whole.pixel(left + x, top + y), "{width}×{height} at {x},{y}");
                }
            }
        }
    }
}

#[test]
fn properties_opacity_zero_draws_nothing() {
    for target in pictures() {
        for composite in [Composite::Over, Composite::Atop, Composite::Xor, Composite::Lighter] {
            for repeat in [Repeat::None, Repeat::Both] {
                let options = Draw { opacity: 0.0, composite, repeat, ..Draw::default() };
                let overlay = Case::of(solid(Size::new(7, 9), [255, 0, 0, 255]));
                let result = Case::of(target.clone()).draw(overlay, options).run();
                assert!(result == target, "{composite:?}, {repeat:?}");
            }
        }
    }
}

#[test]
fn properties_opaque_over_replaces() {
    for overlay in pictures().into_iter().filter(Pixmap::is_opaque) {
        for target in pictures() {
            let result = Case::of(target).draw(Case::of(overlay.clone()), Draw::default()).run();
            assert!(result == overlay);
        }
    }
}

#[test]
fn properties_over_and_atop_agree_on_opaque_targets() {
    for overlay in pictures() {
        for target in pictures().into_iter().filter(Pixmap::is_opaque) {
            let draw = |composite| {
                let options = Draw { opacity: 0.3, composite, ..Draw::default() };
                Case::of(target.clone()).draw(Case::of(overlay.clone()), options).run()
            };
            assert!(draw(Composite::Over) == draw(Composite::Atop));
            assert!(draw(Composite::Over).is_opaque());
        }
    }
}

#[test]
fn properties_alpha_of_every_composite_is_what_the_formula_says() {
    // Colour must not decide alpha, and white must stay white: premultiplied, it would exceed alpha if anything did.
    let white = |picture: &Pixmap| {
        let mut white = picture.clone();
        white.data_mut().as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| pixel[..3].fill(255));
        white
    };
    for composite in COMPOSITES {
        for opacity in [1.0, 0.75, 0.33] {
            for (overlay, target) in pictures().iter().zip(pictures().iter().rev()) {
                let options = Draw { opacity, composite, ..Draw::default() };
                let draw =
                    |overlay: Pixmap, target: Pixmap| Case::of(target).draw(Case::of(overlay), options.clone()).run();
                let colored = draw(overlay.clone(), target.clone());
                let result = draw(white(overlay), white(target));
                for (white, colored) in result.data().as_chunks::<4>().0.iter().zip(colored.data().as_chunks::<4>().0) {
                    assert_eq!(white[3], colored[3], "{composite:?} {opacity}");
                    assert!(white[..3] == [255; 3] || white[3] == 0, "{composite:?} {opacity}: {white:?}");
                }
            }
        }
    }
}

#[test]
fn properties_background_makes_opaque() {
    for picture in pictures() {
        let options = Transform { background: Some(Color::opaque(10, 200, 90)), ..Transform::default() };
        let result = Case::of(picture.clone()).transform(options).run();
        assert!(result.is_opaque());
        if picture.is_opaque() {
            assert!(result == picture);
        }
    }
}
