//! How long decoding takes, beside other decoders, in one run: a table for the README.
//!
//! `cargo run --release -p palmette-jpeg --example compare [FILE...]`, without files on twelve pictures drawn here. Each decoder
//! has its turn on each picture, several times over; the least time counts. Before it is timed, what it gives is compared.

use std::io::Write;
use std::time::{Duration, Instant};

use palmette_jpeg::{Decoder, Request, Scale};
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

#[path = "../tests/it/turbo.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod turbo;

mod drawn;

use drawn::{clouds, hash, picture};

/// Turns that each decoder has on each picture.
const TURNS: u32 = 7;
/// Sides of the pictures that are drawn.
const SIZE: (usize, usize) = (1600, 1200);

/// One way to decode: how the table names it, and what it does.
type Task = (&'static str, &'static str, fn(&[u8]));

/// What is timed: the work, who does it, and how. The first of each work is what the others are compared with.
const TASKS: [Task; 14] = [
    ("planes, full", "libjpeg-turbo", |file| turbo_planes(file, 1)),
    ("planes, full", "palmette-jpeg", |file| our_planes(file, Scale::Full)),
    ("planes, 1/2", "libjpeg-turbo", |file| turbo_planes(file, 2)),
    ("planes, 1/2", "palmette-jpeg", |file| our_planes(file, Scale::Half)),
    ("planes, 1/4", "libjpeg-turbo", |file| turbo_planes(file, 4)),
    ("planes, 1/4", "palmette-jpeg", |file| our_planes(file, Scale::Quarter)),
    ("planes, 1/8", "libjpeg-turbo", |file| turbo_planes(file, 8)),
    ("planes, 1/8", "palmette-jpeg", |file| our_planes(file, Scale::Eighth)),
    ("RGBA", "libjpeg-turbo", |file| drop(turbo::decode_pixels(file))),
    ("RGBA", "palmette-jpeg", |file| drop(our_pixels(file))),
    ("RGBA", "zune-jpeg", |file| drop(zune_pixels(file))),
    ("RGB", "libjpeg-turbo", |file| drop(turbo::decode_pixels(file))),
    ("RGB", "palmette-jpeg", |file| drop(our_pixels(file))),
    ("RGB", "jpeg-decoder", |file| drop(jpeg_decoder::Decoder::new(file).decode())),
];

/// Decodes to planes and lets them go.
fn turbo_planes(file: &[u8], denominator: u8) {
    drop(turbo::decode_planes(file, denominator));
}

/// Decodes to whole planes, as much work as the other does.
fn our_planes(file: &[u8], scale: Scale) {
    let Ok(decoder) = Decoder::new(file) else { return };
    let Ok(mut bands) = decoder.bands(&Request::at(scale)) else { return };
    let mut planes: Vec<Vec<u8>> = Vec::new();
    while let Some(band) = bands.next_band() {
        planes.resize(band.len(), Vec::new());
        for (plane, band) in planes.iter_mut().zip(band) {
            band.rows().for_each(|row| plane.extend_from_slice(row));
        }
    }
    std::hint::black_box(&planes);
}

/// Decodes to RGBA.
fn our_pixels(file: &[u8]) -> Option<Vec<u8>> {
    let decoder = Decoder::new(file).ok()?;
    let (width, height) = decoder.size();
    let mut pixels = vec![0; 4 * width as usize * height as usize];
    let mut rows = decoder.rows().ok()?;
    for row in pixels.chunks_mut(4 * width as usize) {
        rows.read_row(row);
    }
    Some(pixels)
}

/// Decodes to RGBA by `zune-jpeg`.
fn zune_pixels(file: &[u8]) -> Option<Vec<u8>> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGBA);
    zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(file), options).decode().ok()
}

/// A picture drawn by code: its name, how it is encoded, and its file.
fn all_drawn() -> Vec<(String, Vec<u8>)> {
    let (width, height) = SIZE;
    let mut files = Vec::new();
    // Fractal noise is much like a photo: the finer, the weaker. Its roughness is what photos differ in.
    for (name, roughness, quality) in [
        ("haze", 30, 85),
        ("hills", 50, 85),
        ("leaves", 65, 85),
        ("gravel", 80, 85),
        ("hills, 95", 50, 95),
        ("leaves, 60", 65, 60),
    ] {
        let pixels = picture(SIZE, |x, y, c| clouds(x, y, c, roughness));
        files.push((name.to_owned(), turbo::Encode::new(quality, turbo::Sampling::S420).rgba(&pixels, width, height)));
    }
    let screen = |x: usize, y: usize, c: u32| {
        let is_text = y % 24 < 14 && !(x / 120 + y / 24).is_multiple_of(3) && hash(x / 2, y / 2, 7) % 5 < 2;
        if is_text { 40 } else { [250, 248, 240][c as usize % 3] }
    };
    let drawing = |x: usize, y: usize, c: u32| {
        let (x, y) = (x / 40, y / 30);
        u8::try_from(hash(x / 3 + y / 5, y / 4, c) % 256).unwrap_or(0)
    };
    let noise = |x: usize, y: usize, c: u32| u8::try_from(hash(x, y, c) % 256).unwrap_or(0);
    let slope = |x: usize, y: usize, c: u32| u8::try_from((x / 8 + y / (6 + c as usize)) % 256).unwrap_or(0);
    for (name, pixels) in [
        ("screenshot", picture(SIZE, screen)),
        ("drawing", picture(SIZE, drawing)),
        ("noise", picture(SIZE, noise)),
        ("slope", picture(SIZE, slope)),
    ] {
        files.push((name.to_owned(), turbo::Encode::new(80, turbo::Sampling::S420).rgba(&pixels, width, height)));
    }
    let pixels = picture(SIZE, |x, y, c| clouds(x, y, c, 55));
    let encode = turbo::Encode::new(85, turbo::Sampling::S444);
    files.push(("4:4:4".to_owned(), encode.rgba(&pixels, width, height)));
    let progressive = turbo::Encode { progressive: true, ..turbo::Encode::new(85, turbo::Sampling::S420) };
    files.push(("progressive".to_owned(), progressive.rgba(&pixels, width, height)));
    files
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let files = if paths.is_empty() {
        all_drawn()
    } else {
        paths.into_iter().map(|path| std::fs::read(&path).map(|file| (path, file))).collect::<Result<_, _>>()?
    };
    for (name, file) in &files {
        let theirs = turbo::decode_pixels(file)?;
        assert!(our_pixels(file).as_deref() == Some(&theirs.result[..]), "{name}: every byte equal");
    }
    let mut least = vec![vec![Duration::MAX; files.len()]; TASKS.len()];
    for _ in 0..TURNS {
        for ((_, _, run), least) in TASKS.iter().zip(&mut least) {
            for ((_, file), least) in files.iter().zip(least) {
                let start = Instant::now();
                run(file);
                *least = (*least).min(start.elapsed());
            }
        }
    }
    let mut out = std::io::stdout().lock();
    let heads = heads();
    writeln!(out, "| picture | bits a pixel | {} |", heads.join(" | "))?;
    writeln!(out, "| --- | --- | {} |", vec!["---"; heads.len()].join(" | "))?;
    for (i, (name, file)) in files.iter().enumerate() {
        let header = turbo::header(file)?;
        let bits = 8.0 * file.len() as f64 / (header.width * header.height) as f64;
        write!(out, "| {name} | {bits:.2} |")?;
        for (task, times) in TASKS.iter().zip(&least).filter(|(task, _)| is_compared(task)) {
            let base = TASKS.iter().position(|other| other.0 == task.0).unwrap_or(0);
            let (ms, base) = (times[i].as_secs_f64() * 1e3, least[base][i].as_secs_f64() * 1e3);
            write!(out, " {base:.1} → {ms:.1}: **{:.2}** |", ms / base)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Tells whether a task has a column: not what others are compared with, and our own pixels once.
fn is_compared(task: &Task) -> bool {
    task.1 != "libjpeg-turbo" && (task.0, task.1) != ("RGB", "palmette-jpeg")
}

/// Heads of the columns.
fn heads() -> Vec<String> {
    let columns = TASKS.iter().filter(|task| is_compared(task));
    columns
        .map(|(what, who, _)| if *who == "palmette-jpeg" { (*what).to_owned() } else { format!("{what}, {who}") })
        .collect()
}
