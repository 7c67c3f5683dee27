//! The properties of an item, or of a track: its size, colours, transformations, and what its decoder is to know.

use palmette_core::Size;

use super::Fault;
use super::boxes::{Boxed, Reader};
use super::view::Transform;
use crate::cicp::Cicp;

/// Auxiliary pictures that are alpha, as AVIF and as early HEIC name them.
const ALPHA_URNS: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"];

/// Colours by their numbers in ITU-T H.273.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nclx {
    /// Primaries and transfer curve.
    pub(crate) cicp: Cicp,
    /// How red, green and blue became planes.
    pub(crate) matrix: u8,
    /// Whether samples use all values.
    pub(crate) is_full_range: bool,
}

/// What is known of a coded picture; of properties that are there twice, the first counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Properties<'a> {
    pub(super) size: Option<Size>,
    pub(super) icc: Option<&'a [u8]>,
    pub(super) nclx: Option<Nclx>,
    /// The box `av1C`.
    pub(super) av1_config: Option<&'a [u8]>,
    /// What an auxiliary picture is.
    pub(super) auxiliary_type: Option<&'a [u8]>,
    pub(super) transforms: Vec<Transform>,
    /// Which of the points of a scalable stream is decoded.
    pub(super) operating_point: u8,
    /// Which of its layers is shown; none means the best.
    pub(super) layer: Option<u8>,
    /// Whether something is essential that is not known here.
    pub(super) has_unknown: bool,
}

impl<'a> Properties<'a> {
    /// Reads properties in the order that the file lists them in.
    pub(super) fn read(listed: impl IntoIterator<Item = (Boxed<'a>, bool)>) -> Result<Self, Fault> {
        let mut properties = Self::default();
        for (property, is_essential) in listed {
            properties.add(property, is_essential)?;
        }
        Ok(properties)
    }

    /// Tells whether an auxiliary picture is alpha.
    pub(super) fn is_alpha(&self) -> bool {
        self.auxiliary_type.is_some_and(|name| ALPHA_URNS.contains(&name))
    }

    /// Takes colours from another picture where there are none.
    pub(super) fn or_colors_of(&mut self, other: &Self) {
        if self.icc.is_none() && self.nclx.is_none() {
            (self.icc, self.nclx) = (other.icc, other.nclx);
        }
    }

    /// Reads one property.
    fn add(&mut self, Boxed { kind, content }: Boxed<'a>, is_essential: bool) -> Result<(), Fault> {
        let mut reader = Reader(content);
        match &kind {
            b"ispe" => {
                reader.version_and_flags()?;
                let size = Size::new(reader.u32()?, reader.u32()?);
                self.size.get_or_insert(size);
            }
            b"colr" => self.add_colors(reader)?,
            b"av1C" => {
                self.av1_config.get_or_insert(content);
            }
            b"auxC" | b"auxi" => {
                reader.version_and_flags()?;
                self.auxiliary_type.get_or_insert(reader.text());
            }
            b"irot" => self.transforms.push(Transform::Turn { quarters_ccw: reader.u8()? & 3 }),
            b"imir" => self.transforms.push(Transform::Mirror { left_right: reader.u8()? & 1 != 0 }),
            b"clap" => {
                let mut fraction = || Ok::<_, Fault>((reader.u32()?, reader.u32()?));
                let [width, height, x, y] = [fraction()?, fraction()?, fraction()?, fraction()?];
                self.transforms.push(Transform::Crop { width, height, x, y });
            }
            b"a1op" => self.operating_point = reader.u8()? & 31,
            // 0xffff: all layers are decoded, and the best is shown.
            b"lsel" => self.layer = u8::try_from(reader.u16()?).ok().filter(|&layer| layer < 4),
            b"pixi" | b"pasp" | b"hvcC" | b"a1lx" | b"clli" | b"mdcv" | b"cclv" | b"amve" => {}
            _ => self.has_unknown |= is_essential,
        }
        Ok(())
    }

    /// Reads a profile or numbers; a picture may have both.
    fn add_colors(&mut self, mut reader: Reader<'a>) -> Result<(), Fault> {
        match &reader.array()? {
            b"nclx" => {
                let [primaries, transfer, matrix] = [reader.u16()?, reader.u16()?, reader.u16()?];
                let [primaries, transfer, matrix] =
                    [primaries, transfer, matrix].map(|code| u8::try_from(code).unwrap_or(0));
                // QuickTime's own kind ends here.
                let is_full_range = reader.u8().unwrap_or(0) & 0x80 != 0;
                self.nclx.get_or_insert(Nclx { cicp: Cicp { primaries, transfer }, matrix, is_full_range });
            }
            b"prof" | b"rICC" if !reader.0.is_empty() => {
                self.icc.get_or_insert(reader.0);
            }
            _ => {}
        }
        Ok(())
    }
}
