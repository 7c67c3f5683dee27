//! Enlarging subsampled planes to the size of the picture, row by row, as libjpeg does by default.
//!
//! Samples of a plane at half the size lie in the middle of the pixels that they stand for, so a pixel's value is 3/4 of
//! the nearer and 1/4 of the farther sample along each axis ("fancy" upsampling, a triangle filter). What is halfway
//! between two levels is rounded up and down in turn. All other ratios repeat samples.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "aarch64")]
mod neon;

/// Doubles a row: horizontally at half the size, vertically at full size.
pub(crate) type Doubled = fn(row: &[u8], out: &mut [u8]);

/// Doubles a row that is made of two: the row that is nearer to the pixels, and the one that is farther away.
pub(crate) type Between = fn(near: &[u8], far: &[u8], out: &mut [u8]);

/// The kernels that have vectorised twins, as one choice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernels {
    /// Of a row of half the width.
    pub(crate) across: Doubled,
    /// Of two rows of half the width.
    pub(crate) both: Between,
    /// Of two rows of full width; the far one lies above.
    pub(crate) above: Between,
    /// Of two rows of full width; the far one lies below.
    pub(crate) below: Between,
}

impl Kernels {
    /// The reference.
    pub(crate) const SCALAR: Self = Self { across, both, above: down::<1>, below: down::<2> };

    /// Returns the fastest kernels that this machine can run.
    pub(crate) fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(kernels) = avx2::kernels() {
            return kernels;
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(kernels) = neon::kernels() {
            return kernels;
        }
        Self::SCALAR
    }
}

/// How a plane is enlarged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// It has the size of the picture.
    Full,
    /// Half the width, by the triangle filter.
    Across,
    /// Half the height, by the triangle filter.
    Down,
    /// Half of both, by the triangle filter.
    Both,
    /// Samples are repeated so often along each axis.
    Repeat(usize, u32),
}

impl Method {
    /// Chooses for a plane of so many columns, whose samples of an MCU are given beside the pixels of an MCU.
    ///
    /// Absent if they are in no whole ratio. At 1/8 libjpeg has no filter.
    pub(crate) fn new((h, v): (u8, u8), (h_max, v_max): (u8, u8), width: usize, has_filter: bool) -> Option<Self> {
        if !h_max.is_multiple_of(h) || !v_max.is_multiple_of(v) {
            return None;
        }
        Some(match (h_max / h, v_max / v) {
            (1, 1) => Self::Full,
            (1, 2) if has_filter => Self::Down,
            // The filter starts and ends with two samples, and libjpeg wants one between.
            (2, 1) if has_filter && width > 2 => Self::Across,
            (2, 2) if has_filter && width > 2 => Self::Both,
            (across, down) => Self::Repeat(across.into(), down.into()),
        })
    }

    /// Returns how many rows of the picture a row of the plane stands for.
    pub(crate) const fn rows(self) -> u32 {
        match self {
            Self::Full | Self::Across => 1,
            Self::Down | Self::Both => 2,
            Self::Repeat(_, down) => down,
        }
    }

    /// Tells whether a row of the picture is made of two rows of the plane.
    pub(crate) const fn mixes_rows(self) -> bool {
        matches!(self, Self::Down | Self::Both)
    }
}

/// Repeats each sample; the last one as often as there is room.
pub(crate) fn repeat(row: &[u8], times: usize, out: &mut [u8]) {
    for (out, &sample) in out.chunks_mut(times).zip(row) {
        out.fill(sample);
    }
}

/// Doubles a row of at least two samples: the reference.
fn across(row: &[u8], out: &mut [u8]) {
    let n = row.len();
    assert!(n >= 2 && out.len() == 2 * n, "{n} samples become {}", out.len());
    out[0] = row[0];
    across_part(row, out, 0..n);
    out[2 * n - 1] = row[n - 1];
}

/// Computes the samples between those of a range: behind the first one, before the last one.
fn across_part(row: &[u8], out: &mut [u8], range: std::ops::Range<usize>) {
    for i in range {
        let three = 3 * u16::from(row[i]);
        if i > 0 {
            out[2 * i] = quarter(three + u16::from(row[i - 1]) + 1);
        }
        if i + 1 < row.len() {
            out[2 * i + 1] = quarter(three + u16::from(row[i + 1]) + 2);
        }
    }
}

/// Doubles a row that is made of two, each of at least two samples: the reference.
fn both(near: &[u8], far: &[u8], out: &mut [u8]) {
    let n = near.len();
    assert!(n >= 2 && far.len() == n && out.len() == 2 * n, "{n} and {} samples become {}", far.len(), out.len());
    both_part(near, far, out, 0..n);
}

/// Computes both pixels of the samples of a range.
fn both_part(near: &[u8], far: &[u8], out: &mut [u8], range: std::ops::Range<usize>) {
    let column = |i: usize| 3 * u16::from(near[i]) + u16::from(far[i]);
    for i in range {
        let [left, right] = [i.saturating_sub(1), (i + 1).min(near.len() - 1)].map(column);
        let three = 3 * column(i);
        out[2 * i] = sixteenth(three + left + 8);
        out[2 * i + 1] = sixteenth(three + right + 7);
    }
}

/// Makes a row of two of full width: the reference. `BIAS` rounds halves, down or up.
fn down<const BIAS: u16>(near: &[u8], far: &[u8], out: &mut [u8]) {
    for ((&near, &far), out) in near.iter().zip(far).zip(out) {
        *out = quarter(3 * u16::from(near) + u16::from(far) + BIAS);
    }
}

/// Divides the sum of four levels.
#[expect(clippy::cast_possible_truncation, reason = "the mean of four levels and less than one is a level")]
fn quarter(sum: u16) -> u8 {
    (sum >> 2) as u8
}

/// Divides the sum of sixteen levels.
#[expect(clippy::cast_possible_truncation, reason = "the mean of sixteen levels and less than one is a level")]
fn sixteenth(sum: u16) -> u8 {
    (sum >> 4) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that look random, many of them at the ends of the range.
    fn bytes(seed: u32, len: usize) -> Vec<u8> {
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()
        };
        (0..len).map(|_| next()).map(|[a, b, ..]| if a < 60 { 255 * (a % 2) } else { b }).collect()
    }

    #[test]
    fn upsample_twins_agree_on_every_width() {
        let (scalar, vectorised) = (Kernels::SCALAR, Kernels::fastest());
        for width in (2..100).chain([255, 1000]) {
            let (near, far) = (bytes(7, width), bytes(8, width));
            let run = |kernels: Kernels| {
                let mut outs = [vec![0; 2 * width], vec![0; 2 * width], vec![0; width], vec![0; width]];
                (kernels.across)(&near, &mut outs[0]);
                (kernels.both)(&near, &far, &mut outs[1]);
                (kernels.above)(&near, &far, &mut outs[2]);
                (kernels.below)(&near, &far, &mut outs[3]);
                outs
            };
            assert_eq!(run(vectorised), run(scalar), "{width} samples");
        }
    }

    #[test]
    fn upsample_of_constant_rows_changes_nothing() {
        for level in [0, 1, 127, 254, 255] {
            let row = [level; 40];
            let mut out = [77; 80];
            (Kernels::fastest().both)(&row, &row, &mut out);
            assert_eq!(out, [level; 80]);
            (Kernels::fastest().across)(&row, &mut out);
            assert_eq!(out, [level; 80]);
        }
    }

    #[test]
    fn upsample_method_of_odd_ratios() {
        assert_eq!(Method::new((1, 1), (2, 2), 3, true), Some(Method::Both));
        assert_eq!(Method::new((1, 1), (2, 2), 2, true), Some(Method::Repeat(2, 2)));
        assert_eq!(Method::new((1, 1), (4, 1), 9, true), Some(Method::Repeat(4, 1)));
        assert_eq!(Method::new((2, 2), (3, 2), 9, true), None);
        let mut out = [0; 7];
        repeat(&[1, 2, 3, 4], 2, &mut out);
        assert_eq!(out, [1, 1, 2, 2, 3, 3, 4]);
    }
}
