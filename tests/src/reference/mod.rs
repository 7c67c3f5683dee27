//! What every step means, computed in real numbers straight from the pixel semantics, as the judge of every engine.
//!
//! Nothing here is shared with an engine: geometry is exact rational arithmetic of its own ([`geometry`]), weights are
//! `f64` and never become tables of integers ([`resample`]), and formulas are written as they stand ([`blend`], [`tone`],
//! [`neighbourhood`]). Pictures in planes know where each sample lies ([`planes`]), and what is in planes follows from the
//! specification, not from a plan ([`layout`]). It is slow and means to be read beside the specification. Only the containers ([`Pixmap`],
//! [`palmette_core::Picture`], [`Size`]) and the typed options are the engine's own.
//!
//! A step starts from 8-bit pixels, as the specification says, and its result is handed out before it is rounded: that is what
//! an engine's result is held against.

pub mod blend;
pub mod geometry;
pub mod layout;
pub mod neighbourhood;
pub mod planes;
pub mod real;
pub mod resample;
pub mod saliency;
pub mod tone;
pub mod trim;

use palmette_core::{Pixmap, Size};
use palmette_ops::transform::{Border, Trim};
use palmette_ops::{Color, Composite, Draw, Fit, Flip, Rotate, Transform};

pub use real::RealPixmap;

/// What the reference makes of a step.
#[derive(Debug)]
pub struct Outcome {
    /// The picture before the last rounding.
    pub picture: RealPixmap,
    /// How often pixels were rounded or are about to be: an engine may be off by one level after each.
    pub roundings: u32,
}

/// Applies one `transform`, its options in their fixed order, with one rounding an option.
///
/// # Panics
///
/// If an option needs a model or a gravity needs pixels: a test must not believe that these were checked.
#[must_use]
pub fn transform(source: &Pixmap, options: &Transform) -> Outcome {
    let Transform { trim, flip, rotate, width, height, fit, gravity, zoom, upscale, segment, .. } = options;
    assert!(zoom.is_none() && upscale.is_none() && segment.is_none(), "the reference has no model");
    let Transform { brightness, contrast, gamma, saturation, blur, sharpen, background, border, .. } = options;

    let mut work = Work { picture: RealPixmap::from_pixmap(source), roundings: 0 };
    match trim {
        None => {}
        Some(Trim::Edges(edges)) => work.rearrange(|picture| trim::edges(picture, edges)),
        Some(Trim::Border(border)) => work.rearrange(|picture| trim::border(picture, border)),
    }
    if let Some(flip) = *flip {
        work.rearrange(|picture| flipped(picture, flip));
    }
    if let Some(rotate) = *rotate {
        work.rearrange(|picture| rotated(picture, rotate));
    }
    let fit = fit.unwrap_or_default();
    let mut background = *background;
    if let Some(request) = geometry::request(work.picture.size(), *width, *height) {
        work.resize(&geometry::fit(work.picture.size(), request, fit, *gravity));
        if fit == Fit::Pad {
            let background = background.take();
            work.lay_under(background);
            work.rearrange(|picture| padded(picture, request.size, background.unwrap_or(Color::WHITE)));
        }
    }
    let tones =
        [(brightness, tone::brightness as fn(f64, f64) -> f64), (contrast, tone::contrast), (gamma, tone::gamma)];
    for (value, curve) in tones {
        if let Some(value) = value.filter(|&value| value != 0.0 && value != 1.0) {
            work.compute(|picture| tone::each_channel(picture, |level| curve(level, value)));
        }
    }
    if let Some(factor) = saturation.filter(|&factor| factor != 1.0) {
        work.compute(|picture| tone::saturation(picture, factor));
    }
    if let Some(radius) = blur.filter(|&radius| radius > 0) {
        work.compute(|picture| neighbourhood::blur(picture, radius));
    }
    if let Some(strength) = sharpen.filter(|&strength| strength > 0.0) {
        work.compute(|picture| neighbourhood::sharpen(picture, strength));
    }
    work.lay_under(background);
    if let Some(border) = border {
        work.rearrange(|picture| framed(picture, border));
    }
    Outcome { picture: work.picture, roundings: work.roundings }
}

/// Draws an overlay on a target.
#[must_use]
pub fn draw(target: &Pixmap, overlay: &Pixmap, options: &Draw) -> Outcome {
    Outcome { picture: blend::draw(target, overlay, options), roundings: 1 }
}

/// A picture on its way through the options of a `transform`.
struct Work {
    picture: RealPixmap,
    roundings: u32,
}

impl Work {
    /// Moves pixels without touching them.
    fn rearrange(&mut self, step: impl FnOnce(&RealPixmap) -> RealPixmap) {
        self.picture = step(&self.picture);
    }

    /// Computes new pixels from rounded ones.
    fn compute(&mut self, step: impl FnOnce(&Pixmap) -> RealPixmap) {
        self.picture = step(&self.picture.rounded());
        self.roundings += 1;
    }

    fn resize(&mut self, fitted: &geometry::Fitted) {
        if fitted.scaled == self.picture.size() {
            self.rearrange(|picture| picture.rearranged(fitted.window, |x, y| (fitted.left + x, fitted.top + y)));
        } else {
            self.compute(|picture| resample::resize(picture, fitted));
        }
    }

    /// Lays a colour under the picture, if there is one.
    fn lay_under(&mut self, background: Option<Color>) {
        let Some(color) = background else { return };
        let backdrop = real::premultiplied(color.to_rgba());
        self.compute(|picture| {
            RealPixmap::from_pixmap(picture)
                .map(|pixel| real::Pixel::Computed(blend::composite(Composite::Over, pixel.premultiplied(), backdrop)))
        });
    }
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

/// Places a picture in the middle of a canvas.
fn padded(picture: &RealPixmap, canvas: Size, surround: Color) -> RealPixmap {
    let Size { width, height } = picture.size();
    picture.placed(canvas, (canvas.width - width) / 2, (canvas.height - height) / 2, surround.to_rgba())
}

/// Puts a frame around a picture.
fn framed(picture: &RealPixmap, border: &Border) -> RealPixmap {
    let Size { width, height } = picture.size();
    let canvas = Size::new(border.left + width + border.right, border.top + height + border.bottom);
    picture.placed(canvas, border.left, border.top, border.color.to_rgba())
}
