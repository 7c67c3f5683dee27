//! Everything that can go wrong between a checked request and its answer.

use palmette_ops::Class;
use palmette_protocol::Code;

use crate::GpuError;
use crate::code::{code_of_codec, code_of_core};

/// A failure of the pipeline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when a source cannot be probed or decoded, or is over a limit; names the source.
    #[error("source {index}: {source}")]
    Source {
        /// Its index; 0 is the canvas.
        index: usize,
        /// What is wrong with it.
        source: palmette_codec::Error,
    },
    /// Occurs when a source is text to set: text is not built yet.
    #[error("source {index}: text sources are not built yet")]
    TextNotBuilt {
        /// Its index; 0 is the canvas.
        index: usize,
    },
    /// Occurs when an operator wants the GPU engine and it cannot be had; no request causes it.
    #[error("engine `gpu` cannot be used: {0}; use `auto` or `cpu`")]
    Gpu(#[source] GpuError),
    /// Occurs when a request wants the GPU engine of a process that has none.
    #[error("engine must be auto or cpu, got \"gpu\": this server has no gpu ({status})")]
    NoGpu {
        /// Why there is none.
        status: &'static str,
    },
    /// Occurs when a request needs more memory for pixels than it may have.
    #[error("the pictures of this request need about {needed_bytes} bytes of memory, the limit is {max_bytes}")]
    TooMuchMemory {
        /// What it needs, by estimate.
        needed_bytes: u64,
        /// The limit, see [`Pipeline::new`](crate::Pipeline::new).
        max_bytes: u64,
    },
    /// Occurs when the list is not that of a tree; a request that came through the protocol never causes it.
    #[error(transparent)]
    List(palmette_ops::Error),
    /// Occurs when the list cannot be planned, or when the engine fails.
    #[error(transparent)]
    Core(#[from] palmette_core::Error),
    /// Occurs when the result cannot be encoded.
    #[error("output: {0}")]
    Encode(#[source] palmette_codec::Error),
}

impl Error {
    /// Returns the index of the source that the failure is about, if it is about one.
    #[must_use]
    pub const fn source_index(&self) -> Option<usize> {
        match self {
            Self::Source { index, .. } | Self::TextNotBuilt { index } => Some(*index),
            Self::Gpu(_)
            | Self::NoGpu { .. }
            | Self::TooMuchMemory { .. }
            | Self::List(_)
            | Self::Core(_)
            | Self::Encode(_) => None,
        }
    }

    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Source { source, .. } | Self::Encode(source) => source.class(),
            Self::TextNotBuilt { .. } | Self::Gpu(_) | Self::NoGpu { .. } => Class::Unsupported,
            Self::TooMuchMemory { .. } => Class::Limit,
            Self::List(error) => error.class(),
            Self::Core(error) => error.class(),
        }
    }

    /// Returns the code that the client sees.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Source { source, .. } | Self::Encode(source) => code_of_codec(source),
            Self::TextNotBuilt { .. } | Self::Gpu(_) | Self::NoGpu { .. } | Self::List(_) => Code::InvalidOption,
            Self::TooMuchMemory { .. } => Code::DimensionsTooLarge,
            Self::Core(error) => code_of_core(error),
        }
    }
}
