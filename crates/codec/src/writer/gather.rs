//! Bands of any height to the bands that an encoder takes.

use palmette_core::{Band, Error as CoreError, Layout, Size};

use crate::Error;

/// Rows of each plane, empty for one that the layout does not have.
pub(crate) type PlaneSlices<'a> = [&'a mut [u8]; Layout::MAX_PLANES];

/// Cuts the rows of a picture into bands of equal height, the last of which may be lower.
///
/// Rows that already make a band are passed on where they are. Only what is left of a band, or what a plane is ahead of the
/// others, is copied and kept.
#[derive(Debug)]
pub(crate) struct Gather {
    planes: [Plane; Layout::MAX_PLANES],
}

/// A plane and those of its rows that wait.
#[derive(Debug, Default)]
struct Plane {
    row_bytes: usize,
    /// The bytes of the whole plane.
    bytes: usize,
    /// The bytes of a band.
    band_bytes: usize,
    /// The bytes that were passed on.
    passed: usize,
    /// Bytes that wait, from `start` on.
    held: Vec<u8>,
    start: usize,
}

impl Gather {
    /// Prepares for bands of `band_rows` rows of pixels, a multiple of the spacing of every plane.
    pub(crate) fn new(size: Size, layout: Layout, band_rows: usize) -> Self {
        let mut planes = <[Plane; Layout::MAX_PLANES]>::default();
        for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
            let row_bytes = layout.row_bytes(index, size);
            let rows = layout.samples(index, size).height as usize;
            let band_bytes = band_rows / layout.spacing(index).y as usize * row_bytes;
            *plane = Plane { row_bytes, bytes: rows * row_bytes, band_bytes, ..Plane::default() };
        }
        Self { planes }
    }

    /// Adds rows, and calls `write` with each band that is complete.
    ///
    /// # Errors
    ///
    /// What `write` returns; [`Error::Core`] if there are more rows than the picture has, or memory runs out.
    pub(crate) fn push(
        &mut self,
        band: Band<'_>,
        mut write: impl FnMut(PlaneSlices<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut fresh = band.planes;
        while self.has_band(&fresh) {
            let mut rows = PlaneSlices::default();
            for ((rows, plane), fresh) in rows.iter_mut().zip(&mut self.planes).zip(&mut fresh) {
                *rows = plane.take_band(fresh)?;
            }
            write(rows)?;
        }
        for (index, (plane, fresh)) in self.planes.iter_mut().zip(fresh).enumerate() {
            if plane.known() + fresh.len() > plane.bytes {
                return Err(plane.rows_missing(index, fresh.len()).into());
            }
            plane.hold(fresh)?;
        }
        Ok(())
    }

    /// Checks that all rows came.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if some are missing.
    pub(crate) fn check_whole(&self) -> Result<(), Error> {
        let incomplete = self.planes.iter().enumerate().find(|(_, plane)| plane.known() < plane.bytes);
        incomplete.map_or(Ok(()), |(index, plane)| Err(plane.rows_missing(index, 0).into()))
    }

    /// Tells whether all planes have the rows of another band, with those that just came.
    fn has_band(&self, fresh: &PlaneSlices<'_>) -> bool {
        let is_over = self.planes[0].next_bytes() == 0;
        !is_over
            && self.planes.iter().zip(fresh).all(|(plane, fresh)| plane.waiting() + fresh.len() >= plane.next_bytes())
    }
}

impl Plane {
    /// Returns the bytes of the next band.
    fn next_bytes(&self) -> usize {
        self.band_bytes.min(self.bytes - self.passed)
    }

    /// Returns the bytes that wait.
    const fn waiting(&self) -> usize {
        self.held.len() - self.start
    }

    /// Returns the bytes that came so far.
    const fn known(&self) -> usize {
        self.passed + self.waiting()
    }

    /// Takes the rows of the next band, which are there: those that wait before those that just came.
    fn take_band<'a, 'b: 'a>(&'a mut self, fresh: &mut &'b mut [u8]) -> Result<&'a mut [u8], CoreError> {
        let bytes = self.next_bytes();
        let missing = bytes.saturating_sub(self.waiting());
        self.passed += bytes;
        let (taken, rest) = std::mem::take(fresh).split_at_mut(missing);
        *fresh = rest;
        if missing == bytes {
            return Ok(taken);
        }
        self.hold(taken)?;
        let start = self.start;
        self.start += bytes;
        Ok(&mut self.held[start..self.start])
    }

    /// Keeps rows until their band is complete.
    fn hold(&mut self, rows: &[u8]) -> Result<(), CoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.held.drain(..self.start);
        self.start = 0;
        self.held.try_reserve(rows.len()).map_err(|_| CoreError::OutOfMemory { bytes: rows.len() as u64 })?;
        self.held.extend_from_slice(rows);
        Ok(())
    }

    /// Makes the error of a plane that has too few rows, or too many.
    fn rows_missing(&self, index: usize, fresh: usize) -> CoreError {
        let [expected, actual] = [self.bytes, self.known() + fresh].map(|bytes| bytes / self.row_bytes.max(1));
        CoreError::RowsMissing { plane: index, expected, actual }
    }
}

#[cfg(test)]
mod tests {
    use palmette_core::Spacing;

    use super::*;

    const SIZE: Size = Size::new(3, 21);
    const LAYOUT: Layout = Layout::ycc(Spacing::new(2, 2));

    /// The planes of a picture, all bytes different from their neighbours.
    fn planes() -> [Vec<u8>; Layout::MAX_PLANES] {
        [(0, 3 * 21), (100, 2 * 11), (200, 2 * 11)].map(|(start, len)| (start..start + len).collect())
    }

    /// Pushes planes that are cut at rows, and returns the bands that come.
    fn gathered(cuts: &[[usize; 3]]) -> Result<Vec<[Vec<u8>; 3]>, Error> {
        let (mut gather, mut planes, mut bands) = (Gather::new(SIZE, LAYOUT, 8), planes(), Vec::new());
        for cut in cuts {
            let mut fresh: Vec<Vec<u8>> = planes
                .iter_mut()
                .enumerate()
                .map(|(i, plane)| plane.drain(..cut[i] * LAYOUT.row_bytes(i, SIZE)).collect())
                .collect();
            let [y, cb, cr] = &mut fresh[..] else { unreachable!() };
            gather.push(Band { planes: [y, cb, cr] }, |rows| {
                bands.push(rows.map(|rows| rows.to_vec()));
                Ok(())
            })?;
        }
        gather.check_whole()?;
        Ok(bands)
    }

    #[test]
    fn gather_makes_the_same_bands_of_any_rows() {
        let [y, cb, cr] = planes();
        let expected: Vec<_> = y
            .chunks(3 * 8)
            .zip(cb.chunks(2 * 4).zip(cr.chunks(2 * 4)))
            .map(|(y, (cb, cr))| [y.to_vec(), cb.to_vec(), cr.to_vec()])
            .collect();
        assert_eq!(expected.len(), 3);
        let by_single_rows: Vec<_> = (0..21).map(|y| [1, (y + 1) % 2, (y + 1) % 2]).collect();
        for cuts in [
            &[[21, 11, 11]][..],
            &by_single_rows,
            &[[0, 11, 0], [0, 0, 11], [21, 0, 0]],
            &[[21, 0, 0], [0, 3, 4], [0, 8, 7]],
            &[[9, 4, 5], [9, 7, 2], [0, 0, 0], [3, 0, 4]],
        ] {
            assert_eq!(gathered(cuts).unwrap(), expected, "{cuts:?}");
        }
    }

    #[test]
    fn gather_counts_rows() {
        assert!(matches!(
            gathered(&[[21, 10, 11]]),
            Err(Error::Core(CoreError::RowsMissing { plane: 1, expected: 11, actual: 10 }))
        ));
        let mut gather = Gather::new(SIZE, Layout::GRAY, 8);
        let surplus = gather.push(Band::of_one(&mut [0; 3 * 22]), |_| Ok(()));
        assert!(matches!(surplus, Err(Error::Core(CoreError::RowsMissing { plane: 0, expected: 21, actual: 22 }))));
        let mut gather = Gather::new(SIZE, Layout::GRAY, 8);
        let surplus = gather.push(Band { planes: [&mut [], &mut [], &mut [1]] }, |_| Ok(()));
        assert!(matches!(surplus, Err(Error::Core(CoreError::RowsMissing { plane: 2, expected: 0, actual: 1 }))));
    }
}
