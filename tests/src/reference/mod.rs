//! What every step means, computed in real numbers straight from the pixel semantics, as the judge of every engine.
//!
//! Nothing here is shared with an engine: geometry is exact rational arithmetic of its own ([`geometry`]), weights are
//! `f64` and never become tables of integers ([`resample`]), and blending is written as the formulas stand ([`blend`]). It
//! is slow and means to be read beside the specification. Only the containers ([`Pixmap`], [`Size`]) and the typed options
//! are the engine's own.
//!
//! Between two steps a picture is 8-bit, so a step that computes pixels starts from rounded ones. The last step is not
//! rounded yet when an [`Outcome`] is handed out: that is what an engine's result is held against.

pub mod blend;
pub mod geometry;
pub mod real;
pub mod resample;

use palmette_core::{Pixmap, Size};
use palmette_protocol::{Color, Composite, Draw, Fit, Flip, ImageIndex, Op, Rotate, Transform};

pub use real::RealPixmap;

/// What the reference makes of a list.
#[derive(Debug)]
pub struct Outcome {
    /// The canvas at the end, before the last rounding.
    pub canvas: RealPixmap,
    /// The steps that round, over all nodes: an engine may be off by one level after each.
    pub roundings: u32,
}

/// Runs a valid list on its sources.
///
/// # Panics
///
/// If the list is not the flattening of one tree over `sources`, or holds an option that the reference does not know.
#[must_use]
pub fn run(ops: &[Op<Transform, Draw>], sources: &[Pixmap]) -> Outcome {
    let mut nodes: Vec<Option<RealPixmap>> = sources.iter().map(RealPixmap::from_pixmap).map(Some).collect();
    let mut roundings = 0;
    for op in ops {
        let (index, result) = match op {
            Op::Transform { image_index, options } => {
                (image_index, transform(take(&mut nodes, *image_index), options, &mut roundings))
            }
            Op::Draw { draw_image_index, target_image_index, options } => {
                let overlay = take(&mut nodes, *draw_image_index).rounded();
                let target = take(&mut nodes, *target_image_index).rounded();
                roundings += 1;
                (target_image_index, blend::draw(&target, &overlay, options))
            }
        };
        nodes[index.0 as usize] = Some(result);
    }
    Outcome { canvas: take(&mut nodes, ImageIndex::CANVAS), roundings }
}

/// Takes the picture of a node out of the list.
fn take(nodes: &mut [Option<RealPixmap>], index: ImageIndex) -> RealPixmap {
    nodes[index.0 as usize].take().expect("a node is not used after it was drawn")
}

/// Applies one `transform`: flip, rotate, resize and pad, background.
fn transform(mut picture: RealPixmap, options: &Transform, roundings: &mut u32) -> RealPixmap {
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
            picture = picture.rearranged(fitted.window, |x, y| (fitted.left + x, fitted.top + y));
        } else {
            *roundings += 1;
            picture = resample::resize(&picture.rounded(), &fitted);
        }
        if fit == Fit::Pad {
            let background = background.take();
            picture = padded(lay_under(picture, background, roundings), request.size, background);
        }
    }
    lay_under(picture, background, roundings)
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

/// Mirrors.
fn flipped(picture: &RealPixmap, flip: Flip) -> RealPixmap {
    let Size { width, height } = picture.size();
    picture.rearranged(picture.size(), |x, y| match flip {
        Flip::Horizontal => (width - 1 - x, y),
        Flip::Vertical => (x, height - 1 - y),
        Flip::Both => (width - 1 - x, height - 1 - y),
    })
}

/// Turns clockwise.
fn rotated(picture: &RealPixmap, rotate: Rotate) -> RealPixmap {
    let size @ Size { width, height } = picture.size();
    match rotate {
        Rotate::None => picture.clone(),
        Rotate::Quarter => picture.rearranged(size.transposed(), |x, y| (y, height - 1 - x)),
        Rotate::Half => picture.rearranged(size, |x, y| (width - 1 - x, height - 1 - y)),
        Rotate::ThreeQuarters => picture.rearranged(size.transposed(), |x, y| (width - 1 - y, x)),
    }
}

/// Places a picture in the middle of a canvas; white surrounds it where there is no background.
fn padded(picture: RealPixmap, canvas: Size, background: Option<Color>) -> RealPixmap {
    let left = (canvas.width - picture.size().width) / 2;
    let top = (canvas.height - picture.size().height) / 2;
    picture.placed(canvas, left, top, background.unwrap_or(Color::WHITE).to_rgba())
}

/// Lays a colour under a picture, if there is one.
fn lay_under(picture: RealPixmap, background: Option<Color>, roundings: &mut u32) -> RealPixmap {
    let Some(color) = background else { return picture };
    *roundings += 1;
    let backdrop = real::premultiplied(color.to_rgba());
    let mut real = RealPixmap::from_pixmap(&picture.rounded());
    for pixel in real.pixels_mut() {
        *pixel = real::Pixel::Computed(blend::composite(Composite::Over, pixel.premultiplied(), backdrop));
    }
    real
}
