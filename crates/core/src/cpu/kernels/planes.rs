//! What steps that only move samples do to a plane: each a function on rows of bytes, for one plane at a time.
//!
//! A sample of chroma may stand for two pixels or more. Whoever calls these counts in samples of the plane, and makes sure that
//! samples still stand for whole pixels afterwards: a mirrored or turned picture of half-size chroma has even sides, and what is
//! cut off or put in front is a multiple of what a sample stands for.

use std::ops::Range;

use crate::{Error, Size, alloc};

/// Mirrors rows of a plane left and right.
pub fn flip_h(rows: &mut [u8], row_bytes: usize) {
    rows.chunks_exact_mut(row_bytes).for_each(<[u8]>::reverse);
}

/// Mirrors a whole plane top and bottom.
pub fn flip_v(plane: &mut [u8], row_bytes: usize) {
    let middle = plane.len() / row_bytes / 2 * row_bytes;
    let (upper, lower) = plane.split_at_mut(middle);
    for (upper, lower) in upper.chunks_exact_mut(row_bytes).zip(lower.rchunks_exact_mut(row_bytes)) {
        upper.swap_with_slice(lower);
    }
}

/// Turns a whole plane by 180°.
pub fn rotate_half(plane: &mut [u8]) {
    plane.reverse();
}

/// Turns a whole plane of a size by 90°: the left edge becomes the top edge.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
///
/// # Panics
///
/// If the plane is not of that size.
pub fn rotate_quarter(plane: &[u8], size: Size) -> Result<Vec<u8>, Error> {
    let bottom = size.height as usize - 1;
    transposed(plane, size, |x, y| (y, bottom - x))
}

/// Turns a whole plane of a size by 270°: the right edge becomes the top edge.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
///
/// # Panics
///
/// If the plane is not of that size.
pub fn rotate_three_quarters(plane: &[u8], size: Size) -> Result<Vec<u8>, Error> {
    let right = size.width as usize - 1;
    transposed(plane, size, |x, y| (right - y, x))
}

/// Makes a plane with the sides exchanged, whose sample (x, y) is the one that `origin` returns.
fn transposed(plane: &[u8], size: Size, origin: impl Fn(usize, usize) -> (usize, usize)) -> Result<Vec<u8>, Error> {
    /// Side of the squares that are turned one by one, so that reading down a column stays inside the cache.
    const TILE: usize = 64;
    assert_eq!(plane.len() as u64, size.area(), "a plane of that size");
    let (width, height) = (size.height as usize, size.width as usize);
    let mut output = alloc::try_filled(plane.len(), 0)?;
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for y in top..height.min(top + TILE) {
                for x in left..width.min(left + TILE) {
                    let (source_x, source_y) = origin(x, y);
                    output[y * width + x] = plane[source_y * height + source_x];
                }
            }
        }
    }
    Ok(output)
}

/// Appends some columns of rows of a plane.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
///
/// # Panics
///
/// If the columns are not inside a row.
pub fn crop(rows: &[u8], row_bytes: usize, columns: Range<usize>, output: &mut Vec<u8>) -> Result<(), Error> {
    reserve(output, rows.len() / row_bytes * columns.len())?;
    rows.chunks_exact(row_bytes).for_each(|row| output.extend_from_slice(&row[columns.clone()]));
    Ok(())
}

/// Appends rows of a plane with samples of one level on both sides, `left` of them before and as many after as make up rows of
/// `padded_bytes`.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
///
/// # Panics
///
/// If padded rows are too short.
pub fn pad(
    rows: &[u8],
    row_bytes: usize,
    left: usize,
    padded_bytes: usize,
    level: u8,
    output: &mut Vec<u8>,
) -> Result<(), Error> {
    reserve(output, rows.len() / row_bytes * padded_bytes)?;
    for row in rows.chunks_exact(row_bytes) {
        output.extend(std::iter::repeat_n(level, left));
        output.extend_from_slice(row);
        output.extend(std::iter::repeat_n(level, padded_bytes - left - row_bytes));
    }
    Ok(())
}

/// Makes room for more bytes.
fn reserve(output: &mut Vec<u8>, bytes: usize) -> Result<(), Error> {
    output.try_reserve(bytes).map_err(|_| Error::OutOfMemory { bytes: bytes as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_turn_as_letters_do() {
        let size = Size::new(3, 2);
        assert_eq!(rotate_quarter(b"abcdef", size).unwrap(), b"daebfc");
        assert_eq!(rotate_three_quarters(b"abcdef", size).unwrap(), b"cfbead");
        let mut turned = *b"abcdef";
        rotate_half(&mut turned);
        assert_eq!(&turned, b"fedcba");
        let mut horizontal = *b"abcdef";
        flip_h(&mut horizontal, 3);
        assert_eq!(&horizontal, b"cbafed");
        let mut vertical = *b"abcdefghi";
        flip_v(&mut vertical, 3);
        assert_eq!(&vertical, b"ghidefabc");
    }

    #[test]
    fn planes_turn_across_tiles() {
        let size = Size::new(150, 91);
        let plane: Vec<u8> = (0..size.area()).map(|i| u8::try_from(i * 31 % 251).unwrap()).collect();
        let turned = rotate_quarter(&plane, size).unwrap();
        assert!((0..91).all(|x| (0..150).all(|y| turned[y * 91 + x] == plane[(90 - x) * 150 + y])));
        assert_eq!(rotate_three_quarters(&turned, size.transposed()).unwrap(), plane);
    }

    #[test]
    fn planes_are_cut_and_surrounded() {
        let mut output = b"-".to_vec();
        crop(b"abcdef", 3, 1..3, &mut output).unwrap();
        pad(b"abcd", 2, 1, 5, b'.', &mut output).unwrap();
        assert_eq!(output, b"-bcef.ab...cd..");
    }
}
