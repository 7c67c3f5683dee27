//! Chroma at the size of luma: the triangle filter, a row at a time.
//!
//! A sample of chroma is in the middle of the samples of luma that it stands for, so that along a halved axis each sample of
//! luma lies a quarter of the way between two of chroma: 3/4 of the near one, 1/4 of the far one. Edges repeat.

use palmette_core::alloc;

use super::{Chroma, PLANES, Planes, Sample};
use crate::Error;

/// What 1 is in the rows that come out: a sixteenth is the smallest weight along two axes.
pub(crate) const ONE: i32 = 16;

/// Two rows of chroma as wide as luma, and memory to make them.
pub(crate) struct ChromaRows {
    /// The row between two of chroma, with one sample more at each end.
    between: Vec<i32>,
    rows: [Vec<i32>; PLANES - 1],
}

impl ChromaRows {
    /// Makes room for the rows of a picture; none where it has no chroma.
    pub(crate) fn new<T: Sample>(planes: &Planes<'_, T>) -> Result<Self, Error> {
        let width = planes.size().width as usize;
        let (row, between) = match planes.format.chroma {
            Chroma::None => (0, 0),
            Chroma::Full => (width, 0),
            Chroma::HalfWidth | Chroma::Half => (width, width.div_ceil(2) + 2),
        };
        let filled = |len| alloc::try_filled(len, 0);
        Ok(Self { between: filled(between)?, rows: [filled(row)?, filled(row)?] })
    }

    /// Returns both rows of chroma beside a row of luma, in units of 1 / [`ONE`]; empty where there is none.
    pub(crate) fn row<T: Sample>(&mut self, planes: &Planes<'_, T>, y: u32) -> [&[i32]; PLANES - 1] {
        for (plane, row) in planes.planes[1..].iter().zip(&mut self.rows) {
            match planes.format.chroma {
                Chroma::None => {}
                Chroma::Full => row.iter_mut().zip(plane.row(y)).for_each(|(to, &from)| *to = ONE * from.into()),
                Chroma::HalfWidth => {
                    let near = plane.row(y);
                    blend(near, near, &mut self.between);
                    enlarge(&self.between, row);
                }
                Chroma::Half => {
                    let near = y / 2;
                    let far = if y.is_multiple_of(2) {
                        near.saturating_sub(1)
                    } else {
                        (near + 1).min(plane.size.height - 1)
                    };
                    blend(plane.row(near), plane.row(far), &mut self.between);
                    enlarge(&self.between, row);
                }
            }
        }
        [&self.rows[0], &self.rows[1]]
    }
}

/// Blends two rows, in units of a quarter, and repeats both ends.
fn blend<T: Sample>(near: &[T], far: &[T], blended: &mut [i32]) {
    let inner = &mut blended[1..=near.len()];
    for ((to, &near), &far) in inner.iter_mut().zip(near).zip(far) {
        *to = 3 * near.into() + far.into();
    }
    blended[0] = blended[1];
    blended[near.len() + 1] = blended[near.len()];
}

/// Makes two samples of each; of the last only one where the row is odd.
fn enlarge(blended: &[i32], row: &mut [i32]) {
    let (pairs, last) = row.as_chunks_mut::<2>();
    for ([left, right], neighbours) in pairs.iter_mut().zip(blended.windows(3)) {
        *left = 3 * neighbours[1] + neighbours[0];
        *right = 3 * neighbours[1] + neighbours[2];
    }
    if let [last] = last {
        let at = pairs.len() + 1;
        *last = 3 * blended[at] + blended[at - 1];
    }
}

#[cfg(test)]
mod tests {
    use palmette_core::Size;

    use super::*;
    use crate::planar::{Format, Plane};

    fn planes<'a>(chroma: Chroma, size: Size, samples: &'a [u8]) -> Planes<'a, u8> {
        let planes = chroma.sizes(size).map(|size| Plane { samples, stride: size.width as usize, size });
        Planes { format: Format { chroma, bits: 8 }, planes }
    }

    #[test]
    fn chroma_is_enlarged_with_the_triangle() {
        let samples = [10, 20, 50, 90, 90, 90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        // 3×3, chroma 2×2: 10 20 / 50 90.
        let planes = planes(Chroma::Half, Size::new(3, 3), &samples);
        let mut rows = ChromaRows::new(&planes).unwrap();
        assert_eq!(rows.row(&planes, 0)[0], [160, 200, 280]);
        // A quarter of the second row: 20 and 37.5.
        assert_eq!(rows.row(&planes, 1)[1], [320, 390, 530]);
        assert_eq!(rows.row(&planes, 2)[0], [640, 770, 1030]);
    }

    #[test]
    fn chroma_of_equal_samples_stays_exact() {
        for chroma in [Chroma::Full, Chroma::HalfWidth, Chroma::Half] {
            for (width, height) in [(1, 1), (2, 1), (1, 2), (5, 4)] {
                let samples = [77; 20];
                let planes = planes(chroma, Size::new(width, height), &samples);
                let mut rows = ChromaRows::new(&planes).unwrap();
                for y in 0..height {
                    assert!(rows.row(&planes, y).iter().all(|row| row.iter().all(|&value| value == 77 * ONE)));
                }
            }
        }
    }
}
