//! The inverse DCT: from coefficients to samples, at full size, 1/2, 1/4 and 1/8.
//!
//! The transforms are the accurate integer ones that every JPEG decoder means by "islow": Loeffler, Ligtenberg and
//! Moschytz's, with constants of 13 bits, columns first, 2 more bits kept between the passes; the reduced ones follow from
//! it by averaging neighbouring outputs. Samples are equal to those of libjpeg-turbo to the bit, where a file says sensible
//! things.
//!
//! # Nonsense
//!
//! A damaged file can hold coefficients that no encoder writes. What becomes of them is defined here once, as 16-bit vector
//! code computes it, so that every twin agrees with every other and, on x86-64, with libjpeg-turbo's:
//!
//! - A coefficient times its step is cut to 16 bits, and so are sums of two samples of a pass.
//! - Products are summed in 32 bits, wrapping; what the first pass leaves is clamped to 16 bits.
//! - If no row but the first (for the reduced 4×4, the first and the fifth) holds a coefficient, the first pass shifts and
//!   cuts to 16 bits, where otherwise it would clamp. A file's runaway DC meets this.
//!
//! # The seam
//!
//! [`Kernels`] holds one function for each size. [`Kernels::SCALAR`] is the reference; vector twins have a module each.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod full;
#[cfg(target_arch = "aarch64")]
mod neon;
mod reduced;
#[cfg(test)]
mod tests;

/// The coefficients of a block in zigzag order, as they stand in the file: not multiplied by their steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct Block(pub(crate) [i16; 64]);

impl Block {
    /// A block without coefficients.
    pub(crate) const ZERO: Self = Self([0; 64]);
}

/// A quantisation table, prepared for the transforms of every size.
#[derive(Clone, Debug)]
#[repr(C, align(32))]
pub(crate) struct Dequant {
    /// The steps in zigzag order, cut to 16 bits; each eight stand there twice, once for each half of a vector.
    doubled: [[i16; 16]; 8],
    /// The same steps once.
    steps: [i16; 64],
}

impl Dequant {
    /// Prepares a table whose steps are in zigzag order, as in the file.
    pub(crate) fn new(steps: &[u16; 64]) -> Self {
        let mut doubled = [[0; 16]; 8];
        for (eight, steps) in doubled.iter_mut().zip(steps.as_chunks::<8>().0) {
            for (i, step) in eight.iter_mut().enumerate() {
                *step = steps[i % 8].cast_signed();
            }
        }
        Self { doubled, steps: steps.map(u16::cast_signed) }
    }

    /// Returns the step of a coefficient, given by its place in zigzag order.
    fn step(&self, k: usize) -> i16 {
        self.steps[k]
    }

    /// Returns what a DC coefficient alone makes of a block at 1/8: its mean.
    #[expect(clippy::cast_sign_loss, reason = "clamped")]
    pub(crate) fn level_of_dc(&self, dc: i16) -> u8 {
        let eighth = (i32::from(dc) * i32::from(self.step(0)) + 4) >> 3;
        // Of what is beyond the range of samples, 10 bits are kept, as the others do.
        (((eighth << 22) >> 22) + 128).clamp(0, 255) as u8
    }
}

/// A transform of a horizontal run of blocks into rows of samples.
///
/// Block `b` fills columns `b * N..b * N + N` of `N` rows, which stand `stride` bytes apart in the output. `last[b]` is the
/// place, in zigzag order, of the last coefficient of the block that may be other than zero; 0 means DC alone.
///
/// # Panics
///
/// If there are not as many `last` as blocks, or the output is too short, or the stride less than a row of the run.
pub(crate) type Idct = fn(&Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize);

/// The transforms of all sizes, as one choice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernels {
    /// 8×8 samples from a block: full size.
    pub(crate) idct8: Idct,
    /// 4×4 samples from a block: 1/2.
    pub(crate) idct4: Idct,
    /// 2×2 samples from a block: 1/4.
    pub(crate) idct2: Idct,
    /// One sample from a block: 1/8.
    pub(crate) idct1: Idct,
}

impl Kernels {
    /// The reference.
    pub(crate) const SCALAR: Self =
        Self { idct8: full::idct8, idct4: reduced::idct4, idct2: reduced::idct2, idct1: reduced::idct1 };

    /// Returns the fastest kernels that this machine can run.
    pub(crate) fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(kernels) = avx512::kernels().or_else(avx2::kernels) {
            return kernels;
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(kernels) = neon::kernels() {
            return kernels;
        }
        Self::SCALAR
    }
}

/// Checks the promises of callers of an [`Idct`].
#[inline]
fn check(size: usize, blocks: &[Block], last: &[u8], out: &[u8], stride: usize) {
    assert_eq!(blocks.len(), last.len(), "a last index for each block");
    let row = blocks.len() * size;
    assert!(row <= stride, "a row of {row} samples in a stride of {stride}");
    let needed = (size - 1) * stride + row;
    assert!(needed <= out.len(), "{needed} samples in an output of {}", out.len());
}
