//! The kernels: what a layer does to a row of pixels, each in a file of its own. Those here define every sample.
//!
//! A kernel makes one block of channels of one row, unless it moves samples between channels. What is added up keeps within 32 bits,
//! as the net was checked for.

pub mod add;
pub mod average;
pub mod bilinear;
pub mod channels;
pub mod convolve;
pub mod depthwise;
pub mod max_pool;
pub mod nearest;
pub mod pixel_shuffle;
pub mod table;
pub mod winograd;

use crate::layout::{Lanes, SUM_ORDER};
use crate::packed::Ends;

/// The kernels that have vectorised twins, as one choice.
#[derive(Clone, Copy, Debug)]
pub struct Kernels {
    /// [`add::add`]
    pub add: add::AddRow,
    /// [`bilinear::bilinear`]
    pub bilinear: bilinear::Bilinear,
    /// [`convolve::convolve`]
    pub convolve: convolve::Convolve,
    /// [`depthwise::depthwise`]
    pub depthwise: convolve::Convolve,
    /// [`max_pool::max_pool`]
    pub max_pool: max_pool::MaxPool,
    /// Convolution by tiles, where it pays.
    pub winograd: Option<winograd::Winograd>,
}

impl Kernels {
    /// The reference.
    pub const SCALAR: Self = Self {
        add: add::add,
        bilinear: bilinear::bilinear,
        convolve: convolve::convolve,
        depthwise: depthwise::depthwise,
        max_pool: max_pool::max_pool,
        winograd: None,
    };

    /// Returns all sets of kernels that this machine can run, by name: the reference first, the fastest last.
    #[must_use]
    pub fn all() -> Vec<(&'static str, Self)> {
        let mut all = vec![("scalar", Self::SCALAR)];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(crate::avx2::kernels().map(|kernels| ("avx2", kernels)));
            all.extend(crate::avx512::kernels().map(|kernels| ("avx512", kernels)));
        }
        all
    }

    /// Returns the fastest kernels that this machine can run.
    #[must_use]
    pub fn fastest() -> Self {
        Self::all().last().map_or(Self::SCALAR, |(_, kernels)| *kernels)
    }
}

/// Makes samples of sums, which lie in [`SUM_ORDER`]: see [`palmette_core::net::Requantize`].
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
#[must_use]
pub fn requantize(sums: &[i32; 16], ends: &Ends) -> Lanes {
    let mut lanes = Lanes::default();
    for (place, (&sum, &channel)) in sums.iter().zip(&SUM_ORDER).enumerate() {
        let multiplier = if sum < 0 { ends.negative_multipliers.0[place] } else { ends.multipliers.0[place] };
        // With the sign of the multiplier on the sum, the halves of the product have 31 bits.
        let (sum, multiplier) = if multiplier < 0 { (-sum, -multiplier) } else { (sum, multiplier) };
        let carry = ((sum & 0xffff) * multiplier) >> 16;
        let rounded = ((sum >> 16) * multiplier + carry + ends.halves.0[place]) >> ends.shifts.0[place];
        lanes.0[channel] = rounded.clamp(ends.low.0[channel].into(), ends.high.0[channel].into()) as i16;
    }
    lanes
}
