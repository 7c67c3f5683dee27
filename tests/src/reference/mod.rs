//! What every step means, computed in real numbers straight from the pixel semantics, as the judge of every engine.
//!
//! Nothing here is shared with an engine: geometry is exact rational arithmetic of its own ([`geometry`]), weights are
//! `f64` and never become tables of integers ([`resample`]), and blending is written as the formulas stand ([`blend`]). It
//! is slow and means to be read beside the specification. Only the containers ([`Pixmap`], [`Size`]) and the typed options
//! are the engine's own.
//!
//! Between two steps a picture is 8-bit, so the reference rounds wherever the specification does, and nowhere else.

pub mod blend;
pub mod geometry;
pub mod real;
pub mod resample;

use palmette_core::{Pixmap, Size};
use palmette_protocol::{Color, Composite, Draw, Fit, Flip, Op, Rotate, Transform};

use crate::pictures::from_fn;

pub use real::RealPixmap;

/// What the reference makes of a list.
#[derive(Debug)]
pub struct Outcome {
    /// The canvas at the end, rounded after every step.
    pub pixmap: Pixmap,
    /// The steps on the way that rounded, over all nodes: an engine may be off by one level after each.
    pub roundings: u32,
}

/// Runs a valid list on its sources.
///
/// # Panics
///
/// If the list is not the flattening of one tree over `sources`, or holds an option that the reference does not know.
#[must_use]
pub fn run(ops: &[Op<Transform, Draw>], sources: &[Pixmap]) -> Outcome {
    let mut nodes: Vec<Option<Pixmap>> = sources.iter().cloned().map(Some).collect();
    let mut roundings = 0;
    for op in ops {
        let (index, result) = match op {
            Op::Transform { image_index, options } => {
                let index = image_index.0 as usize;
                let picture = nodes[index].take().expect("a node is not used after it was drawn");
                (index, transform(picture, options, &mut roundings))
            }
            Op::Draw { draw_image_index, target_image_index, options } => {
                let index = target_image_index.0 as usize;
                let overlay = nodes[draw_image_index.0 as usize].take().expect("a node is drawn once");
                let target = nodes[index].take().expect("a node is not used after it was drawn");
                (index, count(blend::draw(&target, &overlay, options), &mut roundings))
            }
        };
        nodes[index] = Some(result);
    }
    Outcome { pixmap: nodes.swap_remove(0).expect("the canvas is never drawn"), roundings }
}

/// Applies one `transform`: flip, rotate, resize and pad, background.
fn transform(mut picture: Pixmap, options: &Transform, roundings: &mut u32) -> Pixmap {
    assert_known(options);
    if let Some(flip) = options.flip {
        picture = flipped(&picture, flip);
    }
    if let Some(rotate) = options.rotate {
        picture = rotated(&picture, rotate);
    }
    let fit = options.fit.unwrap_or_default();
    let mut background = options.background;
    if let Some(request) = geometry::request(picture.size(), options.width, options.height) {
        let fitted = geometry::fit(picture.size(), request, fit, options.gravity);
        if fitted.scaled == picture.size() {
            picture = cut(&picture, fitted.left, fitted.top, fitted.window);
        } else {
            picture = count(resample::resize(&picture, &fitted), roundings);
        }
        if fit == Fit::Pad {
            picture = padded(&picture, request, background.take(), roundings);
        }
    }
    if let Some(color) = background {
        picture = count(under(&picture, color), roundings);
    }
    picture
}

/// Stops at options that the reference does not compute: a test must not believe that it checked them.
fn assert_known(options: &Transform) {
    let known = Transform {
        flip: options.flip,
        rotate: options.rotate,
        width: options.width,
        height: options.height,
        fit: options.fit,
        gravity: options.gravity,
        background: options.background,
        ..Transform::default()
    };
    assert_eq!(*options, known, "the reference computes neither of the other options");
}

/// Rounds a result and counts that it did.
fn count(real: RealPixmap, roundings: &mut u32) -> Pixmap {
    *roundings += 1;
    real.rounded()
}

/// Mirrors.
#[must_use]
pub fn flipped(picture: &Pixmap, flip: Flip) -> Pixmap {
    let (width, height) = (picture.width(), picture.height());
    let mirror_x = matches!(flip, Flip::Horizontal | Flip::Both);
    let mirror_y = matches!(flip, Flip::Vertical | Flip::Both);
    from_fn(picture.size(), |x, y| {
        picture.pixel(if mirror_x { width - 1 - x } else { x }, if mirror_y { height - 1 - y } else { y })
    })
}

/// Turns clockwise.
#[must_use]
pub fn rotated(picture: &Pixmap, rotate: Rotate) -> Pixmap {
    let Size { width, height } = picture.size();
    match rotate {
        Rotate::None => picture.clone(),
        Rotate::Quarter => from_fn(picture.size().transposed(), |x, y| picture.pixel(y, height - 1 - x)),
        Rotate::Half => from_fn(picture.size(), |x, y| picture.pixel(width - 1 - x, height - 1 - y)),
        Rotate::ThreeQuarters => from_fn(picture.size().transposed(), |x, y| picture.pixel(width - 1 - y, x)),
    }
}

/// Keeps a window.
fn cut(picture: &Pixmap, left: u32, top: u32, window: Size) -> Pixmap {
    from_fn(window, |x, y| picture.pixel(left + x, top + y))
}

/// Places a picture in the middle of a canvas.
fn padded(picture: &Pixmap, canvas: Size, background: Option<Color>, roundings: &mut u32) -> Pixmap {
    let left = (canvas.width - picture.width()) / 2;
    let top = (canvas.height - picture.height()) / 2;
    let inner = match background {
        Some(color) => count(under(picture, color), roundings),
        None => picture.clone(),
    };
    let surround = background.unwrap_or(Color::WHITE).to_rgba();
    from_fn(canvas, |x, y| match (x.checked_sub(left), y.checked_sub(top)) {
        (Some(x), Some(y)) if x < inner.width() && y < inner.height() => inner.pixel(x, y),
        _ => surround,
    })
}

/// Lays a colour under a picture.
#[must_use]
pub fn under(picture: &Pixmap, color: Color) -> RealPixmap {
    let backdrop = real::premultiplied(color.to_rgba());
    let mut real = RealPixmap::from_pixmap(picture);
    for pixel in real.pixels_mut() {
        *pixel = blend::composite(Composite::Over, *pixel, backdrop);
    }
    real
}
