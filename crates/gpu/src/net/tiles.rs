//! A net on a picture of any size: in tiles, each with as much around it as the net looks at.
//!
//! A tile of the result needs a part of each value before it, which follows from the layers ([`Graph::spans`]); what lies outside of the
//! picture is padding, as it is for the whole. So each sample is the same as without tiles, and only those near the edges of tiles are made
//! twice. Both axes are independent of each other. Tiles are as large as buffers allow, since the share of what is made twice falls with their
//! sides. A net that looks so far that nothing is left of a tile is for the CPU, which keeps rows of all layers instead.

use std::ops::Range;

use palmette_core::net::{Convolution, Graph, Operation};
use palmette_core::{Rectangle, Size};

use super::layers::narrow;
use crate::image::Tiling;

/// Words of the largest value of a tile, where a device allows more: with the layers around it, some 200 MB.
const MAX_WORDS: u64 = 1 << 24;

/// Rows of invocations that a dispatch has at most: workgroups have four of them.
pub(super) const MAX_ROWS: u64 = 4 * 65_535;

/// The shortest side of a tile, in pixels of the picture, unless the picture is smaller.
const MIN_SIDE: usize = 4;

/// A net is run on at most so many tiles.
const MAX_TILES: usize = 1 << 14;

/// How a picture is cut up for a net.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tiles {
    /// By row of tiles, then by column of them: the pixels of each value along the axis.
    axes: [Vec<Vec<Range<usize>>>; 2],
    /// The size of each value, all tiles together.
    sizes: Vec<Size>,
    /// Words of each value, in the tile where it is largest.
    words: Vec<u64>,
}

impl Tiles {
    /// Takes values of these sizes whole, if a device can hold them.
    pub(crate) fn whole(graph: &Graph, sizes: &[Size], tiling: Tiling) -> Option<Self> {
        let spans = |side: fn(&Size) -> u32| vec![sizes.iter().map(|size| 0..side(size) as usize).collect()];
        Self::new(graph, sizes, [spans(|size| size.height), spans(|size| size.width)], tiling)
    }

    /// Cuts up a picture for a net that takes one and makes one so many times as large.
    pub(crate) fn of_picture(graph: &Graph, picture: Size, tiling: Tiling) -> Option<Self> {
        let sizes = graph.sizes(&[picture])?;
        let output = sizes[graph.outputs.first()?.0];
        let (width, height) = (picture.width as usize, picture.height as usize);
        let factor = output.width as usize / width;
        if factor == 0 || [output.width as usize, output.height as usize] != [factor * width, factor * height] {
            return None;
        }
        let lens = [|size: &Size| size.height as usize, |size: &Size| size.width as usize]
            .map(|side| sizes.iter().map(side).collect::<Vec<_>>());
        let spans = |axis: usize, count: usize, tile: usize| {
            let px = [height, width][axis];
            graph.spans(axis, &lens[axis], factor * (px * tile / count)..factor * (px * (tile + 1) / count))
        };
        // Sides fall by about a sixth each time.
        let longest = width.max(height);
        let sides = std::iter::successors(Some(longest), |side| {
            Some((side * 27 / 32).max(MIN_SIDE)).filter(|next| next < side)
        });
        for side in sides {
            let counts = counts([height, width], side);
            if counts[0].saturating_mul(counts[1]) > MAX_TILES {
                return None;
            }
            // One from the middle shows whether it is worth to look at all of them.
            let middle = [0, 1].map(|axis| vec![spans(axis, counts[axis], counts[axis] / 2)]);
            if Self::new(graph, &sizes, middle, tiling).is_none() {
                continue;
            }
            let axes = [0, 1].map(|axis| (0..counts[axis]).map(|tile| spans(axis, counts[axis], tile)).collect());
            if let Some(tiles) = Self::new(graph, &sizes, axes, tiling) {
                return Some(tiles);
            }
        }
        None
    }

    /// Checks that a device can hold every value of every tile.
    fn new(graph: &Graph, sizes: &[Size], axes: [Vec<Vec<Range<usize>>>; 2], tiling: Tiling) -> Option<Self> {
        let max_words = tiling.page_words().min(MAX_WORDS);
        let most =
            |axis: usize, value: usize| axes[axis].iter().map(|spans| spans[value].len()).max().unwrap_or(0) as u64;
        let mut words = Vec::new();
        for (value, channels) in graph.channels().into_iter().enumerate() {
            let pairs = channels.div_ceil(2) as u64;
            let (height, width) = (most(0, value), most(1, value));
            let value_words = pairs.checked_mul(width)?.checked_mul(height)?;
            if value_words > max_words || pairs * height > MAX_ROWS {
                return None;
            }
            words.push(value_words);
        }
        Some(Self { axes, sizes: sizes.to_vec(), words })
    }

    /// Returns the size of each value, all tiles together.
    pub(crate) fn sizes(&self) -> &[Size] {
        &self.sizes
    }

    /// Returns the words of each value, in the tile where it is largest.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Returns the parts of all values that each tile takes; of some that it has no use for, nothing.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Vec<Rectangle>> {
        let [rows, columns] = &self.axes;
        let part = |(down, across): (&Range<usize>, &Range<usize>)| Rectangle {
            left: narrow(across.start),
            top: narrow(down.start),
            size: Size::new(narrow(across.len()), narrow(down.len())),
        };
        rows.iter().flat_map(move |row| columns.iter().map(move |column| row.iter().zip(column).map(part).collect()))
    }

    /// Returns the pixels of a value in all tiles together.
    pub(crate) fn pixels(&self, value: usize) -> u64 {
        let along = |axis: usize| self.axes[axis].iter().map(|spans| spans[value].len() as u64).sum::<u64>();
        along(0).saturating_mul(along(1))
    }

    /// Returns what the kernel of a layer has to do in all tiles, in units of its price.
    pub(crate) fn units<'a>(&'a self, graph: &'a Graph) -> impl Iterator<Item = (&'a Operation, u64)> {
        let channels = graph.channels();
        graph.layers.iter().enumerate().map(move |(index, layer)| {
            let value = graph.inputs.len() + index;
            let pixels = self.pixels(value);
            let pairs = channels[value].div_ceil(2) as u64;
            let units = match &layer.operation {
                Operation::Convolution(Convolution { weights, .. }) => pixels.saturating_mul(weights.len() as u64),
                Operation::MaxPool(window) => pixels.saturating_mul(pairs * (window.taps[0] * window.taps[1]) as u64),
                Operation::GlobalAverage => self.pixels(layer.inputs[0].0).saturating_mul(pairs),
                _ => pixels.saturating_mul(pairs),
            };
            (&layer.operation, units)
        })
    }
}

/// Returns how many tiles there are, down and across, with the area of a square of that side.
fn counts(lens: [usize; 2], side: usize) -> [usize; 2] {
    // A side that is shorter leaves more for the other one.
    let shorter = usize::from(lens[1] < lens[0]);
    let first = lens[shorter].div_ceil(side);
    let longer = (side * side / lens[shorter].div_ceil(first)).max(1);
    let second = lens[1 - shorter].div_ceil(longer);
    if shorter == 0 { [first, second] } else { [second, first] }
}

#[cfg(test)]
mod tests {
    use palmette_core::net::{Input, Layer, ValueId, Window};

    use super::*;

    /// Windows of three taps one after the other, on so many channels, then twice the pixels.
    fn graph(windows: usize, channels: usize) -> Graph {
        let layer = |operation, input| Layer { operation, inputs: vec![ValueId(input)] };
        let mut layers: Vec<Layer> =
            (0..windows).map(|index| layer(Operation::MaxPool(Window::square(3)), index)).collect();
        layers.push(layer(Operation::Nearest { factor: 2 }, windows));
        Graph { inputs: vec![Input { channels, low: 0, high: 255 }], layers, outputs: vec![ValueId(windows + 1)] }
    }

    #[test]
    fn tiles_cover_the_result_and_take_what_is_around_them() {
        let graph = graph(3, 2);
        for (size, page_shift) in [(Size::new(70, 50), 11), (Size::new(500, 4), 9), (Size::new(3, 300), 8)] {
            let tiles = Tiles::of_picture(&graph, size, Tiling::new(page_shift)).unwrap();
            let mut made = vec![0; (4 * size.area()).try_into().unwrap()];
            let mut count = 0;
            for parts in tiles.parts() {
                count += 1;
                let [input, .., output] = &parts[..] else { unreachable!("five values") };
                for y in output.top..output.top + output.size.height {
                    for x in output.left..output.left + output.size.width {
                        made[(y * 2 * size.width + x) as usize] += 1;
                    }
                }
                assert_eq!(input.left, (output.left / 2).saturating_sub(3));
                let bottom = ((output.top + output.size.height) / 2 + 3).min(size.height);
                assert_eq!(input.top + input.size.height, bottom);
                let is_small =
                    |(part, &words): (&Rectangle, &u64)| part.size.area() <= words && words <= 1 << page_shift;
                assert!(parts.iter().zip(tiles.words()).all(is_small), "{parts:?}");
            }
            assert!(count > 1 && made.iter().all(|&times| times == 1), "{size} in {count}");
        }
    }

    #[test]
    fn tiles_are_as_large_as_they_may_be() {
        let size = Size::new(2000, 1500);
        let tiles = Tiles::of_picture(&graph(18, 64), size, Tiling::new(25)).unwrap();
        // 32 words for each of four pixels: some 360 pixels a side.
        let count = tiles.parts().count();
        assert!((20..=40).contains(&count), "{count}");
        let whole = Tiles::of_picture(&graph(18, 64), Size::new(300, 400), Tiling::new(25)).unwrap();
        assert_eq!(whole.parts().count(), 1);
        assert_eq!((whole.pixels(0), whole.pixels(19)), (120_000, 480_000));
        // Samples that are made twice cost something.
        assert!(tiles.pixels(1) > size.area() * 11 / 10 && tiles.pixels(1) < size.area() * 3 / 2);
    }

    #[test]
    fn tiles_of_a_net_that_looks_too_far_are_none() {
        assert_eq!(Tiles::of_picture(&graph(40, 64), Size::new(5000, 5000), Tiling::new(12)), None);
        let mean = Graph {
            layers: vec![Layer { operation: Operation::GlobalAverage, inputs: vec![ValueId(0)] }],
            ..graph(0, 3)
        };
        let mean = Graph { outputs: vec![ValueId(1)], ..mean };
        assert_eq!(Tiles::whole(&mean, &mean.sizes(&[Size::new(9000, 9000)]).unwrap(), Tiling::new(25)), None);
    }

    #[test]
    fn tiles_of_a_long_picture_are_long() {
        assert_eq!(counts([100, 100], 100), [1, 1]);
        assert_eq!(counts([100, 100], 50), [2, 2]);
        assert_eq!(counts([10, 1000], 50), [1, 4]);
        assert_eq!(counts([1000, 10], 50), [4, 1]);
    }
}
