//! Which MCUs of a scan are wanted, and how far the next of them is away.

use super::frame::Frame;
use super::request::Window;
use super::scan::Header;

/// The wanted MCUs of a scan: a window of its own rows and columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// MCUs of a row of the scan.
    columns: u64,
    /// The first wanted column, and the one behind the last.
    across: [u64; 2],
    /// The first wanted row, and the one behind the last.
    down: [u64; 2],
    /// Whether MCUs that are not wanted may be left unread, where restart markers allow it.
    pub(super) may_pass: bool,
}

impl Wanted {
    /// Finds the window of a scan: that of the picture, or of a component's blocks if the scan has no other.
    pub(super) fn new(header: &Header, frame: &Frame, window: &Window) -> Self {
        let ((columns, rows), (h, v)) = match header.components[..] {
            [one] => {
                let component = &frame.components[one.index];
                (component.blocks(), (component.horizontal.into(), component.vertical.into()))
            }
            _ => (frame.mcus(), (1, 1)),
        };
        let scaled = |edge: u32, by: u32, end: u32| u64::from((edge * by).min(end));
        Self {
            columns: columns.into(),
            across: [window.columns.start, window.columns.end].map(|edge| scaled(edge, h, columns)),
            down: [window.rows.start, window.rows.end].map(|edge| scaled(edge, v, rows)),
            may_pass: true,
        }
    }

    /// Returns the number of the MCU behind the last wanted one.
    pub(super) const fn end(&self) -> u64 {
        self.down[1].saturating_sub(1) * self.columns + self.across[1]
    }

    /// Returns the first wanted MCU from one on that comes before the [end](Self::end).
    pub(super) const fn next(&self, mcu: u64) -> u64 {
        let (row, column) = (mcu / self.columns, mcu % self.columns);
        let row = if row < self.down[0] {
            self.down[0]
        } else if column < self.across[0] {
            row
        } else if column < self.across[1] {
            return mcu;
        } else {
            row + 1
        };
        row * self.columns + self.across[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_goes_on_by_rows() {
        let wanted = Wanted { columns: 10, across: [3, 5], down: [2, 4], may_pass: true };
        for (mcu, next) in [(0, 23), (19, 23), (20, 23), (23, 23), (24, 24), (25, 33), (32, 33), (34, 34)] {
            assert_eq!(wanted.next(mcu), next, "from {mcu}");
        }
        assert_eq!(wanted.end(), 35);
    }
}
