//! Fillings and mixtures that can be worked out by hand.

use approx::assert_abs_diff_eq;
use read_fonts::model::glyph::color::{CompositeMode, Extend};

use super::blend::mix;
use super::brush::{Brush, Kind, Ramp};
use crate::outline::Affine;

const RED: [f32; 4] = [1.0, 0.0, 0.0, 1.0];
const BLUE: [f32; 4] = [0.0, 0.0, 1.0, 1.0];
/// Half of white.
const HALF: [f32; 4] = [0.5, 0.5, 0.5, 0.5];
const NOTHING: [f32; 4] = [0.0; 4];

/// Compares two colours.
fn same(actual: [f32; 4], expected: [f32; 4]) {
    for (actual, expected) in actual.iter().zip(&expected) {
        assert_abs_diff_eq!(actual, expected, epsilon = 1e-6);
    }
}

/// Makes a filling in pixels.
fn brush(kind: Kind) -> Brush {
    Brush { back: Affine { xx: 1.0, yx: 0.0, xy: 0.0, yy: 1.0, dx: 0.0, dy: 0.0 }, kind }
}

/// Goes from red to blue.
fn ramp(extend: Extend) -> Ramp {
    Ramp::new(vec![(0.0, RED), (1.0, BLUE)], extend)
}

#[test]
fn mixing_by_shares() {
    same(mix(CompositeMode::SrcOver, HALF, RED), [1.0, 0.5, 0.5, 1.0]);
    same(mix(CompositeMode::DestOver, HALF, RED), RED);
    same(mix(CompositeMode::SrcIn, RED, HALF), [0.5, 0.0, 0.0, 0.5]);
    same(mix(CompositeMode::SrcOut, RED, HALF), [0.5, 0.0, 0.0, 0.5]);
    same(mix(CompositeMode::DestIn, HALF, RED), [0.5, 0.0, 0.0, 0.5]);
    same(mix(CompositeMode::SrcAtop, BLUE, HALF), [0.0, 0.0, 0.5, 0.5]);
    same(mix(CompositeMode::Xor, RED, BLUE), NOTHING);
    same(mix(CompositeMode::Plus, HALF, RED), [1.0, 0.5, 0.5, 1.0]);
    same(mix(CompositeMode::Clear, RED, BLUE), NOTHING);
    same(mix(CompositeMode::Dest, RED, BLUE), BLUE);
}

#[test]
fn mixing_channels() {
    let gray = [0.25, 0.5, 0.75, 1.0];
    let cases = [
        (CompositeMode::Multiply, [0.0625, 0.25, 0.5625, 1.0]),
        (CompositeMode::Screen, [0.4375, 0.75, 0.9375, 1.0]),
        (CompositeMode::Darken, gray),
        (CompositeMode::Difference, [0.0, 0.0, 0.0, 1.0]),
        (CompositeMode::Exclusion, [0.375, 0.5, 0.375, 1.0]),
        (CompositeMode::HardLight, [0.125, 0.5, 0.875, 1.0]),
        (CompositeMode::ColorDodge, [1.0 / 3.0, 1.0, 1.0, 1.0]),
        (CompositeMode::ColorBurn, [0.0, 0.0, 2.0 / 3.0, 1.0]),
        // A colour has the hue, the saturation and the lightness that it has.
        (CompositeMode::HslHue, gray),
        (CompositeMode::HslSaturation, gray),
        (CompositeMode::HslColor, gray),
        (CompositeMode::HslLuminosity, gray),
    ];
    for (mode, expected) in cases {
        same(mix(mode, gray, gray), expected);
    }
    // Where only one is, it stays as it is, whatever the mode.
    for (mode, _) in cases {
        same(mix(mode, HALF, NOTHING), HALF);
        same(mix(mode, NOTHING, HALF), HALF);
    }
}

#[test]
fn colors_along_a_line() {
    let at = |extend, x| brush(Kind::Linear { from: (1.0, 0.0), to: (3.0, 0.0), ramp: ramp(extend) }).at((x, 7.0));
    same(at(Extend::Pad, 1.5), [0.75, 0.0, 0.25, 1.0]);
    same(at(Extend::Pad, -5.0), RED);
    same(at(Extend::Pad, 9.0), BLUE);
    same(at(Extend::Repeat, 3.5), [0.75, 0.0, 0.25, 1.0]);
    same(at(Extend::Reflect, 3.5), [0.25, 0.0, 0.75, 1.0]);
}

#[test]
fn colors_between_circles() {
    let kind = |from, to| Kind::Radial { from, to, ramp: ramp(Extend::Pad) };
    let rings = brush(kind(((0.0, 0.0), 0.0), ((0.0, 0.0), 4.0)));
    same(rings.at((0.0, 1.0)), [0.75, 0.0, 0.25, 1.0]);
    same(rings.at((-3.0, 0.0)), [0.25, 0.0, 0.75, 1.0]);
    // Two circles of one size make a band, with nothing beside it.
    let band = brush(kind(((0.0, 0.0), 1.0), ((4.0, 0.0), 1.0)));
    same(band.at((1.0, 0.0)), [0.5, 0.0, 0.5, 1.0]);
    same(band.at((2.0, 1.5)), NOTHING);
}

#[test]
fn colors_around_a_point() {
    let kind = Kind::Sweep { center: (0.0, 0.0), angles: (0.0, 360.0), ramp: ramp(Extend::Pad) };
    // Clockwise where y goes up: a quarter is straight down.
    same(brush(kind).at((0.0, -1.0)), [0.75, 0.0, 0.25, 1.0]);
}
