//! One row of pixels: groups, slabs and borders.

use super::Edge;
use crate::Error;
use crate::budget::Budget;
use crate::outline::{GridPoint, UNIT};

/// Pixels by which edges may be in the wrong order without being taken to cross.
const CROSSING: f64 = 1e-9;

/// Pixels below which a slab is not cut again.
const THIN: f64 = 1e-7;

/// An edge within one row, in pixels, from the top of the row.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Its upper end.
    upper: (f64, f64),
    /// Its lower end.
    lower: (f64, f64),
    /// As of the edge.
    winding: i32,
}

/// A piece within one slab.
#[derive(Clone, Copy, Debug)]
struct Side {
    /// Where it is at the top of the slab.
    upper: f64,
    /// Where it is at the bottom.
    lower: f64,
    /// As of the edge.
    winding: i32,
}

/// What one row after another is worked out in.
pub(super) struct Rows {
    /// Differences of coverage from pixel to pixel.
    steps: Vec<f64>,
    /// Their sums.
    coverages: Vec<f64>,
    /// The first of them that is not 0.
    first: usize,
    /// One behind the last.
    end: usize,
    /// The edges of the row.
    pieces: Vec<Piece>,
    /// The heights at which a group is cut.
    heights: Vec<f64>,
    /// Slabs of a group that wait.
    slabs: Vec<(f64, f64)>,
    /// The edges of a slab.
    sides: Vec<Side>,
}

impl Rows {
    /// Makes room for a row of `width` pixels.
    pub(super) fn new(width: usize) -> Self {
        Self {
            steps: vec![0.0; width + 2],
            coverages: Vec::new(),
            first: usize::MAX,
            end: 0,
            pieces: Vec::new(),
            heights: Vec::new(),
            slabs: Vec::new(),
            sides: Vec::new(),
        }
    }

    /// Adds the edges of a row that begins at the height `top` of the grid.
    pub(super) fn cover(&mut self, edges: &[Edge], top: i64, budget: &mut Budget) -> Result<(), Error> {
        budget.take(edges.len())?;
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.clear();
        pieces.extend(edges.iter().map(|edge| Piece::of(edge, top)));
        pieces.sort_by(|a, b| a.left().total_cmp(&b.left()));
        let mut rest = &pieces[..];
        let mut winding = 0;
        while let Some(first) = rest.first() {
            let mut right = first.right();
            let mut count = 1;
            while let Some(piece) = rest.get(count).filter(|piece| piece.left() <= right) {
                right = right.max(piece.right());
                count += 1;
            }
            let (group, others) = rest.split_at(count);
            winding = self.group(group, winding, budget)?;
            rest = others;
        }
        self.pieces = pieces;
        Ok(())
    }

    /// Adds a group, given the winding number on its left; returns the one on its right.
    fn group(&mut self, group: &[Piece], before: i32, budget: &mut Budget) -> Result<i32, Error> {
        if let [piece] = group {
            // Nearly every group.
            let after = before + piece.winding;
            self.border(before, after, piece.lower.1 - piece.upper.1, piece.upper.0, piece.lower.0);
            return Ok(after);
        }
        self.heights.clear();
        self.heights.extend(group.iter().flat_map(|piece| [piece.upper.1, piece.lower.1]));
        self.heights.sort_by(f64::total_cmp);
        self.heights.dedup();
        self.slabs.clear();
        self.slabs.extend(self.heights.windows(2).map(|pair| (pair[0], pair[1])));
        let mut after = before;
        while let Some((top, bottom)) = self.slabs.pop() {
            budget.take(group.len())?;
            let mut sides = std::mem::take(&mut self.sides);
            sides.clear();
            sides.extend(group.iter().filter_map(|piece| piece.side(top, bottom)));
            sides.sort_by(|a, b| (a.upper + a.lower).total_cmp(&(b.upper + b.lower)));
            if let Some(crossing) = crossing(&sides, top, bottom) {
                self.slabs.push((top, crossing));
                self.slabs.push((crossing, bottom));
            } else {
                after = before;
                for side in &sides {
                    let next = after + side.winding;
                    self.border(after, next, bottom - top, side.upper, side.lower);
                    after = next;
                }
            }
            self.sides = sides;
        }
        Ok(after)
    }

    /// Adds a piece of an edge, if it is a border of the shape.
    fn border(&mut self, before: i32, after: i32, height: f64, from: f64, to: f64) {
        match (before == 0, after == 0) {
            (true, false) => self.add(height, from, to),
            (false, true) => self.add(-height, from, to),
            _ => {}
        }
    }

    /// Adds the area to the right of a line that goes `height` down, or takes it away if that is negative.
    fn add(&mut self, height: f64, from: f64, to: f64) {
        let width = self.steps.len() - 2;
        let limit = index_to_f64(width);
        let (left, right) = if from <= to { (from, to) } else { (to, from) };
        if right > limit {
            // What is inside goes on to the end of the row.
            self.end = self.end.max(width);
        }
        if left >= limit {
            return;
        }
        let first = floor(left.max(0.0));
        if right < 0.0 {
            self.step(0, height);
        } else if right <= index_to_f64(first) + 1.0 && left >= 0.0 {
            self.part(first, height, (left + right) / 2.0);
        } else {
            let per_pixel = height / (right - left);
            if left < 0.0 {
                self.step(0, per_pixel * (right.min(0.0) - left));
            }
            let mut x = left.max(0.0);
            let mut pixel = first;
            while x < right && pixel < width {
                let end = right.min(index_to_f64(pixel) + 1.0);
                self.part(pixel, per_pixel * (end - x), (x + end) / 2.0);
                x = end;
                pixel += 1;
            }
        }
    }

    /// Adds the area to the right of a line within one pixel, whose middle is at `x`.
    fn part(&mut self, pixel: usize, height: f64, x: f64) {
        let inside = x - index_to_f64(pixel);
        self.step(pixel, height * (1.0 - inside));
        self.step(pixel + 1, height * inside);
    }

    /// Adds to the coverage of a pixel and all on its right.
    fn step(&mut self, pixel: usize, height: f64) {
        self.first = self.first.min(pixel);
        self.end = self.end.max(pixel + 1);
        self.steps[pixel] += height;
    }

    /// Returns the first pixel of the row and the coverages from there on; the next row begins with nothing.
    pub(super) fn finish(&mut self) -> Option<(usize, &[f64])> {
        let (first, end) = (self.first, self.end);
        (self.first, self.end) = (usize::MAX, 0);
        let width = self.steps.len() - 2;
        if first >= end.min(width) {
            self.steps.fill(0.0);
            return None;
        }
        self.coverages.clear();
        let mut sum = 0.0;
        self.coverages.extend(self.steps[first..end.min(width)].iter().map(|step| {
            sum += step;
            sum.clamp(0.0, 1.0)
        }));
        self.steps[first..end].fill(0.0);
        Some((first, &self.coverages))
    }
}

impl Piece {
    /// Cuts out the part of an edge that lies in the row which begins at `top`.
    fn of(edge: &Edge, top: i64) -> Self {
        let unit = f64::from(UNIT);
        // Both are exact: the numbers have fewer bits than a `f64`.
        let point = |it: GridPoint| (f64::from(it.x) / unit, (i64::from(it.y) - top) as f64 / unit);
        let (upper, lower) = (point(edge.upper), point(edge.lower));
        let at = |y: f64| {
            let share = (y - upper.1) / (lower.1 - upper.1);
            (upper.0 + (lower.0 - upper.0) * share, y)
        };
        Self {
            upper: if upper.1 < 0.0 { at(0.0) } else { upper },
            lower: if lower.1 > 1.0 { at(1.0) } else { lower },
            winding: edge.winding,
        }
    }

    /// Returns its place farthest to the left.
    const fn left(&self) -> f64 {
        self.upper.0.min(self.lower.0)
    }

    /// Returns its place farthest to the right.
    const fn right(&self) -> f64 {
        self.upper.0.max(self.lower.0)
    }

    /// Cuts out the part in a slab; none if it does not reach from its top to its bottom.
    fn side(&self, top: f64, bottom: f64) -> Option<Side> {
        if self.winding == 0 || self.upper.1 > top || self.lower.1 < bottom {
            return None;
        }
        let at = |y: f64| {
            if y <= self.upper.1 {
                self.upper.0
            } else if y >= self.lower.1 {
                self.lower.0
            } else {
                let share = (y - self.upper.1) / (self.lower.1 - self.upper.1);
                self.upper.0 + (self.lower.0 - self.upper.0) * share
            }
        };
        Some(Side { upper: at(top), lower: at(bottom), winding: self.winding })
    }
}

/// Returns a height at which two of the edges of a slab, ordered by where they are in its middle, cross.
fn crossing(sides: &[Side], top: f64, bottom: f64) -> Option<f64> {
    let height = bottom - top;
    if height <= THIN {
        return None;
    }
    sides.windows(2).find_map(|pair| {
        let (above, below) = (pair[1].upper - pair[0].upper, pair[1].lower - pair[0].lower);
        if above >= -CROSSING && below >= -CROSSING {
            return None;
        }
        let share = above / (above - below);
        let offset = height * share;
        (offset > THIN / 2.0 && height - offset > THIN / 2.0).then_some(top + offset)
    })
}

/// Returns the whole part of a number that is not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "coordinates are within the picture")]
const fn floor(value: f64) -> usize {
    value as usize
}

/// Returns the number of a pixel as a coordinate.
const fn index_to_f64(index: usize) -> f64 {
    index as f64
}
