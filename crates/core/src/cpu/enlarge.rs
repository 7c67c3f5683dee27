//! A picture that a model enlarges, row by row: the model makes colours, the ordinary resize their exact size, and alpha, which no model looks
//! at, is resized by itself.

use std::sync::{Arc, OnceLock};

use super::kernels::Kernels;
use super::resize::ResizeRows;
use crate::model::{Ability, ModelError, SharedModel};
use crate::plan::{Placed, ResizeStep, Value};
use crate::rows::{Band, Rows, collect};
use crate::{Deadline, Error, Layout, Picture, Pixmap, Rectangle, Size};

/// Rows of alpha that are lent at a time.
const BAND_ROWS: u32 = 16;

/// The tables of the resizes, which have to live as long as the rows.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    colors: OnceLock<ResizeStep>,
    alpha: OnceLock<ResizeStep>,
}

/// Begins to enlarge a picture to this size.
///
/// # Errors
///
/// [`Error::DeadlineExceeded`] once the deadline has passed; [`Error::ModelFailed`] if the model does not begin; [`Error::OutOfMemory`].
pub(crate) fn rows<'a>(
    kernels: &'a Kernels,
    model: &'a SharedModel,
    picture: Pixmap,
    size: Size,
    tables: &'a Tables,
    deadline: Deadline,
) -> Result<Box<dyn Rows + 'a>, Error> {
    let picture = Arc::new(picture);
    let begun = model.enlarge(Arc::clone(&picture), size, deadline);
    // A model that gave up says so in its own words.
    deadline.check()?;
    let made = begun.map_err(failed)?;
    if !made.layout().is_rgba() || made.size().area() == 0 {
        return Err(failed(format!("rows of {} pixels in {:?}", made.size(), made.layout()).into()));
    }
    let made: Box<dyn Rows + 'a> = Box::new(Checked { rows: made, deadline });
    let colors = resized(kernels, made, size, &tables.colors)?;
    if picture.is_opaque() {
        return Ok(colors);
    }
    let alpha = Box::new(AlphaRows { picture, next: 0, band: Vec::new() });
    let alpha = resized(kernels, alpha, size, &tables.alpha)?;
    Ok(Box::new(WithAlpha { colors, alpha, waiting: Vec::new() }))
}

/// Says that the model failed.
fn failed(source: ModelError) -> Error {
    Error::ModelFailed { ability: Ability::Enlarge, source }
}

/// Resizes rows, unless they have the size already.
fn resized<'a>(
    kernels: &'a Kernels,
    rows: Box<dyn Rows + 'a>,
    size: Size,
    table: &'a OnceLock<ResizeStep>,
) -> Result<Box<dyn Rows + 'a>, Error> {
    if rows.size() == size {
        return Ok(rows);
    }
    let source = Placed::from(Value::rgba(rows.size()));
    let step = ResizeStep::new(&source, size, Rectangle::whole(size), Layout::Rgba)?;
    Ok(Box::new(ResizeRows::new(kernels, table.get_or_init(|| step), rows, (size, Layout::Rgba))?))
}

/// The rows of a model, until the time is up.
struct Checked<'a> {
    rows: Box<dyn Rows + 'a>,
    deadline: Deadline,
}

impl Rows for Checked<'_> {
    fn size(&self) -> Size {
        self.rows.size()
    }

    fn layout(&self) -> Layout {
        self.rows.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        self.deadline.check()?;
        self.rows.next_band().map_err(|error| match self.deadline.check() {
            Ok(()) => error,
            Err(late) => late,
        })
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        collect(&mut *self)
    }
}

/// The alpha of a picture, as grey levels.
struct AlphaRows {
    picture: Arc<Pixmap>,
    next: u32,
    band: Vec<u8>,
}

impl Rows for AlphaRows {
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
        let rows = (self.next..end).flat_map(|y| self.picture.row(y).as_chunks::<4>().0);
        self.band.clear();
        self.band.extend(rows.flat_map(|pixel| [pixel[3], pixel[3], pixel[3], u8::MAX]));
        self.next = end;
        Ok(Some(Band::of_one(&mut self.band)))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        collect(&mut *self)
    }
}

/// Colours, and their alpha as grey levels; where it comes out clear there is no colour either.
struct WithAlpha<'a> {
    colors: Box<dyn Rows + 'a>,
    alpha: Box<dyn Rows + 'a>,
    /// Levels that came before their colours.
    waiting: Vec<u8>,
}

impl Rows for WithAlpha<'_> {
    fn size(&self) -> Size {
        self.colors.size()
    }

    fn layout(&self) -> Layout {
        Layout::Rgba
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let Some(band) = self.colors.next_band()? else { return Ok(None) };
        let [colors, ..] = &band.planes;
        while self.waiting.len() < colors.len() {
            let Some(alpha) = self.alpha.next_band()? else { break };
            let levels = &alpha.planes[0];
            self.waiting.try_reserve(levels.len()).map_err(|_| Error::OutOfMemory { bytes: levels.len() as u64 })?;
            self.waiting.extend_from_slice(levels);
        }
        let [colors, ..] = band.planes;
        let levels = self.waiting.drain(..colors.len().min(self.waiting.len()));
        for (pixel, levels) in colors.as_chunks_mut::<4>().0.iter_mut().zip(levels.as_slice().as_chunks::<4>().0) {
            match levels[0] {
                0 => pixel.fill(0),
                alpha => pixel[3] = alpha,
            }
        }
        drop(levels);
        Ok(Some(Band::of_one(colors)))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        collect(&mut *self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Model, PictureRows};

    /// Repeats every pixel twice on both axes, whatever size is asked for.
    #[derive(Debug)]
    struct Doubles;

    impl Model for Doubles {
        fn name(&self, _ability: Ability) -> &str {
            "doubles"
        }

        fn can(&self, ability: Ability) -> bool {
            ability == Ability::Enlarge
        }

        fn enlarge(&self, picture: Arc<Pixmap>, _: Size, _: Deadline) -> Result<Box<dyn Rows + '_>, ModelError> {
            let Size { width, height } = picture.size();
            let mut made = Pixmap::filled(Size::new(2 * width, 2 * height), [0, 0, 0, 255])?;
            for y in 0..2 * height {
                let row = picture.row(y / 2).as_chunks::<4>().0.to_vec();
                for (x, pixel) in made.row_mut(y).as_chunks_mut::<4>().0.iter_mut().enumerate() {
                    pixel[..3].copy_from_slice(&row[x / 2][..3]);
                }
            }
            Ok(Box::new(PictureRows::new(made.into())))
        }
    }

    fn enlarged(picture: &Pixmap, size: Size) -> Pixmap {
        let model = SharedModel::from(Arc::new(Doubles) as Arc<dyn Model>);
        let tables = Tables::default();
        let kernels = Kernels::fastest();
        let rows = rows(&kernels, &model, picture.clone(), size, &tables, Deadline::NONE).unwrap();
        rows.into_picture().unwrap().into_pixmap().unwrap()
    }

    #[test]
    fn alpha_is_resized_as_grey_would_be() {
        let (from, to) = (Size::new(9, 40), Size::new(22, 93));
        let mut picture = Pixmap::filled(from, [1, 2, 3, 0]).unwrap();
        let mut grey = Pixmap::filled(from, [0, 0, 0, 255]).unwrap();
        let pixels = picture.data_mut().as_chunks_mut::<4>().0.iter_mut();
        for (at, (pixel, grey)) in pixels.zip(grey.data_mut().as_chunks_mut::<4>().0).enumerate() {
            pixel[3] = u8::try_from(at * 37 % 256).unwrap();
            grey[..3].fill(pixel[3]);
        }
        let table = OnceLock::new();
        let kernels = Kernels::fastest();
        let grey = resized(&kernels, Box::new(PictureRows::new(grey.into())), to, &table).unwrap();
        let grey = grey.into_picture().unwrap().into_pixmap().unwrap();
        // The colours are even, so that they stay.
        for size in [to, Size::new(18, 80)] {
            let made = enlarged(&picture, size);
            assert_eq!(made.size(), size);
            if size == to {
                for (pixel, grey) in made.data().as_chunks::<4>().0.iter().zip(grey.data().as_chunks::<4>().0) {
                    assert_eq!(*pixel, if grey[0] == 0 { [0; 4] } else { [1, 2, 3, grey[0]] });
                }
            }
        }
    }

    #[test]
    fn opaque_pictures_stay_opaque() {
        let picture = Pixmap::filled(Size::new(5, 3), [9, 8, 7, 255]).unwrap();
        for size in [Size::new(10, 6), Size::new(13, 6), Size::new(40, 31)] {
            assert_eq!(enlarged(&picture, size), Pixmap::filled(size, [9, 8, 7, 255]).unwrap());
        }
    }
}
