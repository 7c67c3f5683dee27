//! The segments of a file around its scans.

use super::error::{Error, reserve};
use super::grid::Grid;
use super::huffman::Table;
use super::options::{Coding, Options};
use super::quality::Steps;
use crate::NATURAL_ORDER;

/// What EXIF starts with in its segment.
const EXIF_SIGNATURE: &[u8] = b"Exif\0\0";
/// The most EXIF that fits a segment, whose length counts itself.
const MAX_EXIF: usize = u16::MAX as usize - 2 - EXIF_SIGNATURE.len();

/// What a part of a colour profile starts with in its segment; its number and the count of parts follow.
const ICC_SIGNATURE: &[u8] = b"ICC_PROFILE\0";
/// The most of a colour profile that fits a segment.
const MAX_ICC_PART: usize = u16::MAX as usize - 2 - ICC_SIGNATURE.len() - 2;
/// The most that all segments hold, whose numbers are bytes.
const MAX_ICC: usize = u8::MAX as usize * MAX_ICC_PART;

/// JFIF 1.1, pixels of no known size that are square, no thumbnail.
const JFIF: &[u8] = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";

/// Appends segments to a file.
#[derive(Debug)]
pub(super) struct Segments<'a>(pub(super) &'a mut Vec<u8>);

impl Segments<'_> {
    /// Writes everything before the first table of codes.
    ///
    /// # Errors
    ///
    /// [`Error::Exif`], [`Error::IccProfile`], [`Error::Memory`].
    pub(super) fn start(&mut self, grid: &Grid, options: &Options<'_>, tables: &[Steps]) -> Result<(), Error> {
        self.marker(0xd8)?;
        self.segment(0xe0, &[JFIF])?;
        if let Some(exif) = options.exif {
            if exif.len() > MAX_EXIF {
                return Err(Error::Exif { bytes: exif.len(), max: MAX_EXIF });
            }
            self.segment(0xe1, &[EXIF_SIGNATURE, exif])?;
        }
        if let Some(profile) = options.icc_profile {
            self.icc_profile(profile)?;
        }
        for (number, steps) in (0..).zip(tables) {
            self.segment(0xdb, &[&[number], &NATURAL_ORDER.map(|place| steps[usize::from(place)])])?;
        }
        let side = |side: usize| u16::try_from(side).unwrap_or(u16::MAX).to_be_bytes();
        let components: Vec<u8> = (1..)
            .zip(&grid.components)
            .flat_map(|(id, it)| [id, small(it.across) << 4 | small(it.down), small(it.table)])
            .collect();
        let frame = if options.coding == Coding::Progressive { 0xc2 } else { 0xc0 };
        let count = small(grid.components.len());
        self.segment(frame, &[&[8], &side(grid.height), &side(grid.width), &[count], &components])
    }

    /// Writes a colour profile, in as many segments as it takes.
    fn icc_profile(&mut self, profile: &[u8]) -> Result<(), Error> {
        let parts = profile.chunks(MAX_ICC_PART);
        let Ok(count) = u8::try_from(parts.len()) else {
            return Err(Error::IccProfile { bytes: profile.len(), max: MAX_ICC });
        };
        for (number, part) in (1..=u8::MAX).zip(parts) {
            self.segment(0xe2, &[ICC_SIGNATURE, &[number, count], part])?;
        }
        Ok(())
    }

    /// Writes a table of codes: for DC or AC, of luma (0) or chroma (1).
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn codes(&mut self, is_ac: bool, number: usize, table: &Table) -> Result<(), Error> {
        self.segment(0xc4, &[&[u8::from(is_ac) << 4 | small(number)], &table.lengths, &table.symbols])
    }

    /// Writes the number of MCUs between two restart markers of the scans that follow.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn restart_interval(&mut self, mcus: u16) -> Result<(), Error> {
        self.segment(0xdd, &[&mcus.to_be_bytes()])
    }

    /// Writes the head of a scan.
    ///
    /// `components` are places in the grid, with the tables of DC and AC that they use. The scan holds coefficients
    /// `first` to `last` down to bit `low`, those above `high` having come before (0: none have).
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn scan(
        &mut self,
        components: impl IntoIterator<Item = (usize, usize, usize)>,
        [first, last]: [u8; 2],
        [high, low]: [u8; 2],
    ) -> Result<(), Error> {
        let components: Vec<u8> =
            components.into_iter().flat_map(|(i, dc, ac)| [small(i) + 1, small(dc) << 4 | small(ac)]).collect();
        self.segment(0xda, &[&[small(components.len() / 2)], &components, &[first, last, high << 4 | low]])
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.marker(0xd9)
    }

    /// Writes a segment; its content is short enough for its length.
    fn segment(&mut self, marker: u8, content: &[&[u8]]) -> Result<(), Error> {
        self.marker(marker)?;
        let len = 2 + content.iter().map(|part| part.len()).sum::<usize>();
        reserve(self.0, len)?;
        self.0.extend_from_slice(&u16::try_from(len).expect("every segment is short").to_be_bytes());
        content.iter().for_each(|part| self.0.extend_from_slice(part));
        Ok(())
    }

    /// Writes a marker.
    fn marker(&mut self, marker: u8) -> Result<(), Error> {
        reserve(self.0, 2)?;
        self.0.extend_from_slice(&[0xff, marker]);
        Ok(())
    }
}

/// A number of components or blocks, which is below 16.
fn small(number: usize) -> u8 {
    u8::try_from(number).expect("at most 4 components of 4 blocks")
}
