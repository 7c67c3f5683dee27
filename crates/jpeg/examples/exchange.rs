//! Writes JPEG files of every kind for other programs to read, and reads those that they wrote: `tests/jpeg` compares pixels.
//!
//! `exchange write FOLDER PROFILE` draws a picture and writes it in every sampling and coding, plain, with restart markers, and
//! with the colour profile of a file. `exchange read FOLDER` decodes each file `NAME.jpg` of a folder into `NAME.ours`: a line
//! with width, height and number of channels, then the samples, row by row.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::num::NonZeroU16;
use std::path::Path;

use palmette_jpeg::Decoder;
use palmette_jpeg::encode::{Coding, Encoder, Options, Restart, Sampling};

#[allow(dead_code, reason = "shared with an example that draws more")]
mod drawn;

/// The picture's size: no multiple of an MCU, either way.
const SIZE: (u16, u16) = (165, 107);

const SAMPLINGS: [(&str, Sampling); 5] = [
    ("gray", Sampling::Gray),
    ("444", Sampling::S444),
    ("422", Sampling::S422),
    ("420", Sampling::S420),
    ("440", Sampling::S440),
];

const CODINGS: [(&str, Coding); 3] =
    [("baseline", Coding::Baseline), ("optimized", Coding::Optimized), ("progressive", Coding::Progressive)];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder, profile] => write(Path::new(folder), &fs::read(profile)?),
        ["read", folder] => read(Path::new(folder)),
        _ => Err("usage: exchange write FOLDER PROFILE, or exchange read FOLDER".into()),
    }
}

/// Writes the files.
fn write(folder: &Path, profile: &[u8]) -> Result<(), Box<dyn Error>> {
    let (width, height) = (usize::from(SIZE.0), usize::from(SIZE.1));
    let rgba = drawn::picture((width, height), |x, y, channel| drawn::clouds(4 * x, 4 * y, channel, 70));
    let restart = NonZeroU16::new(7).map(Restart::Mcus);
    for (sampling_name, sampling) in SAMPLINGS {
        for (coding_name, coding) in CODINGS {
            let plain = Options { quality: 80, sampling, coding, ..Options::default() };
            let kinds = [
                ("", plain),
                ("-restart", Options { restart, ..plain }),
                ("-profile", Options { icc_profile: Some(profile), ..plain }),
            ];
            for (kind, options) in kinds {
                let path = folder.join(format!("{sampling_name}-{coding_name}{kind}.jpg"));
                fs::write(path, encode(&rgba, &options)?)?;
            }
        }
    }
    Ok(())
}

/// Encodes the picture.
fn encode(rgba: &[u8], options: &Options<'_>) -> Result<Vec<u8>, palmette_jpeg::encode::Error> {
    let mut encoder = Encoder::new(Vec::new(), SIZE.0.into(), SIZE.1.into(), options)?;
    for band in rgba.chunks(4 * usize::from(SIZE.0) * encoder.band_rows()) {
        encoder.write_rgba_band(band)?;
    }
    encoder.finish()
}

/// Decodes the files of a folder.
fn read(folder: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jpg") {
            decode(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}

/// Decodes a file; four channels, those of RGBA or inks.
fn decode(path: &Path) -> Result<(), Box<dyn Error>> {
    let file = fs::read(path)?;
    let decoder = Decoder::new(&file)?;
    let (width, height) = decoder.size();
    let mut rows = decoder.rows()?;
    let mut out = Vec::new();
    writeln!(out, "{width} {height} 4")?;
    while let Some(row) = rows.next_row() {
        out.extend_from_slice(row);
    }
    if let Some(damage) = rows.damage() {
        return Err(damage.to_string().into());
    }
    fs::write(path.with_extension("ours"), out)?;
    Ok(())
}
