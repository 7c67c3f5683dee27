//! Everything that can go wrong between a checked request and its answer.

use std::io;
use std::path::PathBuf;

use palmette_ops::{Class, ImageIndex, Place};
use palmette_protocol::Code;
use palmette_protocol::request::MAX_OUTPUTS;

use crate::code::{code_of_codec, code_of_core};
use crate::text::code_of_text;
use crate::{FontError, GpuError, TextError};

/// A failure of the pipeline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when a source cannot be probed or decoded, or is over a limit; names the source.
    #[error("{}: {source}", Place::of_source(*.index))]
    Source {
        /// Its index; 0 is the canvas.
        index: usize,
        /// What is wrong with it.
        source: palmette_codec::Error,
    },
    /// Occurs when the font of a text cannot be fetched or read; names the source.
    #[error("{}: font {font}: {source}", Place::of_source(*.index))]
    Font {
        /// The index of the text; 0 is the canvas.
        index: usize,
        /// The font as it was written, quoted and shortened.
        font: String,
        /// Why.
        source: FontError,
    },
    /// Occurs when a text cannot be set, as when it would be too large; names the source.
    #[error("{}: {source}", Place::of_source(*.index))]
    Text {
        /// Its index; 0 is the canvas.
        index: usize,
        /// What is wrong with it.
        source: TextError,
    },
    /// Occurs when a source is text to set, in a build without the feature `text`.
    #[error("{}: this build draws no text", Place::of_source(*.index))]
    TextNotBuilt {
        /// Its index; 0 is the canvas.
        index: usize,
    },
    /// Occurs when an operator wants the GPU engine and there is none that works; no request causes it.
    #[error("engine `gpu` cannot be used: {0}; use `auto` or `cpu`")]
    Gpu(#[source] GpuError),
    /// Occurs when a request wants the GPU engine of a process that has none.
    #[error("engine must be auto or cpu, got \"gpu\": this server has no GPU ({status})")]
    NoGpu {
        /// Why there is none.
        status: &'static str,
    },
    /// Occurs when a request needs more memory for pixels than it may have.
    #[error("the pictures of this request need about {needed_bytes} bytes of memory, the limit is {max_bytes}")]
    TooMuchMemory {
        /// The bytes that it needs, by estimate.
        needed_bytes: u64,
        /// The limit, see [`Pipeline::new`](crate::Pipeline::new).
        max_bytes: u64,
    },
    /// Occurs when one picture is expected of a request that asks for several.
    #[error("the request asks for {count} results, and one is expected")]
    SeveralResults {
        /// The results that it asks for.
        count: usize,
    },
    /// Occurs when a program asks for no rendition, or too many.
    #[error("{count} renditions were asked for at once, and 1 to {MAX_OUTPUTS} may be")]
    Renditions {
        /// How many it asks for.
        count: usize,
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

    // What follows a program gets that describes a picture by calls.
    /// Occurs when a picture cannot be opened.
    #[error("cannot open the picture: {0}")]
    Open(#[source] palmette_codec::Error),
    /// Occurs when an option has a value that is not allowed, or excludes another one.
    #[error("{place}: {source}")]
    Option {
        /// The step that the option belongs to.
        place: Place,
        /// Which option, and the values that are allowed.
        source: Box<palmette_protocol::Error>,
    },
    /// Occurs when a number of an option is NaN or infinite, or a fraction of a side is not between 0 and 1.
    #[error("{place}: every number must be finite, and a fraction of a side between 0 and 1")]
    NotANumber {
        /// The step that the option belongs to.
        place: Place,
    },
    /// Occurs when a file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Occurs when a file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Occurs when the name of a file does not tell its format.
    #[error("cannot tell the format of {}: its name must end with jpg, jpeg, png, gif, webp or avif", path.display())]
    Extension {
        /// The file.
        path: PathBuf,
    },
}

impl Error {
    /// Returns the index of the source that the failure is about, if it is about one.
    #[must_use]
    pub const fn source_index(&self) -> Option<usize> {
        match self {
            Self::Source { index, .. }
            | Self::Font { index, .. }
            | Self::Text { index, .. }
            | Self::TextNotBuilt { index } => Some(*index),
            Self::Open(_) => Some(ImageIndex::CANVAS.0 as usize),
            Self::Option { .. }
            | Self::NotANumber { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Extension { .. }
            | Self::Gpu(_)
            | Self::NoGpu { .. }
            | Self::TooMuchMemory { .. }
            | Self::SeveralResults { .. }
            | Self::Renditions { .. }
            | Self::List(_)
            | Self::Core(_)
            | Self::Encode(_) => None,
        }
    }

    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Source { source, .. } | Self::Encode(source) | Self::Open(source) => source.class(),
            Self::Option { source, .. } => source.class(),
            Self::Text { source, .. } | Self::Font { source: FontError::Unusable(source), .. } => source.class(),
            Self::Font { .. }
            | Self::NotANumber { .. }
            | Self::SeveralResults { .. }
            | Self::Renditions { .. }
            | Self::Extension { .. }
            | Self::Read { .. } => Class::Caller,
            Self::Write { .. } => Class::Ours,
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
            Self::Source { source, .. } | Self::Encode(source) | Self::Open(source) => code_of_codec(source),
            Self::Option { source, .. } => source.code(),
            Self::Font { .. } => Code::FontFailed,
            Self::Text { source, .. } => code_of_text(source),
            Self::NotANumber { .. }
            | Self::SeveralResults { .. }
            | Self::Renditions { .. }
            | Self::Extension { .. } => Code::InvalidOption,
            // There is no code for files of the machine that the work is done on.
            Self::Read { .. } | Self::Write { .. } => Code::Internal,
            Self::TextNotBuilt { .. } | Self::Gpu(_) | Self::NoGpu { .. } | Self::List(_) => Code::InvalidOption,
            Self::TooMuchMemory { .. } => Code::DimensionsTooLarge,
            Self::Core(error) => code_of_core(error),
        }
    }
}
