//! Both engines on the same pictures, from 0.1 to 100 megapixels: every kernel, chains of steps, and a whole request, with
//! upload, run and read-back apart, beside a plain copy on the same device.
//!
//! Unlike its neighbours this is no criterion bench. One run of the GPU yields five numbers or more that belong together, and
//! criterion takes one from each run; and the engines take turns here, so that what else a machine does falls on both.
//! `total` is a run as every request has it; the phases come from runs that wait for the device between them (see
//! [`palmette_gpu::Timings`]), so they may add up to more. Before anything is timed, both engines must make the same bytes,
//! which also allocates and compiles what later rounds find.
//!
//! `cargo xtask bench gpu` runs this and makes a record of it. A machine without Rust needs only the program that
//! `cargo bench -p palmette-benches --bench gpu --no-run` builds: see `benches/README.md`.

mod cases;
mod measure;
mod options;
mod record;

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use palmette_benches::{GRID, picture, size_of};
use palmette_core::{CpuEngine, Size};
use palmette_gpu::{AdapterChoice, GpuEngine, GpuOptions};

use crate::cases::{CASES, Case, Kind};
use crate::measure::{Engines, encode_photo};
use crate::options::{Options, USAGE};
use crate::record::{Record, Subject};

fn main() -> ExitCode {
    let Some(options) = Options::parse(std::env::args_os().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(64);
    };
    // An adapter in software is better than none here, and may take its time.
    let gpu = GpuOptions { adapter: AdapterChoice::Any, timeout: Duration::from_secs(300), ..GpuOptions::default() };
    let gpu = match GpuEngine::open(&gpu) {
        Ok(gpu) => gpu,
        Err(error) if std::env::var_os("PALMETTE_GPU").is_some_and(|wish| wish == "require") => {
            eprintln!("PALMETTE_GPU=require, but {error}");
            return ExitCode::FAILURE;
        }
        Err(error) => {
            eprintln!("skipped: {error}");
            return ExitCode::SUCCESS;
        }
    };
    match run(&options, &Engines { cpu: CpuEngine::new(), gpu }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the record cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures everything that was asked for.
fn run(options: &Options, engines: &Engines) -> io::Result<()> {
    let mut record = Record::create(options.out.as_deref())?;
    record_facts(&mut record, &engines.gpu)?;
    record.fact("flags", &options.flags())?;
    record.columns()?;
    let sizes: Vec<Size> =
        GRID.into_iter().filter(|megapixels| *megapixels <= options.max_megapixels).map(size_of).collect();
    for &size in &sizes {
        match engines.measure_copy(size) {
            Ok(copy) => record.rows(Subject { kind: "copy", name: "device copy", size }, &[copy])?,
            Err(error) => record.fact("left out", &format!("device copy at {size}: {error}"))?,
        }
    }
    let is_wanted = |case: &&Case| format!("{}/{}", case.kind.as_str(), case.name).contains(&options.only);
    for case in CASES.iter().filter(is_wanted) {
        if let (Kind::Request, Some(folder)) = (case.kind, &options.out) {
            write_photos(&folder.join("photos"), &sizes)?;
        }
        let mut last: Option<(Size, Duration)> = None;
        for &size in &sizes {
            if let Some(expected) = last.map(|last| expect(last, size)).filter(|time| *time > options.max_round) {
                let reason =
                    format!("{} at {size} and more: a round may take {:.0} s", case.name, expected.as_secs_f64());
                record.fact("left out", &reason)?;
                break;
            }
            let start = Instant::now();
            let parts = match engines.measure(case, size, options.time) {
                Ok(parts) => parts,
                Err(error) => {
                    record.fact("left out", &format!("{} at {size} and more: {error}", case.name))?;
                    break;
                }
            };
            let rounds = parts.first().map_or(1, |part| part.times.len() + 1);
            last = Some((size, start.elapsed() / u32::try_from(rounds).unwrap_or(u32::MAX)));
            record.rows(Subject { kind: case.kind.as_str(), name: case.name, size }, &parts)?;
        }
    }
    record.fact("load after", &load())
}

/// Expects a round at a size to take as long a pixel as at the last one.
fn expect((last, time): (Size, Duration), size: Size) -> Duration {
    let ratio = size.area().div_ceil(last.area().max(1));
    time * u32::try_from(ratio).unwrap_or(u32::MAX)
}

/// Writes the photos of the requests, one of each size.
fn write_photos(folder: &Path, sizes: &[Size]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for &size in sizes {
        fs::write(folder.join(format!("{}x{}.jpg", size.width, size.height)), encode_photo(picture(size, false)))?;
    }
    Ok(())
}

/// Says on what this runs.
fn record_facts(record: &mut Record, gpu: &GpuEngine) -> io::Result<()> {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let features: Vec<&str> = ["avx2", "avx512f"].into_iter().filter(|feature| processor.contains(feature)).collect();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = model.trim_start_matches([':', ' ', '\t']);
    record.fact("adapter", &gpu.adapter())?;
    record.fact("is in software", if gpu.is_software() { "yes" } else { "no" })?;
    record.fact("processor", &format!("{model}, {cores} cores, {}", features.join(" ")))?;
    record.fact("load before", &load())
}

/// Returns the load of the machine in the last 1, 5 and 15 minutes.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
