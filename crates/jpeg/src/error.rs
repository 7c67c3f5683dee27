//! Why a file is no picture that can be read here.

use std::fmt;

/// A file that cannot be read, or not by this crate.
///
/// A picture of which only a part is lacking is no error, but [`Damage`](crate::Damage).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when the first bytes are not those of a JPEG file.
    #[error("it does not start as a JPEG file does")]
    NotJpeg,
    /// Occurs when the file ends before its first scan.
    #[error("it ends at byte {at}, before the first scan")]
    NoScan {
        /// Where the file, or the picture in it, ends.
        at: usize,
    },
    /// Occurs when a segment before the data of the first scan says something impossible.
    #[error("the segment of marker {marker:#04x} at byte {at} is wrong: {reason}")]
    Segment {
        /// The code of its marker.
        marker: u8,
        /// Where its marker stands.
        at: usize,
        /// What is wrong.
        reason: Reason,
    },
    /// Occurs when the picture is coded by a process other than baseline, extended sequential or progressive Huffman.
    #[error("{0} JPEG is not supported")]
    UnsupportedProcess(Process),
    /// Occurs when samples have more or fewer than 8 bits.
    #[error("JPEG of {bits} bits is not supported")]
    UnsupportedPrecision {
        /// Bits of a sample.
        bits: u8,
    },
    /// Occurs when the components are sampled so that the asked-for result cannot be made of them.
    #[error("this chroma layout is not supported")]
    UnsupportedSampling,
    /// Occurs when the picture has a number of components that is none of 1 to 4, or no such colours as were asked for.
    #[error("JPEG of {count} components is not supported")]
    UnsupportedComponents {
        /// The number of components.
        count: u8,
    },
    /// Occurs when a file has more scans than [`Limits`](crate::Limits) allow.
    #[error("more than {max} scans")]
    TooManyScans {
        /// The most that is allowed.
        max: usize,
    },
    /// Occurs when memory could not be allocated.
    #[error("could not allocate {bytes} bytes")]
    Memory {
        /// The bytes that were needed.
        bytes: usize,
    },
}

/// A mistake in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Its length does not fit its content.
    Length,
    /// A second start of an image or of a frame.
    Second,
    /// It names a table that is not there, or out of range.
    Table,
    /// The codes of a Huffman table do not fit into their lengths.
    Codes,
    /// A side of the picture is 0.
    Empty,
    /// A sampling factor is not 1 to 4, or an MCU has more than ten blocks.
    Sampling,
    /// It names a component that is not there, or the same one twice.
    Component,
    /// The coefficients that a progressive scan says to hold.
    Progression,
    /// It comes before the start of a frame.
    NoFrame,
    /// No segment has this marker.
    Marker,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "its length",
            Self::Second => "there was one before",
            Self::Table => "it names no table that is there",
            Self::Codes => "the lengths of its codes",
            Self::Empty => "a side of 0 pixels",
            Self::Sampling => "its sampling factors",
            Self::Component => "it names no component that is there",
            Self::Progression => "its range of coefficients",
            Self::NoFrame => "no frame came before it",
            Self::Marker => "nobody knows it",
        })
    }
}

/// A way of coding that is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Process {
    /// Entropy is coded arithmetically.
    Arithmetic,
    /// Samples are predicted, not transformed.
    Lossless,
    /// The picture comes in frames of growing size.
    Hierarchical,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arithmetic => "arithmetic",
            Self::Lossless => "lossless",
            Self::Hierarchical => "hierarchical",
        })
    }
}
