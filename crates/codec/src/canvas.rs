//! The canvas of an animation: frames are drawn on it, and taken away as they ask to be.
//!
//! Both formats share the geometry and the ways of disposal; what a pixel of a frame does to the canvas is theirs. As in
//! browsers the canvas starts clear, whatever background colour a file names, and is cleared to nothing, not to a colour.

use palmette_core::{Pixmap, Size, alloc};

use crate::Error;
use crate::area::Area;

/// The disposal of a frame before the next one is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// The frame stays.
    Keep,
    /// Its place becomes clear.
    Clear,
    /// Its place becomes what it was before; of formats only GIF knows this.
    Restore,
}

/// A picture that frames are drawn on, one over the other.
#[derive(Debug)]
pub(crate) struct Canvas {
    pixmap: Pixmap,
    /// The place of the last frame, if it is to be taken away.
    disposed: Option<Disposed>,
}

/// The place of a frame that is to be taken away.
#[derive(Debug)]
enum Disposed {
    /// It becomes clear.
    Clear(Area),
    /// It becomes this again.
    Restore(Area, Pixmap),
}

impl Canvas {
    /// Makes a clear canvas.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out, or a side is 0.
    pub(crate) fn new(size: Size) -> Result<Self, Error> {
        Ok(Self { pixmap: Pixmap::filled(size, [0; 4])?, disposed: None })
    }

    /// Takes the last frame away as it asked for, and draws the next: `draw` gets each row of the frame that is on the
    /// canvas, by its number from 0, with the pixels of the canvas from the left edge of the frame on.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(crate) fn draw(
        &mut self,
        at: Area,
        disposal: Disposal,
        mut draw: impl FnMut(usize, &mut [[u8; 4]]),
    ) -> Result<(), Error> {
        self.dispose();
        let at = at.clip(self.pixmap.size());
        if at.size.area() == 0 {
            return Ok(());
        }
        self.disposed = match disposal {
            Disposal::Keep => None,
            Disposal::Clear => Some(Disposed::Clear(at)),
            Disposal::Restore => Some(Disposed::Restore(at, at.cut_out(&self.pixmap)?)),
        };
        let mut y = 0;
        at.for_each_row(&mut self.pixmap, |row| {
            draw(y, row);
            y += 1;
        });
        Ok(())
    }

    /// Takes the last frame away as it asked for.
    fn dispose(&mut self) {
        match self.disposed.take() {
            None => {}
            Some(Disposed::Clear(at)) => at.for_each_row(&mut self.pixmap, |row| row.fill([0; 4])),
            Some(Disposed::Restore(at, before)) => {
                let mut rows = before.rows();
                at.for_each_row(&mut self.pixmap, |row| {
                    row.as_flattened_mut().copy_from_slice(rows.next().unwrap_or_default());
                });
            }
        }
    }

    /// Copies the canvas.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(crate) fn to_pixmap(&self) -> Result<Pixmap, Error> {
        let mut data = alloc::try_with_capacity(self.pixmap.data().len())?;
        data.extend_from_slice(self.pixmap.data());
        Ok(Pixmap::from_vec(self.pixmap.size(), data)?)
    }

    /// Gives away the canvas.
    pub(crate) fn into_pixmap(self) -> Pixmap {
        self.pixmap
    }
}

/// Draws a straight colour over another, both with alpha, with one rounding to nearest.
pub(crate) fn over(source: [u8; 4], backdrop: [u8; 4]) -> [u8; 4] {
    let (alpha, under_alpha) = (u32::from(source[3]), u32::from(backdrop[3]));
    match (alpha, under_alpha) {
        (255, _) | (_, 0) => return source,
        (0, _) => return backdrop,
        _ => {}
    }
    let shows_through = under_alpha * (255 - alpha);
    // The alpha of the result, times 255; not 0, for both have some.
    let sum = alpha * 255 + shows_through;
    let [red, green, blue] = [0, 1, 2].map(|channel| {
        let exact = u32::from(source[channel]) * alpha * 255 + u32::from(backdrop[channel]) * shows_through;
        level((2 * exact + sum) / (2 * sum))
    });
    [red, green, blue, level((sum + 127) / 255)]
}

/// Narrows a value that is a mean of levels.
fn level(value: u32) -> u8 {
    debug_assert!(value <= 255, "a mean of levels");
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn canvas_over_rounds_the_exact_result() {
        for alpha in [0, 1, 77, 128, 254, 255_u8] {
            for under_alpha in [0, 1, 50, 200, 255_u8] {
                let (source, backdrop) = ([250, 3, 100, alpha], [9, 200, 101, under_alpha]);
                let drawn = over(source, backdrop);
                let (a, b) = (f64::from(alpha) / 255.0, f64::from(under_alpha) / 255.0);
                let sum = a + b * (1.0 - a);
                assert_abs_diff_eq!(f64::from(drawn[3]), sum * 255.0, epsilon = 0.5 + 1e-9);
                if alpha == 0 && under_alpha == 0 {
                    continue;
                }
                for channel in 0..3 {
                    let mixed = f64::from(source[channel]) * a + f64::from(backdrop[channel]) * b * (1.0 - a);
                    assert_abs_diff_eq!(f64::from(drawn[channel]), mixed / sum, epsilon = 0.5 + 1e-9);
                }
            }
        }
    }
}
