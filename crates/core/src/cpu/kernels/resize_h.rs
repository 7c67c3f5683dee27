//! Resampling from left to right: one row in, one row out.

use crate::arith::{round_shift, saturate};
use crate::plan::weights::WeightTable;

/// The signature of [`resize_h`] for a given number of channels.
pub type ResizeH = fn(&WeightTable, &[i16], &mut [i16]);

/// Resamples one row of interleaved samples of `C` channels.
///
/// # Panics
///
/// If `source` or `output` is shorter than the table says.
pub fn resize_h<const C: usize>(table: &WeightTable, source: &[i16], output: &mut [i16]) {
    resample::<C, i16, 1>(table, source, output);
}

/// Resamples one row of samples that are `UNIT` times as large as they are written.
#[inline]
pub(super) fn resample<const C: usize, S: Copy + Into<i32>, const UNIT: i32>(
    table: &WeightTable,
    source: &[S],
    output: &mut [i16],
) {
    for ((start, weights), output) in table.iter().zip(output.as_chunks_mut::<C>().0) {
        *output = resample_pixel::<C, S, UNIT>(table, weights, &source.as_chunks::<C>().0[start..]);
    }
}

/// Makes one output sample of each channel, of as many pixels as there are weights.
#[inline]
fn resample_pixel<const C: usize, S: Copy + Into<i32>, const UNIT: i32>(
    table: &WeightTable,
    weights: &[i16],
    source: &[[S; C]],
) -> [i16; C] {
    let chunk_taps = if table.chunk_shift() == 0 { table.taps() } else { WeightTable::CHUNK_TAPS };
    let window = &source[..weights.len()];
    let mut total = [0; C];
    for (weights, samples) in weights.chunks(chunk_taps).zip(window.chunks(chunk_taps)) {
        let mut partial = [0; C];
        for (&weight, sample) in weights.iter().zip(samples) {
            for c in 0..C {
                partial[c] += i32::from(weight) * sample[c].into();
            }
        }
        for c in 0..C {
            total[c] += round_shift(partial[c] * UNIT, table.chunk_shift());
        }
    }
    total.map(|total| saturate(round_shift(total, table.shift())))
}

/// Makes one output sample of one channel: for a kernel that leaves the ends of a row over.
pub(in crate::cpu) fn resample_one<S: Copy + Into<i32>, const UNIT: i32>(
    table: &WeightTable,
    weights: &[i16],
    source: &[S],
) -> i16 {
    resample_pixel::<1, S, UNIT>(table, weights, source.as_chunks::<1>().0)[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resize_h_treats_channels_alike() {
        for (source_len, scaled_len) in [(7, 3), (3, 7), (400, 9)] {
            let table = WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap();
            let grey: Vec<i16> = (0..source_len).map(|i| i16::try_from(i * 7919 % 16_321).unwrap()).collect();
            let mut expected = vec![0; scaled_len as usize];
            resize_h::<1>(&table, &grey, &mut expected);
            let interleaved = |c: usize| grey.iter().flat_map(|&v| std::iter::repeat_n(v, c)).collect::<Vec<_>>();
            let mut rgb = vec![0; scaled_len as usize * 3];
            resize_h::<3>(&table, &interleaved(3), &mut rgb);
            let mut rgba = vec![0; scaled_len as usize * 4];
            resize_h::<4>(&table, &interleaved(4), &mut rgba);
            for (i, &expected) in expected.iter().enumerate() {
                assert_eq!(rgb[3 * i..3 * i + 3], [expected; 3]);
                assert_eq!(rgba[4 * i..4 * i + 4], [expected; 4]);
            }
        }
    }
}
