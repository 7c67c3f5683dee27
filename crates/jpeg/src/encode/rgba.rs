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
    ///
    /// Chroma follows its rows of luma at once, while their pixels are near.
    pub(super) fn convert(&mut self, grid: &Grid, kernels: &Kernels, rgba: &[u8]) {
        let [luma, chroma @ ..] = &mut self.planes[..] else { return };
        let (across, down) = (grid.components[0].across, grid.components[0].down);
        let to_chroma = if across == 2 { kernels.to_half_chroma } else { kernels.to_chroma };
        let mut chroma = match chroma {
            [blue, red] => {
                let width = grid.components[1].width;
                Some(blue.chunks_mut(width).zip(red.chunks_mut(width)))
            }
            _ => None,
        };
        let row = PIXEL * grid.width;
        for (rows, luma) in rgba.chunks(down * row).zip(luma.chunks_mut(down * grid.width)) {
            for (row, luma) in rows.chunks(row).zip(luma.chunks_mut(grid.width)) {
                (kernels.to_luma)(row, luma);
            }
            if let Some((blue, red)) = chroma.as_mut().and_then(Iterator::next) {
                // The last row of the picture may have no other.
                to_chroma([&rows[..row], &rows[rows.len() - row..]], blue, red);
            }
        }
    }

    /// Returns the planes of the band.
    pub(super) fn planes(&self, grid: &Grid) -> Vec<PlaneRows<'_>> {
        let planes = self.planes.iter().zip(&grid.components);
        planes.map(|(samples, component)| PlaneRows { samples, stride: component.width }).collect()
    }
}
