//! Goldens of resampling, turning and filling: what a kernel makes of edges, alpha and odd sizes.

use palmette_core::{Pixmap, Size};
use palmette_ops::{Color, Fit, Flip, Rotate, Transform};
use palmette_tests::Case;
use palmette_tests::pictures::{Alpha, alpha_ramp, checker, disc, extremes, gradient_with, letter, letter_on_clear};
use palmette_tests::random::Random;
use palmette_tests::sheet::Sheet;

use crate::goldens::goldens;
use crate::options::{into, squeezed};

/// The pictures that every size is shown with.
fn pictures(size: Size) -> Vec<(&'static str, Pixmap)> {
    vec![
        ("letter", letter(size)),
        ("letter on clear", letter_on_clear(size, [240, 60, 30])),
        ("checker", checker(size, 3, [[0, 0, 0, 255], [255, 255, 255, 255]])),
        ("alpha ramp", alpha_ramp(size, [20, 90, 220])),
        ("disc", disc(size, [0, 130, 70])),
        ("extremes", extremes(size, Alpha::Soft, &mut Random::new(5))),
    ]
}

/// A row a picture, a column a size; each is also held against the exact reference.
fn sheet(source: Size, sizes: &[(u32, u32)]) -> Sheet {
    let row = |(name, picture): (&str, Pixmap)| {
        let cell = |&(width, height): &(u32, u32)| {
            let case = Case::of(picture.clone()).transform(squeezed(width, height));
            (format!("{name}, {source} to {width}×{height}"), case.check_against_reference())
        };
        sizes.iter().map(cell).collect()
    };
    Sheet::of_rows(pictures(source).into_iter().map(row).collect())
}

/// A row a picture, a column a flip or a turn or both.
fn turn_sheet() -> Sheet {
    let row = |size: Size| {
        let cell = |(flip, rotate): (Option<Flip>, Rotate)| {
            let options = Transform { flip, rotate: Some(rotate), ..Transform::default() };
            (format!("{flip:?}, {rotate:?}"), Case::of(letter(size)).transform(options).check_against_reference())
        };
        [
            (None, Rotate::Quarter),
            (None, Rotate::Half),
            (None, Rotate::ThreeQuarters),
            (Some(Flip::Horizontal), Rotate::None),
            (Some(Flip::Vertical), Rotate::None),
            (Some(Flip::Both), Rotate::None),
            (Some(Flip::Horizontal), Rotate::Quarter),
            (Some(Flip::Vertical), Rotate::Quarter),
        ]
        .map(cell)
        .to_vec()
    };
    Sheet::of_rows([Size::new(24, 16), Size::new(9, 24)].map(row).to_vec())
}

/// A row a kind of picture, a column a background: under the picture alone, then with `pad`.
fn background_sheet() -> Sheet {
    let colors = [
        ("none", None),
        ("orange", Some(Color::opaque(255, 140, 0))),
        ("half blue", Some(Color { red: 0, green: 0, blue: 255, alpha: 128 })),
        ("clear", Some(Color::TRANSPARENT)),
    ];
    let row = |alpha: Alpha| {
        let cell = |fit: Option<Fit>| {
            colors.map(|(name, background)| {
                let options = Transform { fit, background, ..into(24, 24) };
                let case = Case::of(gradient_with(Size::new(30, 20), alpha)).transform(options);
                (format!("{alpha:?}, {fit:?}, {name}"), case.check_against_reference())
            })
        };
        [cell(None), cell(Some(Fit::Pad))].concat()
    };
    Sheet::of_rows(Alpha::ALL.map(row).to_vec())
}

goldens! { "resize":
    down_even => sheet(Size::new(48, 36), &[(24, 18), (16, 12), (12, 9)]);
    down_odd => sheet(Size::new(47, 31), &[(40, 26), (13, 11), (5, 3)]);
    down_far => sheet(Size::new(500, 400), &[(20, 16), (7, 5), (1, 1)]);
    up_even => sheet(Size::new(12, 9), &[(24, 18), (36, 27)]);
    up_odd => sheet(Size::new(11, 7), &[(12, 8), (23, 17), (37, 29)]);
    up_from_one => sheet(Size::new(1, 1), &[(2, 2), (5, 3)]);
    one_axis => sheet(Size::new(20, 20), &[(20, 11), (11, 20), (20, 31), (31, 20)]);
    both_ways => sheet(Size::new(20, 20), &[(9, 33), (33, 9)]);
    turns => turn_sheet();
    background => background_sheet();
}
