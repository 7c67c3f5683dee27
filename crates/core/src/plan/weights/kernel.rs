//! The resampling kernels, in real numbers.
//!
//! Sines come from `libm`, not from the platform, so that a table is the same on every machine.

/// The resampling kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Windowed sinc of three lobes, for shrinking.
    Lanczos3,
    /// Cubic with B = 0, C = 0.5, for enlarging.
    CatmullRom,
    /// Linear interpolation, for chroma at full size.
    Triangle,
}

impl Kernel {
    /// Names the kernel for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lanczos3 => "lanczos3",
            Self::CatmullRom => "catmull-rom",
            Self::Triangle => "triangle",
        }
    }

    /// Returns the distance from which on the kernel is 0.
    pub(super) const fn radius(self) -> f64 {
        match self {
            Self::Lanczos3 => 3.0,
            Self::CatmullRom => 2.0,
            Self::Triangle => 1.0,
        }
    }

    /// Evaluates the kernel.
    pub(super) fn at(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            _ if x >= self.radius() => 0.0,
            Self::Lanczos3 if x == 0.0 => 1.0,
            Self::Lanczos3 => {
                let angle = x * std::f64::consts::PI;
                3.0 * libm::sin(angle) * libm::sin(angle / 3.0) / (angle * angle)
            }
            Self::CatmullRom if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::CatmullRom => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Self::Triangle => 1.0 - x,
        }
    }
}
