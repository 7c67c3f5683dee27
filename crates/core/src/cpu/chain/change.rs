//! Steps that change rows of RGBA where they are.

use crate::{Band, Error, Layout, Picture, Rows, Size};

/// Rows, each changed by a function that is told the first of them.
pub(super) struct Change<'a, F> {
    input: Box<dyn Rows + 'a>,
    change: F,
    /// The row that comes next.
    y: u32,
}

impl<'a, F: FnMut(u32, &mut [u8])> Change<'a, F> {
    /// Changes rows of RGBA.
    pub(super) const fn new(input: Box<dyn Rows + 'a>, change: F) -> Self {
        Self { input, change, y: 0 }
    }
}

impl<F: FnMut(u32, &mut [u8])> Rows for Change<'_, F> {
    fn size(&self) -> Size {
        self.input.size()
    }

    fn layout(&self) -> Layout {
        self.input.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let row_bytes = Layout::Rgba.row_bytes(0, self.input.size());
        let band = self.input.next_band()?;
        Ok(band.map(|Band { planes: [rows, ..] }| {
            (self.change)(self.y, rows);
            self.y += u32::try_from(rows.len() / row_bytes).expect("a picture has so many rows");
            Band::of_one(rows)
        }))
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
        let Self { input, mut change, .. } = *self;
        let mut picture = input.into_picture()?;
        change(0, picture.plane_mut(0));
        Ok(picture)
    }
}
