//! Tables that were made lately.
//!
//! A table costs two sines for each of its weights, which is a twelfth of all the work of a thumbnail of a photo of 6 megapixels.
//! Sites ask for the same few sizes of pictures of the same few cameras over and over, so the last tables are kept. Which are kept
//! decides nothing but the time: a table follows from its [`Sampling`] alone.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::weights::{Sampling, WeightTable};
use crate::Error;

/// What all kept tables may take. The four of a photo of 12 megapixels take 150 kB.
const MAX_BYTES: u64 = 2 << 20;

/// The tables of the process, the one that was used last in front.
static RECENT: Mutex<Recent> = Mutex::new(Recent::new(MAX_BYTES));

/// Returns the table for one axis of a plane, as [`WeightTable::of`] makes it.
///
/// # Errors
///
/// Those of [`WeightTable::of`].
pub(super) fn table(sampling: Sampling) -> Result<Option<WeightTable>, Error> {
    // A table is put in whole or not at all, so a panic elsewhere leaves nothing half done.
    let recent = || RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(table) = recent().find(sampling) {
        return Ok(Some(table));
    }
    let made = WeightTable::of(sampling)?;
    if let Some(table) = &made {
        recent().keep(sampling, table);
    }
    Ok(made)
}

/// Some tables, and what they take.
struct Recent {
    tables: VecDeque<(Sampling, WeightTable)>,
    bytes: u64,
    max_bytes: u64,
}

impl Recent {
    const fn new(max_bytes: u64) -> Self {
        Self { tables: VecDeque::new(), bytes: 0, max_bytes }
    }

    /// Returns a table, and brings it to the front. Its numbers are shared with the one that stays.
    fn find(&mut self, sampling: Sampling) -> Option<WeightTable> {
        let place = self.tables.iter().position(|(of, _)| *of == sampling)?;
        let entry = self.tables.remove(place)?;
        let table = entry.1.clone();
        self.tables.push_front(entry);
        Some(table)
    }

    /// Keeps a table in place of those that were not used for longest.
    fn keep(&mut self, sampling: Sampling, table: &WeightTable) {
        let bytes = table.bytes();
        // Without memory for it there is no cache, which is no failure.
        let has_room = bytes <= self.max_bytes && self.tables.try_reserve(1).is_ok();
        // Another thread may have made the same one meanwhile.
        if !has_room || self.find(sampling).is_some() {
            return;
        }
        while self.bytes + bytes > self.max_bytes {
            let Some((_, oldest)) = self.tables.pop_back() else { break };
            self.bytes -= oldest.bytes();
        }
        self.bytes += bytes;
        self.tables.push_front((sampling, table.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(len: u32) -> Sampling {
        Sampling::whole((len, 1), (len / 3, 1), (0, len / 3))
    }

    #[test]
    fn tables_are_those_that_would_be_made() {
        for _ in 0..2 {
            for len in [30, 300, 1_000] {
                assert_eq!(table(sampling(len)).unwrap(), WeightTable::of(sampling(len)).unwrap());
            }
        }
        assert_eq!(table(Sampling::whole((9, 1), (9, 1), (0, 9))).unwrap(), None, "samples are copied");
    }

    #[test]
    fn tables_make_room_for_others() {
        let tables = [30, 60, 90].map(|len| (sampling(len), WeightTable::of(sampling(len)).unwrap().unwrap()));
        let [first, second, third] = tables.each_ref().map(|(_, table)| table.bytes());
        let mut recent = Recent::new(second.max(first) + third);
        let kept = |recent: &Recent| recent.tables.iter().map(|(sampling, _)| sampling.picture_len).collect::<Vec<_>>();
        tables[..2].iter().for_each(|(sampling, table)| recent.keep(*sampling, table));
        assert_eq!(recent.find(tables[0].0).as_ref(), Some(&tables[0].1));
        recent.keep(tables[2].0, &tables[2].1);
        assert_eq!((kept(&recent), recent.bytes), (vec![90, 30], third + first), "the first was used last");
        recent.keep(tables[2].0, &tables[2].1);
        assert_eq!(kept(&recent), [90, 30], "once each");
        let mut small = Recent::new(first - 1);
        small.keep(tables[0].0, &tables[0].1);
        assert!(kept(&small).is_empty());
    }
}
