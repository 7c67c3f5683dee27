//! Alpha by itself: resized row by row, into a picture that has its colours already.

use palmette_core::measure::Measurement;
use palmette_core::plan::{ReadStep, Value};
use palmette_core::rows::collect;
use palmette_core::{Band, CpuEngine, Deadline, Engine, Error, Layout, Picture, Pixmap, Rows, Sink, Size, Sources};

use crate::scale;

/// Rows that are lent at a time.
const BAND_ROWS: u32 = 16;

/// Gives a picture the alpha of another one, resized to its size; where it comes out clear there is no colour either.
pub(crate) fn resize_into(picture: &Pixmap, made: &mut Pixmap, deadline: Deadline) -> Result<(), Error> {
    let plan = scale::plan(picture.size(), made.size())?;
    CpuEngine::new().run(&plan, &Alpha(picture), &mut AlphaOf { made, row: 0 }, deadline)
}

/// A picture, read as one whose levels are its alpha.
struct Alpha<'a>(&'a Pixmap);

impl Sources for Alpha<'_> {
    fn open(&self, _read: &ReadStep, _planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        Ok(Box::new(AlphaRows { picture: self.0, next: 0, band: Vec::new() }))
    }
}

/// The rows of it.
struct AlphaRows<'a> {
    picture: &'a Pixmap,
    next: u32,
    band: Vec<u8>,
}

impl Rows for AlphaRows<'_> {
    fn size(&self) -> Size {
        self.picture.size()
    }

    fn layout(&self) -> Layout {
        Layout::Rgba
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let end = (self.next + BAND_ROWS).min(self.picture.height());
        if self.next == end {
            return Ok(None);
        }
        let rows = (self.next..end).flat_map(|y| self.picture.row(y).chunks_exact(Pixmap::PIXEL_BYTES));
        self.band.clear();
        self.band.extend(rows.flat_map(|pixel| [pixel[3], pixel[3], pixel[3], u8::MAX]));
        self.next = end;
        Ok(Some(Band::of_one(&mut self.band)))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        collect(&mut *self)
    }
}

/// Where it goes.
struct AlphaOf<'a> {
    made: &'a mut Pixmap,
    row: u32,
}

impl Sink for AlphaOf<'_> {
    fn picture(&mut self, _index: usize, mut rows: Box<dyn Rows + '_>) -> Result<(), Error> {
        while let Some(band) = rows.next_band()? {
            for levels in band.planes[0].chunks_exact(self.made.row_bytes()) {
                let pixels = self.made.row_mut(self.row).chunks_exact_mut(Pixmap::PIXEL_BYTES);
                for (pixel, level) in pixels.zip(levels.chunks_exact(Pixmap::PIXEL_BYTES)) {
                    match level[0] {
                        0 => pixel.fill(0),
                        alpha => pixel[3] = alpha,
                    }
                }
                self.row += 1;
            }
        }
        if self.row == self.made.height() { Ok(()) } else { Err(Error::SinkFailed) }
    }

    fn measurement(&mut self, _found: Measurement) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_is_resized_as_grey_would_be() {
        let (from, to) = (Size::new(9, 40), Size::new(22, 93));
        let mut picture = Pixmap::filled(from, [1, 2, 3, 0]).unwrap();
        let mut grey = picture.clone();
        for (at, (pixel, grey)) in
            picture.data_mut().chunks_exact_mut(4).zip(grey.data_mut().chunks_exact_mut(4)).enumerate()
        {
            pixel[3] = u8::try_from(at * 37 % 256).unwrap();
            grey.copy_from_slice(&[pixel[3], pixel[3], pixel[3], 255]);
        }
        let mut made = Pixmap::filled(to, [7, 8, 9, 255]).unwrap();
        resize_into(&picture, &mut made, Deadline::NONE).unwrap();
        let grey = scale::to_size(&grey, to).unwrap();
        for (pixel, grey) in made.data().chunks_exact(4).zip(grey.data().chunks_exact(4)) {
            assert_eq!(pixel, if grey[0] == 0 { [0; 4] } else { [7, 8, 9, grey[0]] });
        }
    }
}
