//! The bytes of an item: one stretch of the file in nearly all of them, or several that are put together.

use std::borrow::Cow;

use palmette_core::alloc;

use super::Fault;
use super::boxes::Reader;
use crate::Error;

/// Where the bytes of an item lie, as stored in the box `iloc`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Location<'a> {
    /// 0: in the file, 1: in the box `idat`, 2: in another item.
    construction: u8,
    /// 0: in this file.
    data_reference: u16,
    base_offset: u64,
    /// Stretches, not yet read: one can take no byte at all.
    extents: Reader<'a>,
    extent_count: u32,
    fields: Fields,
}

/// Bytes of the fields of an extent.
#[derive(Clone, Copy, Debug)]
struct Fields {
    index: usize,
    offset: usize,
    length: usize,
}

impl<'a> Location<'a> {
    /// Reads `iloc`, and hands out every item with its location.
    pub(super) fn read_all(content: &'a [u8], mut found: impl FnMut(u32, Self)) -> Result<(), Fault> {
        let mut reader = Reader(content);
        let (version, _) = reader.version_and_flags()?;
        if version > 2 {
            return Err(Fault::Unsupported("HEIF with a newer table of locations"));
        }
        let [sizes, more_sizes] = reader.array()?;
        let [offset, length] = [sizes >> 4, sizes & 15].map(usize::from);
        let [base, index] = [more_sizes >> 4, if version == 0 { 0 } else { more_sizes & 15 }].map(usize::from);
        if [offset, length, base, index].into_iter().any(|size| size > 8) {
            return Err(Fault::Damaged("its table of locations makes no sense"));
        }
        let fields = Fields { index, offset, length };
        for _ in 0..reader.u16_or_u32(version == 2)? {
            let item = reader.u16_or_u32(version == 2)?;
            let construction = if version == 0 { 0 } else { reader.u16()? & 15 };
            let data_reference = reader.u16()?;
            let base_offset = reader.uint(base)?;
            let extent_count = u32::from(reader.u16()?);
            let extents = Reader(reader.take(extent_count as usize * (index + offset + length))?);
            let construction = u8::try_from(construction).unwrap_or(u8::MAX);
            found(item, Self { construction, data_reference, base_offset, extents, extent_count, fields });
        }
        Ok(())
    }

    /// Finds the stretches, and takes their bytes from the budget of all items of the picture.
    pub(super) fn payload(self, file: &'a [u8], idat: &'a [u8], budget: &mut Budget) -> Result<Payload<'a>, Fault> {
        let source = match (self.construction, self.data_reference) {
            (0, 0) => file,
            (1, 0) => idat,
            _ => return Err(Fault::Unsupported("HEIF whose picture lies in another file or item")),
        };
        let mut payload = Payload { source, location: self, len: 0 };
        // Every stretch is looked at once, so that reading them later cannot fail.
        for extent in self.stretches(source) {
            let len = extent?.len();
            budget.take(len)?;
            payload.len += len;
        }
        Ok(payload)
    }

    /// Walks over the stretches.
    fn stretches(self, source: &'a [u8]) -> impl Iterator<Item = Result<&'a [u8], Fault>> {
        let mut reader = self.extents;
        (0..self.extent_count).map(move |_| {
            reader.take(self.fields.index)?;
            let offset = reader.uint(self.fields.offset)?;
            let len = reader.uint(self.fields.length)?;
            let start = self.base_offset.checked_add(offset).and_then(|start| usize::try_from(start).ok());
            let rest = start.and_then(|start| source.get(start..)).ok_or(Fault::CUT_OFF)?;
            // Without a length a stretch goes to the end.
            let len = if len == 0 { rest.len() } else { usize::try_from(len).map_err(|_| Fault::CUT_OFF)? };
            rest.get(..len).filter(|stretch| !stretch.is_empty()).ok_or(Fault::CUT_OFF)
        })
    }
}

/// Bytes that all items of a picture may have together.
///
/// Stretches may overlap: encoders store equal cells of a grid once. But a file of a megabyte must not become gigabytes.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    /// Makes the budget of a file.
    pub(super) const fn of(file: &[u8]) -> Self {
        Self(file.len().saturating_mul(8).saturating_add(1 << 20))
    }

    /// Takes bytes from it.
    fn take(&mut self, len: usize) -> Result<(), Fault> {
        self.0 = self.0.checked_sub(len).ok_or(Fault::Damaged("its items claim the same bytes again and again"))?;
        Ok(())
    }
}

/// The bytes of an item, not yet put together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload<'a> {
    source: &'a [u8],
    location: Location<'a>,
    len: usize,
}

impl<'a> Payload<'a> {
    /// Wraps bytes that lie together.
    pub(super) const fn whole(bytes: &'a [u8]) -> Self {
        let fields = Fields { index: 0, offset: 0, length: 0 };
        let location = Location {
            construction: 0,
            data_reference: 0,
            base_offset: 0,
            extents: Reader(&[]),
            extent_count: 1,
            fields,
        };
        Self { source: bytes, location, len: bytes.len() }
    }

    /// Returns the bytes: as they lie, or a copy where they lie in several places.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory for the copy runs out.
    pub(crate) fn bytes(&self) -> Result<Cow<'a, [u8]>, Error> {
        let mut stretches = self.location.stretches(self.source).filter_map(Result::ok);
        if self.location.extent_count == 1 {
            return Ok(Cow::Borrowed(stretches.next().unwrap_or_default()));
        }
        let mut bytes = alloc::try_with_capacity(self.len)?;
        stretches.for_each(|stretch| bytes.extend_from_slice(stretch));
        Ok(Cow::Owned(bytes))
    }
}
