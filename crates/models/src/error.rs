//! What can be wrong with a net, or go wrong when it runs.

/// A failure of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when something is wrong with a layer; names it.
    #[error("layer {index}, {kind}: {source}")]
    InLayer {
        /// Its place in the list, from 0.
        index: usize,
        /// What it does.
        kind: &'static str,
        /// What is wrong.
        source: Box<Self>,
    },
    /// Occurs when the sum of a channel could leave 32 bits.
    #[error("sums of channel {channel} can take {bits} bits, and 32 is the limit")]
    SumTooLarge {
        /// The output channel.
        channel: usize,
        /// How many bits they can take, with the sign.
        bits: u32,
    },
    /// Occurs when a layer or an output names a value that is not made before it.
    #[error("value {value} is not among the {values} that are made before")]
    NoSuchValue {
        /// The number.
        value: usize,
        /// How many there are.
        values: usize,
    },
    /// Occurs when a layer reads another number of values than it must, or a list of it has a wrong length.
    #[error("{given} {what} instead of {expected}")]
    WrongCount {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        given: usize,
        /// How many there must be.
        expected: usize,
    },
    /// Occurs when a number is outside the range of a layer.
    #[error("{what} of {given} is outside {least} to {most}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// Its value.
        given: i64,
        /// The least.
        least: i64,
        /// The largest.
        most: i64,
    },
    /// Occurs when a net has more of something than any should have.
    #[error("{count} {what}, and {most} is the limit")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// Occurs when a net is given another number of pictures than it takes.
    #[error("{given} inputs for a net that takes {taken}")]
    WrongInputs {
        /// How many were given.
        given: usize,
        /// How many it takes.
        taken: usize,
    },
    /// Occurs when values of different sizes are joined.
    #[error("inputs of {first} and {second} pixels do not fit together")]
    SizesDiffer {
        /// The size of the first.
        first: palmette_core::Size,
        /// The size of another.
        second: palmette_core::Size,
    },
    /// Occurs when a value or a net would have nothing in it.
    #[error("nothing is left")]
    Empty,
    /// Occurs when a file does not begin as one of ours.
    #[error("this is no file of a net")]
    NotANet,
    /// Occurs when a file has a version that is not known.
    #[error("the file of the net has version {version}, and this program reads version {known}")]
    OtherVersion {
        /// Its version.
        version: u32,
        /// The one that is read.
        known: u32,
    },
    /// Occurs when a file ends earlier than it promises.
    #[error("the file of the net ends too early")]
    Truncated,
    /// Occurs when bytes of a file have changed.
    #[error("the file of the net is damaged: its checksum is wrong")]
    WrongChecksum,
    /// Occurs when a file holds something that means nothing.
    #[error("the file of the net is malformed: {what}")]
    Malformed {
        /// What it is.
        what: &'static str,
    },
    /// Occurs when the file of a model cannot be read, or is not one of this version.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Occurs when memory or time run out.
    #[error(transparent)]
    Core(#[from] palmette_core::Error),
}
