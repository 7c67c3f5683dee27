//! Rounding and saturation in integers: what the plan and the engines share.
//!
//! The plan computes tables by the same rules as the kernels compute pixels, so the rules stand beside both and neither
//! imports the other for them.

/// Divides by a power of two, rounded to nearest, halves up.
#[must_use]
pub const fn round_shift(value: i32, shift: u32) -> i32 {
    if shift == 0 { value } else { (value + (1 << (shift - 1))) >> shift }
}

/// Clamps to a 16-bit sample.
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
#[must_use]
pub const fn saturate(value: i32) -> i16 {
    if value > i16::MAX as i32 {
        i16::MAX
    } else if value < i16::MIN as i32 {
        i16::MIN
    } else {
        value as i16
    }
}
