//! Sharpens by what a small blur takes away.

use crate::plan::SharpenStep;

/// Sharpens one row of associated RGBA samples, given the rows above and below it.
///
/// Colour becomes `v + (strength / 2) · (v - b)`, with `b` the mean over 3×3 pixels weighted 1 2 1 each way; edges repeat.
/// Alpha does not change. `columns` is working space, reused between rows.
///
/// # Panics
///
/// If the rows differ in length or are empty.
pub fn sharpen(step: SharpenStep, rows: [&[i16]; 3], columns: &mut Vec<[i32; 4]>, output: &mut [i16]) {
    let [above, row, below] = rows.map(|row| row.as_chunks::<4>().0);
    assert!(above.len() == row.len() && below.len() == row.len(), "rows of one picture");
    // The sums of three, up and down; the first and the last one twice, since edges repeat.
    columns.clear();
    let sums = above.iter().zip(row).zip(below).map(|((above, row), below)| {
        std::array::from_fn(|c| i32::from(above[c]) + 2 * i32::from(row[c]) + i32::from(below[c]))
    });
    columns.extend([[0; 4]]);
    columns.extend(sums);
    let last = row.len();
    columns[0] = columns[1];
    columns.push(columns[last]);
    for ((columns, pixel), output) in columns.windows(3).zip(row).zip(output.as_chunks_mut::<4>().0) {
        for c in 0..4 {
            output[c] = step.apply(pixel[c], columns[0][c] + 2 * columns[1][c] + columns[2][c]);
        }
        output[3] = pixel[3];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharpen_by_hand() {
        let grey = |level: i16| [level * 64, level * 64, level * 64, 16_320];
        // A bright pixel in the middle: b = (4·140 + 12·100) / 16 = 110, so v + (2 / 2)·(140 - 110) = 170.
        let flat = [grey(100), grey(100), grey(100)].concat();
        let middle = [grey(100), grey(140), grey(100)].concat();
        let mut output = vec![0; 12];
        sharpen(
            SharpenStep { strength: 2 * SharpenStep::STRENGTH_ONE },
            [&flat, &middle, &flat],
            &mut Vec::new(),
            &mut output,
        );
        // Beside it: b = (2·140 + 14·100) / 16 = 105, so 100 - 5 = 95.
        assert_eq!(output, [grey(95), grey(170), grey(95)].concat());
    }

    #[test]
    fn sharpen_keeps_constant_colour_and_alpha() {
        let row = [[6_400, 3_200, 0, 8_192], [6_400, 3_200, 0, 8_192]].concat();
        let mut output = vec![0; 8];
        sharpen(SharpenStep { strength: 5_000 }, [&row, &row, &row], &mut Vec::new(), &mut output);
        assert_eq!(output, row);
    }
}
