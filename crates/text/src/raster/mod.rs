//! Edges become coverage: for each pixel, the exact share of its area that is inside.
//!
//! *Inside* is the area that the contours of all glyphs together wind around at least once (nonzero winding), so that contours which overlap,
//! as those of variable fonts do, and glyphs which touch or overlap, as Arabic letters do, are one shape without seams. Adding
//! up signed areas, the usual way, would count an overlap twice.
//!
//! A row of pixels is cut into *groups* of edges that touch or overlap from left to right. Between groups the winding number is the
//! same over the whole height of the row, since contours are closed, and a contour that turns round within the row does so
//! inside one group. A group is cut into *slabs* at every height where one of its edges begins, ends or crosses another. In a slab
//! edges are in one order from left to right; where the winding number becomes nonzero, or zero again, the edge is a border of
//! the shape, and the signed area beside that piece of it is added to the row. So each border counts once, whatever lies over it.
//!
//! All of it is `f64` in a fixed order, from integers: the same bits on every machine. A border that is found wrongly, because
//! two edges nearly coincide, moves no more area than lies between the two.

mod rows;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::rows::Rows;
use crate::Error;
use crate::budget::Budget;
use crate::outline::{GridPoint, UNIT};

/// Edges that a picture may have; they take 20 bytes each.
const MAX_EDGES: usize = 2_000_000;

/// Part of a contour, straight, from its upper end to its lower one.
#[derive(Clone, Copy, Debug)]
struct Edge {
    /// Its upper end.
    upper: GridPoint,
    /// Its lower end; of a level edge, the other one.
    lower: GridPoint,
    /// What crossing it from left to right adds to the winding number; 0 for a level edge.
    winding: i32,
}

/// The edges of a shape.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    /// In the order in which they came.
    edges: Vec<Edge>,
    /// Whether there were more than are kept.
    is_full: bool,
    /// Whether they are in order from top to bottom.
    is_sorted: bool,
}

impl Edges {
    /// Returns the number of edges.
    pub(crate) const fn len(&self) -> usize {
        self.edges.len()
    }

    /// Adds a step of a contour.
    pub(crate) fn push(&mut self, from: GridPoint, to: GridPoint) {
        if self.edges.len() == MAX_EDGES {
            self.is_full = true;
            return;
        }
        let edge = match from.y.cmp(&to.y) {
            std::cmp::Ordering::Less => Edge { upper: from, lower: to, winding: 1 },
            std::cmp::Ordering::Equal => Edge { upper: from, lower: to, winding: 0 },
            std::cmp::Ordering::Greater => Edge { upper: to, lower: from, winding: -1 },
        };
        self.edges.push(edge);
        self.is_sorted = false;
    }

    /// Computes the coverage of each row that the shape reaches, of those asked for, from top to bottom.
    ///
    /// `row` gets the number of the row, that of the first pixel, and coverages from there on, each from 0 to 1. What lies to
    /// the right of `width` pixels is left out.
    ///
    /// # Errors
    ///
    /// [`Error::TooComplex`].
    pub(crate) fn cover(
        &mut self,
        width: u32,
        asked: Range<u32>,
        budget: &mut Budget,
        mut row: impl FnMut(u32, usize, &[f64]),
    ) -> Result<(), Error> {
        if self.is_full {
            return Err(Error::TooComplex);
        }
        if !self.is_sorted {
            self.edges.sort_by_key(|edge| edge.upper.y);
            self.is_sorted = true;
        }
        let mut rows = Rows::new(width as usize);
        let mut active: Vec<Edge> = Vec::new();
        let mut waiting = &self.edges[..];
        for y in asked {
            let top = i64::from(y) * i64::from(UNIT);
            let bottom = top + i64::from(UNIT);
            active.retain(|edge| i64::from(edge.lower.y) > top);
            let come = waiting.partition_point(|edge| i64::from(edge.upper.y) < bottom);
            active.extend(waiting[..come].iter().filter(|edge| i64::from(edge.lower.y) >= top));
            waiting = &waiting[come..];
            if active.is_empty() {
                if waiting.is_empty() {
                    break;
                }
                continue;
            }
            rows.cover(&active, top, budget)?;
            if let Some((first, coverages)) = rows.finish() {
                row(y, first, coverages);
            }
        }
        Ok(())
    }
}
