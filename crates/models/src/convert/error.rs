//! What can go wrong with the files that models are made of.

/// A failure of converting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when a file ends too early, or a part of it points outside of it.
    #[error("the file is broken near {at}")]
    Broken {
        /// The byte, or the line, as far as known.
        at: usize,
    },
    /// Occurs when a file holds a net that was not expected.
    #[error("the file holds {what}")]
    Foreign {
        /// The part that is not known here.
        what: &'static str,
    },
    /// Occurs when parts of a graph do not fit together.
    #[error("node {node} does not fit what it takes")]
    Inconsistent {
        /// Its place in the graph, from 0.
        node: usize,
    },
    /// Occurs when fixed point cannot hold what a node computes.
    #[error("node {node} {what}")]
    Unfit {
        /// Its place in the graph, from 0.
        node: usize,
        /// What it does.
        what: &'static str,
    },
    /// Occurs when the net that was made is refused.
    #[error(transparent)]
    Net(#[from] crate::Error),
    /// Occurs when a package cannot be unpacked.
    #[error("the package cannot be unpacked: {0}")]
    Package(#[from] std::io::Error),
    /// Occurs when a package lacks a file.
    #[error("the package has no file {path}")]
    NotInPackage {
        /// The file.
        path: String,
    },
    /// Occurs when a file is not the one that was looked at.
    #[error("{path} has the SHA-256 {found}, and {expected} is expected")]
    OtherFile {
        /// The file.
        path: String,
        /// Its digest.
        found: String,
        /// The digest that it should have.
        expected: String,
    },
}
