//! Resampling from top to bottom: a few rows in, one row out.

use crate::arith::{round_shift, saturate};
use crate::plan::weights::WeightTable;

/// The signature of [`resize_v`].
pub type ResizeV = fn(VerticalTaps<'_>, &[&[i16]], &mut [i16]);

/// The weights of one output row.
#[derive(Clone, Copy, Debug)]
pub struct VerticalTaps<'a> {
    /// One weight for each source row.
    pub weights: &'a [i16],
    /// [`WeightTable::shift`]
    pub shift: u32,
    /// [`WeightTable::chunk_shift`]
    pub chunk_shift: u32,
}

/// Adds up `rows`, each times its weight. The number of channels does not matter: every column is by itself.
///
/// # Panics
///
/// If a row is shorter than `output`, or if there are not as many rows as weights.
pub fn resize_v(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
    /// Columns whose sums are kept at once: they fit the nearest cache, and the inner loop is one that vectorises.
    const BLOCK: usize = 64;
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    let chunk_taps = if taps.chunk_shift == 0 { rows.len() } else { WeightTable::CHUNK_TAPS };
    for (block, output) in output.chunks_mut(BLOCK).enumerate() {
        let columns = block * BLOCK..block * BLOCK + output.len();
        let mut total = [0; BLOCK];
        for (rows, weights) in rows.chunks(chunk_taps).zip(taps.weights.chunks(chunk_taps)) {
            let mut partial = [0; BLOCK];
            for (row, &weight) in rows.iter().zip(weights) {
                for (partial, &sample) in partial.iter_mut().zip(&row[columns.clone()]) {
                    *partial += i32::from(weight) * i32::from(sample);
                }
            }
            for (total, partial) in total.iter_mut().zip(partial) {
                *total += round_shift(partial, taps.chunk_shift);
            }
        }
        for (output, total) in output.iter_mut().zip(total) {
            *output = saturate(round_shift(total, taps.shift));
        }
    }
}

/// The signature of [`resize_v_chunk`].
pub type ResizeVChunk = fn(VerticalTaps<'_>, &[&[i16]], &mut [i32]);

/// Adds the next chunk to the sums of one output row: at most [`WeightTable::CHUNK_TAPS`] rows, each times its weight.
///
/// # Panics
///
/// If a row is shorter than `sums`, or if there are not as many rows as weights.
pub fn resize_v_chunk(taps: VerticalTaps<'_>, rows: &[&[i16]], sums: &mut [i32]) {
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    for (column, sum) in sums.iter_mut().enumerate() {
        let products = rows.iter().zip(taps.weights).map(|(row, &weight)| i32::from(weight) * i32::from(row[column]));
        *sum += round_shift(products.sum(), taps.chunk_shift);
    }
}

/// Rounds the sums of all chunks to an output row.
///
/// # Panics
///
/// If the slices differ in length.
pub fn resize_v_total(shift: u32, sums: &[i32], output: &mut [i16]) {
    assert_eq!(sums.len(), output.len(), "a sum for each sample");
    for (output, &sum) in output.iter_mut().zip(sums) {
        *output = saturate(round_shift(sum, shift));
    }
}

#[cfg(test)]
mod tests {
    use super::super::resize_h::resize_h;
    use super::*;

    #[test]
    fn resize_v_of_a_column_is_resize_h_of_a_row() {
        for (source_len, scaled_len) in [(7_u32, 3_u32), (3, 7), (400, 9), (2000, 7)] {
            let table = WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap();
            let line: Vec<i16> = (0..source_len).map(|i| i16::try_from(i * 7919 % 16_321).unwrap()).collect();
            let mut expected = vec![0; scaled_len as usize];
            resize_h::<1>(&table, &line, &mut expected);
            // 65 columns, so that a second block is met.
            let rows: Vec<Vec<i16>> = line.iter().map(|&v| vec![v; 65]).collect();
            for (i, (start, weights)) in table.iter().enumerate() {
                let rows: Vec<&[i16]> = rows[start..start + weights.len()].iter().map(Vec::as_slice).collect();
                let mut output = vec![0; 65];
                let taps = VerticalTaps { weights, shift: table.shift(), chunk_shift: table.chunk_shift() };
                resize_v(taps, &rows, &mut output);
                assert_eq!(output, vec![expected[i]; 65]);
                let chunk_taps = if table.chunk_shift() == 0 { rows.len() } else { WeightTable::CHUNK_TAPS };
                let mut sums = vec![0; 65];
                for (rows, weights) in rows.chunks(chunk_taps).zip(weights.chunks(chunk_taps)) {
                    resize_v_chunk(VerticalTaps { weights, ..taps }, rows, &mut sums);
                }
                resize_v_total(table.shift(), &sums, &mut output);
                assert_eq!(output, vec![expected[i]; 65]);
            }
        }
    }
}
