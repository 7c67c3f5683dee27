//! Tiny cases whose every pixel was computed by hand or measured on the real service.

use palmette_core::{Pixmap, Size};
use palmette_ops::{AxisPosition, Color, Composite, Draw, Fit, Flip, Repeat, Rotate, Transform};
use palmette_tests::Case;
use palmette_tests::pictures::{from_fn, solid};

use crate::options::{into, turned};

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const WHITE: [u8; 4] = [255; 4];
const CLEAR: [u8; 4] = [0; 4];

/// Two by two: red, green, blue, white.
fn quad() -> Pixmap {
    picture(2, &[RED, GREEN, BLUE, WHITE])
}

fn picture(width: u32, pixels: &[[u8; 4]]) -> Pixmap {
    let height = u32::try_from(pixels.len()).expect("a tiny picture") / width;
    from_fn(Size::new(width, height), |x, y| pixels[(y * width + x) as usize])
}

/// Draws on one pixel and returns it.
fn drawn(overlay: [u8; 4], target: [u8; 4], options: Draw) -> [u8; 4] {
    let one = Size::new(1, 1);
    Case::of(solid(one, target)).draw(Case::of(solid(one, overlay)), options).run().pixel(0, 0)
}

fn count(picture: &Pixmap, pixel: [u8; 4]) -> usize {
    picture.data().as_chunks::<4>().0.iter().filter(|&&other| other == pixel).count()
}

#[test]
fn oracle_flip() {
    let flipped = |flip| Case::of(quad()).transform(Transform { flip: Some(flip), ..Transform::default() }).run();
    assert_eq!(flipped(Flip::Horizontal), picture(2, &[GREEN, RED, WHITE, BLUE]));
    assert_eq!(flipped(Flip::Vertical), picture(2, &[BLUE, WHITE, RED, GREEN]));
    assert_eq!(flipped(Flip::Both), picture(2, &[WHITE, BLUE, GREEN, RED]));
}

#[test]
fn oracle_rotate() {
    let row = || Case::of(picture(3, &[RED, GREEN, BLUE, WHITE, CLEAR, RED]));
    assert_eq!(row().transform(turned(Rotate::None)).run(), row().run());
    assert_eq!(row().transform(turned(Rotate::Quarter)).run(), picture(2, &[WHITE, RED, CLEAR, GREEN, RED, BLUE]));
    assert_eq!(row().transform(turned(Rotate::Half)).run(), picture(3, &[RED, CLEAR, WHITE, BLUE, GREEN, RED]));
    assert_eq!(
        row().transform(turned(Rotate::ThreeQuarters)).run(),
        picture(2, &[BLUE, RED, GREEN, CLEAR, RED, WHITE])
    );
}

#[test]
fn oracle_flip_comes_before_rotate() {
    let options = Transform { flip: Some(Flip::Horizontal), ..turned(Rotate::Quarter) };
    assert_eq!(Case::of(quad()).transform(options).run(), picture(2, &[WHITE, GREEN, BLUE, RED]));
}

#[test]
fn oracle_width_is_meant_after_rotation() {
    let options = Transform { fit: Some(Fit::Squeeze), ..into(10, 20) };
    let turned = Transform { rotate: Some(Rotate::Quarter), ..options };
    assert_eq!(Case::of(solid(Size::new(40, 30), RED)).transform(turned).run().size(), Size::new(10, 20));
}

#[test]
fn oracle_fit_sizes() {
    let landscape = Size::new(1080, 720);
    let square = Size::new(500, 500);
    let cases = [
        (landscape, square, Fit::ScaleDown, Size::new(500, 333)),
        (landscape, square, Fit::Contain, Size::new(500, 333)),
        (landscape, square, Fit::Cover, square),
        (landscape, square, Fit::Outside, Size::new(750, 500)),
        (landscape, square, Fit::Crop, square),
        (landscape, square, Fit::AspectCrop, square),
        (landscape, square, Fit::Pad, square),
        (landscape, square, Fit::Squeeze, square),
        (landscape, square, Fit::ScaleUp, landscape),
        (Size::new(612, 613), Size::new(1920, 1120), Fit::AspectCrop, Size::new(612, 357)),
        (Size::new(612, 613), Size::new(1920, 1120), Fit::Crop, Size::new(612, 613)),
        (Size::new(100, 500), Size::new(200, 300), Fit::Crop, Size::new(100, 300)),
        (Size::new(100, 50), Size::new(300, 300), Fit::ScaleUp, Size::new(300, 150)),
        (Size::new(100, 50), Size::new(300, 300), Fit::ScaleDown, Size::new(100, 50)),
        (Size::new(1000, 1), Size::new(10, 10), Fit::Contain, Size::new(10, 1)),
    ];
    for (picture, request, fit, expected) in cases {
        let options = Transform { fit: Some(fit), ..into(request.width, request.height) };
        let plan = Case::of(solid(picture, RED)).transform(options).plan().unwrap();
        assert_eq!(plan.result().map(|value| value.size), Some(expected), "{picture} into {request} by {fit:?}");
    }
}

#[test]
fn oracle_absent_axis_follows_from_the_aspect_ratio() {
    for fit in crate::options::FITS {
        let options = Transform { height: None, fit: Some(fit), ..into(270, 1) };
        let plan = Case::of(solid(Size::new(1080, 719), RED)).transform(options).plan().unwrap();
        let expected = if fit == Fit::ScaleUp { Size::new(1080, 719) } else { Size::new(270, 180) };
        assert_eq!(plan.result().map(|value| value.size), Some(expected), "{fit:?}");
    }
}

#[test]
fn oracle_pad_on_clear_keeps_half_clear() {
    let options = Transform { fit: Some(Fit::Pad), background: Some(Color::TRANSPARENT), ..into(8, 8) };
    let padded = Case::of(solid(Size::new(4, 2), RED)).transform(options).run();
    assert_eq!((count(&padded, RED), count(&padded, CLEAR)), (32, 32));
    assert_eq!(
        (padded.pixel(0, 1), padded.pixel(0, 2), padded.pixel(7, 5), padded.pixel(7, 6)),
        (CLEAR, RED, RED, CLEAR)
    );
}

#[test]
fn oracle_pad_without_background_is_white_around_and_keeps_alpha_inside() {
    let options = Transform { fit: Some(Fit::Pad), ..into(4, 2) };
    let padded = Case::of(solid(Size::new(2, 2), [255, 0, 0, 100])).transform(options).run();
    assert_eq!(padded, picture(4, &[WHITE, [255, 0, 0, 100], [255, 0, 0, 100], WHITE].repeat(2)));
}

#[test]
fn oracle_pad_draws_its_background_once() {
    let half_green = Color { red: 0, green: 255, blue: 0, alpha: 128 };
    let options = Transform { fit: Some(Fit::Pad), background: Some(half_green), ..into(3, 1) };
    let padded = Case::of(solid(Size::new(1, 1), CLEAR)).transform(options).run();
    assert_eq!(padded, picture(3, &[[0, 255, 0, 128]; 3]));
}

#[test]
fn oracle_background_lies_under() {
    let options = Transform { background: Some(Color::WHITE), ..Transform::default() };
    let under = Case::of(picture(3, &[RED, [255, 0, 0, 128], CLEAR])).transform(options).run();
    assert_eq!(under, picture(3, &[RED, [255, 127, 127, 255], WHITE]));
}

#[test]
fn oracle_draw_half_red_over_white() {
    assert_eq!(drawn(RED, WHITE, Draw { opacity: 0.5, ..Draw::default() }), [255, 128, 128, 255]);
}

#[test]
fn oracle_draw_three_quarters_red_over_white() {
    // 255 · 0.25 = 63.75
    assert_eq!(drawn(RED, WHITE, Draw { opacity: 0.75, ..Draw::default() }), [255, 64, 64, 255]);
}

#[test]
fn oracle_draw_opacity_is_not_rounded_to_levels() {
    // Black of alpha 3 at 0.5 is 1.5 levels and leaves 253.5 of white. Rounded first to 2 it would leave 253.
    assert_eq!(drawn([0, 0, 0, 3], WHITE, Draw { opacity: 0.5, ..Draw::default() }), [254, 254, 254, 255]);
}

#[test]
fn oracle_draw_every_composite() {
    // Red at alpha 0.6 (153) drawn on blue at alpha 0.4 (102).
    let (overlay, target) = ([255, 0, 0, 153], [0, 0, 255, 102]);
    let cases = [
        // 0.6 + 0.4·0.4 = 0.76; red 0.6/0.76, blue 0.16/0.76
        (Composite::Over, [201, 0, 54, 194]),
        // 0.6·0.4 = 0.24
        (Composite::In, [255, 0, 0, 61]),
        // 0.24 + 0.16 = 0.4; red 0.6 of it, blue 0.4
        (Composite::Atop, [153, 0, 102, 102]),
        // 0.6·0.6 = 0.36
        (Composite::Out, [255, 0, 0, 92]),
        // 0.36 + 0.16 = 0.52; red 0.36/0.52, blue 0.16/0.52
        (Composite::Xor, [177, 0, 78, 133]),
        // 0.6 + 0.4 = 1
        (Composite::Lighter, [153, 0, 102, 255]),
    ];
    for (composite, expected) in cases {
        assert_eq!(drawn(overlay, target, Draw { composite, ..Draw::default() }), expected, "{composite:?}");
    }
}

#[test]
fn oracle_draw_in_clears_where_the_base_is_clear_and_only_inside_the_box() {
    let base = picture(3, &[WHITE, CLEAR, WHITE]);
    let options = Draw { composite: Composite::In, horizontal: AxisPosition::FromStart(0), ..Draw::default() };
    let result = Case::of(base).draw(Case::of(solid(Size::new(2, 1), RED)), options).run();
    assert_eq!(result, picture(3, &[RED, CLEAR, WHITE]));
}

#[test]
fn oracle_draw_out_clears_the_base_inside_the_box_only() {
    let options = Draw { composite: Composite::Out, horizontal: AxisPosition::FromEnd(0), ..Draw::default() };
    let result = Case::of(solid(Size::new(3, 1), WHITE)).draw(Case::of(solid(Size::new(2, 1), RED)), options).run();
    assert_eq!(result, picture(3, &[WHITE, CLEAR, CLEAR]));
}

#[test]
fn oracle_draw_position_along_an_axis() {
    use AxisPosition::{FromEnd, FromStart, Unset};
    // R and G are the overlay, . is the base.
    let cases = [
        (Unset, ".RG.."),
        (FromStart(0), "RG..."),
        (FromStart(3), "...RG"),
        (FromStart(4), "....R"),
        (FromStart(5), "....."),
        (FromStart(-1), "G...."),
        (FromStart(-2), "....."),
        (FromEnd(0), "...RG"),
        (FromEnd(1), "..RG."),
        (FromEnd(-1), "....R"),
        (FromEnd(4), "G...."),
        (FromStart(i32::MAX), "....."),
        (FromEnd(i32::MIN), "....."),
    ];
    for (position, expected) in cases {
        let across = Draw { horizontal: position, ..Draw::default() };
        assert_eq!(tiles(5, 1, &[RED, GREEN], across), expected, "horizontal {position:?}");
        let down = Draw { vertical: position, ..Draw::default() };
        assert_eq!(tiles(1, 5, &[RED, GREEN], down), expected, "vertical {position:?}");
    }
}

#[test]
fn oracle_draw_larger_overlay_is_centred_downwards() {
    // (1 - 2) / 2 is -0.5, whose floor is -1: the second pixel of the overlay shows.
    assert_eq!(tiles(1, 1, &[RED, GREEN], Draw::default()), "G");
}

#[test]
fn oracle_draw_repeats_from_its_position() {
    use AxisPosition::{FromEnd, FromStart, Unset};
    let cases = [
        (Unset, "RGBRGBR"),
        (FromStart(1), "BRGBRGB"),
        (FromStart(-1), "GBRGBRG"),
        (FromEnd(0), "BRGBRGB"),
        (FromEnd(1), "RGBRGBR"),
    ];
    for (position, expected) in cases {
        let across = Draw { repeat: Repeat::X, horizontal: position, ..Draw::default() };
        assert_eq!(tiles(7, 1, &[RED, GREEN, BLUE], across), expected, "x from {position:?}");
        let down = Draw { repeat: Repeat::Y, vertical: position, ..Draw::default() };
        assert_eq!(tiles(1, 7, &[RED, GREEN, BLUE], down), expected, "y from {position:?}");
        let both = Draw { repeat: Repeat::Both, horizontal: position, ..Draw::default() };
        assert_eq!(tiles(7, 1, &[RED, GREEN, BLUE], both), expected, "both from {position:?}");
    }
}

#[test]
fn oracle_draw_repeat_x_stays_on_its_rows() {
    let options = Draw { repeat: Repeat::X, vertical: AxisPosition::FromEnd(0), ..Draw::default() };
    let result = Case::of(solid(Size::new(3, 2), WHITE)).draw(Case::of(solid(Size::new(1, 1), RED)), options).run();
    assert_eq!(result, picture(3, &[WHITE, WHITE, WHITE, RED, RED, RED]));
}

/// Draws a strip of pixels along the longer side of a white base and spells what came.
fn tiles(width: u32, height: u32, strip: &[[u8; 4]], options: Draw) -> String {
    let length = u32::try_from(strip.len()).expect("a tiny picture");
    let overlay = picture(if width >= height { length } else { 1 }, strip);
    let result = Case::of(solid(Size::new(width, height), WHITE)).draw(Case::of(overlay), options).run();
    result
        .data()
        .as_chunks::<4>()
        .0
        .iter()
        .map(|&pixel| match pixel {
            RED => 'R',
            GREEN => 'G',
            BLUE => 'B',
            WHITE => '.',
            other => panic!("{other:?} is no pixel of the case"),
        })
        .collect()
}

#[test]
fn oracle_nested_draws_happen_before_their_parent_is_drawn() {
    // The watermark is drawn on its own card, the card is turned, then drawn.
    let card = Case::of(solid(Size::new(2, 1), WHITE))
        .draw(Case::of(solid(Size::new(1, 1), RED)), Draw { horizontal: AxisPosition::FromStart(0), ..Draw::default() })
        .transform(turned(Rotate::Quarter));
    let options = Draw { horizontal: AxisPosition::FromEnd(0), vertical: AxisPosition::FromEnd(0), ..Draw::default() };
    let result = Case::of(solid(Size::new(2, 3), BLUE)).draw(card, options).run();
    assert_eq!(result, picture(2, &[BLUE, BLUE, BLUE, RED, BLUE, WHITE]));
}

#[test]
fn oracle_gravity_moves_the_window() {
    use palmette_ops::{Gravity, GravityMode};
    // Six columns, one red: cut to two, which of them are left?
    let columns = |gravity| {
        let row: Vec<[u8; 4]> = (0..6_u8).map(|x| [x, 0, 0, 255]).collect();
        let options = Transform { fit: Some(Fit::AspectCrop), gravity: Some(gravity), ..into(8, 4) };
        let cut = Case::of(picture(6, &row)).transform(options).run();
        (cut.width(), cut.pixel(0, 0)[0])
    };
    let point = |x, mode| columns(Gravity::Point { x, y: 0.5, mode });
    assert_eq!(columns(Gravity::Left), (2, 0));
    assert_eq!(columns(Gravity::Center), (2, 2));
    assert_eq!(columns(Gravity::Top), (2, 2));
    assert_eq!(columns(Gravity::Right), (2, 4));
    assert_eq!(point(0.25, GravityMode::Remainder), (2, 1));
    // 0.375 · 4 = 1.5, halves up
    assert_eq!(point(0.375, GravityMode::Remainder), (2, 2));
    assert_eq!(point(0.5, GravityMode::BoxCenter), (2, 2));
    // 0.75 · 6 - 1 = 3.5, halves up
    assert_eq!(point(0.75, GravityMode::BoxCenter), (2, 4));
    assert_eq!(point(0.0, GravityMode::BoxCenter), (2, 0));
    assert_eq!(point(1.0, GravityMode::BoxCenter), (2, 4));
}
