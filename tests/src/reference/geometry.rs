//! Sizes and windows of a resize, in exact rational arithmetic.

use std::cmp::Ordering;
use std::num::NonZeroU32;

use palmette_core::Size;
use palmette_ops::{Fit, Gravity, GravityMode};

use super::real::place;

/// What a `fit` comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// The size of the whole picture after scaling.
    pub scaled: Size,
    /// The size of the part of it that is kept.
    pub window: Size,
    /// Scaled columns left of the window.
    pub left: u32,
    /// Scaled rows above the window.
    pub top: u32,
}

/// A positive fraction.
#[derive(Clone, Copy, Debug)]
struct Ratio {
    over: u32,
    under: u32,
}

impl Ratio {
    const ONE: Self = Self { over: 1, under: 1 };

    const fn new(over: u32, under: u32) -> Self {
        Self { over, under }
    }

    fn cmp(self, other: Self) -> Ordering {
        (u64::from(self.over) * u64::from(other.under)).cmp(&(u64::from(other.over) * u64::from(self.under)))
    }

    fn min(self, other: Self) -> Self {
        if self.cmp(other).is_le() { self } else { other }
    }

    fn max(self, other: Self) -> Self {
        if self.cmp(other).is_ge() { self } else { other }
    }

    /// Multiplies and rounds, halves up, to at least 1.
    fn of(self, length: u32) -> u32 {
        let product = u64::from(length) * u64::from(self.over);
        let rounded = (2 * product + u64::from(self.under)) / (2 * u64::from(self.under));
        u32::try_from(rounded).expect("tests ask for sizes that exist").max(1)
    }

    fn of_size(self, size: Size) -> Size {
        Size::new(self.of(size.width), self.of(size.height))
    }
}

/// What `width` and `height` ask for.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Both axes, the absent one filled in.
    pub size: Size,
    /// The smallest scale at which the picture touches an edge of the request, and the one at which it fills it.
    inside: Ratio,
    outside: Ratio,
}

/// Reads `width` and `height`; `None` if neither was given.
///
/// With one of them absent the other alone is the scale. (The absent one, rounded, must not become a second scale: a width
/// of 24 for 14×2 pixels gives a height of 3, and fitting into 24×3 would give a width of 21.)
#[must_use]
pub fn request(picture: Size, width: Option<NonZeroU32>, height: Option<NonZeroU32>) -> Option<Request> {
    let across = width.map(|width| Ratio::new(width.get(), picture.width));
    let down = height.map(|height| Ratio::new(height.get(), picture.height));
    let (inside, outside) = match (across, down) {
        (None, None) => return None,
        (Some(across), Some(down)) => (across.min(down), across.max(down)),
        (Some(scale), None) | (None, Some(scale)) => (scale, scale),
    };
    let side = |asked: Option<NonZeroU32>, length: u32| asked.map_or_else(|| inside.of(length), NonZeroU32::get);
    Some(Request { size: Size::new(side(width, picture.width), side(height, picture.height)), inside, outside })
}

/// Finds the scaled size and the window for a picture.
///
/// For `pad` this is the picture without its canvas.
#[must_use]
pub fn fit(picture: Size, request: Request, fit: Fit, gravity: Option<Gravity>) -> Fitted {
    let Request { size: request, inside, outside } = request;
    let (scaled, window) = match fit {
        Fit::ScaleDown => whole(inside.min(Ratio::ONE).of_size(picture)),
        Fit::Contain | Fit::Pad => whole(inside.of_size(picture)),
        Fit::ScaleUp => whole(inside.max(Ratio::ONE).of_size(picture)),
        Fit::Squeeze => whole(request),
        Fit::Cover => covering(picture, request, outside),
        Fit::Outside => whole(covering(picture, request, outside).0),
        Fit::Crop if picture.width <= request.width && picture.height <= request.height => whole(picture),
        Fit::Crop => {
            let scaled = outside.min(Ratio::ONE).of_size(picture);
            (scaled, Size::new(request.width.min(scaled.width), request.height.min(scaled.height)))
        }
        Fit::AspectCrop if outside.cmp(Ratio::ONE).is_le() => covering(picture, request, outside),
        Fit::AspectCrop => (picture, largest_window(picture, request)),
    };
    let (left, top) = offset(scaled, window, gravity.unwrap_or(Gravity::Center));
    Fitted { scaled, window, left, top }
}

/// A fit that cuts nothing.
const fn whole(scaled: Size) -> (Size, Size) {
    (scaled, scaled)
}

/// A fit that fills the request and cuts the rest.
fn covering(picture: Size, request: Size, outside: Ratio) -> (Size, Size) {
    let scaled = outside.of_size(picture);
    (Size::new(scaled.width.max(request.width), scaled.height.max(request.height)), request)
}

/// The largest window of a picture with the aspect ratio of the request.
fn largest_window(picture: Size, request: Size) -> Size {
    let full_width = Size::new(picture.width, Ratio::new(request.height, request.width).of(picture.width));
    let full_height = Size::new(Ratio::new(request.width, request.height).of(picture.height), picture.height);
    let picture_aspect = Ratio::new(picture.width, picture.height);
    if picture_aspect.cmp(Ratio::new(request.width, request.height)).is_ge() { full_height } else { full_width }
}

/// Where the window lies in the scaled picture.
fn offset(scaled: Size, window: Size, gravity: Gravity) -> (u32, u32) {
    let (x, y, mode) = match gravity {
        Gravity::Left => (0.0, 0.5, GravityMode::Remainder),
        Gravity::Right => (1.0, 0.5, GravityMode::Remainder),
        Gravity::Top => (0.5, 0.0, GravityMode::Remainder),
        Gravity::Bottom => (0.5, 1.0, GravityMode::Remainder),
        Gravity::Center => (0.5, 0.5, GravityMode::Remainder),
        Gravity::Point { x, y, mode } => (x, y, mode),
        Gravity::Auto | Gravity::Entropy | Gravity::Face => {
            panic!("the reference does not look at pixels for {gravity:?}")
        }
    };
    (offset_along(scaled.width, window.width, x, mode), offset_along(scaled.height, window.height, y, mode))
}

/// One axis of [`offset`].
fn offset_along(scaled: u32, window: u32, fraction: f64, mode: GravityMode) -> u32 {
    let remainder = scaled - window;
    let offset = match mode {
        GravityMode::Remainder => fraction * f64::from(remainder),
        GravityMode::BoxCenter => fraction * f64::from(scaled) - f64::from(window) / 2.0,
    };
    place(offset, remainder)
}
