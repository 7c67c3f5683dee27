//! The picture of a file: its layers of colour and alpha, each of one tile or a grid of them, and its properties.

use std::borrow::Cow;

use palmette_core::{Limits, Size};

use super::boxes::{Boxed, Reader, boxes_of_file};
use super::meta::Meta;
use super::payload::{Budget, Payload};
use super::property::{Nclx, Properties};
use super::sequence;
use super::{Fault, View};
use crate::Error;
use crate::icc::ToSrgb16;

/// How tiles are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As a frame of AV1.
    Av1,
    /// As a frame of HEVC.
    Hevc,
}

impl Coding {
    /// Returns the coding of an item or of the samples of a track.
    pub(super) const fn of(kind: &[u8; 4]) -> Option<Self> {
        match kind {
            b"av01" => Some(Self::Av1),
            b"hvc1" | b"hev1" => Some(Self::Hevc),
            _ => None,
        }
    }
}

/// What counts of a file that is a sequence and holds a picture beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prefer {
    /// The sequence.
    Tracks,
    /// The picture.
    Items,
}

/// What a file shows.
#[derive(Debug)]
pub(crate) struct Picture<'a> {
    /// Its colours, or its grey.
    pub(crate) color: Layer<'a>,
    /// How opaque it is; of the same size.
    pub(crate) alpha: Option<Layer<'a>>,
    /// Whether colours were multiplied by alpha.
    pub(crate) is_premultiplied: bool,
    /// Its profile.
    pub(crate) icc: Option<&'a [u8]>,
    /// Its colours by numbers.
    pub(crate) nclx: Option<Nclx>,
    /// What is shown of it, and how.
    pub(crate) view: View,
    /// Frames; 1 for a still picture.
    pub(crate) frame_count: u32,
}

/// Tiles that make up colour or alpha.
#[derive(Debug)]
pub(crate) struct Layer<'a> {
    /// The size of all together.
    pub(crate) size: Size,
    /// How tiles are coded.
    pub(crate) coding: Coding,
    /// Tiles beside each other.
    pub(crate) columns: u32,
    /// Sorted by item, so that those of one item are neighbours.
    pub(crate) tiles: Vec<Tile<'a>>,
}

/// A coded picture that is a layer, or a cell of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tile<'a> {
    /// The number of its item. Cells of one item look the same.
    pub(crate) item: u32,
    /// Which cell it is, row by row.
    pub(crate) place: u32,
    /// The size, the same for all tiles of a layer.
    pub(crate) size: Size,
    /// The coded bytes.
    pub(crate) payload: Payload<'a>,
    /// The box that tells depth and chroma of AV1 ahead.
    pub(crate) config: Option<&'a [u8]>,
    /// Which of the points of a scalable stream is decoded.
    pub(crate) operating_point: u8,
    /// Which of its layers is shown; none means the best.
    pub(crate) spatial_layer: Option<u8>,
}

impl<'a> Layer<'a> {
    /// Tells whether tiles have to be put together.
    pub(crate) fn is_grid(&self) -> bool {
        !matches!(&self.tiles[..], [tile] if tile.size == self.size)
    }

    /// Returns the coded bytes of the first tile.
    ///
    /// # Errors
    ///
    /// Those of [`Payload::bytes`].
    pub(crate) fn first_bytes(&self) -> Result<Cow<'a, [u8]>, Error> {
        self.tiles.first().map_or(Ok(Cow::Borrowed(&[])), |tile| tile.payload.bytes())
    }
}

impl<'a> Picture<'a> {
    /// Reads the container.
    ///
    /// # Errors
    ///
    /// A [`Fault`] if it shows nothing that could be decoded.
    pub(crate) fn read(file: &'a [u8], prefer: Prefer) -> Result<Self, Fault> {
        let (mut meta, mut movie, mut moves) = (None, None, false);
        for found in boxes_of_file(file) {
            let Boxed { kind, content } = found?;
            match &kind {
                b"ftyp" => moves |= matches!(content.get(..4), Some(b"avis" | b"msf1" | b"hevc" | b"hevx")),
                b"meta" => meta = meta.or(Some(content)),
                b"moov" => movie = movie.or(Some(content)),
                _ => {}
            }
        }
        match (meta, movie) {
            (Some(meta), Some(movie)) if moves && prefer == Prefer::Tracks => {
                sequence::read(file, movie).or_else(|_| Self::read_item(file, meta))
            }
            (Some(meta), Some(movie)) => {
                Self::read_item(file, meta).or_else(|fault| sequence::read(file, movie).or(Err(fault)))
            }
            (Some(meta), None) => Self::read_item(file, meta),
            (None, Some(movie)) => sequence::read(file, movie),
            (None, None) => Err(Fault::Damaged("it has no picture in its container")),
        }
    }

    /// Finds the way to sRGB: a profile counts before numbers, which are those of the file or of its bitstream.
    pub(crate) fn to_srgb(&self, colors: Nclx, is_gray: bool) -> ToSrgb16 {
        match (self.icc, is_gray) {
            (None, _) => ToSrgb16::from_cicp(colors.cicp),
            (icc, true) => ToSrgb16::from_gray(icc),
            (icc, false) => ToSrgb16::from_rgb(icc),
        }
    }

    /// Checks all sizes that are decoded.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if one of them is over the limits.
    pub(crate) fn check_sizes(&self, limits: &Limits) -> Result<(), Error> {
        for layer in [Some(&self.color), self.alpha.as_ref()].into_iter().flatten() {
            limits.check(layer.size)?;
            // Cells may reach over the edges of a picture, but are decoded whole.
            layer.tiles.iter().try_for_each(|tile| limits.check(tile.size))?;
        }
        Ok(())
    }

    /// Reads the item that is the picture.
    fn read_item(file: &'a [u8], meta: &'a [u8]) -> Result<Self, Fault> {
        let meta = Meta::read(meta)?;
        let primary = meta.primary.ok_or(Fault::Damaged("it does not say which item is its picture"))?;
        let mut items = Items { file, meta: &meta, budget: Budget::of(file) };
        let (color, properties) = items.layer(primary, None)?;
        let (alpha, is_premultiplied) = match items.alpha(primary, color.size)? {
            Some((alpha, is_premultiplied)) => (Some(alpha), is_premultiplied),
            None => (None, false),
        };
        if alpha.as_ref().is_some_and(|alpha| alpha.size != color.size) {
            return Err(Fault::Damaged("its alpha has another size than its colours"));
        }
        let view = View::new(color.size, &properties.transforms);
        let Properties { icc, nclx, .. } = properties;
        Ok(Self { color, alpha, is_premultiplied, icc, nclx, view, frame_count: 1 })
    }
}

/// The items of a file, from which layers are made.
struct Items<'a, 'm> {
    file: &'a [u8],
    meta: &'m Meta<'a>,
    budget: Budget,
}

impl<'a> Items<'a, '_> {
    /// Makes the layer of an item, with the item's properties; `size` counts where it does not tell its own.
    fn layer(&mut self, number: u32, size: Option<Size>) -> Result<(Layer<'a>, Properties<'a>), Fault> {
        let item = self.meta.item(number).ok_or(Fault::Damaged("an item of its picture is missing"))?;
        match &item.kind {
            b"grid" => self.grid(number),
            b"iden" | b"iovl" => Err(Fault::Unsupported("HEIF of a picture derived from others")),
            _ => {
                let (tile, coding, properties) = self.tile(number, 0, size)?;
                Ok((Layer { size: tile.size, coding, columns: 1, tiles: vec![tile] }, properties))
            }
        }
    }

    /// Makes the layer of a grid.
    fn grid(&mut self, number: u32) -> Result<(Layer<'a>, Properties<'a>), Fault> {
        let grid = self.read_grid(number)?;
        let mut properties = self.properties(number)?;
        if properties.has_unknown {
            return Err(Fault::UNKNOWN_PROPERTY);
        }
        let cells: Vec<_> = self.meta.referred(b"dimg", number).take(grid.cells() + 1).collect();
        let (layer, first) = self.cells(&grid, &cells)?;
        properties.or_colors_of(&first);
        Ok((layer, properties))
    }

    /// Finds alpha, and whether colours were multiplied by it.
    fn alpha(&mut self, primary: u32, size: Size) -> Result<Option<(Layer<'a>, bool)>, Fault> {
        if let Some(alpha) = self.alpha_of(primary)? {
            return Ok(Some((self.layer(alpha, Some(size))?.0, self.is_premultiplied(primary, alpha))));
        }
        // Where a grid has none, each of its cells may.
        if self.meta.item(primary).is_none_or(|item| item.kind != *b"grid") {
            return Ok(None);
        }
        let grid = self.read_grid(primary)?;
        let (mut cells, mut is_premultiplied) = (Vec::new(), false);
        for cell in self.meta.referred(b"dimg", primary).take(grid.cells()) {
            // Some encoders give alpha to some cells only; then the picture has none.
            let Some(alpha) = self.alpha_of(cell)? else { return Ok(None) };
            is_premultiplied |= self.is_premultiplied(cell, alpha);
            cells.push(alpha);
        }
        Ok(Some((self.cells(&grid, &cells)?.0, is_premultiplied)))
    }

    /// Finds the item that is the alpha of one.
    fn alpha_of(&self, number: u32) -> Result<Option<u32>, Fault> {
        for auxiliary in self.meta.auxiliary_to(number) {
            if self.properties(auxiliary)?.is_alpha() {
                return Ok(Some(auxiliary));
            }
        }
        Ok(None)
    }

    /// Tells whether colours were multiplied by an alpha.
    fn is_premultiplied(&self, color: u32, alpha: u32) -> bool {
        self.meta.referred(b"prem", color).any(|to| to == alpha)
    }

    /// Reads the properties of an item.
    fn properties(&self, number: u32) -> Result<Properties<'a>, Fault> {
        let item = self.meta.item(number).ok_or(Fault::Damaged("an item of its picture is missing"))?;
        Properties::read(self.meta.properties(&item))
    }

    /// Reads the payload of a grid.
    fn read_grid(&mut self, number: u32) -> Result<Grid, Fault> {
        Grid::read(&self.payload(number)?)
    }

    /// Finds the bytes of an item.
    fn payload(&mut self, number: u32) -> Result<Payload<'a>, Fault> {
        let location = self.meta.item(number).and_then(|item| item.location);
        let location = location.ok_or(Fault::Damaged("an item of its picture has no bytes"))?;
        location.payload(self.file, self.meta.idat, &mut self.budget)
    }

    /// Makes the layer of the cells of a grid; returns the properties of the first.
    fn cells(&mut self, grid: &Grid, cells: &[u32]) -> Result<(Layer<'a>, Properties<'a>), Fault> {
        if cells.len() != grid.cells() {
            return Err(Fault::Damaged("its grid has another number of cells than it says"));
        }
        let mut places: Vec<_> = cells.iter().copied().zip(0_u32..).collect();
        places.sort_unstable();
        let (first, coding, properties) = self.tile(cells[0], 0, None)?;
        if !grid.is_covered_by(first.size) {
            return Err(Fault::Damaged("the cells of its grid do not cover it"));
        }
        let mut tiles: Vec<Tile<'a>> = Vec::new();
        for (item, place) in places {
            // What lies outside of the picture is not decoded.
            if !grid.shows(place, first.size) {
                continue;
            }
            let tile = match tiles.last() {
                Some(last) if last.item == item => Tile { place, ..*last },
                _ => {
                    let (tile, its_coding, _) = self.tile(item, place, Some(first.size))?;
                    if its_coding != coding {
                        return Err(Fault::Damaged("the cells of its grid are of several codings"));
                    }
                    tile
                }
            };
            if tile.size != first.size {
                return Err(Fault::Damaged("the cells of its grid are of several sizes"));
            }
            tiles.push(tile);
        }
        Ok((Layer { size: grid.size, coding, columns: grid.columns, tiles }, properties))
    }

    /// Makes a tile of a coded item.
    fn tile(&mut self, item: u32, place: u32, size: Option<Size>) -> Result<(Tile<'a>, Coding, Properties<'a>), Fault> {
        let kind = self.meta.item(item).ok_or(Fault::Damaged("an item of its picture is missing"))?.kind;
        let coding = Coding::of(&kind).ok_or(Fault::Unsupported("HEIF of a coding other than AV1 and HEVC"))?;
        let properties = self.properties(item)?;
        if properties.has_unknown {
            return Err(Fault::UNKNOWN_PROPERTY);
        }
        let size = properties.size.or(size).ok_or(Fault::Damaged("it does not say how large its picture is"))?;
        let payload = self.payload(item)?;
        Ok((Tile::new(item, place, size, payload, &properties), coding, properties))
    }
}

impl<'a> Tile<'a> {
    /// Makes a tile.
    pub(super) const fn new(
        item: u32,
        place: u32,
        size: Size,
        payload: Payload<'a>,
        properties: &Properties<'a>,
    ) -> Self {
        let &Properties { av1_config: config, operating_point, layer: spatial_layer, .. } = properties;
        Self { item, place, size, payload, config, operating_point, spatial_layer }
    }
}

/// Cells of equal size, row by row from the top left.
struct Grid {
    rows: u32,
    columns: u32,
    /// The size of the picture; cells may reach over its right and bottom edges.
    size: Size,
}

impl Grid {
    /// Reads the payload of a grid.
    fn read(payload: &Payload<'_>) -> Result<Self, Fault> {
        let bytes = payload.bytes().map_err(|_| Fault::CUT_OFF)?;
        let mut reader = Reader(&bytes);
        let [version, flags, rows, columns] = reader.array()?;
        if version != 0 {
            return Err(Fault::Unsupported("HEIF of a newer kind of grid"));
        }
        let is_wide = flags & 1 != 0;
        let size = Size::new(reader.u16_or_u32(is_wide)?, reader.u16_or_u32(is_wide)?);
        Ok(Self { rows: u32::from(rows) + 1, columns: u32::from(columns) + 1, size })
    }

    /// Counts the cells.
    const fn cells(&self) -> usize {
        self.rows as usize * self.columns as usize
    }

    /// Tells whether cells of a size cover the picture.
    fn is_covered_by(&self, cell: Size) -> bool {
        let [width, height] = [(cell.width, self.columns), (cell.height, self.rows)]
            .map(|(side, count)| u64::from(side) * u64::from(count));
        width >= u64::from(self.size.width) && height >= u64::from(self.size.height)
    }

    /// Tells whether anything of a cell is inside the picture.
    fn shows(&self, place: u32, cell: Size) -> bool {
        let (column, row) = (place % self.columns, place / self.columns);
        u64::from(column) * u64::from(cell.width) < u64::from(self.size.width)
            && u64::from(row) * u64::from(cell.height) < u64::from(self.size.height)
    }
}
