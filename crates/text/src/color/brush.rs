//! The filling of a shape: one colour, or one that changes from place to place.

use read_fonts::model::glyph::color::Extend;

use super::Premultiplied;
use crate::outline::Affine;

/// A filling.
#[derive(Clone, Debug)]
pub(super) struct Brush {
    /// From pixels to where the filling is described.
    pub(super) back: Affine,
    /// Its kind.
    pub(super) kind: Kind,
}

/// The kinds of fillings.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// One colour.
    Solid(Premultiplied),
    /// Colours along a line.
    Linear {
        /// Where the line begins.
        from: (f64, f64),
        /// Where it ends.
        to: (f64, f64),
        /// The colours.
        ramp: Ramp,
    },
    /// Colours from one circle to another.
    Radial {
        /// Middle and radius of the first.
        from: ((f64, f64), f64),
        /// Middle and radius of the second.
        to: ((f64, f64), f64),
        /// The colours.
        ramp: Ramp,
    },
    /// Colours around a point.
    Sweep {
        /// The point.
        center: (f64, f64),
        /// Degrees at which they begin and end, clockwise from the right.
        angles: (f64, f64),
        /// The colours.
        ramp: Ramp,
    },
}

/// Colours at places from 0 to 1.
#[derive(Clone, Debug)]
pub(super) struct Ramp {
    /// The places in order, each with its colour.
    stops: Vec<(f64, Premultiplied)>,
    /// The colour before the first and behind the last.
    extend: Extend,
}

impl Brush {
    /// Returns the colour at a point of the picture; nothing where the filling has none.
    pub(super) fn at(&self, point: (f64, f64)) -> Premultiplied {
        let (x, y) = self.back.apply(point);
        match &self.kind {
            Kind::Solid(color) => *color,
            Kind::Linear { from, to, ramp } => {
                let (dx, dy) = (to.0 - from.0, to.1 - from.1);
                ramp.at(((x - from.0) * dx + (y - from.1) * dy) / (dx * dx + dy * dy))
            }
            Kind::Radial { from, to, ramp } => radial((x, y), *from, *to).map_or([0.0; 4], |place| ramp.at(place)),
            Kind::Sweep { center, angles, ramp } => {
                // Y goes up here, so clockwise is the other way round.
                let degrees = libm::atan2(center.1 - y, x - center.0) * (180.0 / std::f64::consts::PI);
                let degrees = if degrees < 0.0 { degrees + 360.0 } else { degrees };
                let span = angles.1 - angles.0;
                let place =
                    if span == 0.0 { if degrees < angles.0 { 0.0 } else { 1.0 } } else { (degrees - angles.0) / span };
                ramp.at(place)
            }
        }
    }
}

/// Finds the largest place on the way from one circle to another at which a circle that is not turned inside out goes through a point.
fn radial(point: (f64, f64), from: ((f64, f64), f64), to: ((f64, f64), f64)) -> Option<f64> {
    let ((x0, y0), r0) = from;
    let ((x1, y1), r1) = to;
    let (cx, cy, cr) = (x1 - x0, y1 - y0, r1 - r0);
    let (px, py) = (point.0 - x0, point.1 - y0);
    // |p - t·c| = r0 + t·cr, as a·t² - 2·b·t + d = 0.
    let a = cx * cx + cy * cy - cr * cr;
    let b = px * cx + py * cy + r0 * cr;
    let d = px * px + py * py - r0 * r0;
    let is_circle = |t: &f64| r0 + t * cr >= 0.0;
    if a.abs() < 1e-9 {
        return (b != 0.0).then(|| d / (2.0 * b)).filter(is_circle);
    }
    let under = b * b - a * d;
    if under < 0.0 {
        return None;
    }
    let root = under.sqrt();
    let (one, other) = ((b + root) / a, (b - root) / a);
    [one.max(other), one.min(other)].into_iter().find(is_circle)
}

impl Ramp {
    /// Takes places in order and their colours.
    pub(super) const fn new(stops: Vec<(f64, Premultiplied)>, extend: Extend) -> Self {
        Self { stops, extend }
    }

    /// Returns the colour at a place.
    fn at(&self, place: f64) -> Premultiplied {
        if !place.is_finite() {
            return [0.0; 4];
        }
        let place = match self.extend {
            Extend::Repeat => place - place.floor(),
            Extend::Reflect => {
                let twice = place - 2.0 * (place / 2.0).floor();
                if twice > 1.0 { 2.0 - twice } else { twice }
            }
            _ => place.clamp(0.0, 1.0),
        };
        let next = self.stops.partition_point(|stop| stop.0 <= place);
        let (Some(before), after) = (self.stops.get(next.saturating_sub(1)), self.stops.get(next)) else {
            return [0.0; 4];
        };
        let Some(after) = after.filter(|_| next > 0) else { return before.1 };
        let share = narrow((place - before.0) / (after.0 - before.0));
        std::array::from_fn(|at| before.1[at] + (after.1[at] - before.1[at]) * share)
    }
}

/// Narrows a share.
#[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
const fn narrow(share: f64) -> f32 {
    share as f32
}
