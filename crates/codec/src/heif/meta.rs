//! The box `meta`: items, where their bytes lie, what they refer to, and their properties.
//!
//! Nothing is spread out that a file can name in fewer bytes than it would take here: places, references and properties stay
//! where they are in the file and are read when they are asked for. Items are counted.

use std::collections::BTreeMap;

use super::boxes::{Boxed, Kind, Reader, boxes};
use super::payload::Location;
use super::{Fault, MAX_ITEMS};

/// References at most that name an auxiliary item, or an item's: far above those of the largest grid.
const MAX_REFERENCES: usize = 1 << 20;

/// Properties that can be named at all: the index has 15 bits.
const MAX_PROPERTIES: usize = (1 << 15) - 1;

/// The box `meta`, read.
#[derive(Debug, Default)]
pub(super) struct Meta<'a> {
    /// The item that is the picture.
    pub(super) primary: Option<u32>,
    /// Items by their number.
    items: BTreeMap<u32, Item<'a>>,
    /// Boxes of references: what kind, from which item, and to which, as stored.
    references: Vec<References<'a>>,
    /// An item, and one that is auxiliary to it; sorted.
    auxiliary: Vec<(u32, u32)>,
    /// All properties, in the order that items name them by.
    properties: Vec<Boxed<'a>>,
    /// Bytes of items that lie in `meta` itself.
    pub(super) idat: &'a [u8],
}

/// An item.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Item<'a> {
    /// What it is, such as `av01` or `grid`.
    pub(super) kind: Kind,
    /// Where its bytes lie.
    pub(super) location: Option<Location<'a>>,
    /// The properties it names, as stored.
    associations: Option<Associations<'a>>,
}

/// References of a kind from one item.
#[derive(Clone, Copy, Debug)]
struct References<'a> {
    kind: Kind,
    from: u32,
    to: &'a [u8],
    is_wide: bool,
}

/// Properties that an item names, as stored: indices of one byte or two, the highest bit saying that it is essential.
#[derive(Clone, Copy, Debug)]
struct Associations<'a> {
    indices: &'a [u8],
    is_wide: bool,
}

impl<'a> Meta<'a> {
    /// Reads the box.
    pub(super) fn read(content: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader(content);
        reader.version_and_flags()?;
        let mut meta = Self::default();
        // Locations and properties may stand before the items that they are of.
        let (mut locations, mut associations) = (None, Vec::new());
        for found in boxes(reader.0) {
            let Boxed { kind, content } = found?;
            match &kind {
                b"pitm" => meta.primary = Some(read_primary(content)?),
                b"iinf" => meta.read_items(content)?,
                b"iloc" if locations.is_none() => locations = Some(content),
                b"iref" => meta.read_references(content)?,
                b"iprp" => meta.read_properties(content, &mut associations)?,
                b"idat" => meta.idat = content,
                _ => {}
            }
        }
        if let Some(content) = locations {
            Location::read_all(content, |item, location| {
                if let Some(item) = meta.items.get_mut(&item) {
                    item.location.get_or_insert(location);
                }
            })?;
        }
        for content in associations {
            meta.read_associations(content)?;
        }
        meta.auxiliary.sort_unstable();
        Ok(meta)
    }

    /// Returns an item.
    pub(super) fn item(&self, number: u32) -> Option<Item<'a>> {
        self.items.get(&number).copied()
    }

    /// Returns the items that are auxiliary to one: its alpha, its depth.
    pub(super) fn auxiliary_to(&self, item: u32) -> impl Iterator<Item = u32> {
        let start = self.auxiliary.partition_point(|&(to, _)| to < item);
        self.auxiliary[start..].iter().take_while(move |&&(to, _)| to == item).map(|&(_, from)| from)
    }

    /// Returns the items that one refers to, in the order of the file.
    pub(super) fn referred(&self, kind: &Kind, from: u32) -> impl Iterator<Item = u32> {
        let at = self.references.partition_point(|found| (found.from, found.kind) < (from, *kind));
        let found = self.references.get(at).filter(|found| found.from == from && found.kind == *kind);
        found.into_iter().flat_map(References::targets)
    }

    /// Returns the properties of an item in the order that it names them in, and whether each is essential. One that is
    /// named again does not count again.
    pub(super) fn properties(&self, item: &Item<'a>) -> Vec<(Boxed<'a>, bool)> {
        let mut seen = Vec::new();
        let mut found = Vec::new();
        for (index, is_essential) in item.associations.iter().flat_map(Associations::iter) {
            let Some(property) = usize::from(index).checked_sub(1).and_then(|at| self.properties.get(at)) else {
                continue;
            };
            if !seen.contains(&index) {
                seen.push(index);
                found.push((*property, is_essential));
            }
        }
        found
    }

    /// Reads `iinf`.
    fn read_items(&mut self, content: &'a [u8]) -> Result<(), Fault> {
        let mut reader = Reader(content);
        let (version, _) = reader.version_and_flags()?;
        reader.u16_or_u32(version != 0)?;
        for found in boxes(reader.0) {
            let found = found?;
            if found.kind != *b"infe" {
                continue;
            }
            let mut entry = Reader(found.content);
            let (version, _) = entry.version_and_flags()?;
            // Older ones name no kind.
            if version < 2 {
                continue;
            }
            let number = entry.u16_or_u32(version != 2)?;
            entry.u16()?;
            let kind = entry.array()?;
            self.items.entry(number).or_insert(Item { kind, ..Item::default() });
            if self.items.len() > MAX_ITEMS {
                return Err(Fault::Damaged("it has more items than any picture needs"));
            }
        }
        Ok(())
    }

    /// Reads `iref`.
    fn read_references(&mut self, content: &'a [u8]) -> Result<(), Fault> {
        let mut reader = Reader(content);
        let (version, _) = reader.version_and_flags()?;
        let is_wide = version != 0;
        for found in boxes(reader.0) {
            let found = found?;
            if !matches!(&found.kind, b"dimg" | b"auxl" | b"prem") {
                continue;
            }
            let mut entry = Reader(found.content);
            let (from, count) = (entry.u16_or_u32(is_wide)?, entry.u16()?);
            let to = entry.take(usize::from(count) * if is_wide { 4 } else { 2 })?;
            let references = References { kind: found.kind, from, to, is_wide };
            if found.kind == *b"auxl" {
                self.auxiliary.extend(references.targets().map(|to| (to, from)));
            } else {
                self.references.push(references);
            }
            if self.auxiliary.len() + self.references.len() > MAX_REFERENCES {
                return Err(Fault::Damaged("it has more references than any picture needs"));
            }
        }
        // Found by kind and item; of two the first counts.
        self.references.sort_by_key(|found| (found.from, found.kind));
        Ok(())
    }

    /// Reads `iprp`; which properties are whose is kept for later.
    fn read_properties(&mut self, content: &'a [u8], associations: &mut Vec<&'a [u8]>) -> Result<(), Fault> {
        for found in boxes(content) {
            let found = found?;
            match &found.kind {
                b"ipco" if self.properties.is_empty() => {
                    self.properties = boxes(found.content).take(MAX_PROPERTIES).collect::<Result<_, _>>()?;
                }
                b"ipma" => associations.push(found.content),
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads `ipma`; of two entries for one item the first counts.
    fn read_associations(&mut self, content: &'a [u8]) -> Result<(), Fault> {
        let mut reader = Reader(content);
        let (version, flags) = reader.version_and_flags()?;
        let is_wide = flags & 1 != 0;
        for _ in 0..reader.u32()? {
            let number = reader.u16_or_u32(version != 0)?;
            let count = usize::from(reader.u8()?);
            let indices = reader.take(if is_wide { count * 2 } else { count })?;
            if let Some(item) = self.items.get_mut(&number) {
                item.associations.get_or_insert(Associations { indices, is_wide });
            }
        }
        Ok(())
    }
}

impl<'a> References<'a> {
    /// Returns the items that are referred to.
    fn targets(&self) -> impl Iterator<Item = u32> + use<'a> {
        let (to, is_wide) = (self.to, self.is_wide);
        to.chunks_exact(if is_wide { 4 } else { 2 })
            .map(|number| number.iter().fold(0, |value, &byte| value << 8 | u32::from(byte)))
    }
}

impl Associations<'_> {
    /// Returns indices, and whether each property is essential.
    fn iter(&self) -> impl Iterator<Item = (u16, bool)> {
        let (indices, is_wide) = (self.indices, self.is_wide);
        indices.chunks_exact(if is_wide { 2 } else { 1 }).map(|index| match *index {
            [high, low] => (u16::from_be_bytes([high & 0x7f, low]), high & 0x80 != 0),
            [index, ..] => (u16::from(index & 0x7f), index & 0x80 != 0),
            [] => (0, false),
        })
    }
}

/// Reads `pitm`.
fn read_primary(content: &[u8]) -> Result<u32, Fault> {
    let mut reader = Reader(content);
    let (version, _) = reader.version_and_flags()?;
    reader.u16_or_u32(version != 0)
}
