//! One plane on its way to the size of the picture.

use crate::decode::try_filled;
use crate::upsample::{self, Method};
use crate::{Error, PlaneBand};

/// A plane, and the rows of it that are still needed.
#[derive(Debug)]
pub(super) struct Plane {
    method: Method,
    /// Samples of a row that are decoded.
    width: usize,
    /// Rows of the plane.
    height: u32,
    /// Rows of earlier bands that are still needed.
    kept: Vec<u8>,
    /// The first of them.
    kept_y: u32,
    /// The row that is being made, if it is not one of the plane's.
    enlarged: Vec<u8>,
    /// Pixels of a row that are made of them.
    pixels: usize,
}

impl Plane {
    /// Prepares for a plane.
    pub(super) fn new(method: Method, width: usize, height: u32, pixels: usize) -> Result<Self, Error> {
        let len = match method {
            Method::Full | Method::Repeat(1, _) => 0,
            Method::Down => width,
            Method::Across | Method::Both => 2 * width,
            Method::Repeat(..) => pixels,
        };
        Ok(Self { method, width, height, kept: Vec::new(), kept_y: 0, enlarged: try_filled(0, len)?, pixels })
    }

    /// Returns the row of the plane that a row of the picture lies in, and the nearest other one, if it counts.
    fn sources(&self, row: u32) -> [u32; 2] {
        let near = row / self.method.rows();
        let far = match (self.method.mixes_rows(), row.is_multiple_of(2)) {
            (false, _) => near,
            (true, true) => near.saturating_sub(1),
            (true, false) => (near + 1).min(self.height - 1),
        };
        [near, far]
    }

    /// Tells whether a row of the picture needs rows behind those of a band.
    pub(super) fn lacks(&self, row: u32, band: &PlaneBand) -> bool {
        let [near, far] = self.sources(row);
        near.max(far) >= band.end()
    }

    /// Keeps the rows of a band that a row of the picture, or one behind it, needs.
    pub(super) fn keep(&mut self, row: u32, band: &PlaneBand) {
        let [near, far] = self.sources(row);
        let first = near.min(far);
        let mut kept = std::mem::take(&mut self.kept);
        let earlier = (band.y().saturating_sub(first) as usize * self.width).min(kept.len());
        kept.drain(..kept.len() - earlier);
        for y in first.max(band.y())..band.end() {
            kept.extend_from_slice(band.row(y));
        }
        self.kept = kept;
        self.kept_y = first;
    }

    /// Returns a row of the plane, of this band or an earlier one.
    fn row<'b>(&'b self, y: u32, band: &'b PlaneBand) -> &'b [u8] {
        if y >= band.y() {
            return band.row(y);
        }
        let start = (y - self.kept_y) as usize * self.width;
        &self.kept[start..start + self.width]
    }

    /// Makes the samples that a row of the picture takes from the plane.
    pub(super) fn enlarge(&mut self, row: u32, band: &PlaneBand, kernels: &upsample::Kernels) {
        let mut out = std::mem::take(&mut self.enlarged);
        let [near, far] = self.sources(row).map(|y| self.row(y, band));
        match self.method {
            Method::Full | Method::Repeat(1, _) => {}
            Method::Across => (kernels.across)(near, &mut out),
            Method::Both => (kernels.both)(near, far, &mut out),
            Method::Down if row.is_multiple_of(2) => (kernels.above)(near, far, &mut out),
            Method::Down => (kernels.below)(near, far, &mut out),
            Method::Repeat(times, _) => upsample::repeat(near, times, &mut out),
        }
        self.enlarged = out;
    }

    /// Returns the row that was made.
    pub(super) fn enlarged<'b>(&'b self, row: u32, band: &'b PlaneBand) -> &'b [u8] {
        let [near, _] = self.sources(row);
        let enlarged = if self.enlarged.is_empty() { self.row(near, band) } else { &self.enlarged };
        &enlarged[..self.pixels]
    }
}
