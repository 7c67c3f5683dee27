//! Where in a request something is wrong, in the words of the program that made it.
//!
//! A program calls `input`, `transform` and `draw`. It never sees the flat list that these calls become, so no message names an
//! entry of that list: a [`Place`] counts pictures, and the transforms and draws of each.

use std::fmt;

use crate::{ImageIndex, Op};

/// A place in a request. It reads `the canvas`, `transform 2 of picture 1`, `draw 1 on the canvas` or `transform 1 of output 2`.
///
/// Pictures have the numbers of the form: the canvas is picture 0, and the others follow in the order in which a program reads, a
/// picture before those that are drawn on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A picture or a text as it came.
    Picture(ImageIndex),
    /// A transform.
    Transform {
        /// The picture that is transformed.
        picture: ImageIndex,
        /// Which of its transforms, from 1.
        number: usize,
    },
    /// A draw.
    Draw {
        /// The picture that is drawn on.
        target: ImageIndex,
        /// Which of the draws on it, from 1.
        number: usize,
    },
    /// One of several outputs.
    Output {
        /// Which of them, from 1.
        output: usize,
    },
    /// A transform that only one of several outputs gets.
    TransformOfOutput {
        /// Which of them, from 1.
        output: usize,
        /// Which of its transforms, from 1.
        number: usize,
    },
}

impl Place {
    /// Returns the place of a source by its index; 0 is the canvas.
    ///
    /// # Panics
    ///
    /// If the index does not fit 32 bits, as those of forms do.
    #[must_use]
    pub fn of_source(index: usize) -> Self {
        Self::Picture(ImageIndex(u32::try_from(index).expect("an index of 32 bits")))
    }

    /// Returns the place of an entry of a list.
    ///
    /// # Panics
    ///
    /// If the list has no such entry.
    #[must_use]
    pub fn of_entry<T, D>(ops: &[Op<T, D>], position: usize) -> Self {
        let count = |is_alike: &dyn Fn(&Op<T, D>) -> bool| ops[..=position].iter().filter(|op| is_alike(op)).count();
        match ops[position] {
            Op::Transform { image_index: picture, .. } => {
                let number = count(&|op| matches!(op, Op::Transform { image_index, .. } if *image_index == picture));
                Self::Transform { picture, number }
            }
            Op::Draw { target_image_index: target, .. } => {
                let number =
                    count(&|op| matches!(op, Op::Draw { target_image_index, .. } if *target_image_index == target));
                Self::Draw { target, number }
            }
        }
    }

    /// Returns the same place where the list was continued by the transforms of one output: those of the canvas that are not among the
    /// `listed` ones are its own.
    #[must_use]
    pub const fn of_output(self, output: usize, listed: usize) -> Self {
        match self {
            Self::Transform { picture: ImageIndex::CANVAS, number } if number > listed => {
                Self::TransformOfOutput { output, number: number - listed }
            }
            place => place,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Picture(ImageIndex::CANVAS) => f.write_str("the canvas"),
            Self::Picture(ImageIndex(number)) => write!(f, "picture {number}"),
            Self::Transform { picture, number } => write!(f, "transform {number} of {}", Self::Picture(picture)),
            Self::Draw { target, number } => write!(f, "draw {number} on {}", Self::Picture(target)),
            Self::Output { output } => write!(f, "output {output}"),
            Self::TransformOfOutput { output, number } => write!(f, "transform {number} of output {output}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Node, flatten};

    #[test]
    fn places_count_as_a_program_reads() {
        let tree = Node::new('A')
            .transform(())
            .draw(Node::new('B').transform(()).draw(Node::new('C').transform(()), ()).transform(()), ())
            .transform(())
            .draw(Node::new('D'), ());
        let (_, ops) = flatten(tree);
        let places: Vec<_> = (0..ops.len()).map(|position| Place::of_entry(&ops, position).to_string()).collect();
        assert_eq!(
            places,
            [
                "transform 1 of the canvas",
                "transform 1 of picture 1",
                "transform 1 of picture 2",
                "draw 1 on picture 1",
                "transform 2 of picture 1",
                "draw 1 on the canvas",
                "transform 2 of the canvas",
                "draw 2 on the canvas",
            ]
        );
        assert_eq!([0, 3].map(|index| Place::of_source(index).to_string()), ["the canvas", "picture 3"]);
    }

    #[test]
    fn places_behind_the_list_are_those_of_an_output() {
        let transform = |picture, number| Place::Transform { picture: ImageIndex(picture), number };
        assert_eq!(transform(0, 2).of_output(5, 2), transform(0, 2));
        assert_eq!(transform(0, 3).of_output(5, 2).to_string(), "transform 1 of output 5");
        assert_eq!(transform(1, 3).of_output(5, 2), transform(1, 3));
    }
}
