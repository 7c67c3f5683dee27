//! A whole picture of any layout.

use std::fmt;

use crate::rows::Band;
use crate::{Error, Layout, Pixmap, Size, alloc};

/// A whole picture: pixels of RGBA, or planes.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    size: Size,
    layout: Layout,
    /// The rows of each plane, without padding; empty for one that the layout does not have.
    planes: [Vec<u8>; Layout::MAX_PLANES],
}

impl Picture {
    /// Makes room for a picture that rows will be [appended](Self::append) to.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyPixmap`] if a side is 0, [`Error::OutOfMemory`] if the allocator refuses.
    pub fn with_capacity(size: Size, layout: Layout) -> Result<Self, Error> {
        if size.area() == 0 {
            return Err(Error::EmptyPixmap { size });
        }
        let mut planes: [Vec<u8>; Layout::MAX_PLANES] = Default::default();
        for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
            *plane = alloc::try_with_capacity(plane_bytes(layout, index, size)?)?;
        }
        Ok(Self { size, layout, planes })
    }

    /// Wraps bytes in a layout.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyPixmap`] if a side is 0, [`Error::RowsMissing`] if a plane is not as long as its samples.
    pub fn from_planes(size: Size, layout: Layout, planes: [Vec<u8>; Layout::MAX_PLANES]) -> Result<Self, Error> {
        if size.area() == 0 {
            return Err(Error::EmptyPixmap { size });
        }
        let picture = Self { size, layout, planes };
        picture.check_whole()?;
        Ok(picture)
    }

    /// Adds rows below those that are there.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses, for more rows than the picture has.
    pub fn append(&mut self, band: &Band<'_>) -> Result<(), Error> {
        for (plane, rows) in self.planes.iter_mut().zip(&band.planes) {
            plane.try_reserve(rows.len()).map_err(|_| Error::OutOfMemory { bytes: rows.len() as u64 })?;
            plane.extend_from_slice(rows);
        }
        Ok(())
    }

    /// Checks that every plane has all its rows.
    ///
    /// # Errors
    ///
    /// [`Error::RowsMissing`] for the first that has not, or has too many.
    pub fn check_whole(&self) -> Result<(), Error> {
        for (index, plane) in self.planes.iter().enumerate() {
            let is_there = index < self.layout.planes();
            let expected = if is_there { plane_bytes(self.layout, index, self.size)? } else { 0 };
            if plane.len() != expected {
                let row_bytes = if is_there { self.row_bytes(index) } else { 1 };
                let [expected, actual] = [expected, plane.len()].map(|bytes| bytes / row_bytes);
                return Err(Error::RowsMissing { plane: index, expected, actual });
            }
        }
        Ok(())
    }

    /// Returns width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Returns how the samples lie.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// Returns the bytes of a row of a plane.
    ///
    /// # Panics
    ///
    /// If there is no such plane.
    #[must_use]
    pub const fn row_bytes(&self, plane: usize) -> usize {
        self.layout.row_bytes(plane, self.size)
    }

    /// Returns all bytes of a plane; none of one that the layout does not have.
    #[must_use]
    pub fn plane(&self, index: usize) -> &[u8] {
        &self.planes[index]
    }

    /// Returns all bytes of a plane, to be changed in place.
    #[must_use]
    pub fn plane_mut(&mut self, index: usize) -> &mut [u8] {
        &mut self.planes[index]
    }

    /// Lends all rows at once.
    #[must_use]
    pub fn band_mut(&mut self) -> Band<'_> {
        Band { planes: self.planes.each_mut().map(Vec::as_mut_slice) }
    }

    /// Gives the pixels away.
    ///
    /// # Errors
    ///
    /// [`Error::WrongLayout`] if these are planes.
    pub fn into_pixmap(self) -> Result<Pixmap, Error> {
        if !self.layout.is_rgba() {
            return Err(Error::WrongLayout { expected: Layout::Rgba, actual: self.layout });
        }
        let [pixels, ..] = self.planes;
        Pixmap::from_vec(self.size, pixels)
    }

    /// Gives the bytes of each plane away.
    #[must_use]
    pub fn into_planes(self) -> [Vec<u8>; Layout::MAX_PLANES] {
        self.planes
    }
}

impl From<Pixmap> for Picture {
    fn from(pixmap: Pixmap) -> Self {
        Self { size: pixmap.size(), layout: Layout::Rgba, planes: [pixmap.into_vec(), Vec::new(), Vec::new()] }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture").field("size", &self.size).field("layout", &self.layout).finish_non_exhaustive()
    }
}

/// Returns the bytes of a plane as a length, or says that no memory holds them.
fn plane_bytes(layout: Layout, plane: usize, size: Size) -> Result<usize, Error> {
    let bytes = layout.samples(plane, size).area().saturating_mul(layout.sample_bytes() as u64);
    usize::try_from(bytes).map_err(|_| Error::OutOfMemory { bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_checks_what_it_is_made_of() {
        let size = Size::new(3, 2);
        let planes = |len| [vec![0; len], Vec::new(), Vec::new()];
        assert!(Picture::from_planes(size, Layout::GRAY, planes(6)).is_ok());
        let missing = Picture::from_planes(size, Layout::GRAY, planes(3));
        assert!(matches!(missing, Err(Error::RowsMissing { plane: 0, expected: 2, actual: 1 })));
        let no_rows = Picture::from_planes(Size::new(0, 2), Layout::GRAY, planes(0));
        assert!(matches!(no_rows, Err(Error::EmptyPixmap { .. })));
        let surplus = [vec![0; 6], vec![0; 6], Vec::new()];
        let surplus = Picture::from_planes(size, Layout::GRAY, surplus);
        assert!(matches!(surplus, Err(Error::RowsMissing { plane: 1, expected: 0, actual: 6 })));
    }

    #[test]
    fn picture_of_pixels_is_a_pixmap() {
        let pixmap = Pixmap::filled(Size::new(2, 2), [1, 2, 3, 4]).unwrap();
        assert_eq!(Picture::from(pixmap.clone()).into_pixmap().unwrap(), pixmap);
        let grey = Picture::from_planes(Size::new(1, 1), Layout::GRAY, [vec![7], Vec::new(), Vec::new()]).unwrap();
        assert!(matches!(grey.into_pixmap(), Err(Error::WrongLayout { .. })));
    }
}
