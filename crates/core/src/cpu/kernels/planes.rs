//! What steps that only move samples do to a plane: each a function on rows of bytes, for one plane at a time.
//!
//! A sample of chroma may stand for two pixels or more. The caller counts in samples of the plane, and makes sure that
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
    transposed(plane, size, true, false)
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
    transposed(plane, size, false, true)
}

/// Side of the blocks of samples whose rows and columns are exchanged at once.
const BLOCK: usize = 8;

/// Exchanges rows and columns of a plane, taking rows from the bottom up or columns from the right to the left, as asked.
fn transposed(plane: &[u8], size: Size, mirrors_rows: bool, mirrors_columns: bool) -> Result<Vec<u8>, Error> {
    /// Source columns that are taken together: a cache line of each row.
    const STRIP: usize = 64;
    assert_eq!(plane.len() as u64, size.area(), "a plane of that size");
    let (columns, rows) = (size.width as usize, size.height as usize);
    let mut output = alloc::try_filled(plane.len(), 0)?;
    let row_of = |x: usize| if mirrors_rows { rows - 1 - x } else { x };
    let y_of = |column: usize| if mirrors_columns { columns - 1 - column } else { column };
    // Rows of the source are columns of the output, and the other way round.
    for strip in (0..columns).step_by(STRIP) {
        for x in (0..rows).step_by(BLOCK) {
            for column in (strip..columns.min(strip + STRIP)).step_by(BLOCK) {
                if x + BLOCK <= rows && column + BLOCK <= columns {
                    let block = std::array::from_fn(|i| row_at(plane, row_of(x + i) * columns + column));
                    for (i, row) in transposed_block(block).into_iter().enumerate() {
                        output[y_of(column + i) * rows + x..][..BLOCK].copy_from_slice(&row);
                    }
                } else {
                    for x in x..rows.min(x + BLOCK) {
                        for column in column..columns.min(column + BLOCK) {
                            output[y_of(column) * rows + x] = plane[row_of(x) * columns + column];
                        }
                    }
                }
            }
        }
    }
    Ok(output)
}

/// Returns a row of a block of samples.
fn row_at(plane: &[u8], start: usize) -> [u8; BLOCK] {
    *plane[start..].first_chunk().expect("a block inside the plane")
}

/// Exchanges rows and columns of a block: quarters of 4×4 first, then those of each quarter, and so on.
fn transposed_block(block: [[u8; BLOCK]; BLOCK]) -> [[u8; BLOCK]; BLOCK] {
    let mut rows = block.map(u64::from_le_bytes);
    for (side, mask) in [(4, 0x0000_0000_ffff_ffff), (2, 0x0000_ffff_0000_ffff), (1, 0x00ff_00ff_00ff_00ff)] {
        for upper in (0..BLOCK).filter(|row| row & side == 0) {
            // The right half of the upper rows changes places with the left half of the lower ones.
            let changed = ((rows[upper] >> (8 * side)) ^ rows[upper + side]) & mask;
            rows[upper] ^= changed << (8 * side);
            rows[upper + side] ^= changed;
        }
    }
    rows.map(u64::to_le_bytes)
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
