//! The tables that segments define: quantisation, Huffman codes, the restart interval.

use super::huffman::Spec;
use super::segments::Segment;
use crate::markers::{DHT, DQT, DRI};
use crate::{Error, Reason};

/// The tables as they are at some place of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// Quantisation tables, in zigzag order.
    pub(super) quant: [Option<[u16; 64]>; 4],
    /// Huffman tables of DC.
    pub(super) dc: [Option<Spec>; 4],
    /// Huffman tables of AC.
    pub(super) ac: [Option<Spec>; 4],
    /// MCUs between restart markers, or 0.
    pub(super) restart_interval: u32,
}

impl Tables {
    /// Takes over what a segment defines, if it defines a table.
    ///
    /// # Errors
    ///
    /// [`Error::Segment`] if it is not well formed.
    pub(super) fn read(&mut self, segment: &Segment<'_>) -> Result<(), Error> {
        match segment.marker {
            DQT => self.read_quant(segment),
            DHT => self.read_huffman(segment),
            DRI => match *segment.content {
                [r1, r0] => {
                    self.restart_interval = u16::from_be_bytes([r1, r0]).into();
                    Ok(())
                }
                _ => Err(segment.error(Reason::Length)),
            },
            _ => Ok(()),
        }
    }

    /// Reads quantisation tables.
    fn read_quant(&mut self, segment: &Segment<'_>) -> Result<(), Error> {
        let mut rest = segment.content;
        while let Some((&head, after)) = rest.split_first() {
            let table =
                self.quant.get_mut(usize::from(head & 15)).ok_or_else(|| segment.error(Reason::Table))?.insert([0; 64]);
            // Some files end a table early; nobody else takes the missing numbers as 1 either.
            let bytes = if head >> 4 == 0 { 1 } else { 2 };
            let (steps, after) = after.split_at_checked(64 * bytes).ok_or_else(|| segment.error(Reason::Length))?;
            for (step, bytes) in table.iter_mut().zip(steps.chunks_exact(bytes)) {
                *step = bytes.iter().fold(0, |value, &byte| value << 8 | u16::from(byte));
            }
            rest = after;
        }
        Ok(())
    }

    /// Reads Huffman tables.
    fn read_huffman(&mut self, segment: &Segment<'_>) -> Result<(), Error> {
        let mut rest = segment.content;
        while let Some((&head, after)) = rest.split_first() {
            let (counts, after) = after.split_first_chunk::<16>().ok_or_else(|| segment.error(Reason::Length))?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            if total > 256 {
                return Err(segment.error(Reason::Codes));
            }
            let (values, after) = after.split_at_checked(total).ok_or_else(|| segment.error(Reason::Length))?;
            let slot = match head {
                0..=3 => &mut self.dc[usize::from(head)],
                0x10..=0x13 => &mut self.ac[usize::from(head & 3)],
                _ => return Err(segment.error(Reason::Table)),
            };
            *slot = Some(Spec::new(*counts, values));
            rest = after;
        }
        Ok(())
    }
}
