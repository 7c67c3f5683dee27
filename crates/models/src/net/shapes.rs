//! The size of what a layer makes.

use palmette_core::Size;

use super::{Layer, Operation, Padding, Window};
use crate::Error;

/// Returns the size of the value that a layer makes, from those of all values before it.
pub(super) fn size_of(layer: &Layer, sizes: &[Size]) -> Result<Size, Error> {
    let first = sizes[layer.inputs[0].0];
    let enlarged = |factor: usize| {
        let side = |px: u32| u32::try_from(factor).ok().and_then(|factor| px.checked_mul(factor));
        match (side(first.width), side(first.height)) {
            (Some(width), Some(height)) => Ok(Size::new(width, height)),
            _ => Err(Error::OutOfRange { what: "factor", given: wide(factor), least: 1, most: 1 }),
        }
    };
    match &layer.operation {
        Operation::Convolution(convolution) => windowed(&convolution.window, first),
        Operation::MaxPool(window) => windowed(window, first),
        Operation::GlobalAverage => Ok(Size::new(1, 1)),
        Operation::Nearest { factor } | Operation::Bilinear { factor, .. } | Operation::PixelShuffle { factor } => {
            enlarged(*factor)
        }
        Operation::Add(_) | Operation::Concat => {
            match layer.inputs.iter().map(|input| sizes[input.0]).find(|&size| size != first) {
                Some(second) => Err(Error::SizesDiffer { first, second }),
                None => Ok(first),
            }
        }
        Operation::PadChannels { .. } | Operation::Table(_) => Ok(first),
    }
}

/// Returns how many positions a window has.
fn windowed(window: &Window, size: Size) -> Result<Size, Error> {
    let side = |axis: usize, px: u32| {
        let px = px as usize;
        let count = match window.padding {
            Padding::Same => px.div_ceil(window.stride[axis]),
            Padding::Explicit(pads) => (px + pads[axis][0] + pads[axis][1])
                .checked_sub(window.extent(axis))
                .map_or(0, |room| room / window.stride[axis] + 1),
        };
        u32::try_from(count).ok().filter(|&count| count > 0).ok_or(Error::Empty)
    };
    Ok(Size::new(side(1, size.width)?, side(0, size.height)?))
}

/// Makes a count a number of errors.
pub(super) fn wide(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
