//! Sharpening of a picture: three associated rows at a time, written back in place.

use super::kernels::Kernels;
use super::kernels::sharpen::sharpen as sharpen_row;
use crate::plan::SharpenStep;
use crate::{Error, Pixmap, alloc};

/// Sharpens a picture in place.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
pub(super) fn sharpen(kernels: &Kernels, step: SharpenStep, picture: &mut Pixmap) -> Result<(), Error> {
    let empty = || alloc::try_filled(picture.row_bytes(), 0);
    let (mut above, mut row, mut below, mut sharpened) = (empty()?, empty()?, empty()?, empty()?);
    let mut columns = alloc::try_with_capacity(picture.width() as usize + 2)?;
    (kernels.premultiply)(picture.row(0), &mut row);
    above.copy_from_slice(&row);
    let last = picture.height() - 1;
    for y in 0..=last {
        // The row below is read before this one is overwritten; edges repeat.
        if y < last {
            (kernels.premultiply)(picture.row(y + 1), &mut below);
        } else {
            below.copy_from_slice(&row);
        }
        sharpen_row(step, [&above, &row, &below], &mut columns, &mut sharpened);
        (kernels.unpremultiply)(&sharpened, picture.row_mut(y));
        std::mem::swap(&mut above, &mut row);
        std::mem::swap(&mut row, &mut below);
    }
    Ok(())
}
