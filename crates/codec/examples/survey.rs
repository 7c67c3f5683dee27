//! Decodes every file of a folder, encodes each picture in every format, and says what came of it and how long it took;
//! with a second folder, writes the results there to look at. Animations are taken apart and written again, too.
//!
//! ```text
//! cargo run --release -p palmette-codec --example survey -- FOLDER [OUT]
//! ```
#![expect(clippy::print_stdout, reason = "the table is the point of the example")]

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs, io};

use palmette_codec::{
    AnimationEncoder, DecodeOptions, EncodeFormat, EncodeOptions, Error, animation, decode, encode, probe,
};
use palmette_core::Pixmap;

/// The formats that are written, and how their files end.
const OUTPUTS: [(EncodeFormat, &str); 5] = [
    (EncodeFormat::Jpeg, "jpg"),
    (EncodeFormat::Png, "png"),
    (EncodeFormat::Gif, "gif"),
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
    match timed(|| decode(&bytes, &DecodeOptions::default()).map(|decoded| decoded.pixmap)) {
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
    if probe(&bytes).is_ok_and(|probe| probe.frame_count > 1) {
        survey_animation(&name, &bytes, out)?;
    }
    Ok(())
}

/// Prints what it takes to decode all frames, and to write them again; writes each frame.
fn survey_animation(name: &str, bytes: &[u8], out: Option<&Path>) -> io::Result<()> {
    match timed(|| animation(bytes, &DecodeOptions::default())?.collect::<Result<Vec<_>, _>>()) {
        (_, Err(error)) => println!("    animation: {}", describe(&error)),
        (ms, Ok(frames)) => {
            let delays: Vec<u32> = frames.iter().map(|frame| frame.delay_ms).collect();
            println!("    animation: {} frames decoded in {ms:.1} ms, shown for {delays:?} ms", frames.len());
            for (frame, number) in frames.iter().zip(0..) {
                encode_as(
                    &frame.pixmap,
                    EncodeFormat::Png,
                    out.map(|out| out.join(format!("{name}.{number}.png"))).as_deref(),
                )?;
            }
            for (format, ending) in [(EncodeFormat::Gif, "anim.gif"), (EncodeFormat::Webp, "anim.webp")] {
                let (ms, written) = timed(|| {
                    let source = animation(bytes, &DecodeOptions::default())?;
                    let mut encoder =
                        AnimationEncoder::new(&EncodeOptions::new(format), source.size(), source.plays())?;
                    for frame in source {
                        let frame = frame?;
                        encoder.push(frame.pixmap, frame.delay_ms)?;
                    }
                    encoder.finish()
                });
                match written {
                    Err(error) => println!("    {}: {}", format.as_str(), describe(&error)),
                    Ok(file) => {
                        println!(
                            "    {}: {} kB, there and back in {ms:.1} ms",
                            format.as_str(),
                            file.bytes.len() / 1000
                        );
                        if let Some(out) = out {
                            fs::write(out.join(format!("{name}.{ending}")), &file.bytes)?;
                        }
                    }
                }
            }
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
    format!("error, {:?}: {error}", error.class())
}
