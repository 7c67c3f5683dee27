//! Blurring of a picture: rows are blurred as they are loaded, and kept in a ring until the columns no longer need them.

use super::kernels::Kernels;
use super::kernels::blur::{ColumnSums, blur_h};
use crate::plan::blur::BlurStep;
use crate::{Error, Pixmap, alloc};

/// Blurs a picture in place.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
pub(super) fn blur(kernels: &Kernels, step: &BlurStep, picture: &mut Pixmap) -> Result<(), Error> {
    let mut rows = BlurredRows::new(kernels, step, picture)?;
    rows.load(0, picture);
    let mut sums = ColumnSums::new(step, rows.get(0))?;
    let mut mean = alloc::try_filled(picture.row_bytes(), 0)?;
    let [radius, narrow, wide] = [step.radius, step.narrow_width, step.wide_width].map(i64::from);
    // A row is written long after it was loaded, so the picture can be its own result.
    for y in -radius..i64::from(picture.height()) {
        let newest = y + radius;
        rows.load(newest, picture);
        sums.advance([newest, newest - narrow, newest - wide, newest - narrow - wide].map(|y| rows.get(y)));
        if let Ok(y) = u32::try_from(y) {
            sums.means(step, &mut mean);
            (kernels.unpremultiply)(&mean, picture.row_mut(y));
        }
    }
    Ok(())
}

/// The rows around the current one, blurred along themselves; rows outside the picture are those at its edge.
struct BlurredRows<'a> {
    kernels: &'a Kernels,
    step: &'a BlurStep,
    last: i64,
    /// Row `y` lives in slot `y mod slots`.
    slots: Vec<Vec<i16>>,
    /// Rows that were loaded so far.
    loaded: i64,
    wide: Vec<i16>,
    extended: Vec<i16>,
}

impl<'a> BlurredRows<'a> {
    fn new(kernels: &'a Kernels, step: &'a BlurStep, picture: &Pixmap) -> Result<Self, Error> {
        let reach = (step.narrow_width + step.wide_width + 1).min(picture.height());
        let mut slots = alloc::try_with_capacity(reach as usize)?;
        for _ in 0..reach {
            slots.push(alloc::try_filled(picture.row_bytes(), 0)?);
        }
        let repeated = (step.narrow_width + step.wide_width + step.radius) as usize * Pixmap::PIXEL_BYTES;
        Ok(Self {
            kernels,
            step,
            last: i64::from(picture.height()) - 1,
            slots,
            loaded: 0,
            wide: alloc::try_filled(picture.row_bytes(), 0)?,
            extended: alloc::try_with_capacity(picture.row_bytes() + repeated)?,
        })
    }

    /// Loads a row, if it is inside the picture and the next one.
    fn load(&mut self, y: i64, picture: &Pixmap) {
        if y == self.loaded && y <= self.last {
            let slot = self.slot(y);
            (self.kernels.premultiply)(picture.row(u32::try_from(y).expect("inside the picture")), &mut self.wide);
            blur_h::<4>(self.step, &self.wide, &mut self.extended, &mut self.slots[slot]);
            self.loaded += 1;
        }
    }

    fn get(&self, y: i64) -> &[i16] {
        &self.slots[self.slot(y.clamp(0, self.last))]
    }

    fn slot(&self, y: i64) -> usize {
        usize::try_from(y).expect("inside the picture") % self.slots.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    #[test]
    fn blur_of_a_red_square_on_nothing() {
        // 4×4 red in the middle of 10×10 clear, radius 3: the kernel is 1 2 3 3 3 2 1 each way, so alpha is
        // 255·(11/15)² = 137 in the middle. Seen on the real service.
        let red = Pixmap::filled(Size::new(4, 4), [255, 0, 0, 255]).unwrap();
        let mut picture =
            super::super::kernels::pad::pad(&red, 3, 3, Size::new(10, 10), palmette_ops::Color::TRANSPARENT).unwrap();
        blur(&Kernels::SCALAR, &BlurStep::new(3), &mut picture).unwrap();
        for (x, y) in [(4, 4), (5, 4), (4, 5), (5, 5)] {
            assert_eq!(picture.pixel(x, y), [255, 0, 0, 137]);
        }
        assert_eq!(picture.pixel(0, 0), [255, 0, 0, 1]);
    }

    #[test]
    fn blur_keeps_constant_pictures() {
        for radius in [1, 2, 9, 250] {
            let mut picture = Pixmap::filled(Size::new(7, 5), [200, 100, 50, 255]).unwrap();
            let expected = picture.clone();
            blur(&Kernels::fastest(), &BlurStep::new(radius), &mut picture).unwrap();
            assert_eq!(picture, expected);
        }
    }
}
