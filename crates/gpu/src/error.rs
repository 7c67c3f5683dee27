//! What can go wrong with a device, and what the rest of the program needs to know of it.

use std::sync::Arc;

use palmette_core::DeviceFault;

/// A failure of the GPU engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when there is no adapter, or none that the choice allows.
    #[error("no usable adapter ({found} found)")]
    NoAdapter {
        /// Adapters that the drivers know, all in software if there are any.
        found: usize,
    },
    /// Occurs when an adapter lacks something that every kernel needs.
    #[error("adapter {adapter} lacks {what}")]
    Lacking {
        /// The adapter.
        adapter: String,
        /// What it lacks.
        what: &'static str,
    },
    /// Occurs when a device cannot be opened.
    #[error("the device cannot be opened")]
    Open(#[source] wgpu::RequestDeviceError),
    /// Occurs when the device is gone, and everything on it.
    #[error("the device was lost")]
    Lost,
    /// Occurs when all requests together would take more device memory than they may.
    #[error("{bytes} more bytes of device memory are over the limit of this process")]
    PoolFull {
        /// What was asked for.
        bytes: u64,
    },
    /// Occurs when the memory of the device is full, no matter which process uses it.
    #[error("could not allocate {bytes} bytes of device memory")]
    OutOfMemory {
        /// What was asked for; 0 if the device does not say.
        bytes: u64,
    },
    /// Occurs when the device does not answer.
    #[error("the device did not answer within {timeout_ms} ms")]
    TimedOut {
        /// How long was waited.
        timeout_ms: u128,
    },
    /// Occurs when the device refuses work that it should be able to do: a bug, here or in a driver.
    #[error("the device refused the work")]
    Refused(#[source] Box<wgpu::Error>),
    /// Occurs when a submission fails; all requests in it fail with it.
    #[error("a submission to the device failed")]
    Submission(#[source] Arc<Error>),
    /// Occurs when a result cannot be read back.
    #[error("the result cannot be read back")]
    ReadBack,
    /// Occurs when a picture is too large for the way it is cut up.
    #[error("{words} words of a picture are more than the {max_words} that a kernel can see")]
    TooLarge {
        /// Pixels of the picture, or of one row of it.
        words: u64,
        /// The most that is possible.
        max_words: u64,
    },
    /// Occurs when the probe at the start gives a wrong answer: the device cannot be trusted with a picture.
    #[error("the probe gave a wrong answer: {got:#018x}, expected {expected:#018x}")]
    Probe {
        /// The hash of what came.
        got: u64,
        /// The hash of what is right.
        expected: u64,
    },
    /// Occurs when the probe at the start finds a border where there is none.
    #[error("the probe gave a wrong answer: it found another border")]
    ProbeBorder,
    /// Occurs for failures that are not the device's: a deadline, a wrong plan, the memory of the host.
    #[error(transparent)]
    Core(#[from] palmette_core::Error),
}

impl Error {
    /// Names the reason of what went wrong while the device was lost: everything fails then, each call in its own way.
    pub(crate) fn of_lost_device(self) -> Self {
        match self {
            Self::OutOfMemory { .. } | Self::Refused(_) | Self::Submission(_) | Self::ReadBack => Self::Lost,
            // A device that does not answer is given up for that; the rest does not depend on it.
            error => error,
        }
    }

    /// Says what happened to the device; `None` if it is not at fault.
    #[must_use]
    pub fn fault(&self) -> Option<DeviceFault> {
        match self {
            Self::NoAdapter { .. } | Self::Lacking { .. } | Self::Open(_) | Self::Lost => Some(DeviceFault::Lost),
            Self::Submission(error) => error.fault(),
            Self::PoolFull { .. } | Self::OutOfMemory { .. } => Some(DeviceFault::OutOfMemory),
            Self::TimedOut { .. } => Some(DeviceFault::TimedOut),
            Self::Refused(_) | Self::ReadBack | Self::Probe { .. } | Self::ProbeBorder => Some(DeviceFault::Refused),
            Self::TooLarge { .. } => Some(DeviceFault::TooLarge),
            Self::Core(_) => None,
        }
    }
}

impl From<Error> for palmette_core::Error {
    fn from(error: Error) -> Self {
        match (error.fault(), error) {
            (_, Error::Core(error)) => error,
            (fault, _) => Self::Device { fault: fault.unwrap_or(DeviceFault::Refused) },
        }
    }
}
