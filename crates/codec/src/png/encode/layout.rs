//! The colour types of PNG: which is enough for a picture, and its rows packed that way.

use palmette_core::{Pixmap, Size};

use super::write_chunk;
use crate::palette::Indexed;

/// How pixels are stored.
#[derive(Debug)]
pub(super) enum Layout {
    /// One level of 1, 2, 4 or 8 bits.
    Gray {
        /// The bits of a level.
        bits: u8,
    },
    /// A level and alpha, of 8 bits each.
    GrayAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
    /// Places in a palette, of 1, 2, 4 or 8 bits.
    Palette {
        /// The colours, and the places.
        indexed: Indexed,
        /// The bits of a place.
        bits: u8,
    },
}

impl Layout {
    /// Finds the smallest colour type without a palette that loses nothing.
    pub(super) fn of_colors(pixmap: &Pixmap) -> Self {
        let (pixels, _) = pixmap.data().as_chunks::<4>();
        let is_gray = pixels.iter().all(|[red, green, blue, _]| red == green && green == blue);
        match (is_gray, pixmap.is_opaque()) {
            (false, false) => Self::Rgba,
            (false, true) => Self::Rgb,
            (true, false) => Self::GrayAlpha,
            (true, true) => {
                // A level of n bits is repeated to fill eight.
                let is_of = |step: u8| pixels.iter().all(|[level, ..]| level % step == 0);
                let bits = [(1, 255), (2, 85), (4, 17)].into_iter().find(|&(_, step)| is_of(step));
                Self::Gray { bits: bits.map_or(8, |(bits, _)| bits) }
            }
        }
    }

    /// Stores places in a palette in as few bits as they need.
    pub(super) fn of_palette(indexed: Indexed) -> Self {
        let bits = match indexed.palette.len() {
            0..=2 => 1,
            3..=4 => 2,
            5..=16 => 4,
            _ => 8,
        };
        Self::Palette { indexed, bits }
    }

    /// Returns the bits of a pixel.
    const fn pixel_bits(&self) -> usize {
        match self {
            Self::Gray { bits } | Self::Palette { bits, .. } => *bits as usize,
            Self::GrayAlpha => 16,
            Self::Rgb => 24,
            Self::Rgba => 32,
        }
    }

    /// Returns how far the same sample of the pixel before lies back, in bytes; 1 where several pixels share a byte.
    pub(super) const fn pixel_bytes(&self) -> usize {
        self.pixel_bits().div_ceil(8)
    }

    /// Returns the bytes of a row.
    pub(super) const fn row_bytes(&self, width: u32) -> usize {
        (width as usize * self.pixel_bits()).div_ceil(8)
    }

    /// Tells whether values are near where colours are, so that filters help.
    pub(super) const fn is_smooth(&self) -> bool {
        !matches!(self, Self::Palette { .. } | Self::Gray { bits: 1 | 2 | 4 })
    }

    /// Packs a row.
    pub(super) fn pack(&self, pixmap: &Pixmap, y: u32, row: &mut [u8]) {
        let (pixels, _) = pixmap.row(y).as_chunks::<4>();
        match self {
            Self::Gray { bits: 8 } => row.iter_mut().zip(pixels).for_each(|(to, pixel)| *to = pixel[0]),
            Self::Gray { bits } => {
                let step = 255 / ((1_u8 << bits) - 1);
                pack_bits(pixels.iter().map(|pixel| pixel[0] / step), *bits, row);
            }
            Self::GrayAlpha => {
                let (targets, _) = row.as_chunks_mut::<2>();
                targets.iter_mut().zip(pixels).for_each(|(to, pixel)| *to = [pixel[0], pixel[3]]);
            }
            Self::Rgb => {
                let (targets, _) = row.as_chunks_mut::<3>();
                targets.iter_mut().zip(pixels).for_each(|(to, &[red, green, blue, _])| *to = [red, green, blue]);
            }
            Self::Rgba => row.copy_from_slice(pixmap.row(y)),
            Self::Palette { indexed, bits } => {
                let width = pixels.len();
                let indices = &indexed.indices[y as usize * width..][..width];
                if *bits == 8 {
                    row.copy_from_slice(indices);
                } else {
                    pack_bits(indices.iter().copied(), *bits, row);
                }
            }
        }
    }

    /// Writes the chunks before the pixels.
    pub(super) fn write_head(&self, file: &mut Vec<u8>, size: Size) {
        let (color, bits) = match self {
            Self::Gray { bits } => (0, *bits),
            Self::Rgb => (2, 8),
            Self::Palette { bits, .. } => (3, *bits),
            Self::GrayAlpha => (4, 8),
            Self::Rgba => (6, 8),
        };
        let mut header = [0; 13];
        header[..4].copy_from_slice(&size.width.to_be_bytes());
        header[4..8].copy_from_slice(&size.height.to_be_bytes());
        [header[8], header[9]] = [bits, color];
        write_chunk(file, *b"IHDR", &header);
        if let Self::Palette { indexed, .. } = self {
            let colors: Vec<u8> = indexed.palette.iter().flat_map(|color| &color[..3]).copied().collect();
            write_chunk(file, *b"PLTE", &colors);
            // Opaque colours come last, and need no entry.
            let alphas = indexed.palette.iter().map(|color| color[3]).take_while(|&alpha| alpha < u8::MAX);
            let alphas: Vec<u8> = alphas.collect();
            if !alphas.is_empty() {
                write_chunk(file, *b"tRNS", &alphas);
            }
        }
    }
}

/// Packs values of less than 8 bits, the first into the highest bits.
fn pack_bits(mut values: impl Iterator<Item = u8>, bits: u8, row: &mut [u8]) {
    for byte in row {
        *byte = (0..8 / bits).fold(0, |byte, _| (byte << bits) | values.next().unwrap_or(0));
    }
}
