//! Which pictures are in planes, and how a source is read: section 1 of the pixel semantics, in its own words.

use palmette_core::{Pixmap, Size, Spacing};
use palmette_ops::transform::{Border, Trim};
use palmette_ops::{Color, Composite, Draw, Fit, Flip, Rotate, Transform};

use super::geometry::{self, Fitted};
use super::planes::{Made, RealPlanes};
use super::trim;

/// One thing that is done to a picture: a `transform` of one option, or a `draw` of a picture that is there.
#[derive(Clone, Debug)]
pub enum Part {
    /// One option, with those that decide a size together.
    Transform(Box<Transform>),
    /// A draw.
    Draw(Pixmap, Draw),
}

/// What a part does, as far as that can be done in planes.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Mirrors.
    Flip(Flip),
    /// Turns.
    Rotate(Rotate),
    /// Cuts.
    Crop {
        /// Columns cut off at the left.
        left: u32,
        /// Rows cut off at the top.
        top: u32,
        /// What is left.
        size: Size,
    },
    /// Scales, and cuts.
    Scale(Fitted),
    /// Enlarges the canvas.
    Pad {
        /// Columns of canvas left of the picture.
        left: u32,
        /// Rows of canvas above the picture.
        top: u32,
        /// The size of the canvas.
        canvas: Size,
        /// Its colour.
        surround: Color,
    },
    /// Draws.
    Draw(Pixmap, Draw),
    /// Needs pixels.
    NeedsPixels,
}

/// In which form a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Pixels of RGBA.
    Rgba,
    /// Planes, with chroma of this spacing; grey has none.
    Planes(Option<Spacing>),
}

/// Says what a part does to a picture of a size; nothing if it leaves it alone.
///
/// # Panics
///
/// If that takes a look at the picture.
#[must_use]
pub fn change(size: Size, part: &Part) -> Option<Change> {
    let options = match part {
        Part::Draw(overlay, draw) => return Some(Change::Draw(overlay.clone(), draw.clone())),
        Part::Transform(options) => options,
    };
    if let Some(trim) = options.trim {
        let Trim::Edges(edges) = trim else { panic!("a border is found by looking") };
        let (left, top, kept) = trim::kept(size, &edges);
        return (kept != size).then_some(Change::Crop { left, top, size: kept });
    }
    if let Some(flip) = options.flip {
        return Some(Change::Flip(flip));
    }
    if let Some(rotate) = options.rotate {
        return (rotate != Rotate::None).then_some(Change::Rotate(rotate));
    }
    if let Some(request) = geometry::request(size, options.width, options.height) {
        let fit = options.fit.unwrap_or_default();
        let fitted = geometry::fit(size, request, fit, options.gravity);
        if fitted.scaled != size {
            return Some(Change::Scale(fitted));
        }
        let Fitted { window, left, top, .. } = fitted;
        if window != size {
            return Some(Change::Crop { left, top, size: window });
        }
        let is_padded = fit == Fit::Pad && (request.size != size || options.background.is_some());
        return is_padded.then(|| Change::Pad {
            left: (request.size.width - size.width) / 2,
            top: (request.size.height - size.height) / 2,
            canvas: request.size,
            surround: options.background.unwrap_or(Color::WHITE),
        });
    }
    if let Some(Border { color, top, right, bottom, left }) = options.border {
        let canvas = Size::new(size.width + left + right, size.height + top + bottom);
        return (canvas != size).then_some(Change::Pad { left, top, canvas, surround: color });
    }
    let Transform { brightness, contrast, gamma, saturation, blur, sharpen, background, .. } = &**options;
    let bends = [brightness, contrast, gamma].into_iter().flatten().any(|&value| value != 0.0 && value != 1.0);
    let does_something = bends
        || saturation.is_some_and(|factor| factor != 1.0)
        || blur.is_some_and(|radius| radius > 0)
        || sharpen.is_some_and(|strength| strength > 0.0)
        || background.is_some();
    does_something.then_some(Change::NeedsPixels)
}

impl Change {
    /// Returns the size after it.
    #[must_use]
    pub fn size(&self, before: Size) -> Size {
        match self {
            Self::Rotate(Rotate::Quarter | Rotate::ThreeQuarters) => before.transposed(),
            Self::Crop { size, .. } => *size,
            Self::Scale(fitted) => fitted.window,
            Self::Pad { canvas, .. } => *canvas,
            Self::Flip(_) | Self::Rotate(_) | Self::Draw(..) | Self::NeedsPixels => before,
        }
    }

    /// Tells whether it only moves samples or leaves some out, so that a source may be read so.
    #[must_use]
    pub const fn is_move(&self) -> bool {
        matches!(self, Self::Flip(_) | Self::Rotate(_) | Self::Crop { .. })
    }

    /// Tells whether it works on planes with this chroma: whether there is such a picture in planes afterwards, each sample of
    /// which lies in the middle of the pixels that it stands for.
    #[must_use]
    pub fn takes_planes(&self, before: Size, chroma: Option<Spacing>) -> bool {
        let step = chroma.unwrap_or(Spacing::ONE);
        let is_whole = |x: u32, y: u32| x.is_multiple_of(step.x) && y.is_multiple_of(step.y);
        match self {
            // Chroma that is mirrored begins where it ended.
            Self::Flip(Flip::Horizontal) => is_whole(before.width, 0),
            Self::Flip(Flip::Vertical) => is_whole(0, before.height),
            Self::Flip(Flip::Both) | Self::Rotate(Rotate::Half) => is_whole(before.width, before.height),
            // The left edge was the lower one, or the upper edge the right one.
            Self::Rotate(Rotate::Quarter) => step.x == step.y && is_whole(0, before.height),
            Self::Rotate(Rotate::ThreeQuarters) => step.x == step.y && is_whole(before.width, 0),
            Self::Rotate(Rotate::None) | Self::Scale(_) => true,
            Self::Crop { left, top, .. } => is_whole(*left, *top),
            Self::Pad { left, top, canvas, surround } => {
                let ends = |end: u32, canvas: u32, step: u32| end.is_multiple_of(step) || end == canvas;
                let has_color = [surround.green, surround.blue].iter().any(|&level| level != surround.red);
                surround.alpha == 255
                    && (chroma.is_some() || !has_color)
                    && is_whole(*left, *top)
                    && ends(left + before.width, canvas.width, step.x)
                    && ends(top + before.height, canvas.height, step.y)
            }
            Self::Draw(_, draw) => draw.composite == Composite::Over && chroma.is_some(),
            Self::NeedsPixels => false,
        }
    }

    /// Makes it in planes, which it takes; says how far from the exact result an engine may be.
    ///
    /// # Panics
    ///
    /// If it does not take planes.
    #[must_use]
    pub fn make(&self, picture: &RealPlanes) -> (RealPlanes, f64) {
        let chroma = picture.planes.get(1).map(|plane| Spacing::new(plane.columns.spacing, plane.rows.spacing));
        match self {
            Self::Flip(flip) => (picture.flipped(*flip), COPIED),
            Self::Rotate(rotate) => (picture.rotated(*rotate), COPIED),
            Self::Crop { left, top, size } => (picture.cropped(*left, *top, *size), COPIED),
            Self::Pad { left, top, canvas, surround } => (picture.padded(*canvas, (*left, *top), *surround), COPIED),
            Self::Scale(fitted) => (picture.resampled(fitted, chroma.unwrap_or(Spacing::ONE)).0, RESAMPLED),
            Self::Draw(overlay, draw) => (picture.drawn(overlay, draw), ROUNDED),
            Self::NeedsPixels => panic!("not in planes"),
        }
    }
}

/// Nothing was computed.
const COPIED: f64 = 0.0;

/// Computed exactly and rounded once.
const ROUNDED: f64 = 0.5 + 1e-4;

/// Computed with tables of integers: what the specification allows.
const RESAMPLED: f64 = 1.0;

/// Chooses the form of the picture that a source becomes in its first steps, where `size` is its size then and `rest` what
/// comes later: planes if it has them, and every later step and the output take them.
#[must_use]
pub fn form(has_chroma: bool, output: Option<Spacing>, size: Size, rest: &[Part]) -> Form {
    let Some(output) = output else { return Form::Rgba };
    let chroma = has_chroma.then_some(output);
    let mut size = size;
    for change in rest.iter().filter_map(|part| {
        let change = change(size, part)?;
        let before = size;
        size = change.size(size);
        Some((change, before))
    }) {
        if !change.0.takes_planes(change.1, chroma) {
            return Form::Rgba;
        }
    }
    Form::Planes(chroma)
}

/// Chooses how many times smaller a plane is read that has a sample for each `stored` pixels and becomes one with a sample for
/// each `made`, where a picture of `from` becomes one of `to`: the strongest that leaves a reduction of at least 2.
#[must_use]
pub fn reduction(from: Size, to: Size, stored: Spacing, made: Spacing) -> u32 {
    let leaves_two = |reduction: &u32| {
        let is_left = |from: u32, to: u32, stored: u32, made: u32| {
            // (from / stored / reduction) / (to / made) ≥ 2
            u64::from(from) * u64::from(made) >= 2 * u64::from(*reduction) * u64::from(to) * u64::from(stored)
        };
        is_left(from.width, to.width, stored.x, made.x) && is_left(from.height, to.height, stored.y, made.y)
    };
    [8, 4, 2].into_iter().find(leaves_two).unwrap_or(1)
}

/// Makes the picture that a source becomes in its first steps, once they moved its samples: resampled to its form, if that is
/// another one, and converted. Says how far from the exact result an engine may be.
#[must_use]
pub fn first_made(moved: &RealPlanes, fitted: &Fitted, form: Form) -> (Made, f64) {
    match form {
        Form::Planes(chroma) => {
            let (made, is_copy) = moved.resampled(fitted, chroma.unwrap_or(Spacing::ONE));
            (Made::Planes(made), if is_copy { COPIED } else { RESAMPLED })
        }
        Form::Rgba => {
            let (made, is_copy) = moved.resampled(fitted, Spacing::ONE);
            let gray_is_copied = is_copy && moved.planes.len() == 1;
            let bound = if gray_is_copied {
                COPIED
            } else if is_copy {
                ROUNDED
            } else {
                RESAMPLED
            };
            (Made::Pixels(made.to_pixels()), bound)
        }
    }
}

/// Keeps the whole picture as it is.
#[must_use]
pub const fn unscaled(size: Size) -> Fitted {
    Fitted { scaled: size, window: size, left: 0, top: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Spacing = Spacing::new(2, 2);

    #[test]
    fn layout_reduction_leaves_at_least_two() {
        let photo = Size::new(4000, 3000);
        let of = |width, height, stored, made| reduction(photo, Size::new(width, height), stored, made);
        // To 800 the photo shrinks to a fifth: half of that leaves 2.5, a quarter 1.25.
        assert_eq!(of(800, 600, Spacing::ONE, Spacing::ONE), 2);
        // Chroma of half the size has less to shrink to pixels, and as much to chroma of half the size.
        assert_eq!((of(800, 600, HALF, Spacing::ONE), of(800, 600, HALF, HALF)), (1, 2));
        assert_eq!((of(1000, 750, Spacing::ONE, Spacing::ONE), of(1001, 750, Spacing::ONE, Spacing::ONE)), (2, 1));
        assert_eq!((of(250, 187, Spacing::ONE, Spacing::ONE), of(250, 3000, Spacing::ONE, Spacing::ONE)), (8, 1));
    }

    #[test]
    fn layout_form_follows_all_that_comes() {
        let part = |options: Transform| Part::Transform(Box::new(options));
        let size = Size::new(41, 30);
        let flipped =
            |flip| form(true, Some(HALF), size, &[part(Transform { flip: Some(flip), ..Transform::default() })]);
        assert_eq!(flipped(Flip::Vertical), Form::Planes(Some(HALF)));
        assert_eq!(flipped(Flip::Horizontal), Form::Rgba, "the last sample of chroma stands for one column");
        assert_eq!(form(true, Some(HALF), size, &[]), Form::Planes(Some(HALF)));
        assert_eq!((form(false, Some(HALF), size, &[]), form(true, None, size, &[])), (Form::Planes(None), Form::Rgba));
        let nothing = part(Transform { gamma: Some(1.0), ..Transform::default() });
        let blurred = part(Transform { blur: Some(1), ..Transform::default() });
        assert_eq!(form(true, Some(HALF), size, std::slice::from_ref(&nothing)), Form::Planes(Some(HALF)));
        assert_eq!(form(true, Some(HALF), size, &[nothing, blurred]), Form::Rgba);
    }
}
