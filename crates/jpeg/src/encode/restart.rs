//! How far restart markers are apart.

use super::options::Restart;

/// Counts the MCUs of a scan from marker to marker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    /// MCUs between two markers, or 0: there are none.
    pub(super) mcus: u16,
    /// MCUs before the next one.
    left: usize,
}

impl Interval {
    /// Starts a scan of so many MCUs in a row.
    pub(super) fn new(restart: Option<Restart>, mcus_wide: usize) -> Self {
        let mcus = match restart {
            None => 0,
            Some(Restart::Mcus(mcus)) => mcus.get(),
            Some(Restart::Rows(rows)) => u16::try_from(usize::from(rows.get()) * mcus_wide).unwrap_or(u16::MAX),
        };
        let left = if mcus > 0 { mcus.into() } else { usize::MAX };
        Self { mcus, left }
    }

    /// Takes MCUs as far as to the next marker, at most `count`: returns how many, and whether a marker stands before them.
    pub(super) fn take(&mut self, count: usize) -> (usize, bool) {
        let starts_anew = self.left == 0;
        if starts_anew {
            self.left = self.mcus.into();
        }
        let taken = count.min(self.left);
        self.left -= taken;
        (taken, starts_anew)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::*;

    #[test]
    fn interval_ends_where_a_marker_stands() {
        let mut interval = Interval::new(NonZeroU16::new(5).map(Restart::Mcus), 100);
        assert_eq!([3, 3, 1, 9].map(|count| interval.take(count)), [(3, false), (2, false), (1, true), (4, false)]);
        assert_eq!(interval.take(1), (1, true));
        let mut none = Interval::new(None, 100);
        assert_eq!([1 << 32, 1 << 32].map(|count| none.take(count)), [(1 << 32, false), (1 << 32, false)]);
        let rows = |rows| Interval::new(NonZeroU16::new(rows).map(Restart::Rows), 300).mcus;
        assert_eq!([1, 2, 218, 219, 65_535].map(rows), [300, 600, 65_400, 65_535, 65_535]);
    }
}
