//! The settings of a GPU, in every build.

use std::time::Duration;

/// How a GPU is used, and how long it is put up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GpuSettings {
    /// Device memory that all requests together may take; requests that do not fit run on the CPU. Default 4 GiB.
    pub max_bytes: u64,
    /// How long the device may take to answer before it counts as lost. Default 10 s.
    pub timeout: Duration,
    /// How long a lost device is left alone before it is opened again; twice as long after every further failure, up to a
    /// minute. Default 1 s.
    pub retry_delay: Duration,
    /// Failures in a row, at least 1, after which the device is not opened any more. Default 8: some two minutes.
    pub max_failures: u32,
}

impl Default for GpuSettings {
    fn default() -> Self {
        Self {
            max_bytes: 4 << 30,
            timeout: Duration::from_secs(10),
            retry_delay: Duration::from_secs(1),
            max_failures: 8,
        }
    }
}
