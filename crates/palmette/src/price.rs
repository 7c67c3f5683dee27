//! The time that engines are expected to take, by the prices that were measured when they were opened.

use serde::Serialize;

/// The time that an operation takes on an engine of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Price {
    /// The engine: `cpu` or `gpu`.
    pub engine: &'static str,
    /// On the CPU a kind of arithmetic: see [`Arithmetic`](palmette_core::plan::Arithmetic). On the GPU a kernel, of which a unit is a
    /// word of its result, for those that resample of each tap, for convolutions of nets a product; or `transfer_byte`, or `begin`, once for each plan.
    pub what: &'static str,
    /// Seconds for one of it.
    pub seconds: f64,
}

/// The time that a plan is expected to take on each engine, without decoding and encoding.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Seconds on one core.
    pub cpu_seconds: f64,
    /// Seconds on the GPU, with the way there and back; infinite if no device can run the plan, as for a net that looks too far around a pixel.
    pub gpu_seconds: f64,
}

impl Estimate {
    /// Says whether the GPU is expected to be faster.
    #[must_use]
    pub fn gpu_pays(&self) -> bool {
        self.gpu_seconds < self.cpu_seconds
    }
}
