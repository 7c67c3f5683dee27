//! The size of what a layer makes.

use palmette_core::Size;

use super::{Layer, Operation};
use crate::Error;

/// Returns the size of the value that a layer makes, from those of all values before it.
pub(super) fn size_of(layer: &Layer, sizes: &[Size]) -> Result<Size, Error> {
    let first = sizes[layer.inputs[0].0];
    if let Operation::Add(_) | Operation::Concat = &layer.operation
        && let Some(second) = layer.inputs.iter().map(|input| sizes[input.0]).find(|&size| size != first)
    {
        return Err(Error::SizesDiffer { first, second });
    }
    let side = |axis: usize, px: u32| {
        let side = layer.operation.side(axis, px as usize).and_then(|side| u32::try_from(side).ok());
        side.ok_or_else(|| match layer.operation {
            Operation::Nearest { factor } | Operation::Bilinear { factor, .. } | Operation::PixelShuffle { factor } => {
                Error::OutOfRange { what: "factor", given: wide(factor), least: 1, most: 1 }
            }
            _ => Error::Empty,
        })
    };
    Ok(Size::new(side(1, first.width)?, side(0, first.height)?))
}

/// Makes a count a number of errors.
pub(super) fn wide(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
