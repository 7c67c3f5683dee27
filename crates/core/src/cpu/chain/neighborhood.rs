//! Steps whose rows are made of the rows around them: blur and sharpen.
//!
//! A row of the result is written where a row was lent that is no longer needed, since no more rows are written than were taken.
//! So the rows that are lent are those of the input, some rows later, and only the last few need a place of their own.

use crate::{Band, Error, Layout, Picture, Rows, Size, alloc};

/// Rows that are lent at a time behind the last one of the input.
const BAND_ROWS: usize = 16;

/// Makes rows of RGBA out of the rows around them, from top to bottom.
pub(in crate::cpu) trait Neighborhood {
    /// Returns how many rows below the one that is made it is made of.
    fn reach(&self) -> usize;

    /// Takes the next row, which is never more than [`reach`](Self::reach) rows below the one that is made next.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    fn load(&mut self, row: &[u8]) -> Result<(), Error>;

    /// Makes the next row; all that it is made of were taken, as far as the picture has them.
    fn make(&mut self, row: &mut [u8]);
}

/// Rows, each made of those around it.
pub(super) struct NeighborhoodRows<'a, N> {
    input: Box<dyn Rows + 'a>,
    progress: Progress<N>,
    /// What is lent behind the last row of the input.
    last_rows: Vec<u8>,
}

impl<'a, N: Neighborhood> NeighborhoodRows<'a, N> {
    /// Changes rows of RGBA.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub(super) fn new(input: Box<dyn Rows + 'a>, work: N) -> Result<Self, Error> {
        let row_bytes = Layout::Rgba.row_bytes(0, input.size());
        let last_rows = alloc::try_filled(BAND_ROWS.min(work.reach()) * row_bytes, 0)?;
        Ok(Self { input, progress: Progress { work, row_bytes, loaded: 0, made: 0 }, last_rows })
    }
}

impl<N: Neighborhood> Rows for NeighborhoodRows<'_, N> {
    fn size(&self) -> Size {
        self.input.size()
    }

    fn layout(&self) -> Layout {
        self.input.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let Self { input, progress, last_rows } = self;
        let height = input.size().height as usize;
        if progress.loaded < height {
            let Some(Band { planes: [rows, ..] }) = input.next_band()? else {
                return Err(Error::RowsMissing { plane: 0, expected: height, actual: progress.loaded });
            };
            let written = progress.rows(rows)?;
            return Ok(Some(Band::of_one(&mut rows[..written])));
        }
        let count = BAND_ROWS.min(height - progress.made);
        let rows = &mut last_rows[..count * progress.row_bytes];
        progress.make(rows);
        Ok((count > 0).then(|| Band::of_one(rows)))
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
        let Self { input, mut progress, .. } = *self;
        let mut picture = input.into_picture()?;
        let rows = picture.plane_mut(0);
        let written = progress.rows(rows)?;
        progress.make(&mut rows[written..]);
        Ok(picture)
    }
}

/// How far a change of rows has come.
struct Progress<N> {
    work: N,
    row_bytes: usize,
    /// Rows that were taken.
    loaded: usize,
    /// Rows that were made.
    made: usize,
}

impl<N: Neighborhood> Progress<N> {
    /// Takes rows, and writes those that can be made in their place, the first one first; returns their bytes.
    fn rows(&mut self, rows: &mut [u8]) -> Result<usize, Error> {
        let mut written = 0;
        for start in (0..rows.len()).step_by(self.row_bytes) {
            self.work.load(&rows[start..start + self.row_bytes])?;
            self.loaded += 1;
            if self.loaded > self.made + self.work.reach() {
                self.make(&mut rows[written..written + self.row_bytes]);
                written += self.row_bytes;
            }
        }
        Ok(written)
    }

    /// Makes rows.
    fn make(&mut self, rows: &mut [u8]) {
        for row in rows.chunks_exact_mut(self.row_bytes) {
            self.work.make(row);
            self.made += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::blur::Blur;
    use crate::cpu::kernels::Kernels;
    use crate::cpu::sharpen::Sharpen;
    use crate::plan::SharpenStep;
    use crate::plan::blur::BlurStep;
    use crate::{PictureRows, Pixmap};

    /// Rows of a picture, in bands of so many.
    struct Bands {
        picture: Pixmap,
        band_rows: usize,
        y: usize,
    }

    impl Rows for Bands {
        fn size(&self) -> Size {
            self.picture.size()
        }

        fn layout(&self) -> Layout {
            Layout::Rgba
        }

        fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
            let row_bytes = self.picture.row_bytes();
            let end = self.picture.height() as usize;
            let lent = self.y..(self.y + self.band_rows).min(end);
            self.y = lent.end;
            let rows = &mut self.picture.data_mut()[lent.start * row_bytes..lent.end * row_bytes];
            Ok((!lent.is_empty()).then(|| Band::of_one(rows)))
        }

        fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
            Ok(self.picture.into())
        }
    }

    fn picture(size: Size) -> Pixmap {
        let data = (0..size.area() * 4).map(|i| (i * i * 31 % 251).to_le_bytes()[0]).collect();
        Pixmap::from_vec(size, data).unwrap()
    }

    /// Checks that a change of rows comes to the same in bands of any height, and where it is one whole picture.
    #[track_caller]
    fn assert_same<N: Neighborhood>(size: Size, work: impl Fn() -> N) {
        let picture = picture(size);
        let rows = Box::new(PictureRows::new(picture.clone().into()));
        let whole = Box::new(NeighborhoodRows::new(rows, work()).unwrap()).into_picture().unwrap();
        for band_rows in [1, 2, 7, 16, size.height as usize] {
            let bands = Box::new(Bands { picture: picture.clone(), band_rows, y: 0 });
            let mut rows = NeighborhoodRows::new(bands, work()).unwrap();
            assert_eq!(crate::rows::collect(&mut rows).unwrap(), whole, "{size}, {band_rows}");
            assert!(rows.next_band().unwrap().is_none(), "the end stays the end");
        }
    }

    #[test]
    fn neighborhoods_do_not_depend_on_bands() {
        for size in [Size::new(5, 1), Size::new(3, 2), Size::new(4, 3), Size::new(6, 40), Size::new(1, 100)] {
            for radius in [1, 2, 9, 20, 250] {
                let step = BlurStep::new(radius);
                assert_same(size, || Blur::new(&Kernels::SCALAR, &step, size).unwrap());
            }
            let step = SharpenStep { strength: 2_000 };
            assert_same(size, || Sharpen::new(&Kernels::SCALAR, step, size).unwrap());
        }
    }

    #[test]
    fn neighborhoods_need_all_rows() {
        let size = Size::new(3, 9);
        let mut bands = Bands { picture: picture(size), band_rows: 4, y: 0 };
        bands.next_band().unwrap();
        let work = Sharpen::new(&Kernels::SCALAR, SharpenStep { strength: 500 }, size).unwrap();
        let error = crate::rows::collect(&mut NeighborhoodRows::new(Box::new(bands), work).unwrap()).unwrap_err();
        assert!(matches!(error, Error::RowsMissing { plane: 0, expected: 9, actual: 5 }), "{error}");
    }
}
