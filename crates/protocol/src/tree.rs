//! The tree that a client builds and the flat list that it sends, both ways.

use crate::{Error, Op, Options};

/// A picture in the making: a source and what is done to it, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<S, T = Options, D = Options> {
    /// What the picture starts as.
    pub source: S,
    /// What is done to it.
    pub steps: Vec<Step<S, T, D>>,
}

/// One thing that is done to a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<S, T = Options, D = Options> {
    /// One `transform` object.
    Transform(T),
    /// Draws another node, finished, on this one.
    Draw {
        /// The overlay.
        child: Node<S, T, D>,
        /// Where and how.
        options: D,
    },
}

/// How large a tree may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeLimits {
    /// Sources, the canvas included; default 64. A breach is 9401.
    pub max_sources: u32,
    /// Entries of the list; default 256.
    pub max_steps: usize,
    /// Nodes from the canvas down to the deepest overlay, both included; default 16.
    pub max_depth: usize,
}

impl Default for TreeLimits {
    fn default() -> Self {
        Self { max_sources: 64, max_steps: 256, max_depth: 16 }
    }
}

/// Flattens a tree to its sources in the order of their indices and its list.
#[must_use]
pub fn flatten<S, T, D>(_root: Node<S, T, D>) -> (Vec<S>, Vec<Op<T, D>>) {
    todo!()
}

/// Checks that a list is the flattening of one tree of `source_count` nodes.
///
/// # Errors
///
/// 9401, naming the first entry that is wrong.
pub fn check<T, D>(_source_count: usize, _ops: &[Op<T, D>], _limits: &TreeLimits) -> Result<(), Error> {
    todo!()
}

/// Rebuilds the tree that a list was flattened from.
///
/// # Errors
///
/// Those of [`check`].
pub fn rebuild<S, T, D>(_sources: Vec<S>, _ops: Vec<Op<T, D>>, _limits: &TreeLimits) -> Result<Node<S, T, D>, Error> {
    todo!()
}
