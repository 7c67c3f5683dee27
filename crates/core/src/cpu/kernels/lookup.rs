//! Replaces levels by a table: brightness, contrast, gamma.

use crate::Pixmap;
use crate::plan::tone::LookupTable;

/// Looks up red, green and blue of some RGBA, in place.
pub fn lookup(pixels: &mut [u8], table: &LookupTable) {
    let levels = table.levels();
    for [red, green, blue, _] in pixels.as_chunks_mut::<{ Pixmap::PIXEL_BYTES }>().0 {
        for channel in [red, green, blue] {
            *channel = levels[usize::from(*channel)];
        }
    }
}
