//! Everything that can be wrong with a list and its tree.

use crate::{Class, ImageIndex, Place};

/// A list that is not the flattening of one tree, or a tree that is larger than allowed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when an entry of the list is wrong; names the entry.
    #[error("{place}: {source}")]
    At {
        /// The entry.
        place: Place,
        /// What is wrong with it.
        source: Box<Self>,
    },
    /// Occurs when an entry names a node whose source the form does not hold.
    #[error("there is no picture {node}; the form has {source_count}, and the canvas is picture 0")]
    NoSource {
        /// The node.
        node: ImageIndex,
        /// Sources in the form; nodes count from 0.
        source_count: usize,
    },
    /// Occurs when a node is drawn on itself.
    #[error("{} cannot be drawn on itself", Place::Picture(*.node))]
    DrawnOnItself {
        /// The node.
        node: ImageIndex,
    },
    /// Occurs when the canvas is drawn.
    #[error("the canvas cannot be drawn")]
    CanvasDrawn,
    /// Occurs when an entry touches a node that an earlier entry drew.
    #[error("{} was drawn already, and nothing can follow", Place::Picture(*.node))]
    UsedAfterDraw {
        /// The node.
        node: ImageIndex,
    },
    /// Occurs when an entry turns to a node while one that was begun later is not drawn yet.
    #[error("{} has to wait until {} is drawn", Place::Picture(*.node), Place::Picture(*.unfinished))]
    OutOfTurn {
        /// The node.
        node: ImageIndex,
        /// The node whose turn it is.
        unfinished: ImageIndex,
    },
    /// Occurs when a node is drawn on another one than that which was being made when it began.
    #[error("{} must be drawn on {}, not on {}", Place::Picture(*.node), Place::Picture(*.parent), Place::Picture(*.target))]
    WrongTarget {
        /// The node that is drawn.
        node: ImageIndex,
        /// The node that it can be drawn on here: the last one that is not drawn yet.
        parent: ImageIndex,
        /// The node that it is drawn on.
        target: ImageIndex,
    },
    /// Occurs when the list ends before every node but the canvas is drawn.
    #[error("{} is never drawn", Place::Picture(*.node))]
    NeverDrawn {
        /// The innermost node that is not drawn.
        node: ImageIndex,
    },
    /// Occurs when the tree has more levels than allowed.
    #[error("{} is on level {} of the tree, and the limit is {max_depth}", Place::Picture(*.node), .max_depth + 1)]
    TooDeep {
        /// The first node that lies too deep.
        node: ImageIndex,
        /// The limit.
        max_depth: usize,
    },
    /// Occurs when the list has more entries than allowed.
    #[error("{actual} transforms and draws are over the limit of {max_steps}")]
    TooManySteps {
        /// Entries of the list.
        actual: usize,
        /// The limit.
        max_steps: usize,
    },
    /// Occurs when a form has more sources than allowed.
    #[error("more than {max_sources} pictures, the canvas included")]
    TooManySources {
        /// The limit.
        max_sources: u32,
    },
}

impl Error {
    /// Adds the entry of the list that is at fault.
    pub(crate) fn at(self, place: Place) -> Self {
        Self::At { place, source: Box::new(self) }
    }

    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::At { source, .. } => source.class(),
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
