//! Resampling of opaque pixels from left to right, straight from 8 bits: four rows in, four rows out.
//!
//! Most pictures are photos without alpha. Their levels need not be multiplied by alpha first, so they need not be widened
//! into a row of their own either; and four rows at once share the work that a twin has with the weights.

use super::UNITS_PER_LEVEL;
use super::resize_h::resample;
use crate::pixmap::is_opaque;
use crate::plan::weights::WeightTable;

/// Rows that are resampled together.
pub const ROWS: usize = 4;

/// The signature of [`resize_h_opaque`].
pub type ResizeHOpaque = fn(&WeightTable, [&[u8]; ROWS], [&mut [i16]; ROWS]) -> bool;

/// Resamples rows of RGBA whose alpha is 255 everywhere: [`super::resize_h`] of [`super::premultiply`] of each.
///
/// Returns whether alpha is 255 in all pixels that the result is made of. If it is not, the outputs hold nothing of use; a twin
/// that reads more than those pixels may say so of any pixel of the rows.
///
/// # Panics
///
/// If a row of `sources` or `outputs` is shorter than the table says.
pub fn resize_h_opaque(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) -> bool {
    let needed = table.source_range();
    let needed = needed.start as usize * 4..needed.end as usize * 4;
    if !sources.iter().all(|row| is_opaque(&row[needed.clone()])) {
        return false;
    }
    for (source, output) in sources.into_iter().zip(outputs) {
        resample::<4, u8, UNITS_PER_LEVEL>(table, source, output);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::premultiply::premultiply;
    use super::super::resize_h::resize_h;
    use super::*;

    #[test]
    fn resize_h_opaque_is_resize_h_of_premultiplied_rows() {
        for (source_len, scaled_len) in [(7, 3), (3, 7), (64, 63), (100, 13), (400, 9), (3000, 2)] {
            let table = WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap();
            let rows: [Vec<u8>; ROWS] = std::array::from_fn(|r| {
                let level = |i: u32| ((i * (7919 + u32::try_from(r).unwrap())) >> 3).to_le_bytes()[0];
                (0..source_len * 4).map(|i| if i % 4 == 3 { 255 } else { level(i) }).collect()
            });
            let mut actual = [(); ROWS].map(|()| vec![0; scaled_len as usize * 4]);
            let is_opaque =
                resize_h_opaque(&table, rows.each_ref().map(Vec::as_slice), actual.each_mut().map(Vec::as_mut_slice));
            assert!(is_opaque);
            for (row, actual) in rows.iter().zip(&actual) {
                let (mut wide, mut expected) = (vec![0; row.len()], vec![0; actual.len()]);
                premultiply(row, &mut wide);
                resize_h::<4>(&table, &wide, &mut expected);
                assert_eq!(actual, &expected, "{source_len} to {scaled_len}");
            }
        }
    }
}
