//! Compares two pictures: the size first, then all four channels.

use std::fmt;

use approx::abs_diff_ne;
use palmette_core::{Layout, Picture, Pixmap, Size};

use crate::reference::RealPixmap;
use crate::reference::planes::RealPlanes;
use crate::reference::real::premultiplied;

/// How far two pictures may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Not at all: every byte is the same, also where a pixel is clear.
    Exact,
    /// By this many levels in any channel, colour compared after multiplying by alpha.
    Within(u8),
}

/// What makes two pictures different.
#[derive(Clone, Debug, PartialEq)]
pub enum Mismatch {
    /// They do not have the same size, so nothing else was compared.
    Size {
        /// What was expected.
        expected: Size,
        /// What came.
        actual: Size,
    },
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

/// Where and how far two pictures of one size differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// The pixels that differ by more than is allowed.
    pub count: u64,
    /// The largest difference of each channel in levels: red, green, blue, alpha, measured as the agreement says.
    pub max: [f64; 4],
    /// The first of them, row by row.
    pub first: Vec<DifferentPixel>,
}

/// One pixel that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferentPixel {
    /// Pixels from the left.
    pub x: u32,
    /// Pixels from the top.
    pub y: u32,
    /// What was expected.
    pub expected: [u8; 4],
    /// What came.
    pub actual: [u8; 4],
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { expected, actual } => write!(f, "{actual} pixels, expected were {expected}"),
            Self::Layout { actual } => write!(f, "{actual:?} is not the layout that was expected"),
            Self::Samples { plane, count, max, first: (x, y, expected, actual) } => {
                write!(f, "{count} samples of plane {plane} differ, at most by {max}\n  ")?;
                write!(f, "at {x},{y}: {actual}, expected was {expected}")
            }
            Self::Pixels(Difference { count, max, first }) => {
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

/// How many pixels a [`Difference`] lists.
const FIRST_PIXELS: usize = 8;

/// What `f64` arithmetic loses on the way to a difference of whole levels.
const F64_SLACK: f64 = 1e-9;

impl Difference {
    /// Counts a pixel that differs.
    fn add(&mut self, pixel: DifferentPixel, distance: [f64; 4]) {
        self.count += 1;
        self.max = std::array::from_fn(|channel| self.max[channel].max(distance[channel]));
        if self.first.len() < FIRST_PIXELS {
            self.first.push(pixel);
        }
    }

    fn into_result(self) -> Result<(), Mismatch> {
        if self.count == 0 { Ok(()) } else { Err(Mismatch::Pixels(self)) }
    }
}

/// Compares two pictures.
///
/// # Errors
///
/// [`Mismatch`] if they differ by more than `agreement` allows.
pub fn compare(expected: &Pixmap, actual: &Pixmap, agreement: Agreement) -> Result<(), Mismatch> {
    if expected.size() != actual.size() {
        return Err(Mismatch::Size { expected: expected.size(), actual: actual.size() });
    }
    if expected.data() == actual.data() {
        return Ok(());
    }
    let mut difference = Difference::default();
    let pixels = expected.data().as_chunks::<4>().0.iter().zip(actual.data().as_chunks::<4>().0);
    for ((x, y), (&expected, &actual)) in points(actual.size()).zip(pixels) {
        let distance = distance(expected, actual, agreement);
        if distance.iter().any(|&levels| levels > agreement.levels()) {
            difference.add(DifferentPixel { x, y, expected, actual }, distance);
        }
    }
    difference.into_result()
}

/// Compares a picture with what it should be before rounding: at most `levels` off in any channel, colour after multiplying
/// by alpha.
///
/// # Errors
///
/// [`Mismatch`] if it differs by more.
pub fn compare_with_real(expected: &RealPixmap, actual: &Pixmap, levels: f64) -> Result<(), Mismatch> {
    if expected.size() != actual.size() {
        return Err(Mismatch::Size { expected: expected.size(), actual: actual.size() });
    }
    let mut difference = Difference::default();
    let pixels = expected.pixels().iter().zip(actual.data().as_chunks::<4>().0);
    for ((x, y), (exact, &actual)) in points(actual.size()).zip(pixels) {
        let (wanted, came) = (exact.clamped(), premultiplied(actual));
        if abs_diff_ne!(wanted[..], came[..], epsilon = levels + F64_SLACK) {
            let distance = std::array::from_fn(|channel| (wanted[channel] - came[channel]).abs());
            difference.add(DifferentPixel { x, y, expected: exact.rounded(), actual }, distance);
        }
    }
    difference.into_result()
}

/// Compares a picture in planes with what it should be before rounding: at most `levels` off in any sample.
///
/// # Errors
///
/// [`Mismatch`] if it differs by more.
pub fn compare_planes(expected: &RealPlanes, actual: &Picture, levels: f64) -> Result<(), Mismatch> {
    if expected.size != actual.size() {
        return Err(Mismatch::Size { expected: expected.size, actual: actual.size() });
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

impl Agreement {
    fn levels(self) -> f64 {
        match self {
            Self::Exact => 0.0,
            Self::Within(levels) => f64::from(levels),
        }
    }
}

/// The difference of two straight pixels in levels, channel by channel.
#[must_use]
pub fn distance(expected: [u8; 4], actual: [u8; 4], agreement: Agreement) -> [f64; 4] {
    let [expected_alpha, actual_alpha] = [expected[3], actual[3]].map(f64::from);
    std::array::from_fn(|channel| {
        let [expected, actual] = [expected[channel], actual[channel]].map(f64::from);
        if channel == 3 || agreement == Agreement::Exact {
            (expected - actual).abs()
        } else {
            // Integers below 2¹⁶ and one division: a difference of exactly one level stays exactly 1.
            (expected * expected_alpha - actual * actual_alpha).abs() / 255.0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::solid;

    const SIZE: Size = Size::new(2, 1);

    #[test]
    fn compare_sees_size_before_pixels() {
        let other = Size::new(1, 2);
        let mismatch = compare(&solid(SIZE, [0; 4]), &solid(other, [9; 4]), Agreement::Within(255));
        assert_eq!(mismatch, Err(Mismatch::Size { expected: SIZE, actual: other }));
    }

    #[test]
    fn compare_sees_every_channel() {
        let expected = solid(SIZE, [100, 100, 100, 100]);
        for channel in 0..4 {
            let mut actual = expected.clone();
            actual.data_mut()[4 + channel] += 2;
            let Err(Mismatch::Pixels(difference)) = compare(&expected, &actual, Agreement::Exact) else {
                panic!("channel {channel} is not compared")
            };
            assert_eq!((difference.count, difference.max[channel]), (1, 2.0));
            assert_eq!((difference.first[0].x, difference.first[0].y), (1, 0));
        }
    }

    #[test]
    fn compare_weighs_colour_by_alpha_within() {
        let [red, blue] = [solid(SIZE, [255, 0, 0, 1]), solid(SIZE, [0, 0, 255, 1])];
        assert_eq!(compare(&red, &blue, Agreement::Within(1)), Ok(()));
        assert!(compare(&red, &blue, Agreement::Within(0)).is_err());
        assert!(compare(&solid(SIZE, [9, 9, 9, 0]), &solid(SIZE, [0; 4]), Agreement::Exact).is_err());
    }
}
