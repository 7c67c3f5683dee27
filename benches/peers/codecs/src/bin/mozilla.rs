//! mozjpeg and jpegli, turn by turn.
//!
//! mozjpeg codes twice: as its defaults are, which search for the best scans and coefficients, and by its own setting for speed,
//! where it is much like libjpeg-turbo.

use mozjpeg::ColorSpace;
use palmette_peers::{Coding, QUALITY, Task, serve};

/// A picture as these codecs take it.
#[derive(Debug)]
struct Picture {
    file: Vec<u8>,
    size: [usize; 2],
    rgba: Vec<u8>,
    /// For jpegli, whose binding takes no RGBA.
    rgb: Vec<u8>,
}

/// What is timed.
const TASKS: &[Task<Picture>] = &[
    Task { codec: "mozjpeg", work: "decode RGBA", run: |it| moz_decode(it, ColorSpace::JCS_EXT_RGBA) },
    Task { codec: "mozjpeg", work: "decode RGB", run: |it| moz_decode(it, ColorSpace::JCS_RGB) },
    Task { codec: "jpegli", work: "decode RGB", run: jpegli_decode },
    Task { codec: "mozjpeg, fast", work: "RGBA to baseline", run: |it| moz_encode(it, Some(Coding::Baseline)) },
    Task { codec: "mozjpeg, fast", work: "RGBA to optimised", run: |it| moz_encode(it, Some(Coding::Optimized)) },
    Task { codec: "mozjpeg, fast", work: "RGBA to progressive", run: |it| moz_encode(it, Some(Coding::Progressive)) },
    Task { codec: "mozjpeg", work: "RGBA to progressive", run: |it| moz_encode(it, None) },
    Task { codec: "jpegli", work: "RGBA to baseline", run: |it| jpegli_encode(it, Coding::Baseline) },
    Task { codec: "jpegli", work: "RGBA to optimised", run: |it| jpegli_encode(it, Coding::Optimized) },
    Task { codec: "jpegli", work: "RGBA to progressive", run: |it| jpegli_encode(it, Coding::Progressive) },
];

/// Decodes to pixels by mozjpeg.
fn moz_decode(picture: &Picture, space: ColorSpace) -> Option<usize> {
    moz_pixels(&picture.file, space).map(|pixels| pixels.len())
}

/// Decodes to pixels by mozjpeg.
fn moz_pixels(file: &[u8], space: ColorSpace) -> Option<Vec<u8>> {
    let mut started = mozjpeg::Decompress::new_mem(file).ok()?.to_colorspace(space).ok()?;
    let pixels = started.read_scanlines::<u8>().ok()?;
    started.finish().ok()?;
    Some(pixels)
}

/// Decodes to pixels by jpegli.
fn jpegli_decode(picture: &Picture) -> Option<usize> {
    let mut started = jpegli::Decompress::new_mem(&picture.file).ok()?.rgb().ok()?;
    let pixels = started.read_scanlines::<u8>().ok()?;
    started.finish().ok()?;
    Some(pixels.len())
}

/// Encodes by mozjpeg: for speed, or as its defaults are.
fn moz_encode(picture: &Picture, fast: Option<Coding>) -> Option<usize> {
    let mut encoder = mozjpeg::Compress::new(ColorSpace::JCS_EXT_RGBA);
    encoder.set_size(picture.size[0], picture.size[1]);
    if let Some(coding) = fast {
        encoder.set_fastest_defaults();
        encoder.set_optimize_coding(coding != Coding::Baseline);
        if coding == Coding::Progressive {
            encoder.set_progressive_mode();
        }
    }
    encoder.set_quality(QUALITY.into());
    encoder.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    let mut started = encoder.start_compress(Vec::new()).ok()?;
    started.write_scanlines(&picture.rgba).ok()?;
    Some(started.finish().ok()?.len())
}

/// Encodes by jpegli.
fn jpegli_encode(picture: &Picture, coding: Coding) -> Option<usize> {
    let mut encoder = jpegli::Compress::new(jpegli::ColorSpace::JCS_RGB);
    encoder.set_size(picture.size[0], picture.size[1]);
    encoder.set_quality(QUALITY.into());
    encoder.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    encoder.set_optimize_coding(coding != Coding::Baseline);
    if coding == Coding::Progressive {
        encoder.set_progressive_mode();
    }
    let mut started = encoder.start_compress(Vec::new()).ok()?;
    started.write_scanlines(&picture.rgb).ok()?;
    Some(started.finish().ok()?.len())
}

fn main() -> std::io::Result<()> {
    serve(TASKS, |file| {
        let size = mozjpeg::Decompress::new_mem(&file).map_err(|error| error.to_string())?.size();
        let rgba = moz_pixels(&file, ColorSpace::JCS_EXT_RGBA).ok_or("mozjpeg does not decode it")?;
        let rgb = rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        let size = [size.0, size.1];
        Ok((Picture { file, size, rgba, rgb }, size))
    })
}
