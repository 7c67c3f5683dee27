//! Resampling against the exact reference: at most one level, for every size and every picture.
//!
//! Seeds are fixed, so a failure comes back; sizes are drawn so that small ones are as likely as large ones.

use palmette_core::{Pixmap, Size};
use palmette_ops::{Gravity, GravityMode, Transform};
use palmette_tests::Case;
use palmette_tests::pictures::{Alpha, extremes, from_fn, gradient_with, noise};
use palmette_tests::random::Random;
use palmette_tests::reference::resample::{Taps, axis};

use crate::options::{FITS, into, squeezed};

/// The largest picture of these tests, on both ends of a resize.
const LARGEST: Size = Size::new(1500, 1000);

/// Resamples random pictures of random sizes to random sizes and holds each against the reference.
fn random_sizes(seed: u64, count: usize, alpha: Alpha) {
    let mut random = Random::new(seed);
    for _ in 0..count {
        let [source, result] = [(); 2].map(|()| Size::new(random.length(LARGEST.width), random.length(LARGEST.height)));
        let picture = match random.between(0, 2) {
            0 => noise(source, alpha, &mut random),
            1 => extremes(source, alpha, &mut random),
            _ => gradient_with(source, alpha),
        };
        Case::of(picture).transform(squeezed(result.width, result.height)).check_against_reference();
    }
}

#[test]
fn exactness_random_sizes_opaque() {
    random_sizes(1, 60, Alpha::Opaque);
}

#[test]
fn exactness_random_sizes_soft() {
    random_sizes(2, 60, Alpha::Soft);
}

#[test]
fn exactness_largest_sizes() {
    let mut random = Random::new(3);
    let sizes = [(1, 1), (1500, 1), (1, 1000), (1499, 999), (1500, 500), (750, 1000), (97, 89), (1000, 700)];
    for alpha in [Alpha::Opaque, Alpha::Soft] {
        for (width, height) in sizes {
            let picture = noise(LARGEST, alpha, &mut random);
            Case::of(picture).transform(squeezed(width, height)).check_against_reference();
            let picture = noise(Size::new(width, height), alpha, &mut random);
            Case::of(picture).transform(squeezed(LARGEST.width, LARGEST.height)).check_against_reference();
        }
    }
}

#[test]
fn exactness_random_windows() {
    let mut random = Random::new(4);
    for _ in 0..300 {
        let source = Size::new(random.length(200), random.length(200));
        let (x, y) = (random.fraction(), random.fraction());
        let mode = random.pick(&[GravityMode::Remainder, GravityMode::BoxCenter]);
        let alpha = random.pick(&[Alpha::Opaque, Alpha::Soft]);
        let options = Transform {
            fit: Some(random.pick(&FITS)),
            gravity: Some(Gravity::Point { x, y, mode }),
            ..into(random.length(200), random.length(200))
        };
        Case::of(noise(source, alpha, &mut random)).transform(options).check_against_reference();
    }
}

/// Lengths whose tables differ in kind: few taps and many, above and below every change of scale, enlarging.
const LENGTHS: [(u32, u32); 14] = [
    (2, 1),
    (3, 2),
    (9, 8),
    (50, 49),
    (64, 16),
    (100, 13),
    (120, 11),
    (199, 7),
    (333, 5),
    (700, 2),
    (1000, 1),
    (1, 7),
    (20, 21),
    (33, 100),
];

#[test]
fn exactness_holds_for_the_worst_picture_of_a_filter() {
    // White wherever a sample weighs more than nothing, black elsewhere: no picture overshoots further, and none adds up
    // the rounding of more weights. With alpha in the place of white, colour is divided by what overshoots.
    for (across, down) in LENGTHS.into_iter().zip(LENGTHS.into_iter().cycle().skip(5)) {
        let columns = axis(across.0, across.1, 0..across.1);
        let rows = axis(down.0, down.1, 0..down.1);
        let (column, row) = (&columns[columns.len() / 2], &rows[rows.len() / 3]);
        for inverse in [false, true] {
            for lit in [[255; 4], [255, 128, 1, 255]] {
                for unlit in [[0, 0, 0, 255], [0; 4], [255, 255, 255, 1]] {
                    let picture = worst(Size::new(across.0, down.0), column, row, inverse, [lit, unlit]);
                    Case::of(picture).transform(squeezed(across.1, down.1)).check_against_reference();
                }
            }
        }
    }
}

/// Lights every pixel that has a positive (or, inverted, a negative) weight in one output pixel.
fn worst(size: Size, column: &Taps, row: &Taps, inverse: bool, [lit, unlit]: [[u8; 4]; 2]) -> Pixmap {
    let weight = |taps: &Taps, sample: u32| {
        (sample as usize).checked_sub(taps.first).and_then(|tap| taps.weights.get(tap)).copied().unwrap_or(0.0)
    };
    from_fn(size, |x, y| if (weight(column, x) * weight(row, y) > 0.0) != inverse { lit } else { unlit })
}

#[test]
fn exactness_single_pixels() {
    // One lit pixel shows the kernel itself.
    for (source, result) in LENGTHS {
        for lit in [0, source / 2, source - 1] {
            let picture = from_fn(Size::new(source, 3), |x, _| if x == lit { [255; 4] } else { [0, 0, 0, 255] });
            Case::of(picture).transform(squeezed(result, 3)).check_against_reference();
            let picture = from_fn(Size::new(3, source), |_, y| if y == lit { [9, 200, 255, 255] } else { [0; 4] });
            Case::of(picture).transform(squeezed(3, result)).check_against_reference();
        }
    }
}
