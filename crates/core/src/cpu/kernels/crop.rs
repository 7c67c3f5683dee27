//! Keeps a rectangle of a picture.

use crate::plan::is_small_part;
use crate::{Error, Pixmap, Size, alloc};

/// Keeps the rectangle of the given size whose top left pixel is (`left`, `top`): in the memory of the picture, unless it is a
/// small part of it.
///
/// # Errors
///
/// [`Error::EmptyPixmap`] if a side is 0; [`Error::OutOfMemory`] if the allocator refuses.
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
    let start = |y: usize| (top as usize + y) * source_row_bytes + left as usize * Pixmap::PIXEL_BYTES;
    let rows = 0..size.height as usize;
    if is_small_part(size, picture.size()) {
        let mut part = alloc::try_with_capacity(size.height as usize * row_bytes)?;
        rows.for_each(|y| part.extend_from_slice(&picture.data()[start(y)..start(y) + row_bytes]));
        return Pixmap::from_vec(size, part);
    }
    let mut data = picture.into_vec();
    rows.for_each(|y| data.copy_within(start(y)..start(y) + row_bytes, y * row_bytes));
    data.truncate(size.height as usize * row_bytes);
    Pixmap::from_vec(size, data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crop_keeps_the_rectangle_with_memory_of_its_own_if_it_is_small() {
        for size in [Size::new(7, 9), Size::new(3, 2)] {
            let data: Vec<u8> = (0..10 * 10).flat_map(|pixel| [pixel, 0, 0, 255]).collect();
            let picture = Pixmap::from_vec(Size::new(10, 10), data).unwrap();
            let part = crop(picture, 2, 1, size).unwrap().into_vec();
            let expected: Vec<u8> = (1..=size.height)
                .flat_map(|y| (2..2 + size.width).map(move |x| (10 * y + x).to_le_bytes()[0]))
                .flat_map(|pixel| [pixel, 0, 0, 255])
                .collect();
            assert_eq!(part, expected, "{size}");
            let held = if size.area() < 50 { part.len() } else { 400 };
            assert_eq!(part.capacity(), held, "{size}");
        }
    }
}
