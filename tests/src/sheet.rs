//! Contact sheets: many small results in one golden, every pixel as it was.

use palmette_core::{Pixmap, Size};

use crate::pictures::solid;

/// What lies between the cells: a colour that no case makes, so that the size of each result shows.
const GAP_COLOR: [u8; 4] = [90, 60, 110, 255];

/// Pixels between two cells and around all of them.
const GAP_PX: u32 = 2;

/// A picture, and the names of its parts.
#[derive(Debug)]
pub struct Sheet {
    /// Everything on one picture.
    pub picture: Pixmap,
    /// The parts; none if the picture is one result.
    pub cells: Vec<Cell>,
}

/// One result on a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What makes it different from its neighbours.
    pub label: String,
    /// Pixels from the left edge of the sheet.
    pub left: u32,
    /// Pixels from the top edge of the sheet.
    pub top: u32,
    /// Its size.
    pub size: Size,
}

impl Cell {
    /// Tells whether a pixel of the sheet belongs to the cell.
    #[must_use]
    pub const fn contains(&self, x: u32, y: u32) -> bool {
        x >= self.left && x < self.left + self.size.width && y >= self.top && y < self.top + self.size.height
    }
}

impl From<Pixmap> for Sheet {
    fn from(picture: Pixmap) -> Self {
        Self { picture, cells: Vec::new() }
    }
}

impl Sheet {
    /// Lays rows of labelled results out on a grid as coarse as the largest of them.
    ///
    /// # Panics
    ///
    /// If there is no result.
    #[must_use]
    pub fn of_rows(rows: Vec<Vec<(String, Pixmap)>>) -> Self {
        let all = || rows.iter().flatten().map(|(_, picture)| picture.size());
        let pitch = Size::new(
            all().map(|size| size.width).max().expect("at least one result") + GAP_PX,
            all().map(|size| size.height).max().expect("at least one result") + GAP_PX,
        );
        let columns = rows.iter().map(Vec::len).max().expect("at least one row");
        let columns = u32::try_from(columns).expect("a sheet that a reviewer can read");
        let lines = u32::try_from(rows.len()).expect("a sheet that a reviewer can read");
        let size = Size::new(GAP_PX + columns * pitch.width, GAP_PX + lines * pitch.height);

        let mut sheet = Self { picture: solid(size, GAP_COLOR), cells: Vec::new() };
        for (line, row) in (0..).zip(rows) {
            for (column, (label, picture)) in (0..).zip(row) {
                sheet.place(label, &picture, GAP_PX + column * pitch.width, GAP_PX + line * pitch.height);
            }
        }
        sheet
    }

    fn place(&mut self, label: String, picture: &Pixmap, left: u32, top: u32) {
        let start = left as usize * Pixmap::PIXEL_BYTES;
        for (y, row) in (top..).zip(picture.rows()) {
            self.picture.row_mut(y)[start..start + row.len()].copy_from_slice(row);
        }
        self.cells.push(Cell { label, left, top, size: picture.size() });
    }

    /// Names the cell that a pixel belongs to.
    #[must_use]
    pub fn label_at(&self, x: u32, y: u32) -> Option<&str> {
        self.cells.iter().find(|cell| cell.contains(x, y)).map(|cell| cell.label.as_str())
    }
}
