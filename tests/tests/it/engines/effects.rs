//! Trim, colour, blur, sharpen and border: cases computed by hand, edge values, and goldens.

use palmette_core::{Pixmap, Size};
use palmette_ops::transform::{Border, Length, Trim, TrimBorder, TrimEdges};
use palmette_ops::{AxisPosition, Class, Color, Draw, Transform};
use palmette_tests::Case;
use palmette_tests::pictures::{Alpha, checker, disc, extremes, from_fn, gradient_with, letter, noise, solid};
use palmette_tests::random::Random;
use palmette_tests::sheet::Sheet;

use crate::goldens::goldens;

const RED: [u8; 4] = [255, 0, 0, 255];
const CLEAR: [u8; 4] = [0; 4];

fn with(picture: Pixmap, options: Transform) -> Pixmap {
    Case::of(picture).transform(options).run()
}

fn one(rgba: [u8; 4], options: Transform) -> [u8; 4] {
    with(solid(Size::new(1, 1), rgba), options).pixel(0, 0)
}

fn cut(edges: TrimEdges) -> Transform {
    Transform { trim: Some(Trim::Edges(edges)), ..Transform::default() }
}

#[test]
fn effects_border_enlarges_the_canvas() {
    let border = Border { color: Color::BLACK, top: 3, right: 3, bottom: 3, left: 3 };
    let framed = with(solid(Size::new(4, 2), RED), Transform { border: Some(border), ..Transform::default() });
    assert_eq!(framed.size(), Size::new(10, 8));
    let picture =
        from_fn(framed.size(), |x, y| if (3..7).contains(&x) && (3..5).contains(&y) { RED } else { [0, 0, 0, 255] });
    assert_eq!(framed, picture);
}

#[test]
fn effects_border_has_four_widths() {
    let border = Border { color: Color::WHITE, top: 1, right: 2, bottom: 3, left: 4 };
    let framed = with(solid(Size::new(1, 1), RED), Transform { border: Some(border), ..Transform::default() });
    assert_eq!(framed, from_fn(Size::new(7, 5), |x, y| if (x, y) == (4, 1) { RED } else { [255; 4] }));
}

#[test]
fn effects_blur_three_is_the_means_of_three_and_five() {
    // Measured on the real service: a 4×4 red square on 10×10 clear pixels has alpha 137 in its middle: (11/15)² · 255.
    let square =
        Draw { horizontal: AxisPosition::FromStart(3), vertical: AxisPosition::FromStart(3), ..Draw::default() };
    let picture = Case::of(solid(Size::new(10, 10), CLEAR)).draw(Case::of(solid(Size::new(4, 4), RED)), square);
    let blurred = picture.transform(Transform { blur: Some(3), ..Transform::default() }).run();
    assert_eq!(blurred.pixel(4, 4), [255, 0, 0, 137]);
    // One corner of the kernel: (1/15)² · 255 = 1.13.
    assert_eq!((blurred.pixel(0, 0), blurred.pixel(9, 9)), ([255, 0, 0, 1], [255, 0, 0, 1]));
}

#[test]
fn effects_blur_one_is_the_mean_of_three() {
    let row = from_fn(Size::new(5, 1), |x, _| if x == 2 { [255; 4] } else { [0, 0, 0, 255] });
    let blurred = with(row, Transform { blur: Some(1), ..Transform::default() });
    let levels: Vec<u8> = (0..5).map(|x| blurred.pixel(x, 0)[0]).collect();
    assert_eq!(levels, [0, 85, 85, 85, 0]);
}

#[test]
fn effects_sharpen_one_pixel() {
    // 100 among 50: the mean is (4·100 + 12·50)/16 = 62.5, so 100 + 1·37.5 at strength 2; halves up.
    let picture =
        from_fn(Size::new(3, 3), |x, y| if (x, y) == (1, 1) { [100, 100, 100, 255] } else { [50, 50, 50, 255] });
    let sharp = with(picture, Transform { sharpen: Some(2.0), ..Transform::default() });
    assert_eq!(sharp.pixel(1, 1), [138, 138, 138, 255]);
    // Beside it: (2·100 + 14·50)/16 = 56.25, so 50 - 6.25.
    assert_eq!(sharp.pixel(0, 1), [44, 44, 44, 255]);
}

#[test]
fn effects_colour_by_hand() {
    let pixel = [10, 100, 200, 77];
    let none = Transform::default;
    assert_eq!(one(pixel, Transform { brightness: Some(1.5), ..none() }), [15, 150, 255, 77]);
    assert_eq!(one(pixel, Transform { brightness: Some(0.25), ..none() }), [3, 25, 50, 77]);
    // (v - 127.5)·2 + 127.5
    assert_eq!(one(pixel, Transform { contrast: Some(2.0), ..none() }), [0, 73, 255, 77]);
    // 255·√(v/255)
    assert_eq!(one(pixel, Transform { gamma: Some(2.0), ..none() }), [50, 160, 226, 77]);
    // y = 2.126 + 71.52 + 14.44 = 88.086
    assert_eq!(one(pixel, Transform { saturation: Some(0.0), ..none() }), [88, 88, 88, 77]);
    assert_eq!(one(pixel, Transform { saturation: Some(2.0), ..none() }), [0, 112, 255, 77]);
}

#[test]
fn effects_that_do_nothing_are_exact() {
    let none = Transform::default;
    let nothing = [
        Transform { brightness: Some(1.0), contrast: Some(1.0), gamma: Some(1.0), saturation: Some(1.0), ..none() },
        Transform { brightness: Some(0.0), contrast: Some(0.0), gamma: Some(0.0), ..none() },
        Transform { blur: Some(0), sharpen: Some(0.0), ..none() },
        Transform { border: Some(Border { color: Color::BLACK, top: 0, right: 0, bottom: 0, left: 0 }), ..none() },
        cut(TrimEdges::default()),
    ];
    for alpha in Alpha::ALL {
        let picture = noise(Size::new(20, 20), alpha, &mut Random::new(41));
        for options in &nothing {
            assert!(with(picture.clone(), options.clone()) == picture, "{options:?}");
        }
    }
}

#[test]
fn effects_constant_stays_constant_under_blur_and_sharpen() {
    for color in [RED, [255; 4], [3, 200, 90, 254]] {
        for (width, height) in [(1, 1), (7, 1), (1, 9), (30, 20)] {
            let picture = solid(Size::new(width, height), color);
            for radius in [1, 2, 3, 10, 249, 250] {
                let options = Transform { blur: Some(radius), sharpen: Some(10.0), ..Transform::default() };
                assert_eq!(with(picture.clone(), options), picture, "{color:?} {width}×{height}, blur {radius}");
            }
        }
    }
}

#[test]
fn effects_blur_of_every_radius_is_exact() {
    for alpha in [Alpha::Opaque, Alpha::Soft] {
        for radius in 1..=250 {
            let picture = extremes(Size::new(31, 17), alpha, &mut Random::new(radius.into()));
            Case::of(picture)
                .transform(Transform { blur: Some(radius), ..Transform::default() })
                .check_against_reference();
        }
    }
}

#[test]
fn effects_tone_of_every_level_is_exact() {
    // 256 levels across, in three colours that saturation tells apart.
    let levels = from_fn(Size::new(256, 3), |x, y| {
        let level = u8::try_from(x).expect("256 columns");
        [[level, level, level, 255], [level, 255 - level, 77, 255], [90, level, 255, 255]][y as usize]
    });
    for factor in [0.001, 0.3, 0.5, 0.999, 1.001, 1.7, 2.2, 10.0, 100.0, 255.0] {
        let none = Transform::default;
        for options in [
            Transform { brightness: Some(factor), ..none() },
            Transform { contrast: Some(factor), ..none() },
            Transform { gamma: Some(factor), ..none() },
            Transform { saturation: Some(factor), ..none() },
        ] {
            Case::of(levels.clone()).transform(options).check_against_reference();
        }
    }
}

#[test]
fn effects_trim_by_measure() {
    let edges = TrimEdges {
        top: Some(Length::Pixels(2)),
        right: Some(Length::Fraction(0.25)),
        bottom: Some(Length::Fraction(0.5)),
        left: Some(Length::Pixels(1)),
        ..TrimEdges::default()
    };
    let picture = letter(Size::new(10, 9));
    // A quarter of 10 is 2.5, rounded up; half of 9 is 4.5, rounded up.
    let expected = from_fn(Size::new(10 - 1 - 3, 9 - 2 - 5), |x, y| picture.pixel(x + 1, y + 2));
    assert_eq!(with(picture.clone(), cut(edges)), expected);

    let kept = TrimEdges {
        left: Some(Length::Pixels(3)),
        width: Some(Length::Pixels(2)),
        height: Some(Length::Fraction(0.5)),
        ..TrimEdges::default()
    };
    assert_eq!(with(picture.clone(), cut(kept)), from_fn(Size::new(2, 5), |x, y| picture.pixel(x + 3, y)));
}

#[test]
fn effects_trim_that_leaves_nothing_is_refused() {
    for edges in [
        TrimEdges { top: Some(Length::Pixels(5)), bottom: Some(Length::Pixels(4)), ..TrimEdges::default() },
        TrimEdges { left: Some(Length::Pixels(u32::MAX)), ..TrimEdges::default() },
        TrimEdges { width: Some(Length::Fraction(0.01)), ..TrimEdges::default() },
    ] {
        let error = Case::of(letter(Size::new(10, 9))).transform(cut(edges)).plan().unwrap_err();
        assert_eq!(error.class(), Class::Caller, "{error}");
    }
}

#[test]
fn effects_trim_border_by_hand() {
    // A red square at 3,2 of 4×3 pixels on nearly white.
    let nearly_white = [250, 255, 251, 255];
    let inside = |x: u32, y: u32| (3..7).contains(&x) && (2..5).contains(&y);
    let picture = from_fn(Size::new(12, 9), |x, y| match (x, y) {
        (0, 0) => [255; 4],
        _ if inside(x, y) => RED,
        _ => nearly_white,
    });
    let trim = |border: TrimBorder| {
        with(picture.clone(), Transform { trim: Some(Trim::Border(border)), ..Transform::default() })
    };
    let default = TrimBorder { color: None, tolerance: 10.0, keep: 0 };
    assert_eq!(trim(default), solid(Size::new(4, 3), RED));
    assert_eq!(trim(TrimBorder { keep: 1, ..default }).size(), Size::new(6, 5));
    assert_eq!(trim(TrimBorder { keep: 100, ..default }), picture);
    assert_eq!(trim(TrimBorder { tolerance: 5.0, ..default }), solid(Size::new(4, 3), RED));
    assert_eq!(trim(TrimBorder { tolerance: 4.9, ..default }), picture, "nearly white is none of the border then");
    assert_eq!(trim(TrimBorder { color: Some(Color::BLACK), ..default }), picture, "nothing is black");
    let red = Color::opaque(255, 0, 0);
    assert_eq!(trim(TrimBorder { color: Some(red), tolerance: 255.0, ..default }), picture, "all of it is border");
}

/// A row a picture, a column an option.
fn sheet(pictures: &[(&str, Pixmap)], options: &[(&str, Transform)]) -> Sheet {
    let row = |(picture_name, picture): &(&str, Pixmap)| {
        let cell = |(name, options): &(&str, Transform)| {
            let result = Case::of(picture.clone()).transform(options.clone()).check_against_reference();
            (format!("{picture_name}, {name}"), result)
        };
        options.iter().map(cell).collect()
    };
    Sheet::of_rows(pictures.iter().map(row).collect())
}

fn pictures() -> Vec<(&'static str, Pixmap)> {
    let size = Size::new(28, 22);
    vec![
        ("letter", letter(size)),
        ("soft", gradient_with(size, Alpha::Soft)),
        ("disc", disc(size, [30, 140, 220])),
        ("checker", checker(size, 4, [[40, 40, 40, 255], [220, 200, 160, 255]])),
    ]
}

fn tone_sheet() -> Sheet {
    let none = Transform::default;
    sheet(
        &pictures(),
        &[
            ("brightness 0.5", Transform { brightness: Some(0.5), ..none() }),
            ("brightness 1.6", Transform { brightness: Some(1.6), ..none() }),
            ("contrast 0.4", Transform { contrast: Some(0.4), ..none() }),
            ("contrast 2", Transform { contrast: Some(2.0), ..none() }),
            ("gamma 0.5", Transform { gamma: Some(0.5), ..none() }),
            ("gamma 2.2", Transform { gamma: Some(2.2), ..none() }),
            ("saturation 0", Transform { saturation: Some(0.0), ..none() }),
            ("saturation 2.5", Transform { saturation: Some(2.5), ..none() }),
        ],
    )
}

fn focus_sheet() -> Sheet {
    let blur = |radius| Transform { blur: Some(radius), ..Transform::default() };
    let sharpen = |strength| Transform { sharpen: Some(strength), ..Transform::default() };
    sheet(
        &pictures(),
        &[
            ("blur 1", blur(1)),
            ("blur 2", blur(2)),
            ("blur 5", blur(5)),
            ("blur 250", blur(250)),
            ("sharpen 1", sharpen(1.0)),
            ("sharpen 10", sharpen(10.0)),
        ],
    )
}

fn edges_sheet() -> Sheet {
    let border = |color, top, right, bottom, left| Border { color, top, right, bottom, left };
    let half_blue = Color { red: 0, green: 0, blue: 255, alpha: 128 };
    let none = Transform::default;
    let quarter = Some(Length::Fraction(0.25));
    let trim_border = |tolerance| Some(Trim::Border(TrimBorder { color: None, tolerance, keep: 1 }));
    sheet(
        &pictures(),
        &[
            ("border 2", Transform { border: Some(border(Color::BLACK, 2, 2, 2, 2)), ..none() }),
            ("border 1 to 4", Transform { border: Some(border(half_blue, 1, 2, 3, 4)), ..none() }),
            ("trim left and top", cut(TrimEdges { left: quarter, top: quarter, ..TrimEdges::default() })),
            ("trim to 10", cut(TrimEdges { left: quarter, width: Some(Length::Pixels(10)), ..TrimEdges::default() })),
            ("trim border 10", Transform { trim: trim_border(10.0), ..none() }),
            ("trim border 120", Transform { trim: trim_border(120.0), ..none() }),
            ("background", Transform { background: Some(Color::opaque(255, 220, 0)), ..none() }),
        ],
    )
}

goldens! { "effects":
    tone => tone_sheet();
    focus => focus_sheet();
    edges => edges_sheet();
}
