//! The tree that a client builds and the flat list that it sends, both ways.
//!
//! A picture is a [`Node`]: a source and steps, some of which draw other nodes. [`flatten`] walks it depth first: a node
//! gets its number when the walk meets it, and is drawn when its own steps are written.
//!
//! ```text
//! input(A).rotate().draw(input(B).flip()).draw(input(C).draw(D))     sources A, B, C, D
//!
//! op 0   imageIndex 0, rotate                                        A is node 0, the canvas
//! op 1   imageIndex 1, flip                                          B
//! op 2   drawImageIndex 1, targetImageIndex 0                        B on A
//! op 3   drawImageIndex 3, targetImageIndex 2                        D on C, which was met first
//! op 4   drawImageIndex 2, targetImageIndex 0                        C on A
//! ```
//!
//! [`rebuild`] goes back, for exactly the lists that [`flatten`] makes; [`check`] says whether a list is one. Nothing here
//! recurses over a list, so no request can exhaust the stack; a tree that was rebuilt is no deeper than
//! [`TreeLimits::max_depth`] and [`TreeLimits::DEEPEST`], and can be dropped and compared safely.

mod walk;

pub use walk::check;

use crate::{Draw, Error, ImageIndex, Op, Transform};

/// A picture in the making: a source and its steps, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<S, T = Transform, D = Draw> {
    /// The start of the picture.
    pub source: S,
    /// Its steps.
    pub steps: Vec<Step<S, T, D>>,
}

/// One thing that is done to a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<S, T = Transform, D = Draw> {
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

impl<S, T, D> Node<S, T, D> {
    /// Makes a node to which nothing is done yet.
    #[must_use]
    pub const fn new(source: S) -> Self {
        Self { source, steps: Vec::new() }
    }

    /// Adds a transform.
    #[must_use]
    pub fn transform(mut self, options: T) -> Self {
        self.steps.push(Step::Transform(options));
        self
    }

    /// Adds a draw of another node.
    #[must_use]
    pub fn draw(mut self, child: Self, options: D) -> Self {
        self.steps.push(Step::Draw { child, options });
        self
    }
}

/// How large a tree may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeLimits {
    /// Sources, the canvas included; default 64. A breach is [`Error::TooManySources`].
    pub max_sources: u32,
    /// Entries of the list; default 256. A breach is [`Error::TooManySteps`].
    pub max_steps: usize,
    /// Nodes from the canvas down to the deepest overlay, both included; default 16. A breach is [`Error::TooDeep`].
    pub max_depth: usize,
}

impl TreeLimits {
    /// The upper bound of `max_depth`, even if more is set: trees are dropped and compared by recursion.
    pub const DEEPEST: usize = 256;
}

impl Default for TreeLimits {
    fn default() -> Self {
        Self { max_sources: 64, max_steps: 256, max_depth: 16 }
    }
}

/// Flattens a tree to its sources in the order of their indices and its list.
///
/// ```
/// use palmette_ops::tree::{Node, flatten};
/// use palmette_ops::{ImageIndex, Op};
///
/// let tree = Node::new("a").draw(Node::new("b").draw(Node::new("c"), 'x'), 'y').draw(Node::new("d"), 'z');
/// let (sources, ops) = flatten::<_, (), _>(tree);
/// assert_eq!(sources, ["a", "b", "c", "d"]);
/// let draw = |index, target, options| Op::Draw {
///     draw_image_index: ImageIndex(index),
///     target_image_index: ImageIndex(target),
///     options,
/// };
/// assert_eq!(ops, [draw(2, 1, 'x'), draw(1, 0, 'y'), draw(3, 0, 'z')]);
/// ```
///
/// # Panics
///
/// If the tree has 2³² nodes.
#[must_use]
pub fn flatten<S, T, D>(root: Node<S, T, D>) -> (Vec<S>, Vec<Op<T, D>>) {
    /// A node whose steps are being written.
    struct Open<I, D> {
        index: ImageIndex,
        steps: I,
        /// How it will be drawn; `None` for the canvas.
        drawn: Option<D>,
    }

    let mut sources = vec![root.source];
    let mut ops = Vec::new();
    let mut open = vec![Open { index: ImageIndex::CANVAS, steps: root.steps.into_iter(), drawn: None }];
    while let Some(node) = open.last_mut() {
        match node.steps.next() {
            Some(Step::Transform(options)) => ops.push(Op::Transform { image_index: node.index, options }),
            Some(Step::Draw { child, options }) => {
                let index = ImageIndex(u32::try_from(sources.len()).expect("memory holds fewer than 2³² nodes"));
                sources.push(child.source);
                open.push(Open { index, steps: child.steps.into_iter(), drawn: Some(options) });
            }
            None => {
                let done = node.index;
                let drawn = open.pop().and_then(|node| node.drawn);
                if let (Some(options), Some(target)) = (drawn, open.last()) {
                    ops.push(Op::Draw { draw_image_index: done, target_image_index: target.index, options });
                }
            }
        }
    }
    (sources, ops)
}

/// Rebuilds the tree that a list was flattened from.
///
/// # Errors
///
/// Those of [`check`].
pub fn rebuild<S, T, D>(sources: Vec<S>, ops: Vec<Op<T, D>>, limits: &TreeLimits) -> Result<Node<S, T, D>, Error> {
    check(sources.len(), &ops, limits)?;

    let mut nodes = sources.into_iter().map(Node::new);
    let mut met = 0;
    // The canvas, and on it what is being made at the moment, the innermost node last.
    let mut open = Vec::new();
    let mut meet = |open: &mut Vec<_>, index: ImageIndex| {
        open.extend(nodes.by_ref().take((index.0 + 1).saturating_sub(met) as usize));
        met = met.max(index.0 + 1);
    };
    meet(&mut open, ImageIndex::CANVAS);
    for op in ops {
        match op {
            Op::Transform { image_index, options } => {
                meet(&mut open, image_index);
                if let Some(node) = open.last_mut() {
                    node.steps.push(Step::Transform(options));
                }
            }
            Op::Draw { draw_image_index, options, .. } => {
                meet(&mut open, draw_image_index);
                if let (Some(child), Some(target)) = (open.pop(), open.last_mut()) {
                    target.steps.push(Step::Draw { child, options });
                }
            }
        }
    }
    Ok(open.pop().expect("a checked list has a canvas and never draws it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(source: char) -> Node<char, u32, u32> {
        Node::new(source)
    }

    /// The tree of section 1 of the protocol: nested, with steps before, between and after draws.
    fn example() -> Node<char, u32, u32> {
        node('A')
            .transform(90)
            .draw(node('B').transform(180), 1)
            .draw(node('C').draw(node('D'), 3).transform(270), 2)
            .draw(node('E'), 4)
    }

    #[test]
    fn flatten_numbers_nodes_as_they_are_met() {
        let transform = |index, options| Op::Transform { image_index: ImageIndex(index), options };
        let draw = |index, target, options| Op::Draw {
            draw_image_index: ImageIndex(index),
            target_image_index: ImageIndex(target),
            options,
        };
        let (sources, ops) = flatten(example());
        assert_eq!(sources, ['A', 'B', 'C', 'D', 'E']);
        let expected = [
            transform(0, 90),
            transform(1, 180),
            draw(1, 0, 1),
            draw(3, 2, 3),
            transform(2, 270),
            draw(2, 0, 2),
            draw(4, 0, 4),
        ];
        assert_eq!(ops, expected);
    }

    #[test]
    fn rebuild_undoes_flatten() {
        let chain = node('A').draw(node('B').draw(node('C').draw(node('D').transform(1), 2), 3), 4).transform(5);
        for tree in [node('A'), example(), chain] {
            let (sources, ops) = flatten(tree.clone());
            assert_eq!(rebuild(sources, ops, &TreeLimits::default()).unwrap(), tree);
        }
    }

    #[test]
    fn flatten_does_not_recurse() {
        let mut tree = node('A');
        for _ in 0..100_000 {
            tree = node('A').draw(tree, 0);
        }
        assert_eq!(flatten(tree).0.len(), 100_001);
    }
}
