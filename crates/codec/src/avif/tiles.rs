//! A layer of a picture, decoded: the frame of its one tile, or a canvas that the cells of a grid were copied to.

use palmette_core::Size;

use super::dav1d::Frame;
use crate::heif::{Layer, Nclx, Tile};
use crate::planar::{AnyPlanes, Canvas, Chroma, Format};
use crate::{Cause, DecodeOptions, Error, OnDamage};

/// A decoded layer. `'a` is the life of the coded bytes of its one tile.
pub(super) struct DecodedLayer<'a> {
    samples: Samples<'a>,
    /// The colours as the bitstream names them.
    pub(super) colors: Nclx,
    /// Why cells are missing; only where they may.
    pub(super) damage: Option<Cause>,
}

/// Where the samples of a layer lie.
enum Samples<'a> {
    /// In memory of the decoder.
    Frame(Box<Frame<'a>>),
    /// In memory of our own.
    Grid(GridCanvas),
}

/// A canvas of either width of sample.
enum GridCanvas {
    Bytes(Canvas<u8>),
    Words(Canvas<u16>),
}

impl<'a> DecodedLayer<'a> {
    /// Decodes a layer.
    pub(super) fn decode(layer: &Layer<'a>, options: &DecodeOptions) -> Result<Self, Error> {
        options.deadline.check()?;
        match &layer.tiles[..] {
            [tile] if tile.size == layer.size => {
                let frame = Frame::decode(tile.payload.bytes()?, tile).map_err(super::damaged)?;
                Ok(Self { colors: frame.colors(), samples: Samples::Frame(Box::new(frame)), damage: None })
            }
            _ => Self::decode_grid(layer, options),
        }
    }

    /// Decodes the cells of a grid, each item once.
    fn decode_grid(layer: &Layer<'_>, options: &DecodeOptions) -> Result<Self, Error> {
        let mut canvas = None;
        let mut damage = None;
        for cells in layer.tiles.chunk_by(|tile, next| tile.item == next.item) {
            options.deadline.check()?;
            let bytes = cells[0].payload.bytes()?;
            let placed = Frame::decode(bytes, &cells[0])
                .map_err(super::damaged)
                .and_then(|frame| place(&frame, cells, layer, &mut canvas));
            match placed {
                Ok(()) => {}
                Err(Error::Damaged { source, .. }) if options.on_damage == OnDamage::Show => damage = Some(source),
                Err(error) => return Err(error),
            }
        }
        match (canvas, damage) {
            (Some((samples, colors)), damage) => Ok(Self { samples: Samples::Grid(samples), colors, damage }),
            (None, damage) => Err(super::damaged(damage.unwrap_or(Cause::new("its grid has no cells")))),
        }
    }

    /// Returns the samples.
    pub(super) fn planes(&self) -> AnyPlanes<'_> {
        match &self.samples {
            Samples::Frame(frame) => frame.planes(),
            Samples::Grid(GridCanvas::Bytes(canvas)) => AnyPlanes::Bytes(canvas.planes()),
            Samples::Grid(GridCanvas::Words(canvas)) => AnyPlanes::Words(canvas.planes()),
        }
    }
}

/// Copies a frame to all of its cells. The first to come makes the canvas, which the others must fit.
fn place(
    frame: &Frame<'_>,
    cells: &[Tile<'_>],
    layer: &Layer<'_>,
    canvas: &mut Option<(GridCanvas, Nclx)>,
) -> Result<(), Error> {
    let planes = frame.planes();
    let (canvas, _) = match canvas {
        Some(canvas) => canvas,
        None => canvas.insert((GridCanvas::new(&planes, layer.size)?, frame.colors())),
    };
    let size = planes.size();
    if is_between_chroma(size, planes.format(), layer) {
        return Err(super::damaged(Cause::new("the cells of its grid end between two samples of chroma")));
    }
    for cell in cells {
        // Cells that show nothing were left out, so these products are within the picture.
        let (left, top) = (cell.place % layer.columns * size.width, cell.place / layer.columns * size.height);
        let fits = match (&mut *canvas, &planes) {
            (GridCanvas::Bytes(canvas), AnyPlanes::Bytes(planes)) => canvas.place(planes, left, top),
            (GridCanvas::Words(canvas), AnyPlanes::Words(planes)) => canvas.place(planes, left, top),
            _ => false,
        };
        if !fits {
            return Err(super::damaged(Cause::new("the cells of its grid differ in depth or chroma")));
        }
    }
    Ok(())
}

/// Tells whether a second cell would start between two samples of chroma.
const fn is_between_chroma(cell: Size, format: Format, layer: &Layer<'_>) -> bool {
    let is_wide = cell.width < layer.size.width && cell.width % 2 == 1;
    let is_high = cell.height < layer.size.height && cell.height % 2 == 1;
    match format.chroma {
        Chroma::None | Chroma::Full => false,
        Chroma::HalfWidth => is_wide,
        Chroma::Half => is_wide || is_high,
    }
}

impl GridCanvas {
    /// Makes a canvas for cells like this one.
    fn new(cell: &AnyPlanes<'_>, size: Size) -> Result<Self, Error> {
        Ok(match cell {
            AnyPlanes::Bytes(planes) => Self::Bytes(Canvas::new(planes.format, size)?),
            AnyPlanes::Words(planes) => Self::Words(Canvas::new(planes.format, size)?),
        })
    }
}
