//! The GPU, if this build has it: opened at start, left alone where the CPU is faster, and replaced by it where it fails.
//!
//! The two modules have the same signatures, so that no other code depends on the features of the build.

#[cfg(feature = "gpu")]
mod cost;
#[cfg(not(feature = "gpu"))]
mod disabled;
#[cfg(feature = "gpu")]
mod effort;
#[cfg(feature = "gpu")]
mod enabled;
#[cfg(all(feature = "gpu", feature = "models"))]
mod nets;
#[cfg(feature = "gpu")]
mod recovery;
mod settings;

#[cfg(not(feature = "gpu"))]
pub(crate) use disabled::{Attempt, Gpu, diagnose};
#[cfg(feature = "gpu")]
pub(crate) use enabled::{Attempt, Gpu, diagnose};

#[cfg(not(feature = "gpu"))]
pub use disabled::GpuError;
#[cfg(feature = "gpu")]
pub use enabled::GpuError;
pub use settings::GpuSettings;

/// Whether an error is only that there is no adapter, as on most machines, and not that one fails.
pub(crate) const fn is_absence(error: &GpuError) -> bool {
    #[cfg(feature = "gpu")]
    return matches!(error, GpuError::NoAdapter { .. });
    #[cfg(not(feature = "gpu"))]
    return matches!(error, GpuError);
}

/// Whether this build has a GPU engine.
pub(crate) const IS_BUILT: bool = cfg!(feature = "gpu");
