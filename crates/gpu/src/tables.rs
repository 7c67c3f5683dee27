//! Tables of weights as the kernels that go along rows read them.

use palmette_core::alloc;
use palmette_core::plan::Axis;

use crate::Error;

/// Neighbours of a plane that share a word.
const NEIGHBOURS: usize = 4;

/// What the output samples of an axis are made of; those that are copied have one weight of 1 each.
pub(crate) struct ColumnWeights<'a> {
    axis: &'a Axis,
    len: usize,
    taps: usize,
}

impl<'a> ColumnWeights<'a> {
    /// Looks at so many output samples of an axis, of so many taps each.
    pub(crate) const fn new(axis: &'a Axis, len: u32, taps: usize) -> Self {
        Self { axis, len: len as usize, taps }
    }

    /// Lays a table out for pixels: all first source samples, then all first weights, all second ones and so on.
    pub(crate) fn of_pixels(&self) -> Result<Vec<u32>, Error> {
        let mut words = alloc::try_with_capacity(self.len * (1 + self.taps))?;
        words.extend((0..self.len).map(|index| self.start(index)));
        for tap in 0..self.taps {
            words.extend((0..self.len).map(|index| word(self.weight(index, tap))));
        }
        Ok(words)
    }

    /// Lays a table out for a plane: see `resize_h_plane.wgsl`. Where the last word has neighbours that are none, they are the
    /// last one again.
    pub(crate) fn of_neighbours(&self) -> Result<Vec<u32>, Error> {
        let width = self.len.div_ceil(NEIGHBOURS);
        let pairs = 2 * self.taps.div_ceil(4);
        let neighbours = |neighbour: usize| (0..width).map(move |column| NEIGHBOURS * column + neighbour);
        let mut words = alloc::try_with_capacity(NEIGHBOURS * width * (1 + pairs))?;
        for neighbour in 0..NEIGHBOURS {
            words.extend(neighbours(neighbour).map(|index| self.start(index)));
        }
        for neighbour in 0..NEIGHBOURS {
            for pair in 0..pairs {
                let weights = |index| [2 * pair, 2 * pair + 1].map(|tap| self.weight(index, tap));
                words.extend(neighbours(neighbour).map(|index| pair_of(weights(index))));
            }
        }
        Ok(words)
    }

    /// Returns the first source sample of an output sample.
    fn start(&self, index: usize) -> u32 {
        let index = index.min(self.len - 1);
        match self.axis {
            Axis::Copy { offset } => offset + count(index),
            Axis::Filter(table) => table.starts()[index],
        }
    }

    /// Returns a weight of an output sample, 0 behind the last tap.
    fn weight(&self, index: usize, tap: usize) -> i16 {
        match self.axis {
            _ if tap >= self.taps => 0,
            Axis::Copy { .. } => 1,
            Axis::Filter(table) => table.weights()[index.min(self.len - 1) * self.taps + tap],
        }
    }
}

/// Returns a weight as the word that a shader reads it from.
pub(crate) fn word(weight: i16) -> u32 {
    i32::from(weight).cast_unsigned()
}

/// Returns two weights or samples as a word, the first one in its lower half.
pub(crate) fn pair_of([first, second]: [i16; 2]) -> u32 {
    u32::from(first.cast_unsigned()) | u32::from(second.cast_unsigned()) << 16
}

/// Returns a length of a table.
pub(crate) fn count(len: usize) -> u32 {
    u32::try_from(len).expect("samples of an axis are counted in 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_neighbours_have_four_parts() {
        let axis = Axis::Copy { offset: 3 };
        let words = ColumnWeights::new(&axis, 5, 1).of_neighbours().unwrap();
        // Two words of a row, whose last three neighbours are the fifth again.
        assert_eq!(words[..8], [3, 7, 4, 7, 5, 7, 6, 7]);
        // One tap, and three of nothing: two words each, column by column.
        assert_eq!(words[8..], [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]);
    }

    #[test]
    fn tables_have_two_weights_in_a_word() {
        assert_eq!([pair_of([1, 2]), pair_of([-1, 0]), pair_of([0, -2])], [0x0002_0001, 0x0000_ffff, 0xfffe_0000]);
    }
}
