//! Planes of a band made of RGBA, for callers that have no planes.

use super::color::PIXEL;
use super::error::{Error, filled};
use super::grid::Grid;
use super::kernels::Kernels;
use super::rows::PlaneRows;

/// A band of planes.
#[derive(Debug)]
pub(super) struct Converter {
    planes: Vec<Vec<u8>>,
}

impl Converter {
    /// Allocates a band.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn new(grid: &Grid) -> Result<Self, Error> {
        let planes = grid.components.iter().map(|component| filled(0, component.width * component.rows_in_band(0)));
        Ok(Self { planes: planes.collect::<Result<_, _>>()? })
    }

    /// Converts a band; `rgba` has exactly its pixels.
    pub(super) fn convert(&mut self, grid: &Grid, kernels: &Kernels, rgba: &[u8]) {
        let pixels: Vec<&[u8]> = rgba.chunks(PIXEL * grid.width).collect();
        let [luma, chroma @ ..] = &mut self.planes[..] else { return };
        for (row, luma) in pixels.iter().zip(luma.chunks_mut(grid.width)) {
            (kernels.to_luma)(row, luma);
        }
        let [blue, red] = chroma else { return };
        let (luma, chroma) = (grid.components[0], grid.components[1]);
        let to_chroma = if luma.across == 2 { kernels.to_half_chroma } else { kernels.to_chroma };
        let rows = blue.chunks_mut(chroma.width).zip(red.chunks_mut(chroma.width));
        for (rows, (blue, red)) in pixels.chunks(luma.down).zip(rows) {
            to_chroma([rows[0], rows[rows.len() - 1]], blue, red);
        }
    }

    /// Returns the planes of the band.
    pub(super) fn planes(&self, grid: &Grid) -> Vec<PlaneRows<'_>> {
        let planes = self.planes.iter().zip(&grid.components);
        planes.map(|(samples, component)| PlaneRows { samples, stride: component.width }).collect()
    }
}
