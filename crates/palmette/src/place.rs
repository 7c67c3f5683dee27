//! Where in a picture something is wrong, in the words of the program that describes it.
//!
//! The pipeline works on a flat list, and its errors name entries of it. A program that calls `transform` and `draw` has never
//! seen that list: it counts pictures, and the transforms of each.

use std::fmt;

use palmette_ops::{ImageIndex, Op};

use crate::Error;

/// A place in the description of a picture. It reads `transform 2 of the canvas`, or `draw of overlay 1 on the canvas`.
///
/// Overlays are numbered from 1, in the order in which the program reads: an overlay, then what is drawn on it, then the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A picture as it was opened.
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
        /// The picture that is drawn.
        overlay: ImageIndex,
        /// The picture that it is drawn on.
        target: ImageIndex,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Picture(index) => fmt::Display::fmt(&Name(index), f),
            Self::Transform { picture, number } => write!(f, "transform {number} of {}", Name(picture)),
            Self::Draw { overlay, target } => write!(f, "draw of {} on {}", Name(overlay), Name(target)),
        }
    }
}

/// The name of a picture.
struct Name(ImageIndex);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ImageIndex::CANVAS => f.write_str("the canvas"),
            ImageIndex(number) => write!(f, "overlay {number}"),
        }
    }
}

/// The places of the entries of a list.
#[derive(Debug)]
pub(crate) struct Places(Vec<Place>);

impl Places {
    /// Finds the places of all entries.
    pub(crate) fn of_list<T, D>(ops: &[Op<T, D>]) -> Self {
        let mut transforms = Vec::new();
        let place = |op: &Op<T, D>| match *op {
            Op::Transform { image_index, .. } => {
                transforms.push(image_index);
                let number = transforms.iter().filter(|index| **index == image_index).count();
                Place::Transform { picture: image_index, number }
            }
            Op::Draw { draw_image_index, target_image_index, .. } => {
                Place::Draw { overlay: draw_image_index, target: target_image_index }
            }
        };
        Self(ops.iter().map(place).collect())
    }

    /// Returns the place of each entry.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Place> {
        self.0.iter().copied()
    }

    /// Says in which place something failed, if it is one place.
    pub(crate) fn name(&self, error: Error) -> Error {
        match error {
            Error::Source { index, source } => match u32::try_from(index) {
                Ok(number) => Error::At { place: Place::Picture(ImageIndex(number)), source },
                Err(_) => Error::Source { index, source },
            },
            Error::Core(palmette_core::Error::AtOp { position, kind, source }) => match self.0.get(position) {
                Some(&place) => Error::At { place, source: (*source).into() },
                None => Error::Core(palmette_core::Error::AtOp { position, kind, source }),
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use palmette_ops::tree::{Node, flatten};

    use super::*;

    #[test]
    fn places_count_as_a_program_reads() {
        let tree = Node::new('A')
            .transform(())
            .draw(Node::new('B').transform(()).draw(Node::new('C').transform(()), ()).transform(()), ())
            .transform(())
            .draw(Node::new('D'), ());
        let (_, ops) = flatten(tree);
        let places: Vec<_> = Places::of_list(&ops).0.iter().map(ToString::to_string).collect();
        assert_eq!(
            places,
            [
                "transform 1 of the canvas",
                "transform 1 of overlay 1",
                "transform 1 of overlay 2",
                "draw of overlay 2 on overlay 1",
                "transform 2 of overlay 1",
                "draw of overlay 1 on the canvas",
                "transform 2 of the canvas",
                "draw of overlay 3 on the canvas",
            ]
        );
    }
}
