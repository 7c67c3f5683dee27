//! Gravities that look at the picture: the window is where the most is to see, and no better one exists.

use palmette_core::{Pixmap, Size};
use palmette_ops::{Fit, Gravity, Transform};
use palmette_tests::Case;
use palmette_tests::pictures::{Alpha, from_fn, noise, solid};
use palmette_tests::random::Random;
use palmette_tests::reference::saliency::{entropy, saliency};

use crate::options::into;

/// A grey wall with a small square of noise whose left top corner is at the given place.
fn wall(size: Size, left: u32, top: u32, random: &mut Random) -> Pixmap {
    let square = noise(Size::new(10, 10), Alpha::Opaque, random);
    from_fn(size, |x, y| match (x.checked_sub(left), y.checked_sub(top)) {
        (Some(x), Some(y)) if x < 10 && y < 10 => square.pixel(x, y),
        _ => [120, 120, 120, 255],
    })
}

/// Cuts a window of the given aspect ratio without scaling: the request is larger than the picture.
fn cut(picture: &Pixmap, aspect: Size, gravity: Gravity) -> Pixmap {
    let (width, height) = (aspect.width * 1000, aspect.height * 1000);
    let options = Transform { fit: Some(Fit::AspectCrop), gravity: Some(gravity), ..into(width, height) };
    Case::of(picture.clone()).transform(options).run()
}

/// Finds where a window was cut from.
fn find(picture: &Pixmap, window: &Pixmap) -> (u32, u32) {
    let fits = |left: u32, top: u32| {
        (0..window.height())
            .all(|y| (0..window.width()).all(|x| window.pixel(x, y) == picture.pixel(left + x, top + y)))
    };
    let lefts = 0..=picture.width() - window.width();
    let found = lefts.flat_map(|left| (0..=picture.height() - window.height()).map(move |top| (left, top)));
    found.into_iter().find(|&(left, top)| fits(left, top)).expect("the window is a part of the picture")
}

#[test]
fn gravity_by_pixels_finds_the_one_thing_there_is() {
    let mut random = Random::new(51);
    for size in [Size::new(120, 40), Size::new(40, 120), Size::new(600, 200), Size::new(300, 900)] {
        for _ in 0..4 {
            let (left, top) = (random.between(0, size.width - 10), random.between(0, size.height - 10));
            let picture = wall(size, left, top, &mut random);
            let side = size.width.min(size.height);
            for gravity in [Gravity::Auto, Gravity::Entropy] {
                // Scaled or not, the square of noise is inside: grey alone would be one colour.
                for window in [Size::new(side, side), Size::new(side / 2, side / 2)] {
                    let options = Transform {
                        fit: Some(Fit::Cover),
                        gravity: Some(gravity),
                        ..into(window.width, window.height)
                    };
                    let result = Case::of(picture.clone()).transform(options).run();
                    let grey = solid(window, [120, 120, 120, 255]);
                    assert!(result != grey, "{gravity:?} of {size} misses the square at {left},{top}");
                }
            }
        }
    }
}

#[test]
fn gravity_entropy_breaks_ties_towards_the_middle() {
    // Each window of eleven columns holds each of eleven levels once, so all have the same entropy.
    let level = |x: u32| u8::try_from(x % 11 * 20).expect("at most 200");
    let picture = from_fn(Size::new(31, 11), |x, _| [level(x), 0, level(x), 255]);
    let by_entropy = cut(&picture, Size::new(1, 1), Gravity::Entropy);
    assert_eq!(by_entropy, cut(&picture, Size::new(1, 1), Gravity::Center));
}

#[test]
fn gravity_auto_has_no_better_window() {
    let mut random = Random::new(52);
    for _ in 0..12 {
        let size = Size::new(random.between(12, 40), random.between(12, 40));
        let picture = noise(size, Alpha::Opaque, &mut random);
        let saliency = saliency(&picture);
        let score = |left: u32, top: u32, window: Size| -> f64 {
            let inside = (top..top + window.height).flat_map(|y| (left..left + window.width).map(move |x| (x, y)));
            inside.map(|(x, y)| saliency[(y * size.width + x) as usize]).sum()
        };
        assert_best(&picture, aspect(&mut random), Gravity::Auto, score);
    }
}

#[test]
fn gravity_entropy_has_no_better_window() {
    let mut random = Random::new(53);
    for _ in 0..12 {
        let size = Size::new(random.between(12, 40), random.between(12, 40));
        // Noise that grows to the right, so that windows differ.
        let plain = noise(size, Alpha::Opaque, &mut random);
        let picture = from_fn(size, |x, y| {
            let [red, green, blue, alpha] = plain.pixel(x, y);
            let step = u8::try_from(1 + (size.width - x) * 3).expect("at most 121");
            [red / step * step, green / step * step, blue / step * step, alpha]
        });
        let score = |left: u32, top: u32, window: Size| entropy(&picture, left, top, window);
        assert_best(&picture, aspect(&mut random), Gravity::Entropy, score);
    }
}

fn aspect(random: &mut Random) -> Size {
    Size::new(random.between(1, 5), random.between(1, 5))
}

/// Asserts that no window scores higher than the one that was taken, by more than rounding to tables may hide.
fn assert_best(picture: &Pixmap, aspect: Size, gravity: Gravity, score: impl Fn(u32, u32, Size) -> f64) {
    let result = cut(picture, aspect, gravity);
    let (left, top) = find(picture, &result);
    let (size, window) = (picture.size(), result.size());
    let taken = score(left, top, window);
    for top in 0..=size.height - window.height {
        for left in 0..=size.width - window.width {
            let other = score(left, top, window);
            assert!(other <= taken * 1.001 + 1e-9, "{gravity:?}: {other} at {left},{top} is better than {taken}");
        }
    }
}
