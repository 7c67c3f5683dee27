//! Takes what is drawn out of the list of an animated canvas, so that it is made once and not for every frame.
//!
//! The list is one tree. What is drawn on the canvas are its branches: each is cut off as a request of its own, and what is
//! left of the list draws their results, to which nothing more is done.

use palmette_core::Error;
use palmette_ops::tree::{Node, Step, TreeLimits, flatten, rebuild};
use palmette_ops::{Draw, Op, Transform};

/// A canvas and its list, cut into what happens once and what happens to every frame.
#[derive(Debug)]
pub(crate) struct Hoisted<S> {
    /// The source of the canvas.
    pub(crate) canvas: S,
    /// What is drawn on it, in the order of the draws, each as the canvas of its own list.
    pub(crate) branches: Vec<Branch<S>>,
    /// The list for every frame: node 0 is the frame, node `i` the result of branch `i - 1`.
    pub(crate) frame: Branch<()>,
}

/// The sources and the list of one picture.
#[derive(Debug, PartialEq)]
pub(crate) struct Branch<S> {
    pub(crate) sources: Vec<S>,
    pub(crate) ops: Vec<Op>,
    /// For every entry, its position in the list that this was cut out of.
    positions: Vec<usize>,
}

/// Cuts a list.
///
/// # Errors
///
/// Those of [`palmette_ops::tree::check`] if the list is not that of a tree.
pub(crate) fn hoist<S>(sources: Vec<S>, ops: Vec<Op>) -> Result<Hoisted<S>, palmette_ops::Error> {
    // Whoever made the request has checked how large it is.
    let unlimited = TreeLimits { max_sources: u32::MAX, max_steps: usize::MAX, max_depth: usize::MAX };
    let root = rebuild(sources, ops.into_iter().enumerate().map(number).collect(), &unlimited)?;
    let mut frame = Node::new(());
    let mut branches = Vec::new();
    for step in root.steps {
        frame = match step {
            Step::Transform(options) => frame.transform(options),
            Step::Draw { child, options } => {
                branches.push(Branch::new(child));
                frame.draw(Node::new(()), options)
            }
        };
    }
    Ok(Hoisted { canvas: root.source, branches, frame: Branch::new(frame) })
}

impl<S> Branch<S> {
    fn new(root: Node<S, (usize, Transform), (usize, Draw)>) -> Self {
        let (sources, ops) = flatten(root);
        let (positions, ops) = ops.into_iter().map(unnumber).unzip();
        Self { sources, ops, positions }
    }

    /// Gives an error about an entry of this list the position that the entry had before.
    pub(crate) fn reposition(&self, error: Error) -> Error {
        match error {
            Error::AtOp { position, kind, source } => {
                Error::AtOp { position: self.positions.get(position).copied().unwrap_or(position), kind, source }
            }
            error => error,
        }
    }
}

/// Puts the position of an entry beside its options, with which it travels through the tree.
fn number<T, D>((position, op): (usize, Op<T, D>)) -> Op<(usize, T), (usize, D)> {
    match op {
        Op::Transform { image_index, options } => Op::Transform { image_index, options: (position, options) },
        Op::Draw { draw_image_index, target_image_index, options } => {
            Op::Draw { draw_image_index, target_image_index, options: (position, options) }
        }
    }
}

/// Undoes [`number`].
fn unnumber<T, D>(op: Op<(usize, T), (usize, D)>) -> (usize, Op<T, D>) {
    match op {
        Op::Transform { image_index, options: (position, options) } => {
            (position, Op::Transform { image_index, options })
        }
        Op::Draw { draw_image_index, target_image_index, options: (position, options) } => {
            (position, Op::Draw { draw_image_index, target_image_index, options })
        }
    }
}

#[cfg(test)]
mod tests {
    use palmette_ops::ImageIndex;
    use palmette_protocol::list::{parse_list, resolve};

    use super::*;

    fn ops(list: &str) -> Vec<Op> {
        resolve(&parse_list(list).unwrap()).unwrap()
    }

    #[test]
    fn hoist_cuts_branches_and_keeps_the_rest_in_order() {
        let list = r#"[
            {"imageIndex": 0, "width": 1},
            {"imageIndex": 1, "width": 2},
            {"drawImageIndex": 1, "targetImageIndex": 0, "top": 3},
            {"drawImageIndex": 3, "targetImageIndex": 2, "top": 4},
            {"imageIndex": 2, "width": 5},
            {"drawImageIndex": 2, "targetImageIndex": 0, "top": 6},
            {"imageIndex": 0, "width": 7}]"#;
        let hoisted = hoist(vec!['a', 'b', 'c', 'd'], ops(list)).unwrap();
        assert_eq!(hoisted.canvas, 'a');
        let expected = [
            Branch { sources: vec!['b'], ops: ops(r#"[{"imageIndex": 0, "width": 2}]"#), positions: vec![1] },
            Branch {
                sources: vec!['c', 'd'],
                ops: ops(r#"[{"drawImageIndex": 1, "targetImageIndex": 0, "top": 4}, {"imageIndex": 0, "width": 5}]"#),
                positions: vec![3, 4],
            },
        ];
        assert_eq!(hoisted.branches, expected);
        let frame = r#"[
            {"imageIndex": 0, "width": 1},
            {"drawImageIndex": 1, "targetImageIndex": 0, "top": 3},
            {"drawImageIndex": 2, "targetImageIndex": 0, "top": 6},
            {"imageIndex": 0, "width": 7}]"#;
        assert_eq!((hoisted.frame.ops, hoisted.frame.positions), (ops(frame), vec![0, 2, 5, 6]));
    }

    #[test]
    fn hoist_leaves_errors_where_they_belong() {
        let list = r#"[{"imageIndex": 1}, {"drawImageIndex": 1, "targetImageIndex": 0}, {"imageIndex": 0}]"#;
        let hoisted = hoist(vec![(); 2], ops(list)).unwrap();
        let error = |position| Error::DeadlineExceeded.at_op(position, "transform");
        assert!(matches!(hoisted.frame.reposition(error(1)), Error::AtOp { position: 2, .. }));
        assert!(matches!(hoisted.branches[0].reposition(error(0)), Error::AtOp { position: 0, .. }));
        assert!(matches!(hoisted.frame.reposition(Error::DeadlineExceeded), Error::DeadlineExceeded));
    }

    #[test]
    fn hoist_refuses_lists_that_are_no_tree() {
        let ops = vec![Op::Transform { image_index: ImageIndex(1), options: Transform::default() }];
        assert!(hoist(vec![()], ops).is_err());
    }
}
