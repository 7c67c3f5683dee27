//! Sources as they are stored: pixels, planes that lie in some orientation, and JPEG files.

use palmette_codec::{DecodeOptions, Probe, probe, reader};
use palmette_core::plan::{ReadStep, Source, Value};
use palmette_core::{Error, Layout, Orientation, Picture, PictureRows, Pixmap, Reading, Rows, Size, Sources, Spacing};
use palmette_jpeg::encode::{Coding, Encoder, Options, PlaneRows, Sampling};
use palmette_jpeg::{Decoder, Request, Scale};

use crate::random::Random;
use crate::reference::planes::{RealPlane, RealPlanes};
use crate::reference::resample::Line;

/// A source.
#[derive(Clone, Debug)]
pub enum Stored {
    /// An upright picture of RGBA.
    Pixels(Pixmap),
    /// Planes that are not stored in a file, and cannot be read reduced.
    Planes(Picture, Orientation),
    /// A JPEG file, whose planes can.
    Jpeg(Vec<u8>),
}

impl Stored {
    /// Says in the planner's words how it is stored.
    ///
    /// # Panics
    ///
    /// If the file is none.
    #[must_use]
    pub fn source(&self) -> Source {
        match self {
            Self::Pixels(pixmap) => Source::rgba(pixmap.size()),
            Self::Planes(picture, orientation) => {
                let stored = Value { size: picture.size(), layout: picture.layout() };
                Source { stored, orientation: *orientation, is_reducible: false }
            }
            Self::Jpeg(file) => {
                let probe @ Probe { layout, orientation, is_reducible, .. } = probe(file).expect("a JPEG file");
                Source { stored: Value { size: probe.rows_size(), layout }, orientation, is_reducible }
            }
        }
    }

    /// Returns the planes as they are stored, each read so many times smaller; absent for pixels.
    ///
    /// Those of a file are what our JPEG decoder makes of it, which a judge of its own holds to the bit.
    ///
    /// # Panics
    ///
    /// If the planes cannot be read so.
    #[must_use]
    pub fn planes(&self, reductions: [u32; Layout::MAX_PLANES]) -> Option<RealPlanes> {
        match self {
            Self::Pixels(_) => None,
            Self::Planes(picture, _) => {
                assert_eq!(reductions, [1; 3], "only files are read reduced");
                Some(RealPlanes::of_picture(picture))
            }
            Self::Jpeg(file) => Some(decoded(file, reductions)),
        }
    }
}

/// Reads whole planes of a file.
fn decoded(file: &[u8], reductions: [u32; Layout::MAX_PLANES]) -> RealPlanes {
    let decoder = Decoder::new(file).expect("a JPEG file");
    let scale = |reduction: u32| Scale::ALL.into_iter().find(|scale| scale.denominator() == reduction);
    let mut request = Request::default();
    for (scales, reduction) in request.scales.iter_mut().zip(reductions) {
        *scales = scale(reduction).expect("1, 2, 4 or 8");
    }
    let mut samples: [Vec<u8>; Layout::MAX_PLANES] = Default::default();
    let mut bands = decoder.bands(&request).expect("a file of the usual process");
    while let Some(planes) = bands.next_band() {
        for (samples, plane) in samples.iter_mut().zip(planes) {
            plane.rows().for_each(|row| samples.extend_from_slice(row));
        }
    }
    let (width, height) = decoder.size();
    let mcu = decoder.mcu_size();
    let planes = decoder.components().iter().zip(samples).zip(reductions).map(|((component, samples), reduction)| {
        let (across, down) = component.sampling();
        let line = |length: u32, mcu: u32, blocks: u8| Line::whole(length, mcu / (8 * u32::from(blocks)) * reduction);
        RealPlane::new(line(width, mcu.0, across), line(height, mcu.1, down), samples)
    });
    RealPlanes { size: Size::new(width, height), planes: planes.collect() }
}

/// All sources of a tree, by index.
#[derive(Clone, Copy, Debug)]
pub struct AllStored<'a>(pub &'a [Stored]);

impl Sources for AllStored<'_> {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        match &self.0[read.source] {
            Stored::Pixels(pixmap) => pixmap.open(&ReadStep { source: 0, ..*read }, planned),
            Stored::Planes(picture, _) => Ok(Box::new(PictureRows::new(cut(picture, &read.reading)?))),
            Stored::Jpeg(file) => {
                let opened = reader(file, &read.reading, &DecodeOptions::default());
                let picture = opened.and_then(palmette_codec::Reader::into_picture);
                let (picture, _) = picture.map_err(|_| Error::SourceFailed { index: read.source })?;
                Ok(Box::new(PictureRows::new(picture)))
            }
        }
    }
}

/// Cuts planes as a decoder does.
fn cut(picture: &Picture, reading: &Reading) -> Result<Picture, Error> {
    let layout = picture.layout();
    assert_eq!(reading.layout, layout, "only files are read reduced");
    let part = reading.window_of(picture.size());
    let mut planes: [Vec<u8>; Layout::MAX_PLANES] = Default::default();
    for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
        let Spacing { x, y } = layout.spacing(index);
        let kept = layout.samples(index, part.size);
        let rows = picture.plane(index).chunks_exact(picture.row_bytes(index)).skip((part.top / y) as usize);
        for row in rows.take(kept.height as usize) {
            plane.extend_from_slice(&row[(part.left / x) as usize..][..kept.width as usize]);
        }
    }
    Picture::from_planes(part.size, layout, planes)
}

/// Noise in every plane; or nothing but 0 and 255, the hardest picture for a filter that overshoots.
///
/// # Panics
///
/// If a side is 0.
#[must_use]
pub fn noise_planes(size: Size, layout: Layout, is_extreme: bool, random: &mut Random) -> Picture {
    let planes = std::array::from_fn(|plane| {
        let len = match plane < layout.planes() {
            true => layout.samples(plane, size).area(),
            false => 0,
        };
        let mut sample = || {
            let byte = random.byte();
            if is_extreme { if byte < 128 { 0 } else { 255 } } else { byte }
        };
        (0..len).map(|_| sample()).collect()
    });
    Picture::from_planes(size, layout, planes).expect("sides of at least 1")
}

/// Encodes planes as they are to a JPEG file, with an EXIF orientation of 1 to 8.
///
/// # Panics
///
/// If a JPEG cannot have such planes.
#[must_use]
pub fn jpeg(picture: &Picture, quality: u8, orientation: u8, coding: Coding) -> Vec<u8> {
    let (size, layout) = (picture.size(), picture.layout());
    let sampling = match layout {
        Layout::Planes { chroma: None, .. } => Sampling::Gray,
        _ => match layout.spacing(1) {
            Spacing { x: 1, y: 1 } => Sampling::S444,
            Spacing { x: 2, y: 1 } => Sampling::S422,
            Spacing { x: 1, y: 2 } => Sampling::S440,
            Spacing { x: 2, y: 2 } => Sampling::S420,
            spacing => panic!("no JPEG has chroma for {spacing:?}"),
        },
    };
    // A TIFF of one entry, the orientation.
    let exif = [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", &[orientation, 0, 0, 0, 0, 0, 0, 0][..]].concat();
    let options = Options { quality, sampling, coding, exif: Some(&exif), ..Options::default() };
    let mut encoder = Encoder::new(Vec::new(), size.width, size.height, &options).expect("a size that a JPEG has");
    let strides = [0, 1, 2].map(|plane| if plane < layout.planes() { picture.row_bytes(plane) } else { 0 });
    let mut left = [0, 1, 2].map(|plane| picture.plane(plane));
    while !left[0].is_empty() {
        let mut band = [PlaneRows { samples: &[], stride: 0 }; 3];
        for (plane, (rows, left)) in band.iter_mut().zip(&mut left).enumerate().take(layout.planes()) {
            let step = layout.spacing(plane).y as usize;
            let bytes = (encoder.band_rows() / step * strides[plane]).min(left.len());
            let (samples, rest) = left.split_at(bytes);
            (*rows, *left) = (PlaneRows { samples, stride: strides[plane] }, rest);
        }
        encoder.write_band(&band[..layout.planes()]).expect("rows of all planes");
    }
    encoder.finish().expect("nothing keeps a vector from growing")
}
