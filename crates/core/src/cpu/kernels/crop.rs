//! Keeps a rectangle of a picture.

use crate::{Error, Pixmap, Size};

/// Keeps the rectangle of the given size whose top left pixel is (`left`, `top`), in the memory of the picture.
///
/// # Errors
///
/// [`Error::EmptyPixmap`] if a side is 0.
///
/// # Panics
///
/// If the rectangle is not inside the picture.
pub fn crop(picture: Pixmap, left: u32, top: u32, size: Size) -> Result<Pixmap, Error> {
    let inside = |offset: u32, len: u32, whole: u32| u64::from(offset) + u64::from(len) <= u64::from(whole);
    assert!(
        inside(left, size.width, picture.width()) && inside(top, size.height, picture.height()),
        "inside the picture"
    );
    let source_row_bytes = picture.row_bytes();
    let row_bytes = size.width as usize * Pixmap::PIXEL_BYTES;
    let mut data = picture.into_vec();
    for y in 0..size.height as usize {
        let start = (top as usize + y) * source_row_bytes + left as usize * Pixmap::PIXEL_BYTES;
        data.copy_within(start..start + row_bytes, y * row_bytes);
    }
    data.truncate(size.height as usize * row_bytes);
    // A small part must not keep the memory of the whole, which its owner counts as free.
    if data.capacity() / 2 > data.len() {
        data.shrink_to_fit();
    }
    Pixmap::from_vec(size, data)
}
