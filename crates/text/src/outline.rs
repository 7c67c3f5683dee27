//! Outlines of glyphs become edges on a fine grid.
//!
//! A curve is cut into chords that stay within [`TOLERANCE`] of it, which is less than a quarter of a level of coverage. The ends of
//! the chords lie on the curve, and are rounded to [`UNIT`]ths of a pixel: from there on geometry is integers. What happens
//! before is additions, multiplications, divisions and square roots of `f64` in a fixed order, which give the same bits on
//! every machine.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use read_fonts::model::glyph::outline::{DrawMemory, DrawOptions, PathElement};
use read_fonts::types::GlyphId;

use crate::Error;
use crate::budget::Budget;
use crate::font::Font;

/// Steps of the grid in a pixel.
pub(crate) const UNIT: i32 = 1 << 16;

/// Pixels that a chord may be away from its curve.
const TOLERANCE: f64 = 1.0 / 1024.0;

/// Coordinates beyond this many pixels are of no picture that may be made; the grid ends twice as far.
pub(crate) const MAX_REACH: f64 = 16_384.0;

/// Elements of outlines that are kept for one text, or one glyph in colour; each takes 28 bytes.
const MAX_ELEMENTS: usize = 1_000_000;

/// Chords that a curve may become; only curves much larger than a picture would take more.
const MAX_CHORDS: f64 = 4096.0;

/// A place on the grid: steps to the right and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GridPoint {
    /// Steps down.
    pub(crate) y: i32,
    /// Steps to the right.
    pub(crate) x: i32,
}

/// A map of the plane: `x' = xx·x + xy·y + dx`, `y' = yx·x + yy·y + dy`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Affine {
    /// How x goes into x'.
    pub(crate) xx: f64,
    /// How x goes into y'.
    pub(crate) yx: f64,
    /// How y goes into x'.
    pub(crate) xy: f64,
    /// How y goes into y'.
    pub(crate) yy: f64,
    /// Added to x'.
    pub(crate) dx: f64,
    /// Added to y'.
    pub(crate) dy: f64,
}

impl Affine {
    /// Maps units of a font, whose y goes up, to pixels, whose y goes down.
    pub(crate) const fn glyph(scale: f64, x: f64, y: f64) -> Self {
        Self { xx: scale, yx: 0.0, xy: 0.0, yy: -scale, dx: x, dy: y }
    }

    /// Maps by another map first, and then by this one.
    pub(crate) fn after(&self, first: &Self) -> Self {
        let (dx, dy) = self.apply((first.dx, first.dy));
        Self {
            xx: self.xx * first.xx + self.xy * first.yx,
            yx: self.yx * first.xx + self.yy * first.yx,
            xy: self.xx * first.xy + self.xy * first.yy,
            yy: self.yx * first.xy + self.yy * first.yy,
            dx,
            dy,
        }
    }

    /// Returns the way back; none if the map folds the plane into a line.
    pub(crate) fn inverse(&self) -> Option<Self> {
        let area = self.xx * self.yy - self.xy * self.yx;
        if !area.is_normal() {
            return None;
        }
        let (xx, yx, xy, yy) = (self.yy / area, -self.yx / area, -self.xy / area, self.xx / area);
        Some(Self { xx, yx, xy, yy, dx: -(xx * self.dx + xy * self.dy), dy: -(yx * self.dx + yy * self.dy) })
    }

    /// Maps a point.
    pub(crate) fn apply(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.xx * x + self.xy * y + self.dx, self.yx * x + self.yy * y + self.dy)
    }
}

/// The outline of a glyph in units of its font, y up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    /// Its contours.
    elements: Vec<PathElement>,
}

impl Outline {
    /// Reads the outline of a glyph; a glyph that has none, or a damaged one, is blank.
    pub(crate) fn read(font: &Font, glyph: GlyphId) -> Self {
        let mut elements = Vec::new();
        if let Some(outline) = font.model().outline_glyphs().get(glyph)
            && outline.draw(&DrawOptions::new(), DrawMemory::Scratch, &mut elements).is_err()
        {
            elements.clear();
        }
        Self { elements }
    }

    /// Makes the outline of a shape with straight sides.
    pub(crate) fn polygon(corners: &[(f32, f32)]) -> Self {
        let mut elements = Vec::new();
        for (number, &(x, y)) in corners.iter().enumerate() {
            elements.push(if number == 0 { PathElement::MoveTo { x, y } } else { PathElement::LineTo { x, y } });
        }
        elements.push(PathElement::Close);
        Self { elements }
    }

    /// Returns its contours.
    #[cfg(test)]
    pub(crate) fn elements(&self) -> &[PathElement] {
        &self.elements
    }

    /// Returns the box around all points, on the curve and off, once mapped; none if there are none.
    pub(crate) fn control_box(&self, map: &Affine) -> Option<Frame> {
        let mut frame: Option<Frame> = None;
        let mut add = |x: f32, y: f32| {
            let point = map.apply((f64::from(x), f64::from(y)));
            frame = Some(frame.map_or(Frame::of(point), |frame| frame.with(point)));
        };
        for element in &self.elements {
            match *element {
                PathElement::MoveTo { x, y } | PathElement::LineTo { x, y } => add(x, y),
                PathElement::QuadTo { cx0, cy0, x, y } => {
                    add(cx0, cy0);
                    add(x, y);
                }
                PathElement::CurveTo { cx0, cy0, cx1, cy1, x, y } => {
                    add(cx0, cy0);
                    add(cx1, cy1);
                    add(x, y);
                }
                PathElement::Close => {}
            }
        }
        frame
    }

    /// Walks along the mapped outline in straight steps, each from one point to another; every contour is closed.
    ///
    /// The points have to be within [`MAX_REACH`].
    ///
    /// # Errors
    ///
    /// [`Error::TooComplex`] if there are more steps than the budget has.
    pub(crate) fn walk(
        &self,
        map: &Affine,
        budget: &mut Budget,
        mut step: impl FnMut(GridPoint, GridPoint),
    ) -> Result<(), Error> {
        let (mut start, mut here) = ((0.0, 0.0), (0.0, 0.0));
        let mut place = to_grid(here);
        let mut go = |place: &mut GridPoint, to: (f64, f64)| {
            let to = to_grid(to);
            if to != *place {
                step(*place, to);
            }
            *place = to;
        };
        let point = |x: f32, y: f32| map.apply((f64::from(x), f64::from(y)));
        for element in &self.elements {
            match *element {
                PathElement::MoveTo { x, y } => {
                    go(&mut place, start);
                    start = point(x, y);
                    here = start;
                    place = to_grid(start);
                }
                PathElement::LineTo { x, y } => {
                    here = point(x, y);
                    go(&mut place, here);
                }
                PathElement::QuadTo { cx0, cy0, x, y } => {
                    let (from, control, to) = (here, point(cx0, cy0), point(x, y));
                    quadratic(from, control, to, budget, |it| go(&mut place, it))?;
                    here = to;
                }
                PathElement::CurveTo { cx0, cy0, cx1, cy1, x, y } => {
                    let (from, first, second, to) = (here, point(cx0, cy0), point(cx1, cy1), point(x, y));
                    cubic([from, first, second, to], budget, |it| go(&mut place, it))?;
                    here = to;
                }
                PathElement::Close => {
                    go(&mut place, start);
                    here = start;
                }
            }
        }
        go(&mut place, start);
        Ok(())
    }
}

/// Cuts a quadratic curve into chords and hands on their ends.
fn quadratic(
    from: (f64, f64),
    control: (f64, f64),
    to: (f64, f64),
    budget: &mut Budget,
    mut end: impl FnMut((f64, f64)),
) -> Result<(), Error> {
    let bend = length(from.0 - 2.0 * control.0 + to.0, from.1 - 2.0 * control.1 + to.1);
    // A chord over 1/n of the curve is at most bend / 4n² away from it.
    let chords = chord_count(bend / (4.0 * TOLERANCE), budget)?;
    for number in 1..chords {
        let t = f64::from(number) / f64::from(chords);
        let s = 1.0 - t;
        let mix = |a: f64, b: f64, c: f64| s * s * a + 2.0 * s * t * b + t * t * c;
        end((mix(from.0, control.0, to.0), mix(from.1, control.1, to.1)));
    }
    end(to);
    Ok(())
}

/// Cuts a cubic curve into chords and hands on their ends.
fn cubic(
    [from, first, second, to]: [(f64, f64); 4],
    budget: &mut Budget,
    mut end: impl FnMut((f64, f64)),
) -> Result<(), Error> {
    let bend = length(from.0 - 2.0 * first.0 + second.0, from.1 - 2.0 * first.1 + second.1)
        .max(length(first.0 - 2.0 * second.0 + to.0, first.1 - 2.0 * second.1 + to.1));
    // The second derivative is at most 6 bends, and a chord over 1/n of the curve at most that / 8n² away.
    let chords = chord_count(0.75 * bend / TOLERANCE, budget)?;
    for number in 1..chords {
        let t = f64::from(number) / f64::from(chords);
        let s = 1.0 - t;
        let mix =
            |a: f64, b: f64, c: f64, d: f64| s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d;
        end((mix(from.0, first.0, second.0, to.0), mix(from.1, first.1, second.1, to.1)));
    }
    end(to);
    Ok(())
}

/// Returns the length of a vector.
fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// Returns how many chords keep a curve within the tolerance, given the square of that number, and takes them from the budget.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 1 and the largest number")]
fn chord_count(square: f64, budget: &mut Budget) -> Result<u32, Error> {
    let count = square.sqrt().ceil().clamp(1.0, MAX_CHORDS) as u32;
    budget.take(count as usize)?;
    Ok(count)
}

/// Rounds a point to the grid.
fn to_grid((x, y): (f64, f64)) -> GridPoint {
    #[expect(clippy::cast_possible_truncation, reason = "it is held within the grid")]
    let round = |value: f64| (value.clamp(-MAX_REACH, MAX_REACH) * f64::from(UNIT)).round() as i32;
    GridPoint { y: round(y), x: round(x) }
}

/// Outlines that were read, by font and glyph.
#[derive(Debug, Default)]
pub(crate) struct Outlines {
    /// The outlines.
    known: BTreeMap<(usize, GlyphId), Outline>,
    /// The elements of all of them.
    elements: usize,
}

impl Outlines {
    /// Returns the outline of a glyph of a font with a number, read once.
    ///
    /// # Errors
    ///
    /// [`Error::TooComplex`] if all outlines together, or the work of walking along them, go beyond the limits.
    pub(crate) fn get(
        &mut self,
        number: usize,
        font: &Font,
        glyph: GlyphId,
        budget: &mut Budget,
    ) -> Result<&Outline, Error> {
        let outline = match self.known.entry((number, glyph)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let outline = Outline::read(font, glyph);
                self.elements += outline.elements.len();
                if self.elements > MAX_ELEMENTS {
                    return Err(Error::TooComplex);
                }
                place.insert(outline)
            }
        };
        budget.take(1 + outline.elements.len())?;
        Ok(outline)
    }
}

/// A box in pixels, y down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    /// Its left side.
    pub(crate) left: f64,
    /// Its upper side.
    pub(crate) top: f64,
    /// Its right side.
    pub(crate) right: f64,
    /// Its lower side.
    pub(crate) bottom: f64,
}

impl Frame {
    /// Makes the box around one point.
    pub(crate) const fn of((x, y): (f64, f64)) -> Self {
        Self { left: x, top: y, right: x, bottom: y }
    }

    /// Grows to hold a point.
    pub(crate) fn with(self, (x, y): (f64, f64)) -> Self {
        Self { left: self.left.min(x), top: self.top.min(y), right: self.right.max(x), bottom: self.bottom.max(y) }
    }

    /// Grows to hold another box.
    pub(crate) fn joined(self, other: Self) -> Self {
        self.with((other.left, other.top)).with((other.right, other.bottom))
    }

    /// Returns the intersection; none if it is empty.
    pub(crate) fn shared(self, other: Self) -> Option<Self> {
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        (both.left < both.right && both.top < both.bottom).then_some(both)
    }

    /// Tells whether another box is inside.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        self.left <= other.left && self.top <= other.top && self.right >= other.right && self.bottom >= other.bottom
    }
}
