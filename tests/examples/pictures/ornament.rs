//! A palmette, the fan of leaves of Greek vases, white with a soft shadow: the watermark of the README.

use palmette_core::{Pixmap, Size};
use palmette_tests::pictures::from_fn;
use palmette_tests::reference::real::level;

/// Samples a pixel and axis, for smooth edges.
const SAMPLES: u32 = 4;

/// Leaves on each side of the middle one.
const LEAVES: i32 = 4;

/// Draws the ornament on a clear square.
pub(crate) fn draw(side: u32) -> Pixmap {
    from_fn(Size::new(side, side), |x, y| {
        let leaf = coverage(x, y, side, 0.0);
        let shadow = (0..6).map(|ring| coverage(x, y, side, 0.005 * f64::from(ring + 1))).sum::<f64>() / 6.0;
        let alpha = leaf + (1.0 - leaf) * shadow * 0.45;
        let white = if alpha > 0.0 { leaf / alpha } else { 0.0 };
        [level(white * 255.0), level(white * 255.0), level(white * 255.0), level(alpha * 255.0)]
    })
}

/// The part of a pixel that the ornament covers when it is `grown` larger all around.
fn coverage(x: u32, y: u32, side: u32, grown: f64) -> f64 {
    let place = |pixel: u32, sample: u32| {
        (f64::from(pixel) + (f64::from(sample) + 0.5) / f64::from(SAMPLES)) / f64::from(side) * 2.0 - 1.0
    };
    let samples = (0..SAMPLES * SAMPLES).filter(|index| {
        let (across, up) = (place(x, index % SAMPLES), -place(y, index / SAMPLES));
        is_inside(across, up + 0.02, grown)
    });
    f64::from(u32::try_from(samples.count()).unwrap_or(0)) / f64::from(SAMPLES * SAMPLES)
}

/// Tells whether a point, with the middle of the square at 0 and its edges at 1, belongs to the ornament.
fn is_inside(across: f64, up: f64, grown: f64) -> bool {
    let root = (across, up + 0.50);
    (-LEAVES..=LEAVES).any(|leaf| is_in_leaf(root, leaf, grown))
        || root.0.hypot(root.1) < 0.105 + grown
        || is_in_scroll((across.abs(), up), grown)
}

/// A leaf grows out of the root, wide at its end and bent outwards.
fn is_in_leaf((across, up): (f64, f64), leaf: i32, grown: f64) -> bool {
    let turn = f64::from(leaf) / f64::from(LEAVES);
    let angle = turn * 1.45;
    let length = 1.32 - 0.52 * turn.abs().powf(1.3);
    let along = up * angle.cos() + across * angle.sin();
    let beside = across * angle.cos() - up * angle.sin();
    let t = along / length;
    if !(0.13..=1.0 + grown).contains(&t) {
        return false;
    }
    let bend = -0.10 * turn * t * t;
    let width = 0.105 * (1.0 - 0.25 * turn.abs()) * t.powf(0.9) * (1.0 - t.min(1.0).powi(6)).sqrt();
    (beside + bend).abs() < width + grown
}

/// A scroll on each side of the root: a line that winds into itself.
fn is_in_scroll((across, up): (f64, f64), grown: f64) -> bool {
    let (x, y) = (across - 0.36, up + 0.66);
    let radius = x.hypot(y);
    let angle = y.atan2(-x);
    (0..2).any(|winding| {
        let line = 0.215 - 0.021 * (angle + std::f64::consts::TAU * f64::from(winding));
        (0.03..0.30).contains(&line) && (radius - line).abs() < 0.026 + grown
    })
}
