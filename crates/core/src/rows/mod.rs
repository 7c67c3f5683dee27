//! Pictures that come row by row: what decoders give, steps change, and encoders take.
//!
//! A reader asks for the next rows, and the giver lends them until then. So a picture passes from a file
//! through its steps into another file, and only a few rows of it exist at a time. A step that needs a whole picture
//! [collects](Rows::into_picture) one.

mod crop;

pub use crop::CropRows;

use crate::{Error, Layout, Picture, Pixmap, Size, alloc};

/// Some rows of every plane, lent to their reader, who may change them.
///
/// Planes need not keep pace: a band may hold rows of one plane and none of another. All bands of a picture together hold all
/// rows of all planes, each once, from top to bottom.
#[derive(Debug)]
pub struct Band<'a> {
    /// The rows of each plane, one after the other without padding: red, green, blue and alpha of every pixel in plane 0, or
    /// Y, Cb and Cr. A plane that the layout does not have is empty.
    pub planes: [&'a mut [u8]; Layout::MAX_PLANES],
}

impl<'a> Band<'a> {
    /// Lends rows of RGBA, or of luma alone.
    #[must_use]
    pub fn of_one(rows: &'a mut [u8]) -> Self {
        Self { planes: [rows, &mut [], &mut []] }
    }
}

/// A picture that comes row by row.
pub trait Rows {
    /// Returns the size in pixels.
    fn size(&self) -> Size;

    /// Returns how samples lie in the rows.
    fn layout(&self) -> Layout;

    /// Lends the next rows; nothing at the end. A band is empty where rows were taken, and none can be made of them yet.
    ///
    /// # Errors
    ///
    /// Whatever keeps the rows from being made; there are none after it.
    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error>;

    /// Collects the rows that are left, which have to be all.
    ///
    /// # Errors
    ///
    /// Those of [`Rows::next_band`]; [`Error::OutOfMemory`] if the allocator refuses.
    fn into_picture(self: Box<Self>) -> Result<Picture, Error>;
}

/// Collects all rows of a picture: what [`Rows::into_picture`] does where there is no better way.
///
/// # Errors
///
/// Those of [`Rows::next_band`]; [`Error::OutOfMemory`] if the allocator refuses; [`Error::RowsMissing`] if they end early.
pub fn collect(rows: &mut dyn Rows) -> Result<Picture, Error> {
    let mut picture = Picture::with_capacity(rows.size(), rows.layout())?;
    while let Some(band) = rows.next_band()? {
        picture.append(&band)?;
    }
    picture.check_whole()?;
    Ok(picture)
}

/// Rows of a whole picture that are lent at a time.
const BAND_ROWS: usize = 16;

/// The rows of a picture that is in memory already.
#[derive(Debug)]
pub struct PictureRows {
    picture: Picture,
    /// Rows of each plane that were lent.
    lent: usize,
}

impl PictureRows {
    /// Gives the rows of a picture.
    #[must_use]
    pub const fn new(picture: Picture) -> Self {
        Self { picture, lent: 0 }
    }
}

impl Rows for PictureRows {
    fn size(&self) -> Size {
        self.picture.size()
    }

    fn layout(&self) -> Layout {
        self.picture.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let lent = self.lent..self.lent + BAND_ROWS;
        self.lent = lent.end;
        let row_bytes: [usize; Layout::MAX_PLANES] =
            std::array::from_fn(|plane| match plane < self.layout().planes() {
                true => self.picture.row_bytes(plane),
                false => 0,
            });
        let Band { planes } = self.picture.band_mut();
        let mut row_bytes = row_bytes.into_iter();
        let planes = planes.map(|rows| {
            let row_bytes = row_bytes.next().unwrap_or(0);
            let [start, end] = [lent.start, lent.end].map(|row| rows.len().min(row * row_bytes));
            &mut rows[start..end]
        });
        Ok(planes.iter().any(|rows| !rows.is_empty()).then_some(Band { planes }))
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
        Ok(self.picture)
    }
}

/// The rows of a picture that stays: copies of a few at a time.
#[derive(Debug)]
pub struct LentRows<'a> {
    size: Size,
    layout: Layout,
    /// What is left of each plane.
    left: [&'a [u8]; Layout::MAX_PLANES],
    band: [Vec<u8>; Layout::MAX_PLANES],
}

impl<'a> LentRows<'a> {
    /// Gives the rows of a picture.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub fn of_picture(picture: &'a Picture) -> Result<Self, Error> {
        Self::new(picture.size(), picture.layout(), std::array::from_fn(|plane| picture.plane(plane)))
    }

    /// Gives the rows of pixels.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub fn of_pixmap(pixmap: &'a Pixmap) -> Result<Self, Error> {
        Self::new(pixmap.size(), Layout::Rgba, [pixmap.data(), &[], &[]])
    }

    fn new(size: Size, layout: Layout, left: [&'a [u8]; Layout::MAX_PLANES]) -> Result<Self, Error> {
        let mut band: [Vec<u8>; Layout::MAX_PLANES] = Default::default();
        for (index, band) in band.iter_mut().enumerate().take(layout.planes()) {
            *band = alloc::try_filled(BAND_ROWS * layout.row_bytes(index, size), 0)?;
        }
        Ok(Self { size, layout, left, band })
    }
}

impl Rows for LentRows<'_> {
    fn size(&self) -> Size {
        self.size
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        if self.left.iter().all(|left| left.is_empty()) {
            return Ok(None);
        }
        let mut lent = self.left.iter_mut();
        let planes = self.band.each_mut().map(|band| {
            let left = lent.next().expect("as many as bands");
            let (now, later) = left.split_at(left.len().min(band.len()));
            *left = later;
            let lent = &mut band[..now.len()];
            lent.copy_from_slice(now);
            lent
        });
        Ok(Some(Band { planes }))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        collect(&mut *self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Spacing;

    /// Rows of planes that do not keep pace.
    struct Uneven(Vec<[Vec<u8>; Layout::MAX_PLANES]>);

    impl Rows for Uneven {
        fn size(&self) -> Size {
            Size::new(3, 4)
        }

        fn layout(&self) -> Layout {
            Layout::ycc(Spacing::new(2, 2))
        }

        fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
            self.0.rotate_left(1);
            let Some([y, cb, cr]) = self.0.last_mut().filter(|planes| !planes[0].is_empty()) else { return Ok(None) };
            Ok(Some(Band { planes: [y, cb, cr] }))
        }

        fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
            collect(&mut *self)
        }
    }

    #[test]
    fn rows_that_do_not_keep_pace_are_collected_whole() {
        let end = || Default::default();
        let bands = [[vec![1; 3], vec![2; 4], vec![3; 2]], [vec![4; 9], vec![], vec![5; 2]]];
        let [first, second] = bands;
        let mut expected =
            Box::new(PictureRows::new(Box::new(Uneven(vec![first.clone(), second, end()])).into_picture().unwrap()));
        let band = expected.next_band().unwrap().unwrap();
        assert_eq!(
            band.planes.map(|plane| plane.to_vec()),
            [[vec![1; 3], vec![4; 9]].concat(), vec![2; 4], vec![3, 3, 5, 5]]
        );
        assert!(matches!(
            collect(&mut Uneven(vec![first, end()])),
            Err(Error::RowsMissing { plane: 0, expected: 4, actual: 1 })
        ));
    }

    #[test]
    fn rows_of_a_picture_are_the_picture() {
        let picture = Picture::from(crate::Pixmap::filled(Size::new(2, 2), [1, 2, 3, 4]).unwrap());
        let mut rows = PictureRows::new(picture.clone());
        assert_eq!(rows.next_band().unwrap().unwrap().planes[0].len(), 16);
        assert!(rows.next_band().unwrap().is_none());
        assert_eq!(Box::new(rows).into_picture().unwrap(), picture);
    }
}
