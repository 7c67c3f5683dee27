//! Two running means along an axis, at a cost that does not depend on their widths.
//!
//! The kernel of two means is a second integral: its second difference is four samples, two added and two subtracted. So a
//! sum follows from the one before it with a handful of additions, exactly, in integers.

use crate::plan::blur::BlurStep;
use crate::{Error, alloc};

/// Blurs one row of interleaved samples of `C` channels; edge samples repeat.
///
/// `extended` is working space, reused between rows.
///
/// # Panics
///
/// If the rows differ in length or are empty.
pub fn blur_h<const C: usize>(step: &BlurStep, source: &[i16], extended: &mut Vec<i16>, output: &mut [i16]) {
    assert_eq!(source.len(), output.len(), "one sample each");
    let source = source.as_chunks::<C>().0;
    let [radius, narrow, wide] = [step.radius, step.narrow_width, step.wide_width].map(|width| width as usize);
    // The first sum is one whose samples are all repeats of the first one, so it is known. It takes `radius` more steps to
    // the first pixel, and the oldest sample that a step sees is `narrow + wide` to the left of its newest one.
    let (first, last) = (source[0], source[source.len() - 1]);
    extended.clear();
    extended.extend(std::iter::repeat_n(first, narrow + wide).flatten());
    extended.extend_from_slice(source.as_flattened());
    extended.extend(std::iter::repeat_n(last, radius).flatten());
    let extended = extended.as_chunks::<C>().0;
    let newest = &extended[narrow + wide..];
    let without_narrow = &extended[wide..];
    let without_wide = &extended[narrow..];
    let mut sum = first.map(|sample| i32::from(sample) * step.divisor().cast_signed());
    let mut delta = [0; C];
    let mut advance = |x: usize| {
        for c in 0..C {
            delta[c] += second_difference(newest[x][c], without_narrow[x][c], without_wide[x][c], extended[x][c]);
            sum[c] += delta[c];
        }
        sum
    };
    for x in 0..radius {
        advance(x);
    }
    for (x, output) in (radius..).zip(output.as_chunks_mut::<C>().0) {
        *output = advance(x).map(|sum| step.divide(sum.cast_unsigned()));
    }
}

/// The state of the blur along columns: for each column a sum over the rows above, and its last change.
#[derive(Debug)]
pub struct ColumnSums {
    sums: Vec<i32>,
    deltas: Vec<i32>,
}

impl ColumnSums {
    /// Starts `radius` + 1 rows above the first one, where every sample is a repeat of it.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub fn new(step: &BlurStep, first_row: &[i16]) -> Result<Self, Error> {
        let mut sums = alloc::try_with_capacity(first_row.len())?;
        sums.extend(first_row.iter().map(|&sample| i32::from(sample) * step.divisor().cast_signed()));
        Ok(Self { sums, deltas: alloc::try_filled(first_row.len(), 0)? })
    }

    /// Goes down by one row. `rows` are, relative to the new row `y`: y + radius, that minus the narrower width, that minus
    /// the wider width, and that minus both.
    pub fn advance(&mut self, rows: [&[i16]; 4]) {
        let [newest, without_narrow, without_wide, oldest] = rows;
        let columns = newest.iter().zip(without_narrow).zip(without_wide.iter().zip(oldest));
        for ((sum, delta), ((&a, &b), (&c, &d))) in self.sums.iter_mut().zip(&mut self.deltas).zip(columns) {
            *delta += second_difference(a, b, c, d);
            *sum += *delta;
        }
    }

    /// Divides the sums of the current row.
    pub fn means(&self, step: &BlurStep, output: &mut [i16]) {
        for (output, &sum) in output.iter_mut().zip(&self.sums) {
            *output = step.divide(sum.cast_unsigned());
        }
    }
}

/// How much the change of a sum changes from one sample to the next.
fn second_difference(newest: i16, without_narrow: i16, without_wide: i16, oldest: i16) -> i32 {
    i32::from(newest) - i32::from(without_narrow) - i32::from(without_wide) + i32::from(oldest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two running means by their definition.
    fn exact(step: &BlurStep, source: &[i16]) -> Vec<i16> {
        let last = i64::try_from(source.len()).unwrap() - 1;
        let at = |x: i64| i64::from(source[usize::try_from(x.clamp(0, last)).unwrap()]);
        let [narrow, wide] = [step.narrow_width, step.wide_width].map(|width| i64::from(width / 2));
        let sum = |x: i64| -> i64 { (-wide..=wide).flat_map(|a| (-narrow..=narrow).map(move |b| at(x + a + b))).sum() };
        let divisor = i64::from(step.divisor());
        (0..=last).map(|x| i16::try_from((2 * sum(x) + divisor) / (2 * divisor)).unwrap()).collect()
    }

    #[test]
    fn blur_rows_and_columns_are_two_means() {
        let source: Vec<i16> = (0..40).map(|i| i16::try_from(i * 7919 % 16_321).unwrap()).collect();
        for radius in [1, 2, 3, 7, 20, 60, 250] {
            for len in [1, 2, 5, 40] {
                let (step, source) = (BlurStep::new(radius), &source[..len]);
                let expected = exact(&step, source);
                let mut output = vec![0; len];
                blur_h::<1>(&step, source, &mut Vec::new(), &mut output);
                assert_eq!(output, expected, "{radius}, {len}");

                let row = |y: i64| {
                    let y = usize::try_from(y.clamp(0, i64::try_from(len).unwrap() - 1)).unwrap();
                    &source[y..=y]
                };
                let mut sums = ColumnSums::new(&step, row(0)).unwrap();
                let [radius, narrow, wide] = [step.radius, step.narrow_width, step.wide_width].map(i64::from);
                for y in -radius..i64::try_from(len).unwrap() {
                    let newest = y + radius;
                    sums.advance([newest, newest - narrow, newest - wide, newest - narrow - wide].map(row));
                    if let Ok(y) = usize::try_from(y) {
                        let mut mean = [0];
                        sums.means(&step, &mut mean);
                        assert_eq!(mean[0], expected[y], "{radius}, {len}");
                    }
                }
            }
        }
    }
}
