//! Times what models do: `models FOLDER KERNELS CASE [WIDTH HEIGHT [FACTOR]]`, with one of the sets of kernels, on one thread;
//! `models kernels` names those that are worth it.
//!
//! A case is a net by the name of its file, on numbers; or `faces`, `foreground` or `enlarge` on a picture of that size, with all that
//! belongs to it. The answer is a line for each turn: the milliseconds that the thread had the processor, and the peak of the
//! process's memory in kB. `cargo xtask bench models` asks.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::{env, fs};

use palmette_core::{Deadline, Model, Pixmap, Size};
use palmette_models::installed::{self, Installed};
use palmette_models::kernels::Kernels;
use palmette_models::net::Net;
use palmette_models::{Runner, Schedule, Tensor};

/// Turns of a case.
const TURNS: usize = 5;

/// No turn begins after so many milliseconds of them.
const MOST_MS: f64 = 5000.0;

/// What a turn takes at least, in milliseconds: the system counts in steps of some.
const LEAST_MS: f64 = 300.0;

/// The side of the picture that a net looks at, and how many rows of the result are made at a time, by the name of its file.
const NETS: [(&str, u32, usize); 4] = [
    ("face-short", 128, usize::MAX),
    ("face-full", 192, usize::MAX),
    ("segment", 320, usize::MAX),
    ("generate", 256, 16),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["kernels"] = arguments[..] {
        // Nobody runs the reference.
        for (name, _) in Kernels::all().iter().skip(1) {
            writeln!(io::stdout(), "{name}")?;
        }
        return Ok(());
    }
    let [folder, name, case, numbers @ ..] = &arguments[..] else { return Err("FOLDER KERNELS CASE …".into()) };
    let folder = Path::new(folder);
    let kernels = Kernels::all().into_iter().find(|(known, _)| known == name);
    let (_, kernels) = kernels.ok_or("this machine has no such kernels")?;
    if let Some((_, side, rows)) = NETS.iter().find(|(net, ..)| net == case) {
        let net = Net::read(&fs::read(installed::path(folder, case))?)?;
        let size = Size::new(*side, *side);
        let channels = net.inputs()[0].channels;
        let len = usize::try_from(size.area())? * channels;
        let samples = (0..len).map(|index| i16::try_from(index * 31 % 256)).collect::<Result<_, _>>()?;
        let input = [Tensor { size, channels, samples }];
        let schedule = Schedule::new(&net, &[size], *rows)?;
        let runner = Runner::with_kernels(net, kernels);
        return time(|| {
            black_box(runner.run_tensors(&schedule, &input, Deadline::NONE)?);
            Ok(())
        });
    }
    let numbers = numbers.iter().map(|number| number.parse()).collect::<Result<Vec<u32>, _>>()?;
    let [width, height, factor @ ..] = &numbers[..] else { return Err("CASE WIDTH HEIGHT".into()) };
    let picture = picture(Size::new(*width, *height))?;
    let models = Installed::open_with(folder, kernels)?;
    match (*case, factor) {
        ("faces", []) => time(|| {
            black_box(models.faces(&picture)?);
            Ok(())
        }),
        ("foreground", []) => time(|| {
            black_box(models.foreground(&picture, Deadline::NONE)?);
            Ok(())
        }),
        ("enlarge", [factor]) => {
            let size = Size::new(width * factor, height * factor);
            let picture = Arc::new(picture);
            time(|| {
                let mut rows = models.enlarge(Arc::clone(&picture), size, Deadline::NONE)?;
                while let Some(band) = rows.next_band()? {
                    black_box(band);
                }
                Ok(())
            })
        }
        _ => Err("there is no such case".into()),
    }
}

/// Draws slopes with something fine on them.
fn picture(size: Size) -> Result<Pixmap, palmette_core::Error> {
    let mut picture = Pixmap::filled(size, [0, 0, 0, 255])?;
    let width = size.width as usize;
    for (index, pixel) in picture.data_mut().chunks_exact_mut(Pixmap::PIXEL_BYTES).enumerate() {
        let (x, y) = (index % width, index / width);
        let levels = [x / 3 + y / 5, x * y / 97, (x / 16 + y / 16) % 2 * 90 + x / 7];
        for (level, value) in pixel.iter_mut().zip(levels) {
            *level = value.to_le_bytes()[0];
        }
    }
    Ok(picture)
}

/// Runs something in turns of at least [`LEAST_MS`], and says what each took.
fn time(mut run: impl FnMut() -> Result<(), Box<dyn Error + Send + Sync>>) -> Result<(), Box<dyn Error>> {
    let start = processor_ms()?;
    let (mut times, mut turns) = (1_u32, 0);
    while turns < TURNS && (turns == 0 || processor_ms()? - start < MOST_MS) {
        let before = processor_ms()?;
        for _ in 0..times {
            run().map_err(|error| -> Box<dyn Error> { error })?;
        }
        let took = processor_ms()? - before;
        // The first ones find out how often.
        if turns == 0 && took < LEAST_MS {
            times *= 2;
            continue;
        }
        turns += 1;
        let status = fs::read_to_string("/proc/self/status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.split_whitespace().next()).ok_or("a peak of memory")?;
        writeln!(io::stdout(), "{}\t{peak}", took / f64::from(times))?;
    }
    Ok(())
}

/// Returns how long this thread had the processor.
fn processor_ms() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = text.split(' ').next().ok_or("a number")?.parse()?;
    Ok(nanoseconds / 1e6)
}
