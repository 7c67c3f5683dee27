//! How long encoding takes, beside libjpeg-turbo, in one run: a table for commits and the README.
//!
//! `cargo run --release -p palmette-jpeg --example encode [FILE...]`, without files on pictures drawn here, at 4:2:0 and quality 80.
//! Each encoder has its turn at each work on each picture, several times over; the least time counts. Before it is timed,
//! files are compared: from planes they are equal.
//!
//! `… encode --once ours|turbo WORK [FILE]` does one work on one picture, and says what it took in time, in page faults and in
//! memory. `WIDTHxHEIGHT` instead of a file is a picture drawn at that size. The work is the function [`once`], for `valgrind --tool=callgrind --toggle-collect='encode::once'`.

use std::io::Write;
use std::time::{Duration, Instant};

use palmette_jpeg::encode::{Coding, Encoder, Error, Options, PlaneRows};

#[path = "../tests/it/turbo.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod turbo;

#[allow(dead_code, reason = "shared with another example")]
mod drawn;

/// Turns that each encoder has at each work.
const TURNS: u32 = 15;
/// The quality.
const QUALITY: u8 = 80;
/// How chroma is sampled.
const SAMPLING: turbo::Sampling = turbo::Sampling::S420;
/// Sides of the pictures that are drawn.
const SIZES: [(usize, usize); 3] = [(800, 600), (2725, 2225), (4000, 3000)];

/// A picture in the forms that are encoded.
struct Picture {
    name: String,
    width: usize,
    height: usize,
    rgba: Vec<u8>,
    planes: turbo::Planes,
}

impl Picture {
    /// Makes a picture of pixels.
    fn new(name: String, (width, height): (usize, usize), rgba: Vec<u8>) -> Result<Self, String> {
        let mut planes = turbo::decode_planes(&turbo::Encode::new(100, SAMPLING).rgba(&rgba, width, height), 1)?.result;
        // Where the other has a column or a row of luma more, we repeat the last one.
        if let Some(luma) = planes.0.first_mut() {
            for row in luma.samples.chunks_mut(luma.width) {
                let last = row[width - 1];
                row[width..].fill(last);
            }
            let last = luma.samples[(height - 1) * luma.width..][..luma.width].to_vec();
            luma.samples[height * luma.width..].chunks_mut(luma.width).for_each(|row| row.copy_from_slice(&last));
        }
        Ok(Self { name, width, height, rgba, planes })
    }

    /// Reads a picture, or draws one if it is a size.
    fn read(path: &str) -> Result<Self, Box<dyn std::error::Error>> {
        if let Some((Ok(width), Ok(height))) =
            path.split_once('x').map(|(width, height)| (width.parse(), height.parse()))
        {
            return Ok(Self::drawn((width, height))?);
        }
        let file = std::fs::read(path)?;
        let header = turbo::header(&file)?;
        Ok(Self::new(path.to_owned(), (header.width, header.height), turbo::decode_pixels(&file)?.result)?)
    }

    /// Draws something much like a photo.
    fn drawn(size: (usize, usize)) -> Result<Self, String> {
        let rgba = drawn::picture(size, |x, y, c| drawn::clouds(x, y, c, 60));
        Self::new(format!("clouds, {}×{}", size.0, size.1), size, rgba)
    }
}

/// What is timed.
#[derive(Clone, Copy)]
struct Work {
    name: &'static str,
    coding: Coding,
    is_rgba: bool,
}

const WORKS: [Work; 5] = [
    Work { name: "baseline", coding: Coding::Baseline, is_rgba: false },
    Work { name: "optimized", coding: Coding::Optimized, is_rgba: false },
    Work { name: "progressive", coding: Coding::Progressive, is_rgba: false },
    Work { name: "rgba-baseline", coding: Coding::Baseline, is_rgba: true },
    Work { name: "rgba-progressive", coding: Coding::Progressive, is_rgba: true },
];

/// Encodes by this crate.
fn ours(picture: &Picture, work: Work) -> Result<Vec<u8>, Error> {
    let options = Options { quality: QUALITY, coding: work.coding, ..Options::default() };
    let (width, height) = (u32::try_from(picture.width), u32::try_from(picture.height));
    let (width, height) = (width.unwrap_or(u32::MAX), height.unwrap_or(u32::MAX));
    let mut encoder = Encoder::new(Vec::new(), width, height, &options)?;
    let rows = encoder.band_rows();
    if work.is_rgba {
        for band in picture.rgba.chunks(4 * rows * picture.width) {
            encoder.write_rgba_band(band)?;
        }
        return encoder.finish();
    }
    for top in (0..picture.height).step_by(rows) {
        let [luma, blue, red] = &picture.planes.0[..] else { break };
        let band = |plane: &'_ turbo::Plane, top: usize| top * plane.width;
        encoder.write_band(&[
            PlaneRows { samples: &luma.samples[band(luma, top)..], stride: luma.width },
            PlaneRows { samples: &blue.samples[band(blue, top / 2)..], stride: blue.width },
            PlaneRows { samples: &red.samples[band(red, top / 2)..], stride: red.width },
        ])?;
    }
    encoder.finish()
}

/// Encodes by libjpeg-turbo, and hands the file over.
fn turbo<T>(picture: &Picture, work: Work, read: impl FnOnce(&[u8]) -> T) -> T {
    let encode = turbo::Encode {
        optimize: work.coding == Coding::Optimized,
        progressive: work.coding == Coding::Progressive,
        ..turbo::Encode::new(QUALITY, SAMPLING)
    };
    match work.is_rgba {
        true => encode.rgba_with(&picture.rgba, picture.width, picture.height, read),
        false => encode.planes_with(&picture.planes, picture.width, picture.height, read),
    }
}

/// Does one work, once, and returns how long the file is.
#[inline(never)]
fn once(picture: &Picture, work: Work, is_ours: bool) -> Result<usize, Error> {
    if is_ours { ours(picture, work).map(|file| file.len()) } else { Ok(turbo(picture, work, <[u8]>::len)) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--once", who, name] => report(&Picture::drawn(SIZES[1])?, who, name),
        ["--once", who, name, path] => report(&Picture::read(path)?, who, name),
        [] => compare(&SIZES.into_iter().map(Picture::drawn).collect::<Result<Vec<_>, _>>()?),
        ref paths => compare(&paths.iter().map(|path| Picture::read(path)).collect::<Result<Vec<_>, _>>()?),
    }
}

/// Does one work, and says what it took.
fn report(picture: &Picture, who: &str, name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let work = WORKS.into_iter().find(|work| work.name == name).ok_or("no such work")?;
    // What was held before, to make the picture, does not count.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let (memory, faults, start) = (peak_kib(), faults(), Instant::now());
    let len = once(picture, work, who == "ours")?;
    let time = start.elapsed();
    let mut out = std::io::stdout().lock();
    write!(out, "{}, {name}: {} bytes, {:.1} ms", picture.name, len, time.as_secs_f64() * 1e3)?;
    if let (Some(before), Some(after)) = (faults, self::faults()) {
        write!(out, ", {} page faults", after - before)?;
    }
    if let (Some(before), Some(after)) = (memory, peak_kib()) {
        write!(out, ", peak of memory {} KiB higher", after - before)?;
    }
    writeln!(out)?;
    Ok(())
}

/// Returns how often this process had to be given a page, where the system says it as Linux does.
fn faults() -> Option<u64> {
    // The tenth field; names of programs, which come before, may hold spaces, but are in parentheses.
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(7)?.parse().ok()
}

/// Returns the most memory that this process has held so far, where the system says it as Linux does.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()
}

/// Times all works on all pictures.
fn compare(pictures: &[Picture]) -> Result<(), Box<dyn std::error::Error>> {
    for picture in pictures {
        for work in WORKS.into_iter().filter(|work| !work.is_rgba) {
            let file = ours(picture, work)?;
            let is_equal = turbo(picture, work, |other| file == other);
            assert!(is_equal, "{}, {}: files are equal", picture.name, work.name);
        }
    }
    let mut least = vec![[[Duration::MAX; 2]; WORKS.len()]; pictures.len()];
    for _ in 0..TURNS {
        for (picture, least) in pictures.iter().zip(&mut least) {
            for (work, least) in WORKS.into_iter().zip(least) {
                for (is_ours, least) in [false, true].into_iter().zip(least) {
                    let start = Instant::now();
                    once(picture, work, is_ours)?;
                    *least = (*least).min(start.elapsed());
                }
            }
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "| picture | bits a pixel | {} |", WORKS.map(|work| work.name).join(" | "))?;
    writeln!(out, "| --- | --- | {} |", WORKS.map(|_| "---").join(" | "))?;
    for (picture, least) in pictures.iter().zip(least) {
        let bits = 8.0 * ours(picture, WORKS[0])?.len() as f64 / (picture.width * picture.height) as f64;
        write!(out, "| {} | {bits:.2} |", picture.name)?;
        for times in least {
            let [turbo, ours] = times.map(|time| time.as_secs_f64() * 1e3);
            write!(out, " {turbo:.2} → {ours:.2}: **{:.2}** |", ours / turbo)?;
        }
        writeln!(out)?;
    }
    Ok(())
}
