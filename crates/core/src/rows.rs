//! Pictures that come row by row: what decoders give, steps change, and encoders take.
//!
//! Whoever takes rows asks for the next ones; whoever gives them lends them until then. So a picture passes from a file
//! through its steps into another file, and only a few rows of it exist at a time. A step that needs a whole picture
//! [collects](Rows::into_picture) one.

use crate::{Error, Layout, Picture, Size};

/// Some rows of every plane, lent to whoever asked for them, who may change them.
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

    /// Lends the next rows, at least one; nothing at the end.
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

/// The rows of a picture that is in memory already.
#[derive(Debug)]
pub struct PictureRows {
    picture: Picture,
    is_lent: bool,
}

impl PictureRows {
    /// Gives the rows of a picture.
    #[must_use]
    pub const fn new(picture: Picture) -> Self {
        Self { picture, is_lent: false }
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
        if std::mem::replace(&mut self.is_lent, true) {
            return Ok(None);
        }
        Ok(Some(self.picture.band_mut()))
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
        Ok(self.picture)
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
