//! Tracks: of a sequence the first picture is found, and its alpha, by the tables of samples.

use palmette_core::Size;

use super::boxes::{Boxed, Kind, Reader, boxes, find};
use super::payload::Payload;
use super::picture::{Coding, Layer, Picture, Tile};
use super::property::Properties;
use super::{Fault, View};

/// Bytes of the description of a sample before its boxes.
const SAMPLE_ENTRY_BYTES: usize = 78;

/// A track of pictures.
struct Track<'a> {
    number: u32,
    /// The tracks that it is auxiliary to.
    auxiliary_to: Option<&'a [u8]>,
    /// The tracks by whose alpha its colours were multiplied.
    premultiplied_by: Option<&'a [u8]>,
    coding: Coding,
    properties: Properties<'a>,
    size: Size,
    first_sample: &'a [u8],
    sample_count: u32,
}

/// Reads the box `moov`.
///
/// # Errors
///
/// A [`Fault`] if there is no track of pictures.
pub(super) fn read<'a>(file: &'a [u8], movie: &'a [u8]) -> Result<Picture<'a>, Fault> {
    let mut tracks = Vec::new();
    let mut fault = Fault::Damaged("it has no track of pictures");
    for found in boxes(movie) {
        let Boxed { kind, content } = found?;
        if kind == *b"trak" {
            // A broken track of sound does no harm.
            match Track::read(file, content) {
                Ok(track) => tracks.extend(track),
                Err(found) => fault = found,
            }
        }
    }
    let color = tracks.iter().find(|track| track.auxiliary_to.is_none()).ok_or(fault)?;
    let alpha = tracks.iter().find(|track| track.is_alpha_of(color));
    if alpha.is_some_and(|alpha| alpha.size != color.size) {
        return Err(Fault::Damaged("its alpha has another size than its colours"));
    }
    Ok(Picture {
        color: color.layer(),
        alpha: alpha.map(Track::layer),
        is_premultiplied: alpha.is_some_and(|alpha| names(color.premultiplied_by, alpha.number)),
        icc: color.properties.icc,
        nclx: color.properties.nclx,
        view: View::new(color.size, &color.properties.transforms),
        frame_count: color.sample_count,
    })
}

impl<'a> Track<'a> {
    /// Reads a track; `None` if it is not of coded pictures.
    fn read(file: &'a [u8], content: &'a [u8]) -> Result<Option<Self>, Fault> {
        let number = read_number(required(content, b"tkhd")?)?;
        let references = find(content, b"tref")?.unwrap_or_default();
        let media = required(content, b"mdia")?;
        let table = required(required(media, b"minf")?, b"stbl")?;
        let mut descriptions = Reader(required(table, b"stsd")?);
        descriptions.version_and_flags()?;
        descriptions.u32()?;
        let Some(entry) = boxes(descriptions.0).next().transpose()? else { return Ok(None) };
        let Some(coding) = Coding::of(&entry.kind) else { return Ok(None) };
        let mut entry = Reader(entry.content);
        let [.., w1, w0, h1, h0] = *entry.take(SAMPLE_ENTRY_BYTES)?.first_chunk::<28>().ok_or(Fault::CUT_OFF)?;
        let size = Size::new(u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into());
        let listed = boxes(entry.0).map(|found| found.map(|found| (found, false))).collect::<Result<Vec<_>, _>>()?;
        let properties = Properties::read(listed)?;
        let (sample_count, first_len) = read_sizes(required(table, b"stsz")?)?;
        let start = first_chunk(table)?;
        let len = usize::try_from(first_len).map_err(|_| Fault::CUT_OFF)?;
        let first_sample = file.get(start..).and_then(|rest| rest.get(..len)).ok_or(Fault::CUT_OFF)?;
        let auxiliary_to = find(references, b"auxl")?;
        let premultiplied_by = find(references, b"prem")?;
        Ok(Some(Self { number, auxiliary_to, premultiplied_by, coding, properties, size, first_sample, sample_count }))
    }

    /// Tells whether this is the alpha of a track. Without a name, what is auxiliary is alpha.
    fn is_alpha_of(&self, color: &Self) -> bool {
        names(self.auxiliary_to, color.number)
            && (self.properties.auxiliary_type.is_none() || self.properties.is_alpha())
    }

    /// Makes a layer of the first sample.
    fn layer(&self) -> Layer<'a> {
        let tile = Tile::new(0, 0, self.size, Payload::whole(self.first_sample), &self.properties);
        Layer { size: self.size, coding: self.coding, columns: 1, tiles: vec![tile] }
    }
}

/// Finds a box that must be there.
fn required<'a>(content: &'a [u8], kind: &Kind) -> Result<&'a [u8], Fault> {
    find(content, kind)?.ok_or(Fault::Damaged("a table of its track is missing"))
}

/// Tells whether references name a track.
fn names(references: Option<&[u8]>, track: u32) -> bool {
    references.is_some_and(|numbers| numbers.as_chunks::<4>().0.contains(&track.to_be_bytes()))
}

/// Reads the number of a track from `tkhd`.
fn read_number(content: &[u8]) -> Result<u32, Fault> {
    let mut reader = Reader(content);
    let (version, _) = reader.version_and_flags()?;
    // Two times come first.
    reader.take(if version == 1 { 16 } else { 8 })?;
    reader.u32()
}

/// Reads the number of samples, and the length of the first, from `stsz`.
fn read_sizes(content: &[u8]) -> Result<(u32, u32), Fault> {
    let mut reader = Reader(content);
    reader.version_and_flags()?;
    let (same, count) = (reader.u32()?, reader.u32()?);
    match (count, same) {
        (0, _) => Err(Fault::Damaged("its track has no samples")),
        (_, 0) => Ok((count, reader.u32()?)),
        (_, same) => Ok((count, same)),
    }
}

/// Reads where the first chunk of samples starts.
fn first_chunk(table: &[u8]) -> Result<usize, Fault> {
    let (content, is_wide) = match find(table, b"stco")? {
        Some(content) => (content, false),
        None => (required(table, b"co64")?, true),
    };
    let mut reader = Reader(content);
    reader.version_and_flags()?;
    if reader.u32()? == 0 {
        return Err(Fault::Damaged("its track has no samples"));
    }
    let start = if is_wide { reader.u64()? } else { reader.u32()?.into() };
    usize::try_from(start).map_err(|_| Fault::CUT_OFF)
}
