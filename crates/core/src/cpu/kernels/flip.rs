//! Mirrors rows, or a picture, in place.

use crate::Pixmap;

/// Mirrors rows of RGBA left and right.
pub fn flip_h(rows: &mut [u8], row_bytes: usize) {
    for row in rows.chunks_exact_mut(row_bytes) {
        row.as_chunks_mut::<{ Pixmap::PIXEL_BYTES }>().0.reverse();
    }
}

/// Mirrors top and bottom.
pub fn flip_v(picture: &mut Pixmap) {
    let row_bytes = picture.row_bytes();
    let middle = picture.height() as usize / 2 * row_bytes;
    let (upper, lower) = picture.data_mut().split_at_mut(middle);
    for (upper, lower) in upper.chunks_exact_mut(row_bytes).zip(lower.rchunks_exact_mut(row_bytes)) {
        upper.swap_with_slice(lower);
    }
}
