//! Chroma of half width at full size: from left to right every sample becomes two, 3/4 of the near one and 1/4 of its
//! neighbour each.
//!
//! It is what [`super::resize_h`] computes with the table of the triangle, which needs no table between the ends of a row: a
//! level has 64 units, so quarters are exact.

use super::UNITS_PER_LEVEL;
use super::resize_h::resample_one;
use crate::plan::weights::{Kernel, WeightTable};

/// The signature of [`double_h`].
pub type DoubleH = fn(&Doubling, &WeightTable, &[u8], &mut [i16]);

/// Which samples of a row are doubled; those at the ends are resampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubling {
    /// The output sample that the first pair begins with.
    output: usize,
    /// The source sample left of the one that is doubled first.
    source: usize,
    /// Source samples that are doubled.
    pairs: usize,
}

impl Doubling {
    /// Tells whether a table doubles, and which samples.
    #[must_use]
    pub fn of(table: &WeightTable) -> Option<Self> {
        if table.kernel() != Kernel::Triangle || table.taps() != 2 {
            return None;
        }
        let one = 1 << table.shift();
        let (near, far) = (one / 4 * 3, one / 4);
        let weighs = |output: usize, left: i32, right: i32| {
            output < table.len() && *table.row(output) == [left, right].map(|weight| i16::try_from(weight).unwrap_or(0))
        };
        let output = (0..table.len()).find(|&output| weighs(output, far, near))?;
        let source = table.starts()[output] as usize;
        let is_pair = |pair: usize| {
            let (first, second) = (output + 2 * pair, output + 2 * pair + 1);
            let starts = |output: usize, start: usize| table.starts()[output] as usize == start;
            weighs(first, far, near)
                && weighs(second, near, far)
                && starts(first, source + pair)
                && starts(second, source + pair + 1)
        };
        let pairs = (0..).take_while(|&pair| is_pair(pair)).count();
        (pairs > 0).then_some(Self { output, source, pairs })
    }
}

/// Doubles the samples of a row of a plane, to units.
///
/// # Panics
///
/// If `source` or `output` is shorter than the table says.
#[inline]
pub fn double_h(doubling: &Doubling, table: &WeightTable, source: &[u8], output: &mut [i16]) {
    const QUARTER: i16 = {
        #[expect(clippy::cast_possible_truncation, reason = "16")]
        let quarter = (UNITS_PER_LEVEL / 4) as i16;
        quarter
    };
    let &Doubling { output: first, source: start, pairs } = doubling;
    let end = first + 2 * pairs;
    let (left, middle, right) =
        (&source[start..][..pairs], &source[start + 1..][..pairs], &source[start + 2..][..pairs]);
    let outputs = output[first..end].as_chunks_mut::<2>().0;
    for (((output, &left), &middle), &right) in outputs.iter_mut().zip(left).zip(middle).zip(right) {
        let near = 3 * i16::from(middle);
        *output = [(i16::from(left) + near) * QUARTER, (near + i16::from(right)) * QUARTER];
    }
    for i in (0..first).chain(end..table.len()) {
        let start = table.starts()[i] as usize;
        output[i] = resample_one::<u8, UNITS_PER_LEVEL>(table, table.row(i), &source[start..]);
    }
}
