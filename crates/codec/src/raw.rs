//! Bare pixels: row by row, no header, no padding.

use palmette_core::Pixmap;

/// Drops the fourth byte of every pixel of an opaque picture, in its own memory.
pub(crate) fn encode_rgb(pixmap: Pixmap) -> Vec<u8> {
    let mut data = pixmap.into_vec();
    let pixels = data.len() / 4;
    for pixel in 1..pixels {
        data.copy_within(pixel * 4..pixel * 4 + 3, pixel * 3);
    }
    data.truncate(pixels * 3);
    data
}
