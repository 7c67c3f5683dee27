//! palmette-jpeg, with whole pictures in memory as the others have them.

use image::{ColorType, ImageDecoder};
use palmette_jpeg::encode::{self, Encoder, Options, PlaneRows};
use palmette_jpeg::image_traits::JpegDecoder;
use palmette_jpeg::{Decoder, Request, Scale};
use palmette_peers::{Coding, QUALITY};

use crate::turbo;

/// Decodes to whole planes.
pub(crate) fn planes(file: &[u8], scale: Scale) -> Option<Vec<Vec<u8>>> {
    let decoder = Decoder::new(file).ok()?;
    let mut bands = decoder.bands(&Request::at(scale)).ok()?;
    // Room for all of it, as the other library is given.
    let sizes = decoder.components().iter().map(|component| component.plane_size(scale));
    let mut planes: Vec<Vec<u8>> = sizes.map(|(w, h)| Vec::with_capacity(w as usize * h as usize)).collect();
    while let Some(band) = bands.next_band() {
        for (plane, band) in planes.iter_mut().zip(band) {
            band.rows().for_each(|row| plane.extend_from_slice(row));
        }
    }
    Some(planes)
}

/// Decodes to RGBA.
pub(crate) fn rgba(file: &[u8]) -> Option<Vec<u8>> {
    let decoder = Decoder::new(file).ok()?;
    let (width, height) = decoder.size();
    let mut pixels = vec![0; 4 * width as usize * height as usize];
    let mut rows = decoder.rows().ok()?;
    for row in pixels.chunks_mut(4 * width as usize) {
        rows.read_row(row);
    }
    Some(pixels)
}

/// Decodes to RGB, as the crate `image` has it; nothing if it has grey.
pub(crate) fn rgb(file: &[u8]) -> Option<Vec<u8>> {
    let decoder = JpegDecoder::new(file).ok().filter(|decoder| decoder.color_type() == ColorType::Rgb8)?;
    let mut pixels = vec![0; usize::try_from(decoder.total_bytes()).ok()?];
    decoder.read_image(&mut pixels).ok()?;
    Some(pixels)
}

/// Encodes planes.
pub(crate) fn write_planes(
    planes: &turbo::Planes,
    layout: turbo::Sampling,
    header: turbo::Header,
    coding: Coding,
) -> Option<Vec<u8>> {
    let sampling = sampling(layout)?;
    let mut encoder = encoder(header, sampling, coding)?;
    for top in (0..header.height).step_by(encoder.band_rows()) {
        let rows = planes.0.iter().enumerate().map(|(i, plane)| {
            let top = if i == 0 { top } else { top / sampling.chroma_step().1 };
            PlaneRows { samples: &plane.samples[top * plane.width..], stride: plane.width }
        });
        encoder.write_band(&rows.collect::<Vec<_>>()).ok()?;
    }
    encoder.finish().ok()
}

/// Encodes RGBA.
pub(crate) fn write_rgba(rgba: &[u8], header: turbo::Header, coding: Coding) -> Option<Vec<u8>> {
    let mut encoder = encoder(header, encode::Sampling::S420, coding)?;
    for band in rgba.chunks(4 * header.width * encoder.band_rows()) {
        encoder.write_rgba_band(band).ok()?;
    }
    encoder.finish().ok()
}

/// Names a layout as ours does; nothing if ours does not write it.
pub(crate) const fn sampling(sampling: turbo::Sampling) -> Option<encode::Sampling> {
    match sampling {
        turbo::Sampling::Gray => Some(encode::Sampling::Gray),
        turbo::Sampling::S444 => Some(encode::Sampling::S444),
        turbo::Sampling::S422 => Some(encode::Sampling::S422),
        turbo::Sampling::S420 => Some(encode::Sampling::S420),
        turbo::Sampling::S440 => Some(encode::Sampling::S440),
        turbo::Sampling::S411 | turbo::Sampling::S441 => None,
    }
}

/// Starts a file.
fn encoder(header: turbo::Header, sampling: encode::Sampling, coding: Coding) -> Option<Encoder<Vec<u8>>> {
    let coding = match coding {
        Coding::Baseline => encode::Coding::Baseline,
        Coding::Optimized => encode::Coding::Optimized,
        Coding::Progressive => encode::Coding::Progressive,
    };
    let options = Options { quality: QUALITY, sampling, coding, ..Options::default() };
    let [width, height] = [header.width, header.height].map(|side| u32::try_from(side).ok());
    Encoder::new(Vec::new(), width?, height?, &options).ok()
}
