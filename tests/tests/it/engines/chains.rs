//! Random trees of every option that needs no model, nested draws among them, against the exact reference.

use palmette_core::{Pixmap, Size};
use palmette_ops::transform::{Border, Length, Trim, TrimBorder, TrimEdges};
use palmette_ops::{AxisPosition, Color, Draw, Flip, Gravity, GravityMode, Repeat, Rotate, Transform};
use palmette_tests::Case;
use palmette_tests::pictures::{Alpha, disc, extremes, gradient_with, letter, letter_on_clear, noise};
use palmette_tests::random::Random;

use crate::options::{COMPOSITES, FITS, into};

/// The longest side of a picture here: large enough for every kind of table, small enough for thousands of pictures.
const LONGEST_PX: u32 = 60;

/// The deepest nesting: the canvas, an overlay, and an overlay of that.
pub(crate) const DEEPEST: u32 = 3;

pub(crate) fn picture(random: &mut Random) -> Pixmap {
    let size = Size::new(random.length(LONGEST_PX), random.length(LONGEST_PX));
    let alpha = random.pick(&[Alpha::Opaque, Alpha::Soft, Alpha::Soft, Alpha::Clear]);
    match random.between(0, 5) {
        0 => noise(size, alpha, random),
        1 => extremes(size, alpha, random),
        2 => disc(size, [random.byte(), random.byte(), random.byte()]),
        3 => letter(size),
        4 => letter_on_clear(size, [random.byte(), random.byte(), random.byte()]),
        _ => gradient_with(size, alpha),
    }
}

pub(crate) fn transform(random: &mut Random) -> Transform {
    let mut options = Transform::default();
    if random.one_in(2) {
        options = into(random.length(LONGEST_PX), random.length(LONGEST_PX));
        options.fit = random.one_in(2).then(|| random.pick(&FITS));
        options.gravity = random.one_in(2).then(|| gravity(random));
        match random.between(0, 5) {
            0 => options.width = None,
            1 => options.height = None,
            _ => {}
        }
    }
    if random.one_in(3) {
        options.flip = Some(random.pick(&[Flip::Horizontal, Flip::Vertical, Flip::Both]));
    }
    if random.one_in(3) {
        options.rotate = Some(random.pick(&[Rotate::None, Rotate::Quarter, Rotate::Half, Rotate::ThreeQuarters]));
    }
    if random.one_in(4) {
        let [red, green, blue, alpha] = random.bits().to_le_bytes();
        options.background = Some(Color { red, green, blue, alpha: if random.one_in(2) { 255 } else { alpha } });
    }
    if random.one_in(4) {
        options.trim = Some(trim(random));
    }
    if random.one_in(4) {
        tone(random, &mut options);
    }
    if random.one_in(4) {
        options.blur = u8::try_from(random.length(250)).ok();
    }
    if random.one_in(4) {
        options.sharpen = Some(10.0 * random.fraction());
    }
    if random.one_in(4) {
        options.border = Some(border(random));
    }
    options
}

fn tone(random: &mut Random, options: &mut Transform) {
    let largest = random.pick(&[1.0, 3.0, 255.0]);
    let mut factor = || random.one_in(2).then(|| largest * random.fraction());
    options.brightness = factor();
    options.contrast = factor();
    options.gamma = factor();
    options.saturation = factor();
}

/// A trim that leaves something of any picture.
fn trim(random: &mut Random) -> Trim {
    if random.one_in(3) {
        let color = random.one_in(3).then_some(Color::TRANSPARENT);
        return Trim::Border(TrimBorder { color, tolerance: 255.0 * random.fraction(), keep: random.between(0, 3) });
    }
    let mut cut = || random.one_in(2).then(|| Length::Fraction(0.001 + 0.248 * random.fraction()));
    let (top, right, bottom, left) = (cut(), cut(), cut(), cut());
    let mut keep = || random.one_in(3).then(|| Length::Pixels(random.between(1, LONGEST_PX)));
    Trim::Edges(TrimEdges { top, right, bottom, left, width: keep(), height: keep() })
}

fn border(random: &mut Random) -> Border {
    let [red, green, blue, alpha] = random.bits().to_le_bytes();
    let [top, right, bottom, left] = [(); 4].map(|()| random.between(0, 5));
    Border { color: Color { red, green, blue, alpha }, top, right, bottom, left }
}

pub(crate) fn gravity(random: &mut Random) -> Gravity {
    let mode = random.pick(&[GravityMode::Remainder, GravityMode::BoxCenter]);
    let point = Gravity::Point { x: random.fraction(), y: random.fraction(), mode };
    random.pick(&[Gravity::Left, Gravity::Right, Gravity::Top, Gravity::Bottom, Gravity::Center, point, point, point])
}

pub(crate) fn draw(random: &mut Random) -> Draw {
    Draw {
        opacity: if random.one_in(3) { 1.0 } else { random.fraction() },
        repeat: random.pick(&[Repeat::None, Repeat::None, Repeat::X, Repeat::Y, Repeat::Both]),
        composite: random.pick(&COMPOSITES),
        horizontal: position(random),
        vertical: position(random),
    }
}

fn position(random: &mut Random) -> AxisPosition {
    let distance = i32::try_from(random.between(0, LONGEST_PX)).expect("small") - 20;
    random.pick(&[AxisPosition::Unset, AxisPosition::FromStart(distance), AxisPosition::FromEnd(distance)])
}

/// Grows a tree: a picture, then transforms and draws of smaller trees.
fn tree(random: &mut Random, depth: u32) -> Case {
    let mut case = Case::of(picture(random));
    for _ in 0..random.between(0, 3) {
        case = if depth < DEEPEST && random.one_in(2) {
            let overlay = tree(random, depth + 1);
            case.draw(overlay, draw(random))
        } else {
            case.transform(transform(random))
        };
    }
    case
}

fn random_trees(seed: u64) {
    let mut random = Random::new(seed);
    for _ in 0..500 {
        tree(&mut random, 1).check_against_reference();
    }
}

#[test]
fn chains_random_first() {
    random_trees(21);
}

#[test]
fn chains_random_second() {
    random_trees(22);
}

#[test]
fn chains_random_third() {
    random_trees(23);
}

#[test]
#[ignore = "takes minutes: run it with --ignored after a change of an engine"]
fn chains_random_five_thousand_agree() {
    let mut random = Random::new(5_000);
    for _ in 0..5_000 {
        let _ = tree(&mut random, 1).run();
    }
}

#[test]
fn chains_do_not_drift_where_nothing_is_resampled() {
    // Drawn on itself a hundred times, an opaque picture stays what it is.
    let picture = noise(Size::new(9, 9), Alpha::Opaque, &mut Random::new(31));
    let case = (0..100).fold(Case::of(picture.clone()), |case, _| {
        case.draw(Case::of(picture.clone()), Draw { opacity: 0.3, ..Draw::default() })
    });
    assert!(case.run() == picture);
}
