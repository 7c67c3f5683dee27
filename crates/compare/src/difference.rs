//! The comparison: every pixel, all four channels.

use std::fmt;

use palmette_core::{Pixmap, Size};

/// How far two pictures may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Not at all: every byte is the same, also where a pixel is clear.
    Exact,
    /// By this many levels in any channel, colour compared after multiplying by alpha. What colour a clear pixel has does not count.
    Within(u8),
}

impl Agreement {
    /// Returns the levels that a channel may differ by.
    #[must_use]
    pub const fn levels(self) -> u8 {
        match self {
            Self::Exact => 0,
            Self::Within(levels) => levels,
        }
    }
}

/// Two pictures that cannot be compared pixel by pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeMismatch {
    /// What was expected.
    pub expected: Size,
    /// What came.
    pub actual: Size,
}

impl fmt::Display for SizeMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pixels, expected were {}", self.actual, self.expected)
    }
}

impl std::error::Error for SizeMismatch {}

/// Where and how far two pictures of one size differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// The pixels that differ by more than is allowed.
    pub count: u64,
    /// The largest difference of each channel in levels, of all pixels: red, green, blue, alpha, measured as the agreement says.
    pub max: [f64; 4],
    /// The first pixels that differ by more than is allowed, row by row; at most [`Difference::FIRST_PIXELS`].
    pub first: Vec<DifferentPixel>,
    /// The smallest box around all pixels that differ by more than is allowed; absent if none does.
    pub bounds: Option<Bounds>,
}

/// One pixel that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferentPixel {
    /// Pixels from the left.
    pub x: u32,
    /// Pixels from the top.
    pub y: u32,
    /// What was expected: red, green, blue, alpha, straight.
    pub expected: [u8; 4],
    /// What came.
    pub actual: [u8; 4],
}

/// A box of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Pixels from the left.
    pub left: u32,
    /// Pixels from the top.
    pub top: u32,
    /// How large it is.
    pub size: Size,
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {},{}", self.size, self.left, self.top)
    }
}

impl Bounds {
    /// Makes room for one more pixel.
    fn with(self, x: u32, y: u32) -> Self {
        let (left, top) = (self.left.min(x), self.top.min(y));
        let (right, bottom) = ((self.left + self.size.width).max(x + 1), (self.top + self.size.height).max(y + 1));
        Self { left, top, size: Size::new(right - left, bottom - top) }
    }
}

impl Difference {
    /// How many pixels [`Difference::first`] lists.
    pub const FIRST_PIXELS: usize = 8;

    /// Tells whether no pixel differs by more than is allowed.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.count == 0
    }

    /// Takes the differences of one pixel into account, whether they are allowed or not.
    pub fn measure(&mut self, distance: [f64; 4]) {
        self.max = std::array::from_fn(|channel| self.max[channel].max(distance[channel]));
    }

    /// Counts a pixel that differs by more than is allowed.
    pub fn add(&mut self, pixel: DifferentPixel) {
        let DifferentPixel { x, y, .. } = pixel;
        self.count += 1;
        let only = Bounds { left: x, top: y, size: Size::new(1, 1) };
        self.bounds = Some(self.bounds.map_or(only, |bounds| bounds.with(x, y)));
        if self.first.len() < Self::FIRST_PIXELS {
            self.first.push(pixel);
        }
    }
}

/// Compares two pictures.
///
/// # Errors
///
/// [`SizeMismatch`] if they do not have the same size; then nothing else was compared.
pub fn compare(expected: &Pixmap, actual: &Pixmap, agreement: Agreement) -> Result<Difference, SizeMismatch> {
    if expected.size() != actual.size() {
        return Err(SizeMismatch { expected: expected.size(), actual: actual.size() });
    }
    let mut difference = Difference::default();
    let allowed = f64::from(agreement.levels());
    for (y, (expected, actual)) in (0..).zip(expected.rows().zip(actual.rows())) {
        if expected == actual {
            continue;
        }
        let pixels = expected.as_chunks::<4>().0.iter().zip(actual.as_chunks::<4>().0);
        for (x, (&expected, &actual)) in (0..).zip(pixels) {
            if expected == actual {
                continue;
            }
            let distance = distance(expected, actual, agreement);
            difference.measure(distance);
            if distance.iter().any(|&levels| levels > allowed) {
                difference.add(DifferentPixel { x, y, expected, actual });
            }
        }
    }
    Ok(difference)
}

/// Returns the difference of two straight pixels in levels, channel by channel.
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

    const SIZE: Size = Size::new(3, 2);

    fn solid(rgba: [u8; 4]) -> Pixmap {
        Pixmap::filled(SIZE, rgba).unwrap()
    }

    fn difference(expected: [u8; 4], actual: [u8; 4], agreement: Agreement) -> Difference {
        compare(&solid(expected), &solid(actual), agreement).unwrap()
    }

    #[test]
    fn compare_sees_size_before_pixels() {
        let other = Size::new(2, 3);
        let mismatch = compare(&solid([0; 4]), &Pixmap::filled(other, [9; 4]).unwrap(), Agreement::Within(255));
        assert_eq!(mismatch, Err(SizeMismatch { expected: SIZE, actual: other }));
    }

    #[test]
    fn compare_sees_every_channel() {
        let expected = solid([100, 100, 100, 100]);
        for channel in 0..4 {
            let mut actual = expected.clone();
            actual.data_mut()[4 + channel] += 2;
            let difference = compare(&expected, &actual, Agreement::Exact).unwrap();
            assert_eq!((difference.count, difference.max[channel]), (1, 2.0));
            assert_eq!((difference.first[0].x, difference.first[0].y), (1, 0));
        }
    }

    #[test]
    fn compare_weighs_colour_by_alpha_within() {
        let [red, blue] = [[255, 0, 0, 1], [0, 0, 255, 1]];
        assert!(difference(red, blue, Agreement::Within(1)).is_none());
        assert_eq!(difference(red, blue, Agreement::Within(0)).count, SIZE.area());
        assert!(difference([9, 9, 9, 0], [0; 4], Agreement::Within(0)).is_none());
        assert!(!difference([9, 9, 9, 0], [0; 4], Agreement::Exact).is_none());
    }

    #[test]
    fn compare_allows_exactly_the_tolerance() {
        for channel in 0..4 {
            let mut actual = [100, 100, 100, 255];
            actual[channel] -= 3;
            // A lost level of alpha takes some of the colours with it, less than itself.
            assert!(difference([100, 100, 100, 255], actual, Agreement::Within(3)).is_none());
            let over = difference([100, 100, 100, 255], actual, Agreement::Within(2));
            assert_eq!((over.count, over.max[channel]), (SIZE.area(), 3.0));
        }
    }

    #[test]
    fn compare_measures_what_is_allowed_too() {
        let allowed = difference([100, 100, 100, 255], [98, 100, 101, 255], Agreement::Within(2));
        assert_eq!((allowed.count, allowed.max, allowed.bounds), (0, [2.0, 0.0, 1.0, 0.0], None));
    }

    #[test]
    fn compare_bounds_all_that_differ() {
        let (expected, mut actual) = (solid([0; 4]), solid([0; 4]));
        actual.row_mut(0)[4 * 2 + 3] = 9;
        actual.row_mut(1)[4 + 3] = 9;
        let bounds = compare(&expected, &actual, Agreement::Exact).unwrap().bounds.unwrap();
        assert_eq!(bounds, Bounds { left: 1, top: 0, size: Size::new(2, 2) });
        assert_eq!(bounds.to_string(), "2×2 at 1,0");
    }
}
