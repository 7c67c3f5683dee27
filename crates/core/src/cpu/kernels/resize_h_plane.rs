//! Resampling of a plane from left to right, straight from 8 bits: four rows in, four rows out.
//!
//! A plane has neither alpha nor channels beside each other, so a twin multiplies as many neighbours at once as a register
//! holds; four rows share the work that it has with the weights.

use super::UNITS_PER_LEVEL;
use super::resize_h::resample;
use super::resize_h_opaque::ROWS;
use crate::plan::weights::WeightTable;

/// The signature of [`resize_h_plane`].
pub type ResizeHPlane = fn(&WeightTable, [&[u8]; ROWS], [&mut [i16]; ROWS]);

/// Resamples rows of a plane: [`super::resize_h`] of each, widened.
///
/// # Panics
///
/// If a row of `sources` or `outputs` is shorter than the table says.
pub fn resize_h_plane(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) {
    for (source, output) in sources.into_iter().zip(outputs) {
        resample::<1, u8, UNITS_PER_LEVEL>(table, source, output);
    }
}

#[cfg(test)]
mod tests {
    use super::super::premultiply::widen;
    use super::super::resize_h::resize_h;
    use super::*;

    #[test]
    fn resize_h_plane_is_resize_h_of_widened_rows() {
        for (source_len, scaled_len) in [(7, 3), (3, 7), (100, 13), (3000, 2)] {
            let table = WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap();
            let rows: [Vec<u8>; ROWS] = std::array::from_fn(|r| {
                let factor = 7919 + u32::try_from(r).unwrap();
                (0..source_len).map(|i| ((i * factor) >> 3).to_le_bytes()[0]).collect()
            });
            let mut actual = [(); ROWS].map(|()| vec![0; scaled_len as usize]);
            resize_h_plane(&table, rows.each_ref().map(Vec::as_slice), actual.each_mut().map(Vec::as_mut_slice));
            for (row, actual) in rows.iter().zip(&actual) {
                let (mut wide, mut expected) = (vec![0; row.len()], vec![0; actual.len()]);
                widen(row, &mut wide);
                resize_h::<1>(&table, &wide, &mut expected);
                assert_eq!(actual, &expected, "{source_len} to {scaled_len}");
            }
        }
    }
}
