//! The order of the coefficients of a block: in files by rising frequency, in formulas row by row.

/// For each place in the file's zigzag order, the place in natural order (row · 8 + column).
///
/// From ITU-T T.81, figure A.6.
pub const NATURAL_ORDER: [u8; 64] = natural_order();

/// Walks the anti-diagonals of a block, turning at its edges.
const fn natural_order() -> [u8; 64] {
    let mut order = [0; 64];
    let (mut row, mut column) = (0_u8, 0_u8);
    let mut k = 0;
    while k < 64 {
        order[k] = row * 8 + column;
        // Even anti-diagonals run upwards, odd ones downwards.
        match ((row + column).is_multiple_of(2), row, column) {
            (true, _, 7) => row += 1,
            (true, 0, _) => column += 1,
            (true, ..) => (row, column) = (row - 1, column + 1),
            (false, 7, _) => column += 1,
            (false, _, 0) => row += 1,
            (false, ..) => (row, column) = (row + 1, column - 1),
        }
        k += 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zigzag_is_that_of_the_standard() {
        assert_eq!(NATURAL_ORDER[..16], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5]);
        assert_eq!(NATURAL_ORDER[48..], [44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63][2..]);
        let mut sorted = NATURAL_ORDER;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..64), "each place once");
    }
}
