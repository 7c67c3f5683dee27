//! The plan: what an engine has to do, as values and the steps that make them, in integers.
//!
//! A [`Planner`] turns a resolved list and the sizes of its sources into a [`Plan`], without a pixel. All fit, gravity, clamping
//! and rounding questions end there; engines read tables and add integers.

mod arithmetic;
pub mod blur;
mod detail;
mod draft;
pub mod geometry;
pub mod graph;
pub mod kind;
mod layout;
mod lower;
pub mod memory;
mod merge;
pub mod planner;
mod recent;
pub mod resample;
mod stay;
pub mod step;
pub mod tone;
mod turn;
pub mod weights;

/// 16-bit units in a level of 8-bit colour, between the passes of a resize: with 14 bits for the 256 levels, the error of a
/// sample is 1/128 level.
pub const UNITS_PER_LEVEL: i32 = 64;

pub use arithmetic::{Arithmetic, NetArithmetic};
pub use detail::{Detail, Named};
pub use draft::Source;
pub use graph::{Builder, Plan, Value, ValueId};
pub use kind::StepKind;
pub use memory::{Held, ReadingMemory, ResultMemory};
pub use planner::{Guess, Planned, Planner, lower};
pub use resample::{Axis, AxisOrder, Passes, Placed, ResizeStep};
pub use stay::Stay;
pub use step::{DrawStep, Origin, ReadStep, SharpenStep, Step, Tiling};

/// Returns 2^`exponent`, for exponents up to 1,023.
///
/// The bits are put together here, because `exp2` of a platform need not give the same on every machine.
pub(crate) const fn power_of_two(exponent: u32) -> f64 {
    f64::from_bits((1_023 + exponent as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_of_two_is_exact() {
        assert_eq!(
            [0, 1, 14, 31, 62].map(power_of_two),
            [1.0, 2.0, 16_384.0, 2_147_483_648.0, 4_611_686_018_427_387_904.0]
        );
    }
}
