//! The colours of a picture that has few.

use palmette_core::{Pixmap, alloc};

use super::Indexed;
use crate::Error;

/// The most colours of a palette.
const MAX_COLORS: usize = 256;
/// Places of the table that finds a colour again; four times what it holds at most.
const SLOTS: usize = 1024;

/// Collects the colours of a picture, opaque ones last; none if there are more than 256.
///
/// # Errors
///
/// [`Error::Core`] if memory runs out.
pub(crate) fn exact(pixmap: &Pixmap) -> Result<Option<Indexed>, Error> {
    let (pixels, _) = pixmap.data().as_chunks::<4>();
    let runs = || pixels.chunk_by(|a, b| a == b);
    let mut found = Table::new()?;
    // A picture of too many colours shows that soon, before memory is taken for its indices.
    if !runs().all(|run| found.insert(run[0])) {
        return Ok(None);
    }
    found.palette.sort_by_key(|color| color[3] == u8::MAX);
    let mut table = Table::new()?;
    found.palette.iter().for_each(|&color| _ = table.insert(color));
    let mut indices = alloc::try_with_capacity(pixels.len())?;
    for run in runs() {
        let index = table.slots[table.slot(run[0])].unwrap_or_default();
        indices.resize(indices.len() + run.len(), index);
    }
    Ok(Some(Indexed { palette: table.palette, indices }))
}

/// A set of colours that knows the place of each.
struct Table {
    slots: [Option<u8>; SLOTS],
    palette: Vec<[u8; 4]>,
}

impl Table {
    fn new() -> Result<Self, Error> {
        Ok(Self { slots: [None; SLOTS], palette: alloc::try_with_capacity(MAX_COLORS)? })
    }

    /// Adds a colour that is not there yet; returns false if there is no more room.
    fn insert(&mut self, color: [u8; 4]) -> bool {
        let slot = self.slot(color);
        if self.slots[slot].is_none() {
            if self.palette.len() == MAX_COLORS {
                return false;
            }
            self.slots[slot] = u8::try_from(self.palette.len()).ok();
            self.palette.push(color);
        }
        true
    }

    /// Returns the slot of a colour, or the empty one where it belongs.
    fn slot(&self, color: [u8; 4]) -> usize {
        let hash = u32::from_le_bytes(color).wrapping_mul(0x9e37_79b1) >> 16;
        let mut slot = hash as usize % SLOTS;
        while self.slots[slot].is_some_and(|index| self.palette[usize::from(index)] != color) {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use palmette_core::Size;

    use super::*;

    #[test]
    fn exact_palette_gives_every_pixel_back() {
        let data: Vec<u8> = (0..=255_u8).flat_map(|level| [level, 255 - level, level / 2, level | 0xf0]).collect();
        let pixmap = Pixmap::from_vec(Size::new(16, 16), data).unwrap();
        let indexed = exact(&pixmap).unwrap().unwrap();
        assert_eq!(indexed.palette.len(), 256);
        let back: Vec<u8> = indexed.indices.iter().flat_map(|&index| indexed.palette[usize::from(index)]).collect();
        assert_eq!(back, pixmap.data());
        assert!(indexed.palette.is_sorted_by_key(|color| color[3] == 255));
    }

    #[test]
    fn exact_palette_refuses_one_colour_too_many() {
        let data: Vec<u8> = (0..257_u32).flat_map(|level| (level * 0x0001_0305).to_le_bytes()).collect();
        assert_eq!(exact(&Pixmap::from_vec(Size::new(257, 1), data).unwrap()).unwrap(), None);
    }
}
