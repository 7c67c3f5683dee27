//! Places a picture on a larger canvas of one colour.

use palmette_ops::Color;

use crate::{Error, Pixmap, Size};

/// Copies the picture to (`left`, `top`) of a canvas of the given size; what it does not cover has the colour `surround`.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
///
/// # Panics
///
/// If the picture does not lie inside the canvas.
pub fn pad(picture: &Pixmap, left: u32, top: u32, canvas: Size, surround: Color) -> Result<Pixmap, Error> {
    let mut output = Pixmap::filled(canvas, surround.to_rgba())?;
    let start = left as usize * Pixmap::PIXEL_BYTES;
    for (y, row) in (top..).zip(picture.rows()) {
        output.row_mut(y)[start..start + row.len()].copy_from_slice(row);
    }
    Ok(output)
}
