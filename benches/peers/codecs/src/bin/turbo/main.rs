//! palmette-jpeg, libjpeg-turbo, and the codecs in Rust, turn by turn.
//!
//! `turbo draw FOLDER` writes the pictures of [`draw`] instead.

mod draw;
mod ours;
mod rgb;
#[path = "../../../../../../crates/jpeg/tests/it/turbo.rs"]
#[allow(dead_code, unsafe_code, reason = "shared with tests that use all of it, and calls into C")]
mod turbo;

use jpeg_encoder::{ColorType, SamplingFactor};
use palmette_jpeg::Scale;
use palmette_peers::{Coding, QUALITY, Task, serve};
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// A picture as these codecs take it.
#[derive(Debug)]
struct Picture {
    file: Vec<u8>,
    header: turbo::Header,
    rgba: Vec<u8>,
    /// Those of the file, unless it has other components than Y, Cb and Cr, or a layout that cannot be written.
    planes: Option<(turbo::Sampling, turbo::Planes)>,
}

/// What is timed. Of each work, libjpeg-turbo is what the others are compared with.
const TASKS: &[Task<Picture>] = &[
    Task { codec: "libjpeg-turbo", work: "decode planes", run: |it| turbo_planes(it, 1) },
    Task { codec: "palmette-jpeg", work: "decode planes", run: |it| our_planes(it, Scale::Full) },
    Task { codec: "libjpeg-turbo", work: "decode planes, 1/2", run: |it| turbo_planes(it, 2) },
    Task { codec: "palmette-jpeg", work: "decode planes, 1/2", run: |it| our_planes(it, Scale::Half) },
    Task { codec: "libjpeg-turbo", work: "decode planes, 1/4", run: |it| turbo_planes(it, 4) },
    Task { codec: "palmette-jpeg", work: "decode planes, 1/4", run: |it| our_planes(it, Scale::Quarter) },
    Task { codec: "libjpeg-turbo", work: "decode planes, 1/8", run: |it| turbo_planes(it, 8) },
    Task { codec: "palmette-jpeg", work: "decode planes, 1/8", run: |it| our_planes(it, Scale::Eighth) },
    Task { codec: "libjpeg-turbo", work: "decode RGBA", run: turbo_rgba },
    Task { codec: "palmette-jpeg", work: "decode RGBA", run: |it| ours::rgba(&it.file).map(|pixels| pixels.len()) },
    Task { codec: "zune-jpeg", work: "decode RGBA", run: |it| zune(it, ColorSpace::RGBA) },
    Task { codec: "libjpeg-turbo", work: "decode RGB", run: |it| rgb::decode(&it.file).map(|pixels| pixels.len()) },
    Task { codec: "palmette-jpeg", work: "decode RGB", run: |it| ours::rgb(&it.file).map(|pixels| pixels.len()) },
    Task { codec: "zune-jpeg", work: "decode RGB", run: |it| zune(it, ColorSpace::RGB) },
    Task { codec: "jpeg-decoder", work: "decode RGB", run: image_rs },
    Task { codec: "libjpeg-turbo", work: "planes to baseline", run: |it| turbo_write(it, Coding::Baseline) },
    Task { codec: "palmette-jpeg", work: "planes to baseline", run: |it| our_write(it, Coding::Baseline) },
    Task { codec: "libjpeg-turbo", work: "planes to optimised", run: |it| turbo_write(it, Coding::Optimized) },
    Task { codec: "palmette-jpeg", work: "planes to optimised", run: |it| our_write(it, Coding::Optimized) },
    Task { codec: "libjpeg-turbo", work: "planes to progressive", run: |it| turbo_write(it, Coding::Progressive) },
    Task { codec: "palmette-jpeg", work: "planes to progressive", run: |it| our_write(it, Coding::Progressive) },
    Task { codec: "libjpeg-turbo", work: "RGBA to baseline", run: |it| turbo_write_rgba(it, Coding::Baseline) },
    Task { codec: "palmette-jpeg", work: "RGBA to baseline", run: |it| our_write_rgba(it, Coding::Baseline) },
    Task { codec: "jpeg-encoder", work: "RGBA to baseline", run: |it| jpeg_encoder(it, Coding::Baseline) },
    Task { codec: "libjpeg-turbo", work: "RGBA to optimised", run: |it| turbo_write_rgba(it, Coding::Optimized) },
    Task { codec: "palmette-jpeg", work: "RGBA to optimised", run: |it| our_write_rgba(it, Coding::Optimized) },
    Task { codec: "jpeg-encoder", work: "RGBA to optimised", run: |it| jpeg_encoder(it, Coding::Optimized) },
    Task { codec: "libjpeg-turbo", work: "RGBA to progressive", run: |it| turbo_write_rgba(it, Coding::Progressive) },
    Task { codec: "palmette-jpeg", work: "RGBA to progressive", run: |it| our_write_rgba(it, Coding::Progressive) },
    Task { codec: "jpeg-encoder", work: "RGBA to progressive", run: |it| jpeg_encoder(it, Coding::Progressive) },
];

/// Decodes to planes by libjpeg-turbo.
fn turbo_planes(picture: &Picture, denominator: u8) -> Option<usize> {
    let planes = turbo::decode_planes(&picture.file, denominator).ok()?.result;
    Some(planes.0.iter().map(|plane| plane.samples.len()).sum())
}

/// Decodes to whole planes, as much work as the other does.
fn our_planes(picture: &Picture, scale: Scale) -> Option<usize> {
    ours::planes(&picture.file, scale).map(|planes| planes.iter().map(Vec::len).sum())
}

/// Decodes to RGBA by libjpeg-turbo.
fn turbo_rgba(picture: &Picture) -> Option<usize> {
    turbo::decode_pixels(&picture.file).ok().map(|decoded| decoded.result.len())
}

/// Decodes by zune-jpeg.
fn zune(picture: &Picture, space: ColorSpace) -> Option<usize> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(space);
    let pixels = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(&picture.file), options).decode();
    pixels.ok().map(|pixels| pixels.len())
}

/// Decodes by jpeg-decoder, which gives RGB.
fn image_rs(picture: &Picture) -> Option<usize> {
    jpeg_decoder::Decoder::new(&picture.file[..]).decode().ok().map(|pixels| pixels.len())
}

/// What libjpeg-turbo is told.
fn turbo_options(sampling: turbo::Sampling, coding: Coding) -> turbo::Encode {
    turbo::Encode {
        optimize: coding == Coding::Optimized,
        progressive: coding == Coding::Progressive,
        ..turbo::Encode::new(QUALITY, sampling)
    }
}

/// Encodes planes by libjpeg-turbo.
fn turbo_write(picture: &Picture, coding: Coding) -> Option<usize> {
    let (sampling, planes) = picture.planes.as_ref()?;
    Some(turbo_options(*sampling, coding).planes(planes, picture.header.width, picture.header.height).len())
}

/// Encodes planes by ours.
fn our_write(picture: &Picture, coding: Coding) -> Option<usize> {
    let (sampling, planes) = picture.planes.as_ref()?;
    ours::write_planes(planes, *sampling, picture.header, coding).map(|file| file.len())
}

/// Encodes RGBA by libjpeg-turbo.
fn turbo_write_rgba(picture: &Picture, coding: Coding) -> Option<usize> {
    let options = turbo_options(turbo::Sampling::S420, coding);
    Some(options.rgba(&picture.rgba, picture.header.width, picture.header.height).len())
}

/// Encodes RGBA by ours.
fn our_write_rgba(picture: &Picture, coding: Coding) -> Option<usize> {
    ours::write_rgba(&picture.rgba, picture.header, coding).map(|file| file.len())
}

/// Encodes RGBA by jpeg-encoder.
fn jpeg_encoder(picture: &Picture, coding: Coding) -> Option<usize> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_optimized_huffman_tables(coding != Coding::Baseline);
    encoder.set_progressive(coding == Coding::Progressive);
    let [width, height] = [picture.header.width, picture.header.height].map(|side| u16::try_from(side).ok());
    encoder.encode(&picture.rgba, width?, height?, ColorType::Rgba).ok()?;
    Some(file.len())
}

/// Repeats the last column and row where a plane is larger than the picture: libjpeg-turbo has whole chroma samples, decodes what
/// the file holds there and would encode it, while others know nothing of it.
fn repeated(mut planes: turbo::Planes, header: turbo::Header) -> turbo::Planes {
    if let Some(luma) = planes.0.first_mut() {
        for row in luma.samples.chunks_exact_mut(luma.width) {
            let last = row[header.width - 1];
            row[header.width..].fill(last);
        }
        for y in header.height..luma.height {
            luma.samples.copy_within((header.height - 1) * luma.width..header.height * luma.width, y * luma.width);
        }
    }
    planes
}

/// Reads a file by libjpeg-turbo, and checks that ours decodes and encodes it to the same bytes.
fn open(file: Vec<u8>) -> Result<(Picture, [usize; 2]), String> {
    let header = turbo::header(&file)?;
    let rgba = turbo::decode_pixels(&file)?.result;
    if ours::rgba(&file).as_ref() != Some(&rgba) {
        return Err("palmette-jpeg decodes other pixels than libjpeg-turbo".to_owned());
    }
    if ours::rgb(&file).is_some_and(|ours| rgb::decode(&file) != Some(ours)) {
        return Err("palmette-jpeg decodes other RGB than libjpeg-turbo".to_owned());
    }
    let planes = header.sampling.filter(|&sampling| ours::sampling(sampling).is_some());
    let planes = match planes {
        Some(sampling) => Some((sampling, repeated(turbo::decode_planes(&file, 1)?.result, header))),
        None => None,
    };
    if let Some((sampling, planes)) = &planes {
        for coding in [Coding::Baseline, Coding::Optimized, Coding::Progressive] {
            let theirs = turbo_options(*sampling, coding).planes(planes, header.width, header.height);
            if ours::write_planes(planes, *sampling, header, coding).as_ref() != Some(&theirs) {
                return Err(format!("palmette-jpeg encodes other bytes than libjpeg-turbo ({coding:?})"));
            }
        }
    }
    let size = [header.width, header.height];
    Ok((Picture { file, header, rgba, planes }, size))
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["draw", folder] => draw::draw(folder.as_ref()),
        _ => serve(TASKS, open),
    }
}
