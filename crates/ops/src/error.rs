//! Everything that can be wrong with a list and its tree.

use crate::{Class, ImageIndex};

/// A list that is not the flattening of one tree, or a tree that is larger than allowed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when an entry of the list is wrong; names the entry.
    #[error("op {position}, {kind}: {source}")]
    AtOp {
        /// Index in the list, from 0.
        position: usize,
        /// `transform` or `draw`.
        kind: &'static str,
        /// What is wrong with it.
        source: Box<Self>,
    },
    /// Occurs when an entry names a node whose source the form does not hold.
    #[error("node {node} has no source, the form holds {source_count}")]
    NoSource {
        /// The node.
        node: ImageIndex,
        /// Sources in the form; nodes count from 0.
        source_count: usize,
    },
    /// Occurs when a node is drawn on itself.
    #[error("node {node} cannot be drawn on itself")]
    DrawnOnItself {
        /// The node.
        node: ImageIndex,
    },
    /// Occurs when the canvas is drawn.
    #[error("node 0 is the canvas and cannot be drawn")]
    CanvasDrawn,
    /// Occurs when an entry touches a node that an earlier entry drew.
    #[error("node {node} is gone since op {drawn_at} drew it")]
    UsedAfterDraw {
        /// The node.
        node: ImageIndex,
        /// The entry that drew it.
        drawn_at: usize,
    },
    /// Occurs when an entry turns to a node while one that was begun later is not drawn yet.
    #[error("node {node} has to wait until node {unfinished} is drawn")]
    OutOfTurn {
        /// The node.
        node: ImageIndex,
        /// The node whose turn it is.
        unfinished: ImageIndex,
    },
    /// Occurs when a node is drawn on another one than that which was being made when it began.
    #[error("node {node} belongs on node {parent}, not on node {target}")]
    WrongTarget {
        /// The node that is drawn.
        node: ImageIndex,
        /// What it can be drawn on at this place: the last node that is not drawn yet.
        parent: ImageIndex,
        /// What it is drawn on.
        target: ImageIndex,
    },
    /// Occurs when the list ends before every node but the canvas is drawn.
    #[error("op {position} is missing: node {node} is never drawn")]
    NeverDrawn {
        /// The length of the list.
        position: usize,
        /// The innermost node that is not drawn.
        node: ImageIndex,
    },
    /// Occurs when the tree has more levels than allowed.
    #[error("node {node} would be on level {} of the tree, allowed are {max_depth}", .max_depth + 1)]
    TooDeep {
        /// The first node that lies too deep.
        node: ImageIndex,
        /// The limit.
        max_depth: usize,
    },
    /// Occurs when the list has more entries than allowed.
    #[error("op {max_steps} is one too many: the list has {actual} entries, allowed are {max_steps}")]
    TooManySteps {
        /// Entries of the list.
        actual: usize,
        /// The limit.
        max_steps: usize,
    },
    /// Occurs when a form has more sources than allowed.
    #[error("source {max_sources} is one too many: allowed are {max_sources}, the canvas included")]
    TooManySources {
        /// The limit.
        max_sources: u32,
    },
}

impl Error {
    /// Adds the entry of the list that is at fault.
    pub(crate) fn at_op(self, position: usize, kind: &'static str) -> Self {
        Self::AtOp { position, kind, source: Box::new(self) }
    }

    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::AtOp { source, .. } => source.class(),
            Self::TooDeep { .. } | Self::TooManySteps { .. } | Self::TooManySources { .. } => Class::Limit,
            Self::NoSource { .. }
            | Self::DrawnOnItself { .. }
            | Self::CanvasDrawn
            | Self::UsedAfterDraw { .. }
            | Self::OutOfTurn { .. }
            | Self::WrongTarget { .. }
            | Self::NeverDrawn { .. } => Class::Caller,
        }
    }
}
