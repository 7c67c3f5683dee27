//! Sizes and positions: what `fit`, `gravity`, edges and repeats mean in whole pixels.
//!
//! Ratios are compared and rounded as fractions of integers, so that no size depends on how a division was rounded before.

use palmette_ops::transform::Length;
use palmette_ops::{AxisPosition, Fit, Gravity, GravityMode};

use super::step::Tiling;
use crate::{Rectangle, Size};

/// How a picture is scaled and what is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// The size that was asked for, with the side that was not.
    pub requested: Size,
    /// The size the whole picture is scaled to. Only the window of it is computed, so it may be far over every limit.
    pub scaled: Size,
    /// The size that is kept of it, at most `scaled`.
    pub window: Size,
    /// The canvas around the window, if `fit` was `pad`; at least the window.
    pub canvas: Option<Size>,
}

/// Resolves `width`, `height` and `fit` for a picture of the given size; `None` if neither width nor height was given.
///
/// With one of the two absent, the other one alone decides the scale, and the aspect ratio the rest. So `width: 100` is 100
/// pixels wide exactly, even where the height that goes with it was rounded down.
#[must_use]
pub fn resolve_fit(input: Size, width: Option<u32>, height: Option<u32>, fit: Fit) -> Option<Fitted> {
    let (requested, scale) = match (width, height) {
        (None, None) => return None,
        (Some(width), None) => {
            let height = scale_length(input.height, width, input.width);
            (Size::new(width, height), Scales::both(Scale { numerator: width, denominator: input.width }))
        }
        (None, Some(height)) => {
            let width = scale_length(input.width, height, input.height);
            (Size::new(width, height), Scales::both(Scale { numerator: height, denominator: input.height }))
        }
        (Some(width), Some(height)) => return Some(resolve_requested(input, Size::new(width, height), fit)),
    };
    Some(fitted(input, requested, scale, fit))
}

/// Resolves `fit` for a picture of the given size where both sides were asked for.
#[must_use]
pub fn resolve_requested(input: Size, requested: Size, fit: Fit) -> Fitted {
    fitted(input, requested, Scales::between(input, requested), fit)
}

/// Resolves `fit` at the scales that touch and fill the request.
fn fitted(input: Size, requested: Size, scale: Scales, fit: Fit) -> Fitted {
    let whole = |scaled: Size| Fitted { requested, scaled, window: scaled, canvas: None };
    match fit {
        Fit::ScaleDown => whole(scale.inside.min_one().apply(input)),
        Fit::Contain => whole(scale.inside.apply(input)),
        Fit::ScaleUp => whole(scale.inside.max_one().apply(input)),
        Fit::Squeeze => whole(requested),
        Fit::Pad => {
            let scaled = scale.inside.apply(input);
            Fitted { canvas: Some(requested), ..whole(scaled) }
        }
        Fit::Cover => cover(input, requested, scale.outside),
        Fit::Outside => whole(cover(input, requested, scale.outside).scaled),
        Fit::Crop if scale.outside.is_at_most_one() => cover(input, requested, scale.outside),
        Fit::Crop => {
            let window = Size::new(requested.width.min(input.width), requested.height.min(input.height));
            Fitted { window, ..whole(input) }
        }
        Fit::AspectCrop if scale.outside.is_at_most_one() => cover(input, requested, scale.outside),
        Fit::AspectCrop => Fitted { window: largest_window(input, requested), ..whole(input) },
    }
}

/// Scales a picture so that it covers the requested size, which becomes its window.
fn cover(input: Size, requested: Size, scale: Scale) -> Fitted {
    let scaled = scale.apply(input);
    let scaled = Size::new(scaled.width.max(requested.width), scaled.height.max(requested.height));
    Fitted { requested, scaled, window: requested, canvas: None }
}

/// Returns the largest size inside `input` that has the aspect ratio of `requested`.
fn largest_window(input: Size, requested: Size) -> Size {
    if wider(input, requested) {
        let width = scale_length(input.height, requested.width, requested.height);
        Size::new(width.min(input.width), input.height)
    } else {
        let height = scale_length(input.width, requested.height, requested.width);
        Size::new(input.width, height.min(input.height))
    }
}

/// Says whether `a` has a larger ratio of width to height than `b`.
fn wider(a: Size, b: Size) -> bool {
    u64::from(a.width) * u64::from(b.height) > u64::from(b.width) * u64::from(a.height)
}

/// A scale as a fraction of integers.
#[derive(Clone, Copy, Debug)]
struct Scale {
    numerator: u32,
    denominator: u32,
}

impl Scale {
    const ONE: Self = Self { numerator: 1, denominator: 1 };

    const fn is_at_most_one(self) -> bool {
        self.numerator <= self.denominator
    }

    const fn min_one(self) -> Self {
        if self.is_at_most_one() { self } else { Self::ONE }
    }

    const fn max_one(self) -> Self {
        if self.is_at_most_one() { Self::ONE } else { self }
    }

    /// Scales both sides, rounded, never below 1.
    fn apply(self, size: Size) -> Size {
        Size::new(
            scale_length(size.width, self.numerator, self.denominator),
            scale_length(size.height, self.numerator, self.denominator),
        )
    }
}

/// The scale at which a picture just fits inside a box, and the one at which it just covers it.
#[derive(Clone, Copy, Debug)]
struct Scales {
    inside: Scale,
    outside: Scale,
}

impl Scales {
    const fn both(scale: Scale) -> Self {
        Self { inside: scale, outside: scale }
    }

    fn between(input: Size, requested: Size) -> Self {
        let by_width = Scale { numerator: requested.width, denominator: input.width };
        let by_height = Scale { numerator: requested.height, denominator: input.height };
        if wider(input, requested) {
            Self { inside: by_width, outside: by_height }
        } else {
            Self { inside: by_height, outside: by_width }
        }
    }
}

/// Returns `max(1, round(length · numerator / denominator))`, or the largest number if that is too large.
fn scale_length(length: u32, numerator: u32, denominator: u32) -> u32 {
    scale_offset(length, numerator, denominator).max(1)
}

/// Returns `round(offset · numerator / denominator)`, halves up, or the largest number if that is too large.
pub(crate) fn scale_offset(offset: u32, numerator: u32, denominator: u32) -> u32 {
    let (offset, numerator, denominator) = (u128::from(offset), u128::from(numerator), u128::from(denominator));
    let rounded = (2 * offset * numerator + denominator) / (2 * denominator);
    u32::try_from(rounded).unwrap_or(u32::MAX)
}

/// Resolves a distance along an axis of `axis` pixels; a fraction is rounded to whole pixels.
#[must_use]
pub fn length(length: Length, axis: u32) -> u32 {
    match length {
        Length::Pixels(pixels) => pixels,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of a 32-bit length")]
        Length::Fraction(fraction) => (fraction * f64::from(axis) + 0.5).floor() as u32,
    }
}

/// Returns the left and top edge of a window, for a gravity that needs no pixels; `None` for one that does.
#[must_use]
pub fn window_offset(scaled: Size, window: Size, gravity: Gravity) -> Option<(u32, u32)> {
    let (x, y, mode) = match gravity {
        Gravity::Left => (0.0, 0.5, GravityMode::Remainder),
        Gravity::Right => (1.0, 0.5, GravityMode::Remainder),
        Gravity::Top => (0.5, 0.0, GravityMode::Remainder),
        Gravity::Bottom => (0.5, 1.0, GravityMode::Remainder),
        Gravity::Center => (0.5, 0.5, GravityMode::Remainder),
        Gravity::Point { x, y, mode } => (x, y, mode),
        Gravity::Auto | Gravity::Entropy | Gravity::Face => return None,
    };
    let along = |scaled: u32, window: u32, fraction: f64| {
        let remainder = scaled.saturating_sub(window);
        let offset = match mode {
            GravityMode::Remainder => fraction * f64::from(remainder),
            GravityMode::BoxCenter => fraction * f64::from(scaled) - f64::from(window) / 2.0,
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to remainder")]
        let offset = (offset + 0.5).floor().clamp(0.0, f64::from(remainder)) as u32;
        offset
    };
    Some((along(scaled.width, window.width, x), along(scaled.height, window.height, y)))
}

/// Returns the gravity that has the middle of faces in the middle of a window; `faces` and `area` are parts of one picture, and
/// the window is one of the area.
#[must_use]
pub fn towards(faces: Rectangle, area: Rectangle) -> Gravity {
    let along = |(start, len): (u32, u32), (area_start, area_len): (u32, u32)| {
        (middle(start, len) - f64::from(area_start)) / f64::from(area_len)
    };
    Gravity::Point {
        x: along((faces.left, faces.size.width), (area.left, area.size.width)),
        y: along((faces.top, faces.size.height), (area.top, area.size.height)),
        mode: GravityMode::BoxCenter,
    }
}

/// Returns the part of a picture that `zoom`, above 0 and at most 1, keeps around faces.
///
/// It is their box with each side 1 / `zoom` times as long, at most the picture's; then one side grows to the aspect ratio of
/// the request, as far as the picture allows. Its middle is that of the faces, unless it would stick out.
#[must_use]
pub fn zoomed(faces: Rectangle, zoom: f64, picture: Size, requested: Size) -> Rectangle {
    let (max_width, max_height) = (f64::from(picture.width), f64::from(picture.height));
    let width = (f64::from(faces.size.width) / zoom).min(max_width);
    let height = (f64::from(faces.size.height) / zoom).min(max_height);
    let aspect = f64::from(requested.width) / f64::from(requested.height);
    // One of the two products is not above the side that is there.
    let (width, height) = (width.max((height * aspect).min(max_width)), height.max((width / aspect).min(max_height)));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
    let along = |faces: (u32, u32), len: f64, picture: u32| {
        let len = ((len + 0.5).floor() as u32).clamp(1, picture);
        let start = (middle(faces.0, faces.1) - f64::from(len) / 2.0 + 0.5).floor();
        (start.clamp(0.0, f64::from(picture - len)) as u32, len)
    };
    let (left, width) = along((faces.left, faces.size.width), width, picture.width);
    let (top, height) = along((faces.top, faces.size.height), height, picture.height);
    Rectangle { left, top, size: Size::new(width, height) }
}

/// Returns the middle of a part of an axis.
fn middle(start: u32, len: u32) -> f64 {
    f64::from(start) + f64::from(len) / 2.0
}

/// Resolves where an overlay of `overlay` samples lies on an axis of `target` samples.
#[must_use]
pub fn tiling(target: u32, overlay: u32, position: AxisPosition, repeats: bool) -> Tiling {
    let (target, overlay) = (i64::from(target), i64::from(overlay));
    let start = match position {
        AxisPosition::FromStart(distance) => i64::from(distance),
        AxisPosition::FromEnd(distance) => target - overlay - i64::from(distance),
        AxisPosition::Unset if repeats => 0,
        AxisPosition::Unset => (target - overlay).div_euclid(2),
    };
    if repeats {
        let phase = (-start).rem_euclid(overlay);
        Tiling::Repeat(u32::try_from(phase).expect("a remainder of a 32-bit length"))
    } else {
        Tiling::Once(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(input: (u32, u32), requested: (u32, u32), fit: Fit) -> Fitted {
        let input = Size::new(input.0, input.1);
        resolve_fit(input, Some(requested.0), Some(requested.1), fit).unwrap()
    }

    fn sizes(fitted: Fitted) -> [(u32, u32); 2] {
        [(fitted.scaled.width, fitted.scaled.height), (fitted.window.width, fitted.window.height)]
    }

    #[test]
    fn zoom_of_its_publication() {
        // A box of 100×500 in a picture of 1024×1024, cut to the proportions of the part that is kept.
        let faces = Rectangle { left: 400, top: 300, size: Size::new(100, 500) };
        let (picture, kept) =
            (Size::new(1024, 1024), |zoom, aspect| zoomed(faces, zoom, Size::new(1024, 1024), aspect));
        assert_eq!(kept(1.0, Size::new(1, 5)), faces);
        // From 50 to 1050, which sticks out.
        assert_eq!(kept(0.5, Size::new(1, 5)), Rectangle { left: 350, top: 24, size: Size::new(200, 1000) });
        let quarter = Rectangle { left: 250, top: 0, size: Size::new(400, 1024) };
        assert_eq!(kept(0.25, Size::new(400, 1024)), quarter);
        assert_eq!(kept(1e-300, Size::new(1, 1)), Rectangle::whole(picture));
    }

    #[test]
    fn zoom_grows_to_the_request_and_stays_inside() {
        let faces = Rectangle { left: 0, top: 90, size: Size::new(10, 9) };
        let kept = |zoom, width, height| zoomed(faces, zoom, Size::new(200, 100), Size::new(width, height));
        assert_eq!(kept(1.0, 1, 1), Rectangle { left: 0, top: 90, size: Size::new(10, 10) });
        assert_eq!(kept(0.5, 4, 1), Rectangle { left: 0, top: 82, size: Size::new(72, 18) });
        assert_eq!(kept(0.1, 1, 9), Rectangle { left: 0, top: 0, size: Size::new(100, 100) });
        // The middle of the faces, at (5, 94.5), is the middle of the part that is kept, where that is possible.
        let Gravity::Point { x, y, mode: GravityMode::BoxCenter } = towards(faces, kept(0.5, 4, 1)) else {
            unreachable!("faces are a point")
        };
        assert_eq!((x, y), (5.0 / 72.0, 12.5 / 18.0));
    }

    #[test]
    fn fit_of_the_documentation() {
        assert_eq!(sizes(fitted((1080, 720), (500, 500), Fit::ScaleDown))[0], (500, 333));
        assert_eq!(sizes(fitted((1080, 720), (500, 500), Fit::Cover)), [(750, 500), (500, 500)]);
        assert_eq!(sizes(fitted((612, 613), (1920, 1120), Fit::AspectCrop)), [(612, 613), (612, 357)]);
    }

    #[test]
    fn fit_smaller_than_the_box() {
        assert_eq!(sizes(fitted((40, 30), (100, 100), Fit::ScaleDown))[0], (40, 30));
        assert_eq!(sizes(fitted((40, 30), (100, 100), Fit::Contain))[0], (100, 75));
        assert_eq!(sizes(fitted((40, 30), (100, 100), Fit::ScaleUp))[0], (100, 75));
        assert_eq!(sizes(fitted((40, 30), (100, 100), Fit::Cover)), [(133, 100), (100, 100)]);
        assert_eq!(sizes(fitted((40, 30), (100, 100), Fit::Outside)), [(133, 100), (133, 100)]);
        assert_eq!(sizes(fitted((40, 30), (100, 100), Fit::Crop)), [(40, 30), (40, 30)]);
        assert_eq!(sizes(fitted((40, 30), (100, 100), Fit::AspectCrop)), [(40, 30), (30, 30)]);
        assert_eq!(sizes(fitted((40, 30), (100, 100), Fit::Squeeze))[0], (100, 100));
        assert_eq!(fitted((40, 30), (100, 100), Fit::Pad).canvas, Some(Size::new(100, 100)));
    }

    #[test]
    fn fit_with_one_side_larger_than_the_box() {
        assert_eq!(sizes(fitted((200, 50), (100, 100), Fit::ScaleDown))[0], (100, 25));
        assert_eq!(sizes(fitted((200, 50), (100, 100), Fit::Outside))[0], (400, 100));
        assert_eq!(sizes(fitted((200, 50), (100, 100), Fit::Crop)), [(200, 50), (100, 50)]);
        assert_eq!(sizes(fitted((200, 50), (100, 100), Fit::AspectCrop)), [(200, 50), (50, 50)]);
        assert_eq!(sizes(fitted((200, 50), (100, 100), Fit::ScaleUp))[0], (200, 50));
    }

    #[test]
    fn fit_with_one_side_given_keeps_that_side() {
        let input = Size::new(1000, 333);
        for fit in [Fit::ScaleDown, Fit::Contain, Fit::Cover, Fit::Crop, Fit::AspectCrop, Fit::Pad, Fit::Squeeze] {
            let fitted = resolve_fit(input, Some(100), None, fit).unwrap();
            assert_eq!(sizes(fitted), [(100, 33), (100, 33)], "{fit:?}");
            let fitted = resolve_fit(input.transposed(), None, Some(100), fit).unwrap();
            assert_eq!(sizes(fitted), [(33, 100), (33, 100)], "{fit:?}");
        }
        assert_eq!(resolve_fit(input, None, None, Fit::Cover), None);
    }

    #[test]
    fn fit_never_loses_a_side() {
        assert_eq!(sizes(fitted((10_000, 1), (10, 10), Fit::ScaleDown))[0], (10, 1));
        assert_eq!(sizes(fitted((1, 12_000), (12_000, 100), Fit::Cover)), [(12_000, 144_000_000), (12_000, 100)]);
        let huge = resolve_fit(Size::new(1, 12_000), Some(u32::MAX), None, Fit::Contain).unwrap();
        assert_eq!(huge.scaled.height, u32::MAX);
    }

    #[test]
    fn gravity_moves_the_window() {
        let offset = |gravity| window_offset(Size::new(101, 60), Size::new(50, 20), gravity).unwrap();
        let point = |x, y, mode| Gravity::Point { x, y, mode };
        assert_eq!(offset(Gravity::Left), (0, 20));
        assert_eq!(offset(Gravity::Right), (51, 20));
        assert_eq!(offset(Gravity::Top), (26, 0));
        assert_eq!(offset(Gravity::Bottom), (26, 40));
        assert_eq!(offset(Gravity::Center), (26, 20));
        assert_eq!(offset(point(0.25, 0.75, GravityMode::Remainder)), (13, 30));
        assert_eq!(offset(point(0.5, 0.5, GravityMode::BoxCenter)), (26, 20));
        assert_eq!(offset(point(0.0, 1.0, GravityMode::BoxCenter)), (0, 40));
    }

    #[test]
    fn tiling_positions() {
        assert_eq!(tiling(100, 30, AxisPosition::FromStart(-5), false), Tiling::Once(-5));
        assert_eq!(tiling(100, 30, AxisPosition::FromEnd(10), false), Tiling::Once(60));
        assert_eq!(tiling(100, 31, AxisPosition::Unset, false), Tiling::Once(34));
        assert_eq!(tiling(30, 101, AxisPosition::Unset, false), Tiling::Once(-36));
        assert_eq!(tiling(100, 30, AxisPosition::Unset, true), Tiling::Repeat(0));
        assert_eq!(tiling(100, 30, AxisPosition::FromStart(10), true), Tiling::Repeat(20));
        assert_eq!(tiling(100, 30, AxisPosition::FromEnd(0), true), Tiling::Repeat(20));
    }
}
