//! Says whether a list is the flattening of one tree.
//!
//! At every entry of such a list some nodes are *open*: the canvas, a node that is being made to be drawn on it, another
//! to be drawn on that, and so on. An entry can only be about the innermost open node, or begin the next one. Numbers tell
//! which nodes an entry begins: whatever comes before it in number was met before it, so a list that goes from node 1 to
//! node 4 at once has begun nodes 2 and 3 too, each inside the other. So the list decides the tree, and reading it is one
//! pass with a stack.

use super::TreeLimits;
use crate::{Error, ImageIndex, Op, Place};

/// Checks that a list is the flattening of one tree of `source_count` nodes.
///
/// # Errors
///
/// Names the first entry that is wrong and why, or the limit that the tree exceeds.
pub fn check<T, D>(source_count: usize, ops: &[Op<T, D>], limits: &TreeLimits) -> Result<(), Error> {
    if source_count > limits.max_sources as usize {
        return Err(Error::TooManySources { max_sources: limits.max_sources });
    }
    if ops.len() > limits.max_steps {
        return Err(Error::TooManySteps { actual: ops.len(), max_steps: limits.max_steps });
    }
    let mut walk = Walk::new(source_count, limits.max_depth.min(TreeLimits::DEEPEST))?;
    for (position, op) in ops.iter().enumerate() {
        match *op {
            Op::Transform { image_index, .. } => walk.turn_to(image_index),
            Op::Draw { draw_image_index, target_image_index, .. } => walk.draw(draw_image_index, target_image_index),
        }
        .map_err(|error| error.at(Place::of_entry(ops, position)))?;
    }
    walk.finish()
}

/// The state of the tree at one place of the list.
struct Walk {
    /// For every node of the form, whether it was drawn.
    drawn: Vec<bool>,
    /// The nodes that are being made, each to be drawn on the one before it.
    open: Vec<ImageIndex>,
    /// Nodes that were met; the next one has this number.
    met: u32,
    max_depth: usize,
}

impl Walk {
    fn new(source_count: usize, max_depth: usize) -> Result<Self, Error> {
        let mut walk = Self { drawn: vec![false; source_count], open: Vec::new(), met: 0, max_depth };
        walk.turn_to(ImageIndex::CANVAS)?;
        Ok(walk)
    }

    /// Turns to a node: the innermost open one, or one that has not been met.
    fn turn_to(&mut self, node: ImageIndex) -> Result<(), Error> {
        self.assert_usable(node)?;
        while self.met <= node.0 {
            let next = ImageIndex(self.met);
            if self.open.len() == self.max_depth {
                return Err(Error::TooDeep { node: next, max_depth: self.max_depth });
            }
            self.open.push(next);
            self.met += 1;
        }
        match self.open.last() {
            Some(&innermost) if innermost != node => Err(Error::OutOfTurn { node, unfinished: innermost }),
            _ => Ok(()),
        }
    }

    /// Draws a node on the one it was begun inside of.
    fn draw(&mut self, node: ImageIndex, target: ImageIndex) -> Result<(), Error> {
        if node == target {
            return Err(Error::DrawnOnItself { node });
        }
        if node == ImageIndex::CANVAS {
            return Err(Error::CanvasDrawn);
        }
        self.assert_usable(target)?;
        self.turn_to(node)?;
        self.open.pop();
        match self.open.last() {
            Some(&parent) if parent != target => Err(Error::WrongTarget { node, parent, target }),
            _ => {
                self.drawn[node.0 as usize] = true;
                Ok(())
            }
        }
    }

    /// Checks that a node exists and was not drawn.
    fn assert_usable(&self, node: ImageIndex) -> Result<(), Error> {
        match self.drawn.get(node.0 as usize) {
            None => Err(Error::NoSource { node, source_count: self.drawn.len() }),
            Some(true) => Err(Error::UsedAfterDraw { node }),
            Some(false) => Ok(()),
        }
    }

    /// Checks that only the canvas is left.
    fn finish(&self) -> Result<(), Error> {
        match (&self.open[1..], self.drawn.get(self.met as usize)) {
            ([.., node], _) => Err(Error::NeverDrawn { node: *node }),
            ([], Some(_)) => Err(Error::NeverDrawn { node: ImageIndex(self.met) }),
            ([], None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Class;

    type ShortOp = Op<(), ()>;

    const fn transform(index: u32) -> ShortOp {
        Op::Transform { image_index: ImageIndex(index), options: () }
    }

    const fn draw(index: u32, target: u32) -> ShortOp {
        Op::Draw { draw_image_index: ImageIndex(index), target_image_index: ImageIndex(target), options: () }
    }

    #[test]
    fn lists_of_trees_are_valid() {
        let valid: [(usize, &[ShortOp]); 5] = [
            (1, &[]),
            (1, &[transform(0), transform(0)]),
            (2, &[draw(1, 0)]),
            (4, &[transform(3), draw(3, 2), draw(2, 1), transform(1), draw(1, 0)]),
            (4, &[transform(0), draw(1, 0), draw(3, 2), draw(2, 0), transform(0)]),
        ];
        for (source_count, ops) in valid {
            assert!(check(source_count, ops, &TreeLimits::default()).is_ok(), "{ops:?}");
        }
    }

    #[test]
    fn other_lists_are_refused_where_they_go_wrong() {
        let invalid: [(usize, &[ShortOp], &str); 17] = [
            (0, &[], "there is no picture 0; the form has 0, and the canvas is picture 0"),
            (
                1,
                &[transform(1)],
                "transform 1 of picture 1: there is no picture 1; the form has 1, and the canvas is picture 0",
            ),
            (
                2,
                &[draw(1, 2)],
                "draw 1 on picture 2: there is no picture 2; the form has 2, and the canvas is picture 0",
            ),
            (
                2,
                &[draw(2, 0)],
                "draw 1 on the canvas: there is no picture 2; the form has 2, and the canvas is picture 0",
            ),
            (2, &[draw(1, 1)], "draw 1 on picture 1: picture 1 cannot be drawn on itself"),
            (1, &[draw(0, 0)], "draw 1 on the canvas: the canvas cannot be drawn on itself"),
            (2, &[draw(0, 1)], "draw 1 on picture 1: the canvas cannot be drawn"),
            (2, &[draw(1, 0), draw(1, 0)], "draw 2 on the canvas: picture 1 was drawn already, and nothing can follow"),
            (
                2,
                &[draw(1, 0), transform(1)],
                "transform 1 of picture 1: picture 1 was drawn already, and nothing can follow",
            ),
            (3, &[draw(1, 0), draw(2, 1)], "draw 1 on picture 1: picture 1 was drawn already, and nothing can follow"),
            // The canvas is touched between the steps of node 1 and its draw.
            (
                2,
                &[transform(1), transform(0), draw(1, 0)],
                "transform 1 of the canvas: the canvas has to wait until picture 1 is drawn",
            ),
            (3, &[transform(2), draw(1, 0)], "draw 1 on the canvas: picture 1 has to wait until picture 2 is drawn"),
            // Numbers follow the sources: what is drawn first is node 1.
            (
                3,
                &[draw(2, 0), draw(1, 0)],
                "draw 1 on the canvas: picture 2 must be drawn on picture 1, not on the canvas",
            ),
            (3, &[draw(1, 2)], "draw 1 on picture 2: picture 1 must be drawn on the canvas, not on picture 2"),
            (2, &[transform(0)], "picture 1 is never drawn"),
            (3, &[transform(2)], "picture 2 is never drawn"),
            (3, &[draw(1, 0)], "picture 2 is never drawn"),
        ];
        for (source_count, ops, message) in invalid {
            let error = check(source_count, ops, &TreeLimits::default()).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert_eq!(error.class(), Class::Caller);
        }
    }

    #[test]
    fn limits_hold_to_the_last_allowed() {
        let limits = TreeLimits { max_sources: 3, max_steps: 2, max_depth: 2 };
        assert!(check(3, &[draw(1, 0), draw(2, 0)], &limits).is_ok());
        for (source_count, ops, message) in [
            (4, &[][..], "more than 3 pictures, the canvas included"),
            (1, &[const { transform(0) }; 3], "3 transforms and draws are over the limit of 2"),
            (3, &[draw(2, 1)], "draw 1 on picture 1: picture 2 is on level 3 of the tree, and the limit is 2"),
        ] {
            let error = check(source_count, ops, &limits).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert_eq!(error.class(), Class::Limit);
        }
    }

    #[test]
    fn depth_is_bounded_whatever_is_set() {
        let limits = TreeLimits { max_sources: u32::MAX, max_steps: usize::MAX, max_depth: usize::MAX };
        let ops: Vec<_> = (1..1000).rev().map(|index| draw(index, index - 1)).collect();
        assert!(matches!(check(1000, &ops, &limits), Err(Error::At { .. })));
    }
}
