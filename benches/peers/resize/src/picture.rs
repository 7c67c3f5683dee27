//! The picture that is resized, and how it is lent.

use std::sync::{Mutex, MutexGuard, PoisonError};

use palmette_core::engine::Sources;
use palmette_core::plan::{ReadStep, Value};
use palmette_core::{Band, Error, Layout, Picture, Rows, Size};

/// Rows of pixels that are lent at a time, as many as a decoder of JPEG has.
const BAND_ROWS: usize = 16;

/// Draws a picture of gradients and fine detail, opaque.
///
/// # Errors
///
/// Those of [`Picture::from_planes`].
pub(crate) fn photo(size: Size, layout: Layout) -> Result<Picture, Error> {
    let mut state = 0x9e37_79b9_u32;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let mut planes: [Vec<u8>; Layout::MAX_PLANES] = Default::default();
    for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
        let Size { width, height } = layout.samples(index, size);
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let noise = noise();
            let levels =
                [x / 8 + noise % 16, y / 8 + noise % 32, (x + y) / 16, 255].map(|value| value.to_le_bytes()[0]);
            plane.extend_from_slice(&levels[..layout.sample_bytes()]);
        }
    }
    Picture::from_planes(size, layout, planes)
}

/// A picture whose rows are lent as a decoder lends them: from where they are, not copied.
#[derive(Debug)]
pub(crate) struct Lent(Mutex<Picture>);

impl Lent {
    /// Lends the rows of a picture, as often as it is read.
    pub(crate) const fn new(picture: Picture) -> Self {
        Self(Mutex::new(picture))
    }
}

impl Sources for Lent {
    fn open(&self, _read: &ReadStep, _planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        Ok(Box::new(LentRows { picture: self.0.lock().unwrap_or_else(PoisonError::into_inner), next: 0 }))
    }
}

/// The rows of a picture while it is read.
struct LentRows<'a> {
    picture: MutexGuard<'a, Picture>,
    next: usize,
}

impl Rows for LentRows<'_> {
    fn size(&self) -> Size {
        self.picture.size()
    }

    fn layout(&self) -> Layout {
        self.picture.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let (size, layout, first) = (self.size(), self.layout(), self.next);
        self.next += BAND_ROWS;
        let mut planes = 0..layout.planes();
        let planes = self.picture.band_mut().planes.map(|rows| match planes.next() {
            None => rows,
            Some(plane) => {
                let (row_bytes, spacing) = (layout.row_bytes(plane, size), layout.spacing(plane).y as usize);
                let at = |row: usize| rows.len().min(row / spacing * row_bytes);
                let (start, end) = (at(first), at(first + BAND_ROWS));
                &mut rows[start..end]
            }
        });
        Ok(planes.iter().any(|rows| !rows.is_empty()).then_some(Band { planes }))
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
        Ok(self.picture.clone())
    }
}
