//! Writes a JPEG file again without loss: `transcode FROM TO [baseline|optimized|progressive]`.
//!
//! No coefficient changes, only how they are coded. EXIF is kept, other segments are not.

use std::error::Error;

use palmette_jpeg::Decoder;
use palmette_jpeg::encode::{Coding, Encoder, Options, Sampling};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to, coding @ ..] = &arguments[..] else { return Err("FROM and TO are missing".into()) };
    let coding = match coding.first().map_or("progressive", String::as_str) {
        "baseline" => Coding::Baseline,
        "optimized" => Coding::Optimized,
        "progressive" => Coding::Progressive,
        other => return Err(format!("{other} is no coding").into()),
    };
    let file = std::fs::read(from)?;
    std::fs::write(to, transcode(&file, coding)?)?;
    Ok(())
}

/// Writes a file again.
fn transcode(file: &[u8], coding: Coding) -> Result<Vec<u8>, Box<dyn Error>> {
    let decoder = Decoder::new(file)?;
    let (width, height) = decoder.size();
    let sampling = Sampling::of(&decoder).ok_or("only grey and YCbCr of the usual samplings are written")?;
    let mut bands = decoder.coefficients()?;
    let steps: Vec<[u16; 64]> = bands.components().iter().map(|it| *it.steps()).collect();
    let steps = match steps[..] {
        [_, blue, red] if blue != red => return Err("only one table of chroma is written".into()),
        _ => &steps[..steps.len().min(2)],
    };
    let options = Options { sampling, coding, exif: decoder.exif(), ..Options::default() };
    let mut encoder = Encoder::of_levels(Vec::with_capacity(file.len()), width, height, steps, &options)?;
    while let Some(band) = bands.next_band() {
        let blocks: Vec<_> = band.iter().map(|component| component.blocks()).collect();
        encoder.write_levels(&blocks)?;
    }
    match bands.damage() {
        Some(damage) => Err(damage.to_string().into()),
        None => Ok(encoder.finish()?),
    }
}
