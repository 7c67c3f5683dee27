//! The kernels: what is done to rows and pixels, each in a file of its own.
//!
//! # Samples between the passes of a resize
//!
//! Rows of 16-bit signed samples, associated (premultiplied) where there is alpha, [`UNITS_PER_LEVEL`] units for a level of
//! 8-bit colour: 0 to 16,320, with room for the overshoot of a kernel on both sides. Channels are interleaved; a kernel
//! takes their number as a parameter. 1 and 3 channels have no alpha (grey, one plane of YCbCr, RGB), 4 are RGBA.

pub mod background;
pub mod blend;
pub mod blend_planes;
pub mod blur;
pub mod double_h;
pub mod flip;
pub mod lookup;
pub mod planes;
pub mod premultiply;
pub mod resize_h;
pub mod resize_h_opaque;
pub mod resize_h_plane;
pub mod resize_v;
pub mod rgb_to_ycc;
pub mod rotate;
pub mod saturation;
pub mod sharpen;
pub mod unpremultiply;
pub mod ycc_to_rgba;

use crate::arith::round_shift;
pub use crate::plan::UNITS_PER_LEVEL;

/// A full sample: opaque alpha, white.
pub const UNITS_FULL: i32 = 255 * UNITS_PER_LEVEL;

/// The kernels that have vectorised twins, as one choice.
#[derive(Clone, Copy, Debug)]
pub struct Kernels {
    /// [`double_h::double_h`]
    pub double_h: double_h::DoubleH,
    /// [`premultiply::premultiply`]
    pub premultiply: fn(&[u8], &mut [i16]),
    /// [`resize_h::resize_h`] of 4 channels
    pub resize_h_rgba: resize_h::ResizeH,
    /// [`resize_h::resize_h`] of 1 channel
    pub resize_h_gray: resize_h::ResizeH,
    /// [`resize_h_opaque::resize_h_opaque`]
    pub resize_h_opaque: resize_h_opaque::ResizeHOpaque,
    /// [`resize_h_plane::resize_h_plane`]
    pub resize_h_plane: resize_h_plane::ResizeHPlane,
    /// Tells whether every pixel of some RGBA has alpha 255, as [`crate::Pixmap::is_opaque`] does
    pub is_opaque: fn(&[u8]) -> bool,
    /// [`resize_v::resize_v`]
    pub resize_v: resize_v::ResizeV,
    /// [`resize_v::resize_v_chunk`]
    pub resize_v_chunk: resize_v::ResizeVChunk,
    /// [`unpremultiply::unpremultiply`]
    pub unpremultiply: fn(&[i16], &mut [u8]),
    /// [`unpremultiply::narrow`]
    pub narrow: fn(&[i16], &mut [u8]),
    /// [`ycc_to_rgba::ycc_to_rgba`]
    pub ycc_to_rgba: ycc_to_rgba::YccToRgba,
}

impl Kernels {
    /// The reference.
    pub const SCALAR: Self = Self {
        double_h: double_h::double_h,
        premultiply: premultiply::premultiply,
        resize_h_rgba: resize_h::resize_h::<4>,
        resize_h_gray: resize_h::resize_h::<1>,
        resize_h_opaque: resize_h_opaque::resize_h_opaque,
        resize_h_plane: resize_h_plane::resize_h_plane,
        is_opaque: crate::pixmap::is_opaque,
        resize_v: resize_v::resize_v,
        resize_v_chunk: resize_v::resize_v_chunk,
        unpremultiply: unpremultiply::unpremultiply,
        narrow: unpremultiply::narrow,
        ycc_to_rgba: ycc_to_rgba::ycc_to_rgba,
    };

    /// Returns all sets of kernels that this machine can run, by name: the reference first, the fastest last.
    #[must_use]
    pub fn all() -> Vec<(&'static str, Self)> {
        let mut all = vec![("scalar", Self::SCALAR)];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(super::avx2::kernels().map(|kernels| ("avx2", kernels)));
            all.extend(super::avx512::kernels().map(|kernels| ("avx512", kernels)));
        }
        #[cfg(target_arch = "aarch64")]
        all.extend(super::neon::kernels().map(|kernels| ("neon", kernels)));
        all
    }

    /// Returns the fastest kernels that this machine can run.
    #[must_use]
    pub fn fastest() -> Self {
        Self::all().last().map_or(Self::SCALAR, |(_, kernels)| *kernels)
    }
}

/// Rounds 16-bit units to a level, halves up, clamped.
#[expect(clippy::cast_sign_loss, reason = "clamped")]
#[must_use]
pub fn to_level(units: i32) -> u8 {
    round_shift(units, UNITS_PER_LEVEL.trailing_zeros()).clamp(0, 255) as u8
}
