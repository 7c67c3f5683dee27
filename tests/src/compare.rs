//! Compares results with what they should be: pictures, as users do, and real numbers and planes, as only the harness does.

use std::fmt;

use approx::abs_diff_ne;
use palmette_compare::{Agreement, Difference, DifferentPixel, SizeMismatch};
use palmette_core::{Layout, Picture, Pixmap, Size};

use crate::reference::RealPixmap;
use crate::reference::planes::RealPlanes;
use crate::reference::real::premultiplied;

/// What makes two pictures different.
#[derive(Clone, Debug, PartialEq)]
pub enum Mismatch {
    /// They do not have the same size, so nothing else was compared.
    Size(SizeMismatch),
    /// Some pixels differ.
    Pixels(Difference),
    /// They do not have the same planes.
    Layout {
        /// What came.
        actual: Layout,
    },
    /// Some samples of a plane differ.
    Samples {
        /// The first such plane.
        plane: usize,
        /// How many samples of it differ by more than is allowed.
        count: u64,
        /// The largest difference, in levels.
        max: f64,
        /// The first of them: its column and row, what was expected and what came.
        first: (usize, usize, f64, u8),
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size(mismatch) => mismatch.fmt(f),
            Self::Layout { actual } => write!(f, "{actual:?} is not the layout that was expected"),
            Self::Samples { plane, count, max, first: (x, y, expected, actual) } => {
                write!(f, "{count} samples of plane {plane} differ, at most by {max}\n  ")?;
                write!(f, "at {x},{y}: {actual}, expected was {expected}")
            }
            Self::Pixels(Difference { count, max, first, .. }) => {
                let [red, green, blue, alpha] = max;
                write!(f, "{count} pixels differ, at most by red {red}, green {green}, blue {blue}, alpha {alpha}")?;
                for DifferentPixel { x, y, expected, actual } in first {
                    write!(f, "\n  at {x},{y}: {actual:?}, expected was {expected:?}")?;
                }
                Ok(())
            }
        }
    }
}

/// What `f64` arithmetic loses on the way to a difference of whole levels.
const F64_SLACK: f64 = 1e-9;

/// Compares two pictures.
///
/// # Errors
///
/// [`Mismatch`] if they differ by more than `agreement` allows.
pub fn compare(expected: &Pixmap, actual: &Pixmap, agreement: Agreement) -> Result<(), Mismatch> {
    into_result(palmette_compare::compare(expected, actual, agreement).map_err(Mismatch::Size)?)
}

fn into_result(difference: Difference) -> Result<(), Mismatch> {
    if difference.is_none() { Ok(()) } else { Err(Mismatch::Pixels(difference)) }
}

/// Compares a picture with what it should be before rounding: at most `levels` off in any channel, colour after multiplying
/// by alpha.
///
/// # Errors
///
/// [`Mismatch`] if it differs by more.
pub fn compare_with_real(expected: &RealPixmap, actual: &Pixmap, levels: f64) -> Result<(), Mismatch> {
    if expected.size() != actual.size() {
        return Err(Mismatch::Size(SizeMismatch { expected: expected.size(), actual: actual.size() }));
    }
    let mut difference = Difference::default();
    let pixels = expected.pixels().iter().zip(actual.data().as_chunks::<4>().0);
    for ((x, y), (exact, &actual)) in points(actual.size()).zip(pixels) {
        let (wanted, came) = (exact.clamped(), premultiplied(actual));
        if abs_diff_ne!(wanted[..], came[..], epsilon = levels + F64_SLACK) {
            difference.measure(std::array::from_fn(|channel| (wanted[channel] - came[channel]).abs()));
            difference.add(DifferentPixel { x, y, expected: exact.rounded(), actual });
        }
    }
    into_result(difference)
}

/// Compares a picture in planes with what it should be before rounding: at most `levels` off in any sample.
///
/// # Errors
///
/// [`Mismatch`] if it differs by more.
pub fn compare_planes(expected: &RealPlanes, actual: &Picture, levels: f64) -> Result<(), Mismatch> {
    if expected.size != actual.size() {
        return Err(Mismatch::Size(SizeMismatch { expected: expected.size, actual: actual.size() }));
    }
    let layout = actual.layout();
    let is_same = layout.planes() == expected.planes.len() && !layout.is_rgba() && {
        let spacing = |plane: usize| (expected.planes[plane].columns.spacing, expected.planes[plane].rows.spacing);
        (0..layout.planes()).all(|plane| (layout.spacing(plane).x, layout.spacing(plane).y) == spacing(plane))
    };
    if !is_same {
        return Err(Mismatch::Layout { actual: layout });
    }
    for (plane, expected) in expected.planes.iter().enumerate() {
        let (mut count, mut max, mut first) = (0, 0.0_f64, None);
        for (place, (&exact, &actual)) in expected.samples.iter().zip(actual.plane(plane)).enumerate() {
            let (wanted, came) = (exact.clamp(0.0, 255.0), f64::from(actual));
            if abs_diff_ne!(wanted, came, epsilon = levels + F64_SLACK) {
                let width = expected.columns.count as usize;
                (count, max) = (count + 1, max.max((wanted - came).abs()));
                first.get_or_insert((place % width, place / width, exact, actual));
            }
        }
        if let Some(first) = first {
            return Err(Mismatch::Samples { plane, count, max, first });
        }
    }
    Ok(())
}

/// Returns every point of a picture, row by row.
fn points(size: Size) -> impl Iterator<Item = (u32, u32)> {
    (0..size.height).flat_map(move |y| (0..size.width).map(move |x| (x, y)))
}

/// Returns how far two pictures of one size are apart on average, in levels, over all four channels: for pictures that went
/// through a lossy codec.
///
/// # Panics
///
/// If they differ in size.
#[must_use]
pub fn mean_distance(expected: &Pixmap, actual: &Pixmap) -> f64 {
    assert_eq!(expected.size(), actual.size(), "pictures of one size");
    let sum: u64 = expected.data().iter().zip(actual.data()).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
    sum as f64 / expected.data().len() as f64
}
