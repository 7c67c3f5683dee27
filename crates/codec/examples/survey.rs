//! Decodes every file of a folder, encodes each picture in every format, and says what came of it and how long it took;
//! with a second folder, writes the results there to look at.
//!
//! ```text
//! cargo run --release -p palmette-codec --example survey -- FOLDER [OUT]
//! ```
#![expect(clippy::print_stdout, reason = "the table is the point of the example")]

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs, io};

use palmette_codec::{EncodeFormat, EncodeOptions, Error, decode, encode, probe};
use palmette_core::{Limits, Pixmap};

/// The formats that are written, and how their files end.
const OUTPUTS: [(EncodeFormat, &str); 4] = [
    (EncodeFormat::Jpeg, "jpg"),
    (EncodeFormat::Png, "png"),
    (EncodeFormat::Webp, "webp"),
    (EncodeFormat::Avif, "avif"),
];

/// Runs of each measurement; the fastest counts.
const RUNS: usize = 5;

fn main() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let Some(folder) = arguments.next() else {
        println!("usage: survey FOLDER [OUT]");
        return Ok(());
    };
    let out = arguments.next();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    for path in paths.iter().filter(|path| path.is_file()) {
        survey(path, out.as_deref())?;
    }
    Ok(())
}

/// Prints the line of one file.
fn survey(path: &Path, out: Option<&Path>) -> io::Result<()> {
    let bytes = fs::read(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let probed = match probe(&bytes) {
        Ok(probe) => format!("{} {}{}", probe.format, probe.size, if probe.is_animated { " animated" } else { "" }),
        Err(error) => describe(&error),
    };
    match timed(|| decode(&bytes, &Limits::default())) {
        (_, Err(error)) => println!("{name}: {probed} | {}", describe(&error)),
        (ms, Ok(pixmap)) => {
            let outputs = OUTPUTS.map(|(format, ending)| {
                let output = out.map(|out| out.join(format!("{name}.{ending}")));
                encode_as(&pixmap, format, output.as_deref())
            });
            let outputs = outputs.into_iter().collect::<io::Result<Vec<_>>>()?.join(", ");
            println!("{name}: {probed} | decode {ms:.1} ms to {} | {outputs}", pixmap.size());
        }
    }
    Ok(())
}

/// Encodes in one format, writes the file, and says how long it took and how many bytes came out.
fn encode_as(pixmap: &Pixmap, format: EncodeFormat, output: Option<&Path>) -> io::Result<String> {
    let (ms, result) = timed(|| encode(pixmap.clone(), &EncodeOptions::new(format)));
    Ok(match result {
        Ok(encoded) => {
            if let Some(output) = output {
                fs::write(output, &encoded.bytes)?;
            }
            format!("{} {ms:.1} ms {} kB", format.as_str(), encoded.bytes.len() / 1000)
        }
        Err(error) => describe(&error),
    })
}

/// Runs a few times; returns the shortest time in milliseconds, and the last result.
fn timed<T>(run: impl Fn() -> Result<T, Error>) -> (f64, Result<T, Error>) {
    let once = || {
        let start = Instant::now();
        let result = run();
        (start.elapsed().as_secs_f64() * 1000.0, result)
    };
    let (mut shortest, mut result) = once();
    for _ in 1..RUNS {
        let (ms, again) = once();
        (shortest, result) = (shortest.min(ms), again);
    }
    (shortest, result)
}

/// Puts an error into one line.
fn describe(error: &Error) -> String {
    format!("error {}: {error}", error.code())
}
