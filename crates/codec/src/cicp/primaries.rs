//! What red, green and blue mean: chromaticities by their number, and matrices between them.

/// A vector of three.
type Vector = [f64; 3];

/// A matrix by rows.
type Matrix = [Vector; 3];

/// The chromaticities x and y of red, green, blue and white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Primaries {
    red: (f64, f64),
    green: (f64, f64),
    blue: (f64, f64),
    white: (f64, f64),
}

/// Daylight, the white of sRGB.
const D65: (f64, f64) = (0.3127, 0.3290);

/// The white of old television.
const WHITE_C: (f64, f64) = (0.310, 0.316);

/// From X, Y, Z to the answers of the eye's cones, where one white is adapted to another (Bradford).
const CONES: Matrix = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];

impl Primaries {
    /// Those of sRGB and BT.709.
    pub(super) const SRGB: Self = Self::new((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), D65);

    /// Makes primaries.
    const fn new(red: (f64, f64), green: (f64, f64), blue: (f64, f64), white: (f64, f64)) -> Self {
        Self { red, green, blue, white }
    }

    /// Returns the primaries of a number; `None` if it means none.
    pub(super) const fn by_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::SRGB,
            4 => Self::new((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), WHITE_C),
            5 => Self::new((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), D65),
            6 | 7 => Self::new((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),
            8 => Self::new((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), WHITE_C),
            9 => Self::new((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),
            10 => Self::new((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1.0 / 3.0, 1.0 / 3.0)),
            11 => Self::new((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
            12 => Self::new((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),
            22 => Self::new((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), D65),
            _ => return None,
        })
    }

    /// Returns how much of the luminance red, green and blue are; they sum to 1.
    pub(super) fn luminance(self) -> Vector {
        self.to_xyz()[1]
    }

    /// Returns the same in units of 1 / `one`.
    pub(super) fn fixed_luminance(self, one: i32) -> [i32; 3] {
        fixed_row(self.luminance(), one, 1)
    }

    /// Returns the matrix from light of these primaries to light of sRGB's, in units of 1 / `one`. White stays white,
    /// exactly.
    pub(super) fn to_srgb(self, one: i32) -> [[i32; 3]; 3] {
        let adapted = product(&adaptation(self.white, D65), &self.to_xyz());
        let [red, green, blue] = product(&inverse(&Self::SRGB.to_xyz()), &adapted);
        [fixed_row(red, one, 0), fixed_row(green, one, 1), fixed_row(blue, one, 2)]
    }

    /// Returns the matrix from light of these primaries to X, Y, Z, with a white of luminance 1.
    fn to_xyz(self) -> Matrix {
        let columns = [self.red, self.green, self.blue].map(|(x, y)| [x, y, 1.0 - x - y]);
        let matrix: Matrix = std::array::from_fn(|row| columns.map(|column| column[row]));
        let scales = apply(&inverse(&matrix), xyz(self.white));
        matrix.map(|row| std::array::from_fn(|column| row[column] * scales[column]))
    }
}

/// Rounds a row that sums to 1, and gives what rounding lost to the column `main`.
#[expect(clippy::cast_possible_truncation, reason = "factors of real primaries are small")]
fn fixed_row(row: Vector, one: i32, main: usize) -> [i32; 3] {
    let mut fixed = row.map(|factor| libm::floor(factor * f64::from(one) + 0.5) as i32);
    fixed[main] += one - fixed.iter().sum::<i32>();
    fixed
}

/// Returns X, Y, Z of a chromaticity at luminance 1.
fn xyz((x, y): (f64, f64)) -> Vector {
    [x / y, 1.0, (1.0 - x - y) / y]
}

/// Returns the matrix that adapts an eye from one white to another.
fn adaptation(from: (f64, f64), to: (f64, f64)) -> Matrix {
    let (from, to) = (apply(&CONES, xyz(from)), apply(&CONES, xyz(to)));
    let scaled: Matrix = std::array::from_fn(|row| CONES[row].map(|factor| factor * to[row] / from[row]));
    product(&inverse(&CONES), &scaled)
}

/// Multiplies a matrix by a vector.
fn apply(matrix: &Matrix, vector: Vector) -> Vector {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

/// Multiplies two matrices.
fn product(left: &Matrix, right: &Matrix) -> Matrix {
    let columns: Matrix =
        std::array::from_fn(|column| apply(left, [right[0][column], right[1][column], right[2][column]]));
    std::array::from_fn(|row| columns.map(|column| column[row]))
}

/// Inverts a matrix, which is that of real primaries and therefore has an inverse.
fn inverse(m: &Matrix) -> Matrix {
    let minor = |row: usize, column: usize| {
        let (r1, r2, c1, c2) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3);
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    let determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
    std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant))
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn primaries_of_srgb_give_the_matrix_of_its_standard() {
        let expected = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
        for (row, expected) in Primaries::SRGB.to_xyz().iter().zip(expected) {
            assert_abs_diff_eq!(row[..], expected[..], epsilon = 2e-4);
        }
        assert_eq!(Primaries::SRGB.to_srgb(1000), [[1000, 0, 0], [0, 1000, 0], [0, 0, 1000]]);
    }

    #[test]
    fn primaries_rows_sum_to_one() {
        for number in 0..=255 {
            if let Some(primaries) = Primaries::by_number(number) {
                let rows = primaries.to_srgb(1 << 16);
                assert!(rows.iter().all(|row| row.iter().sum::<i32>() == 1 << 16), "{number}: {rows:?}");
            }
        }
    }
}
